"""Runs snippets: takes a warm cell, hands it the code, watches the clock and the limits, and collects what came."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any, Final

from bot.sandbox import channel
from bot.sandbox.aio import OutputReader
from bot.sandbox.cgroup import Cgroups
from bot.sandbox.collect import collect
from bot.sandbox.config import Config
from bot.sandbox.errors import WorkerUnavailable
from bot.sandbox.explain import explain
from bot.sandbox.fair import FairQueue
from bot.sandbox.memory import MemoryLimit
from bot.sandbox.nursery import Cell, JailGone
from bot.sandbox.pool import Pool
from bot.sandbox.runner import pack
from bot.sandbox.wire import Readiness, RunRequest, RunResult, Status

# Enough for the exceptions that are explained, and little enough to search in whatever it is.
_MESSAGE_CHARS: Final = 2000
RESTARTED: Final = "The worker had to restart while this ran, so its result is lost; run it again.\n"


class Supervisor:
    """Everything between a request and its result. `queue` and `pool` may be looked at for figures."""

    def __init__(self, config: Config, groups: Cgroups | None = None) -> None:
        self._config = config
        self._groups = groups
        self.queue = FairQueue(config.slots, config.waiting, config.waiting_each)
        self.pool = Pool(config, groups)

    async def start(self) -> None:
        """Build the jail and have it ready; raises SandboxError naming what the machine does not give."""
        await self.pool.start()

    async def close(self) -> None:
        """End the jail and everything in it."""
        await self.pool.close()

    def readiness(self) -> Readiness:
        """What `/readyz` says."""
        return Readiness(
            ready=self.pool.reason is None,
            isolation=self._config.isolation,
            layers=tuple(sorted(self._config.layers)),
            limits=self._enforcers(),
            slots=self._config.slots,
            running=self.queue.running,
            waiting=self.queue.waiting,
            reason=self.pool.reason,
        )

    def _enforcers(self) -> dict[str, str]:
        """What holds a run to its memory and its number of processes on this machine."""
        means = {"memory": "watch", "pids": "rlimit"}
        if self._groups is not None:
            means.update(dict.fromkeys(self._groups.folders, f"cgroup v{self._groups.version}"))
        return means

    async def run(self, request: RunRequest) -> RunResult:
        """Run a snippet; raises WorkerBusy or WorkerUnavailable. If this is cancelled, the run is killed."""
        if self.pool.reason is not None:
            raise WorkerUnavailable(self.pool.reason)
        async with self.queue.place(request.client):
            while True:
                cell = await self.pool.take()
                try:
                    result = await self._run_in(cell, request)
                finally:
                    self.pool.done(cell)
                if result is not None:
                    return result

    async def _run_in(self, cell: Cell, request: RunRequest) -> RunResult | None:
        """Run in this cell; None if its runner had died before it began with the code."""
        limits = self._config.limits
        timeout_s = min(request.timeout_s or limits.timeout_s, limits.timeout_s)
        memory_mb = min(request.memory_mb or limits.memory_mb, limits.memory_mb)
        reader = OutputReader(cell.output, limits.output_bytes, cell.kill)
        timed_out = lost = False
        try:
            async with MemoryLimit(cell, memory_mb) as memory:
                began = time.perf_counter()
                if not _hand_over(cell, request, timeout_s, memory_mb, limits.output_bytes):
                    return None
                try:
                    async with asyncio.timeout(timeout_s):
                        status = await cell.end()
                except TimeoutError:
                    timed_out, status = True, int(signal.SIGKILL)
                except JailGone:
                    lost, status = True, int(signal.SIGKILL)
                took = time.perf_counter() - began
            # A process that is no child of the cell's (CLONE_PARENT) only the filter rules out.
            if not (self._config.layers >= {"seccomp"} and cell.deserted()):
                await cell.emptied()
            stdout, stderr = reader.finish()
        except ProcessLookupError:
            return None
        finally:
            reader.stop()
        begun = channel.receive_untrusted(cell.control)
        if lost and begun is None:
            return None
        word = _LastWord(channel.receive_untrusted(cell.control) or {}, limits.output_bytes)
        outcome: Status = _outcome(status, word)
        if timed_out:
            outcome = "timeout"
        elif reader.flooded:
            outcome = "output"
        elif memory.exceeded():
            outcome = "memory"
        files, left_out = await asyncio.to_thread(
            collect, cell.folders[0], request.files, limits.returned_files, limits.returned_bytes
        )
        told = explain(word.error_type, word.error_message) if outcome == "error" else None
        return RunResult(
            status=outcome,
            stdout=stdout,
            stderr=stderr + RESTARTED if lost else stderr,
            value=word.value if outcome == "ok" else None,
            files=tuple(files),
            truncated=reader.flooded or left_out or word.truncated,
            ms=took * 1000,
            explanation=told.sentence if told else None,
            question=told.question if told else None,
            memory_mb=memory.peak_mb() or word.peak_mb,
            returncode=_shell_status(status),
        )


class _LastWord:
    """What the runner's process said at its end. The snippet ran in it, so it may be anything: only texts that the
    snippet could have printed as well are taken from here, never how the run went."""

    def __init__(self, message: dict[str, Any], most_chars: int) -> None:
        error = message.get("error")
        error = error if isinstance(error, dict) else {}
        value, peak = message.get("value"), message.get("peak_mb")
        self.value = value[: most_chars + 1] if isinstance(value, str) else None
        self.truncated = message.get("truncated") is True
        self.peak_mb = float(peak) if isinstance(peak, int | float) and 0 <= peak < 1e6 else 0.0
        self.error_type = str(error.get("type", ""))
        self.error_message = str(error.get("message", ""))[:_MESSAGE_CHARS]
        self.out_of_memory = error.get("memory") is True


def _hand_over(cell: Cell, request: RunRequest, timeout_s: float, memory_mb: int, output_bytes: int) -> bool:
    """Give the code to the waiting runner; False if it is not there any more."""
    payload = pack(request.code, dict(request.files))
    run = {
        "timeout_s": timeout_s,
        "memory_mb": memory_mb,
        "output_bytes": output_bytes,
        "argv": request.argv,
        "merged": request.merged,
    }
    try:
        channel.send(cell.control, {"run": run}, [payload])
    except (BrokenPipeError, ConnectionResetError):
        return False
    finally:
        os.close(payload)
    return True


def _outcome(status: int, word: _LastWord) -> Status:
    """The status of a run that ended by itself, by what the kernel says of its end."""
    if status == 0:
        return "ok"
    if os.WIFSIGNALED(status):
        return "killed"
    return "memory" if word.out_of_memory else "error"


def _shell_status(status: int) -> int:
    """A wait status as a shell would give it: 128 and the signal's number for a process that was killed."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code
