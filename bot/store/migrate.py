"""Bring the database to the newest schema, once, however many processes start together."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from bot.errors import StoreError
from bot.store.database import Database, Failure, driver_message, reason

# Any constant that nothing else locks: the first bytes of "tutor".
ADVISORY_LOCK = 0x7475746F72
WAL_PATIENCE_S = 5.0


def alembic_config() -> Config:
    """The migrations inside this package."""
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    return config


async def migrate(database: Database) -> None:
    """Run the missing migrations in one transaction, under a lock that other starting processes wait for.

    The lock is SQLite's own write lock, or an advisory lock in PostgreSQL.
    Raises StoreError, in words for the operator, when the database cannot be used.
    """
    try:
        if database.is_sqlite and database.url.database:
            await asyncio.to_thread(_use_wal, database.url.database)
        async with database.write() as connection:
            if not database.is_sqlite:
                await connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            await connection.run_sync(upgrade)
    except CommandError as error:
        raise StoreError(
            f"The database {database.name} was made by a newer version of the bot: "
            "update the bot, or put back the backup from before the update."
        ) from error
    except (StoreError, sqlite3.Error, *Failure) as error:
        cause = error.__cause__ if isinstance(error, StoreError) and error.__cause__ else error
        raise StoreError(
            f"The database {database.name} cannot be used: {reason(cause)} ({driver_message(cause)}). "
            "Check the disk, the permissions and TUTOR_DATABASE_URL, then start again."
        ) from error


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Run the missing migrations up to one, within a transaction of the caller's."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _use_wal(path: str) -> None:
    """Let readers and the writer not wait for each other. The file remembers it.

    Done without the asynchronous driver, whose thread would outlive a file that cannot be opened.
    """
    deadline = time.monotonic() + WAL_PATIENCE_S
    while True:
        try:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # SQLite's own waiting does not cover this change, so two first starts at once can meet here.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
