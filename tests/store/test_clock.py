"""The clock over real timers: once, in one process, again after a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.clock import AT_ONCE, LEASE, LONGEST_RETRY, RETRY, Clock
from bot.store import Store, Timer

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Hands:
    """A clock's hands, for tests to turn; and everything that ran."""

    def __init__(self) -> None:
        self.time = NOON
        self.ran: list[Timer] = []

    def now(self) -> datetime:
        return self.time

    async def note(self, timer: Timer) -> None:
        self.ran.append(timer)

    async def fail(self, timer: Timer) -> None:
        self.ran.append(timer)
        raise RuntimeError("the channel is gone")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest_asyncio.fixture
async def clock(store: Store, hands: Hands) -> AsyncIterator[Clock]:
    made = Clock(store.timers, hands.now)
    yield made
    await made.aclose()


async def test_what_is_due_runs_once(clock: Clock, store: Store, hands: Hands) -> None:
    clock.on("reminder", hands.note)
    await store.timers.set("reminder", "1", NOON, {"x": 1})
    await store.timers.set("reminder", "2", NOON + HOUR)
    assert await clock.run_due() == 1
    assert await clock.run_due() == 0
    assert [(timer.key, timer.payload) for timer in hands.ran] == [("1", {"x": 1})]
    hands.time += HOUR
    assert await clock.run_due() == 1
    assert await store.timers.next_due() is None


async def test_a_handler_that_raises_is_tried_again_at_growing_intervals(
    clock: Clock, store: Store, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    clock.on("reminder", hands.fail)
    await store.timers.set("reminder", "1", NOON)
    waits = []
    for _ in range(13):
        assert await clock.run_due() == 1
        again = await store.timers.next_due()
        assert again is not None
        waits.append(again - hands.time)
        hands.time = again - timedelta(seconds=1)
        assert await clock.run_due() == 0, "not before its time"
        hands.time = again
    assert waits[:4] == [RETRY, 2 * RETRY, 4 * RETRY, 8 * RETRY]
    assert waits[-1] == LONGEST_RETRY
    assert [timer.attempts for timer in hands.ran] == list(range(1, 14))
    assert {timer.due_at for timer in hands.ran} == {NOON}, "how late it is stays known"
    assert "reference" in caplog.text
    clock.on("reminder", hands.note)
    assert await clock.run_due() == 1
    assert await store.timers.next_due() is None


async def test_one_broken_timer_does_not_stop_the_others(clock: Clock, store: Store, hands: Hands) -> None:
    clock.on("broken", hands.fail)
    clock.on("reminder", hands.note)
    await store.timers.set("broken", "1", NOON - HOUR)
    await store.timers.set("reminder", "2", NOON)
    assert await clock.run_due() == 2
    assert {timer.key for timer in hands.ran} == {"1", "2"}
    assert await store.timers.next_due() == NOON + RETRY


async def test_a_timer_of_a_newer_version_waits_for_it(
    clock: Clock, store: Store, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    await store.timers.set("unheard of", "1", NOON)
    with caplog.at_level(logging.WARNING):
        await clock.run_due()
    assert "unheard of" in caplog.text
    assert await store.timers.next_due() == NOON + LONGEST_RETRY
    hands.time += LONGEST_RETRY
    clock.on("unheard of", hands.note)
    assert await clock.run_due() == 1
    assert hands.ran


async def test_a_handler_may_set_its_timer_anew(clock: Clock, store: Store, hands: Hands) -> None:
    async def every_hour(timer: Timer) -> None:
        hands.ran.append(timer)
        await store.timers.set(timer.kind, timer.key, timer.due_at + HOUR)

    clock.on("reminder", every_hour)
    await store.timers.set("reminder", "1", NOON)
    for number in range(3):
        assert await clock.run_due() == 1
        assert await store.timers.next_due() == NOON + (number + 1) * HOUR
        hands.time += HOUR


async def test_two_processes_run_it_once(url: str, hands: Hands) -> None:
    stores = [await Store.open(url) for _ in range(2)]
    clocks = [Clock(store.timers, hands.now) for store in stores]
    for clock in clocks:
        clock.on("reminder", hands.note)
    for number in range(20):
        await stores[0].timers.set("reminder", f"{number}", NOON)
    for _ in range(3):
        await asyncio.gather(*(clock.run_due() for clock in clocks))
    assert sorted(int(timer.key) for timer in hands.ran) == list(range(20))
    for store in stores:
        await store.aclose()


async def test_what_a_dead_process_had_claimed_is_run_by_another(clock: Clock, store: Store, hands: Hands) -> None:
    begun = asyncio.Event()

    async def hang(timer: Timer) -> None:
        begun.set()
        await asyncio.Event().wait()

    dying = Clock(store.timers, hands.now)
    dying.on("reminder", hang)
    await store.timers.set("reminder", "1", NOON)
    dying.start()
    await begun.wait()
    await dying.aclose()
    clock.on("reminder", hands.note)
    assert await clock.run_due() == 0
    hands.time += LEASE
    assert await clock.run_due() == 1
    assert [timer.attempts for timer in hands.ran] == [2]


async def test_a_started_clock_runs_what_is_set_later_and_stops(clock: Clock, store: Store, hands: Hands) -> None:
    ran = asyncio.Event()

    async def note(timer: Timer) -> None:
        ran.set()

    clock.on("reminder", note)
    clock.start()
    clock.start()
    await store.timers.set("reminder", "1", NOON)
    await asyncio.wait_for(ran.wait(), 30)
    await clock.aclose()
    await clock.aclose()
    ran.clear()
    await store.timers.set("reminder", "2", NOON)
    assert await store.timers.next_due() == NOON


async def test_handlers_that_wait_leave_room_for_no_more_than_the_limit(
    clock: Clock, store: Store, hands: Hands
) -> None:
    full, release = asyncio.Event(), asyncio.Event()

    async def wait(timer: Timer) -> None:
        hands.ran.append(timer)
        if len(hands.ran) == AT_ONCE:
            full.set()
        await release.wait()

    clock.on("reminder", wait)
    for number in range(AT_ONCE + 3):
        await store.timers.set("reminder", f"{number}", NOON)
    first = asyncio.create_task(clock.run_due())
    await full.wait()
    assert await clock.run_due() == 0
    release.set()
    assert await first == AT_ONCE
    assert await clock.run_due() == 3
