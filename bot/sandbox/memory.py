"""One run's memory: limited and measured by its control group where it has one, else by watching."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from bot.sandbox.nursery import Cell
from bot.sandbox.watch import MemoryWatch, pid_of


class MemoryLimit:
    """Holds a cell to `limit_mb` for the body of the `async with`."""

    def __init__(self, cell: Cell, limit_mb: int) -> None:
        self._cell = cell
        self._limit_mb = limit_mb
        self._group = cell.group if cell.group is not None and "memory" in cell.group.folders else None
        self._watch: MemoryWatch | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._group is not None:
            self._group.limit_memory(self._limit_mb)
        else:
            processes = [pid_of(self._cell.holder), pid_of(self._cell.runner)]
            self._watch = MemoryWatch(processes, self._cell.folders, self._limit_mb, self._cell.kill)
            self._task = asyncio.create_task(self._watch.watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()

    def exceeded(self) -> bool:
        """Whether something was killed for using more."""
        if self._group is not None:
            return self._group.ran_out_of_memory()
        return self._watch is not None and self._watch.over

    def peak_mb(self) -> float:
        """The most that was in use, in MiB; 0 if the run was too short to be seen."""
        if self._group is not None:
            return self._group.peak_mb() or 0.0
        return self._watch.peak_mb if self._watch is not None else 0.0
