"""A partner and a time, proposed to two people: both accept, one would rather another time, or it comes to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.study.matching import MINUTES, Pair
from bot.study.meeting import Level

ANSWER_WITHIN = timedelta(hours=24)
ANSWER_BEFORE = timedelta(hours=1)
"""So long before the proposed time it is too late to agree to it."""
MOST_TIMES = 25
APART = timedelta(hours=1)
"""Between the times that are offered instead, where there are many."""

Status = Literal["open", "agreed", "declined", "lapsed"]
What = Literal["proposed", "other time", "agreed", "declined", "lapsed"]
Outcome = Literal["waits", "agreed", "declined", "over", "not yours", "already"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two people may meet at `starts_at`; `accepted` are those who have said yes to that time. `asked_by` wanted this
    time instead of the one before; None when the tutor proposed it."""

    id: str
    guild_id: int
    channel_id: int
    one: int
    other: int
    level: Level
    topics: tuple[str, ...]
    starts_at: datetime
    until: datetime
    minutes: int = MINUTES
    status: Status = "open"
    accepted: frozenset[int] = frozenset()
    asked_by: int | None = None

    @property
    def people(self) -> tuple[int, int]:
        """Both of them."""
        return self.one, self.other

    def partner_of(self, user_id: int) -> int:
        """The other one."""
        return self.other if user_id == self.one else self.one


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell one of the two."""

    user_id: int
    what: What


@dataclass(frozen=True, slots=True)
class Step:
    """A proposal after something happened. `outcome` is for who did it."""

    proposal: Proposal
    outcome: Outcome = "over"
    news: tuple[News, ...] = ()


def propose(pair: Pair, id: str, guild_id: int, now: datetime) -> Step:
    """The earliest time at which both can, to both of them, and to meet where the one asked who has waited longest."""
    starts_at = pair.starts[0]
    patient = min(pair.one, pair.other, key=lambda seeker: (seeker.since, seeker.user_id))
    made = Proposal(
        id=id,
        guild_id=guild_id,
        channel_id=patient.channel_id,
        one=pair.one.user_id,
        other=pair.other.user_id,
        level=pair.level,
        topics=pair.topics,
        starts_at=starts_at,
        until=_until(starts_at, now),
    )
    return Step(made, "waits", tuple(News(user_id, "proposed") for user_id in made.people))


def still_true(proposal: Proposal, news: News) -> bool:
    """Whether news may still be told; they can be late when Discord or the bot was away."""
    if news.what in ("proposed", "other time"):
        return proposal.status == "open" and news.user_id not in proposal.accepted
    return proposal.status == news.what


def accept(proposal: Proposal, user_id: int) -> Step:
    """One of the two says yes to the time as it is now."""
    if refused := _refused(proposal, user_id):
        return refused
    if user_id in proposal.accepted:
        return Step(proposal, "already")
    accepted = proposal.accepted | {user_id}
    if len(accepted) < 2:
        return Step(replace(proposal, accepted=accepted), "waits")
    after = replace(proposal, accepted=accepted, status="agreed")
    return Step(after, "agreed", tuple(News(member, "agreed") for member in after.people))


def ask_for(proposal: Proposal, user_id: int, starts_at: datetime, now: datetime) -> Step:
    """One of the two would rather meet at another time, to which the other has yet to say yes."""
    if refused := _refused(proposal, user_id):
        return refused
    if starts_at == proposal.starts_at:
        return accept(proposal, user_id)
    after = replace(
        proposal,
        starts_at=starts_at,
        until=_until(starts_at, now),
        accepted=frozenset([user_id]),
        asked_by=user_id,
    )
    return Step(after, "waits", (News(proposal.partner_of(user_id), "other time"),))


def decline(proposal: Proposal, user_id: int) -> Step:
    """One of the two would rather not. The other learns that it came to nothing, and not why."""
    if refused := _refused(proposal, user_id):
        return refused
    after = replace(proposal, status="declined")
    return Step(after, "declined", (News(proposal.partner_of(user_id), "declined"),))


def lapse(proposal: Proposal, now: datetime) -> Step:
    """Nothing more can come of it once its time to answer is over."""
    if proposal.status != "open" or now < proposal.until:
        return Step(proposal)
    return Step(replace(proposal, status="lapsed"), "over", tuple(News(each, "lapsed") for each in proposal.people))


def other_times(starts: Sequence[datetime], proposal: Proposal, now: datetime) -> list[datetime]:
    """At most 25 of the times at which both can, without the proposed one; of more, some from the whole week."""
    free = [start for start in starts if start != proposal.starts_at and _until(start, now) > now]
    if len(free) <= MOST_TIMES:
        return free
    chosen: list[datetime] = []
    for start in free:
        if not chosen or start - chosen[-1] >= APART:
            chosen.append(start)
    every = -(-len(chosen) // MOST_TIMES)
    return chosen[::every]


def _refused(proposal: Proposal, user_id: int) -> Step | None:
    if user_id not in proposal.people:
        return Step(proposal, "not yours")
    return None if proposal.status == "open" else Step(proposal)


def _until(starts_at: datetime, now: datetime) -> datetime:
    return min(now + ANSWER_WITHIN, starts_at - ANSWER_BEFORE)
