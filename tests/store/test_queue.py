"""The review log and its cards, what is set aside, and reminders; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Person, Store
from bot.store.queue import FOR_GOOD
from bot.store.reminders import REMINDER
from bot.study.memory import Rating, Review

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANA = 2**63 - 1


def answered(
    key: str, question: str = "leaf", rating: Rating = Rating.GOOD, when: datetime = NOON, user: int = ANA
) -> Review:
    return Review(key, user, question, "text", "review", rating, 0.75, when, session_id="s1")


async def test_what_is_set_aside_goes_last_or_stays_away(store: Store) -> None:
    for question in ("a", "b", "c", "d"):
        await store.reviews.record(answered(question, question, Rating.AGAIN))
        await store.reviews.record(answered(f"5 {question}", question, Rating.AGAIN, user=5))
    now = NOON + DAY

    async def due(at: datetime) -> list[str]:
        return [held.question_id for held in await store.queue.due(ANA, at)]

    await store.queue.put_aside(ANA, "b", "skipped", now, now + HOUR)
    await store.queue.put_aside(ANA, "a", "skipped", now + timedelta(seconds=1), now + HOUR)
    assert await due(now + timedelta(seconds=2)) == ["c", "d", "b", "a"]
    await store.queue.put_aside(ANA, "c", "buried", now, now + 2 * HOUR)
    await store.queue.put_aside(ANA, "d", "suspended", now, FOR_GOOD)
    assert await due(now) == ["b", "a"]
    assert await store.queue.aside(ANA, now) == {"a": "skipped", "b": "skipped", "c": "buried", "d": "suspended"}
    assert await due(now + HOUR) == ["a", "b"], "skipped for this sitting only"
    assert await due(now + 2 * HOUR) == ["a", "b", "c"]
    await store.queue.put_aside(ANA, "c", "skipped", now, now + HOUR)
    assert await due(now) == ["b", "c", "a"], "the last word counts"
    assert await store.queue.bring_back(ANA) == 1
    assert await store.queue.bring_back(ANA) == 0
    assert await due(now + 2 * HOUR) == ["a", "b", "c", "d"]
    assert len(await store.queue.due(5, now)) == 4, "others have their own"


async def test_a_session_and_the_days_of_practice_are_in_the_log(store: Store) -> None:
    for number in range(3):
        await store.reviews.record(answered(f"e{number}", when=NOON + number * DAY))
    await store.reviews.record(answered("other", user=5))
    assert [review.key for review in await store.reviews.session(ANA, "s1")] == ["e0", "e1", "e2"]
    assert await store.reviews.session(ANA, "s2") == []
    assert await store.reviews.moments(ANA, NOON + DAY) == [NOON + DAY, NOON + 2 * DAY]
    assert await store.reviews.recent([ANA, 5], NOON + HOUR) == {"leaf"}


async def test_a_reminder_leaves_the_rest_of_a_persons_settings_alone(store: Store) -> None:
    await store.people.keep(Person(ANA, on_leaderboard=True, pseudonym="Ana"))
    await store.reminders.set(ANA, 510, "Europe/Berlin", (5, 6), NOON)
    assert await store.people.get(ANA) == Person(ANA, "Europe/Berlin", 510, (5, 6), True, "Ana")
    assert await store.timers.next_due() == NOON
    await store.reminders.turn_off(ANA)
    assert await store.people.get(ANA) == Person(ANA, "Europe/Berlin", None, (5, 6), True, "Ana")
    assert await store.timers.next_due() is None
    await store.reminders.set(7, 0, "UTC", (), NOON)
    assert await store.people.get(7) == Person(7, "UTC", 0)


async def test_reminders_that_are_refused_in_a_row_end_and_are_told_of_once(store: Store) -> None:
    await store.reminders.set(ANA, 510, "UTC", (), NOON)
    assert await store.reminders.refused(ANA, NOON + DAY, 3) is True
    assert await store.reminders.refused(ANA, NOON + DAY, 3) is True
    await store.reminders.sent(ANA, NOON + 2 * DAY)
    for _ in range(2):
        assert await store.reminders.refused(ANA, NOON + 3 * DAY, 3) is True
        assert await store.reminders.tell_once(ANA, 3) is False
    assert await store.timers.next_due() == NOON + 3 * DAY
    assert await store.reminders.refused(ANA, NOON + 4 * DAY, 3) is False
    assert await store.timers.next_due() is None
    assert (await store.people.get(ANA)).reminder_minute is None
    assert await store.reminders.tell_once(ANA, 3) is True
    assert await store.reminders.tell_once(ANA, 3) is False


async def test_turning_reminders_on_again_forgets_what_was_refused(store: Store) -> None:
    await store.reminders.set(ANA, 510, "UTC", (), NOON)
    for _ in range(3):
        await store.reminders.refused(ANA, NOON, 3)
    await store.reminders.set(ANA, 510, "UTC", (), NOON + DAY)
    assert await store.reminders.tell_once(ANA, 3) is False
    (timer,) = await store.timers.claim(NOON + DAY, 5, HOUR)
    assert (timer.kind, timer.key) == (REMINDER, str(ANA))
