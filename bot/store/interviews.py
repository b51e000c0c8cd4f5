"""Mock interviews while they last: their state, who is in them, and what was said.

A change is made to one version of an interview and to no other: whoever comes second loads it anew. What has to be
shown because of a change is kept with it as a timer, so that a process that dies in between leaves it to the next one.
Transcripts are kept for 90 days; scorecards (`bot.store.scorecards`) until their owner deletes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import TutorError
from bot.store.database import Database, storable
from bot.store.scorecards import keep_rating, keep_score
from bot.store.tables.interviews import (
    InterviewEventRow,
    InterviewPersonRow,
    InterviewRow,
    InterviewSeenRow,
)
from bot.store.timers import cancel_timer, set_timer
from bot.study.interview.effects import Entry, EntryKind, Outcome, effect_to_json
from bot.study.interview.state import TALKING, Interview
from bot.study.interview.steering import next_point

KEPT = timedelta(days=90)
CLOCK = "interview"
SHOW = "interview-show"
SHOWN_WITHIN = timedelta(seconds=8)
"""What one process has not shown by then is shown by whichever comes to it."""


class Elsewhere(TutorError):
    """You are in another interview already. Leave that one first."""

    def __init__(self, other: Interview) -> None:
        super().__init__(
            "You are in an interview with me already: `/mock solo` goes on with it, `/mock stop` ends it."
            if other.options.solo
            else f"You are in another interview already, in <#{other.place_id}>. Leave that one first."
        )
        self.other = other


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """An interview at one version, and the messages that show it: the lobby's card and the one that is on.

    `card_shows` says what is on the latter, for whoever has to take its buttons away.
    """

    interview: Interview
    version: int
    lobby_message_id: int | None = None
    card_message_id: int | None = None
    card_shows: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript."""

    at: datetime
    entry: Entry


_HELD = (
    InterviewRow.state,
    InterviewRow.version,
    InterviewRow.lobby_message_id,
    InterviewRow.card_message_id,
    InterviewRow.card_shows,
)


