"""A bounded, fair queue: waiting runs are served in turn by client, so that a busy one does not starve others."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.sandbox.errors import WorkerBusy


class FairQueue:
    """Lets `slots` runs in at once; at most `waiting` more may wait, at most `each` of them of one client."""

    def __init__(self, slots: int, waiting: int, each: int) -> None:
        self._free = slots
        self._slots = slots
        self._most = waiting
        self._each = each
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._mean_s = 0.5
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def running(self) -> int:
        """How many are in."""
        return self._slots - self._free

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(queue) for queue in self._queues.values())

    async def idle(self) -> None:
        """Wait until nobody is in and nobody waits."""
        await self._idle.wait()

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Hold a slot for the body of the `with`; raises WorkerBusy at once when the queue is full."""
        await self._enter(client)
        began = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            took = asyncio.get_running_loop().time() - began
            self._mean_s += 0.1 * (took - self._mean_s)
            self._give_back()

    async def _enter(self, client: str) -> None:
        if self._free > 0 and not self._queues:
            self._free -= 1
            self._idle.clear()
            return
        queue = self._queues.get(client)
        if self.waiting >= self._most or (queue is not None and len(queue) >= self._each):
            raise WorkerBusy(max(1.0, self._mean_s * self.waiting / self._slots))
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()
            else:
                self._forget(client, turn)
            raise

    def _give_back(self) -> None:
        self._free += 1
        self._let_in()
        if self._free == self._slots:
            self._idle.set()

    def _let_in(self) -> None:
        """Give free slots to the clients in turn, the first of each one's queue."""
        while self._free > 0 and self._queues:
            client, queue = next(iter(self._queues.items()))
            turn = queue.popleft()
            if queue:
                self._queues.move_to_end(client)
            else:
                del self._queues[client]
            if not turn.done():
                self._free -= 1
                turn.set_result(None)

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        queue = self._queues.get(client)
        if queue is not None and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._queues[client]
