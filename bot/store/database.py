"""One database, SQLite or PostgreSQL: its engine, its transactions, and what its failures are called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import NotSaved, StoreError
from bot.store.tables import Base

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}

# What a failing database says, and what that means.
REASONS = {
    "full": "its disk is full",
    "no space left": "its disk is full",
    "readonly": "it is read-only",
    "read-only": "it is read-only",
    "unable to open": "its file cannot be opened",
    "locked": "another program keeps it locked",
    "not a database": "its file is not a database",
    "malformed": "its file is damaged",
    "disk i/o error": "its disk reports an error",
    "password": "it refuses the user name or password",
    "does not exist": "it does not exist on that server",
    "connect": "its server cannot be reached",
    "connection": "its server cannot be reached",
}

# What a driver raises when the database, not our SQL, is at fault.
Failure = (DBAPIError, PoolTimeout, OSError, TimeoutError)


def parse_url(text: str | URL) -> URL:
    """The SQLAlchemy URL `text`, with the asynchronous driver filled in and libpq's `sslmode` as that driver's `ssl`.

    Raises StoreError for anything but SQLite and PostgreSQL.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in DRIVERS:
        raise StoreError("The database address must begin with sqlite+aiosqlite:///… or postgresql+asyncpg://….")
    url = url.set(drivername=DRIVERS[url.drivername])
    if "sslmode" in url.query:
        # Hosts of PostgreSQL hand out addresses with ?sslmode=require, which asyncpg knows under another name.
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url


def sqlite_url(path: Path) -> URL:
    """The URL of an SQLite file, whatever characters its path has."""
    return URL.create("sqlite+aiosqlite", database=str(path))


def reason(error: BaseException) -> str:
    """Why the database failed, as the second half of a sentence."""
    said = driver_message(error).lower()
    return next((meaning for words, meaning in REASONS.items() if words in said), "it does not answer as it should")


def driver_message(error: BaseException) -> str:
    """What the driver said, without the SQL and its parameters."""
    return str(error.orig if isinstance(error, DBAPIError) else error)


def storable(text: str) -> str:
    """`text` without what no database takes: null characters (PostgreSQL) and lone surrogates (every encoding)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class Database:
    """An engine whose transactions commit as a whole or raise a StoreError."""

    def __init__(self, url: str | URL, *, busy_timeout_s: float = 5.0, command_timeout_s: float | None = 30.0) -> None:
        """`busy_timeout_s`: how long to wait for another process's SQLite transaction. `command_timeout_s`: how long
        one command of PostgreSQL may take.
        """
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            # isolation_level None: the driver leaves BEGIN to us, so that a write can ask for its lock at once and a
            # migration is one transaction.
            self._engine = create_async_engine(
                self.url, connect_args={"isolation_level": None, "timeout": busy_timeout_s}
            )
            sa.event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
        else:
            self._engine = create_async_engine(
                self.url,
                pool_pre_ping=True,
                pool_timeout=10,
                connect_args={"timeout": 10, "command_timeout": command_timeout_s},
            )
        self.after_write: list[Callable[[], None]] = []
        """Called after every transaction that changed something here; other processes are not noticed."""
        # SQLite has one writer at a time. Queueing here is prompt; its own busy handler sleeps between attempts.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    @property
    def name(self) -> str:
        """The address without its password, for logs and messages."""
        return self.url.render_as_string(hide_password=True)

    @asynccontextmanager
    async def read(self, *, snapshot: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; with `snapshot`, all of it sees the same moment. Raises StoreError when the
        database fails.
        """
        try:
            async with self._engine.connect() as connection:
                if snapshot and not self.is_sqlite:  # whose transactions always do
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection
        except Failure as error:
            raise StoreError(
                f"I cannot look that up, because my database has a problem: {reason(error)}. "
                "Try again in a moment; if it stays so, tell whoever runs this bot."
            ) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is in the database when the block has ended. Raises NotSaved when it is not."""
        try:
            async with AsyncExitStack() as stack:
                if self._writer:
                    await stack.enter_async_context(self._writer)
                connection = await stack.enter_async_context(self._engine.connect())
                connection = await connection.execution_options(tutor_writes=True)
                await stack.enter_async_context(connection.begin())
                yield connection
            for notice in self.after_write:
                notice()
        except Failure as error:
            raise NotSaved(
                f"I could not save that, because my database has a problem: {reason(error)}. "
                "Nothing was changed. Try again in a moment; if it stays so, tell whoever runs this bot."
            ) from error

    def upsert(
        self,
        table: type[Base],
        keys: Mapping[str, Any],
        values: Mapping[str, Any],
        defaults: Mapping[str, Any] | None = None,
        *,
        only_if: sa.ColumnElement[bool] | None = None,
    ) -> sa.Insert:
        """Insert a row, or set `values` on the one that has these `keys`. A new row gets the `defaults` as well.

        A row that is there is left alone unless `only_if`; `returning` then returns nothing.
        """
        row = {**(defaults or {}), **keys, **values}
        return self._insert(table).values(row).on_conflict_do_update(index_elements=[*keys], set_=values, where=only_if)

    def upsert_many(self, table: type[Base], keys: Sequence[str], values: Sequence[str]) -> sa.Insert:
        """As `upsert`, of columns by these names: execute it with any number of rows at once."""
        insert = self._insert(table)
        changed = {name: insert.excluded[name] for name in values}
        return insert.on_conflict_do_update(index_elements=keys, set_=changed)

    def insert_once(self, table: type[Base], keys: Mapping[str, Any], values: Mapping[str, Any]) -> sa.Insert:
        """Insert a row unless there is one that has these `keys`; `returning` then returns nothing."""
        row = {**keys, **values}
        return self._insert(table).values(row).on_conflict_do_nothing(index_elements=[*keys])

    def _insert(self, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("tutor_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
