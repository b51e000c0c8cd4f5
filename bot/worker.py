"""The worker as the bot has it: one elsewhere, one of its own, or none with the reason why.

Opening never fails and never waits: whatever the worker needs or lacks, questions are answered meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from bot.sandbox.client import WorkerClient
from bot.sandbox.errors import SandboxError, WorkerUnavailable
from bot.sandbox.local import LocalWorker
from bot.sandbox.wire import Readiness, RunRequest, RunResult
from bot.settings import Settings

log = logging.getLogger(__name__)

# How soon a worker of our own that could not start, or died, is started once more.
RETRY_S = 30.0


class Worker(Protocol):
    """Runs snippets somewhere."""

    async def run(self, request: RunRequest) -> RunResult:
        """Run a snippet; raises SandboxError in words for the person who sent it."""

    async def ready(self) -> Readiness:
        """How ready it is; never raises."""


class NoWorker:
    """Runs nothing, and says why."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def run(self, request: RunRequest) -> RunResult:
        raise WorkerUnavailable(self._why)

    async def ready(self) -> Readiness:
        return Readiness(ready=False, reason=self._why)


@asynccontextmanager
async def open_worker(settings: Settings) -> AsyncIterator[Worker]:
    """The worker at TUTOR_WORKER_URL, or one that this process starts and stops."""
    if settings.worker_url:
        client = WorkerClient([settings.worker_url])
        try:
            yield client
        finally:
            await client.aclose()
        return
    own = OwnWorker(settings)
    own.start()
    try:
        yield own
    finally:
        await own.aclose()


class OwnWorker:
    """A worker process of the bot's own, started in the background and again when it has died."""

    def __init__(self, settings: Settings, retry_s: float = RETRY_S) -> None:
        """`retry_s`: at least so many seconds lie between two starts."""
        self._retry_s = retry_s
        self._folder = settings.data_dir / "worker"
        self._environ = {**os.environ, **settings.worker_environment()}
        self._starting: asyncio.Task[None] | None = None
        self._local: LocalWorker | None = None
        self._client: WorkerClient | None = None
        self._why = "The worker has not been started yet; try again in a minute."
        self._tried_at = 0.0

    def start(self) -> None:
        """Begin to start the process, unless that is under way."""
        if self._starting is None or self._starting.done():
            self._tried_at = time.monotonic()
            self._starting = asyncio.create_task(self._start(), name="worker-start")

    async def run(self, request: RunRequest) -> RunResult:
        """Run a snippet, once the worker is warm."""
        if self._starting is not None and not self._starting.done():
            await asyncio.shield(self._starting)
        if self._client is None:
            self._start_again()
            raise WorkerUnavailable(self._why)
        try:
            return await self._client.run(request)
        except WorkerUnavailable:
            if not (await self._client.ready()).ready:
                self._start_again()
            raise

    async def ready(self) -> Readiness:
        """How ready it is."""
        return await self._client.ready() if self._client else Readiness(ready=False, reason=self._why)

    async def aclose(self) -> None:
        """Stop the process."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        await self._stop()

    def _start_again(self) -> None:
        if time.monotonic() - self._tried_at >= self._retry_s:
            self.start()

    async def _start(self) -> None:
        await self._stop()
        local = LocalWorker(self._folder, self._environ)
        try:
            await local.start()
        except (SandboxError, OSError) as error:
            self._why = str(error)
            log.warning("Code cannot be run, everything else works: %s", error)
            return
        self._local, self._client = local, WorkerClient([local.url])
        log.info("The worker is ready to run code.")

    async def _stop(self) -> None:
        local, client = self._local, self._client
        self._local = self._client = None
        if client is not None:
            await client.aclose()
        if local is not None:
            await local.aclose()
