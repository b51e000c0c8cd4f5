"""Bring the database to the newest schema, once, however many processes start together."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError
from bot.store.database import Database, Failure, driver_message, reason

# Any constant that nothing else locks: the first bytes of "tutor".
ADVISORY_LOCK = 0x7475746F72


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
        if database.is_sqlite:
            await _use_wal(database)
        async with database.write() as connection:
            if not database.is_sqlite:
                await connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            await connection.run_sync(_upgrade)
    except CommandError as error:
        raise StoreError(
            f"The database {database.name} was made by a newer version of the bot: "
            "update the bot, or put back the backup from before the update."
        ) from error
    except (StoreError, *Failure) as error:
        cause = error.__cause__ if isinstance(error, StoreError) and error.__cause__ else error
        raise StoreError(
            f"The database {database.name} cannot be used: {reason(cause)} ({driver_message(cause)}). "
            "Check the disk, the permissions and TUTOR_DATABASE_URL, then start again."
        ) from error


def _upgrade(connection: sa.Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _use_wal(database: Database, attempts: int = 50) -> None:
    """Readers and a writer do not wait for each other in WAL mode. The file remembers it."""
    for attempt in range(attempts):
        try:
            async with database.outside_transactions() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            return
        except DBAPIError as error:
            # SQLite's busy timeout does not cover this change, so two first starts at once can meet here.
            if "locked" not in str(error.orig) or attempt == attempts - 1:
                raise
            await asyncio.sleep(0.1)
