"""A planned mock interview, and what people do to it: seats, the waiting list, moving it, calling it off.

Every step is pure: what happened goes in, the meeting as it is now and what people must be told come out. What time
does to a meeting is in meeting_clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from bot.study.when import at_wall

Kind = Literal["concepts", "coding", "debugging", "design", "mixed"]
Level = Literal["junior", "mid", "senior"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEVELS: tuple[Level, ...] = get_args(Level)
LENGTHS = (20, 45, 60)
"""Minutes that an interview may take."""
FEWEST, MOST = 3, 6
"""Seats that somebody may plan with; two who were matched meet alone."""
MOST_SIGN_UPS = 25
"""Who has a seat and who waits, as far as a card has room for."""
ENOUGH = 2
"""Fewer cannot interview each other."""

HOUR_BEFORE = timedelta(minutes=60)
SOON_BEFORE = timedelta(minutes=10)
SHOW_UP = timedelta(minutes=5)
"""How long a seat is kept for somebody who does not say that they are there."""
OFFER = timedelta(minutes=3)
"""How long a seat is offered to one person of the waiting list."""
TOO_LATE = timedelta(minutes=30)
"""A bot that was away for longer than that at the time of a meeting does not call people together any more."""
IDLE_WEEKS = 3
"""So many weeks in a row without a meeting end the repetition."""

Status = Literal["planned", "gathering", "started", "short", "missed", "cancelled"]
Place = Literal["seat", "waiting", "offered", "absent"]
What = Literal["hour", "soon", "now", "offer", "seat", "moved", "cancelled", "restored", "short", "host"]
Outcome = Literal[
    "in", "waiting", "already", "left", "none", "here", "taken", "over", "closed", "full", "done", "early"
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What people meet for. `topic` is a topic of the corpus, or empty for any."""

    kind: Kind = "mixed"
    level: Level = "mid"
    minutes: int = 45
    topic: str = ""
    seats: int = 4


@dataclass(frozen=True, slots=True)
class SignUp:
    """One person who wants to come. `until` is when an offered seat goes on to the next; `reachable` is False once a
    direct message to them was refused, and `called` what they were told in the channel instead."""

    user_id: int
    place: Place = "seat"
    here: bool = False
    until: datetime | None = None
    reminders: bool = True
    every_week: bool = False
    reachable: bool = True
    called: What | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting; those of one weekly series share `series` and are numbered from 0.

    `wall` is the usual time on clocks in `zone`; `starts_at` differs from it where this meeting alone was moved.
    `pair`: two who were matched, whom nobody else joins. `reminded`: 0 nobody yet, 1 an hour before, 2 ten minutes
    before. `checked`: seats of people who did not come were given on. `followed`: next week's was made. `idle` counts
    weeks without a meeting. `moves` counts changes of the time. `cancelled_by` is None when that was done in Discord.
    `event_at` is when the event in Discord was last known to begin.
    """

    id: str
    guild_id: int
    channel_id: int
    host_id: int
    plan: Plan
    starts_at: datetime
    wall: datetime
    zone: str
    weekly: bool = False
    pair: bool = False
    series: str = ""
    number: int = 0
    status: Status = "planned"
    sign_ups: tuple[SignUp, ...] = ()
    reminded: int = 0
    checked: bool = False
    followed: bool = False
    idle: int = 0
    moves: int = 0
    cancelled_by: int | None = None
    message_id: int | None = None
    event_id: int | None = None
    event_at: datetime | None = None
    may_make_event: bool = True
    revision: int = 0

    def at(self, *places: Place) -> tuple[SignUp, ...]:
        """Who has one of these places, in the order in which they came."""
        return tuple(sign_up for sign_up in self.sign_ups if sign_up.place in places)

    def sign_up(self, user_id: int) -> SignUp | None:
        """A person's own entry."""
        return next((sign_up for sign_up in self.sign_ups if sign_up.user_id == user_id), None)

    @property
    def free(self) -> int:
        """Seats that nobody has and nobody is offered."""
        return max(0, self.plan.seats - len(self.at("seat", "offered")))

    @property
    def ends_at(self) -> datetime:
        """When the interview is over, if all goes by plan."""
        return self.starts_at + timedelta(minutes=self.plan.minutes)

    @property
    def moved(self) -> bool:
        """Whether this one is not at its usual time."""
        return self.starts_at != at_wall(self.wall, self.zone).at


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell one person."""

    user_id: int
    what: What


@dataclass(frozen=True, slots=True)
class Step:
    """A meeting after something happened. `outcome` is for who did it; `event`: the event in Discord must follow;
    `lobby`: the lobby must be opened, or let in who has a seat now; `following` is next week's meeting."""

    meeting: Meeting
    outcome: Outcome = "done"
    news: tuple[News, ...] = ()
    event: bool = False
    lobby: bool = False
    following: Meeting | None = None


