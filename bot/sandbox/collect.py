"""Fetches the files that a run left, out of a folder that foreign code has filled."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping

from bot.sandbox.errors import BadRun
from bot.sandbox.wire import MAX_DEPTH, RunFile, checked_name

_MAX_LOOKED_AT = 8192


def collect(folder: int, before: Mapping[str, bytes], most_files: int, most_bytes: int) -> tuple[list[RunFile], bool]:
    """New or changed regular files below the descriptor `folder`, by name, and whether any had to be left out.

    To be called when every process of the run is gone. Links, devices, pipes and sockets are passed over, hidden and
    ill-named files too; whether a file has changed is judged by its bytes, since times can be set at will.
    """
    kept: list[RunFile] = []
    left_out = False
    room = most_bytes
    for name in _names(folder):
        if len(kept) == most_files:
            return kept, True
        data = _read(folder, name, max(room, len(before.get(name, b""))))
        if data is None or len(data) > room:
            left_out = left_out or data is None or before.get(name) != data
        elif before.get(name) != data:
            room -= len(data)
            kept.append(RunFile(name, data))
    return kept, left_out


def _names(folder: int) -> Iterator[str]:
    """Names of regular files, in their order within each folder."""
    looked_at = 0
    pending = [""]
    while pending:
        inside = pending.pop()
        for entry in _entries(folder, inside):
            looked_at += 1
            if looked_at > _MAX_LOOKED_AT:
                return
            name = f"{inside}/{entry.name}" if inside else entry.name
            if entry.name.startswith(".") or entry.name == "__pycache__" or not _is_fit(name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if name.count("/") < MAX_DEPTH - 1:
                    pending.append(name)
            elif entry.is_file(follow_symlinks=False):
                yield name


def _entries(folder: int, inside: str) -> list[os.DirEntry[str]]:
    try:
        fd = os.open(inside or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except OSError:
        return []
    try:
        with os.scandir(fd) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    finally:
        os.close(fd)


def _read(folder: int, name: str, most_bytes: int) -> bytes | None:
    """The content of a regular file of at most this size, else None; never of what a link points at.

    The name's folders hold no links: they were walked with O_NOFOLLOW, and no process is left that could swap one.
    """
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    with open(fd, "rb") as file:
        state = os.fstat(fd)
        if not stat.S_ISREG(state.st_mode) or state.st_size > most_bytes:
            return None
        return file.read(most_bytes + 1)


def _is_fit(name: str) -> bool:
    try:
        checked_name(name)
    except BadRun:
        return False
    return True
