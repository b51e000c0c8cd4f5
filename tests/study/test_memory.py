"""Cards move as FSRS-6 says, whichever way their history reaches them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.memory import LEECH_LAPSES, Card, Rating, previews, recall, replay, review

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HISTORIES = st.lists(
    st.tuples(st.sampled_from(Rating), st.floats(0, 200, allow_nan=False).map(lambda days: timedelta(days=days))),
    min_size=1,
    max_size=12,
)


def dated(history: list[tuple[Rating, timedelta]]) -> list[tuple[Rating, datetime]]:
    """Ratings with gaps, as ratings with moments."""
    moment, found = NOON, []
    for rating, gap in history:
        moment += gap
        found.append((rating, moment))
    return found


@pytest.mark.parametrize(
    ("rating", "stability", "difficulty", "wait"),
    [
        # The initial stabilities are FSRS-6's first four default parameters.
        (Rating.AGAIN, 0.212, 6.4133, timedelta(minutes=10)),
        (Rating.HARD, 1.2931, 5.1122, timedelta(minutes=15)),
        (Rating.GOOD, 2.3065, 2.1181, timedelta(days=2)),
        (Rating.EASY, 8.2956, 1.0, timedelta(days=8)),
    ],
)
def test_a_first_review(rating: Rating, stability: float, difficulty: float, wait: timedelta) -> None:
    card = review(None, rating, NOON)
    assert card.stability == pytest.approx(stability)
    assert card.difficulty == pytest.approx(difficulty, abs=1e-4)
    assert card.due == NOON + wait
    assert (card.reviews, card.lapses, card.last_review) == (1, 0, NOON)


def test_a_history_goes_its_known_way() -> None:
    card, moment, stabilities, waits = None, NOON, [], []
    for rating in (Rating.GOOD, Rating.GOOD, Rating.GOOD, Rating.AGAIN, Rating.GOOD, Rating.EASY):
        card = review(card, rating, moment)
        stabilities.append(round(card.stability, 3))
        waits.append(card.due - moment)
        moment = card.due
    assert stabilities == [2.307, 10.964, 46.28, 2.933, 2.933, 12.039]
    assert waits == [2 * DAY, 11 * DAY, 46 * DAY, timedelta(minutes=10), 3 * DAY, 12 * DAY]
    assert card is not None
    assert (card.reviews, card.lapses) == (6, 1)


def test_after_as_many_days_as_its_stability_nine_of_ten_are_recalled() -> None:
    card = review(None, Rating.EASY, NOON)
    assert recall(card, NOON) == 1.0
    assert recall(card, NOON + 8 * DAY) == pytest.approx(0.9, abs=0.01)
    falling = [recall(card, NOON + days * DAY) for days in (0, 1, 10, 100, 1000)]
    assert falling == sorted(falling, reverse=True)
    assert recall(card, NOON - DAY) == 1.0, "a moment before the review counts as the review's"


@given(HISTORIES)
def test_a_replay_leads_where_one_review_after_another_did(history: list[tuple[Rating, timedelta]]) -> None:
    card = None
    for rating, moment in dated(history):
        card = review(card, rating, moment)
    assert replay(dated(history)) == card


@given(HISTORIES, st.sampled_from(Rating))
def test_a_preview_is_what_then_happens(history: list[tuple[Rating, timedelta]], rating: Rating) -> None:
    card = replay(dated(history))
    assert card is not None
    now = card.last_review + DAY
    assert previews(card, now)[rating] == review(card, rating, now).due - now
    assert previews(card, now)[Rating.AGAIN] <= previews(card, now)[Rating.EASY]


@given(HISTORIES, st.sampled_from(Rating), st.timedeltas(timedelta(0), 30 * DAY))
def test_a_late_review_counts_as_made_at_the_last_ones_time(
    history: list[tuple[Rating, timedelta]], rating: Rating, late: timedelta
) -> None:
    card = replay(dated(history))
    assert card is not None
    after = review(card, rating, card.last_review - late)
    assert after == review(card, rating, card.last_review)
    assert after.last_review == card.last_review
    assert after.due > card.last_review


def test_no_history_is_no_card() -> None:
    assert replay([]) is None


def test_a_lapse_is_forgetting_what_was_learned() -> None:
    card = review(None, Rating.AGAIN, NOON)
    card = review(card, Rating.AGAIN, card.due)
    assert card.lapses == 0, "it was never learned"
    for number in range(1, LEECH_LAPSES + 1):
        card = review(card, Rating.GOOD, card.due)
        assert not card.leech
        card = review(card, Rating.AGAIN, card.due)
        assert card.lapses == number
    assert card.leech


def test_mastered_is_learned_for_three_weeks() -> None:
    card = review(None, Rating.EASY, NOON)
    assert not card.mastered
    card = review(card, Rating.EASY, card.due)
    assert card.stability > 21
    assert card.mastered
    forgotten = review(card, Rating.AGAIN, card.due)
    assert not forgotten.mastered
    assert not Card(3, 0, 100.0, 5.0, NOON, NOON, 3, 1).mastered, "while it is learned anew it is not"