def plan(fresh: Meeting, people: Iterable[int], now: datetime) -> Meeting:
    """A meeting that is new: who takes part from the start, and which reminders are over already."""
    sign_ups = tuple(SignUp(user_id, every_week=fresh.weekly) for user_id in people)
    return replace(
        fresh,
        series=fresh.series or fresh.id,
        sign_ups=seated(sign_ups, fresh.plan.seats),
        reminded=reminders_over(fresh.starts_at, now),
    )


def join(meeting: Meeting, user_id: int) -> Step:
    """Somebody wants to come: to a free seat, else to the end of the waiting list."""
    if meeting.status not in ("planned", "gathering"):
        return Step(meeting, "over")
    known = meeting.sign_up(user_id)
    if known and known.place != "absent":
        return Step(meeting, "already")
    if meeting.pair:
        return Step(meeting, "closed")
    if len(meeting.sign_ups) >= MOST_SIGN_UPS and not known:
        return Step(meeting, "full")
    gathering = meeting.status == "gathering"
    seat = meeting.free > 0 and not meeting.at("waiting")
    fresh = replace(known or SignUp(user_id), place="seat" if seat else "waiting", here=seat and gathering, until=None)
    others = tuple(sign_up for sign_up in meeting.sign_ups if sign_up.user_id != user_id)
    after = replace(meeting, sign_ups=(*others, fresh))
    return Step(after, "in" if seat else "waiting", lobby=seat and gathering)


def leave(meeting: Meeting, user_id: int, now: datetime) -> Step:
    """Somebody does not come after all: the seat goes to who waits longest, and the hosting to who came next."""
    if meeting.status not in ("planned", "gathering"):
        return Step(meeting, "over")
    known = meeting.sign_up(user_id)
    if known is None:
        return Step(meeting, "none")
    if meeting.pair:
        return replace(_cancelled(meeting, user_id), outcome="left")
    after = replace(meeting, sign_ups=tuple(sign_up for sign_up in meeting.sign_ups if sign_up.user_id != user_id))
    news: tuple[News, ...] = ()
    if meeting.status == "gathering":
        after, news = offered(after, now)
    elif known.place == "seat":
        after, news = promoted(after)
    if user_id == meeting.host_id and after.sign_ups:
        host = after.sign_ups[0].user_id
        after, news = replace(after, host_id=host), (*news, News(host, "host"))
    return Step(after, "left", news)


def here(meeting: Meeting, user_id: int) -> Step:
    """Somebody says that they are there, or takes the seat that they are offered."""
    known = meeting.sign_up(user_id)
    if meeting.status != "gathering":
        return Step(meeting, "early" if meeting.status == "planned" else "over")
    if known is None:
        return Step(meeting, "none")
    if known.place == "waiting":
        return Step(meeting, "waiting")
    if known.place == "absent" and not meeting.free:
        return Step(meeting, "taken")
    if known.here:
        return Step(meeting, "here")
    after = with_sign_up(meeting, replace(known, place="seat", here=True, until=None))
    return Step(after, "here", lobby=known.place != "seat")


def cancel(meeting: Meeting, by: int | None, *, series: bool = False, event_gone: bool = False) -> Step:
    """Call a meeting off, with all that would follow it when `series`.

    `by` is None when its event or its channel went in Discord; `event_gone` when that was the event.
    """
    if meeting.status == "cancelled" and series and meeting.weekly:
        return Step(replace(meeting, weekly=False))
    if meeting.status != "planned":
        return Step(meeting, "over")
    step = _cancelled(meeting, by)
    event_id = None if event_gone else meeting.event_id
    after = replace(step.meeting, weekly=meeting.weekly and not series, event_id=event_id)
    return replace(step, meeting=after, event=not event_gone)


def restore(meeting: Meeting, by: int, now: datetime) -> Step:
    """Hold a cancelled meeting after all, with everybody who had signed up."""
    if meeting.status != "cancelled" or meeting.starts_at <= now:
        return Step(meeting, "over")
    after = replace(
        meeting,
        status="planned",
        cancelled_by=None,
        reminded=max(meeting.reminded, reminders_over(meeting.starts_at, now)),
    )
    return Step(after, news=_told(meeting, "restored", by), event=True)


