"""Reading Anki packages: a zip archive round an SQLite database, of any version of Anki since 2.0.

The database comes from a stranger. It is opened from memory, may only be read, may call no function, and what is read
must be ordinary tables; how long SQLite may work on it is limited.
"""

from __future__ import annotations

import io
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import zstandard

from knowledge.deck_formats.archive import BOMB, Archive
from knowledge.deck_formats.cells import COLUMNS, column, raw_of
from knowledge.deck_formats.markup import cloze, to_markdown
from knowledge.deck_formats.parsed import MOST_DRAFTS, Parsed, Reading, Unreadable

LARGEST_COLLECTION = 64 << 20
LARGEST_VALUE = 8 << 20
LARGEST_NOTE = 100_000
"""Characters of one note with its HTML."""
MOST_SECONDS = 10.0
DAMAGED = "The collection inside that Anki package is damaged. Export the deck from Anki again."
NOT_ANKI = "That is not an Anki package: there is no collection in it. In Anki, choose File, Export, Anki Deck Package."
MEDIA = "Pictures and sounds are left out; {notes} notes have some."

# Newer ones first: a package for newer versions holds an old collection too, with nothing in it but a note to update.
_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
_TABLES = frozenset({"notes", "col", "fields", "notetypes", "decks"})
_FIELD_END = "\x1f"
_OPCODES_BETWEEN_LOOKS = 10_000


def read(data: bytes) -> Parsed:
    """Read the notes of a package. Raises Unreadable."""
    archive = Archive(data)
    names = {*archive.names()}
    inside = next((name for name in _COLLECTIONS if name in names), None)
    if inside is None:
        raise Unreadable(NOT_ANKI)
    collection = archive.read(inside, LARGEST_COLLECTION)
    if inside.endswith("b"):
        collection = _decompressed(collection)
    try:
        with closing(_open(collection)) as database:
            return _notes(database)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise Unreadable(DAMAGED) from error


def _decompressed(data: bytes) -> bytes:
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(io.BytesIO(data)) as stream:
            found = stream.read(LARGEST_COLLECTION + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise Unreadable(DAMAGED) from error
    if len(found) > LARGEST_COLLECTION:
        raise Unreadable(BOMB)
    return found


def _open(collection: bytes) -> sqlite3.Connection:
    """The database in memory, fenced in."""
    if len(collection) < 100 or not collection.startswith(b"SQLite format 3\0"):
        raise Unreadable(DAMAGED)
    if collection[18:20] == b"\x02\x02":
        # A database that was in write-ahead mode opens from memory only when it says that it is not.
        collection = collection[:18] + b"\x01\x01" + collection[20:]
    database = sqlite3.connect(":memory:")
    database.deserialize(collection)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
        database.execute(f"PRAGMA {pragma}")
    # Anki's newer tables sort by a collation of its own.
    database.create_collation(
        "unicase", lambda one, other: (one.lower() > other.lower()) - (one.lower() < other.lower())
    )
    end = time.monotonic() + MOST_SECONDS
    database.set_progress_handler(lambda: time.monotonic() > end, _OPCODES_BETWEEN_LOOKS)
    _only_tables(database)
    database.set_authorizer(_allow)
    return database


def _only_tables(database: sqlite3.Connection) -> None:
    """What is read by these names must be tables, not views that compute for ever or virtual ones."""
    for kind, sql in database.execute(
        "SELECT type, sql FROM sqlite_master WHERE lower(name) IN ('notes', 'col', 'fields', 'notetypes', 'decks')"
    ):
        if kind != "table" or not isinstance(sql, str) or not sql.lstrip().upper().startswith("CREATE TABLE"):
            raise Unreadable(DAMAGED)


def _allow(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
    if action == sqlite3.SQLITE_SELECT:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ and (first or "").lower() in _TABLES and source is None:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _notes(database: sqlite3.Connection) -> Parsed:
    kinds, name = _described(database)
    reading = Reading(name)
    with_media = 0
    found = database.execute("SELECT mid, flds FROM notes ORDER BY id LIMIT ?", (MOST_DRAFTS + 1,))
    for number, (kind, fields) in enumerate(found, start=1):
        if reading.closed():
            break
        at = f"note {number}"
        if not isinstance(fields, str) or len(fields) > LARGEST_NOTE:
            reading.fault(at, f"is not text of at most {LARGEST_NOTE:,} characters")
            continue
        texts = [to_markdown(field) for field in fields.split(_FIELD_END)]
        with_media += any(lost for _, lost in texts)
        reading.add(_raw(kinds.get(str(kind), ()), [text for text, _ in texts]), lambda _, at=at: at)  # type: ignore[misc]
    if with_media:
        reading.note(MEDIA.format(notes=with_media))
    return reading.done()


def _raw(names: Sequence[str], texts: list[str]) -> dict[str, object]:
    """A note's values: by the names of its fields, or the first one asks and the others answer."""
    columns = [column(name) for name in names]
    if {"question", "answer"} <= {*columns}:
        return raw_of({name: text for name, text in zip(columns, texts, strict=False) if name in COLUMNS})
    filled = [text for text in texts if text.strip()]
    if gaps := cloze(filled[0]) if filled else None:
        filled[:1] = gaps
    return {"question": filled[0] if filled else "", "answer": "\n\n".join(filled[1:])}


def _described(database: sqlite3.Connection) -> tuple[dict[str, list[str]], str]:
    """The names of the fields of each kind of note, by its id, and the deck's name."""
    try:
        fields = database.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord").fetchmany(50_000)
        decks = [name for (name,) in database.execute("SELECT name FROM decks").fetchmany(1000)]
    except sqlite3.OperationalError:
        models, decks_json = database.execute("SELECT models, decks FROM col").fetchone() or ("{}", "{}")
        kinds = {key: list(_names(model, "flds")) for key, model in _objects(models).items()}
        decks = [deck.get("name") for deck in _objects(decks_json).values()]
    else:
        kinds = {}
        for kind, name in fields:
            kinds.setdefault(str(kind), []).append(str(name))
    named = {name.split(_FIELD_END)[0].split("::")[0] for name in decks if isinstance(name, str)} - {"Default"}
    return kinds, named.pop() if len(named) == 1 else ""


def _objects(text: object) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        found = {}
    return {key: one for key, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}


def _names(model: dict[str, Any], key: str) -> Iterator[str]:
    fields = model.get(key)
    for field in fields if isinstance(fields, list) else ():
        yield str(field.get("name", "")) if isinstance(field, dict) else ""
