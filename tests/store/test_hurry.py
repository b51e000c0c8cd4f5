"""A timer that somebody waits for: run at once, by one process."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.store import Store
from bot.store.timers import Timer

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Noted:
    """A clock whose handlers note what they run, and hold it until they are let go."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock(store.timers, lambda: NOW)
        self.store = store
        self.ran: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        for kind in ("card", "step"):
            self.clock.on(kind, self.run)

    async def run(self, timer: Timer) -> None:
        self.ran.append(f"{timer.kind} {timer.key}")
        await self.may_end.wait()


async def test_one_timer_is_run_at_once_and_the_others_wait(store: Store) -> None:
    noted = Noted(store)
    for kind, key in (("card", "a"), ("card", "b"), ("step", "a")):
        await store.timers.set(kind, key, NOW)
    assert await noted.clock.hurry("card", "b")
    assert noted.ran == ["card b"]
    assert not await noted.clock.hurry("card", "b"), "it is done"
    assert await noted.clock.run_due() == 2


async def test_what_is_not_due_is_not_hurried(store: Store) -> None:
    noted = Noted(store)
    await store.timers.set("card", "a", NOW + timedelta(seconds=1))
    assert not await noted.clock.hurry("card", "a")
    assert noted.ran == []


async def test_two_processes_run_a_timer_once(url: str) -> None:
    processes = [Noted(await Store.open(url)) for _ in range(2)]
    await processes[0].store.timers.set("card", "a", NOW)
    hurried = await asyncio.gather(*(process.clock.hurry("card", "a") for process in processes))
    assert sorted(hurried) == [False, True]
    assert sorted(ran for process in processes for ran in process.ran) == ["card a"]
    for process in processes:
        await process.store.aclose()


async def test_a_timer_runs_again_unless_it_was_set_anew_meanwhile(store: Store) -> None:
    await store.timers.set("run", "server", NOW)
    (timer,) = await store.timers.claim(NOW, 1, timedelta(minutes=1))
    await store.timers.again(timer, NOW + timedelta(hours=1))
    await store.timers.complete(timer)
    assert await store.timers.next_due() == NOW + timedelta(hours=1)
    (timer,) = await store.timers.claim(NOW + timedelta(hours=1), 1, timedelta(minutes=1))
    await store.timers.set("run", "server", NOW)
    await store.timers.again(timer, NOW + timedelta(hours=2))
    assert await store.timers.next_due() == NOW
