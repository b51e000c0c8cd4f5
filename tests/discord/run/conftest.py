"""The bot with a real worker, whose limits are short so that tests of them are."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import TutorBot
from bot.sandbox.client import WorkerClient
from bot.settings import Settings
from bot.store import Store
from bot.worker import Worker
from knowledge.tutor import Tutor
from tests.discord.world import World
from tests.sandbox.conftest import why_no_jail
from tests.sandbox.worker_process import WorkerProcess

TIMEOUT_S, MEMORY_MB, OUTPUT_BYTES = 6.0, 512, 20_000


@pytest.fixture(scope="session")
def worker_process() -> Iterator[WorkerProcess]:
    """One jailed worker for all of these tests; skips where the machine refuses what the jail needs."""
    if reason := why_no_jail():
        pytest.skip(reason)
    limits = {
        "TUTOR_RUN_TIMEOUT_S": f"{TIMEOUT_S:g}",
        "TUTOR_RUN_MEMORY_MB": str(MEMORY_MB),
        "TUTOR_RUN_OUTPUT_BYTES": str(OUTPUT_BYTES),
    }
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        process = WorkerProcess(Path(folder), limits)
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


@pytest_asyncio.fixture
async def worker(worker_process: WorkerProcess) -> AsyncIterator[WorkerClient]:
    client = WorkerClient([worker_process.url])
    yield client
    await client.aclose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path,
            "shard_count": 1,
            "message_content": True,
            "run_timeout_s": TIMEOUT_S,
            "run_memory_mb": MEMORY_MB,
            "run_output_bytes": OUTPUT_BYTES,
        }
    )


@pytest.fixture
def make_bot(settings: Settings, store: Store, tutor: Tutor, worker: WorkerClient) -> Callable[[], TutorBot]:
    return lambda: TutorBot(settings, store, tutor, worker)


@pytest.fixture
def restart_with(world: World, settings: Settings, store: Store, tutor: Tutor) -> Callable[[Worker], Awaitable[None]]:
    """Restarts the bot with another worker."""
    return lambda worker: world.env.restart_bot(TutorBot(settings, store, tutor, worker))
