"""Keeps warm cells ready: one for each slot, made ahead of time; and rebuilds the jail when its zygote dies."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

from bot.sandbox.cgroup import Cgroups
from bot.sandbox.config import Config
from bot.sandbox.errors import LayerMissing, SandboxError, WorkerUnavailable
from bot.sandbox.nursery import Cell, JailGone, Nursery

log = logging.getLogger(__name__)

_PAUSES_S: Final = (0.0, 0.5, 2.0, 5.0, 15.0)
_TAKE_S: Final = 30.0
_WARMING: Final = "The worker is warming up; try again in a few seconds."
_RESTARTING: Final = "The worker is restarting; try again in a few seconds."


class Pool:
    """Warm cells to take from. `reason` says why there are none yet, as a sentence, or is None."""

    def __init__(self, config: Config, groups: Cgroups | None) -> None:
        self._config = config
        self._groups = groups
        self._nursery = Nursery(config, groups)
        self._warm: asyncio.Queue[Cell] = asyncio.Queue()
        self._wanted = asyncio.Semaphore(config.slots)
        self._breeder: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self.reason: str | None = _WARMING
        self.restarts = 0

    async def start(self) -> None:
        """Build the jail and the first cell; raises SandboxError (LayerMissing names what the machine lacks)."""
        await self._nursery.start()
        await self._one_more()
        self.reason = None
        self._breeder = asyncio.create_task(self._breed())

    async def close(self) -> None:
        """End the jail and everything in it."""
        if self._breeder is not None:
            self._breeder.cancel()
            with suppress(asyncio.CancelledError):
                await self._breeder
        self._drop_warm()
        await self._nursery.close()
        await asyncio.gather(*self._leaving)

    @property
    def jail_pid(self) -> int:
        """The process id of the jail's outermost process: the end of it is the end of everything inside."""
        return self._nursery.pid

    async def take(self) -> Cell:
        """A warm cell, to be given back by `done`; raises WorkerUnavailable if none comes in time."""
        try:
            async with asyncio.timeout(_TAKE_S):
                while True:
                    cell = await self._warm.get()
                    if not cell.dead:
                        return cell
                    self.done(cell)
        except TimeoutError:
            raise WorkerUnavailable("The worker could not make a new cell in time; try again in a minute.") from None

    def done(self, cell: Cell) -> None:
        """The cell has had its one run: throw it away and make another."""
        self._nursery.forget(cell)
        cell.kill()
        self._wanted.release()
        leaving = asyncio.create_task(cell.close())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _breed(self) -> None:
        while True:
            try:
                await self._until_wanted()
                await self._one_more(granted=True)
            except JailGone:
                await self._rebuild()
            except SandboxError as problem:
                log.error("%s", problem)
                await asyncio.sleep(0.2)

    async def _until_wanted(self) -> None:
        """Wait for a request for one more cell; raises JailGone if the jail ends meanwhile."""
        granted = asyncio.ensure_future(self._wanted.acquire())
        waiting: list[asyncio.Future[Any]] = [granted, self._nursery.gone]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._nursery.gone.done():
            if not granted.cancel():
                self._wanted.release()
            raise JailGone("The zygote has ended.")

    async def _one_more(self, granted: bool = False) -> None:
        if not granted:
            await self._wanted.acquire()
        try:
            self._warm.put_nowait(await self._nursery.birth())
        except BaseException:
            self._wanted.release()
            raise

    async def _rebuild(self) -> None:
        """A new jail in place of the one that has ended, with growing pauses while that fails."""
        self.reason = _RESTARTING
        self.restarts += 1
        self._drop_warm()
        for attempt in range(1 << 30):
            await self._nursery.close()
            await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
            self._nursery = Nursery(self._config, self._groups)
            try:
                await self._nursery.start()
            except LayerMissing as problem:
                self.reason = str(problem)
                log.error("%s", problem)
            except SandboxError as problem:
                log.error("%s", problem)
            else:
                self.reason = None
                log.warning("the jail has been rebuilt")
                return

    def _drop_warm(self) -> None:
        while not self._warm.empty():
            self.done(self._warm.get_nowait())
