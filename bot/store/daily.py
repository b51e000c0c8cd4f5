"""The question of the day of each server: its settings, what was posted, and who answered what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database, storable
from bot.store.reviews import record
from bot.store.tables.daily import DailyAnswerRow, DailyPostRow, DailyRow
from bot.store.tables.reviews import PersonRow
from bot.store.timers import cancel_timer, set_at_latest, set_timer
from bot.study.memory import Review

POST, REVEAL, COUNT = "daily", "daily-reveal", "daily-count"
"""Kinds of timers: the next question of a server, and of one post its answer and the edit of its numbers."""


@dataclass(frozen=True, slots=True)
class Daily:
    """A server's settings. `minute` counts from midnight in `time_zone`; `topic` None is all of them in turn.

    `trouble` says why the last question could not be posted, `trouble_since` since when none could; it is not `active`
    any more once that has lasted too long.
    """

    guild_id: int
    channel_id: int
    minute: int
    time_zone: str
    topic: str | None = None
    active: bool = True
    trouble: str | None = None
    trouble_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The question of one day. `exercise` is it as it was put, `message_id` None until it is known to be posted."""

    guild_id: int
    day: date
    question_id: str
    topic: str
    exercise: dict[str, Any]
    channel_id: int
    begun_at: datetime
    message_id: int | None = None
    revealed: bool = False

    @property
    def key(self) -> str:
        """Which post a timer is about."""
        return key_of(self.guild_id, self.day)


def key_of(guild_id: int, day: date) -> str:
    """Which post a timer is about."""
    return f"{guild_id}:{day.isoformat()}"


def read_key(key: str) -> tuple[int, date]:
    """Server and day of a timer's key."""
    guild_id, day = key.split(":")
    return int(guild_id), date.fromisoformat(day)


_DAILY = (
    DailyRow.guild_id,
    DailyRow.channel_id,
    DailyRow.minute,
    DailyRow.time_zone,
    DailyRow.topic,
    DailyRow.active,
    DailyRow.trouble,
    DailyRow.trouble_since,
)
_POST = (
    DailyPostRow.guild_id,
    DailyPostRow.day,
    DailyPostRow.question_id,
    DailyPostRow.topic,
    DailyPostRow.exercise,
    DailyPostRow.channel_id,
    DailyPostRow.begun_at,
    DailyPostRow.message_id,
    DailyPostRow.revealed,
)


