"""The composition root: settings in, wired services out. The only place that knows every room."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.client import TutorBot
from bot.errors import DataFolderError
from bot.settings import Settings
from bot.store import Store
from bot.upkeep import database_url
from bot.worker import Worker, open_worker
from knowledge.tutor import Tutor

log = logging.getLogger(__name__)

# As much as a first start writes before the index: less room than this is a full disk.
ROOM_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Services:
    """What a bot is made of, open and ready."""

    settings: Settings
    store: Store
    tutor: Tutor
    worker: Worker

    def bot(self, *, message_content: bool) -> TutorBot:
        """A bot that is not connected yet; one that was closed cannot be used again."""
        settings = self.settings.model_copy(update={"message_content": message_content})
        return TutorBot(settings, self.store, self.tutor, self.worker)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open the worker, the database and the tutor, and close all of them in the end.

    Raises DataFolderError, StoreError or KnowledgeError, each in words for the operator.
    """
    prepare_data_folder(settings.data_dir)
    # The worker is closed last: what runs there may take longer to finish than the process may take to leave.
    async with open_worker(settings) as worker, aclosing(await Store.open(database_url(settings))) as store:
        tutor = await asyncio.to_thread(open_tutor, settings)
        for notice in tutor.notices:
            log.warning(notice)
        async with aclosing(tutor):
            log.info("%s questions are ready; the database is %s.", len(tutor.corpus.questions), store.name)
            yield Services(settings, store, tutor, worker)


def open_tutor(settings: Settings) -> Tutor:
    """Load the model and the index, building what is missing. Blocking."""
    return Tutor.open(data_dir=settings.data_dir, model=settings.embedding_model, device=settings.device)


def prepare_data_folder(folder: Path) -> None:
    """Make the data folder and see that there is room in it. Raises DataFolderError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(ROOM_BYTES))
            probe.flush()
    except OSError as error:
        raise DataFolderError(
            f"The data folder {folder} cannot be written: {error.strerror or error}. "
            "Make room there and allow writing, or set TUTOR_DATA_DIR to another folder."
        ) from error
