"""The event in Discord that goes with a planned meeting: made and moved with it, and followed when people change it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord

from bot.store import Timer
from bot.store.meetings import EVENT
from bot.study import meeting as meetings
from bot.study.meeting import Meeting, Step
from bot.ui import meeting_cards

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

TOO_MANY_EVENTS = 30038


class MeetingEvents:
    """Keeps the two alike. Where the bot may make no events, meetings do without."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._meetings = bot.store.meetings
        bot.clock.on(EVENT, self.sync)

    # ------------------------------------------------------------------------------------ towards Discord

    async def sync(self, timer: Timer) -> None:
        """Make, move or delete the event, whatever the meeting asks for."""
        meeting = await self._meetings.get(timer.key)
        if meeting is None:
            return
        try:
            if meeting.status == "planned":
                await self._hold(meeting, retried=timer.attempts > 1)
            elif meeting.event_id and meeting.status in ("cancelled", "short", "missed"):
                await self._delete(meeting)
        except discord.Forbidden as error:
            log.info("Meeting %s has no event: %s", meeting.id, error)
            await self._set(meeting, may_make_event=False)
        except discord.HTTPException as error:
            if error.code != TOO_MANY_EVENTS:
                raise
            await self._set(meeting, may_make_event=False)

    async def _hold(self, meeting: Meeting, *, retried: bool) -> None:
        guild = await self._guild(meeting.guild_id)
        if meeting.event_id is None:
            if meeting.starts_at > self._bot.clock.now():
                made = (await self._made_before(guild, meeting) if retried else None) or await self._make(
                    guild, meeting
                )
                await self._set(meeting, event_id=made.id, event_at=made.start_time, may_make_event=True)
            return
        try:
            event = guild.get_scheduled_event(meeting.event_id) or await guild.fetch_scheduled_event(meeting.event_id)
        except discord.NotFound:
            await self._change(meeting.id, lambda each: meetings.cancel(each, None, event_gone=True))
            return
        if event.start_time != meeting.starts_at and event.status is discord.EventStatus.scheduled:
            await event.edit(start_time=meeting.starts_at, end_time=meeting.ends_at)
            await self._set(meeting, event_at=meeting.starts_at)

    async def _make(self, guild: discord.Guild, meeting: Meeting) -> discord.ScheduledEvent:
        channel = await self._channel(meeting.channel_id)
        words = meeting_cards.words(meeting, f"#{getattr(channel, 'name', 'Discord')}")
        description, private = f"{words.description}\n{_mark(meeting)}", discord.PrivacyLevel.guild_only
        if isinstance(channel, discord.VoiceChannel):
            return await guild.create_scheduled_event(
                name=words.title,
                description=description,
                start_time=meeting.starts_at,
                end_time=meeting.ends_at,
                privacy_level=private,
                channel=channel,
            )
        return await guild.create_scheduled_event(
            name=words.title,
            description=description,
            start_time=meeting.starts_at,
            end_time=meeting.ends_at,
            privacy_level=private,
            entity_type=discord.EntityType.external,
            location=words.place,
        )

    async def _made_before(self, guild: discord.Guild, meeting: Meeting) -> discord.ScheduledEvent | None:
        """The event that an earlier try has made, which ended before that was kept."""
        me = self._bot.user
        for event in await guild.fetch_scheduled_events():
            if (event.description or "").endswith(_mark(meeting)) and me and event.creator_id == me.id:
                return event
        return None

    async def _delete(self, meeting: Meeting) -> None:
        guild = await self._guild(meeting.guild_id)
        try:
            event = guild.get_scheduled_event(meeting.event_id or 0)
            event = event or await guild.fetch_scheduled_event(meeting.event_id or 0)
            await event.delete()
        except discord.NotFound:
            log.info("The event of meeting %s is gone already", meeting.id)
        await self._set(meeting, event_id=None)

    # ------------------------------------------------------------------------------------- from Discord

    async def deleted(self, event_id: int) -> None:
        """An event was deleted or cancelled in Discord: so is its meeting, unless that was its own doing."""
        if meeting_id := await self._meetings.of_event(event_id):
            await self._change(meeting_id, lambda each: meetings.cancel(each, None, event_gone=True))

    async def moved(self, event_id: int, starts_at: datetime) -> None:
        """An event begins at that time now: if it was moved in Discord, its meeting goes with it."""
        now = self._bot.clock.now()
        if meeting_id := await self._meetings.of_event(event_id):
            await self._change(meeting_id, lambda each: meetings.follow_event(each, starts_at, now))

    async def catch_up(self) -> None:
        """Follow what happened to events while the bot was not there to see it."""
        guilds = {guild.id: guild for guild in self._bot.guilds if not guild.unavailable}
        for meeting in await self._meetings.with_events(guilds):
            event_id = meeting.event_id or 0
            event = guilds[meeting.guild_id].get_scheduled_event(event_id)
            try:
                # Another process may have made it a moment ago.
                event = event or await guilds[meeting.guild_id].fetch_scheduled_event(event_id)
            except discord.NotFound:
                await self.deleted(event_id)
            except discord.HTTPException as error:
                log.warning("The event of meeting %s cannot be looked up: %s", meeting.id, error)
            else:
                await self.follow(event)

    async def follow(self, event: discord.ScheduledEvent) -> None:
        """Have the meeting be as its event is."""
        if event.status is discord.EventStatus.cancelled:
            await self.deleted(event.id)
        elif event.status is discord.EventStatus.scheduled:
            await self.moved(event.id, event.start_time)

    # ------------------------------------------------------------------------------------------- helpers

    async def _set(self, meeting: Meeting, **changed: Any) -> None:  # noqa: ANN401
        await self._change(meeting.id, lambda each: Step(replace(each, **changed)))

    async def _change(self, meeting_id: str, act: Callable[[Meeting], Step]) -> None:
        await self._meetings.change(meeting_id, self._bot.clock.now(), act)

    async def _guild(self, guild_id: int) -> discord.Guild:
        """The server, which another process may be connected for."""
        return self._bot.get_guild(guild_id) or await self._bot.fetch_guild(guild_id)

    async def _channel(self, channel_id: int) -> object:
        try:
            return self._bot.get_channel(channel_id) or await self._bot.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden):
            return None


def _mark(meeting: Meeting) -> str:
    """By which an event is known to be that of a meeting."""
    return f"No. {meeting.id}"
