"""The clock: runs what is due, once, in one process, and again if that process died over it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import discord
from discord.ext import tasks

from bot.errors import StoreError
from bot.store.timers import Timer, Timers

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than any handler takes; what a process that died had claimed is run by another one after that."""
LOOK_S = 1.0
"""Another process may set a timer that this one runs, so it looks this often."""
SOONEST_S = 0.01
AT_ONCE = 50
RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)

Handler = Callable[[Timer], Awaitable[None]]


def utc_now() -> datetime:
    """The time by Discord's library, which runs with the simulated one in the playground."""
    return discord.utils.utcnow()


class Clock:
    """Claims due timers and hands each to the handler of its kind.

    A handler that raises is tried again later, at growing intervals; it must be able to run twice.
    """

    def __init__(self, timers: Timers, now: Callable[[], datetime] = utc_now) -> None:
        self.now = now
        self._timers = timers
        self._handlers: dict[str, Handler] = {}
        self._looking = tasks.loop(seconds=LOOK_S)(self._look)
        self._firing: set[asyncio.Task[None]] = set()

    def on(self, kind: str, handler: Handler) -> None:
        """Run `handler` for every timer of this kind."""
        self._handlers[kind] = handler

    def start(self) -> None:
        """Begin to look for what is due, until `aclose`."""
        if not self._looking.is_running():
            self._looking.start()

    async def aclose(self) -> None:
        """Stop looking. A handler that is cut off is run again after its lease."""
        looking = self._looking.get_task()
        self._looking.cancel()
        running = [*self._firing, *((looking,) if looking else ())]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def run_due(self) -> int:
        """Run everything that is due now, and wait for it. How many timers there were. Raises StoreError."""
        firing = await self._claim()
        await asyncio.gather(*firing)
        return len(firing)

    async def _claim(self) -> list[asyncio.Task[None]]:
        """Start what is due, as far as there is room: a handler that waits for Discord does not hold up the others."""
        room = AT_ONCE - len(self._firing)
        claimed = await self._timers.claim(self.now(), room, LEASE) if room else []
        firing = [asyncio.create_task(self._fire(timer), name=f"timer {timer.kind}") for timer in claimed]
        for task in firing:
            self._firing.add(task)
            task.add_done_callback(self._firing.discard)
        return firing

    async def _look(self) -> None:
        """Start what is due, and look again when the next timer is due, or after a moment for those set elsewhere."""
        wait = LOOK_S
        try:
            await self._claim()
            due = await self._timers.next_due() if len(self._firing) < AT_ONCE else None
            if due is not None:
                wait = min(LOOK_S, max(SOONEST_S, (due - self.now()).total_seconds()))
        except StoreError as error:
            log.warning("Timers wait, because the database has a problem: %s", error)
        self._looking.change_interval(seconds=wait)

    async def _fire(self, timer: Timer) -> None:
        handler = self._handlers.get(timer.kind)
        if handler is None:
            log.warning("Nobody handles timers of kind %r; it waits for a version that does.", timer.kind)
            again = LONGEST_RETRY
        else:
            try:
                await handler(timer)
                await self._timers.complete(timer)
                return
            except Exception:
                # The outer edge of what the clock starts: one broken timer must not stop the others.
                reference = secrets.token_hex(4)
                log.exception("Timer %s %s failed, reference %s", timer.kind, timer.key, reference)
                again = min(LONGEST_RETRY, RETRY * 2 ** min(timer.attempts - 1, 10))
        # When this fails too, the lease runs out instead.
        with suppress(StoreError):
            await self._timers.retry(timer, self.now() + again)
