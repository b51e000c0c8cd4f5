"""Keeps warm cells ready, made ahead of time, and rebuilds the jail when its zygote dies."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import Any, Final

from bot.sandbox.cgroup import Cgroups
from bot.sandbox.config import Config
from bot.sandbox.errors import LayerMissing, SandboxError, WorkerUnavailable
from bot.sandbox.nursery import Cell, JailGone, Nursery

log = logging.getLogger(__name__)

_PAUSES_S: Final = (0.0, 0.5, 2.0, 5.0, 15.0)
_TAKE_S: Final = 30.0
_BREEDERS: Final = 2
_AFTER_FAILURE_S: Final = 0.2
_WARMING: Final = "The worker is warming up; try again in a few seconds."
_RESTARTING: Final = "The worker is restarting; try again in a few seconds."


class Pool:
    """Warm cells to take from. `reason` says why there are none yet, as a sentence, or is None."""

    def __init__(self, config: Config, groups: Cgroups | None) -> None:
        self._config = config
        self._groups = groups
        self._nursery = Nursery(config, groups)
        self._warm: asyncio.Queue[Cell] = asyncio.Queue()
        # For each slot one cell in which a snippet runs, and one that waits to be the next.
        self._wanted = asyncio.Semaphore(2 * config.slots)
        self._breeders: list[asyncio.Task[None]] = []
        self._rebuilding = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()
        self.reason: str | None = _WARMING
        self.restarts = 0

    async def start(self) -> None:
        """Build the jail and the first cell; raises SandboxError (LayerMissing names what the machine lacks)."""
        await self._nursery.start()
        await self._wanted.acquire()
        await self._one_more()
        self.reason = None
        self._breeders = [asyncio.create_task(self._breed()) for _ in range(min(self._config.slots, _BREEDERS))]

    async def close(self) -> None:
        """End the jail and everything in it."""
        for breeder in self._breeders:
            breeder.cancel()
        await asyncio.gather(*self._breeders, return_exceptions=True)
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
            nursery = self._nursery
            try:
                await self._until_wanted(nursery)
                await self._one_more()
            except JailGone:
                await self._rebuild(nursery)
            except (SandboxError, OSError) as problem:
                log.error("no new cell: %s", problem)
                await asyncio.sleep(_AFTER_FAILURE_S)

    async def _until_wanted(self, nursery: Nursery) -> None:
        """Wait until one more cell is wanted; raises JailGone if the jail ends meanwhile."""
        granted = asyncio.ensure_future(self._wanted.acquire())
        waiting: list[asyncio.Future[Any]] = [granted, nursery.gone]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Given up: a place that was granted in the same moment goes back.
            if (nursery.gone.done() or not granted.done()) and not granted.cancel():
                self._wanted.release()
        if nursery.gone.done():
            raise JailGone("The zygote has ended.")

    async def _one_more(self) -> None:
        """Make a cell, whose place has been acquired."""
        try:
            self._warm.put_nowait(await self._nursery.birth())
        except BaseException:
            self._wanted.release()
            raise

    async def _rebuild(self, ended: Nursery) -> None:
        """A new jail in place of the one that has ended, with growing pauses while that fails."""
        async with self._rebuilding:
            if self._nursery is not ended:
                return
            self.reason = _RESTARTING
            self.restarts += 1
            self._drop_warm()
            await ended.close()
            for pause in itertools.chain(_PAUSES_S, itertools.repeat(_PAUSES_S[-1])):
                await asyncio.sleep(pause)
                if await self._start_anew():
                    return

    async def _start_anew(self) -> bool:
        nursery = Nursery(self._config, self._groups)
        try:
            await nursery.start()
        except SandboxError as problem:
            if isinstance(problem, LayerMissing):
                self.reason = str(problem)
            log.error("%s", problem)
            await nursery.close()
            return False
        self._nursery = nursery
        self.reason = None
        log.warning("the jail has been rebuilt")
        return True

    def _drop_warm(self) -> None:
        while not self._warm.empty():
            self.done(self._warm.get_nowait())
