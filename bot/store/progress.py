"""What the review log comes to: reviews a day, and points of a server. Each reads one index and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables.base import UtcDateTime
from bot.store.tables.reviews import PersonRow, ReviewRow
from bot.study.board import Entry


class Practice:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def reviews_a_day(self, user_id: int, starts: Sequence[datetime]) -> list[int]:
        """How many reviews there are between each of these moments and the next; one number fewer than moments."""
        days, within = _days(user_id, starts)
        return await self._each(days, sa.select(sa.func.count()).where(within).scalar_subquery())

    async def practised(self, user_id: int, starts: Sequence[datetime]) -> list[bool]:
        """Whether there is any review between each of these moments and the next; quicker than to count them."""
        days, within = _days(user_id, starts)
        return await self._each(days, sa.exists().where(within))

    async def _each(self, days: sa.CTE, what: sa.ColumnElement[Any]) -> list[Any]:
        async with self._database.read() as connection:
            return list((await connection.execute(sa.select(what).select_from(days).order_by(days.c.number))).scalars())

    async def points(self, guild_id: int, begin: datetime | None, end: datetime | None) -> list[Entry]:
        """The points that people on the leaderboard made in a server; who made none is left out."""
        points = sa.func.sum(ReviewRow.points).label("points")
        which = [ReviewRow.guild_id == guild_id]
        if begin is not None:
            which.append(ReviewRow.answered_at >= begin)
        if end is not None:
            which.append(ReviewRow.answered_at < end)
        summed = (
            sa.select(ReviewRow.user_id, points).where(*which).group_by(ReviewRow.user_id).having(points > 0).subquery()
        )
        statement = (
            sa.select(PersonRow.user_id, PersonRow.pseudonym, PersonRow.account, summed.c.points)
            .join(summed, summed.c.user_id == PersonRow.user_id)
            .where(PersonRow.on_leaderboard)
        )
        async with self._database.read() as connection:
            return [Entry(*row) for row in await connection.execute(statement)]


def _days(user_id: int, starts: Sequence[datetime]) -> tuple[sa.CTE, sa.ColumnElement[bool]]:
    """Numbered days as a table, and which reviews are a person's within one of them.

    Their moments come from outside, because neither database knows every zone's days. To look into a range of the index
    for each takes less time than to group all that there is.
    """
    days = (
        sa.values(
            sa.column("number", sa.Integer),
            sa.column("begins", UtcDateTime),
            sa.column("ends", UtcDateTime),
            name="days",
        )
        .data([(number, *day) for number, day in enumerate(pairwise(starts))])
        .cte()
    )
    return days, sa.and_(
        ReviewRow.user_id == user_id, ReviewRow.answered_at >= days.c.begins, ReviewRow.answered_at < days.c.ends
    )
