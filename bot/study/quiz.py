"""A quiz as a state machine: what it is at, what may happen next, and what an answer earns.

Every function takes a state and the time, and returns the next state. Nothing here waits: a state has a deadline, and
whoever runs the quiz calls `overdue` once that has passed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from bot.study.exercise import Form
from bot.study.marks import Mark

Timing = Literal["none", "fast", "normal", "relaxed"]
TIMINGS: tuple[Timing, ...] = get_args(Timing)
Phase = Literal["lobby", "asking", "closing", "revealed", "paused", "done"]

MOST_QUESTIONS = 30
USUAL_QUESTIONS = 5
LOBBY = timedelta(seconds=60)
CLOSING = timedelta(seconds=30)
"""Longer than marking takes; a process that died over it is followed by another one after that."""
PAUSED_AT_MOST = timedelta(hours=12)
UNATTENDED = timedelta(days=2)
"""A quiz without a clock that nobody touched for so long is over."""
_SECONDS: dict[Form, float] = {"choice": 30, "true-false": 20, "output": 75, "text": 120, "code": 180}
_FACTOR: dict[Timing, float] = {"none": 0, "fast": 0.5, "normal": 1, "relaxed": 2}
_READING: dict[Form, float] = {"choice": 12, "true-false": 10, "output": 15, "text": 20, "code": 20}

FULL, SPEED, STREAK, MOST_STREAK, HINT = 100, 50, 10, 50, 20
"""Points for a right answer, at most for its speed, for each right one before it, at most for those, and off a hint."""
RIGHT_FROM = 0.999


@dataclass(frozen=True, slots=True)
class Plan:
    """What a quiz was asked to be; None means any."""

    topic: str | None = None
    level: str | None = None
    form: Form | None = None
    timing: Timing = "normal"
    group: bool = False


@dataclass(frozen=True, slots=True)
class Quiz:
    """Where a quiz stands. `position` counts questions from 0; `version` grows with every change.

    `deadline` is when the phase ends by itself, None when it waits for a person. While paused, `left_s` is what was
    left of the phase `held`.
    """

    id: str
    guild_id: int | None
    channel_id: int
    host_id: int
    plan: Plan
    forms: tuple[Form, ...]
    created_at: datetime
    private: bool = False
    """Whether its card is seen by its host alone."""
    phase: Phase = "lobby"
    position: int = 0
    began_at: datetime | None = None
    """When the phase began."""
    deadline: datetime | None = None
    held: Phase | None = None
    left_s: float | None = None
    message_id: int | None = None
    version: int = 0

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.forms)

    @property
    def form(self) -> Form:
        """The form of the current question."""
        return self.forms[self.position]

    @property
    def last(self) -> bool:
        """Whether the current question is the last one."""
        return self.position >= self.total - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What one player did with one question. `given` is None for who passed, or has only asked for hints so far."""

    user_id: int
    position: int
    given: tuple[str, ...] | None
    passed: bool = False
    hints: int = 0
    mark: Mark | None = None
    points: int = 0
    seconds: float | None = None

    @property
    def final(self) -> bool:
        """Whether the player is done with the question."""
        return self.passed or self.given is not None


@dataclass(frozen=True, slots=True)
class Player:
    """One player's standing."""

    user_id: int
    points: int = 0
    streak: int = 0
    right: int = 0
    answered: int = 0


Refusal = Literal["over", "late", "early", "paused", "other", "double", "not yours"]

REFUSALS: dict[Refusal, str] = {
    "over": "This quiz is over. `/quiz start` begins another one.",
    "late": "Time is up for this question; the answer is coming.",
    "early": "It has not begun yet: the first question comes in a moment.",
    "paused": "This quiz is paused. Its host, or a moderator, can go on with it.",
    "other": "That question is over already. Scroll down to the current one.",
    "double": "You have answered this one already; the first answer counts.",
    "not yours": "This quiz belongs to somebody else. `/quiz start` begins your own.",
}


def time_for(form: Form, timing: Timing) -> timedelta | None:
    """How long there is to answer; None without a clock."""
    factor = _FACTOR[timing]
    return timedelta(seconds=_SECONDS[form] * factor) if factor else None


def may_answer(quiz: Quiz, user_id: int, position: int, now: datetime) -> Refusal | None:
    """Why somebody's answer to question `position` does not count now; None when it does."""
    if not quiz.plan.group and user_id != quiz.host_id:
        return "not yours"
    if quiz.phase == "done":
        return "over"
    if quiz.phase == "lobby":
        return "early"
    if position != quiz.position:
        return "other"
    if quiz.phase == "paused":
        return "paused"
    if quiz.phase != "asking":
        return "late"
    return "late" if quiz.deadline is not None and now > quiz.deadline else None


