"""Cards: golden intervals, and what holds for every history of ratings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.memory import LEECH_LAPSES, Card, Rating, previews, recall, replay, review

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
AGAIN, HARD, GOOD, EASY = Rating
ratings = st.lists(st.sampled_from(Rating), max_size=25)
gaps = st.integers(0, 60 * 24 * 60)


def histories() -> st.SearchStrategy[list[tuple[Rating, datetime]]]:
    """Ratings at growing times."""

    def at_times(steps: list[tuple[Rating, int]]) -> list[tuple[Rating, datetime]]:
        when = NOW
        history = []
        for rating, gap in steps:
            when += timedelta(minutes=gap)
            history.append((rating, when))
        return history

    return st.lists(st.tuples(st.sampled_from(Rating), gaps), min_size=1, max_size=25).map(at_times)


def card(*given: Rating) -> Card:
    """A card whose owner always came back exactly when it was due."""
    made, when = None, NOW
    for rating in given:
        made = review(made, rating, when)
        when = made.due
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("given", "minutes"),
    [
        ((AGAIN,), 10), ((HARD,), 15), ((GOOD,), 2 * 1440), ((EASY,), 8 * 1440),
        ((AGAIN, GOOD), 1 * 1440), ((GOOD, GOOD), 11 * 1440), ((GOOD, HARD), 8 * 1440), ((GOOD, EASY), 19 * 1440),
        ((GOOD, AGAIN), 10), ((GOOD, GOOD, GOOD), 46 * 1440),
    ],
)  # fmt: skip
def test_golden_intervals(given: tuple[Rating, ...], minutes: int) -> None:
    made = card(*given)
    assert made.due - made.last_review == timedelta(minutes=minutes)


@given(histories())
def test_a_better_rating_never_comes_back_sooner(history: list[tuple[Rating, datetime]]) -> None:
    before = replay(history)
    waits = previews(before, history[-1][1] + timedelta(days=1))
    assert list(waits) == list(Rating)
    assert waits[AGAIN] <= waits[HARD] <= waits[GOOD] <= waits[EASY]
    assert waits[AGAIN] > timedelta(0)


@given(histories(), gaps)
def test_memory_fades(history: list[tuple[Rating, datetime]], gap: int) -> None:
    made = replay(history)
    assert made is not None
    soon = recall(made, made.last_review + timedelta(minutes=gap))
    later = recall(made, made.last_review + timedelta(minutes=gap, days=3))
    assert 0 <= later <= soon <= 1
    assert recall(made, made.last_review - timedelta(days=1)) == recall(made, made.last_review)


def test_a_leech_is_what_was_learned_and_forgotten_again_and_again() -> None:
    assert not card(*[AGAIN] * 20).leech, "never learned is not forgotten"
    slips = [GOOD, AGAIN]
    assert not card(*slips * (LEECH_LAPSES - 1)).leech
    assert card(*slips * LEECH_LAPSES).leech
