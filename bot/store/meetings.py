"""Planned mock interviews and who signed up. What has to be done about a change is set as timers with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables.meetings import MeetingRow, SignUpRow
from bot.store.timers import cancel_timer, set_timer
from bot.study.meeting import Meeting, Plan, SignUp, Step
from bot.study.meeting_clock import next_due

CARD, STEP, EVENT, LOBBY, TELL, CALL = (
    f"meeting-{name}" for name in ("card", "step", "event", "lobby", "tell", "call")
)
"""Timers: show the card; do what is due; let the event in Discord follow; open the lobby; tell one person something;
call those in the channel who take no direct messages."""

KEPT = timedelta(days=90)
MOST_OF_ONE, MOST_IN_SERVER = 10, 50
"""Meetings to come that one person may have planned in a server, and that a server may have."""
OPEN = ("planned", "gathering")

_PLAN = tuple(field.name for field in fields(Plan))
_SIGN_UP = tuple(field.name for field in fields(SignUp))
_OWN = tuple(field.name for field in fields(Meeting) if field.name not in ("plan", "sign_ups"))

Refusal = Literal["", "person", "server"]


class Meetings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, meeting: Meeting, now: datetime) -> Refusal:
        """Keep a new meeting, unless its host or its server has too many; forget those long over."""
        open_here = sa.and_(MeetingRow.guild_id == meeting.guild_id, MeetingRow.status.in_(OPEN))
        async with self._database.write() as connection:
            await _forget(connection, MeetingRow.starts_at < now - KEPT)
            counted = await connection.execute(
                sa.select(
                    sa.func.count().filter(MeetingRow.host_id == meeting.host_id, ~MeetingRow.pair), sa.func.count()
                ).where(open_here)
            )
            own, all_here = counted.one()
            if all_here >= MOST_IN_SERVER:
                return "server"
            if own >= MOST_OF_ONE:
                return "person"
            await keep_meeting(connection, self._database, meeting, now)
        return ""

    async def drop(self, meeting_id: str) -> None:
        """Forget a meeting that nobody could be shown, with everything that was to be done about it."""
        async with self._database.write() as connection:
            await _forget(connection, MeetingRow.id == meeting_id)
            for kind in (CARD, STEP, EVENT, LOBBY):
                await cancel_timer(connection, kind, meeting_id)

    async def get(self, meeting_id: str) -> Meeting | None:
        """A meeting; None when there is none of that id any more."""
        async with self._database.read() as connection:
            found = await _read(connection, MeetingRow.id == meeting_id)
        return found[0] if found else None

    async def change(
        self, meeting_id: str, now: datetime, act: Callable[[Meeting], Step], *, show: bool = True
    ) -> Step | None:
        """Do one thing to a meeting, alone; None when there is none. `act` is pure, and may be called again.

        What follows from it is set as timers in the same transaction. Without `show` the card stays as it is.
        """
        async with self._database.write() as connection:
            found = await _read(connection, MeetingRow.id == meeting_id, lock=True)
            if not found:
                return None
            before = found[0]
            step = act(before)
            if step.meeting != before:
                after = replace(step.meeting, revision=before.revision + 1)
                step = replace(step, meeting=after)
                await _write(connection, after)
                await self._set_step(connection, after)
                if show:
                    await set_timer(connection, self._database, CARD, meeting_id, now)
            await self._follow_up(connection, step, now)
        return step

    async def posted(self, meeting_id: str, message_id: int) -> None:
        """Where the card is."""
        async with self._database.write() as connection:
            await connection.execute(
                sa.update(MeetingRow).where(MeetingRow.id == meeting_id).values(message_id=message_id)
            )

    async def upcoming(self, guild_id: int, limit: int) -> list[Meeting]:
        """The next meetings of a server, the first of them first."""
        which = sa.and_(MeetingRow.guild_id == guild_id, MeetingRow.status.in_(OPEN))
        async with self._database.read() as connection:
            return await _read(connection, which, limit=limit)

    async def of_event(self, event_id: int) -> str | None:
        """The id of the meeting whose event in Discord this is."""
        statement = sa.select(MeetingRow.id).where(MeetingRow.event_id == event_id)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def with_events(self, guild_ids: Collection[int]) -> list[Meeting]:
        """The planned meetings of some servers that have an event in Discord."""
        which = sa.and_(
            MeetingRow.guild_id.in_(guild_ids), MeetingRow.status == "planned", MeetingRow.event_id.is_not(None)
        )
        async with self._database.read() as connection:
            return await _read(connection, which)

    async def _follow_up(self, connection: AsyncConnection, step: Step, now: datetime) -> None:
        meeting_id = step.meeting.id
        if step.event:
            await set_timer(connection, self._database, EVENT, meeting_id, now)
        if step.lobby:
            await set_timer(connection, self._database, LOBBY, meeting_id, now)
        for news in step.news:
            payload = {"meeting": meeting_id, "user_id": news.user_id, "what": news.what}
            # The newest is what counts: it takes the place of what a person has not been told yet.
            await set_timer(connection, self._database, TELL, f"{meeting_id}:{news.user_id}", now, payload)
        if step.following:
            await keep_meeting(connection, self._database, step.following, now)

    async def _set_step(self, connection: AsyncConnection, meeting: Meeting) -> None:
        due = next_due(meeting)
        if due is None:
            await cancel_timer(connection, STEP, meeting.id)
        else:
            await set_timer(connection, self._database, STEP, meeting.id, due)


async def keep_meeting(connection: AsyncConnection, database: Database, meeting: Meeting, now: datetime) -> None:
    """Keep a new meeting within a transaction of the caller's, with the timers that show it, watch it and plan it."""
    await connection.execute(sa.insert(MeetingRow).values(_columns(meeting)))
    await _write_sign_ups(connection, meeting)
    for kind in (CARD, EVENT):
        await set_timer(connection, database, kind, meeting.id, now)
    if due := next_due(meeting):
        await set_timer(connection, database, STEP, meeting.id, due)


