"""People who look for somebody to practise with, and what was proposed to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.meetings import busy, keep_meeting
from bot.store.tables.meetings import ProposalRow, SeekerRow
from bot.store.tables.reviews import PersonRow
from bot.store.timers import cancel_timer, set_timer
from bot.study.free_hours import Free, Span
from bot.study.matching import Seeker
from bot.study.meeting import Level, Meeting
from bot.study.proposal import News, Proposal, Step

RUN, TELL, LAPSE = (f"match-{name}" for name in ("run", "tell", "lapse"))
"""Timers: look for pairs in a server; tell one person about a proposal; let a proposal without answers go."""

APART = timedelta(days=7)
"""For so long two people are not proposed to each other again after one of them would rather not."""
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody said about the partner they look for in a server. `avoids` is for nobody else to see."""

    guild_id: int
    user_id: int
    channel_id: int
    since: datetime
    level: Level = "mid"
    topics: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    language: str = ""
    avoids: tuple[int, ...] = ()
    again: bool = False
    looking: bool = False
    last_partner: int | None = None
    proposal: str | None = None


_WISH = tuple(field.name for field in fields(Wish))
_PROPOSAL = tuple(field.name for field in fields(Proposal))


class Partners:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def wish(self, guild_id: int, user_id: int) -> Wish | None:
        """What somebody said; None when they never said anything in this server."""
        async with self._database.read() as connection:
            found = await _wishes(connection, sa.and_(SeekerRow.guild_id == guild_id, SeekerRow.user_id == user_id))
        return found[0] if found else None

    async def set(self, fresh: Wish, **changed: Any) -> Wish:  # noqa: ANN401
        """Change parts of what somebody said, and leave the rest; `fresh` is what holds where nothing was said."""
        keys = {"guild_id": fresh.guild_id, "user_id": fresh.user_id}
        values = _stored(changed)
        defaults = _stored({name: getattr(fresh, name) for name in _WISH if name not in (*keys, *changed)})
        async with self._database.write() as connection:
            await connection.execute(self._database.upsert(SeekerRow, keys, values, defaults))
            which = sa.and_(SeekerRow.guild_id == fresh.guild_id, SeekerRow.user_id == fresh.user_id)
            (wish,) = await _wishes(connection, which)
        return wish

    async def look(self, guild_id: int, user_id: int, channel_id: int, now: datetime) -> Wish | None:
        """Begin to look for a partner, and have pairs looked for at once. None when nothing was said before."""
        which = sa.and_(SeekerRow.guild_id == guild_id, SeekerRow.user_id == user_id)
        since = sa.case((SeekerRow.looking, SeekerRow.since), else_=now)
        async with self._database.write() as connection:
            changed = sa.update(SeekerRow).where(which).values(looking=True, since=since, channel_id=channel_id)
            await connection.execute(changed)
            found = await _wishes(connection, which)
            if found:
                await set_timer(connection, self._database, RUN, str(guild_id), now)
        return found[0] if found else None

    async def run(self, guild_id: int, now: datetime) -> None:
        """Have pairs looked for at once."""
        async with self._database.write() as connection:
            await set_timer(connection, self._database, RUN, str(guild_id), now)

    async def stop(self, guild_id: int, user_id: int) -> None:
        """Look no longer."""
        which = sa.and_(SeekerRow.guild_id == guild_id, SeekerRow.user_id == user_id)
        async with self._database.write() as connection:
            await connection.execute(sa.update(SeekerRow).where(which).values(looking=False))

    async def pool(self, guild_id: int, now: datetime) -> list[Seeker]:
        """Everybody in a server who looks for a partner and has no open proposal."""
        which = sa.and_(SeekerRow.guild_id == guild_id, SeekerRow.looking, SeekerRow.proposal.is_(None))
        async with self._database.read() as connection:
            return await _seekers(connection, await _wishes(connection, which), now)

    async def seekers(self, guild_id: int, user_ids: Collection[int], now: datetime) -> list[Seeker]:
        """These people, whether they look for a partner or not."""
        which = sa.and_(SeekerRow.guild_id == guild_id, SeekerRow.user_id.in_(user_ids))
        async with self._database.read() as connection:
            return await _seekers(connection, await _wishes(connection, which), now)

    async def looking(self, guild_id: int) -> int:
        """How many people in a server look for a partner."""
        statement = sa.select(sa.func.count()).where(SeekerRow.guild_id == guild_id, SeekerRow.looking)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def propose(self, steps: Sequence[Step], now: datetime) -> list[Proposal]:
        """Keep new proposals. One of whose people is part of another by now, or looks no longer, is left out."""
        made: list[Proposal] = []
        async with self._database.write() as connection:
            await connection.execute(sa.delete(ProposalRow).where(ProposalRow.until < now - KEPT))
            for step in steps:
                proposal = step.proposal
                free = sa.and_(_both(proposal), SeekerRow.looking, SeekerRow.proposal.is_(None))
                # Locked first, so that of two processes that pair the same person the second finds them taken.
                locked = sa.select(SeekerRow.user_id).where(free).order_by(SeekerRow.user_id).with_for_update()
                if len((await connection.execute(locked)).all()) < 2:
                    continue
                await connection.execute(sa.update(SeekerRow).where(free).values(proposal=proposal.id))
                await connection.execute(sa.insert(ProposalRow).values(_row(proposal)))
                await self._follow_up(connection, step, now)
                made.append(proposal)
        return made

    async def proposal(self, proposal_id: str) -> Proposal | None:
        """A proposal; None when there is none of that id any more."""
        async with self._database.read() as connection:
            return await _proposal(connection, proposal_id)

    async def change(
        self,
        proposal_id: str,
        now: datetime,
        act: Callable[[Proposal], Step],
        agreed: Callable[[Proposal], Meeting],
    ) -> Step | None:
        """Do one thing to a proposal, alone; None when there is none. `agreed` is the meeting that it leads to.

        When it is over, both look for a partner again, except who did not answer and who found one in it.
        """
        async with self._database.write() as connection:
            before = await _proposal(connection, proposal_id, lock=True)
            if before is None:
                # One of the two had all about them deleted: the other is free again.
                await connection.execute(
                    sa.update(SeekerRow).where(SeekerRow.proposal == proposal_id).values(proposal=None)
                )
                return None
            step = act(before)
            after = step.proposal
            if after == before:
                return step
            await connection.execute(sa.update(ProposalRow).where(ProposalRow.id == proposal_id).values(_row(after)))
            if after.status == "open":
                await self._follow_up(connection, step, now)
                return step
            await cancel_timer(connection, LAPSE, proposal_id)
            await self._tell(connection, step.news, proposal_id, now)
            if after.status == "agreed":
                await self._agreed(connection, after, agreed(after), now)
            else:
                await self._released(connection, after, now)
        return step

    async def _agreed(self, connection: AsyncConnection, proposal: Proposal, meeting: Meeting, now: datetime) -> None:
        for user_id in proposal.people:
            which = sa.and_(SeekerRow.guild_id == proposal.guild_id, SeekerRow.user_id == user_id)
            partner = proposal.partner_of(user_id)
            values = {"proposal": None, "looking": False, "last_partner": partner}
            await connection.execute(sa.update(SeekerRow).where(which).values(values))
        await keep_meeting(connection, self._database, meeting, now)

    async def _released(self, connection: AsyncConnection, proposal: Proposal, now: datetime) -> None:
        await connection.execute(sa.update(SeekerRow).where(_both(proposal)).values(proposal=None))
        if proposal.status == "lapsed":
            silent = [user_id for user_id in proposal.people if user_id not in proposal.accepted]
            which = sa.and_(_both(proposal), SeekerRow.user_id.in_(silent))
            await connection.execute(sa.update(SeekerRow).where(which).values(looking=False))
        await set_timer(connection, self._database, RUN, str(proposal.guild_id), now)

    async def _follow_up(self, connection: AsyncConnection, step: Step, now: datetime) -> None:
        await set_timer(connection, self._database, LAPSE, step.proposal.id, step.proposal.until)
        await self._tell(connection, step.news, step.proposal.id, now)

    async def _tell(self, connection: AsyncConnection, news: Sequence[News], proposal_id: str, now: datetime) -> None:
        for each in news:
            payload = {"proposal": proposal_id, "user_id": each.user_id, "what": each.what}
            await set_timer(connection, self._database, TELL, f"{proposal_id}:{each.user_id}", now, payload)


