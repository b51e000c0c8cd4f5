"""Waiting for descriptors under asyncio."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from bot.sandbox.channel import Message, receive

_CHUNK = 1 << 16


async def receive_async(end: socket.socket) -> tuple[Message, list[int]]:
    """As `channel.receive`, for a non-blocking socket."""
    while True:
        try:
            return receive(end)
        except BlockingIOError:
            await readable(end.fileno())


async def readable(fd: int) -> None:
    """Wait until a descriptor can be read (for a pidfd: until the process has ended)."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(fd, _resolve, ready)
    try:
        await ready
    finally:
        loop.remove_reader(fd)


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class OutputReader:
    """Reads a run's two output pipes as it prints, up to one limit for both together.

    `on_flood` is called once when more comes than `limit` bytes; the first `limit` bytes are kept.
    """

    def __init__(self, pipes: tuple[int, int], limit: int, on_flood: Callable[[], None]) -> None:
        self._pipes = pipes
        self._kept: dict[int, bytearray] = {fd: bytearray() for fd in pipes}
        self._room = limit
        self._on_flood = on_flood
        self.flooded = False
        loop = asyncio.get_running_loop()
        for fd in pipes:
            os.set_blocking(fd, False)
            loop.add_reader(fd, self._read, fd)

    def finish(self) -> tuple[str, str]:
        """Take what is still in the pipes and stop; standard output and error as text, bad bytes replaced."""
        for fd in self._pipes:
            while not self.flooded and self._read(fd):
                pass
        self.stop()
        out, err = (self._kept[fd].decode("utf-8", "replace") for fd in self._pipes)
        return out, err

    def stop(self) -> None:
        """Stop reading."""
        loop = asyncio.get_running_loop()
        for fd in self._pipes:
            loop.remove_reader(fd)

    def _read(self, fd: int) -> bool:
        """Take one chunk; whether there may be more."""
        data = b""
        with suppress(BlockingIOError):
            data = os.read(fd, _CHUNK)
            if not data:
                asyncio.get_running_loop().remove_reader(fd)
        self._kept[fd] += data[: self._room]
        if len(data) > self._room and not self.flooded:
            self.flooded = True
            self.stop()
            self._on_flood()
        self._room = max(0, self._room - len(data))
        return bool(data)
