"""The tutor as a process of its own, as people start it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Process:
    """A running process whose output is kept as it comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._more = asyncio.Event()
        self.output = ""
        self._reader = asyncio.create_task(self._read())

    async def said(self, pattern: str, timeout_s: float = 60) -> re.Match[str]:
        """Wait until its output has `pattern`."""
        async with asyncio.timeout(timeout_s):
            while True:
                if found := re.search(pattern, self.output):
                    return found
                assert not self._reader.done(), f"it ended without saying {pattern!r}:\n{self.output}"
                self._more.clear()
                await self._more.wait()

    async def ended(self, timeout_s: float = 60) -> int:
        """Wait for its end; returns its exit code."""
        await asyncio.wait({self._reader}, timeout=timeout_s)
        assert self._reader.done(), f"it has not ended within {timeout_s} s:\n{self.output}"
        return await self._process.wait()

    async def stop(self, number: int = signal.SIGTERM, timeout_s: float = 10) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self._process.send_signal(number)
        return await self.ended(timeout_s)

    def kill(self) -> None:
        """End it at once, if it has not."""
        if self._process.returncode is None:
            self._process.kill()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.output += line.decode(errors="replace")
            self._more.set()
        self._more.set()


@asynccontextmanager
async def started(
    arguments: Sequence[str], environment: dict[str, str], wrapper: Sequence[str] = ()
) -> AsyncIterator[Process]:
    """Run Python with these arguments, behind `wrapper`; the environment has no setting of the machine's own."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("TUTOR_") and name != "DISCORD_TOKEN"
    }
    process = Process(
        await asyncio.create_subprocess_exec(
            *wrapper,
            sys.executable,
            *arguments,
            cwd=ROOT,
            env=clean | environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    )
    try:
        yield process
    finally:
        process.kill()
        await process.ended()
