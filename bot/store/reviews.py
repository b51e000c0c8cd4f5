"""The one review log and the cards that it drives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables.reviews import CardRow, ReviewRow
from bot.study import memory
from bot.study.memory import Card, Rating, Review

_CARD = (
    CardRow.state,
    CardRow.step,
    CardRow.stability,
    CardRow.difficulty,
    CardRow.due,
    CardRow.last_review,
    CardRow.reviews,
    CardRow.lapses,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A card with the question that it is about, and how its last review went."""

    question_id: str
    card: Card
    last_score: float
    last_form: str


class Reviews:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, review: Review) -> bool:
        """Keep a graded event and move its card. False when this event was kept before: it counts once."""
        async with self._database.write() as connection:
            return await record(connection, self._database, review)

    async def record_all(self, reviews: Iterable[Review]) -> int:
        """Keep several events in one transaction. How many of them were new."""
        async with self._database.write() as connection:
            return sum([await record(connection, self._database, review) for review in reviews])

    async def correct(self, key: str, user_id: int, rating: Rating) -> Card | None:
        """Put a person's own rating in place of the one an event was given, and the card where it leads.

        None when there is no such event of theirs.
        """
        async with self._database.write() as connection:
            changed = await connection.execute(
                sa.update(ReviewRow)
                .where(ReviewRow.event == key, ReviewRow.user_id == user_id)
                .values(rating=int(rating))
                .returning(ReviewRow.question_id)
            )
            question_id = changed.scalar_one_or_none()
            if question_id is None:
                return None
            logged = await connection.execute(
                sa.select(ReviewRow.rating, ReviewRow.answered_at)
                .where(ReviewRow.user_id == user_id, ReviewRow.question_id == question_id)
                .order_by(ReviewRow.answered_at, ReviewRow.id)
            )
            card = memory.replay((Rating(given), when) for given, when in logged)
            if card is not None:
                await connection.execute(
                    sa.update(CardRow)
                    .where(CardRow.user_id == user_id, CardRow.question_id == question_id)
                    .values(_columns(card))
                )
            return card

    async def card(self, user_id: int, question_id: str) -> Card | None:
        """One card; None when the person never met the question."""
        async with self._database.read() as connection:
            return await _card(connection, user_id, question_id)

    async def cards(self, user_id: int) -> list[Held]:
        """Every card of a person, the one that is due first, first."""
        return await self._held(CardRow.user_id == user_id)

    async def due(self, user_id: int, now: datetime, limit: int | None = None) -> list[Held]:
        """The cards that are due at `now`, longest overdue first."""
        return await self._held(sa.and_(CardRow.user_id == user_id, CardRow.due <= now), limit)

    async def count_due(self, user_id: int, now: datetime) -> int:
        """How many cards are due at `now`."""
        statement = sa.select(sa.func.count()).where(CardRow.user_id == user_id, CardRow.due <= now)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def held_by(self, user_ids: Sequence[int]) -> dict[int, list[Held]]:
        """The cards of several people, for choosing questions that suit a group."""
        statement = sa.select(CardRow.user_id, CardRow.question_id, CardRow.last_score, CardRow.last_form, *_CARD)
        held: dict[int, list[Held]] = {user_id: [] for user_id in user_ids}
        async with self._database.read() as connection:
            for user, question, score, form, *card in await connection.execute(
                statement.where(CardRow.user_id.in_(user_ids))
            ):
                held[user].append(Held(question, Card(*card), score, form))
        return held

    async def recent(self, user_ids: Sequence[int], since: datetime) -> set[str]:
        """The questions that any of these people met since a moment."""
        statement = sa.select(ReviewRow.question_id).where(
            ReviewRow.user_id.in_(user_ids), ReviewRow.answered_at >= since
        )
        async with self._database.read() as connection:
            return set((await connection.execute(statement.distinct())).scalars())

    async def find(self, key: str) -> Review | None:
        """The event with this key."""
        statement = sa.select(
            ReviewRow.event,
            ReviewRow.user_id,
            ReviewRow.question_id,
            ReviewRow.form,
            ReviewRow.source,
            ReviewRow.rating,
            ReviewRow.score,
            ReviewRow.answered_at,
            ReviewRow.guild_id,
            ReviewRow.session_id,
            ReviewRow.points,
            ReviewRow.seconds,
        ).where(ReviewRow.event == key)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Review(
            row.event,
            row.user_id,
            row.question_id,
            row.form,
            cast(memory.Source, row.source),
            Rating(row.rating),
            row.score,
            row.answered_at,
            row.guild_id,
            row.session_id,
            row.points,
            row.seconds,
        )

    async def _held(self, which: sa.ColumnElement[bool], limit: int | None = None) -> list[Held]:
        statement = (
            sa.select(CardRow.question_id, CardRow.last_score, CardRow.last_form, *_CARD)
            .where(which)
            .order_by(CardRow.due, CardRow.question_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [
                Held(question, Card(*card), score, form)
                for question, score, form, *card in await connection.execute(statement)
            ]


async def record(connection: AsyncConnection, database: Database, review: Review) -> bool:
    """Keep an event within a transaction of the caller's. False when it was kept before."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    logged = await connection.execute(
        insert(ReviewRow)
        .values(
            event=review.key,
            user_id=review.user_id,
            question_id=review.question_id,
            form=review.form,
            source=review.source,
            rating=int(review.rating),
            score=review.score,
            points=review.points,
            seconds=review.seconds,
            guild_id=review.guild_id,
            session_id=review.session_id,
            answered_at=review.answered_at,
        )
        .on_conflict_do_nothing(index_elements=["event"])
        .returning(ReviewRow.id)
    )
    if logged.scalar_one_or_none() is None:
        return False
    if not database.is_sqlite:
        # Two processes may be told of one person's first two answers to a question at the same time: the second waits
        # here for the first, where there is no row of the card to wait for yet.
        lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"{review.user_id}:{review.question_id}", 0))
        await connection.execute(sa.select(lock))
    before = await _card(connection, review.user_id, review.question_id)
    after = memory.review(before, review.rating, review.answered_at)
    await connection.execute(
        database.upsert(
            CardRow,
            {"user_id": review.user_id, "question_id": review.question_id},
            {**_columns(after), "last_score": review.score, "last_form": review.form},
        )
    )
    return True


async def _card(connection: AsyncConnection, user_id: int, question_id: str) -> Card | None:
    statement = sa.select(*_CARD).where(CardRow.user_id == user_id, CardRow.question_id == question_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else Card(*row)


def _columns(card: Card) -> dict[str, object]:
    return {name: getattr(card, name) for name in Card.__dataclass_fields__}
