"""What interviews leave behind: scores, scorecards, and who was candidate when. Kept until their owner deletes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database, storable
from bot.store.reviews import record
from bot.store.tables.interviews import (
    InterviewEventRow,
    InterviewPersonRow,
    InterviewRatingRow,
    InterviewRoundRow,
    InterviewRow,
    InterviewScoreRow,
)
from bot.study.interview.cards import BLANK, Scorecard, Sheet
from bot.study.interview.effects import Rated, Scored
from bot.study.interview.state import Interview, Options, Round
from bot.study.memory import Review

NOBODY = 0
"""Stands where somebody was who wants to be forgotten."""

_OPTIONS: TypeAdapter[Options] = TypeAdapter(Options)
_ROUND: TypeAdapter[Round] = TypeAdapter(Round)


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A scorecard with the round that it is about."""

    interview_id: str
    round: Round
    options: Options
    card: Scorecard
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """What candidates thought of somebody as an interviewer: the mean of `count` marks, None without any."""

    mean: float | None
    count: int


class Scorecards:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, interview: Interview, round: Round, card: Scorecard, reviews: Iterable[Review], now: datetime
    ) -> None:
        """Keep a scorecard, in place of an earlier one of the round, and what it says for the review log."""
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(
                    InterviewRoundRow,
                    {"interview_id": interview.id, "number": round.number},
                    {"card": card.to_json()},
                    {
                        "candidate_id": round.candidate,
                        # Alone one is no candidate whose turn others wait for.
                        "guild_id": None if interview.options.solo else interview.guild_id,
                        "options": _OPTIONS.dump_python(interview.options, mode="json"),
                        "round": _ROUND.dump_python(round, mode="json"),
                        "finished_at": now,
                    },
                )
            )
            for review in reviews:
                await record(connection, self._database, review)

    async def get(self, interview_id: str, number: int) -> KeptCard | None:
        """The scorecard of a round; None when there is none, or it was deleted."""
        found = await self._cards(
            sa.and_(InterviewRoundRow.interview_id == interview_id, InterviewRoundRow.number == number), 1
        )
        return found[0] if found else None

    async def of(self, user_id: int, limit: int = 50) -> list[KeptCard]:
        """Somebody's scorecards as a candidate, newest first."""
        return await self._cards(InterviewRoundRow.candidate_id == user_id, limit)

    async def sheets(self, interview_id: str, number: int) -> list[Sheet]:
        """The scores that are in for a round, the interviewer's first. Who gave only words has no axes."""
        statement = (
            sa.select(
                InterviewScoreRow.scorer_id,
                InterviewScoreRow.role,
                InterviewScoreRow.axes,
                InterviewScoreRow.strong,
                InterviewScoreRow.work,
            )
            .where(InterviewScoreRow.interview_id == interview_id, InterviewScoreRow.round == number)
            .order_by(InterviewScoreRow.role, InterviewScoreRow.scored_at)
        )
        async with self._database.read() as connection:
            return [
                Sheet(scorer, role, tuple(axes) if axes else BLANK, strong, work)
                for scorer, role, axes, strong, work in await connection.execute(statement)
            ]

    async def last_candidate(self, user_ids: Sequence[int]) -> dict[int, datetime]:
        """When each of these people was last a candidate in a group; who never was, is not in it."""
        statement = (
            sa.select(InterviewRoundRow.candidate_id, sa.func.max(InterviewRoundRow.finished_at))
            .where(InterviewRoundRow.candidate_id.in_(user_ids), InterviewRoundRow.guild_id.is_not(None))
            .group_by(InterviewRoundRow.candidate_id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return {row[0]: row[1] for row in rows}

    async def marks(self, user_id: int) -> Marks:
        """What candidates thought of somebody as an interviewer."""
        statement = sa.select(
            sa.func.avg(InterviewRatingRow.interviewer), sa.func.count(InterviewRatingRow.interviewer)
        ).where(InterviewRatingRow.interviewer_id == user_id)
        async with self._database.read() as connection:
            mean, count = (await connection.execute(statement)).one()
        return Marks(None if mean is None else float(mean), count)

    async def mark_shared(self, interview_id: str, number: int) -> None:
        """Note that a scorecard was shown to the group."""
        which = sa.and_(InterviewRoundRow.interview_id == interview_id, InterviewRoundRow.number == number)
        async with self._database.write() as connection:
            round = (await connection.execute(sa.select(InterviewRoundRow.round).where(which))).scalar_one_or_none()
            if round is not None:
                shared = {**round, "shared": True}
                await connection.execute(sa.update(InterviewRoundRow).where(which).values(round=shared))

    async def delete(self, user_id: int, interview_id: str, number: int) -> bool:
        """Delete one of somebody's scorecards with the scores behind it. False when it is not theirs, or is gone."""
        async with self._database.write() as connection:
            gone = await connection.execute(
                sa.delete(InterviewRoundRow).where(
                    InterviewRoundRow.interview_id == interview_id,
                    InterviewRoundRow.number == number,
                    InterviewRoundRow.candidate_id == user_id,
                )
            )
            if gone.rowcount:
                await connection.execute(
                    sa.delete(InterviewScoreRow).where(
                        InterviewScoreRow.interview_id == interview_id, InterviewScoreRow.round == number
                    )
                )
        return bool(gone.rowcount)

    async def _cards(self, which: sa.ColumnElement[bool], limit: int) -> list[KeptCard]:
        statement = (
            sa.select(
                InterviewRoundRow.interview_id,
                InterviewRoundRow.round,
                InterviewRoundRow.options,
                InterviewRoundRow.card,
                InterviewRoundRow.finished_at,
            )
            .where(which)
            .order_by(InterviewRoundRow.finished_at.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            KeptCard(
                id,
                _ROUND.validate_python(round),
                _OPTIONS.validate_python(options),
                Scorecard.from_json(card),
                when,
            )
            for id, round, options, card, when in rows
        ]


async def forget_within(connection: AsyncConnection, user_id: int) -> None:
    """Take somebody out of what is about others too, within a transaction of the caller's.

    What their rounds, transcripts and states say of others stays, and no longer says who they were. Rows that are
    theirs alone are for the caller, afterwards: who was where is found by them.
    """
    about_them = sa.select(InterviewRoundRow.interview_id).where(
        InterviewRoundRow.candidate_id == user_id,
        InterviewRoundRow.interview_id == InterviewScoreRow.interview_id,
        InterviewRoundRow.number == InterviewScoreRow.round,
    )
    await connection.execute(sa.delete(InterviewScoreRow).where(about_them.exists()))
    there = sa.select(InterviewPersonRow.interview_id).where(InterviewPersonRow.user_id == user_id)
    states = sa.select(InterviewRow.id, InterviewRow.state).where(InterviewRow.id.in_(there))
    for id, state in (await connection.execute(states)).all():
        # A process that is changing it right now starts again from here.
        without = {"state": _without(user_id, state), "version": InterviewRow.version + 1}
        await connection.execute(sa.update(InterviewRow).where(InterviewRow.id == id).values(without))
    rounds = sa.select(InterviewRoundRow.interview_id, InterviewRoundRow.number, InterviewRoundRow.round)
    for id, number, round in (await connection.execute(rounds.where(InterviewRoundRow.interview_id.in_(there)))).all():
        this = sa.and_(InterviewRoundRow.interview_id == id, InterviewRoundRow.number == number)
        await connection.execute(sa.update(InterviewRoundRow).where(this).values(round=_without(user_id, round)))
    named = sa.func.replace(InterviewEventRow.text, f"<@{user_id}>", f"<@{NOBODY}>")
    await connection.execute(
        sa.update(InterviewEventRow).where(InterviewEventRow.interview_id.in_(there)).values(text=named)
    )


def _without(user_id: int, plain: object) -> object:
    """Plain values in which somebody's id is nobody's."""
    if isinstance(plain, dict):
        return {name: _without(user_id, value) for name, value in plain.items()}
    if isinstance(plain, list):
        return [_without(user_id, value) for value in plain]
    return NOBODY if plain == user_id and not isinstance(plain, bool) else plain


async def keep_score(
    connection: AsyncConnection, database: Database, interview_id: str, scored: Scored, now: datetime
) -> None:
    """Keep scores or words within a transaction of the caller's; what is None in `scored` stays as it was."""
    keys = {"interview_id": interview_id, "round": scored.round, "scorer_id": scored.scorer}
    given: dict[str, Any] = {"role": scored.role, "scored_at": now}
    if scored.axes is not None:
        given["axes"] = list(scored.axes)
    if scored.strong is not None:
        given["strong"] = storable(scored.strong)
    if scored.work is not None:
        given["work"] = storable(scored.work)
    blank = {"axes": None, "strong": "", "work": ""}
    defaults = {name: value for name, value in blank.items() if name not in given}
    await connection.execute(database.upsert(InterviewScoreRow, keys, given, defaults))


async def keep_rating(connection: AsyncConnection, database: Database, interview_id: str, rated: Rated) -> None:
    """Keep the candidate's marks within a transaction of the caller's, in place of earlier ones."""
    marks = {
        "candidate_id": rated.candidate_id,
        "interviewer_id": rated.interviewer_id,
        "interviewer": rated.interviewer,
        "questions": rated.questions,
        "words": storable(rated.words),
    }
    keys = {"interview_id": interview_id, "round": rated.round}
    await connection.execute(database.upsert(InterviewRatingRow, keys, marks))
