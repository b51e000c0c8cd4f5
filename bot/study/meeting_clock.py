"""What happens to a meeting as time goes by: reminders, the lobby, who came, whose seat goes on, the next week."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.study.meeting import (
    ENOUGH,
    HOUR_BEFORE,
    IDLE_WEEKS,
    SHOW_UP,
    SOON_BEFORE,
    TOO_LATE,
    Meeting,
    News,
    SignUp,
    Step,
    What,
    offered,
    promoted,
    reminders_over,
    seated,
)
from bot.study.when import at_wall


def next_due(meeting: Meeting) -> datetime | None:
    """When `tick` has something to do next, if it ever has."""
    if meeting.status == "planned":
        before = (HOUR_BEFORE, SOON_BEFORE, timedelta(0))[meeting.reminded]
        return meeting.starts_at - before
    if meeting.status == "gathering":
        offers = [sign_up.until for sign_up in meeting.at("offered") if sign_up.until]
        return min(offers) if meeting.checked and offers else meeting.starts_at + SHOW_UP
    waits = meeting.status == "cancelled" and meeting.weekly and not meeting.followed
    return meeting.starts_at if waits else None


def tick(meeting: Meeting, now: datetime, new_id: str) -> Step:
    """Whatever is due at `now`. `new_id` is for next week's meeting, if it is time to make that."""
    due = next_due(meeting)
    if due is None or now < due:
        return Step(meeting)
    if meeting.status == "planned":
        return _reminded(meeting, now) if now < meeting.starts_at else _begun(meeting, now, new_id)
    if meeting.status == "gathering":
        return _gathered(meeting, now, new_id)
    return _followed(Step(meeting), now, new_id)


def still_true(meeting: Meeting, news: News, now: datetime) -> bool:
    """Whether news may still be told; they can be late when Discord or the bot was away."""
    known = meeting.sign_up(news.user_id)
    if news.what == "cancelled":
        return meeting.status == "cancelled"
    if known is None:
        return False
    if news.what in ("hour", "soon"):
        return meeting.status == "planned" and now < meeting.starts_at and known.reminders
    if news.what in ("moved", "restored", "host"):
        return meeting.status == "planned"
    if news.what == "seat":
        return meeting.status == "planned" and known.place == "seat"
    if news.what == "now":
        return meeting.status == "gathering" and known.place == "seat" and not known.here
    if news.what == "offer":
        return meeting.status == "gathering" and known.place == "offered"
    return meeting.status == "short"


def to_call(meeting: Meeting, what: What, now: datetime) -> tuple[int, ...]:
    """Who must be told in the channel, because they take no direct messages, and has not been told there."""
    return tuple(
        sign_up.user_id
        for sign_up in meeting.sign_ups
        if not sign_up.reachable and sign_up.called != what and still_true(meeting, News(sign_up.user_id, what), now)
    )


def _reminded(meeting: Meeting, now: datetime) -> Step:
    soon = now >= meeting.starts_at - SOON_BEFORE
    what: What = "soon" if soon else "hour"
    wanted = (sign_up for sign_up in meeting.sign_ups if sign_up.reminders)
    news = tuple(News(sign_up.user_id, what) for sign_up in wanted)
    return Step(replace(meeting, reminded=2 if soon else 1), news=news)


def _begun(meeting: Meeting, now: datetime, new_id: str) -> Step:
    """It is time."""
    if now - meeting.starts_at > TOO_LATE:
        return _followed(Step(replace(meeting, status="missed"), event=True), now, new_id)
    # Whoever had all about them deleted left a seat that nobody was told of.
    meeting, _ = promoted(meeting)
    if len(meeting.at("seat")) < ENOUGH:
        return _short(meeting, now, new_id)
    news = tuple(News(sign_up.user_id, "now") for sign_up in meeting.at("seat"))
    return Step(replace(meeting, status="gathering"), news=news, lobby=True)


def _gathered(meeting: Meeting, now: datetime, new_id: str) -> Step:
    """Seats of people who are not there go on; once nobody is asked any more, those who are there have begun."""
    absent = tuple(
        replace(sign_up, place="absent", until=None)
        if (sign_up.place == "seat" and not sign_up.here and not meeting.checked)
        or (sign_up.place == "offered" and sign_up.until and sign_up.until <= now)
        else sign_up
        for sign_up in meeting.sign_ups
    )
    after, news = offered(replace(meeting, sign_ups=absent, checked=True), now)
    if after.at("offered"):
        return Step(after, news=news)
    if len(after.at("seat")) < ENOUGH:
        return _short(after, now, new_id)
    return _followed(Step(replace(after, status="started", idle=0), news=news), now, new_id)


def _short(meeting: Meeting, now: datetime, new_id: str) -> Step:
    after = replace(meeting, status="short", idle=meeting.idle + 1)
    if after.idle >= IDLE_WEEKS:
        after = replace(after, weekly=False)
    news = tuple(News(sign_up.user_id, "short") for sign_up in after.at("seat"))
    return _followed(Step(after, news=news, event=True), now, new_id)


def _followed(step: Step, now: datetime, new_id: str) -> Step:
    """With next week's meeting, where there is to be one: for those who come every week."""
    last = step.meeting
    if not last.weekly or last.followed:
        return step
    weeks = 1
    while (there := at_wall(last.wall, last.zone, weeks)).at <= now:
        weeks += 1
    regulars = tuple(
        SignUp(sign_up.user_id, reminders=sign_up.reminders, every_week=True)
        for sign_up in last.sign_ups
        if sign_up.every_week
    )
    following = replace(
        last,
        id=new_id,
        number=last.number + weeks,
        starts_at=there.at,
        wall=there.wall,
        status="planned",
        sign_ups=seated(regulars, last.plan.seats),
        reminded=reminders_over(there.at, now),
        checked=False,
        followed=False,
        moves=0,
        cancelled_by=None,
        message_id=None,
        event_id=None,
        event_at=None,
        may_make_event=True,
        revision=0,
    )
    return replace(step, meeting=replace(last, followed=True), following=following)
