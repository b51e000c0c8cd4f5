"""Going through what is due: which form a question comes in, where a button leads, and what a session comes to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.study.exercise import FORMS, Exercise, Form
from bot.study.exercises import compose, forms_of
from bot.study.hits import KEY_LENGTH, base36, key_of
from bot.study.memory import Card, Rating, Review
from knowledge.questions import Question

LEECH_FORMS: tuple[Form, ...] = ("choice", "true-false", "output", "code")
MOST_NEW = 5
"""Questions beyond what is due that one press adds."""
SKIPPED_FOR = timedelta(hours=6)
"""A skipped question comes last in this sitting, and in its turn again in the next one."""
AT_ONCE = timedelta(seconds=20)
"""A second press of the same button so soon after the first is a double press and no second opinion."""
SCORES: Mapping[Rating, float] = {Rating.AGAIN: 0.0, Rating.HARD: 0.5, Rating.GOOD: 1.0, Rating.EASY: 1.0}
"""What an answer is worth that nobody but the person has marked."""
_PRINT = 3
_SHOWN = rf"[0-{len(FORMS) - 1}][a-z2-7]{{{_PRINT}}}"
STEP = rf"[a-z2-7]{{{KEY_LENGTH}}}\.[0-9a-z]{{1,6}}\.[0-9a-z]{{1,9}}\.[0-{MOST_NEW}]\.{_SHOWN}"


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a session, as its buttons carry it.

    `reviews` is how often the person had reviewed it when it was shown, so that a button that was used elsewhere is
    known. `session` is when the session began, in seconds; `new` how many questions beyond the due ones are left, this
    one included. `form` and `print` say which exercise is shown.
    """

    key: str
    reviews: int
    session: int
    new: int = 0
    form: Form = "text"
    print: str = "a" * _PRINT

    @classmethod
    def of(cls, exercise: Exercise, card: Card | None, session: int, new: int = 0) -> Step:
        """The step at which an exercise is shown to somebody who holds this card."""
        reviews = card.reviews if card else 0
        return cls(key_of(exercise.question_id), reviews, session, new, exercise.form, print_of(exercise))

    @classmethod
    def parse(cls, text: str) -> Step:
        """Read back what `str()` wrote. Raises ValueError on anything else."""
        if not re.fullmatch(STEP, text):
            raise ValueError(f"not a step: {text!r}")
        key, reviews, session, new, shown = text.split(".")
        return cls(key, int(reviews, 36), int(session, 36), int(new), FORMS[int(shown[0])], shown[1:])

    def __str__(self) -> str:
        shown = f"{FORMS.index(self.form)}{self.print}"
        return f"{self.key}.{base36(self.reviews)}.{base36(self.session)}.{self.new}.{shown}"

    @property
    def session_id(self) -> str:
        """How the review log names the session."""
        return session_id(self.session)

    def event(self, user_id: int, question_id: str) -> str:
        """The review's name in the log: the same for every press on this question until it has been reviewed."""
        return f"review:{user_id}:{question_id}:{self.reviews}"


def print_of(exercise: Exercise) -> str:
    """A few letters that change with what an exercise asks: the question may be rewritten while its card is open."""
    asked = repr((exercise.prompt, exercise.options, exercise.shown_code, exercise.expected))
    return key_of(hashlib.sha256(asked.encode()).hexdigest())[:_PRINT]


def exercise_for(question: Question, card: Card | None, last_form: str, pool: Mapping[str, Question]) -> Exercise:
    """The form in which a question comes up: in plain words, or, for one that keeps slipping, in another one.

    The same card gets the same exercise, so that any process can make it again to mark it.
    """
    reviews = card.reviews if card else 0
    form: Form = "text"
    if card is not None and card.leech:
        others = [each for each in forms_of(question) if each in LEECH_FORMS and each != last_form]
        form = others[reviews % len(others)] if others else "text"
    return compose(question, form, reviews, pool)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session came to: how many questions, and how many of them were known at once."""

    questions: int
    known: int


def summary(reviews: Iterable[Review]) -> Summary:
    """Sum up the reviews of a session, oldest first. A question counts by its first rating."""
    first: dict[str, Rating] = {}
    for review in reviews:
        first.setdefault(review.question_id, review.rating)
    return Summary(len(first), sum(rating >= Rating.GOOD for rating in first.values()))


def next_due(cards: Sequence[Card], now: datetime) -> datetime | None:
    """When the next card that is not due yet comes up."""
    return min((card.due for card in cards if card.due > now), default=None)


def interval(wait: timedelta) -> str:
    """A time until a question comes back, short enough for a button."""
    minutes = wait.total_seconds() / 60
    for size, most, unit in ((1, 60, "min"), (60, 24, "h"), (1440, 60, "d"), (1440 * 30.44, 24, "mo")):
        # Rounded first, so that 59.9 minutes are an hour and not 60 minutes.
        if round(minutes / size) < most:
            return f"{max(1, round(minutes / size))} {unit}"
    return f"{minutes / (1440 * 365.25):.1f} y"


def began(now: datetime) -> int:
    """What a new session is known by: when it began."""
    return int(now.astimezone(UTC).timestamp())


def session_id(session: int) -> str:
    """How the review log names the session that began at a second."""
    return base36(session)
