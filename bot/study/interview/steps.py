"""The steps by which an interview gets on: a round begins, a part begins, a round is over, all of it is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.study.interview import roles
from bot.study.interview.agenda import BETWEEN_WAIT, READY_WAIT, heading
from bot.study.interview.effects import Effect, Entry, Farewell, Finish, Outcome, Post, Prepare, Redraw, Say
from bot.study.interview.state import TALKING, Interview, Person, Round, Talk

TOO_FEW = "There are no longer two people to go on with, so the interview ends here."
DONE = "That was the last round. Well done, and thank you for listening to each other."
SOLO_DONE = "That was your interview."


def mention(user_id: int | None) -> str:
    """A person, as Discord shows them; nobody is pinged by it. None is the bot."""
    return "the bot" if user_id is None else f"<@{user_id}>"


def after(first: Outcome, second: Outcome) -> Outcome:
    """Two outcomes as one, the second's interview being the result.

    A card shows how things stand when it is shown, so that only the last one is.
    """
    shown = any(isinstance(effect, Post | Farewell) for effect in second.effects)
    kept = tuple(effect for effect in first.effects if not (shown and isinstance(effect, Post | Redraw)))
    return Outcome(
        second.interview,
        kept + second.effects,
        first.entries + second.entries,
        first.scored + second.scored,
        first.rated + second.rated,
        second.refusal or first.refusal,
        second.notice or first.notice,
    )


def refuse(interview: Interview, why: str) -> Outcome:
    """Nothing comes of it."""
    return Outcome(interview, refusal=why)


def changed(interview: Interview, person: Person) -> tuple[Person, ...]:
    """The people with one of them changed."""
    return tuple(person if other.user_id == person.user_id else other for other in interview.people)


def begin_round(interview: Interview, now: datetime, here: tuple[int, ...] = ()) -> Outcome:
    """Seat the next candidate and interviewer, and wait for both."""
    assigned = roles.assign(interview.people)
    if assigned is None:
        return end(interview, now, TOO_FEW)
    before = interview.round
    past, used = interview.past, interview.used
    if before is not None:
        past = (*past, replace(before, script=None))
        used = (*used, *refs(before))
    candidate, interviewer = assigned
    round = Round(before.number + 1 if before else 1, candidate.user_id, interviewer.user_id, here=here)
    return _get_ready(replace(interview, past=past, used=used, round=round, part=0), now)


def seat_again(interview: Interview, now: datetime) -> Outcome:
    """Fill the seats of a round that has not begun, after somebody has left or did not come."""
    round = interview.round
    if round is None:
        return end(interview, now, TOO_FEW)
    able = {person.user_id for person in roles.players(interview.people, round.tried)}
    candidate = round.candidate if round.candidate in able else None
    interviewer = round.interviewer if round.interviewer in able else None
    if candidate is None:
        chosen = roles.next_candidate(interview.people, {*round.tried, *((interviewer,) if interviewer else ())})
        candidate = chosen.user_id if chosen else None
    if candidate is not None and interviewer is None:
        chosen = roles.next_interviewer(interview.people, candidate, round.tried)
        interviewer = chosen.user_id if chosen else None
    if candidate is None or interviewer is None:
        return end(interview, now, TOO_FEW)
    return _get_ready(replace(interview, round=replace(round, candidate=candidate, interviewer=interviewer)), now)


def _get_ready(interview: Interview, now: datetime) -> Outcome:
    round = interview.running
    waiting = replace(
        interview, stage="ready", since=now, ends_at=now + READY_WAIT, warned=False, pause=None, talk=None
    )
    line = f"Round {round.number}: {mention(round.candidate)} answers, {mention(round.interviewer)} interviews."
    # What changes the interview again comes last, so that its card is not the older one.
    effects: tuple[Effect, ...] = (Post(),) if round.script else (Post(), Prepare(round.number))
    return after(
        Outcome(waiting, effects, (Entry("people", line, round=round.number),)), begin_when_ready(waiting, now)
    )


def begin_when_ready(interview: Interview, now: datetime) -> Outcome:
    """Begin with the first part once there is something to ask, and both are there."""
    round = interview.round
    if interview.stage != "ready" or round is None or round.script is None:
        return Outcome(interview)
    if not {round.candidate, round.interviewer} <= {*round.here}:
        return Outcome(interview)
    people = tuple(
        replace(
            person,
            candidate_rounds=person.candidate_rounds + (person.user_id == round.candidate),
            interviewer_rounds=person.interviewer_rounds + (person.user_id == round.interviewer),
        )
        for person in interview.people
    )
    return begin_part(replace(interview, people=people), 0, now)


def begin_part(interview: Interview, index: int, now: datetime) -> Outcome:
    """Begin part `index` of the round, with its full time."""
    round = interview.running
    part = round.parts[index]
    if part.stage == "feedback":
        inside = (person.user_id for person in interview.people)
        observers = tuple(who for who in inside if who not in (round.candidate, round.interviewer))
        round = replace(round, observers=observers, done=True)
    begun = replace(
        interview,
        round=round,
        stage=part.stage,
        part=index,
        since=now,
        ends_at=now + _minutes(part.minutes),
        warned=False,
        pause=None,
        talk=Talk() if interview.options.solo and part.stage in TALKING else None,
    )
    named = heading(round.parts, index)
    text = f"{named}: {part.title}" if part.title else named
    return Outcome(begun, (Post(),), (Entry("phase", text, round=round.number, part=index),))


def next_part(interview: Interview, now: datetime) -> Outcome:
    """Go on to the part after this one, or finish the round."""
    round = interview.round
    if round is None or interview.part + 1 >= len(round.parts):
        return finish_round(interview, now)
    return begin_part(interview, interview.part + 1, now)


def finish_round(interview: Interview, now: datetime) -> Outcome:
    """The round is over: its scorecard is made, and the next one may begin."""
    round = interview.running
    effects: tuple[Effect, ...] = (Finish(round.number), Post())
    over = replace(interview, since=now, warned=False, pause=None, talk=None)
    if interview.options.solo:
        return Outcome(replace(over, stage="ended", ended=SOLO_DONE, ends_at=None), effects)
    return Outcome(replace(over, stage="between", ends_at=now + BETWEEN_WAIT), effects)


def end(interview: Interview, now: datetime, why: str) -> Outcome:
    """Everything is over. Scores that are in, and what the bot has read of somebody alone, still make a scorecard."""
    round = interview.round
    worth_it = round is not None and (
        (interview.stage == "feedback" and bool(round.scored))
        or (interview.options.solo and any(part.readings or part.runs for part in round.parts))
    )
    over = replace(interview, stage="ended", since=now, ended=why, ends_at=None, pause=None, talk=None, warned=False)
    effects: tuple[Effect, ...] = (Farewell(why),)
    if worth_it and round is not None:
        effects = (Finish(round.number), *effects)
    return Outcome(over, effects, (Entry("people", why, round=round.number if round else 0),))


def hand_over(interview: Interview, now: datetime) -> Outcome:
    """Somebody else goes on asking, where the interviewer has left in the middle."""
    round = interview.running
    successor = roles.next_interviewer(interview.people, round.candidate)
    if successor is None:
        return end(interview, now, TOO_FEW)
    people = changed(interview, replace(successor, interviewer_rounds=successor.interviewer_rounds + 1))
    line = f"{mention(successor.user_id)} interviews from here on. *My notes* has the questions."
    return Outcome(
        replace(interview, people=people, round=replace(round, interviewer=successor.user_id)),
        (Say(line), Post()),
        (Entry("people", line, round=round.number),),
    )


def unscored(interview: Interview) -> tuple[int, ...]:
    """Who is in the room and has not scored the round yet."""
    round = interview.round
    if round is None:
        return ()
    able = {round.candidate, round.interviewer, *round.observers}
    return tuple(
        person.user_id for person in interview.people if person.user_id in able and person.user_id not in round.scored
    )


def finish_when_scored(interview: Interview, now: datetime) -> Outcome:
    """Make the scorecard as soon as nobody is waited for."""
    if interview.stage == "feedback" and not unscored(interview):
        return finish_round(interview, now)
    return Outcome(interview)


def refs(round: Round) -> Iterable[str]:
    """What the round asks, or would have asked."""
    return (part.ref for part in round.parts if part.ref)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
