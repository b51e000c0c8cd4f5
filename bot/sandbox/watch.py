"""Watches a run's memory from outside, on machines where no control group can be had for it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

_EVERY_S: Final = 0.1
# A close look may take this part of the time.
_SHARE: Final = 0.2


def pid_of(pidfd: int) -> int:
    """The process id, as we see it, of the process behind a pidfd; raises ProcessLookupError once it has ended."""
    with open(f"/proc/self/fdinfo/{pidfd}") as info:
        for line in info:
            if line.startswith("Pid:") and int(line.split()[1]) > 0:
                return int(line.split()[1])
    raise ProcessLookupError


class MemoryWatch:
    """Measures all processes of a cell and its scratch folders ten times a second.

    Calls `on_over` once when they use more than `limit_mb` beyond what the runner inherited from the zygote;
    `peak_mb` is the most that was seen.
    """

    def __init__(
        self, processes: Sequence[int], folders: Sequence[int], limit_mb: int, on_over: Callable[[], None]
    ) -> None:
        self._roots = list(processes)
        self._folders = folders
        self._limit_mb = limit_mb
        self._on_over = on_over
        self._inherited_kb = sum(_anonymous_kb(pid) for pid in self._roots)
        self.peak_mb = 0.0
        self.over = False

    async def watch(self) -> None:
        """Measure until cancelled."""
        while not self.over:
            began = time.perf_counter()
            used = await asyncio.to_thread(self._used_mb)
            self.peak_mb = max(self.peak_mb, used)
            if used > self._limit_mb:
                self.over = True
                self._on_over()
            await asyncio.sleep(max(_EVERY_S, (time.perf_counter() - began) / _SHARE))

    def _used_mb(self) -> float:
        pids = _with_descendants(self._roots)
        files_mb = sum(_in_use(folder) for folder in self._folders) / (1 << 20)
        # The upper bound is cheap: every page, also those still shared with the zygote. Only if it is too high are
        # the shares of the pages counted, which takes the kernel milliseconds for each process.
        bound_kb = sum(_anonymous_kb(pid) for pid in pids) - self._inherited_kb
        if len(pids) > len(self._roots) and bound_kb / 1024 + files_mb > self._limit_mb:
            bound_kb = sum(_proportional_kb(pid) for pid in pids)
        return max(0, bound_kb) / 1024 + files_mb


def _with_descendants(roots: Sequence[int]) -> list[int]:
    found: list[int] = []
    pending = list(roots)
    while pending:
        pid = pending.pop()
        found.append(pid)
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children") as children:
                    pending.extend(int(child) for child in children.read().split())
    return found


def _anonymous_kb(pid: int) -> int:
    """Resident memory that is no file's: RssAnon and RssShmem of /proc/PID/status."""
    with suppress(OSError), open(f"/proc/{pid}/status") as status:
        return sum(int(line.split()[1]) for line in status if line.startswith(("RssAnon:", "RssShmem:")))
    return 0


def _proportional_kb(pid: int) -> int:
    """The same with each page divided by the number of processes that share it."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            return sum(int(line.split()[1]) for line in rollup if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
    except PermissionError:
        return _anonymous_kb(pid)
    except OSError:
        return 0


def _in_use(folder: int) -> int:
    state = os.fstatvfs(folder)
    return (state.f_blocks - state.f_bfree) * state.f_frsize
