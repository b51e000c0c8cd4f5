"""Interviews at work: load, apply what happened, store, show. The only way by which an interview changes."""

from __future__ import annotations

import asyncio
import logging
import secrets
import weakref
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.clock import Clock
from bot.cogs.interview_room import InterviewRoom
from bot.cogs.interview_stage import InterviewStage, Via
from bot.errors import NotSaved, TutorError
from bot.store import HeldInterview, Store, Timer
from bot.store.interviews import CLOCK, SHOW, SHOWN_WITHIN
from bot.study.interview import events as happened
from bot.study.interview.effects import Effect, Outcome, effect_from_json
from bot.study.interview.events import Event
from bot.study.interview.machine import apply, open_lobby, open_solo
from bot.study.interview.state import Interview, Options
from bot.study.interview.steering import next_point

log = logging.getLogger(__name__)

TRIES = 12
RESUMED_AT_ONCE = 10
"""As many database connections as that may be used for going on after a start."""
MOST_SHOWN = 5
"""How often it is tried to show something that Discord does not take."""
GONE = "I no longer have that interview. `/mock start` opens a new one."
BUSY = "Too many people pressed something at the same moment. Try again."

Decide = Callable[[Interview], Event]


class NoInterview(TutorError):
    """There is no such interview."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of an event, and the interview as it is stored now."""

    held: HeldInterview
    outcome: Outcome
    key: str | None

    @property
    def interview(self) -> Interview:
        """The interview after it."""
        return self.held.interview


