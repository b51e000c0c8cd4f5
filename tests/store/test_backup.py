"""A backup is whole, goes back on either database, and a bad one changes nothing."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.errors import BackupError, StoreError
from bot.store import Store, VoteCounts, sqlite_url
from bot.store import backup as backups
from bot.store.backup import MANIFEST, backup, restore
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables import Base
from bot.study.memory import Rating, Review
from tests.store.postgres import Postgres
from tests.store.test_privacy import dumped, fill

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    await (await Store.open(url)).aclose()
    opened = Database(url)
    yield opened
    await opened.aclose()


async def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    async with database.read() as connection:
        found = await connection.run_sync(dumped)
    return {name: sorted(rows, key=str) for name, rows in found.items()}


async def rows_in_every_table(database: Database) -> None:
    async with database.write() as connection:
        await connection.run_sync(fill)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rewritten(file: Path, place: Path, changed: dict[str, bytes]) -> Path:
    """The same backup with other contents."""
    with zipfile.ZipFile(place, "w") as made:
        for name, content in {**contents(file), **changed}.items():
            made.writestr(name, content)
    return place


# ------------------------------------------------------------------------------------------ there and back


async def test_everything_comes_back_as_it_was(database: Database, tmp_path: Path) -> None:
    await rows_in_every_table(database)
    before = await everything(database)
    made = await backup(database, tmp_path / "backup.zip")
    assert made.rows == sum(map(len, before.values()))
    store = Store(database)
    await store.votes.cast(1, "leaf", 10, 1)
    await store.privacy.forget(311111111111111111)
    changed = await everything(database)

    restored = await restore(database, tmp_path / "backup.zip", tmp_path / "before.zip")

    assert restored == made
    assert await everything(database) == before
    await restore(database, tmp_path / "before.zip", tmp_path / "again.zip")
    assert await everything(database) == changed, "what was there before was kept"


@pytest.mark.parametrize("way", ["to postgres", "to sqlite"])
async def test_a_backup_moves_from_one_database_to_the_other(
    postgres_server: Postgres, tmp_path: Path, way: str
) -> None:
    addresses = [sqlite_url(tmp_path / "tutor.db").render_as_string(), postgres_server.create(f"moved{way[3:]}")]
    here, there = addresses if way == "to postgres" else reversed(addresses)
    await (await Store.open(here)).aclose()
    first, second = Database(here), Database(there)
    await rows_in_every_table(first)
    await backup(first, tmp_path / "backup.zip")
    await restore(second, tmp_path / "backup.zip", tmp_path / "before.zip")
    assert await everything(second) == await everything(first)
    # New rows get numbers that are free.
    number = await Store(second).unanswered.add(5, "new", "unknown", NOON)
    assert number == 1 + max(int(str(row["id"])) for row in (await everything(first))["unanswered"])
    await first.aclose()
    await second.aclose()


async def test_words_of_every_kind_survive(database: Database, tmp_path: Path) -> None:
    store = Store(database)
    words = "🦊 שלום\r\n\ttab \x1b ' \" \\ \u2028 {} [] null"
    await store.snippets.keep(2**63 - 1, 2**62, words, NOON + timedelta(microseconds=1))
    await store.timers.set("kind", "key", NOON, {"deep": [None, True, 1.5, {"a": words}]})
    await backup(database, tmp_path / "backup.zip")
    await store.privacy.forget(2**62)
    await restore(database, tmp_path / "backup.zip", tmp_path / "before.zip")
    kept = await store.snippets.get(2**63 - 1)
    assert kept is not None
    assert (kept.code, kept.when) == (words, NOON + timedelta(microseconds=1))
    (timer,) = await store.timers.claim(NOON, 1, timedelta(minutes=1))
    assert timer.payload == {"deep": [None, True, 1.5, {"a": words}]}


async def test_a_backup_says_what_is_in_it_and_is_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(b"an older one")
    await Store(database).votes.cast(7, "leaf", 10, -1)
    made = await backup(database, file)
    inside = contents(file)
    assert set(inside) == {MANIFEST, *(f"{table}.jsonl" for table in Base.metadata.tables)}
    said = json.loads(inside[MANIFEST])
    assert said["tables"]["votes"] == 1
    assert said["schema"] == made.schema >= "0010"
    header, row = map(json.loads, inside["votes.jsonl"].splitlines())
    assert header == ["user_id", "message_id", "question_id", "value", "cast_at"]
    assert row[:4] == [7, 10, "leaf", -1]
    assert datetime.fromisoformat(row[4]).utcoffset() == timedelta(0)
    assert file.stat().st_mode & 0o077 == 0
    assert [name for name in names(tmp_path) if "zip" in name] == ["backup.zip"]


async def test_tables_of_others_in_the_same_database_are_left_alone(database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        await connection.execute(sa.text("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)"))
        await connection.execute(sa.text("INSERT INTO somebody_elses VALUES (1)"))
    made = await backup(database, tmp_path / "backup.zip")
    assert "somebody_elses" not in made.tables
    await restore(database, tmp_path / "backup.zip", tmp_path / "before.zip")
    async with database.read() as connection:
        assert (await connection.execute(sa.text("SELECT id FROM somebody_elses"))).scalars().all() == [1]


# -------------------------------------------------------------------------------------- while others write


def one_of_a_pair(number: int) -> Review:
    return Review(f"event:{number}", 5, f"question {number}", "choice", "quiz", Rating.GOOD, 1.0, NOON)


async def test_a_backup_is_of_one_moment_while_others_write(
    url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each write makes a review and its card: a backup that has one without the other was torn.
    monkeypatch.setattr(backups, "AT_ONCE", 3)
    writer = await Store.open(url)
    for number in range(50):
        await writer.reviews.record(one_of_a_pair(number))

    async def write() -> None:
        for number in range(50, 10_000):
            await writer.reviews.record(one_of_a_pair(number))

    writing = asyncio.create_task(write())
    made = [await backup(database, tmp_path / f"{number}.zip") for number in range(4)]
    assert not writing.done()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    for number, manifest in enumerate(made):
        assert manifest.tables["reviews"] == manifest.tables["cards"]
        inside = contents(tmp_path / f"{number}.zip")
        assert len(inside["reviews.jsonl"].splitlines()) == 1 + manifest.tables["reviews"]
        assert len(inside["cards.jsonl"].splitlines()) == 1 + manifest.tables["cards"]
    assert made[-1].rows > made[0].rows, "nobody had to wait for the backup"
    await writer.aclose()


async def test_who_is_connected_goes_on_with_what_was_put_back(url: str, database: Database, tmp_path: Path) -> None:
    running = await Store.open(url, busy_timeout_s=30)
    for number in range(30):
        await running.reviews.record(one_of_a_pair(number))
    await backup(database, tmp_path / "backup.zip")
    written: list[str] = []

    async def write() -> None:
        for number in count(1000):
            await running.reviews.record(one_of_a_pair(number))
            written.append(f"event:{number}")

    async def until_written(more: int) -> None:
        enough = len(written) + more
        async with asyncio.timeout(30):
            while len(written) < enough:
                assert not writing.done()
                await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    await until_written(3)
    await restore(database, tmp_path / "backup.zip", tmp_path / "before.zip")
    await until_written(3)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    there = await everything(database)
    keys = {str(row["event"]) for row in there["reviews"]}
    assert {f"event:{number}" for number in range(30)} <= keys
    assert len(there["reviews"]) == len(there["cards"]), "no write was torn by it"
    assert written[-1] in keys, "writing goes on after it"
    assert "event:1000" not in keys, "what was written before it is gone"
    with zipfile.ZipFile(tmp_path / "before.zip") as opened:
        assert b"event:1000" in opened.read("reviews.jsonl"), "and kept"
    await running.aclose()


# ------------------------------------------------------------------------------------------- other versions


async def test_a_backup_of_an_older_version_is_brought_up_to_date(database: Database, tmp_path: Path) -> None:
    older = Database(sqlite_url(tmp_path / "older.db"))
    async with older.write() as connection:
        await connection.run_sync(upgrade, "0004")
        await connection.execute(
            sa.text(
                "INSERT INTO people (user_id, time_zone, quiet_days, on_leaderboard) VALUES (5, 'Asia/Tokyo', '[5]', 1)"
            )
        )
        await connection.execute(sa.text("INSERT INTO votes VALUES (1, 10, 'leaf', 1, '2026-08-01 12:00:00.000000')"))
    made = await backup(older, tmp_path / "older.zip")
    assert made.schema == "0004"
    await older.aclose()

    await restore(database, tmp_path / "older.zip", tmp_path / "before.zip")

    store = Store(database)
    person = await store.people.get(5)
    assert (person.time_zone, person.quiet_days, person.on_leaderboard) == ("Asia/Tokyo", (5,), True)
    assert await store.votes.count("leaf") == VoteCounts(up=1, down=0)
    (vote,) = (await everything(database))["votes"]
    assert vote["cast_at"] == NOON
    assert {name.partition("-")[0] for name in names(tmp_path)} <= {"tutor.db", "older.db", "older.zip", "before.zip"}


async def test_a_backup_of_a_newer_version_is_refused(database: Database, tmp_path: Path) -> None:
    await Store(database).votes.cast(1, "leaf", 10, 1)
    await backup(database, tmp_path / "backup.zip")
    said = json.loads(contents(tmp_path / "backup.zip")[MANIFEST])
    changes: list[dict[str, object]] = [{"schema": "9999"}, {"format": 2}]
    for number, change in enumerate(changes):
        newer = rewritten(
            tmp_path / "backup.zip", tmp_path / f"{number}.zip", {MANIFEST: json.dumps({**said, **change}).encode()}
        )
        with pytest.raises(BackupError, match="update the bot"):
            await restore(database, newer, tmp_path / "before.zip")
    assert await Store(database).votes.count("leaf") == VoteCounts(up=1, down=0)
    assert not (tmp_path / "before.zip").exists()


# ------------------------------------------------------------------------------------------------ bad files


async def test_a_bad_file_is_refused_in_one_sentence_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    store = Store(database)
    await store.votes.cast(1, "leaf", 10, 1)
    good = tmp_path / "good.zip"
    await backup(database, good)
    inside = contents(good)
    lines = inside["votes.jsonl"].splitlines(keepends=True)
    bad = {
        "not a zip": b"somebody's diary",
        "empty": b"",
        "cut off": good.read_bytes()[:-200],
        "damaged": good.read_bytes().replace(b"votes.jsonl", b"vot\0s.jsonl"),
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    changed = {
        "no manifest": {MANIFEST: b"{}"},
        "a list": {MANIFEST: b"[]"},
        "no JSON": {"votes.jsonl": lines[0] + b"nonsense\n"},
        "too few rows": {"votes.jsonl": lines[0]},
        "too many rows": {"votes.jsonl": b"".join(lines) + lines[1].replace(b"10", b"11")},
        "no columns": {"votes.jsonl": b""},
        "other columns": {"votes.jsonl": b'["a","b"]\n'},
        "a column too few": {"votes.jsonl": lines[0].replace(b',"cast_at"', b"")},
        "a value too few": {"votes.jsonl": lines[0] + b"[1,2]\n"},
        "a value of another kind": {"votes.jsonl": lines[0] + b'[1,2,"leaf",1,"yesterday"]\n'},
        "an object": {"votes.jsonl": lines[0] + b'{"a": 1}\n'},
    }
    for name, change in changed.items():
        rewritten(good, tmp_path / name, change)
    before = await everything(database)
    for name in (*bad, *changed):
        with pytest.raises(BackupError, match="is not a backup of Torch Tutor, or it is damaged") as caught:
            await restore(database, tmp_path / name, tmp_path / "before.zip", called=f"The file {name}")
        assert str(caught.value).startswith(f"The file {name} is not")
        assert "Nothing was changed" in str(caught.value)
        assert await everything(database) == before, name
        assert "before.zip" not in names(tmp_path)


async def test_a_file_that_breaks_a_rule_of_the_database_changes_nothing(database: Database, tmp_path: Path) -> None:
    store = Store(database)
    await store.votes.cast(1, "leaf", 10, 1)
    await backup(database, tmp_path / "good.zip")
    lines = contents(tmp_path / "good.zip")["votes.jsonl"]
    broken = rewritten(tmp_path / "good.zip", tmp_path / "bad.zip", {"votes.jsonl": lines.replace(b"1,", b"5,")})
    with pytest.raises(StoreError, match="Nothing was changed"):
        await restore(database, broken, tmp_path / "before.zip")
    assert await store.votes.count("leaf") == VoteCounts(up=1, down=0)


async def test_a_database_that_no_bot_has_used_has_nothing_to_save(tmp_path: Path) -> None:
    unused = Database(sqlite_url(tmp_path / "tutor.db"))
    with pytest.raises(BackupError, match="is empty: no bot has used it yet"):
        await backup(unused, tmp_path / "backup.zip")
    await unused.aclose()
    assert names(tmp_path) == ["tutor.db"]


async def test_a_backup_that_cannot_be_written_leaves_the_older_one(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"nowhere.backup\.zip could not be written: No such file"):
        await backup(database, tmp_path / "nowhere" / "backup.zip")
    folder = tmp_path / "backup.zip"
    folder.mkdir()
    with pytest.raises(BackupError, match="could not be written: Is a directory"):
        await backup(database, folder)
    assert [name for name in names(tmp_path) if name.startswith(".")] == []
