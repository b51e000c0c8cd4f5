"""Thumbs up and down under answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import VoteRow


@dataclass(frozen=True, slots=True)
class VoteCounts:
    up: int
    down: int


class Votes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def cast(self, user_id: int, question_id: str, message_id: int, value: int) -> None:
        """Keep a vote, 1 or -1, in place of an earlier one by the same person on the same message."""
        if value not in (1, -1):
            raise ValueError(f"a vote is 1 or -1, not {value}")
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(
                    VoteRow,
                    {"user_id": user_id, "message_id": message_id},
                    {"question_id": question_id, "value": value, "cast_at": datetime.now(UTC)},
                )
            )

    async def count(self, question_id: str) -> VoteCounts:
        """How often the answer to a question was liked and disliked."""
        return await self._count(VoteRow.question_id == question_id)

    async def count_message(self, message_id: int) -> VoteCounts:
        """How often one message was liked and disliked."""
        return await self._count(VoteRow.message_id == message_id)

    async def _count(self, which: sa.ColumnElement[bool]) -> VoteCounts:
        statement = sa.select(
            sa.func.count().filter(VoteRow.value == 1), sa.func.count().filter(VoteRow.value == -1)
        ).where(which)
        async with self._database.read() as connection:
            up, down = (await connection.execute(statement)).one()
        return VoteCounts(up, down)