class Interviewing:
    """Every interview of this process's people. Holds no state of any: that is in the database."""

    def __init__(self, store: Store, clock: Clock, room: InterviewRoom, stage: InterviewStage) -> None:
        self.store = store
        self.room = room
        self.stage = stage
        self.now = clock.now
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._showing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        clock.on(CLOCK, self._due)
        clock.on(SHOW, self._show_late)

    # ------------------------------------------------------------------------------------------------- opening

    async def open_lobby(
        self,
        guild_id: int,
        channel_id: int,
        options: Options,
        host_id: int,
        invited: Sequence[int] = (),
        note: str = "",
        id: str | None = None,
    ) -> str:
        """Open a lobby in a channel of a server, with its card, and return the interview's id.

        `invited` are seated at once, as far as there is room and they are in no other interview. `note` is a line for
        its card; `id` a name of the caller's own, ten hexadecimal digits. Needs no interaction, so that a timer can do
        it.

        Raises Elsewhere when the host is in another interview, NotSaved when the database fails, and
        discord.HTTPException, with nothing left open, when the card cannot be sent.
        """
        now = self.now()
        lobby = open_lobby(id or new_id(), options, guild_id, channel_id, host_id, now, secrets.randbits(31))
        for user_id in invited:
            lobby = apply(lobby, happened.Join(user_id), now).interview
        held, _ = await self.store.interviews.open(Outcome(replace(lobby, note=note)), now)
        try:
            async with self._turn(lobby.id):
                await self.stage.send_lobby(held.interview)
        except discord.HTTPException:
            await self.act(lobby.id, lambda _: happened.PlaceGone("I may not write there."))
            raise
        return lobby.id

    async def leave(self, user_id: int) -> None:
        """Take somebody out of the interview that they are in, if they are in any. Raises StoreError."""
        found = await self.store.interviews.live_of(user_id)
        if found is not None:
            await self.act_and_show(found.interview.id, lambda _: happened.Leave(user_id))

    async def open_solo(
        self,
        guild_id: int | None,
        channel_id: int,
        user_id: int,
        options: Options,
        *,
        thread_id: int | None = None,
        note: str = "",
        replies_only: bool = False,
    ) -> Acted:
        """Begin an interview by the bot, in a thread of the person's own or wherever they are. It is not shown yet.

        Raises Elsewhere when the person is in another interview, StoreError when the database fails.
        """
        now = self.now()
        id, seed = new_id(), secrets.randbits(31)
        options = replace(options, solo=True, voice_id=None, private=False)
        script = await self.room.choose(options, guild_id, [user_id], (), seed, now)
        outcome = open_solo(
            id,
            options,
            guild_id,
            channel_id,
            user_id,
            script,
            now,
            seed,
            thread_id=thread_id,
            note=note,
            replies_only=replies_only,
        )
        held, key = await self.store.interviews.open(outcome, now)
        return Acted(held, outcome, key)

    # -------------------------------------------------------------------------------------------------- acting

    async def act(self, id: str, decide: Decide) -> Acted:
        """Apply an event and store what comes of it; when somebody was faster, decide anew and apply it again.

        Raises NoInterview, Elsewhere, or NotSaved when the database fails.
        """
        async with self._lock(id):
            for _ in range(TRIES):
                held = await self.store.interviews.get(id)
                if held is None:
                    raise NoInterview(GONE)
                now = self.now()
                outcome = apply(held.interview, decide(held.interview), now)
                if outcome.interview == held.interview and not _to_keep(outcome):
                    return Acted(held, outcome, None)
                saved = await self.store.interviews.save(held, outcome, now)
                if saved is not None:
                    return Acted(saved[0], outcome, saved[1])
        raise NotSaved(BUSY)

    async def act_and_show(self, id: str, decide: Decide, via: Via | None = None) -> Acted:
        """Apply an event, store it, and show what comes of it. `via` is what to answer through."""
        acted = await self.act(id, decide)
        await self.show(acted, via)
        return acted

    async def show(self, acted: Acted, via: Via | None = None) -> None:
        """Show what was stored. What Discord does not take is tried again a little later."""
        if acted.key is None:
            return
        self._showing.add(acted.key)
        try:
            async with self._turn(acted.interview.id):
                await self._deliver(acted.held, acted.outcome.effects, acted.key, via)
        except discord.HTTPException as error:
            if via is not None:
                # A reply cannot be made later.
                raise
            log.warning("What became of interview %s is shown later: %s", acted.interview.id, error)
        finally:
            self._showing.discard(acted.key)

    async def _deliver(self, held: HeldInterview, effects: Sequence[Effect], key: str, via: Via | None = None) -> None:
        await self.stage.deliver(held, effects, self._go_on, via)
        await self.store.interviews.shown(key)

    async def _go_on(self, id: str, decide: Decide, via: Via | None = None) -> None:
        """What showing something leads to, such as the bot's next words, is shown in the same turn."""
        acted = await self.act(id, decide)
        if acted.key is not None:
            await self._deliver(acted.held, acted.outcome.effects, acted.key, via)

    def _lock(self, id: str) -> asyncio.Lock:
        """Presses of one interview in this process wait for each other, instead of losing races."""
        return _kept(self._locks, id)

    def _turn(self, id: str) -> asyncio.Lock:
        """What is shown of one interview is shown in order."""
        return _kept(self._turns, id)

    # ------------------------------------------------------------------------------------------------- by time

    async def _due(self, timer: Timer) -> None:
        """Time has changed something. It is shown in the background, so that the clock can go on."""
        try:
            acted = await self.act(timer.key, lambda _: happened.Tick())
        except NoInterview:
            return
        self._in_background(self.show(acted), f"interview {timer.key}")

    async def _show_late(self, timer: Timer) -> None:
        """Show what another process, or this one, has not got to show."""
        if timer.key in self._showing:
            await self.store.timers.set(SHOW, timer.key, self.now() + SHOWN_WITHIN, timer.payload)
            return
        held = await self.store.interviews.get(timer.key.partition(":")[0])
        if held is None or timer.attempts > MOST_SHOWN:
            log.warning("Gave up showing %s", timer.key)
            return
        effects = [effect_from_json(kept) for kept in timer.payload["effects"]]
        self._showing.add(timer.key)
        try:
            async with self._turn(held.interview.id):
                await self._deliver(held, effects, timer.key)
        finally:
            self._showing.discard(timer.key)

    async def resume(self) -> int:
        """After a start: give time its due where a process that has died may still hold the timer.

        How many interviews are going on. Raises StoreError.
        """
        interviews = await self.store.interviews.live()
        now = self.now()
        room = asyncio.Semaphore(RESUMED_AT_ONCE)

        async def go_on(id: str) -> None:
            async with room:
                acted = await self.act(id, lambda _: happened.Tick())
            self._in_background(self.show(acted), f"interview {id}")

        points = [(interview.id, next_point(interview)) for interview in interviews]
        await asyncio.gather(*(go_on(id) for id, point in points if point is not None and point <= now))
        return len(interviews)

    def _in_background(self, showing: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(showing, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._shown)

    def _shown(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("%s is shown later: %s", task.get_name(), error)

    async def aclose(self) -> None:
        """Stop showing; what is left is shown by whichever process comes next."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def new_id() -> str:
    """An interview's id, as the buttons carry it."""
    return secrets.token_hex(5)


def _kept(locks: weakref.WeakValueDictionary[str, asyncio.Lock], id: str) -> asyncio.Lock:
    lock = locks.get(id)
    if lock is None:
        locks[id] = lock = asyncio.Lock()
    return lock


def _to_keep(outcome: Outcome) -> bool:
    return bool(outcome.effects or outcome.entries or outcome.scored or outcome.rated)