class DailyQuestions:
    def __init__(self, database: Database) -> None:
        self._database = database

    # -------------------------------------------------------------------------------------------- settings

    async def get(self, guild_id: int) -> Daily | None:
        """A server's settings; None when it has no question of the day."""
        async with self._database.read() as connection:
            row = (await connection.execute(sa.select(*_DAILY).where(DailyRow.guild_id == guild_id))).one_or_none()
        return None if row is None else Daily(*row)

    async def set(self, daily: Daily, first_at: datetime) -> None:
        """Post a question every day from `first_at` on, by these settings in place of earlier ones."""
        values = {name: getattr(daily, name) for name in Daily.__dataclass_fields__ if name != "guild_id"}
        async with self._database.write() as connection:
            await connection.execute(self._database.upsert(DailyRow, {"guild_id": daily.guild_id}, values))
            await set_timer(connection, self._database, POST, str(daily.guild_id), first_at)

    async def turn_off(self, guild_id: int) -> bool:
        """Post no more; what was posted and answered stays. False when nothing was set."""
        async with self._database.write() as connection:
            await cancel_timer(connection, POST, str(guild_id))
            gone = await connection.execute(
                sa.delete(DailyRow).where(DailyRow.guild_id == guild_id).returning(DailyRow.guild_id)
            )
            return gone.first() is not None

    async def failed(self, guild_id: int, words: str, now: datetime, next_at: datetime, patience: timedelta) -> None:
        """Note why a question could not be posted. After `patience` without success no more is tried."""
        since = sa.func.coalesce(DailyRow.trouble_since, sa.literal(now, DailyRow.trouble_since.type))
        async with self._database.write() as connection:
            noted = await connection.execute(
                sa.update(DailyRow)
                .where(DailyRow.guild_id == guild_id, DailyRow.active)
                .values(trouble=words, trouble_since=since)
                .returning(DailyRow.trouble_since)
            )
            first = noted.scalar_one_or_none()
            if first is None:
                return
            if now - first < patience:
                await set_timer(connection, self._database, POST, str(guild_id), next_at)
                return
            await connection.execute(sa.update(DailyRow).where(DailyRow.guild_id == guild_id).values(active=False))
            await cancel_timer(connection, POST, str(guild_id))

    # ----------------------------------------------------------------------------------------------- posts

    async def begin(self, post: Post, stale: timedelta) -> tuple[Post, bool]:
        """Take a day for a question, before it is posted. The day's post, and whether the caller is to post it.

        Another one has the day already, maybe with another question; unless it began longer than `stale` ago and was
        never posted: then whoever took it has died over it, and the caller takes it over.
        """
        values = {name: getattr(post, name) for name in Post.__dataclass_fields__}
        keys = {"guild_id": values.pop("guild_id"), "day": values.pop("day")}
        day = _is(post.guild_id, post.day)
        dead = sa.and_(day, DailyPostRow.message_id.is_(None), DailyPostRow.begun_at <= post.begun_at - stale)
        async with self._database.write() as connection:
            fresh = self._database.insert_once(DailyPostRow, keys, values).returning(DailyPostRow.day)
            mine = (await connection.execute(fresh)).first() is not None
            if not mine:
                taken = sa.update(DailyPostRow).where(dead).values(begun_at=post.begun_at).returning(DailyPostRow.day)
                mine = (await connection.execute(taken)).first() is not None
            row = (await connection.execute(sa.select(*_POST).where(day))).one()
        return Post(*row), mine

    async def posted(self, post: Post, message_id: int, reveal_at: datetime, now: datetime) -> None:
        """A question is in its channel. Its answer comes at `reveal_at`, and that of an earlier one now."""
        open_before = sa.and_(
            DailyPostRow.guild_id == post.guild_id, DailyPostRow.day < post.day, ~DailyPostRow.revealed
        )
        async with self._database.write() as connection:
            await connection.execute(
                sa.update(DailyPostRow).where(_is(post.guild_id, post.day)).values(message_id=message_id)
            )
            await connection.execute(
                sa.update(DailyRow)
                .where(DailyRow.guild_id == post.guild_id)
                .values(trouble=None, trouble_since=None, active=True)
            )
            for day in (await connection.execute(sa.select(DailyPostRow.day).where(open_before))).scalars():
                await set_timer(connection, self._database, REVEAL, key_of(post.guild_id, day), now)
            await set_timer(connection, self._database, REVEAL, post.key, reveal_at)

    async def withdraw(self, post: Post) -> None:
        """Give a day back whose question could not be posted."""
        async with self._database.write() as connection:
            await connection.execute(
                sa.delete(DailyPostRow).where(_is(post.guild_id, post.day), DailyPostRow.message_id.is_(None))
            )

    async def post(self, guild_id: int, day: date) -> Post | None:
        """The question of a day."""
        return await self._one(_is(guild_id, day))

    async def latest(self, guild_id: int) -> Post | None:
        """The newest question of a server."""
        return await self._one(DailyPostRow.guild_id == guild_id)

    async def reveal(self, post: Post) -> None:
        """From now on the answer is public, and nobody's counts any more."""
        async with self._database.write() as connection:
            await connection.execute(sa.update(DailyPostRow).where(_is(post.guild_id, post.day)).values(revealed=True))

    async def history(self, guild_id: int) -> list[tuple[date, str, str]]:
        """Day, question and topic of everything that a server had, oldest first."""
        statement = (
            sa.select(DailyPostRow.day, DailyPostRow.question_id, DailyPostRow.topic)
            .where(DailyPostRow.guild_id == guild_id)
            .order_by(DailyPostRow.day)
        )
        async with self._database.read() as connection:
            return [(day, question, topic) for day, question, topic in await connection.execute(statement)]

    # --------------------------------------------------------------------------------------------- answers

    async def answer(self, post: Post, given: str, correct: bool, review: Review, count_at: datetime) -> str | None:
        """Keep somebody's answer, with its review, and have the post's numbers edited at `count_at` at the latest.

        None when it counts; what the person gave before, when they had answered already.
        """
        keys = {"guild_id": post.guild_id, "day": post.day, "user_id": review.user_id}
        async with self._database.write() as connection:
            fresh = await connection.execute(
                self._database.insert_once(
                    DailyAnswerRow,
                    keys,
                    {"given": storable(given), "correct": correct, "answered_at": review.answered_at},
                ).returning(DailyAnswerRow.user_id)
            )
            if fresh.first() is None:
                known = sa.select(DailyAnswerRow.given).filter_by(**keys)
                return str((await connection.execute(known)).scalar_one())
            await record(connection, self._database, review)
            await set_at_latest(connection, self._database, COUNT, post.key, count_at)
            return None

    async def given(self, guild_id: int, day: date) -> dict[str, int]:
        """How many gave each answer to the question of a day."""
        statement = (
            sa.select(DailyAnswerRow.given, sa.func.count())
            .where(DailyAnswerRow.guild_id == guild_id, DailyAnswerRow.day == day)
            .group_by(DailyAnswerRow.given)
        )
        async with self._database.read() as connection:
            return dict((await connection.execute(statement)).all())

    async def answers(self, guild_id: int, user_id: int | None = None) -> dict[int, dict[date, bool]]:
        """For everybody who ever answered in a server, or for one of them, on which days they were right and not."""
        statement = sa.select(DailyAnswerRow.user_id, DailyAnswerRow.day, DailyAnswerRow.correct).where(
            DailyAnswerRow.guild_id == guild_id
        )
        if user_id is not None:
            statement = statement.where(DailyAnswerRow.user_id == user_id)
        found: defaultdict[int, dict[date, bool]] = defaultdict(dict)
        async with self._database.read() as connection:
            for user, day, correct in await connection.execute(statement):
                found[user][day] = correct
        return dict(found)

    async def pseudonyms(self, user_ids: list[int]) -> dict[int, str]:
        """The names that people chose to be shown by, of those who chose one."""
        statement = sa.select(PersonRow.user_id, PersonRow.pseudonym).where(PersonRow.user_id.in_(user_ids))
        async with self._database.read() as connection:
            return {user: name for user, name in await connection.execute(statement) if name}

    async def _one(self, which: sa.ColumnElement[bool]) -> Post | None:
        statement = sa.select(*_POST).where(which).order_by(DailyPostRow.day.desc()).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else Post(*row)


def _is(guild_id: int, day: date) -> sa.ColumnElement[bool]:
    return sa.and_(DailyPostRow.guild_id == guild_id, DailyPostRow.day == day)
