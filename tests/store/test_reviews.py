"""The review log counts each event once and moves the card that it is about, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.store import Store
from bot.study import memory
from bot.study.memory import Rating, Review

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ME, OTHER = 2**62, 7


def answered(
    key: str,
    when: datetime = NOON,
    *,
    user_id: int = ME,
    question_id: str = "leaf-tensors",
    rating: Rating = Rating.GOOD,
    score: float = 1.0,
) -> Review:
    return Review(
        key=key,
        user_id=user_id,
        question_id=question_id,
        form="choice",
        source="quiz",
        rating=rating,
        score=score,
        answered_at=when,
        guild_id=2**61,
        session_id="quiz 1",
        points=12,
        seconds=3.5,
    )


@pytest_asyncio.fixture
async def second(url: str, store: Store) -> AsyncIterator[Store]:
    """Another process over the same database."""
    opened = await Store.open(url)
    yield opened
    await opened.aclose()


async def test_an_event_comes_back_as_it_was_kept(store: Store) -> None:
    kept = answered("quiz:1:3")
    assert await store.reviews.record(kept)
    assert await store.reviews.find("quiz:1:3") == kept
    bare = replace(kept, key="bare", guild_id=None, session_id=None, seconds=None)
    await store.reviews.record(bare)
    assert await store.reviews.find("bare") == bare
    assert await store.reviews.find("never") is None


async def test_an_event_counts_once_however_often_it_arrives(store: Store) -> None:
    assert await store.reviews.record(answered("quiz:1:3"))
    assert not await store.reviews.record(answered("quiz:1:3", NOON + DAY, rating=Rating.AGAIN))
    card = await store.reviews.card(ME, "leaf-tensors")
    assert card == memory.review(None, Rating.GOOD, NOON)
    kept = await store.reviews.find("quiz:1:3")
    assert kept is not None
    assert kept.rating is Rating.GOOD


async def test_the_same_event_told_by_two_processes_at_once_counts_once(store: Store, second: Store) -> None:
    told = await asyncio.gather(*(each.reviews.record(answered("quiz:1:3")) for each in (store, second) * 4))
    assert sum(told) == 1
    card = await store.reviews.card(ME, "leaf-tensors")
    assert card is not None
    assert card.reviews == 1


async def test_first_answers_that_arrive_together_all_move_the_card(store: Store, second: Store) -> None:
    # There is no row of the card yet that the second could wait for.
    events = [answered(f"event:{number}") for number in range(8)]
    told = await asyncio.gather(
        *((store, second)[number % 2].reviews.record(event) for number, event in enumerate(events))
    )
    assert all(told)
    card = await store.reviews.card(ME, "leaf-tensors")
    assert card == memory.replay((Rating.GOOD, NOON) for _ in events)


async def test_several_events_are_kept_together(store: Store) -> None:
    await store.reviews.record(answered("one"))
    events = [answered("one"), answered("two", question_id="views"), answered("three", NOON + DAY)]
    assert await store.reviews.record_all(events) == 2
    card = await store.reviews.card(ME, "leaf-tensors")
    assert card == memory.replay([(Rating.GOOD, NOON), (Rating.GOOD, NOON + DAY)])


async def test_cards_are_apart_by_person_and_question(store: Store) -> None:
    await store.reviews.record(answered("a"))
    await store.reviews.record(answered("b", user_id=OTHER, rating=Rating.AGAIN, score=0.2))
    await store.reviews.record(answered("c", question_id="views", rating=Rating.EASY))
    held = await store.reviews.held_by([ME, OTHER, 99])
    assert [one.question_id for one in sorted(held[ME], key=lambda one: one.question_id)] == ["leaf-tensors", "views"]
    (theirs,) = held[OTHER]
    assert (theirs.last_score, theirs.last_form) == (0.2, "choice")
    assert theirs.card == memory.review(None, Rating.AGAIN, NOON)
    assert held[99] == []
    assert await store.reviews.card(OTHER, "views") is None


async def test_what_is_due_comes_longest_overdue_first(store: Store) -> None:
    await store.reviews.record(answered("a", question_id="later", rating=Rating.EASY))
    await store.reviews.record(answered("b", question_id="soon", rating=Rating.GOOD))
    await store.reviews.record(answered("c", question_id="now", rating=Rating.AGAIN))
    await store.reviews.record(answered("d", user_id=OTHER, question_id="others", rating=Rating.AGAIN))
    reviews = store.reviews
    assert [one.question_id for one in await reviews.due(ME, NOON + 3 * DAY)] == ["now", "soon"]
    assert [one.question_id for one in await reviews.due(ME, NOON + 3 * DAY, limit=1)] == ["now"]
    assert [one.question_id for one in await reviews.cards(ME)] == ["now", "soon", "later"]
    assert await reviews.count_due(ME, NOON + 3 * DAY) == 2
    assert await reviews.count_due(ME, NOON + 2 * DAY) == 2, "due from that moment on"
    assert await reviews.count_due(ME, NOON) == 0
    assert await reviews.due(99, NOON) == []


async def test_what_was_met_recently_by_any_of_a_group(store: Store) -> None:
    await store.reviews.record(answered("a", NOON - 2 * DAY, question_id="old"))
    await store.reviews.record(answered("b", question_id="mine"))
    await store.reviews.record(answered("c", NOON + DAY, question_id="mine"))
    await store.reviews.record(answered("d", user_id=OTHER, question_id="theirs"))
    await store.reviews.record(answered("e", user_id=99, question_id="strangers"))
    assert await store.reviews.recent([ME, OTHER], NOON) == {"mine", "theirs"}
    assert await store.reviews.recent([], NOON) == set()


async def test_a_corrected_rating_moves_the_card_as_if_it_had_been_given_at_once(store: Store) -> None:
    for number, rating in enumerate((Rating.GOOD, Rating.AGAIN, Rating.GOOD)):
        await store.reviews.record(answered(f"event:{number}", NOON + number * DAY, rating=rating))
    corrected = await store.reviews.correct("event:1", ME, Rating.EASY)
    expected = memory.replay([(Rating.GOOD, NOON), (Rating.EASY, NOON + DAY), (Rating.GOOD, NOON + 2 * DAY)])
    assert corrected == expected
    assert await store.reviews.card(ME, "leaf-tensors") == expected
    kept = await store.reviews.find("event:1")
    assert kept is not None
    assert kept.rating is Rating.EASY


async def test_nobody_corrects_what_is_not_theirs(store: Store) -> None:
    await store.reviews.record(answered("event", rating=Rating.AGAIN))
    assert await store.reviews.correct("event", OTHER, Rating.EASY) is None
    assert await store.reviews.correct("never", ME, Rating.EASY) is None
    assert await store.reviews.card(ME, "leaf-tensors") == memory.review(None, Rating.AGAIN, NOON)


async def test_an_event_that_arrives_late_counts_as_made_at_the_last_ones_time(store: Store) -> None:
    await store.reviews.record(answered("second", NOON + DAY))
    await store.reviews.record(answered("first", NOON, rating=Rating.AGAIN))
    card = await store.reviews.card(ME, "leaf-tensors")
    assert card == memory.replay([(Rating.GOOD, NOON + DAY), (Rating.AGAIN, NOON)])
    assert card is not None
    assert card.last_review == NOON + DAY
