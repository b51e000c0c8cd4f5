"""One person's memory of one question: a card that FSRS schedules.

The schedule is py-fsrs (https://github.com/open-spaced-repetition/py-fsrs), with one learning step instead of two: what
was known at the first try comes back after days, not again after ten minutes, because most people are here once a day.
Intervals are not fuzzed, so that a button can say beforehand when its question comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal

import fsrs

Source = Literal["quiz", "review", "daily", "practice", "interview"]

LEECH_LAPSES = 4
"""Forgotten that often after it had been learned: the same words will not do, the question needs another form."""
MASTERED_DAYS = 21.0
"""Stability from which Anki, too, calls a card mature."""

_SCHEDULER = fsrs.Scheduler(
    learning_steps=(timedelta(minutes=10),), relearning_steps=(timedelta(minutes=10),), enable_fuzzing=False
)


class Rating(IntEnum):
    """How well somebody remembered, as FSRS counts it."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class Review:
    """One graded event anywhere in the bot, as the review log keeps it.

    `key` names the event: the same key is counted once, however often it arrives. `score` is 0…1, `seconds` how long
    the answer took, where that is known.
    """

    key: str
    user_id: int
    question_id: str
    form: str
    source: Source
    rating: Rating
    score: float
    answered_at: datetime
    guild_id: int | None = None
    session_id: str | None = None
    points: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What FSRS knows about one person and one question.

    `stability` is in days: after that long the chance to remember is 90%. `difficulty` is 1…10. `step` is the learning
    step, None once learned. `lapses` counts how often the question was forgotten after it had been learned.
    """

    state: int
    step: int | None
    stability: float
    difficulty: float
    due: datetime
    last_review: datetime
    reviews: int
    lapses: int

    @property
    def leech(self) -> bool:
        """Forgotten again and again."""
        return self.lapses >= LEECH_LAPSES

    @property
    def mastered(self) -> bool:
        """Learned for good, as far as one can say."""
        return self.state == fsrs.State.Review and self.stability >= MASTERED_DAYS


def review(card: Card | None, rating: Rating, now: datetime) -> Card:
    """The card after a review at `now`; None is a question that was never seen.

    A review that arrives late (its time is before the last one's) counts as made at the last one's time.
    """
    if card is not None:
        now = max(now, card.last_review)
    after, _ = _SCHEDULER.review_card(_theirs(card, now), fsrs.Rating(int(rating)), review_datetime=now)
    forgotten = card is not None and card.state == fsrs.State.Review and rating is Rating.AGAIN
    return Card(
        state=int(after.state),
        step=after.step,
        stability=after.stability or 0.0,
        difficulty=after.difficulty or 0.0,
        due=after.due,
        last_review=now,
        reviews=(card.reviews if card else 0) + 1,
        lapses=(card.lapses if card else 0) + int(forgotten),
    )


def replay(reviews: Iterable[tuple[Rating, datetime]]) -> Card | None:
    """The card that a whole history, oldest first, leads to."""
    card: Card | None = None
    for rating, when in reviews:
        card = review(card, rating, when)
    return card


def previews(card: Card | None, now: datetime) -> dict[Rating, timedelta]:
    """How long it takes until the question comes back, for each rating."""
    return {rating: review(card, rating, now).due - now for rating in Rating}


def recall(card: Card, now: datetime) -> float:
    """The probability 0…1 that the person still knows the answer at `now`."""
    return _SCHEDULER.get_card_retrievability(_theirs(card, now), current_datetime=max(now, card.last_review))


def _theirs(card: Card | None, now: datetime) -> fsrs.Card:
    if card is None:
        return fsrs.Card(card_id=0, due=now)
    return fsrs.Card(
        card_id=0,
        state=fsrs.State(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
    )
