"""The state machine: an interview and an event in, the interview after it and what follows from it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.study.interview import events as happened
from bot.study.interview import seats, steering, talking, verdicts
from bot.study.interview.agenda import LOBBY_WAIT
from bot.study.interview.effects import Outcome
from bot.study.interview.events import Event
from bot.study.interview.state import Interview, Options, Person, Round, Script
from bot.study.interview.steps import after, begin_part, begin_round, begin_when_ready, end, refs, refuse

OVER = "This interview is over. `/mock start` opens a new one, and `/mock history` has your scorecards."
MAY_NOT_STOP = "Only who opened it, its interviewer or a moderator stops it. *Leave* takes you out of it alone."
STOPPED = "The interview was stopped."


def open_lobby(
    id: str, options: Options, guild_id: int, channel_id: int, host: int, now: datetime, seed: int
) -> Interview:
    """An interview that waits for people; who opens it is in it."""
    return Interview(
        id,
        options,
        guild_id,
        channel_id,
        host,
        now,
        seed,
        people=(Person(host),),
        ends_at=now + LOBBY_WAIT,
    )


def open_solo(
    id: str,
    options: Options,
    guild_id: int | None,
    channel_id: int,
    user_id: int,
    script: Script,
    now: datetime,
    seed: int,
    thread_id: int | None = None,
    note: str = "",
    replies_only: bool = False,
) -> Outcome:
    """An interview by the bot, which begins at once. `options` must say that it is for one alone."""
    interview = Interview(
        id,
        options,
        guild_id,
        channel_id,
        user_id,
        now,
        seed,
        people=(Person(user_id),),
        thread_id=thread_id,
        note=note,
        replies_only=replies_only,
        round=Round(1, user_id, None, script),
    )
    return begin_part(interview, 0, now)


def apply(interview: Interview, event: Event, now: datetime) -> Outcome:
    """What becomes of an interview.

    First of all time has its due, so that an event that comes late meets the state it would have met anyway. Whatever
    the event, this raises nothing: what does not fit is refused with a sentence.
    """
    due = steering.tick(interview, now)
    return after(due, _apply(due.interview, event, now))


def _apply(interview: Interview, event: Event, now: datetime) -> Outcome:
    match event:
        case happened.Tick():
            return Outcome(interview)
        case happened.Answer():
            return talking.answer(interview, event, now)
        case happened.Edited():
            return talking.edited(interview, event, now)
        case happened.Ran():
            return talking.ran(interview, event, now)
        case happened.Heard():
            return talking.heard(interview, event, now)
        case happened.Score():
            return verdicts.score(interview, event, now)
        case happened.Remark():
            return verdicts.remark(interview, event, now)
        case happened.Rate():
            return verdicts.rate(interview, event, now)
        case happened.Share():
            return verdicts.share(interview, event, now)
        case _ if interview.over:
            return refuse(interview, OVER)
        case happened.Join():
            return seats.join(interview, event, now)
        case happened.Leave():
            return seats.leave(interview, event, now)
        case happened.Start():
            return seats.start(interview, event, now)
        case happened.Here():
            return seats.here(interview, event, now)
        case happened.Prepared():
            return _prepared(interview, event, now)
        case happened.Next():
            return steering.on(interview, event, now)
        case happened.Skip():
            return steering.skip(interview, event, now)
        case happened.Hint():
            return steering.hint(interview, event, now)
        case happened.Extend():
            return steering.extend(interview, event, now)
        case happened.PauseClock():
            return steering.pause(interview, event, now)
        case happened.ResumeClock():
            return steering.resume(interview, event, now)
        case happened.TickPoints():
            return steering.tick_points(interview, event, now)
        case happened.TickFollowUps():
            return steering.tick_follow_ups(interview, event, now)
        case happened.AskBack():
            return talking.ask_back(interview, event, now)
        case happened.Said():
            return talking.said(interview, event, now)
        case happened.Judged():
            return talking.judged(interview, event, now)
        case happened.NextRound():
            return _next_round(interview, event, now)
        case happened.Stop():
            return _stop(interview, event, now)
        case happened.PlaceGone():
            return end(interview, now, event.why)


def _prepared(interview: Interview, event: happened.Prepared, now: datetime) -> Outcome:
    """The questions are there. They are used up even if the round never begins."""
    round = interview.round
    if round is None or round.number != event.round or round.script is not None:
        return Outcome(interview)
    ready = replace(interview, round=replace(round, script=event.script))
    return begin_when_ready(ready, now)


def _next_round(interview: Interview, event: happened.NextRound, now: datetime) -> Outcome:
    if interview.stage != "between":
        return refuse(interview, "The next round can begin once this one has its scorecard.")
    person = interview.person(event.by)
    if person is None or person.observes:
        return refuse(interview, "Only those who take part begin the next round.")
    return begin_round(interview, now, here=(event.by,))


def _stop(interview: Interview, event: happened.Stop, now: datetime) -> Outcome:
    interviewer = interview.round.interviewer if interview.round else None
    if not event.may and event.by not in (interview.host, interviewer):
        return refuse(interview, MAY_NOT_STOP)
    return end(interview, now, STOPPED)


def asked_so_far(interview: Interview) -> set[str]:
    """Ids of all questions and blocks that the interview has used."""
    return {*interview.used, *(refs(interview.round) if interview.round else ())}
