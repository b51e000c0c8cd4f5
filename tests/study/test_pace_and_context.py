"""How fast one may ask, and what a question leans on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.conversation import MEMORY, Turn, context
from bot.study.cooldown import Bucket, Cooldown, Pace, take

NOW = datetime(2026, 8, 1, tzinfo=UTC)
PACE = Pace(burst=3, every_s=10)


def test_a_burst_then_one_refusal_then_silence_until_rested() -> None:
    cooldown = Cooldown(PACE)
    assert [cooldown.take(1, 0.0)[0] for _ in range(6)] == ["go", "go", "go", "tell", "hush", "hush"]
    assert cooldown.take(2, 0.0)[0] == "go", "everybody has a bucket of their own"
    assert cooldown.take(1, 10.0)[0] == "go"
    assert cooldown.take(1, 10.0)[0] == "tell", "after a question went through, the next refusal is told again"


def test_the_wait_is_what_it_takes() -> None:
    cooldown = Cooldown(PACE)
    for _ in range(3):
        cooldown.take(1, 0.0)
    decision, wait = cooldown.take(1, 4.0)
    assert decision == "tell"
    assert wait == pytest.approx(6.0)
    assert cooldown.take(1, 4.0 + wait)[0] == "go"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_nobody_gets_more_than_burst_and_refill(moments: list[float]) -> None:
    bucket: Bucket | None = None
    moments.sort()
    went = 0
    for moment in moments:
        decision, bucket, wait = take(bucket, moment, PACE)
        went += decision == "go"
        assert (wait == 0) == (decision == "go")
    assert went <= PACE.burst + (moments[-1] - moments[0]) / PACE.every_s + 1e-6


def test_a_clock_that_goes_back_hands_out_nothing() -> None:
    _, bucket, _ = take(Bucket(0.0, 100.0), 50.0, PACE)
    assert bucket.tokens == 0


def test_the_rested_are_forgotten() -> None:
    cooldown = Cooldown(PACE)
    for user in range(10_001):
        cooldown.take(user, 0.0)
    cooldown.take(20_000, 1000.0)
    assert len(cooldown) == 1


OLD, FRESH = Turn("old", NOW - MEMORY - timedelta(seconds=1)), Turn("fresh", NOW - MEMORY)


@pytest.mark.parametrize(
    ("replied_to", "recent", "leans_on"),
    [
        (None, None, ()),
        (None, FRESH, ("fresh",)),
        (None, OLD, ()),
        (OLD, FRESH, ("old",)),
        (Turn("", NOW), FRESH, ()),
        (None, Turn("", NOW), ()),
    ],
)
def test_context(replied_to: Turn | None, recent: Turn | None, leans_on: tuple[str, ...]) -> None:
    assert context(NOW, replied_to=replied_to, recent=recent) == leans_on
