"""The interviewer's hand on the interview (the next part, hints, more time, a break, the checklist), and the clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.study.interview.agenda import (
    EXTENSION,
    LONGEST_PAUSE,
    MOST_EXTENSIONS,
    heading,
    warning_before,
)
from bot.study.interview.effects import Effect, Entry, Outcome, Post, Redraw, Say, Tell
from bot.study.interview.events import Extend, Hint, Next, PauseClock, ResumeClock, Skip, TickFollowUps, TickPoints
from bot.study.interview.seats import no_show
from bot.study.interview.state import TALKING, Interview, Part, Pause
from bot.study.interview.steps import end, finish_round, mention, next_part, refuse, unscored
from bot.study.interview.talking import PAST

NOT_YOURS = "Only the interviewer of this round does that."
NOT_NOW = "There is nothing of that kind to do just now."
LEFT_OPEN = "Nobody pressed *Start* within half an hour, so I have closed this. Open a new one with `/mock start`."
SETTLED = "That was it for today. `/mock history` has your scorecards."


def _why_not(interview: Interview, by: int, part: int | None = None) -> str:
    """Why this person may not steer now; empty when they may."""
    if interview.stage not in TALKING and interview.stage != "feedback":
        return NOT_NOW
    if not interview.steers(by):
        return NOT_YOURS
    return PAST if part is not None and part != interview.part else ""


def _with_part(interview: Interview, part: Part) -> Interview:
    round = interview.running
    return replace(interview, round=round.with_part(interview.part, part))


def on(interview: Interview, event: Next, now: datetime) -> Outcome:
    """The next part begins now."""
    if why := _why_not(interview, event.by, event.part):
        return refuse(interview, why)
    part = interview.current
    if part is not None and interview.options.solo and not part.readings and not part.runs:
        interview = _with_part(interview, replace(part, passed=True))
    return next_part(interview, now)


def skip(interview: Interview, event: Skip, now: datetime) -> Outcome:
    """Leave a question out. A spare one takes its place and the rest of its time; a block is simply left out."""
    why = _why_not(interview, event.by, event.part)
    part = interview.current
    round = interview.round
    if why or part is None or round is None or round.script is None:
        return refuse(interview, why or NOT_NOW)
    number = round.number
    if part.stage != "question" or not round.script.spares or interview.options.solo:
        left_out = _with_part(interview, replace(part, left_out=True))
        entry = Entry("clock", f"Left out: {part.title or part.stage}", event.by, number, interview.part)
        gone_on = next_part(left_out, now)
        return replace(gone_on, entries=(entry, *gone_on.entries))
    (ref, title), *spares = round.script.spares
    script = replace(round.script, spares=tuple(spares))
    fresh = Part(part.stage, part.minutes, ref, title, extensions=part.extensions)
    # What was left out must not come again in a later round either.
    swapped = replace(interview, round=replace(round, script=script), used=(*interview.used, part.ref))
    return Outcome(
        _with_part(swapped, fresh),
        (Post(),),
        (
            Entry("clock", f"Left out: {part.title}", event.by, number, interview.part),
            Entry("phase", f"{heading(round.parts, interview.part)}: {title}", round=number, part=interview.part),
        ),
    )


def hint(interview: Interview, event: Hint, now: datetime) -> Outcome:
    """The candidate gets the next hint."""
    why = _why_not(interview, event.by, event.part)
    part = interview.current
    if why or part is None or interview.round is None:
        return refuse(interview, why or NOT_NOW)
    if event.number != part.hints:
        return refuse(interview, "That hint was given a moment ago.")
    given = _with_part(interview, replace(part, hints=part.hints + 1))
    line = f"**Hint {event.number + 1}:** {event.shown}"
    entry = Entry("hint", event.text, event.by, interview.round.number, interview.part)
    return Outcome(given, (Post(),) if interview.options.solo else (Say(line),), (entry,))


def extend(interview: Interview, event: Extend, now: datetime) -> Outcome:
    """Five more minutes, three times at most."""
    why = _why_not(interview, event.by, event.part)
    part = interview.current
    if why or part is None or interview.round is None:
        return refuse(interview, why or NOT_NOW)
    if part.extensions >= MOST_EXTENSIONS:
        return refuse(interview, f"This part was extended {MOST_EXTENSIONS} times already. Go on to the next one.")
    longer = _with_part(interview, replace(part, extensions=part.extensions + 1))
    if interview.pause is not None:
        pause = replace(interview.pause, left_s=interview.pause.left_s + EXTENSION.total_seconds())
        longer = replace(longer, pause=pause)
    else:
        longer = replace(longer, ends_at=(interview.ends_at or now) + EXTENSION)
    entry = Entry("clock", "Five more minutes", event.by, interview.round.number, interview.part)
    return Outcome(replace(longer, warned=False), (Redraw(), Say("Five more minutes for this part.")), (entry,))


def pause(interview: Interview, event: PauseClock, now: datetime) -> Outcome:
    """The clock stops, for a quarter of an hour at most."""
    if why := _why_not(interview, event.by):
        return refuse(interview, why)
    if interview.pause is not None:
        return refuse(interview, "The clock stands still already.")
    stopped = replace(interview, pause=Pause(interview.left(now).total_seconds(), now + LONGEST_PAUSE), ends_at=None)
    number = interview.round.number if interview.round else 0
    entry = Entry("clock", "The clock is paused", event.by, number, interview.part)
    return Outcome(stopped, (Redraw(), Say("The clock is paused.")), (entry,))


def resume(interview: Interview, event: ResumeClock, now: datetime) -> Outcome:
    """The clock goes on where it stopped."""
    if why := _why_not(interview, event.by):
        return refuse(interview, why)
    if interview.pause is None:
        return refuse(interview, "The clock is running already.")
    return _go_on(interview, now, event.by)


def _go_on(interview: Interview, now: datetime, by: int | None = None) -> Outcome:
    going = replace(interview, ends_at=now + interview.left(now), pause=None)
    number = interview.round.number if interview.round else 0
    entry = Entry("clock", "The clock goes on", by, number, interview.part)
    return Outcome(going, (Redraw(), Say("The clock goes on.")), (entry,))


def tick_points(interview: Interview, event: TickPoints, now: datetime) -> Outcome:
    """The key points that the interviewer has heard."""
    part = interview.current
    if (why := _why_not(interview, event.by, event.part)) or part is None:
        return refuse(interview, why or NOT_NOW)
    return Outcome(_with_part(interview, replace(part, noted=True, ticked=_indices(event.ticked))))


def tick_follow_ups(interview: Interview, event: TickFollowUps, now: datetime) -> Outcome:
    """The follow-ups that were answered well."""
    part = interview.current
    if (why := _why_not(interview, event.by, event.part)) or part is None:
        return refuse(interview, why or NOT_NOW)
    return Outcome(_with_part(interview, replace(part, deepened=_indices(event.answered))))


def _indices(given: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted({index for index in given if index >= 0}))


# ----------------------------------------------------------------------------------------------------- clock


def next_point(interview: Interview) -> datetime | None:
    """When time itself changes something next; None when it is over."""
    if interview.pause is not None:
        return interview.pause.until
    if interview.ends_at is None:
        return None
    part = interview.current
    if interview.warned or part is None or interview.options.solo or interview.stage not in (*TALKING, "feedback"):
        return interview.ends_at
    return max(interview.since, interview.ends_at - warning_before(part.minutes))


def tick(interview: Interview, now: datetime) -> Outcome:
    """What time does to an interview: at most one step, so that nothing is rushed through after a standstill."""
    point = next_point(interview)
    if point is None or now < point:
        return Outcome(interview)
    if interview.pause is not None:
        return _go_on(interview, now)
    if interview.ends_at is not None and now < interview.ends_at:
        return _warn(interview, interview.ends_at)
    match interview.stage:
        case "lobby":
            return end(interview, now, LEFT_OPEN)
        case "ready":
            return no_show(interview, now)
        case "between":
            return end(interview, now, SETTLED)
        case "feedback":
            return finish_round(interview, now)
        case _:
            return next_part(interview, now)


def _warn(interview: Interview, ends_at: datetime) -> Outcome:
    round = interview.running
    warned = replace(interview, warned=True)
    stamp = f"<t:{int(ends_at.timestamp())}:R>"
    effect: Effect
    if interview.stage == "feedback":
        names = ", ".join(map(mention, unscored(interview)))
        effect = Say(f"Still to score: {names}. The scorecard is made {stamp}, with what is in by then.")
    elif round.interviewer is not None:
        named = heading(round.parts, interview.part)
        effect = Tell(round.interviewer, f"*{named}* ends {stamp}. Wrap up, or give it five more minutes.")
    else:
        return Outcome(warned)
    return Outcome(warned, (effect,))
