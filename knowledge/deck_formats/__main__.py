"""Reads one file from standard input and writes what is in it to standard output: the process behind `apart`."""

from __future__ import annotations

import json
import sys

from knowledge.deck_formats.formats import LARGEST, read
from knowledge.deck_formats.parsed import Unreadable

MEMORY = 1 << 30
SECONDS = 20


def limit() -> None:
    """Give up whatever reading a file does not take."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit from outside holds there too.
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def main() -> int:
    """Read the file whose name is the only argument; the answer is one JSON object."""
    limit()
    data = sys.stdin.buffer.read(LARGEST + 1)
    try:
        answer = read(sys.argv[1], data).to_json()
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
