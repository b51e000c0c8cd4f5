"""What the candidate says, types and runs, and what the bot makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.study.interview.effects import Effect, Entry, Outcome, Post, Quote, Read
from bot.study.interview.events import (
    Answer,
    AskBack,
    Deeper,
    Edited,
    Heard,
    Judge,
    Judged,
    Move,
    Onward,
    Probe,
    Ran,
    Said,
)
from bot.study.interview.state import MAIN, TALKING, Interview, Round, Talk
from bot.study.interview.steps import after, next_part, refuse

NOT_CANDIDATE = "Only the candidate of this round does that."
LATE = "That part was over already. What you sent is kept for the replay, and it counts."
TOO_LATE = "That round is over, so this no longer counts; it is kept for the replay."
PAST = "That part is over already."
NOT_IN = "You are not in this interview."
FEW_WORDS = 5
ANSWERED = "I am still reading what you sent before."


def candidates_round(interview: Interview, by: int, number: int) -> Round | None:
    """The round, if this person is or was its candidate."""
    round = interview.find_round(number)
    return round if round and round.candidate == by else None


def _is_on(interview: Interview, number: int, part: int) -> bool:
    """Whether this part of this round is on."""
    on = interview.round is not None and interview.round.number == number
    return on and interview.part == part and interview.stage in TALKING


def _notice(interview: Interview, number: int, part: int) -> str:
    if _is_on(interview, number, part):
        return ""
    on = interview.round is not None and interview.round.number == number
    return LATE if on and interview.stage in (*TALKING, "feedback") else TOO_LATE


def answer(interview: Interview, event: Answer, now: datetime) -> Outcome:
    """Keep what was typed. It is read by the bot as long as the round has no scorecard."""
    if candidates_round(interview, event.by, event.round) is None:
        return refuse(interview, NOT_CANDIDATE)
    notice = _notice(interview, event.round, event.part)
    entry = Entry("answer", event.text, event.by, event.round, event.part, event.ask, late=bool(notice))
    talk = interview.talk
    if not notice and talk is not None:
        if (talk.ask, talk.turn) == (event.ask, event.turn) and talk.waits == "reading":
            return refuse(interview, ANSWERED)
        if (talk.ask, talk.turn, talk.waits) == (event.ask, event.turn, "answer"):
            reading = Read(event.round, event.part, event.ask, event.turn)
            return Outcome(replace(interview, talk=replace(talk, waits="reading")), (reading,), (entry,))
        notice = LATE
    effects: tuple[Effect, ...] = () if interview.options.solo else (Quote(event.by, "answer", event.text),)
    if notice != TOO_LATE:
        effects = (*effects, Read(event.round, event.part, event.ask, event.turn))
    return Outcome(interview, effects, (entry,), notice=notice)


def ask_back(interview: Interview, event: AskBack, now: datetime) -> Outcome:
    """Answer what the candidate asks about the task, and wait on for theirs."""
    round, talk = interview.round, interview.talk
    if round is None or round.candidate != event.by:
        return refuse(interview, NOT_CANDIDATE)
    if talk is None or not _is_on(interview, round.number, event.part):
        return refuse(interview, PAST)
    entries = (
        Entry("said", event.text, event.by, round.number, event.part),
        Entry("bot", event.reply, None, round.number, event.part),
    )
    return Outcome(replace(interview, talk=replace(talk, remark=event.reply)), (Post(),), entries)


def said(interview: Interview, event: Said, now: datetime) -> Outcome:
    """Keep what somebody wrote in the thread. From the candidate, a sentence or more counts as an answer."""
    round = interview.round
    if interview.person(event.by) is None:
        return refuse(interview, NOT_IN)
    number = round.number if round else 0
    part = interview.part if interview.stage in TALKING else None
    answers = interview.stage in ("question", "block") and interview.role(event.by) == "candidate"
    if part is None or not answers or len(event.text.split()) < FEW_WORDS:
        return Outcome(interview, (), (Entry("said", event.text, event.by, number, part),))
    entry = Entry("answer", event.text, event.by, number, part, MAIN)
    return Outcome(interview, (Read(number, part, MAIN, 0),), (entry,))


def edited(interview: Interview, event: Edited, now: datetime) -> Outcome:
    """Keep the code as it is about to be run."""
    round = candidates_round(interview, event.by, event.round)
    if round is None:
        return refuse(interview, NOT_CANDIDATE)
    notice = _notice(interview, event.round, event.part)
    entry = Entry("code", event.code, event.by, event.round, event.part, late=bool(notice))
    if round is interview.round and event.part < len(round.parts):
        part = round.parts[event.part]
        round = round.with_part(event.part, replace(part, runs=part.runs + 1))
        interview = replace(interview, round=round)
    return Outcome(interview, (), (entry,), notice=notice)


def ran(interview: Interview, event: Ran, now: datetime) -> Outcome:
    """Keep what came of a run. What the hidden check said is for the interviewer; alone, one is told."""
    round = candidates_round(interview, event.by, event.round)
    if round is None:
        return refuse(interview, NOT_CANDIDATE)
    notice = _notice(interview, event.round, event.part)
    text = f"{event.status}\n{event.printed}".rstrip()
    entry = Entry("run", text, event.by, event.round, event.part, late=bool(notice))
    if round is interview.round and event.part < len(round.parts) and event.check is not None:
        part = round.parts[event.part]
        # Once it passed it passed: trying something else afterwards takes nothing away.
        check = "" if part.check == "" else event.check
        interview = replace(interview, round=round.with_part(event.part, replace(part, check=check)))
    shown = Quote(event.by, "run", event.status, event.printed)
    on = Outcome(interview, (shown,), (entry,), notice=notice)
    talk = interview.talk
    if talk is None or not _is_on(interview, event.round, event.part):
        return on
    if event.check == "" and event.move is not None and talk.ask == MAIN:
        return after(on, _move(interview, talk, event.move, now))
    return after(on, Outcome(interview, (Post(),)))


def heard(interview: Interview, event: Heard, now: datetime) -> Outcome:
    """Note what the bot has read; where it is the interviewer, it says something next."""
    round = interview.round
    if round is None or round.number != event.round or event.part >= len(round.parts):
        return Outcome(interview)
    noted = interview
    if event.reading is not None:
        noted = replace(interview, round=round.with_part(event.part, round.parts[event.part].read(event.reading)))
    talk = interview.talk
    if talk is None or event.move is None or not _is_on(interview, event.round, event.part):
        return Outcome(noted)
    if (talk.ask, talk.turn, talk.waits) != (event.ask, event.turn, "reading"):
        return Outcome(noted)
    return _move(noted, talk, event.move, now)


def judged(interview: Interview, event: Judged, now: datetime) -> Outcome:
    """Where the bot could not tell, the person says which points they had made."""
    round = candidates_round(interview, event.by, interview.round.number) if interview.round else None
    talk = interview.talk
    if round is None or talk is None:
        return refuse(interview, NOT_CANDIDATE)
    if event.part != interview.part or talk.waits != "judgement" or talk.ask != event.reading.ask:
        return refuse(interview, "That question is behind you already.")
    noted = replace(interview, round=round.with_part(event.part, round.parts[event.part].read(event.reading)))
    made = f"{len(event.reading.covered)} of {event.reading.points} points"
    entry = Entry("judged", f"Judged by themselves: {made}", event.by, round.number, event.part, talk.ask)
    moved = _move(noted, talk, event.move, now)
    return replace(moved, entries=(entry, *moved.entries))


def _move(interview: Interview, talk: Talk, move: Move, now: datetime) -> Outcome:
    """The bot's next words."""
    round = interview.running
    words = move.remark if isinstance(move, Onward) else f"{move.remark} {move.line}".strip()
    entry = Entry("bot", words, None, round.number, interview.part)
    turn = talk.turn + 1
    match move:
        case Onward():
            gone_on = next_part(interview, now)
            if gone_on.interview.talk is not None:
                on = replace(gone_on.interview, talk=replace(gone_on.interview.talk, turn=turn, remark=move.remark))
                gone_on = replace(gone_on, interview=on)
            return replace(gone_on, entries=(entry, *gone_on.entries))
        case Probe():
            fresh = replace(talk, tries=talk.tries + 1, used=move.used, waits="answer")
        case Deeper():
            fresh = Talk(move.ask)
        case Judge():
            fresh = replace(talk, waits="judgement")
    fresh = replace(fresh, turn=turn, line=move.line, remark=move.remark)
    return Outcome(replace(interview, talk=fresh), (Post(),), (entry,))
