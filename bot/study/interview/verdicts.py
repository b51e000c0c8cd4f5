"""How the room scores a round, what the candidate thinks of the round, and who gets to see the scorecard."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.study.interview.effects import Finish, Outcome, Rated, Redraw, Scored, ShareCard
from bot.study.interview.events import Rate, Remark, Score, Share
from bot.study.interview.state import Interview
from bot.study.interview.steps import finish_when_scored, refuse
from bot.study.interview.talking import NOT_CANDIDATE, candidates_round
from knowledge.interviews import AXES

TOO_EARLY = "Scores are for the end, when the talk is over."
NOT_THERE = "Only those who were in that round score it."
WORST, BEST = 1, 5


def score(interview: Interview, event: Score, now: datetime) -> Outcome:
    """Keep somebody's scores. Those that come after the scorecard was made change it."""
    role = _role(interview, event.by, event.round)
    if role is None:
        return refuse(interview, _why_not(interview, event.round))
    if len(event.axes) != len(AXES) or not all(WORST <= axis <= BEST for axis in event.axes):
        return refuse(interview, f"Each score is a number from {WORST} to {BEST}.")
    scored = (Scored(event.round, event.by, role, axes=event.axes),)
    round = interview.round
    if not _is_waited_for(interview, event.round) or round is None:
        return Outcome(interview, (Finish(event.round),), scored=scored)
    noted = replace(interview, round=replace(round, scored=tuple(sorted({*round.scored, event.by}))))
    finished = finish_when_scored(noted, now)
    return replace(finished, effects=finished.effects or (Redraw(),), scored=scored)


def remark(interview: Interview, event: Remark, now: datetime) -> Outcome:
    """Keep somebody's words beside their scores."""
    role = _role(interview, event.by, event.round)
    if role is None:
        return refuse(interview, _why_not(interview, event.round))
    effects = () if _is_waited_for(interview, event.round) else (Finish(event.round),)
    return Outcome(
        interview, effects, scored=(Scored(event.round, event.by, role, strong=event.strong, work=event.work),)
    )


def rate(interview: Interview, event: Rate, now: datetime) -> Outcome:
    """The candidate's marks for the interviewer and the questions."""
    round = candidates_round(interview, event.by, event.round)
    if round is None:
        return refuse(interview, NOT_CANDIDATE)
    if not round.done:
        return refuse(interview, TOO_EARLY)
    marks = (event.questions, *((event.interviewer,) if event.interviewer is not None else ()))
    if not all(WORST <= mark <= BEST for mark in marks):
        return refuse(interview, f"Each mark is a number from {WORST} to {BEST}.")
    rated = Rated(event.round, round.candidate, round.interviewer, event.interviewer, event.questions, event.words)
    return Outcome(interview, rated=(rated,))


def share(interview: Interview, event: Share, now: datetime) -> Outcome:
    """The candidate shows the scorecard to the room."""
    round = candidates_round(interview, event.by, event.round)
    if round is None:
        return refuse(interview, NOT_CANDIDATE)
    if not round.done or _is_waited_for(interview, event.round):
        return refuse(interview, "There is no scorecard yet.")
    if round.shared:
        return refuse(interview, "You have shared it already.")
    shared = replace(round, shared=True)
    if round is interview.round:
        return Outcome(replace(interview, round=shared), (ShareCard(event.round),))
    past = tuple(shared if other is round else other for other in interview.past)
    return Outcome(replace(interview, past=past), (ShareCard(event.round),))


def _is_waited_for(interview: Interview, number: int) -> bool:
    """Whether the scorecard of a round is still to be made."""
    on = interview.round is not None and interview.round.number == number
    return on and interview.stage == "feedback"


def _role(interview: Interview, by: int, number: int) -> str | None:
    """As what somebody scores a round; None when they do not, or when it has not been talked through."""
    round = interview.find_round(number)
    if round is None or not round.done:
        return None
    if by == round.candidate:
        return "self"
    if by == round.interviewer:
        return "interviewer"
    return "observer" if by in round.observers else None


def _why_not(interview: Interview, number: int) -> str:
    round = interview.find_round(number)
    return TOO_EARLY if round is not None and round is interview.round and not round.done else NOT_THERE