def opened(quiz: Quiz, now: datetime) -> Quiz:
    """A new quiz: a group gathers first, who plays alone begins at once."""
    if quiz.plan.group:
        return replace(quiz, phase="lobby", began_at=now, deadline=now + LOBBY)
    return ask(quiz, 0, now)


def ask(quiz: Quiz, position: int, now: datetime) -> Quiz:
    """The quiz putting question `position`; over, when there is none."""
    if position >= quiz.total:
        return finish(quiz)
    time = time_for(quiz.forms[position], quiz.plan.timing)
    return _at(quiz, "asking", now, now + time if time else now + UNATTENDED, position)


def close(quiz: Quiz, now: datetime) -> Quiz:
    """No more answers to the current question: those that came are being marked."""
    return _at(quiz, "closing", now, now + CLOSING, quiz.position)


def reveal(quiz: Quiz, now: datetime) -> Quiz:
    """The answer is shown; a group goes on by itself, who plays alone in their own time."""
    reading = timedelta(seconds=_READING[quiz.form]) if quiz.plan.group else UNATTENDED
    return _at(quiz, "revealed", now, now + reading, quiz.position)


def go_on(quiz: Quiz, now: datetime) -> Quiz:
    """From the shown answer to the next question, or to the end."""
    return ask(quiz, quiz.position + 1, now)


def pause(quiz: Quiz, now: datetime) -> Quiz:
    """Stop the clock. What was left of it is kept, and never more than there was."""
    if quiz.phase in ("paused", "done", "closing"):
        return quiz
    left = (quiz.deadline - now).total_seconds() if quiz.deadline else 0.0
    whole = (quiz.deadline - quiz.began_at).total_seconds() if quiz.deadline and quiz.began_at else left
    return replace(
        quiz, phase="paused", held=quiz.phase, left_s=max(0.0, min(left, whole)), deadline=now + PAUSED_AT_MOST
    )


def resume(quiz: Quiz, now: datetime) -> Quiz:
    """Go on where it was paused, with what was left of the clock but time enough to read the question again."""
    if quiz.phase != "paused" or quiz.held is None:
        return quiz
    left = timedelta(seconds=max(5.0, quiz.left_s or 0.0))
    return replace(quiz, phase=quiz.held, held=None, left_s=None, began_at=now, deadline=now + left)


def finish(quiz: Quiz) -> Quiz:
    """The quiz as it ends, whyever."""
    return replace(quiz, phase="done", held=None, left_s=None, deadline=None)


def overdue(quiz: Quiz, now: datetime, players: int) -> Quiz:
    """The quiz once its deadline has passed; as it is before that. `players` are those who joined."""
    if quiz.deadline is None or now < quiz.deadline:
        return quiz
    alone_without_clock = not quiz.plan.group and (quiz.phase == "revealed" or quiz.plan.timing == "none")
    match quiz.phase:
        case "lobby":
            return ask(quiz, 0, now) if players else finish(quiz)
        case "asking" if alone_without_clock:
            return finish(quiz)
        case "asking" | "closing":
            return close(quiz, now)
        case "revealed":
            return finish(quiz) if alone_without_clock else go_on(quiz, now)
        case _:
            return finish(quiz)


def _at(quiz: Quiz, phase: Phase, now: datetime, deadline: datetime, position: int) -> Quiz:
    return replace(quiz, phase=phase, position=position, began_at=now, deadline=deadline, held=None, left_s=None)


def points_for(quiz: Quiz, answer: Answer, streak: int) -> int:
    """What a marked answer earns, with `streak` right ones before it."""
    if answer.mark is None or answer.mark.score <= 0:
        return 0
    score = answer.mark.score
    points = FULL * score - HINT * answer.hints
    if score >= RIGHT_FROM:
        time = time_for(quiz.form, quiz.plan.timing)
        if time and answer.seconds is not None:
            spent = min(1.0, max(0.0, answer.seconds / time.total_seconds()))
            points += SPEED * (1 - spent)
        points += min(MOST_STREAK, STREAK * streak)
    return max(0, round(points))


def settle(quiz: Quiz, player: Player, answer: Answer | None) -> tuple[Player, Answer | None]:
    """A player's standing after the current question, and the answer with its points."""
    if answer is None or not answer.final:
        return replace(player, streak=0), answer
    scored = replace(answer, points=points_for(quiz, answer, player.streak))
    right = answer.mark is not None and answer.mark.score >= RIGHT_FROM
    return (
        replace(
            player,
            points=player.points + scored.points,
            streak=player.streak + 1 if right else 0,
            right=player.right + right,
            answered=player.answered + 1,
        ),
        scored,
    )
