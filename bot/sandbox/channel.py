"""Small JSON messages with open files attached, between the worker's own processes.

Over a SOCK_SEQPACKET pair: one message is one packet, and the end of the stream is an empty one.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from typing import Any, Final

MAX_PACKET: Final = 1 << 18
MAX_FILES: Final = 8

Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(end: socket.socket, message: Message, files: Sequence[int] = ()) -> None:
    """Send a message; `files` stay open here and arrive as new descriptors there. Raises OSError."""
    socket.send_fds(end, [encode(message)], files)


def encode(message: Message) -> bytes:
    """The packet of a message."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "backslashreplace")


def receive(end: socket.socket) -> tuple[Message, list[int]]:
    """The next message and the descriptors that came with it; raises EOFError at the end."""
    packet, files, _, _ = socket.recv_fds(end, MAX_PACKET, MAX_FILES)
    if not packet:
        raise EOFError
    return json.loads(packet), files


def receive_untrusted(end: socket.socket) -> Message | None:
    """What a process that ran foreign code left as its last word, or None if it makes no sense.

    Never waits, and takes no descriptors: those that were sent along are closed by the kernel.
    """
    try:
        message = json.loads(end.recv(MAX_PACKET, socket.MSG_DONTWAIT))
    except (OSError, ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def close_all(files: Sequence[int]) -> None:
    """Close descriptors that are owned and open."""
    for fd in files:
        os.close(fd)
