"""Migrations, several processes, and databases that fail."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.errors import NotSaved, StoreError
from bot.store import Store, VoteCounts, sqlite_url
from bot.store.database import Database, parse_url
from bot.store.tables import Base
from tests.store.postgres import Postgres

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
OPEN_AND_VOTE = """
import asyncio, sys
from bot.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    await store.votes.cast(int(sys.argv[2]), "leaf", 10, 1)
    await store.aclose()

asyncio.run(main())
"""


async def test_what_was_kept_is_there_after_a_restart(url: str) -> None:
    first = await Store.open(url)
    await first.votes.cast(1, "leaf", 10, 1)
    await first.aclose()
    second = await Store.open(url)
    assert await second.votes.count("leaf") == VoteCounts(up=1, down=0)
    await second.aclose()


async def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    await (await Store.open(url)).aclose()

    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    database = Database(url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
    await database.aclose()


async def test_processes_that_start_together_migrate_once(url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", OPEN_AND_VOTE, url, str(user), cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        for user in range(4)
    ]
    errors = [(await process.communicate())[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, errors
    store = await Store.open(url)
    assert await store.votes.count("leaf") == VoteCounts(up=4, down=0)
    await store.aclose()


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    await (await Store.open(url)).aclose()
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await database.aclose()
    with pytest.raises(StoreError, match="newer version of the bot"):
        await Store.open(url)


async def test_an_address_as_hosts_hand_it_out_reaches_the_driver() -> None:
    asked = parse_url("postgres://tutor:secret@db.example/tutor?sslmode=require&application_name=tutor")
    assert asked.drivername == "postgresql+asyncpg"
    assert dict(asked.query) == {"ssl": "require", "application_name": "tutor"}


async def test_an_address_with_sslmode_opens(postgres_server: Postgres) -> None:
    address = postgres_server.create("sslmode")
    opened = await Store.open(f"{address}{'&' if '?' in address else '?'}sslmode=disable")
    await opened.ping()
    await opened.aclose()


@pytest.mark.parametrize("url", ["mysql://root:hunter2@db/tutor", "nonsense", "", "sqlite+pysqlite:///x.db"])
async def test_other_databases_are_refused_without_showing_passwords(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite\+aiosqlite") as caught:
        await Store.open(url)
    assert "hunter2" not in str(caught.value)


async def test_a_locked_file_is_said_and_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tutor.db"
    store = await Store.open(sqlite_url(path), busy_timeout_s=0.1)
    await store.votes.cast(1, "leaf", 10, 1)
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(NotSaved, match="another program keeps it locked"):
        await store.votes.cast(2, "leaf", 10, 1)
    assert await store.votes.count("leaf") == VoteCounts(up=1, down=0)
    other.rollback()
    other.close()
    await store.votes.cast(2, "leaf", 10, 1)
    assert await store.votes.count("leaf") == VoteCounts(up=2, down=0)
    await store.aclose()


async def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "tutor.db"
    path.write_bytes(b"somebody's diary" * 500)
    with pytest.raises(StoreError, match=r"tutor\.db cannot be used: its file is not a database"):
        await Store.open(sqlite_url(path))
    assert path.read_bytes() == b"somebody's diary" * 500


async def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its file cannot be opened"):
        await Store.open(sqlite_url(tmp_path / "nowhere" / "tutor.db"))


# Runs on a file system of half a megabyte: writes until it is full, makes room, and writes on.
FILL = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.errors import NotSaved
from bot.store import Store, sqlite_url

async def main():
    folder = Path(sys.argv[1])
    (folder / "ballast").write_bytes(bytes(200_000))
    store = await Store.open(sqlite_url(folder / "tutor.db"))
    kept = 0
    try:
        while True:
            await store.conversations.remember(kept, 1, 1, "x" * 4000, None, datetime.now(UTC))
            kept += 1
    except NotSaved as error:
        print(error)
    assert kept > 5
    (folder / "ballast").unlink()
    await store.conversations.remember(kept, 1, 1, "after", None, datetime.now(UTC))
    assert (await store.conversations.recall(kept)).asked == "after"
    for message_id in range(kept):
        assert (await store.conversations.recall(message_id)).asked == "x" * 4000
    await store.aclose()
    print("kept all", flush=True)

asyncio.run(main())
"""

READ_ONLY = """
import asyncio, sys
from pathlib import Path
from bot.errors import StoreError
from bot.store import Store, sqlite_url

async def main():
    try:
        await Store.open(sqlite_url(Path(sys.argv[1]) / "tutor.db"))
    except StoreError as error:
        print(error)

asyncio.run(main())
"""


def _in_small_file_system(folder: Path, prepare: str, script: str) -> str:
    """Run a script in a mount namespace where `folder` is 3 MiB of memory."""
    shell = f'mount -t tmpfs -o size=3m tutor "$1" && {prepare} && exec "$2" -c "$3" "$1"'
    namespaces = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*namespaces, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small file system in a namespace of its own")
    command = [*namespaces, "sh", "-c", shell, "sh", str(folder), sys.executable, script]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


async def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    said = _in_small_file_system(tmp_path, "true", FILL)
    assert "its disk is full" in said
    assert "kept all" in said


async def test_a_read_only_disk_is_said(tmp_path: Path) -> None:
    said = _in_small_file_system(tmp_path, 'mount -o remount,ro "$1"', READ_ONLY)
    assert "cannot be used: its file cannot be opened" in said


async def test_a_read_only_database_is_said(tmp_path: Path) -> None:
    prepare = (
        f'"$2" -c \'{OPEN_AND_VOTE.replace(chr(39), chr(34))}\' "sqlite:///$1/tutor.db" 1 && mount -o remount,ro "$1"'
    )
    assert "cannot be used: it" in _in_small_file_system(tmp_path, prepare, READ_ONLY)


async def test_lost_connections_are_made_anew(postgres_server: Postgres) -> None:
    store = await Store.open(postgres_server.create("lost"))
    await store.votes.cast(1, "leaf", 10, 1)
    postgres_server.sql(
        "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lost' AND state = 'idle'"
    )
    await store.votes.cast(2, "leaf", 10, 1)
    assert await store.votes.count("leaf") == VoteCounts(up=2, down=0)
    await store.aclose()


async def test_a_server_that_is_away_is_said_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its server cannot be reached") as caught:
        await Store.open("postgresql://tutor:hunter2@127.0.0.1:9/tutor")
    assert "hunter2" not in str(caught.value)


async def test_a_transaction_that_is_refused_changes_nothing(postgres_server: Postgres) -> None:
    url = postgres_server.create("readonly")
    store = await Store.open(url)
    await store.votes.cast(1, "leaf", 10, 1)
    postgres_server.sql("postgres", "ALTER DATABASE readonly SET default_transaction_read_only = on")
    await store.aclose()
    database = Database(url)
    again = Store(database)
    with pytest.raises(NotSaved, match="it is read-only"):
        await again.unanswered.add(1, None, "unknown", datetime.now(UTC))
    assert await again.votes.count("leaf") == VoteCounts(up=1, down=0)
    await database.aclose()
