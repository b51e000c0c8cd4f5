"""A hand goes through a custom_id unharmed, and its moves are what the buttons promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.hits import Hand, Held, base36, key_of
from knowledge.questions import load_corpus

IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=80)
HITS = st.lists(st.tuples(IDS, st.floats(0, 1)), min_size=1, max_size=8, unique_by=lambda hit: key_of(hit[0]))
SNOWFLAKE = st.integers(0, 2**64 - 1)


@given(SNOWFLAKE, HITS, st.integers(0, 5))
def test_a_deck_survives_its_custom_id(asker: int, hits: list[tuple[str, float]], turns: int) -> None:
    hand = Hand.deal(asker, hits)
    for _ in range(turns):
        hand = hand.next()
    assert Hand.parse(str(hand)) == hand
    assert len(f"ask:show:{hand}") <= 100


@given(SNOWFLAKE, HITS)
def test_turning_down_every_hit_ends_with_none(asker: int, hits: list[tuple[str, float]]) -> None:
    hand = Hand.deal(asker, hits)
    seen = []
    while hand.top:
        seen.append(hand.top.key)
        hand = hand.next()
    assert seen == [key_of(question_id) for question_id, _ in hits[:5]]
    assert hand.next() == hand
    assert hand == Hand.deal(asker, hits).spent()


@given(SNOWFLAKE, HITS, st.data())
def test_a_pick_comes_first_and_the_others_keep_their_order(
    asker: int, hits: list[tuple[str, float]], data: st.DataObject
) -> None:
    hand = Hand.deal(asker, hits)
    index = data.draw(st.integers(0, len(hand.held) - 1))
    picked = hand.pick(index)
    assert picked.top == hand.held[index]
    assert [held for held in picked.held if held != picked.top] == [held for held in hand.held if held != picked.top]


def test_percent_is_the_rounded_score_within_two_digits() -> None:
    held = Hand.deal(1, [("a", 1.0), ("b", 0.456), ("c", 0.0)]).held
    assert [one.percent for one in held] == [99, 46, 0]
    assert Held("abcdefg", 46).score == 0.46


@pytest.mark.parametrize(
    "text", ["", "1:0:", "1:0:short99", "x" * 200, "-1:0:aaaaaaa50", "1:9x:aaaaaaa50", "1:0:AAAAAAA50", "1:0:aaaaaaa5"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a hand"):
        Hand.parse(text)


@given(SNOWFLAKE)
def test_base36_reads_back(number: int) -> None:
    assert int(base36(number), 36) == number
    assert len(base36(number)) <= 13


def test_no_two_questions_share_a_key() -> None:
    ids = [question.id for question in load_corpus().questions]
    assert len({key_of(question_id) for question_id in ids}) == len(ids)
