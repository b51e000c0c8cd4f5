"""Backups, in one format for both databases: a zip with one file of JSON lines a table.

Reading takes one snapshot while others go on writing; putting back is one transaction, after which whoever is connected
goes on with what was put back. A backup of an older schema is brought up to date on the way.

`manifest.json` says which schema it has and how many rows of each table; `TABLE.jsonl` has the names of the columns in
its first line, then one row a line: times in UTC as ISO 8601, bytes as base64.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BackupError
from bot.store.database import Database, sqlite_url
from bot.store.migrate import alembic_config, migrate, upgrade
from bot.store.tables import Base

FORMAT = 1
MANIFEST = "manifest.json"
AT_ONCE = 2000
"""Rows in memory at a time."""
LOCK_PATIENCE_S = 60.0
LOCK_NOT_AVAILABLE = "55P03"
COMPRESSION = 3
"""Of 9: larger numbers take far longer and save little."""

UPDATE = "update the bot, then put it back. Nothing was changed."
# What reading a file raises that is no backup, or a damaged one.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    binascii.Error,
    EOFError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    StatementError,
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: its schema, and the rows of each table."""

    schema: str
    tables: Mapping[str, int]

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(self.tables.values())


async def backup(database: Database, file: Path) -> Manifest:
    """Write everything in the database, as it is at one moment, into `file`, which is replaced when that is done.

    Raises StoreError when the database fails, BackupError when there is nothing to save or no room for it.
    """
    async with database.read(snapshot=True) as connection:
        return await connection.run_sync(_write_whole, file, database.name)


async def restore(database: Database, file: Path, before: Path, *, called: str | None = None) -> Manifest:
    """Put a backup in place of everything in the database, and keep what was there in `before`.

    `called` is what messages call the file. Raises BackupError when it is no backup, or made by a newer version of the
    bot; StoreError when the database fails. In either case nothing has changed.
    """
    await migrate(database)
    with tempfile.TemporaryDirectory(dir=before.parent) as folder, _sound(called or str(file)):
        manifest, newest = await asyncio.to_thread(_read_manifest, file), _newest_schema()
        if manifest.schema != newest:
            file = await _brought_up_to_date(file, manifest, Path(folder))
        try:
            async with database.write() as connection:
                if not database.is_sqlite:
                    await _lock_out_writers(connection)
                await connection.run_sync(_write_whole, before, database.name)
                return await connection.run_sync(_replace, file)
        except BaseException:
            # Nothing was replaced, so that there is nothing to go back to.
            _forget_file(before)
            raise


# ------------------------------------------------------------------------------------------------- writing


def _write_whole(connection: sa.Connection, file: Path, name: str) -> Manifest:
    """Write a backup beside its place and move it there once it is on the disk."""
    try:
        handle, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as opened:
                manifest = _write(connection, opened, name)
                opened.flush()
                os.fsync(opened.fileno())
            Path(part).replace(file)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        # Not the database's fault, which is what it would be taken for further up.
        raise BackupError(
            f"The backup {file} could not be written: {error.strerror or error}. Nothing was changed. "
            "Make room there and allow writing, or choose another place."
        ) from error
    return manifest


def _write(connection: sa.Connection, opened: IO[bytes], name: str) -> Manifest:
    schema = _schema(connection)
    if schema is None:
        raise BackupError(f"The database {name} is empty: no bot has used it yet.")
    counts = {}
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
        for table in _tables_as_they_are(connection, schema):
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as lines:
                counts[table.name] = _write_table(connection, table, lines)
        said = {"format": FORMAT, "schema": schema, "made_at": datetime.now(UTC).isoformat(), "tables": counts}
        archive.writestr(MANIFEST, json.dumps(said, indent=1))
    return Manifest(schema, counts)


def _tables_as_they_are(connection: sa.Connection, schema: str) -> list[sa.Table]:
    """The bot's tables in the database, which may be at another schema than this version of the bot."""
    newest = schema == _newest_schema()
    there = sa.MetaData()
    there.reflect(
        connection, only=lambda name, _: name in Base.metadata.tables if newest else name != "alembic_version"
    )
    return there.sorted_tables


