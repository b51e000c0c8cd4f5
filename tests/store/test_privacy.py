"""Every table says whose its rows are and docs/privacy.md what is in it; who is forgotten is gone from all of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot import privacy
from bot.store import Store
from bot.store.database import Database
from bot.store.privacy import DECLARED, NOBODY, Blanks, Declaration, Rows, Under
from bot.store.tables import Base

ME, OTHER = 311111111111111111, 322222222222222222
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
Row = dict[str, Any]

SAMPLES: dict[str, object] = {"reviews.rating": 3, "votes.value": 1}
"""Values for columns, as table.column, that do not take just any value of their type."""
NO_PEOPLE = {
    "id",
    "guild_id",
    "channel_id",
    "message_id",
    "event_id",
    "place_id",
    "lobby_message_id",
    "card_message_id",
}
"""Numbers as large as those of people, which are the numbers of other things."""


def words() -> dict[str, privacy.Documented]:
    return privacy.documented(privacy.PAGE.read_text(encoding="utf-8"))


def tables() -> list[sa.Table]:
    return Base.metadata.sorted_tables


# ---------------------------------------------------------------------------------------------- declared


def test_every_table_is_declared() -> None:
    assert set(DECLARED) == {table.name for table in tables()}, "add a line to DECLARED in bot/store/privacy.py"


def test_every_table_and_column_is_documented() -> None:
    page = words()
    assert set(page) == {table.name for table in tables()}, "add a section to docs/privacy.md"
    for table in tables():
        assert list(page[table.name].columns) == [column.name for column in table.columns], table.name
        assert page[table.name].about


def test_what_is_declared_is_there() -> None:
    for table in tables():
        for one in DECLARED[table.name]:
            for place in one.people:
                assert place.partition(".")[0] in table.c, f"{table.name} has no {place}"
            if isinstance(one, Under):
                assert one.table in Base.metadata.tables
                assert one.column in table.c


def test_no_column_that_could_name_a_person_is_forgotten() -> None:
    for table in tables():
        named = {place.partition(".")[0] for one in DECLARED[table.name] for place in one.people}
        above = {one.column for one in DECLARED[table.name] if isinstance(one, Under)}
        for column in table.columns:
            if isinstance(column.type, sa.BigInteger) and not column.foreign_keys:
                known = named | above | NO_PEOPLE
                assert column.name in known, f"does {table.name}.{column.name} name a person? Declare it, or list it"


# ------------------------------------------------------------------------------- every table, for two people


@dataclass
class Filled:
    """What was put into every table: each row under the person that it is about; None is nobody."""

    rows: dict[str, list[tuple[int | None, Row]]] = field(default_factory=dict)

    def of(self, table: str, person: int | None) -> list[Row]:
        return [row for owner, row in self.rows[table] if owner == person]


def fill(connection: sa.Connection) -> Filled:
    """Rows of both people in every table, one for each way in which the table can name them."""
    numbers = count(1)
    filled = Filled()
    for table in highest_first():
        filled.rows[table.name] = []
        for owner in (ME, OTHER) if DECLARED[table.name] else (None, None):
            for one, place in ways(table):
                row = {column.name: sample(column, next(numbers), owner, filled) for column in table.columns}
                if isinstance(one, Under):
                    row[one.column] = key_of(filled, one.table, owner)
                elif place:
                    put(row, table, place, owner or 0)
                connection.execute(sa.insert(table).values(row))
                filled.rows[table.name].append((owner, row))
    return filled


def highest_first() -> list[sa.Table]:
    """The tables, each after those that it is under."""

    def depth(name: str) -> int:
        return max((1 + depth(one.table) for one in DECLARED[name] if isinstance(one, Under)), default=0)

    return sorted(tables(), key=lambda table: depth(table.name))


def ways(table: sa.Table) -> Iterator[tuple[Declaration | None, str]]:
    """How a row of the table can come to be about somebody."""
    for one in DECLARED[table.name]:
        yield from ((one, place) for place in one.people or ("",))
    if DECLARED[table.name] is NOBODY:
        yield None, ""


def put(row: Row, table: sa.Table, place: str, person: int) -> None:
    column, _, key = place.partition(".")
    if key:
        row[column] = {key: person, "else": 1}
    else:
        row[column] = str(person) if isinstance(table.c[column].type, sa.Text) else person


def sample(column: sa.Column[Any], number: int, owner: int | None, filled: Filled) -> object:
    name = f"{column.table.name}.{column.name}"
    if name in SAMPLES:
        return SAMPLES[name]
    if column.foreign_keys:
        (foreign,) = column.foreign_keys
        return key_of(filled, foreign.column.table.name, owner)
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"number": number}
    if isinstance(kind, sa.SmallInteger):
        return number % 1000
    by_type: dict[type, object] = {
        bool: True,
        int: number,
        float: number / 2,
        str: f"text {number}",
        bytes: b"%d" % number,
        date: NOON.date(),
        datetime: NOON + timedelta(minutes=number),
    }
    return by_type[kind.python_type]


def key_of(filled: Filled, table: str, owner: int | None) -> object:
    (key,) = Base.metadata.tables[table].primary_key.columns
    return (filled.of(table, owner) or filled.of(table, None) or filled.of(table, ME))[0][key.name]


def dumped(connection: sa.Connection) -> dict[str, list[Row]]:
    """Everything in the database."""
    return {table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()] for table in tables()}


@pytest.fixture
def more_tables() -> Iterator[None]:
    """Tables of the kinds that the bot's own need not have: shared rows, and rows under rows under rows."""
    metadata = Base.metadata
    made = [
        sa.Table(
            "sample_games",
            metadata,
            sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("user_id", sa.BigInteger, nullable=False),
            sa.Column("partner_id", sa.BigInteger, nullable=False),
            sa.Column("partner_name", sa.Text, nullable=False),
            sa.Column("note", sa.Text),
        ),
        sa.Table(
            "sample_moves",
            metadata,
            sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("game_id", sa.ForeignKey("sample_games.id"), nullable=False),
        ),
        # Not by a foreign key, and sorted before the table that it is under.
        sa.Table(
            "sample_comments",
            metadata,
            sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("move", sa.BigInteger, nullable=False),
        ),
        sa.Table(
            "sample_decks",
            metadata,
            sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("author_id", sa.BigInteger, nullable=True),
            sa.Column("author_name", sa.Text, nullable=True),
            sa.Column("title", sa.Text, nullable=False),
        ),
    ]
    DECLARED["sample_games"] = (Rows("user_id"), Blanks("partner_id", "partner_name"))
    DECLARED["sample_moves"] = (Under("game_id", "sample_games"),)
    DECLARED["sample_comments"] = (Under("move", "sample_moves"),)
    DECLARED["sample_decks"] = (Blanks("author_id", "author_name"),)
    yield
    for table in reversed(made):
        del DECLARED[table.name]
        metadata.remove(table)


