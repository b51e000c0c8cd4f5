"""How fast `/progress`, `/review`'s next card and `/leaderboard` are with a million answers in the review log.

On SQLite, and on PostgreSQL where its server is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.settings import CHECKOUT

sys.path.insert(0, str(CHECKOUT))
from bot.cogs.progress import look
from bot.library import Library
from bot.own_questions import OwnQuestions
from bot.store import Person, Store, sqlite_url
from bot.store.database import Database
from bot.store.tables.reviews import CardRow, PersonRow, ReviewRow
from bot.study.board import span
from bot.ui import progress_picture
from knowledge.questions import Corpus, load_corpus
from tests.store.postgres import postgres

NOW = datetime(2026, 8, 12, 12, tzinfo=UTC)
GUILD = 7 * 10**17
FIRST = 10**17
ROUNDS = 40
AT_ONCE = 20_000

Row = tuple[Any, ...]


def reviews(rows: int, people: int, corpus: Corpus) -> Iterator[Row]:
    """Answers of two years, oldest first; the busiest person has a seventh of them."""
    chance = random.Random(1)  # noqa: S311  the same every time
    owners = chance.choices(range(people), [1 / (rank + 1) for rank in range(people)], k=rows)
    questions = [question.id for question in corpus.questions]
    begin, step = NOW - timedelta(days=730), timedelta(days=730) / rows
    for number, owner in enumerate(owners):
        score = chance.random()
        yield (
            f"bench:{number}", FIRST + owner, chance.choice(questions), "choice", "quiz", 1 + int(score * 3.99), score,
            10, 4.5, GUILD, "session", begin + step * (number + 1),
        )  # fmt: skip


def cards(people: int, corpus: Corpus) -> Iterator[Row]:
    """Every person has met every question."""
    chance = random.Random(2)  # noqa: S311
    for person, question in itertools.product(range(people), corpus.questions):
        last = NOW - timedelta(days=chance.random() * 60)
        stability = 1 + chance.random() * 60
        due = last + timedelta(days=stability)
        yield FIRST + person, question.id, 2, None, stability, 5.0, due, last, 9, 0, chance.random(), "choice"


async def fill(database: Database, rows: int, people: int, corpus: Corpus) -> None:
    """Put it all in, as fast as each database can take it."""
    names = [column.name for column in ReviewRow.__table__.columns if column.name != "id"]
    await _insert(database, "reviews", names, reviews(rows, people, corpus))
    await _insert(database, "cards", [column.name for column in CardRow.__table__.columns], cards(people, corpus))
    async with database.write() as connection:
        shown = [
            {"user_id": FIRST + person, "quiet_days": [], "on_leaderboard": True, "pseudonym": f"person {person}"}
            for person in range(people)
        ]
        await connection.execute(sa.insert(PersonRow), shown)
    if not database.is_sqlite:
        async with database.write() as connection:
            await connection.execute(sa.text("ANALYZE"))


async def _insert(database: Database, table: str, names: list[str], rows: Iterator[Row]) -> None:
    async with database.write() as connection:
        while chunk := list(itertools.islice(rows, AT_ONCE)):
            if database.is_sqlite:
                places = ", ".join("?" * len(names))
                plain = [tuple(_plain(value) for value in row) for row in chunk]
                await connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", plain)  # noqa: S608
            else:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.copy_records_to_table(table, records=chunk, columns=names)


def _plain(value: object) -> object:
    """SQLite keeps times as text, in UTC."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


async def measure(url: str | sa.URL, rows: int, people: int) -> None:
    """Fill a database and print how long each thing takes."""
    corpus = load_corpus()
    await (await Store.open(url)).aclose()
    database = Database(url, command_timeout_s=None)
    begun = time.perf_counter()
    await fill(database, rows, people, corpus)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    print(f"\n{kind}: {rows:,} answers of {people:,} people, put in within {time.perf_counter() - begun:.0f} s\n")
    store = Store(database)
    library = Library(corpus, OwnQuestions(store))
    owners = Counter(row[1] for row in reviews(rows, people, corpus))
    (busiest, most), (middle, usual) = owners.most_common(1)[0], owners.most_common()[people // 2]

    async def progress(user_id: int) -> None:
        who = Person(user_id, "Europe/Berlin")
        await store.people.get(user_id)
        found = await look(store, library, who, GUILD, NOW)
        progress_picture.draw.cache_clear()
        await asyncio.to_thread(progress_picture.draw, found)

    async def due(user_id: int) -> None:
        assert await store.reviews.due(user_id, NOW, limit=1)  # noqa: S101

    async def board() -> None:
        season = span("season", NOW)
        await store.practice.points(GUILD, season.begin, season.end)

    print("| database and drawing | p50 ms | p95 ms |\n|---|---|---|")
    await _row(f"`/progress` of the busiest person ({most:,} answers)", lambda: progress(busiest))
    await _row(f"`/progress` of one in the middle ({usual:,} answers)", lambda: progress(middle))
    await _row("next due card of `/review`, busiest person", lambda: due(busiest))
    await _row("points of a season for `/leaderboard`", board)
    await _row("points of all time for `/leaderboard`", lambda: store.practice.points(GUILD, None, None))
    await database.aclose()


async def _row(name: str, work: Callable[[], Awaitable[object]]) -> None:
    for _ in range(3):
        await work()
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await work()
        times.append((time.perf_counter() - begun) * 1000)
    print(f"| {name} | {statistics.median(times):.1f} | {statistics.quantiles(times, n=20)[18]:.1f} |", flush=True)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="answers in the review log")
    parser.add_argument("--people", type=int, default=500, help="people who gave them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(sqlite_url(Path(folder) / "tutor.db"), arguments.rows, arguments.people))
    try:
        with postgres() as server:
            asyncio.run(measure(server.create("bench"), arguments.rows, arguments.people))
    except FileNotFoundError as error:
        print(f"\n{error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
