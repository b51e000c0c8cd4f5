"""Timers: claimed by one, run at least once, never lost; on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Store, Timer
from bot.store.timers import set_at_latest

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def named(timers: list[Timer]) -> list[str]:
    return [timer.key for timer in timers]


async def test_what_is_due_is_claimed_in_its_order_with_what_it_carries(store: Store) -> None:
    await store.timers.set("reminder", "late", NOON - SECOND, {"a": [1, "ö"]})
    await store.timers.set("reminder", "early", NOON - HOUR)
    await store.timers.set("daily", "now", NOON)
    await store.timers.set("daily", "not yet", NOON + SECOND)
    claimed = await store.timers.claim(NOON, 10, LEASE)
    assert named(claimed) == ["early", "late", "now"]
    assert (claimed[1].kind, claimed[1].due_at, claimed[1].payload, claimed[1].attempts) == (
        "reminder", NOON - SECOND, {"a": [1, "ö"]}, 1,
    )  # fmt: skip
    assert len({timer.lease for timer in claimed}) == 1
    assert await store.timers.next_due() == NOON + SECOND, "what is claimed is not due for others"


async def test_no_more_than_asked_for_are_claimed(store: Store) -> None:
    for number in range(5):
        await store.timers.set("reminder", f"{number}", NOON + number * SECOND)
    assert named(await store.timers.claim(NOON + HOUR, 2, LEASE)) == ["0", "1"]
    assert named(await store.timers.claim(NOON + HOUR, 2, LEASE)) == ["2", "3"]


async def test_two_processes_claim_each_timer_once(url: str) -> None:
    first, second = await Store.open(url), await Store.open(url)
    try:
        for number in range(30):
            await first.timers.set("reminder", f"{number}", NOON)
        takes = [(first, second)[number % 2].timers.claim(NOON, 5, LEASE) for number in range(8)]
        claimed = [name for taken in await asyncio.gather(*takes) for name in named(taken)]
        # Whoever skips what another one is just taking may come back with less, never with the same.
        claimed += named(await first.timers.claim(NOON, 30, LEASE))
        assert sorted(claimed) == sorted(f"{number}" for number in range(30))
    finally:
        await first.aclose()
        await second.aclose()


async def test_a_claim_that_is_never_completed_runs_out(store: Store) -> None:
    await store.timers.set("reminder", "1", NOON)
    (dead,) = await store.timers.claim(NOON, 10, LEASE)
    assert await store.timers.claim(NOON + LEASE - SECOND, 10, LEASE) == []
    assert await store.timers.next_due() == NOON + LEASE
    (again,) = await store.timers.claim(NOON + LEASE, 10, LEASE)
    assert (again.attempts, again.due_at) == (2, NOON)
    await store.timers.complete(dead)
    await store.timers.retry(dead, NOON)
    assert await store.timers.claim(NOON + LEASE + SECOND, 10, LEASE) == [], "who lost the claim has no say any more"
    await store.timers.complete(again)
    assert await store.timers.next_due() is None


async def test_a_timer_given_back_is_claimed_again_from_then_on(store: Store) -> None:
    await store.timers.set("reminder", "1", NOON)
    (timer,) = await store.timers.claim(NOON, 10, LEASE)
    await store.timers.retry(timer, NOON + 5 * SECOND)
    assert await store.timers.next_due() == NOON + 5 * SECOND
    assert await store.timers.claim(NOON + 4 * SECOND, 10, LEASE) == []
    assert named(await store.timers.claim(NOON + 5 * SECOND, 10, LEASE)) == ["1"]


async def test_a_timer_that_is_set_anew_while_it_runs_is_not_completed_away(store: Store) -> None:
    await store.timers.set("reminder", "1", NOON)
    (timer,) = await store.timers.claim(NOON, 10, LEASE)
    await store.timers.set("reminder", "1", NOON + HOUR, {"tomorrow": True})
    await store.timers.complete(timer)
    assert await store.timers.next_due() == NOON + HOUR
    (next_one,) = await store.timers.claim(NOON + HOUR, 10, LEASE)
    assert (next_one.payload, next_one.attempts) == ({"tomorrow": True}, 1)


async def test_setting_replaces_and_cancelling_takes_away(store: Store) -> None:
    await store.timers.set("reminder", "1", NOON)
    await store.timers.set("reminder", "1", NOON + HOUR)
    await store.timers.set("daily", "1", NOON + 2 * HOUR)
    assert await store.timers.next_due() == NOON + HOUR
    await store.timers.cancel("reminder", "1")
    await store.timers.cancel("reminder", "never set")
    assert await store.timers.next_due() == NOON + 2 * HOUR


async def test_a_cancelled_timer_that_runs_does_not_come_back(store: Store) -> None:
    await store.timers.set("reminder", "1", NOON)
    (timer,) = await store.timers.claim(NOON, 10, LEASE)
    await store.timers.cancel("reminder", "1")
    await store.timers.retry(timer, NOON)
    assert await store.timers.next_due() is None


async def test_something_wanted_by_a_time_is_done_at_the_first_of_them(store: Store) -> None:
    async def want(at: datetime) -> None:
        async with store._database.write() as connection:
            await set_at_latest(connection, store._database, "count", "1", at)

    await want(NOON + 5 * SECOND)
    await want(NOON + 9 * SECOND)
    assert await store.timers.next_due() == NOON + 5 * SECOND, "who comes later does not put it off"
    await want(NOON + SECOND)
    assert await store.timers.next_due() == NOON + SECOND
    (running,) = await store.timers.claim(NOON + SECOND, 10, LEASE)
    await want(NOON + 6 * SECOND)
    await store.timers.complete(running)
    assert await store.timers.next_due() == NOON + 6 * SECOND, "what came while it ran is not missed"