@pytest_asyncio.fixture
async def database(url: str, more_tables: None) -> AsyncIterator[Database]:
    await (await Store.open(url)).aclose()
    opened = Database(url)
    async with opened.write() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield opened
    await opened.aclose()


async def test_forgetting_leaves_exactly_the_others(database: Database) -> None:
    async with database.write() as connection:
        filled = await connection.run_sync(fill)
    about_me = sum(len(filled.of(table.name, ME)) for table in tables())

    changed = await Store(database).privacy.forget(ME)

    async with database.read() as connection:
        left = await connection.run_sync(dumped)
    assert str(ME) not in json.dumps(left, default=str), "something still names them"
    assert changed == about_me
    for table in tables():
        kept = [*filled.of(table.name, OTHER), *filled.of(table.name, None)]
        kept += [blanked(one, row) for row in filled.of(table.name, ME) if (one := shared(table, row))]
        assert Counter(map(repr, by_key(table, left[table.name]))) == Counter(map(repr, by_key(table, kept)))


def shared(table: sa.Table, row: Row) -> Blanks | None:
    """The declaration by which a row about somebody stays; none when another one takes it away."""
    for one in DECLARED[table.name]:
        if isinstance(one, Blanks) and row[one.people[0]] == ME:
            return one
    return None


def blanked(one: Blanks, row: Row) -> Row:
    empty: Row = {"partner_id": 0, "partner_name": "", "host_id": 0}
    return {**row, **{name: empty.get(name) for name in (*one.people, *one.others)}}


def by_key(table: sa.Table, rows: list[Row]) -> list[Row]:
    return sorted(
        ({column.name: row[column.name] for column in table.columns} for row in rows),
        key=lambda row: [str(row[column.name]) for column in table.primary_key],
    )


async def test_an_export_has_every_row_about_somebody_and_nobody_elses(database: Database) -> None:
    async with database.write() as connection:
        filled = await connection.run_sync(fill)

    exported = await Store(database).privacy.export(ME)

    assert set(exported) == {name for name, declared in DECLARED.items() if declared}
    for table in tables():
        if DECLARED[table.name]:
            assert by_key(table, exported[table.name]) == by_key(table, filled.of(table.name, ME)), table.name
    assert str(OTHER) not in json.dumps(exported, default=str)


async def test_nothing_is_known_of_a_stranger(store: Store) -> None:
    assert await store.privacy.forget(ME) == 0
    exported = await store.privacy.export(ME)
    assert exported
    assert not any(exported.values())


async def test_timers_about_somebody_go_and_others_stay(store: Store) -> None:
    await store.timers.set("reminder", str(ME), NOON)
    await store.timers.set("reminder", f"{ME}0", NOON)
    await store.timers.set("countdown", "quiz", NOON, {"user_id": ME})
    await store.timers.set("meeting", "text", NOON, {"user_id": str(ME)})
    await store.timers.set("countdown", "another quiz", NOON, {"user_id": ME + 1, "guild_id": ME})

    assert await store.privacy.forget(ME) == 3

    left = await store.timers.claim(NOON, 10, timedelta(minutes=1))
    assert {(timer.kind, timer.key) for timer in left} == {("reminder", f"{ME}0"), ("countdown", "another quiz")}


# --------------------------------------------------------------------------------------------------- the zip


async def test_the_zip_has_a_file_a_table_and_says_what_each_field_is(store: Store) -> None:
    await store.people.set_time_zone(ME, "Europe/Berlin")
    await store.snippets.keep(1, ME, "print('grüße')", NOON)

    packed = privacy.archive(await store.privacy.export(ME), ME, NOON)

    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        names = set(opened.namelist())
        readme = opened.read("README.txt").decode()
        files = {name: json.loads(opened.read(name)) for name in names - {"README.txt"}}
    assert set(files) == {f"{name}.json" for name, declared in DECLARED.items() if declared}
    assert files["snippets.json"] == [
        {"message_id": 1, "user_id": ME, "code": "print('grüße')", "created_at": "2026-08-01T12:00:00+00:00"}
    ]
    assert files["people.json"][0]["time_zone"] == "Europe/Berlin"
    assert files["votes.json"] == []
    assert f"user {ME}, as of 01 August 2026, 12:00 UTC" in readme
    for table in tables():
        if DECLARED[table.name]:
            for column in table.columns:
                assert f"\n  {column.name}: " in readme.split(f"\n{table.name}.json: ")[1].split(".json: ")[0]
    assert "`" not in readme
    assert "**" not in readme
