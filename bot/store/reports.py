"""Questions that people in a server report, and what its moderators decide about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database, storable
from bot.store.tables.quizzes import ReportRow, RulingRow

HIDDEN_FROM = 3
"""A question that so many people of a server reported is not asked there until a moderator has looked at it."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Reported:
    """A reported question: by how many people, the newest reasons first, and whether it is hidden here."""

    question_id: str
    count: int
    reasons: tuple[str, ...]
    latest: datetime
    hidden: bool


class Reports:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, guild_id: int, question_id: str, user_id: int, reason: str, now: datetime) -> int:
        """Keep a report; a second one by the same person replaces the first. How many people reported the question."""
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(
                    ReportRow,
                    {"guild_id": guild_id, "question_id": question_id, "user_id": user_id},
                    {"reason": storable(reason)[:LONGEST_REASON], "reported_at": now},
                )
            )
            count = sa.select(sa.func.count()).where(
                ReportRow.guild_id == guild_id, ReportRow.question_id == question_id
            )
            return (await connection.execute(count)).scalar_one()

    async def rule(self, guild_id: int, question_id: str, *, hidden: bool, now: datetime) -> None:
        """Hide a question in a server, or show it whatever is reported; the reports are done with."""
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(
                    RulingRow, {"guild_id": guild_id, "question_id": question_id}, {"hidden": hidden, "ruled_at": now}
                )
            )
            await connection.execute(
                sa.delete(ReportRow).where(ReportRow.guild_id == guild_id, ReportRow.question_id == question_id)
            )

    async def hidden(self, guild_id: int) -> set[str]:
        """The questions that are not asked in a server."""
        reported = (
            sa.select(ReportRow.question_id)
            .where(ReportRow.guild_id == guild_id)
            .group_by(ReportRow.question_id)
            .having(sa.func.count() >= HIDDEN_FROM)
        )
        ruled = sa.select(RulingRow.question_id, RulingRow.hidden).where(RulingRow.guild_id == guild_id)
        async with self._database.read() as connection:
            often = set((await connection.execute(reported)).scalars())
            rulings = {row.question_id: row.hidden for row in await connection.execute(ruled)}
        return {question_id for question_id in often | rulings.keys() if rulings.get(question_id, True)}

    async def open(self, guild_id: int, limit: int) -> list[Reported]:
        """The reported questions that no moderator has decided on since, most reported first."""
        statement = (
            sa.select(ReportRow.question_id, ReportRow.reason, ReportRow.reported_at)
            .where(ReportRow.guild_id == guild_id)
            .order_by(ReportRow.reported_at.desc())
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        hidden = await self.hidden(guild_id)
        found: dict[str, list[tuple[str, datetime]]] = {}
        for question_id, reason, when in rows:
            found.setdefault(question_id, []).append((reason, when))
        reported = [
            Reported(
                question_id, len(each), tuple(reason for reason, _ in each if reason), each[0][1], question_id in hidden
            )
            for question_id, each in found.items()
        ]
        return sorted(reported, key=lambda one: -one.count)[:limit]
