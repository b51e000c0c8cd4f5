"""Who comes and who goes: the lobby, late arrivals, people who leave, and those who never came."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.study.interview.effects import Entry, Invite, Outcome, Redraw, Say
from bot.study.interview.events import Here, Join, Leave, Start
from bot.study.interview.roles import players
from bot.study.interview.state import TALKING, Interview, Person
from bot.study.interview.steps import (
    after,
    begin_round,
    begin_when_ready,
    changed,
    end,
    finish_when_scored,
    hand_over,
    mention,
    refuse,
    seat_again,
)
from bot.study.interview.talking import NOT_IN

MOST_PEOPLE = 6
MOST_ABSENCES = 2

ALONE = "It takes two to interview each other. Wait for somebody to join, or press *Practise alone*."
FULL = f"All {MOST_PEOPLE} seats are taken. Ask somebody to make room, or open one of your own with `/mock start`."
EMPTY = "Everybody has left, so the interview ends here."
BROKEN_OFF = "The candidate has left, so this round ends without a scorecard."
NOBODY_CAME = "Nobody said that they were there, so the interview ends here. Open a new one with `/mock start`."
NOTHING_TO_ASK = "I could not get the questions ready, so the interview ends here. Try `/mock start` again in a minute."


def join(interview: Interview, event: Join, now: datetime) -> Outcome:
    """Take a seat, or change what one does in it."""
    person = interview.person(event.by)
    if person is not None:
        if person.observes == event.observe:
            return refuse(interview, "You are in already.")
        if interview.role(event.by) != "observer":
            return refuse(interview, "You have a part in this round. You can observe from the next one on.")
        return Outcome(
            replace(interview, people=changed(interview, replace(person, observes=event.observe))), (Redraw(),)
        )
    if len(interview.people) >= MOST_PEOPLE:
        return refuse(interview, FULL)
    inside = replace(interview, people=(*interview.people, Person(event.by, event.observe)))
    if interview.stage == "lobby":
        return Outcome(inside, (Redraw(),))
    how = "observes" if event.observe else "observes this round and takes turns from the next one on"
    line = f"{mention(event.by)} {how}."
    number = interview.round.number if interview.round else 0
    return Outcome(inside, (Invite(event.by), Say(line)), (Entry("people", line, event.by, number),))


def leave(interview: Interview, event: Leave, now: datetime) -> Outcome:
    """Give the seat up. Somebody else takes over what they did, where there is somebody."""
    if interview.person(event.by) is None:
        return refuse(interview, NOT_IN)
    role = interview.role(event.by)
    people = tuple(person for person in interview.people if person.user_id != event.by)
    host = interview.host if interview.host != event.by or not people else people[0].user_id
    line = f"{mention(event.by)} {event.how}."
    number = interview.round.number if interview.round else 0
    gone = Outcome(
        replace(interview, people=people, host=host),
        (Redraw(),) if interview.stage == "lobby" else (Say(line),),
        (Entry("people", line, event.by, number),),
    )
    rest = gone.interview
    if not people:
        return after(gone, end(rest, now, EMPTY))
    match interview.stage:
        case "ready" if role != "observer":
            return after(gone, seat_again(rest, now))
        case stage if stage in TALKING and role == "interviewer":
            return after(gone, hand_over(rest, now))
        case stage if stage in TALKING and role == "candidate":
            told = Outcome(rest, (Say(BROKEN_OFF),), (Entry("people", BROKEN_OFF, round=number),))
            return after(after(gone, told), begin_round(rest, now))
        case "feedback":
            return after(gone, finish_when_scored(rest, now))
        case "between" if len(players(people)) < 2:
            return after(gone, end(rest, now, "There are no longer two people for another round. That was it."))
        case _:
            return gone


def start(interview: Interview, event: Start, now: datetime) -> Outcome:
    """Out of the lobby, into the first round."""
    person = interview.person(event.by)
    if person is None:
        return refuse(interview, "Join first, then start.")
    if interview.stage != "lobby":
        return refuse(interview, "It has begun already.")
    if len(players(interview.people)) < 2:
        return refuse(interview, ALONE)
    last = dict(event.last)
    people = tuple(replace(person, last_candidate=last.get(person.user_id)) for person in interview.people)
    started = replace(interview, people=people, thread_id=event.thread_id, note=event.note)
    return begin_round(started, now, here=(event.by,))


def here(interview: Interview, event: Here, now: datetime) -> Outcome:
    """Somebody is there."""
    round = interview.round
    if interview.person(event.by) is None:
        return refuse(interview, NOT_IN)
    if interview.stage != "ready" or round is None:
        return refuse(interview, "Nobody is waited for just now.")
    if event.by in round.here:
        return refuse(interview, "I know, thank you. It begins as soon as the others are there.")
    present = replace(interview, round=replace(round, here=(*round.here, event.by)))
    begun = begin_when_ready(present, now)
    return begun if begun.effects else Outcome(present, (Redraw(),))


def no_show(interview: Interview, now: datetime) -> Outcome:
    """The wait is over: who did not come is skipped, and taken out when it happens again."""
    round = interview.round
    if round is None or round.script is None:
        return end(interview, now, NOTHING_TO_ASK)
    missing = [who for who in (round.candidate, round.interviewer) if who is not None and who not in round.here]
    if not round.here:
        return end(interview, now, NOBODY_CAME)
    people = tuple(
        replace(person, absences=person.absences + (person.user_id in missing)) for person in interview.people
    )
    staying = tuple(person for person in people if person.absences < MOST_ABSENCES)
    names = " and ".join(map(mention, missing))
    line = f"{names} did not say that they are there, so somebody else has the turn."
    skipped = replace(interview, people=staying, round=replace(round, tried=(*round.tried, *missing)))
    if staying and all(person.user_id != skipped.host for person in staying):
        skipped = replace(skipped, host=staying[0].user_id)
    told = Outcome(skipped, (Say(line),), (Entry("people", line, round=round.number),))
    return after(told, seat_again(skipped, now))