async def busy(
    connection: AsyncConnection, user_ids: Collection[int], since: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    """When these people have a seat in a meeting to come, within a transaction of the caller's."""
    statement = (
        sa.select(SignUpRow.user_id, MeetingRow.starts_at, MeetingRow.minutes)
        .join(MeetingRow, MeetingRow.id == SignUpRow.meeting_id)
        .where(
            SignUpRow.user_id.in_(user_ids),
            SignUpRow.place == "seat",
            MeetingRow.status.in_(OPEN),
            MeetingRow.starts_at >= since - timedelta(hours=1),
        )
    )
    taken: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for user_id, starts_at, minutes in await connection.execute(statement):
        taken[user_id].append((starts_at, starts_at + timedelta(minutes=minutes)))
    return taken


async def _read(
    connection: AsyncConnection, which: sa.ColumnElement[bool], *, lock: bool = False, limit: int | None = None
) -> list[Meeting]:
    statement = sa.select(MeetingRow.__table__).where(which).order_by(MeetingRow.starts_at, MeetingRow.id).limit(limit)
    if lock:
        statement = statement.with_for_update()
    rows = [dict(row) for row in (await connection.execute(statement)).mappings()]
    people: dict[str, list[SignUp]] = defaultdict(list)
    columns = (getattr(SignUpRow, name) for name in _SIGN_UP)
    signed_up = (
        sa.select(SignUpRow.meeting_id, *columns)
        .where(SignUpRow.meeting_id.in_([row["id"] for row in rows]))
        .order_by(SignUpRow.position)
    )
    for meeting_id, *values in await connection.execute(signed_up) if rows else ():
        people[meeting_id].append(SignUp(*values))
    return [_meeting(row, people[row["id"]]) for row in rows]


def _meeting(row: dict[str, Any], sign_ups: Iterable[SignUp]) -> Meeting:
    plan = Plan(**{name: row.pop(name) for name in _PLAN})
    row["wall"] = datetime.fromisoformat(row["wall"])
    return Meeting(plan=plan, sign_ups=tuple(sign_ups), **row)


def _columns(meeting: Meeting) -> dict[str, Any]:
    own = {name: getattr(meeting, name) for name in _OWN}
    return own | {"wall": meeting.wall.isoformat()} | {name: getattr(meeting.plan, name) for name in _PLAN}


async def _write(connection: AsyncConnection, meeting: Meeting) -> None:
    values = _columns(meeting)
    # The card may be posted while something else changes.
    del values["message_id"]
    await connection.execute(sa.update(MeetingRow).where(MeetingRow.id == meeting.id).values(values))
    await connection.execute(sa.delete(SignUpRow).where(SignUpRow.meeting_id == meeting.id))
    await _write_sign_ups(connection, meeting)


async def _write_sign_ups(connection: AsyncConnection, meeting: Meeting) -> None:
    rows = [
        {"meeting_id": meeting.id, "position": position} | {name: getattr(sign_up, name) for name in _SIGN_UP}
        for position, sign_up in enumerate(meeting.sign_ups)
    ]
    if rows:
        await connection.execute(sa.insert(SignUpRow), rows)


async def _forget(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> None:
    ids = sa.select(MeetingRow.id).where(which)
    await connection.execute(sa.delete(SignUpRow).where(SignUpRow.meeting_id.in_(ids)))
    await connection.execute(sa.delete(MeetingRow).where(which))
