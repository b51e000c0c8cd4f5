"""The queue before the slots: bounded, and fair between clients."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox.errors import WorkerBusy
from bot.sandbox.fair import FairQueue


class Runs:
    """Runs that go through a queue one step at a time; `order` is in which order they got a slot."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.order: list[str] = []
        self._end: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def submit(self, *names: str) -> None:
        """Submit runs called `client/number`, in this order."""
        for name in names:
            self._end[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._run(name))
            await asyncio.sleep(0)

    async def _run(self, name: str) -> None:
        async with self.queue.place(name.split("/")[0]):
            self.order.append(name)
            await self._end[name].wait()

    async def finish(self, name: str) -> None:
        self._end[name].set()
        await self._tasks[name]
        await asyncio.sleep(0)

    async def cancel(self, name: str) -> None:
        self._tasks[name].cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._tasks[name]
        await asyncio.sleep(0)

    async def finish_all(self) -> None:
        while len(self.order) < len(self._tasks) or not all(task.done() for task in self._tasks.values()):
            for event in self._end.values():
                event.set()
            await asyncio.sleep(0)


async def test_a_busy_client_does_not_starve_others() -> None:
    runs = Runs(FairQueue(slots=1, waiting=20, each=20))
    await runs.submit("busy/1", "busy/2", "busy/3", "busy/4", "late/1", "other/1", "late/2")
    await runs.finish_all()
    assert runs.order == ["busy/1", "busy/2", "late/1", "other/1", "busy/3", "late/2", "busy/4"]


async def test_full_queue_refuses_with_an_estimate() -> None:
    runs = Runs(FairQueue(slots=1, waiting=2, each=2))
    await runs.submit("a/1", "a/2", "b/1")
    with pytest.raises(WorkerBusy) as caught:
        async with runs.queue.place("c"):
            raise AssertionError("entered a full queue")
    assert caught.value.retry_after_s >= 1
    assert (runs.queue.running, runs.queue.waiting) == (1, 2)
    await runs.finish_all()


async def test_one_client_cannot_take_the_whole_queue() -> None:
    runs = Runs(FairQueue(slots=1, waiting=10, each=2))
    await runs.submit("a/1", "a/2", "a/3")
    with pytest.raises(WorkerBusy):
        async with runs.queue.place("a"):
            raise AssertionError("took more than its share")
    await runs.submit("b/1")
    assert runs.queue.waiting == 3
    await runs.finish_all()


async def test_slots_run_at_once_and_no_more() -> None:
    runs = Runs(FairQueue(slots=2, waiting=10, each=10))
    await runs.submit("a/1", "a/2", "a/3")
    assert runs.order == ["a/1", "a/2"]
    await runs.finish("a/2")
    assert runs.order == ["a/1", "a/2", "a/3"]
    await runs.finish_all()


async def test_who_goes_away_leaves_no_hole() -> None:
    runs = Runs(FairQueue(slots=1, waiting=10, each=10))
    await runs.submit("a/1", "a/2", "b/1", "b/2")
    await runs.cancel("a/2")
    await runs.cancel("b/1")
    assert runs.queue.waiting == 1
    await runs.cancel("a/1")
    assert runs.order == ["a/1", "b/2"]
    await runs.finish("b/2")
    assert (runs.queue.running, runs.queue.waiting) == (0, 0)
    await asyncio.wait_for(runs.queue.idle(), 1)


async def test_cancelled_in_the_moment_it_is_let_in() -> None:
    queue = FairQueue(slots=1, waiting=10, each=10)
    runs = Runs(queue)
    await runs.submit("a/1", "b/1", "c/1")
    runs._end["a/1"].set()
    await asyncio.sleep(0)
    runs._tasks["b/1"].cancel()
    await asyncio.gather(runs._tasks["b/1"], return_exceptions=True)
    await asyncio.sleep(0)
    assert runs.order[-1] == "c/1"
    await runs.finish("c/1")
    assert (queue.running, queue.waiting) == (0, 0)