def move(meeting: Meeting, at: datetime, by: int | None, now: datetime) -> Step:
    """Hold this meeting at another time, with everybody who had signed up. The weeks after it stay as they are."""
    if meeting.status not in ("planned", "short", "missed") or at <= now:
        return Step(meeting, "over")
    if at == meeting.starts_at:
        return Step(meeting, "already")
    everybody = tuple(replace(sign_up, here=False, until=None, called=None) for sign_up in meeting.sign_ups)
    after = replace(
        meeting,
        status="planned",
        starts_at=at,
        sign_ups=seated(everybody, meeting.plan.seats),
        reminded=reminders_over(at, now),
        checked=False,
        moves=meeting.moves + 1,
    )
    return Step(after, news=_told(meeting, "moved", by), event=True)


def follow_event(meeting: Meeting, starts_at: datetime, now: datetime) -> Step:
    """The event in Discord begins at `starts_at`: if people moved it there, the meeting moves along."""
    if starts_at == meeting.event_at:
        return Step(meeting, "already")
    return move(replace(meeting, event_at=starts_at), starts_at, None, now)


def remind(meeting: Meeting, user_id: int, wanted: bool) -> Step:
    """Somebody wants to be reminded, or not."""
    known = meeting.sign_up(user_id)
    return Step(with_sign_up(meeting, replace(known, reminders=wanted))) if known else Step(meeting, "none")


def every_week(meeting: Meeting, user_id: int, wanted: bool) -> Step:
    """Somebody comes every week, or to this one alone."""
    known = meeting.sign_up(user_id)
    return Step(with_sign_up(meeting, replace(known, every_week=wanted))) if known else Step(meeting, "none")


def unreachable(meeting: Meeting, user_id: int) -> Step:
    """Somebody takes no direct messages."""
    known = meeting.sign_up(user_id)
    return Step(with_sign_up(meeting, replace(known, reachable=False))) if known else Step(meeting, "none")


def called(meeting: Meeting, user_ids: Iterable[int], what: What) -> Step:
    """These people were told in the channel."""
    for known in (meeting.sign_up(user_id) for user_id in user_ids):
        meeting = with_sign_up(meeting, replace(known, called=what)) if known else meeting
    return Step(meeting)


def may_change(meeting: Meeting, user_id: int, *, moderator: bool) -> bool:
    """Whether somebody may move a meeting or call it off; where too few came, whoever did come may move it."""
    known = meeting.sign_up(user_id)
    came = meeting.status == "short" and known is not None and known.place == "seat"
    return moderator or user_id == meeting.host_id or came or (meeting.pair and known is not None)


def _cancelled(meeting: Meeting, by: int | None) -> Step:
    after = replace(meeting, status="cancelled", cancelled_by=by)
    return Step(after, news=_told(meeting, "cancelled", by), event=True)


def promoted(meeting: Meeting) -> tuple[Meeting, tuple[News, ...]]:
    """Before the time, who waits longest has a free seat at once."""
    waiting = meeting.at("waiting")[: meeting.free]
    for sign_up in waiting:
        meeting = with_sign_up(meeting, replace(sign_up, place="seat"))
    return meeting, tuple(News(sign_up.user_id, "seat") for sign_up in waiting)


def offered(meeting: Meeting, now: datetime) -> tuple[Meeting, tuple[News, ...]]:
    """From the time on, who waits longest is asked whether they are there for a free seat."""
    asked = meeting.at("waiting")[: meeting.free]
    for sign_up in asked:
        meeting = with_sign_up(meeting, replace(sign_up, place="offered", until=now + OFFER))
    return meeting, tuple(News(sign_up.user_id, "offer") for sign_up in asked)


def with_sign_up(meeting: Meeting, changed: SignUp) -> Meeting:
    sign_ups = (changed if sign_up.user_id == changed.user_id else sign_up for sign_up in meeting.sign_ups)
    return replace(meeting, sign_ups=tuple(sign_ups))


def seated(sign_ups: tuple[SignUp, ...], seats: int) -> tuple[SignUp, ...]:
    """The first have seats, the others wait."""
    return tuple(
        replace(sign_up, place="seat" if index < seats else "waiting") for index, sign_up in enumerate(sign_ups)
    )


def reminders_over(starts_at: datetime, now: datetime) -> int:
    """Which reminders would come too late to be of use."""
    return 2 if starts_at - now <= SOON_BEFORE else 1 if starts_at - now <= HOUR_BEFORE else 0


def _told(meeting: Meeting, what: What, by: int | None) -> tuple[News, ...]:
    """News for everybody but who did it."""
    return tuple(News(sign_up.user_id, what) for sign_up in meeting.sign_ups if sign_up.user_id != by)
