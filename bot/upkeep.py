"""What an operator does to the database while the bot runs: save it, put it back, hand out or forget one person."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL

from bot import privacy
from bot.settings import Settings
from bot.store import Store
from bot.store.backup import Manifest, backup, restore
from bot.store.database import Database, sqlite_url

STANDARD = "-"
"""Standard input or output instead of a file, for who is outside of the bot's container."""
PATIENCE_S = 60.0

Result = TypeVar("Result")


def database_url(settings: Settings) -> str | URL:
    """Where the database is: as set, else a file in the data folder."""
    if settings.database_url:
        return settings.database_url.get_secret_value()
    return sqlite_url(settings.data_dir / "tutor.db")


def save(settings: Settings, file: str) -> int:
    """Write a backup into a file, or to standard output. Returns the exit code."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
        place = Path(folder) / "backup.zip" if file == STANDARD else Path(file)
        manifest = _with_database(settings, lambda database: backup(database, place))
        if file == STANDARD:
            with place.open("rb") as made:
                shutil.copyfileobj(made, sys.stdout.buffer)
            sys.stdout.flush()
    _say(f"Saved {_in_words(manifest)}.")
    return 0


def put_back(settings: Settings, file: str) -> int:
    """Put back the backup in a file, or from standard input. Returns the exit code."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # To the microsecond: what is put back may itself have been kept within the same second, and must not be lost.
    before = settings.data_dir / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.zip"
    with tempfile.NamedTemporaryFile(dir=settings.data_dir, suffix=".zip") as spool:
        place, called = Path(file), file
        if file == STANDARD:
            shutil.copyfileobj(sys.stdin.buffer, spool)
            spool.flush()
            place, called = Path(spool.name), "What came in"
        manifest = _with_database(settings, lambda database: restore(database, place, before, called=called))
    _say(f"Put back {_in_words(manifest)}. What was there before is in {before}.")
    return 0


def export(settings: Settings, user_id: int, file: str) -> int:
    """Write what is kept about a person into a zip. Returns the exit code."""
    rows = _with_database(settings, lambda database: Store(database).privacy.export(user_id))
    Path(file).write_bytes(privacy.archive(rows, user_id, datetime.now(UTC)))
    _say(f"Everything about {user_id} is in {file}.")
    return 0


def forget(settings: Settings, user_id: int) -> int:
    """Delete everything about a person. Returns the exit code."""
    rows = _with_database(settings, lambda database: Store(database).privacy.forget(user_id))
    _say(f"Deleted {_count(rows, 'row')} about {user_id}. Backups that were made before still have them.")
    return 0


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do something with the database, patiently: somebody else is writing to it too."""

    async def run() -> Result:
        async with aclosing(
            Database(database_url(settings), busy_timeout_s=PATIENCE_S, command_timeout_s=None)
        ) as database:
            return await work(database)

    return asyncio.run(run())


def _in_words(manifest: Manifest) -> str:
    return f"{_count(manifest.rows, 'row')} of {_count(len(manifest.tables), 'table')}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _say(line: str) -> None:
    """Standard output is for what was asked for."""
    print(line, file=sys.stderr)
