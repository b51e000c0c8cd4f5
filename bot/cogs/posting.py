"""Posting the question of the day, counting its answers and revealing it. One post a day, whichever process it is."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime, timedelta

import discord

from bot.clock import Clock
from bot.library import Library
from bot.store import Daily, Post, Store, Timer
from bot.store.daily import POST, read_key
from bot.study import daily as days
from bot.study import zones
from bot.study.exercise import Exercise
from bot.study.local_time import last_at, local_day, next_at
from bot.ui import daily_cards
from bot.ui.daily_cards import Shown, picks_of

log = logging.getLogger(__name__)

STALE = timedelta(seconds=90)
"""Longer than posting takes, shorter than a timer's lease: whoever began so long ago has died over it."""
LOOKED_AT = 50
"""Messages of a channel among which a post is looked for whose number was not noted."""
UNKNOWN_CHANNEL, MISSING_ACCESS, MISSING_PERMISSIONS = 10003, 50001, 50013
NO_QUESTIONS = "There is no question that has wrong options to choose from."


class NotPosted(Exception):
    """Nothing could be posted, until somebody changes something: the words say what, to moderators."""


class Posting:
    """What the clock does for the question of the day."""

    def __init__(self, client: discord.Client, store: Store, library: Library, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._library = library
        self._clock = clock

    async def post(self, timer: Timer) -> None:
        """Post a server's question, and see to the next one."""
        guild_id, now = int(timer.key), self._clock.now()
        daily = await self._store.daily.get(guild_id)
        if daily is None or not daily.active:
            return
        zone = zones.zone_of(daily.time_zone)
        planned = datetime.fromisoformat(timer.payload["planned"]) if timer.payload else timer.due_at
        # After a long absence only the last question that was missed may still be made up for.
        planned = max(planned, last_at(daily.minute, zone, now))
        following = next_at(daily.minute, zone, now)
        if now - planned > days.LATEST:
            await self._store.timers.set(POST, timer.key, following)
            return
        try:
            post, _ = await self.put(daily, local_day(planned, zone), now)
        except NotPosted as error:
            log.info("The question of the day of server %s: %s", guild_id, error)
            await self._store.daily.failed(guild_id, str(error), now, following, days.GIVES_UP_AFTER)
            return
        if post.message_id is None:
            # Another process is at it. Should it die over it, it is posted here.
            await self._store.timers.set(POST, timer.key, now + STALE, {"planned": planned.isoformat()})
        else:
            await self._store.timers.set(POST, timer.key, following)

    async def reveal(self, timer: Timer) -> None:
        """Show the answer in a post."""
        post = await self._store.daily.post(*read_key(timer.key))
        if post is not None:
            await self._store.daily.reveal(post)
            await self._edit(replace(post, revealed=True))

    async def count(self, timer: Timer) -> None:
        """Bring a post's numbers up to date."""
        post = await self._store.daily.post(*read_key(timer.key))
        if post is None or post.revealed:
            return
        await self._edit(post)
        now = await self._store.daily.post(*read_key(timer.key))
        if now is not None and now.revealed:
            # Revealed while this wrote over it.
            await self._edit(now)

    async def put(self, daily: Daily, day: date, now: datetime) -> tuple[Post, bool]:
        """The post of a day, and whether it was posted just now; its `message_id` is None while another process posts.

        Raises NotPosted.
        """
        begun = await self._store.daily.post(daily.guild_id, day)
        if begun is not None and begun.message_id is not None:
            return begun, False
        post = begun or await self._chosen(daily, day, now)
        taken, mine = await self._store.daily.begin(replace(post, channel_id=daily.channel_id, begun_at=now), STALE)
        if not mine:
            return taken, False
        # Taken over from a process that died: it may have posted it, without noting that.
        message_id = await self._find(begun) if begun else None
        try:
            message_id = message_id or await self._send(taken)
        except (discord.Forbidden, discord.NotFound) as error:
            await self._store.daily.withdraw(taken)
            raise NotPosted(_reason(error, taken.channel_id)) from error
        await self._store.daily.posted(taken, message_id, now + days.OPEN_FOR, now)
        return replace(taken, message_id=message_id), True

    async def _chosen(self, daily: Daily, day: date, now: datetime) -> Post:
        pool = await self._library.pool(daily.guild_id)
        history = [(question, topic) for _, question, topic in await self._store.daily.history(daily.guild_id)]
        seed = daily.guild_id + day.toordinal()
        question = days.next_question(pool, history, daily.topic, seed)
        if question is None:
            raise NotPosted(NO_QUESTIONS)
        exercise = days.exercise_of(question, seed, pool).to_json()
        return Post(daily.guild_id, day, question.id, question.topic, exercise, daily.channel_id, now)

    async def _send(self, post: Post) -> int:
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        # A number that Discord knows again for some minutes, should this be sent twice all the same.
        nonce = f"{post.guild_id % 10**12}-{post.day:%Y%m%d}"
        return (await channel.send(view=daily_cards.asked(await self.shown(post)), nonce=nonce)).id

    async def _find(self, post: Post) -> int | None:
        """The message of a post in its channel, if it is there."""
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        try:
            async for message in channel.history(limit=LOOKED_AT, after=post.begun_at - STALE):
                if message.author == self._client.user and picks_of(post.day) in str(_ids(message)):
                    return message.id
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("Cannot look whether a question was posted: %s", error)
        return None

    async def _edit(self, post: Post) -> None:
        if post.message_id is None:
            return
        shown = await self.shown(post)
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        view = daily_cards.revealed(shown) if post.revealed else daily_cards.asked(shown)
        try:
            # Edits do not take the client's default.
            nobody = discord.AllowedMentions.none()
            await channel.get_partial_message(post.message_id).edit(view=view, allowed_mentions=nobody)
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("The question of %s in server %s cannot be edited: %s", post.day, post.guild_id, error)

    async def shown(self, post: Post) -> Shown:
        """What a card shows of a post."""
        given = await self._store.daily.given(post.guild_id, post.day)
        question = await self._library.find(post.question_id)
        return Shown(post, Exercise.from_json(post.exercise), question, given)


def _reason(error: discord.HTTPException, channel_id: int) -> str:
    if error.code == UNKNOWN_CHANNEL:
        return "The channel is gone, or I am no longer in this server. Choose another one with `/daily set`."
    if error.code == MISSING_ACCESS:
        return f"I cannot see <#{channel_id}>: allow me *View Channel* there."
    if error.code == MISSING_PERMISSIONS:
        return f"I may not write in <#{channel_id}>: allow me *Send Messages* there."
    return f"Discord does not let me post in <#{channel_id}>: check my permissions there."


def _ids(message: discord.Message) -> list[object]:
    return [component.to_dict() for component in message.components]
