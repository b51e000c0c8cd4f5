"""Reading files of strangers in a process of its own, with little memory and time, and none of our secrets.

A file that brings down what reads it, or SQLite itself, brings down that process alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

from knowledge.deck_formats.formats import suffix_of
from knowledge.deck_formats.parsed import Parsed, Unreadable

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
AT_ONCE = 2
LARGEST_ANSWER = 64 << 20
TOO_MUCH = "That file takes too long to read, or too much memory, so I stopped. Send a smaller or simpler one."
# What a Python process needs to start, and nothing else of what this one was started with.
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
_ROOT = Path(__file__).parents[2]


class Apart:
    """Reads files, a few at once."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def read(self, name: str, data: bytes) -> Parsed:
        """Read a file of that name, of which only the end counts. Raises Unreadable."""
        suffix = suffix_of(name)
        async with self._turn:
            process = await _start(suffix)
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await _answer(process, data)
                    await process.wait()
            except TimeoutError as error:
                raise Unreadable(TOO_MUCH) from error
            finally:
                # Not where it has ended by itself: killing would look for its exit code behind asyncio's back.
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        try:
            return await asyncio.to_thread(_told, answer)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("Reading a %s file of %s bytes ended with %s", suffix, len(data), process.returncode)
            raise Unreadable(TOO_MUCH) from error


def _told(answer: bytes) -> Parsed:
    """What the process said. Nothing in it is believed: every draft is checked again."""
    told = json.loads(answer)
    if "unreadable" in told:
        raise Unreadable(str(told["unreadable"]))
    return Parsed.from_json(told)


async def _start(suffix: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-B", "-m", "knowledge.deck_formats", f"file{suffix}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={key: os.environ[key] for key in _KEPT if key in os.environ},
    )


async def _answer(process: asyncio.subprocess.Process, data: bytes) -> bytes:
    """Hand over the file and take what is said about it, as far as that is of an honest size."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    feeding = asyncio.ensure_future(_feed(process.stdin, data))
    try:
        parts = []
        room = LARGEST_ANSWER
        while room > 0 and (part := await process.stdout.read(1 << 16)):
            parts.append(part)
            room -= len(part)
        if room <= 0:
            raise Unreadable(TOO_MUCH)
        return b"".join(parts)
    finally:
        feeding.cancel()


async def _feed(stream: asyncio.StreamWriter, data: bytes) -> None:
    with suppress(ConnectionError):
        stream.write(data)
        await stream.drain()
        stream.close()