def _both(proposal: Proposal) -> sa.ColumnElement[bool]:
    return sa.and_(SeekerRow.guild_id == proposal.guild_id, SeekerRow.user_id.in_(proposal.people))


async def _wishes(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> list[Wish]:
    columns = (getattr(SeekerRow, name) for name in _WISH)
    rows = await connection.execute(sa.select(*columns).where(which).order_by(SeekerRow.user_id))
    return [_wish(row._mapping) for row in rows]


def _wish(row: Mapping[Any, Any]) -> Wish:
    spans = tuple(Span(*span) for span in row["spans"])
    values = {**row, "topics": tuple(row["topics"]), "avoids": tuple(row["avoids"]), "spans": spans}
    return Wish(**values)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the columns take them."""
    stored = dict(values)
    for name in ("topics", "avoids"):
        if name in stored:
            stored[name] = list(stored[name])
    if "spans" in stored:
        stored["spans"] = [[span.day, span.start, span.end] for span in stored["spans"]]
    return stored


async def _seekers(connection: AsyncConnection, wishes: Sequence[Wish], now: datetime) -> list[Seeker]:
    """With what else decides who meets whom: their zones, their meetings, and what came to nothing lately."""
    ids = [wish.user_id for wish in wishes]
    zones = dict(
        cast(
            "Sequence[tuple[int, str | None]]",
            (
                await connection.execute(
                    sa.select(PersonRow.user_id, PersonRow.time_zone).where(PersonRow.user_id.in_(ids))
                )
            ).all(),
        )
    )
    taken = await busy(connection, ids, now)
    turned_down = sa.select(ProposalRow.one, ProposalRow.other).where(
        ProposalRow.guild_id.in_({wish.guild_id for wish in wishes}),
        ProposalRow.status.in_(("declined", "lapsed")),
        ProposalRow.until > now - APART,
    )
    apart = {frozenset((one, other)) for one, other in await connection.execute(turned_down)}
    return [
        Seeker(
            user_id=wish.user_id,
            level=wish.level,
            free=Free(wish.spans, zones.get(wish.user_id) or "UTC", tuple(taken[wish.user_id])),
            since=wish.since,
            topics=frozenset(wish.topics),
            language=wish.language,
            avoids=frozenset(wish.avoids) | {other for other in ids if frozenset((wish.user_id, other)) in apart},
            last_partner=wish.last_partner,
            again=wish.again,
            channel_id=wish.channel_id,
        )
        for wish in wishes
    ]


async def _proposal(connection: AsyncConnection, proposal_id: str, *, lock: bool = False) -> Proposal | None:
    columns = (getattr(ProposalRow, name) for name in _PROPOSAL)
    statement = sa.select(*columns).where(ProposalRow.id == proposal_id)
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        return None
    kept = row._mapping
    return Proposal(**{**kept, "topics": tuple(kept["topics"]), "accepted": frozenset(kept["accepted"])})


def _row(proposal: Proposal) -> dict[str, Any]:
    values = {name: getattr(proposal, name) for name in _PROPOSAL}
    return {**values, "topics": list(proposal.topics), "accepted": sorted(proposal.accepted)}