def _write_table(connection: sa.Connection, table: sa.Table, lines: IO[bytes]) -> int:
    lines.write(_line([column.name for column in table.columns]))
    ordered = sa.select(table).order_by(*table.primary_key.columns)
    count = 0
    for rows in connection.execute(ordered, execution_options={"yield_per": AT_ONCE}).partitions():
        lines.write(b"".join(_line(list(row)) for row in rows))
        count += len(rows)
    return count


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, default=plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def plain(value: object) -> str:
    """What JSON has no kind of value for. SQLite's times have lost their zone, which is UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a backup yet")


# ------------------------------------------------------------------------------------------------- reading


@contextmanager
def _sound(called: str) -> Iterator[None]:
    """Whatever shows that a file is no backup becomes one sentence."""
    try:
        yield
    except DAMAGED as error:
        raise BackupError(
            f"{called} is not a backup of Torch Tutor, or it is damaged ({str(error) or type(error).__name__}). "
            "Nothing was changed. Use another backup."
        ) from error


def _read_manifest(file: Path) -> Manifest:
    with zipfile.ZipFile(file) as archive:
        said = json.loads(archive.read(MANIFEST))
    if said["format"] != FORMAT:
        raise BackupError(f"The backup has a format that this version of the bot does not know: {UPDATE}")
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(said["schema"])
    except CommandError as error:
        raise BackupError(f"The backup was made by a newer version of the bot: {UPDATE}") from error
    return Manifest(said["schema"], {str(name): int(count) for name, count in said["tables"].items()})


async def _brought_up_to_date(file: Path, manifest: Manifest, folder: Path) -> Path:
    """The same backup in the newest schema: through a database that is made old, filled, and then migrated."""
    passing = Database(sqlite_url(folder / "older.db"))
    newer = folder / "newer.zip"

    def fill(connection: sa.Connection) -> None:
        upgrade(connection, manifest.schema)
        _load(connection, file, _tables_as_they_are(connection, manifest.schema))
        upgrade(connection, "head")

    try:
        async with passing.write() as connection:
            await connection.run_sync(fill)
        await backup(passing, newer)
    finally:
        await passing.aclose()
    return newer


def _forget_file(file: Path) -> None:
    file.unlink(missing_ok=True)


def _replace(connection: sa.Connection, file: Path) -> Manifest:
    tables = Base.metadata.sorted_tables
    for table in reversed(tables):
        connection.execute(sa.delete(table))
    return _load(connection, file, tables)


def _load(connection: sa.Connection, file: Path, tables: Iterable[sa.Table]) -> Manifest:
    """Insert all rows of a backup whose schema is that of `tables`, which are empty."""
    manifest = _read_manifest(file)
    with zipfile.ZipFile(file) as archive:
        for table in tables:
            with archive.open(f"{table.name}.jsonl") as lines:
                loaded = _load_table(connection, table, lines)
            if loaded != manifest.tables[table.name]:
                raise ValueError(f"{table.name} has {loaded} rows instead of {manifest.tables[table.name]}")
            if connection.dialect.name == "postgresql":
                _count_on(connection, table)
    return manifest


def _load_table(connection: sa.Connection, table: sa.Table, lines: IO[bytes]) -> int:
    columns = [table.c[name] for name in json.loads(lines.readline())]
    if len(columns) != len(table.c):
        raise ValueError(f"{table.name} lacks columns")
    insert = sa.insert(table).values({column.name: _parameter(column) for column in columns})
    names = [f"a_{column.name}" for column in columns]
    parsers = [(number, parse) for number, column in enumerate(columns) if (parse := _parser(column))]
    count = 0
    while rows := [json.loads(line) for line in islice(lines, AT_ONCE)]:
        for row in rows:
            for number, parse in parsers:
                if row[number] is not None:
                    row[number] = parse(row[number])
        connection.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
        count += len(rows)
    return count


def _parameter(column: sa.Column[Any]) -> sa.BindParameter[Any]:
    """A column's value. JSON has a null of its own, which is not meant where there was no value at all."""
    without = isinstance(column.type, sa.JSON) and column.nullable
    return sa.bindparam(f"a_{column.name}", type_=sa.JSON(none_as_null=True) if without else column.type)


def _parser(column: sa.Column[Any]) -> Callable[[str], object] | None:
    """The way back from `plain`."""
    kind: object = None
    with suppress(NotImplementedError):
        kind = column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat
    if kind is date:
        return date.fromisoformat
    return base64.b64decode if kind is bytes else None


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL numbers new rows by a counter of its own, which has to be told."""
    column = table.autoincrement_column
    if column is not None:
        counter = sa.func.pg_get_serial_sequence(table.name, column.name)
        next_number = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(counter, next_number, False)))


async def _lock_out_writers(connection: AsyncConnection) -> None:
    """Let others read, and write again only when this transaction is over.

    Never waits while holding some of the locks: a bot that holds another one and wants these would wait for ever.
    """
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            async with connection.begin_nested():
                await connection.execute(sa.text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE NOWAIT"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            return


def _newest_schema() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _schema(connection: sa.Connection) -> str | None:
    """The migration that the database is at; None when it has none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
