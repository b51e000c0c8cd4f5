"""The question of the day for people: `/daily`, and what a press on an answer is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import discord

from bot.clock import Clock
from bot.cogs.moderators import moderated
from bot.cogs.posting import NotPosted, Posting
from bot.library import Library
from bot.store import Daily, Store
from bot.study import daily as days
from bot.study import zones
from bot.study.exercise import letter_of
from bot.study.local_time import local_day, next_at, parse_time
from bot.study.marking import Marker
from bot.study.marks import rating_of
from bot.study.memory import Rating, Review
from bot.ui import cards, daily_cards
from bot.ui.failure import notice

PACE = timedelta(seconds=4)
"""The numbers on a card are edited at most so often."""
NO_TIME = "I cannot read that time. Write it like `08:30`."
NO_ZONE = "I know no such time zone. Type the name of a large city and pick from the list."
NO_TOPIC = "I have no questions about that. Pick a topic from the list, or leave it out for all of them in turn."
NOT_SET = "This server has no question of the day yet. Moderators turn it on with `/daily set`."
OFF = "There will be no more questions of the day. Answers and the leaderboard stay."
GONE = "I no longer know that question."
BUSY = "It is being posted right now."

Used = discord.Interaction[Any]


class Dailies:
    """Serves `/daily` and the buttons under its questions."""

    def __init__(self, store: Store, library: Library, marker: Marker, posting: Posting, clock: Clock) -> None:
        self._store = store
        self._library = library
        self._marker = marker
        self._posting = posting
        self._clock = clock

    async def set_up(
        self, used: Used, channel: discord.TextChannel, time: str, time_zone: str, topic: str | None
    ) -> None:
        """Post a question every day from now on."""
        guild_id = await moderated(used, new=True)
        if guild_id is None:
            return
        minute, zone = parse_time(time), zones.named(time_zone)
        topics = {question.topic for question in (await self._library.pool(guild_id)).values()}
        chosen = next((each for each in topics if topic and _plain(each) == _plain(topic)), None)
        if minute is None or zone is None or (topic and chosen is None):
            view = notice(NO_TIME if minute is None else NO_ZONE if zone is None else NO_TOPIC)
            await used.edit_original_response(view=view)
            return
        daily = Daily(guild_id, channel.id, minute, zone.key, chosen)
        await self._store.daily.set(daily, next_at(minute, zone, self._clock.now()))
        await self._show_settings(used, daily, _barred(channel))

    async def turn_off(self, used: Used) -> None:
        """Post no more."""
        guild_id = await moderated(used, new=True)
        if guild_id is not None:
            was_on = await self._store.daily.turn_off(guild_id)
            await used.edit_original_response(view=cards.told(OFF if was_on else NOT_SET))

    async def status(self, used: Used) -> None:
        """What is set, and whether it works."""
        if daily := await self._set(used):
            await self._show_settings(used, daily)

    async def post_now(self, used: Used) -> None:
        """Post the question of today at once, unless it is there already."""
        daily = await self._set(used)
        if daily is None:
            return
        now, zone = self._clock.now(), zones.zone_of(daily.time_zone)
        try:
            post, fresh = await self._posting.put(daily, local_day(now, zone), now)
        except NotPosted as error:
            await used.edit_original_response(view=notice(str(error)))
            return
        if not daily.active:
            again = replace(daily, active=True, trouble=None, trouble_since=None)
            await self._store.daily.set(again, next_at(daily.minute, zone, now))
        where = f"https://discord.com/channels/{daily.guild_id}/{post.channel_id}/{post.message_id}"
        line = f"Posted: {where}" if fresh else f"Today's question is there already: {where}"
        await used.edit_original_response(view=cards.told(line if post.message_id else BUSY))

    async def leaderboard(self, used: Used, *, ever: bool) -> None:
        """Who was right how often, for everybody in the channel."""
        await used.response.defer(thinking=True)
        guild_id = used.guild_id or 0
        daily = await self._store.daily.get(guild_id)
        asked = [day for day, _, _ in await self._store.daily.history(guild_id)]
        if daily is None and not asked:
            await used.edit_original_response(view=cards.told(NOT_SET))
            return
        today = local_day(self._clock.now(), zones.zone_of(daily.time_zone if daily else None))
        since = None if ever else today.replace(day=1)
        found = days.standings(asked, await self._store.daily.answers(guild_id), since)
        names = await self._store.daily.pseudonyms([each.user_id for each in found])
        month = None if ever else f"{today:%B}"
        await used.edit_original_response(view=daily_cards.leaderboard(found, names, month, used.user.id))

    async def _set(self, used: Used) -> Daily | None:
        """What a moderator's server has set; None when that was nothing, which they are told, or they are none."""
        guild_id = await moderated(used, new=True)
        daily = await self._store.daily.get(guild_id) if guild_id is not None else None
        if guild_id is not None and daily is None:
            await used.edit_original_response(view=cards.told(NOT_SET))
        return daily

    async def _show_settings(self, used: Used, daily: Daily, warning: str = "") -> None:
        had = len(await self._store.daily.history(daily.guild_id))
        pool = sum(days.form_of(each) is not None for each in (await self._library.pool(daily.guild_id)).values())
        following = next_at(daily.minute, zones.zone_of(daily.time_zone), self._clock.now())
        await used.edit_original_response(view=daily_cards.settings(daily, following, had, pool, warning))

    async def pick(self, pressed: Used, day: date, index: int) -> None:
        """Take an answer, and tell who gave it alone what it was worth."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        post = await self._store.daily.post(pressed.guild_id or 0, day)
        if post is None:
            await pressed.edit_original_response(view=notice(GONE))
            return
        shown = await self._posting.shown(post)
        given, before = letter_of(shown.exercise, index), None
        mark = await self._marker.mark(shown.exercise, shown.question, (given,))
        if not post.revealed:
            now = self._clock.now()
            review = Review(
                key=f"daily:{post.key}:{pressed.user.id}",
                user_id=pressed.user.id,
                question_id=post.question_id,
                form=shown.exercise.form,
                source="daily",
                rating=rating_of(mark) or Rating.AGAIN,
                score=mark.score,
                answered_at=now,
                guild_id=post.guild_id,
            )
            before = await self._store.daily.answer(post, given, mark.verdict == "right", review, now + PACE)
        if before is not None:
            mark = await self._marker.mark(shown.exercise, shown.question, (before,))
        asked = [each for each, _, _ in await self._store.daily.history(post.guild_id)]
        answers = await self._store.daily.answers(post.guild_id, pressed.user.id)
        row = days.row_of(asked, answers.get(pressed.user.id, {}))
        await pressed.edit_original_response(view=daily_cards.told(shown, mark, row, before))


def _barred(channel: discord.TextChannel) -> str:
    """Which permission is missing to post in a channel; nothing where all are there."""
    may = channel.permissions_for(channel.guild.me)
    missing = [
        name
        for name, allowed in (("View Channel", may.view_channel), ("Send Messages", may.send_messages))
        if not allowed
    ]
    return f"I may not post there yet: allow me *{'* and *'.join(missing)}* in that channel." if missing else ""


def _plain(topic: str) -> str:
    return topic.casefold().replace("-", " ").strip()
