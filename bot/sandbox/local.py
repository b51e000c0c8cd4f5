"""A worker of the bot's own: started as a separate process on a Unix socket, and gone with the bot."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.sandbox.client import WorkerClient
from bot.sandbox.errors import WorkerUnavailable

READY_S: Final = 60.0
STOP_S: Final = 15.0
SOCKET_PATH_BYTES: Final = 100
PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH")
"""What a worker gets of an environment beside its own settings."""
UNTIL_STDIN_ENDS: Final = "--until-stdin-ends"


class LocalWorker:
    """Runs `python -m bot.sandbox` under `folder` for as long as this object is open.

    The worker gets the TUTOR_WORKER_* and TUTOR_RUN_* variables of `environ` and nothing else of it: no token and no
    database address can reach the process that runs other people's code.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environ = dict(os.environ if environ is None else environ)
        self._process: asyncio.subprocess.Process | None = None
        self._place: tempfile.TemporaryDirectory[str] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._last_words = ""

    @property
    def url(self) -> str:
        """The `unix:PATH` address for a WorkerClient; only valid once started."""
        if self._place is None:
            raise RuntimeError("the worker has not been started")
        return f"unix:{self._place.name}/worker.sock"

    async def start(self) -> None:
        """Start the worker and wait until it is warm; raises WorkerUnavailable saying what the machine lacks."""
        if not sys.platform.startswith("linux"):
            raise WorkerUnavailable(
                "Code can only be run on Linux, whose kernel makes the jail; everything else works here. "
                "To run code too, start the worker with Docker: docker compose up worker, and set TUTOR_WORKER_URL."
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        inside = len(os.fsencode(self._folder)) + 30 <= SOCKET_PATH_BYTES
        # A Unix socket's path has about 108 bytes; a deep checkout falls back to the system's temporary folder.
        self._place = tempfile.TemporaryDirectory(prefix="worker-", dir=self._folder if inside else None)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.sandbox",
            UNTIL_STDIN_ENDS,
            env=self._worker_environment(),
            cwd=Path(__file__).parents[2],
            # Never written to: it ends with this process, however that ends, and the worker with it.
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        if self._process.stderr is not None:
            self._pump = asyncio.create_task(self._pass_on_log(self._process.stderr))
        try:
            await self._until_ready(self._process)
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Stop the worker: what runs may finish, then the process is gone whatever it does."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._pump is not None:
            await self._pump
            self._pump = None
        if self._place is not None:
            self._place.cleanup()
            self._place = None

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        client = WorkerClient([self.url])
        try:
            async with asyncio.timeout(READY_S):
                while not (await client.ready()).ready:
                    if process.returncode is not None:
                        if self._pump is not None:
                            await self._pump
                        raise WorkerUnavailable(self._last_words or "The worker stopped at its start without a word.")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise WorkerUnavailable(f"The worker was not ready within {READY_S:.0f} s; its log says why.") from None
        finally:
            await client.aclose()

    async def _pass_on_log(self, stream: asyncio.StreamReader) -> None:
        """Copy the worker's log to ours, keeping its last line: why it stopped, if it did."""
        while line := await _line(stream):
            said = line.decode(errors="replace").strip()
            self._last_words = said or self._last_words
            # A line of JSON stays one: it is for machines.
            sys.stderr.write(f"{said}\n" if said.startswith("{") else f"worker: {said}\n")

    def _worker_environment(self) -> dict[str, str]:
        ours = {
            name: value
            for name, value in self._environ.items()
            if name in PASSED_ON or name.startswith(("TUTOR_WORKER_", "TUTOR_RUN_", "TUTOR_LOG_"))
        }
        ours.pop("TUTOR_WORKER_URL", None)
        return {**ours, "TUTOR_WORKER_LISTEN": self.url, "PYTHONUNBUFFERED": "1"}


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, or as much of an endless one as the reader holds; empty at the end."""
    try:
        return await stream.readline()
    except ValueError:
        return b"(a line too long to show)"
