"""The order in which somebody reviews: what is due, without what they set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, get_args

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.reviews import CARD, Held
from bot.store.tables.daily import SetAsideRow
from bot.store.tables.reviews import CardRow
from bot.study.memory import Card

How = Literal["skipped", "buried", "suspended"]
HOWS: dict[str, How] = {how: how for how in get_args(How)}
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


class Queue:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, user_id: int, now: datetime) -> list[Held]:
        """The cards to review at `now`: longest overdue first, then what was skipped. Nothing buried or suspended."""
        aside = sa.and_(
            SetAsideRow.user_id == CardRow.user_id,
            SetAsideRow.question_id == CardRow.question_id,
            SetAsideRow.until > now,
        )
        statement = (
            sa.select(CardRow.question_id, CardRow.last_score, CardRow.last_form, *CARD)
            .outerjoin(SetAsideRow, aside)
            .where(CardRow.user_id == user_id, CardRow.due <= now)
            .where(sa.or_(SetAsideRow.how.is_(None), SetAsideRow.how == "skipped"))
            # A sentinel, because the databases do not agree where NULL sorts.
            .order_by(sa.func.coalesce(SetAsideRow.since, _BEFORE_ALL), CardRow.due, CardRow.question_id)
        )
        async with self._database.read() as connection:
            return [
                Held(question, Card(*card), score, form)
                for question, score, form, *card in await connection.execute(statement)
            ]

    async def aside(self, user_id: int, now: datetime) -> dict[str, How]:
        """What somebody does not want to see at `now`, and how they put it aside."""
        statement = sa.select(SetAsideRow.question_id, SetAsideRow.how).where(
            SetAsideRow.user_id == user_id, SetAsideRow.until > now
        )
        async with self._database.read() as connection:
            return {question: HOWS[how] for question, how in await connection.execute(statement)}

    async def put_aside(self, user_id: int, question_id: str, how: How, now: datetime, until: datetime) -> None:
        """Set a question aside until a moment, in place of an earlier time, and forget what is over."""
        async with self._database.write() as connection:
            await connection.execute(
                sa.delete(SetAsideRow).where(SetAsideRow.user_id == user_id, SetAsideRow.until <= now)
            )
            await connection.execute(
                self._database.upsert(
                    SetAsideRow,
                    {"user_id": user_id, "question_id": question_id},
                    {"how": how, "since": now, "until": until},
                )
            )

    async def bring_back(self, user_id: int) -> int:
        """Take everything that somebody suspended back into their reviews. How many questions that were."""
        statement = sa.delete(SetAsideRow).where(SetAsideRow.user_id == user_id, SetAsideRow.how == "suspended")
        async with self._database.write() as connection:
            gone = await connection.execute(statement.returning(SetAsideRow.question_id))
            return len(gone.all())


_BEFORE_ALL = sa.literal(datetime(1970, 1, 1, tzinfo=UTC), SetAsideRow.since.type)
