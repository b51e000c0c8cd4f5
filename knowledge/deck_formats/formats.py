"""Which format a file is in, and the way into each and out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal

from knowledge.deck_formats import csv_table, json_list, markdown_pages
from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.parsed import Parsed, Unreadable

Format = Literal["csv", "json", "apkg", "markdown"]
LARGEST = 5 << 20
"""Bytes of a file."""
ALLOWED = "`.csv` or `.tsv`, `.json`, `.apkg` (Anki), `.md`, or a `.zip` of `.md` files"
UNKNOWN = f"I cannot read that kind of file. I take {ALLOWED}."
TOO_LARGE = f"That file is larger than {LARGEST >> 20} MiB. Split it, or leave pictures and sounds out."
SUFFIXES: Mapping[Format, str] = {"csv": ".csv", "json": ".json", "apkg": ".apkg", "markdown": ".zip"}


def _anki(data: bytes) -> Parsed:
    # Here, because most files are no Anki packages, and what reads those takes a moment to load.
    from knowledge.deck_formats import anki_reading

    return anki_reading.read(data)


_READERS: Mapping[str, Callable[[bytes], Parsed]] = {
    ".csv": csv_table.read,
    ".tsv": csv_table.read,
    ".json": json_list.read,
    ".apkg": _anki,
    ".md": markdown_pages.read_page,
    ".markdown": markdown_pages.read_page,
    ".zip": markdown_pages.read_archive,
}


def suffix_of(name: str) -> str:
    """The ending of a file's name by which its format is known. Raises Unreadable for any other."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in _READERS:
        raise Unreadable(UNKNOWN)
    return suffix


def read(name: str, data: bytes) -> Parsed:
    """Read a file of that name. Raises Unreadable.

    Not for files of strangers in a process that matters: see `apart`.
    """
    reader = _READERS[suffix_of(name)]
    if len(data) > LARGEST:
        raise Unreadable(TOO_LARGE)
    return reader(data)


def write(format: Format, name: str, drafts: Sequence[Draft]) -> bytes:
    """The drafts of a deck of that name as a file."""
    match format:
        case "csv":
            return csv_table.write(drafts)
        case "json":
            return json_list.write(drafts, name)
        case "markdown":
            return markdown_pages.write(drafts)
        case "apkg":
            from knowledge.deck_formats import anki_writing

            return anki_writing.write(drafts, name)
