"""The question of the day in the database: one a day, first answers, trouble; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.store import Daily, Person, Post, Store
from bot.store.daily import COUNT, POST, REVEAL, read_key
from bot.study.memory import Rating, Review

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
TODAY = date(2026, 8, 1)
GUILD = 2**63 - 1
SETTINGS = Daily(GUILD, 20, 540, "Europe/Berlin")


async def begun(store: Store, day: date = TODAY, question: str = "leaf") -> Post:
    post, mine = await store.daily.begin(put(day, question), MINUTE)
    assert mine
    return post


def put(day: date = TODAY, question: str = "leaf", when: datetime = NOON) -> Post:
    return Post(GUILD, day, question, "autograd", {"form": "choice", "ö": [1]}, 20, when)


def review(user: int, post: Post, right: bool) -> Review:
    key = f"daily:{post.key}:{user}"
    rating = Rating.GOOD if right else Rating.AGAIN
    return Review(key, user, post.question_id, "choice", "daily", rating, float(right), NOON, guild_id=post.guild_id)


async def kinds(store: Store, now: datetime) -> list[tuple[str, str]]:
    return [(timer.kind, timer.key) for timer in await store.timers.claim(now, 50, SECOND)]


async def test_settings_come_with_their_timer(store: Store) -> None:
    assert await store.daily.get(GUILD) is None
    await store.daily.set(SETTINGS, NOON)
    assert await store.daily.get(GUILD) == SETTINGS
    changed = replace(SETTINGS, channel_id=21, topic="autograd")
    await store.daily.set(changed, NOON + DAY)
    assert await store.daily.get(GUILD) == changed
    assert await store.timers.next_due() == NOON + DAY
    assert await store.daily.turn_off(GUILD) is True
    assert await store.daily.turn_off(GUILD) is False
    assert await store.daily.get(GUILD) is None
    assert await store.timers.next_due() is None


async def test_a_day_has_one_question_and_one_who_posts_it(url: str) -> None:
    stores = [await Store.open(url) for _ in range(2)]
    taken = await asyncio.gather(*(stores[n % 2].daily.begin(put(question=f"q{n}"), MINUTE) for n in range(6)))
    assert len({post.question_id for post, _ in taken}) == 1
    assert sorted(mine for _, mine in taken) == [False] * 5 + [True]
    post = taken[0][0]
    assert post == put(question=post.question_id)
    assert await stores[1].daily.post(GUILD, TODAY) == post
    for store in stores:
        await store.aclose()


async def test_what_a_dead_process_had_begun_is_taken_over_once(store: Store) -> None:
    await begun(store)
    early = put(question="other", when=NOON + MINUTE - SECOND)
    assert await store.daily.begin(early, MINUTE) == (put(), False)
    late = put(question="other", when=NOON + MINUTE)
    taken = await asyncio.gather(*(store.daily.begin(late, MINUTE) for _ in range(4)))
    assert sorted(mine for _, mine in taken) == [False] * 3 + [True]
    assert {post.question_id for post, _ in taken} == {"leaf"}, "it is the same question that is posted"
    await store.daily.posted(put(), 100, NOON, NOON)
    assert (await store.daily.begin(put(when=NOON + DAY), MINUTE))[1] is False, "what is posted is nobody's to post"


async def test_a_post_brings_its_reveal_and_that_of_the_days_before(store: Store) -> None:
    await store.daily.set(SETTINGS, NOON)
    first = await begun(store)
    await store.daily.posted(first, 100, NOON + DAY, NOON)
    assert await store.daily.latest(GUILD) == replace(first, message_id=100)
    assert await kinds(store, NOON + DAY - SECOND) == [(POST, str(GUILD))]
    second = await begun(store, TODAY + DAY, "views")
    await store.daily.posted(second, 101, NOON + 2 * DAY, NOON + 20 * SECOND)
    timers = await store.timers.claim(NOON + 21 * SECOND, 50, SECOND)
    (reveal,) = [timer for timer in timers if timer.kind == REVEAL]
    assert read_key(reveal.key) == (GUILD, TODAY)
    await store.daily.reveal(first)
    kept = await store.daily.post(GUILD, TODAY)
    assert kept is not None
    assert kept.revealed
    assert await store.daily.history(GUILD) == [(TODAY, "leaf", "autograd"), (TODAY + DAY, "views", "autograd")]
    assert await store.daily.history(5) == []


async def test_a_question_that_was_never_posted_can_be_withdrawn(store: Store) -> None:
    post = await begun(store)
    await store.daily.withdraw(post)
    assert await store.daily.post(GUILD, TODAY) is None
    post = await begun(store)
    await store.daily.posted(post, 100, NOON, NOON)
    await store.daily.withdraw(post)
    assert await store.daily.post(GUILD, TODAY) is not None, "a posted one stays"


async def test_trouble_is_noted_until_it_lasts_too_long(store: Store) -> None:
    await store.daily.set(SETTINGS, NOON)
    week = 7 * DAY
    await store.daily.failed(GUILD, "no channel", NOON, NOON + DAY, week)
    await store.daily.failed(GUILD, "no permission", NOON + 3 * DAY, NOON + 4 * DAY, week)
    noted = await store.daily.get(GUILD)
    assert noted == replace(SETTINGS, trouble="no permission", trouble_since=NOON)
    assert await store.timers.next_due() == NOON + 4 * DAY
    await store.daily.posted(await begun(store), 100, NOON + 9 * DAY, NOON)
    assert await store.daily.get(GUILD) == SETTINGS, "one success makes it good"
    await store.daily.failed(GUILD, "no channel", NOON, NOON + DAY, week)
    await store.daily.failed(GUILD, "no channel", NOON + week, NOON + 8 * DAY, week)
    given_up = await store.daily.get(GUILD)
    assert given_up == replace(SETTINGS, active=False, trouble="no channel", trouble_since=NOON)
    assert POST not in [kind for kind, _ in await kinds(store, NOON + 30 * DAY)]
    await store.daily.failed(GUILD, "again", NOON + week, NOON + 8 * DAY, week)
    assert await store.daily.get(GUILD) == given_up
    await store.daily.failed(5, "no settings", NOON, NOON, week)


async def test_the_first_answer_counts_and_is_reviewed_once(store: Store) -> None:
    post = await begun(store)
    assert await store.daily.answer(post, "B", True, review(1, post, True), NOON + 5 * SECOND) is None
    assert await store.daily.answer(post, "C", False, review(1, post, False), NOON) == "B"
    assert await store.daily.answer(post, "C", False, review(2, post, False), NOON + 8 * SECOND) is None
    assert await store.daily.answer(post, "B", True, review(3, post, True), NOON + 9 * SECOND) is None
    assert await store.daily.given(GUILD, TODAY) == {"B": 2, "C": 1}
    assert await store.daily.answers(GUILD) == {1: {TODAY: True}, 2: {TODAY: False}, 3: {TODAY: True}}
    assert await store.daily.answers(GUILD, 2) == {2: {TODAY: False}}
    assert await store.daily.answers(5) == {}
    card = await store.reviews.card(1, "leaf")
    assert card is not None
    assert card.reviews == 1
    kept = await store.reviews.find(f"daily:{post.key}:1")
    assert kept == review(1, post, True)
    assert await store.timers.next_due() == NOON + 5 * SECOND
    assert await kinds(store, NOON + 5 * SECOND) == [(COUNT, post.key)]


async def test_a_press_that_two_processes_hear_of_counts_once(url: str) -> None:
    stores = [await Store.open(url) for _ in range(2)]
    post = await begun(stores[0])
    told = await asyncio.gather(
        *(stores[n % 2].daily.answer(post, "ABCD"[n], n == 0, review(1, post, n == 0), NOON) for n in range(4))
    )
    counted = [n for n, before in enumerate(told) if before is None]
    assert len(counted) == 1
    assert {before for before in told if before} == {"ABCD"[counted[0]]}
    assert await stores[0].daily.given(GUILD, TODAY) == {"ABCD"[counted[0]]: 1}
    for store in stores:
        await store.aclose()


async def test_chosen_names_are_known(store: Store) -> None:
    await store.people.keep(Person(1, pseudonym="Ö"))
    await store.people.keep(Person(2))
    assert await store.daily.pseudonyms([1, 2, 3]) == {1: "Ö"}
