"""Reviews a day and points of a server, on both databases, from their indexes alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, event

from bot.store import Store
from bot.store.database import Database
from bot.study.board import Entry
from bot.study.memory import Rating, Review
from bot.study.progress import day_starts, year_begin

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ME, OTHER, HERE, ELSEWHERE = 2**62, 7, 2**61, 8
BERLIN = ZoneInfo("Europe/Berlin")


def answered(key: int, when: datetime, *, user_id: int = ME, guild_id: int | None = HERE, points: int = 10) -> Review:
    return Review(
        f"event:{key}", user_id, "leaf-tensors", "choice", "quiz", Rating.GOOD, 1.0, when, guild_id, None, points
    )


async def test_reviews_are_counted_in_the_days_of_a_zone(store: Store) -> None:
    moments = [
        datetime(2026, 3, 28, 22, 59, 59, 999999, tzinfo=UTC),  # the last moment of the 28th in Berlin
        datetime(2026, 3, 28, 23, tzinfo=UTC),  # the first of the 29th, which has 23 hours
        datetime(2026, 3, 29, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
        datetime(2026, 4, 2, 12, tzinfo=UTC),  # beyond
    ]
    await store.reviews.record_all(answered(number, moment) for number, moment in enumerate(moments))
    await store.reviews.record(answered(99, moments[1], user_id=OTHER))
    starts = day_starts(date(2026, 3, 28), date(2026, 3, 31), BERLIN)
    assert await store.practice.reviews_a_day(ME, starts) == [1, 2, 1, 0]
    assert await store.practice.reviews_a_day(OTHER, starts) == [0, 1, 0, 0]
    assert await store.practice.reviews_a_day(99, starts) == [0, 0, 0, 0]
    assert await store.practice.practised(ME, starts) == [True, True, True, False]
    assert await store.practice.practised(99, starts) == [False] * 4
    in_utc = day_starts(date(2026, 3, 28), date(2026, 3, 29), UTC)
    assert await store.practice.reviews_a_day(ME, in_utc) == [2, 2]


async def test_a_year_and_a_single_day(store: Store) -> None:
    await store.reviews.record_all(answered(number, NOON - DAY * number * 30) for number in range(13))
    first = year_begin(NOON.date())
    counts = await store.practice.reviews_a_day(ME, day_starts(first, NOON.date(), UTC))
    assert len(counts) == 367
    assert sum(counts) == 13
    assert counts[-1] == counts[-31] == 1
    assert await store.practice.reviews_a_day(ME, day_starts(NOON.date(), NOON.date(), UTC)) == [1]


async def test_points_are_those_of_one_server_and_of_who_joined(store: Store) -> None:
    events = [
        answered(1, NOON, points=5),
        answered(2, NOON - DAY, points=6),
        answered(3, NOON, guild_id=ELSEWHERE, points=100),
        answered(4, NOON, guild_id=None, points=100),
        answered(5, NOON, user_id=OTHER, points=7),
        answered(6, NOON, user_id=99, points=9),
        answered(7, NOON, user_id=98, points=0),
    ]
    await store.reviews.record_all(events)
    assert await store.practice.points(HERE, None, None) == []
    await store.people.join_leaderboard(ME, pseudonym="Night Owl", account="me", looks="nlghtowl")
    await store.people.join_leaderboard(OTHER, pseudonym=None, account="Maya", looks="maya")
    await store.people.join_leaderboard(98, pseudonym=None, account="Zero", looks="zero")
    assert sorted(await store.practice.points(HERE, None, None), key=lambda entry: entry.points) == [
        Entry(OTHER, None, "Maya", 7),
        Entry(ME, "Night Owl", None, 11),
    ]
    assert await store.practice.points(ELSEWHERE, None, None) == [Entry(ME, "Night Owl", None, 100)]
    await store.people.leave_leaderboard(ME)
    assert await store.practice.points(HERE, None, None) == [Entry(OTHER, None, "Maya", 7)]


async def test_points_count_from_the_beginning_of_a_period_to_just_before_its_end(store: Store) -> None:
    await store.people.join_leaderboard(ME, pseudonym=None, account="me", looks="me")
    begin, end = NOON, NOON + DAY
    moments = [begin - timedelta(microseconds=1), begin, end - timedelta(microseconds=1), end]
    await store.reviews.record_all(answered(number, moment, points=10**number) for number, moment in enumerate(moments))

    async def points(begin: datetime | None, end: datetime | None) -> int:
        (entry,) = await store.practice.points(HERE, begin, end)
        return entry.points

    assert await points(begin, end) == 110
    assert await points(None, end) == 111
    assert await points(begin, None) == 1110
    assert await points(None, None) == 1111


async def read_a_day(store: Store) -> None:
    await store.practice.reviews_a_day(ME, [NOON, NOON + DAY])


async def read_whether(store: Store) -> None:
    await store.practice.practised(ME, [NOON, NOON + DAY])


async def read_points(store: Store) -> None:
    await store.practice.points(HERE, NOON, NOON + DAY)


async def read_due(store: Store) -> None:
    await store.reviews.due(ME, NOON, limit=1)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (read_a_day, "ix_reviews_user_id_answered_at"),
        (read_whether, "ix_reviews_user_id_answered_at"),
        (read_points, "ix_reviews_guild_id_answered_at"),
        (read_due, "ix_cards_user_id_due"),
    ],
)
async def test_what_is_asked_often_reads_an_index(
    url: str, store: Store, ask: Callable[[Store], Awaitable[None]], index: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await ask(store)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    ((statement, parameters),) = [one for one in asked if "reviews" in one[0] or "cards" in one[0]]
    database = Database(url)
    async with database.write() as connection:
        if not database.is_sqlite:
            # So small a table is otherwise read whole.
            await connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = "\n".join(str(row) for row in await connection.exec_driver_sql(explain + statement, parameters))
    await database.aclose()
    assert index in plan, plan
