"""Questions that the tutor had no answer to, for moderators to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database, storable
from bot.store.tables import UnansweredRow


@dataclass(frozen=True, slots=True)
class Unanswered:
    id: int
    guild_id: int | None
    text: str | None
    verdict: str
    when: datetime


class UnansweredQuestions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, guild_id: int | None, text: str | None, verdict: str, when: datetime) -> int:
        """Keep a question, without its text where the server has not agreed to that. Returns its number."""
        kept = None if text is None else storable(text)
        statement = (
            sa.insert(UnansweredRow)
            .values(guild_id=guild_id, text=kept, verdict=verdict, asked_at=when, closed=False)
            .returning(UnansweredRow.id)
        )
        async with self._database.write() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def latest(self, guild_id: int, limit: int = 10, before: int | None = None) -> list[Unanswered]:
        """The open questions of a server, newest first; `before` is the number from which to page on."""
        statement = (
            sa.select(
                UnansweredRow.id,
                UnansweredRow.guild_id,
                UnansweredRow.text,
                UnansweredRow.verdict,
                UnansweredRow.asked_at,
            )
            .where(UnansweredRow.guild_id == guild_id, ~UnansweredRow.closed)
            .order_by(UnansweredRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            statement = statement.where(UnansweredRow.id < before)
        async with self._database.read() as connection:
            return [Unanswered(*row) for row in await connection.execute(statement)]

    async def count(self, guild_id: int) -> int:
        """How many open questions a server has."""
        statement = sa.select(sa.func.count()).where(UnansweredRow.guild_id == guild_id, ~UnansweredRow.closed)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def close(self, guild_id: int, id: int) -> bool:
        """Take a question off the server's list and forget its text. False when it was not on it."""
        statement = (
            sa.update(UnansweredRow)
            .where(UnansweredRow.guild_id == guild_id, UnansweredRow.id == id, ~UnansweredRow.closed)
            .values(closed=True, text=None)
            .returning(UnansweredRow.id)
        )
        async with self._database.write() as connection:
            return (await connection.execute(statement)).one_or_none() is not None