class Interviews:
    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------------------- change

    async def open(self, outcome: Outcome, now: datetime) -> tuple[HeldInterview, str | None]:
        """Keep a new interview, and what is to be shown for it as `save` does.

        Raises Elsewhere, with nothing kept, when who opens it is in another interview. Others who are, are left out.
        """
        interview = outcome.interview
        async with self._database.write() as connection:
            await self._forget_old(connection, now)
            people_ids = sorted(person.user_id for person in interview.people)
            busy = await self._live_others(connection, interview.id, people_ids)
            if interview.host in busy:
                raise Elsewhere(busy[interview.host])
            people = tuple(person for person in interview.people if person.user_id not in busy)
            interview = replace(interview, people=people)
            await connection.execute(
                sa.insert(InterviewRow).values(
                    id=interview.id,
                    version=1,
                    state=interview.to_json(),
                    place_id=interview.place_id,
                    opened_at=now,
                    ended_at=None,
                )
            )
            for person in people:
                await self._seat(connection, interview.id, person.user_id)
            key = await self._keep_rest(connection, None, replace(outcome, interview=interview), 1, now)
        return HeldInterview(interview, 1), key

    async def save(
        self, before: HeldInterview, outcome: Outcome, now: datetime
    ) -> tuple[HeldInterview, str | None] | None:
        """Put the interview after an event in place of the one before it, with all that goes with it.

        The second value is the key under which the effects wait to be shown (`shown` takes them away), None when there
        are none. None altogether when somebody else has changed the interview meanwhile: load it and try again.
        Raises Elsewhere when somebody who joins is in another interview.
        """
        after = outcome.interview
        version = before.version + 1
        async with self._database.write() as connection:
            changed = await connection.execute(
                sa.update(InterviewRow)
                .where(InterviewRow.id == after.id, InterviewRow.version == before.version)
                .values(
                    version=version,
                    state=after.to_json(),
                    place_id=after.place_id,
                    ended_at=now if after.over and not before.interview.over else InterviewRow.ended_at,
                )
            )
            if changed.rowcount != 1:
                return None
            old = {person.user_id for person in before.interview.people}
            new = {person.user_id for person in after.people}
            if joined := new - old:
                busy = await self._live_others(connection, after.id, sorted(joined))
                for other in busy.values():
                    raise Elsewhere(other)
                for user_id in sorted(joined):
                    await self._seat(connection, after.id, user_id)
            if gone := old if after.over else old - new:
                await connection.execute(
                    sa.update(InterviewPersonRow)
                    .where(InterviewPersonRow.interview_id == after.id, InterviewPersonRow.user_id.in_(gone))
                    .values(live=False)
                )
            key = await self._keep_rest(connection, before.interview, outcome, version, now)
        return replace(before, interview=after, version=version), key

    async def shown(self, key: str) -> None:
        """Note that the effects under a key were shown."""
        async with self._database.write() as connection:
            await cancel_timer(connection, SHOW, key)

    async def keep_card(self, id: str, message_id: int, shows: str) -> None:
        """Note which message is the card that is on, and what it shows."""
        await self._note(id, card_message_id=message_id, card_shows=shows)

    async def keep_lobby(self, id: str, message_id: int) -> None:
        """Note which message is the lobby's card."""
        await self._note(id, lobby_message_id=message_id)

    async def _note(self, id: str, **values: object) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.update(InterviewRow).where(InterviewRow.id == id).values(**values))

    async def _keep_rest(
        self, connection: AsyncConnection, before: Interview | None, outcome: Outcome, version: int, now: datetime
    ) -> str | None:
        after = outcome.interview
        if outcome.entries:
            await connection.execute(sa.insert(InterviewEventRow), [_event(after.id, e, now) for e in outcome.entries])
        for scored in outcome.scored:
            await keep_score(connection, self._database, after.id, scored, now)
        for rated in outcome.rated:
            await keep_rating(connection, self._database, after.id, rated)
        for user_id, ref in _newly_heard(before, after):
            seen = self._database.upsert(InterviewSeenRow, {"user_id": user_id, "ref": ref}, {"at": now})
            await connection.execute(seen)
        point = next_point(after)
        if point is None:
            await cancel_timer(connection, CLOCK, after.id)
        elif before is None or point != next_point(before):
            await set_timer(connection, self._database, CLOCK, after.id, point)
        if not outcome.effects:
            return None
        key = f"{after.id}:{version}"
        payload: dict[str, Any] = {"effects": [effect_to_json(effect) for effect in outcome.effects]}
        await set_timer(connection, self._database, SHOW, key, now + SHOWN_WITHIN, payload)
        return key

    async def _seat(self, connection: AsyncConnection, id: str, user_id: int) -> None:
        keys = {"interview_id": id, "user_id": user_id}
        await connection.execute(self._database.upsert(InterviewPersonRow, keys, {"live": True}))

    async def _live_others(self, connection: AsyncConnection, id: str, user_ids: Sequence[int]) -> dict[int, Interview]:
        """The other live interviews that these people are in."""
        if not self._database.is_sqlite:
            # Two processes may seat one person at the same time, in two interviews: the second waits for the first.
            for user_id in user_ids:
                lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"interviewed {user_id}", 0))
                await connection.execute(sa.select(lock))
        found = await connection.execute(
            sa.select(InterviewPersonRow.user_id, InterviewRow.state)
            .join(InterviewRow, InterviewRow.id == InterviewPersonRow.interview_id)
            .where(
                InterviewPersonRow.user_id.in_(user_ids),
                InterviewPersonRow.live,
                InterviewPersonRow.interview_id != id,
            )
        )
        return {user_id: Interview.from_json(state) for user_id, state in found}

    async def _forget_old(self, connection: AsyncConnection, now: datetime) -> None:
        """Transcripts, and interviews that are long over, go whenever a new one comes."""
        long_over = sa.select(InterviewRow.id).where(InterviewRow.ended_at < now - KEPT)
        await connection.execute(sa.delete(InterviewEventRow).where(InterviewEventRow.at < now - KEPT))
        await connection.execute(sa.delete(InterviewSeenRow).where(InterviewSeenRow.at < now - KEPT))
        await connection.execute(sa.delete(InterviewPersonRow).where(InterviewPersonRow.interview_id.in_(long_over)))
        await connection.execute(sa.delete(InterviewRow).where(InterviewRow.ended_at < now - KEPT))

    # --------------------------------------------------------------------------------------------------- read

    async def get(self, id: str) -> HeldInterview | None:
        """An interview; None when there is none, or it is no longer kept."""
        return await self._one(InterviewRow.id == id)

    async def live_in(self, place_id: int) -> HeldInterview | None:
        """The interview that is held in a thread."""
        return await self._one(sa.and_(InterviewRow.place_id == place_id, InterviewRow.ended_at.is_(None)))

    async def live_of(self, user_id: int) -> HeldInterview | None:
        """The interview that somebody is in."""
        mine = sa.select(InterviewPersonRow.interview_id).where(
            InterviewPersonRow.user_id == user_id, InterviewPersonRow.live
        )
        return await self._one(sa.and_(InterviewRow.id.in_(mine), InterviewRow.ended_at.is_(None)))

    async def live(self) -> list[Interview]:
        """All interviews that are going on, wherever."""
        statement = sa.select(InterviewRow.state).where(InterviewRow.ended_at.is_(None))
        async with self._database.read() as connection:
            return [Interview.from_json(state) for state in (await connection.execute(statement)).scalars()]

    async def latest_of(self, user_id: int, limit: int = 25) -> list[tuple[Interview, datetime]]:
        """The interviews that somebody took part in, newest first, with when they were opened."""
        mine = sa.select(InterviewPersonRow.interview_id).where(InterviewPersonRow.user_id == user_id)
        statement = (
            sa.select(InterviewRow.state, InterviewRow.opened_at)
            .where(InterviewRow.id.in_(mine))
            .order_by(InterviewRow.opened_at.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [(Interview.from_json(state), when) for state, when in await connection.execute(statement)]

    async def was_in(self, id: str, user_id: int) -> bool:
        """Whether somebody is or was in an interview."""
        statement = sa.select(InterviewPersonRow.live).where(
            InterviewPersonRow.interview_id == id, InterviewPersonRow.user_id == user_id
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).first() is not None

    async def typed(self, id: str, round: int, part: int, ask: int) -> list[str]:
        """What the candidate typed as an answer to one ask, in order."""
        statement = (
            sa.select(InterviewEventRow.text)
            .where(
                InterviewEventRow.interview_id == id,
                InterviewEventRow.kind == "answer",
                InterviewEventRow.round == round,
                InterviewEventRow.part == part,
                InterviewEventRow.ask == ask,
            )
            .order_by(InterviewEventRow.id)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(statement)).scalars())

    async def last_code(self, id: str, round: int, part: int) -> str | None:
        """The code as the candidate left it; None before the first edit."""
        statement = (
            sa.select(InterviewEventRow.text)
            .where(
                InterviewEventRow.interview_id == id,
                InterviewEventRow.kind == "code",
                InterviewEventRow.round == round,
                InterviewEventRow.part == part,
            )
            .order_by(InterviewEventRow.id.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def transcript(self, id: str) -> list[Line]:
        """All that was kept of an interview, in order."""
        statement = (
            sa.select(
                InterviewEventRow.at,
                InterviewEventRow.kind,
                InterviewEventRow.text,
                InterviewEventRow.user_id,
                InterviewEventRow.round,
                InterviewEventRow.part,
                InterviewEventRow.ask,
                InterviewEventRow.late,
            )
            .where(InterviewEventRow.interview_id == id)
            .order_by(InterviewEventRow.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Line(
                row.at, Entry(cast(EntryKind, row.kind), row.text, row.user_id, row.round, row.part, row.ask, row.late)
            )
            for row in rows
        ]

    async def seen(self, user_ids: Sequence[int], since: datetime) -> set[str]:
        """The questions and blocks that any of these people heard in an interview since a moment."""
        statement = sa.select(InterviewSeenRow.ref).where(
            InterviewSeenRow.user_id.in_(user_ids), InterviewSeenRow.at >= since
        )
        async with self._database.read() as connection:
            return set((await connection.execute(statement.distinct())).scalars())

    async def _one(self, which: sa.ColumnElement[bool]) -> HeldInterview | None:
        statement = sa.select(*_HELD).where(which).order_by(InterviewRow.opened_at.desc()).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else HeldInterview(Interview.from_json(row[0]), *row[1:])


def _event(id: str, entry: Entry, now: datetime) -> dict[str, Any]:
    return {
        "interview_id": id,
        "at": now,
        "kind": entry.kind,
        "user_id": entry.user_id,
        "round": entry.round,
        "part": entry.part,
        "ask": entry.ask,
        "late": entry.late,
        "text": storable(entry.text),
    }


def _newly_heard(before: Interview | None, after: Interview) -> Iterable[tuple[int, str]]:
    """Who hears which question or block for the first time by this change."""

    def heard(interview: Interview | None) -> set[tuple[int, str]]:
        part = interview.current if interview else None
        if interview is None or interview.stage not in TALKING or part is None or not part.ref:
            return set()
        return {(person.user_id, part.ref) for person in interview.people}

    return sorted(heard(after) - heard(before))
