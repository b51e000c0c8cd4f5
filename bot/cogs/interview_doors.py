"""The ways into an interview and out of it: the lobby, its thread, practising alone, leaving, stopping."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

import discord

from bot.cogs.desk import words_of
from bot.cogs.interview_press import (
    Numbers,
    OnButton,
    Pressed,
    Served,
    act,
    act_and_show,
    held,
    show_where_it_stands,
    tell,
    via_of,
)
from bot.cogs.interview_stage import Via
from bot.cogs.interviewing import Interviewing
from bot.cogs.membership import server_of
from bot.store.interviews import Elsewhere
from bot.study.interview import events as happened
from bot.study.interview.events import Event
from bot.study.interview.machine import apply
from bot.study.interview.state import Interview, Options
from bot.ui.mock_cards import KINDS

log = logging.getLogger(__name__)

ONLY_IN_SERVERS = "A group needs a server that I am a member of. Alone you can practise anywhere, with `/mock solo`."
NO_THREADS_HERE = "There are no threads in this kind of channel, so it is held in the channel itself."
MAY_NOT = "I may not make {kind} threads in this channel, so it is held in the channel itself, for all to read."
MAY_NOT_ALONE = "I may not make private threads here, so I ask you in replies that only you see."
NOTHING_RUNS = "You are in no interview, and none is held in this channel."
STOPPED = "It is stopped. What was said is kept for `/mock replay`, scorecards are in `/mock history`."
ARCHIVES_AFTER: Final = 1440
"""Minutes without a word after which Discord puts a thread away."""


class InterviewDoors:
    """Serves how people come and go."""

    def __init__(self, interviewing: Interviewing, client: discord.Client) -> None:
        self._interviewing = interviewing
        self._store = interviewing.store
        self._client = client

    @property
    def served(self) -> Served:
        """The actions."""
        return Served(
            buttons={
                "join": self._simply(lambda by: happened.Join(by)),
                "observe": self._simply(lambda by: happened.Join(by, observe=True)),
                "leave": self._simply(lambda by: happened.Leave(by)),
                "here": self._simply(lambda by: happened.Here(by)),
                "next-round": self._simply(lambda by: happened.NextRound(by)),
                "stop": self._simply(lambda by: happened.Stop(by)),
                "start": self.start,
                "alone": self.alone,
            }
        )

    def _simply(self, event: Callable[[int], Event]) -> OnButton:
        async def serve(pressed: Pressed, id: str, numbers: Numbers) -> None:
            await pressed.response.defer()
            await act_and_show(self._interviewing, pressed, id, event(pressed.user.id))

        return serve

    # ------------------------------------------------------------------------------------------------- a group

    async def open(self, used: Pressed, options: Options) -> None:
        """Open a lobby in the channel."""
        channel, guild_id = used.channel, server_of(used)
        if guild_id is None or channel is None:
            await tell(used, ONLY_IN_SERVERS)
            return
        await used.response.defer(ephemeral=True, thinking=True)
        note = self._why_no_thread(channel, private=options.private)
        try:
            await self._interviewing.open_lobby(guild_id, channel.id, options, used.user.id, note=note)
        except Elsewhere as elsewhere:
            await tell(used, str(elsewhere))
        except discord.Forbidden:
            await tell(used, "I may not write in this channel. Ask a moderator to let me, or choose another one.")
        else:
            await tell(used, "Your lobby is open. Press *Start* once everybody is in.")

    def _why_no_thread(self, channel: object, *, private: bool) -> str:
        """Why an interview opened in this channel has no thread of its own; empty when it gets one."""
        if isinstance(channel, discord.Thread):
            return ""
        if not isinstance(channel, discord.TextChannel) or (private and channel.is_news()):
            return NO_THREADS_HERE
        may = channel.permissions_for(channel.guild.me)
        make = may.create_private_threads if private else may.create_public_threads
        return "" if make and may.send_messages_in_threads else MAY_NOT.format(kind="private" if private else "public")

    async def start(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Leave the lobby for the first round, in a thread where there may be one."""
        await pressed.response.defer()
        found = await held(self._interviewing, id)
        by = pressed.user.id
        tried = apply(found.interview, happened.Start(by), self._interviewing.now())
        thread_id, note = None, found.interview.note
        if not tried.refusal:
            people = [person.user_id for person in found.interview.people]
            thread_id, note = await self._open_thread(found.interview, people)
        last = await self._store.scorecards.last_candidate([person.user_id for person in found.interview.people])
        event = happened.Start(by, thread_id, note, tuple(last.items()))
        acted = await act_and_show(self._interviewing, pressed, id, event)
        if acted is None and thread_id is not None:
            await self._delete_thread(thread_id)

    async def _open_thread(self, interview: Interview, people: Sequence[int]) -> tuple[int | None, str]:
        """A thread for an interview with its people in it; None with the reason where there cannot be one."""
        channel = self._client.get_channel(interview.channel_id)
        private = interview.options.private
        if isinstance(channel, discord.Thread):
            return None, ""
        why = self._why_no_thread(channel, private=private)
        if why or not isinstance(channel, discord.TextChannel):
            return None, why
        kind = discord.ChannelType.private_thread if private else discord.ChannelType.public_thread
        name = f"Mock interview · {KINDS[interview.options.kind]} · {interview.options.level}"
        try:
            thread = await channel.create_thread(name=name, type=kind, auto_archive_duration=ARCHIVES_AFTER)
        except discord.HTTPException as error:
            log.info("No thread for interview %s: %s", interview.id, error)
            return None, MAY_NOT.format(kind="private" if private else "public")
        for user_id in people:
            try:
                await thread.add_user(discord.Object(user_id))
            except discord.HTTPException as error:
                log.info("Could not bring user %s into thread %s: %s", user_id, thread.id, error)
        return thread.id, ""

    async def _delete_thread(self, thread_id: int) -> None:
        thread = self._client.get_channel(thread_id)
        if isinstance(thread, discord.Thread):
            try:
                await thread.delete()
            except discord.HTTPException as error:
                log.info("An empty thread stays: %s", error)

    # --------------------------------------------------------------------------------------------------- alone

    async def alone(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Out of the lobby, into an interview by the bot of the same kind."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        found = await held(self._interviewing, id)
        if found.interview.stage == "lobby" and found.interview.person(pressed.user.id) is not None:
            await self._interviewing.act_and_show(id, lambda _: happened.Leave(pressed.user.id))
        await self._begin(pressed, found.interview.options)

    async def solo(self, used: Pressed, options: Options) -> None:
        """Begin an interview by the bot, or go on with the one that there is."""
        await used.response.defer(ephemeral=not _is_own_dm(used), thinking=True)
        going_on = await self._store.interviews.live_of(used.user.id)
        if going_on is not None and going_on.interview.options.solo:
            via = Via(used, private=not _is_own_dm(used))
            await show_where_it_stands(self._interviewing, via, going_on.interview)
            return
        await self._begin(used, options)

    async def _begin(self, used: Pressed, options: Options) -> None:
        user_id = used.user.id
        try:
            thread = await self._thread_alone(used, options)
            acted = await self._interviewing.open_solo(
                used.guild_id,
                used.channel_id or 0,
                user_id,
                options,
                thread_id=thread.id if thread else None,
                note="" if thread or used.guild_id is None else MAY_NOT_ALONE,
                replies_only=thread is None and not _is_own_dm(used),
            )
        except Elsewhere as elsewhere:
            await tell(used, str(elsewhere))
            return
        await self._interviewing.show(acted, None if thread else via_of(used, acted.interview))
        if thread is not None:
            await tell(used, f"Your interview is in {thread.mention}, where only you, I and moderators see it.")

    async def _thread_alone(self, used: Pressed, options: Options) -> discord.Thread | None:
        """A private thread for one person; None where there cannot be one."""
        busy = await self._store.interviews.live_of(used.user.id)
        if busy is not None:
            raise Elsewhere(busy.interview)
        # Where somebody brought the bot along, it is no member and knows no channel.
        channel = self._client.get_channel(used.channel_id or 0)
        if not isinstance(channel, discord.TextChannel) or self._why_no_thread(channel, private=True):
            return None
        try:
            thread = await channel.create_thread(
                name=f"Mock interview · {KINDS[options.kind]} · {options.level}",
                type=discord.ChannelType.private_thread,
                auto_archive_duration=ARCHIVES_AFTER,
                invitable=False,
            )
            await thread.add_user(discord.Object(used.user.id))
        except discord.HTTPException as error:
            log.info("No thread for user %s alone: %s", used.user.id, error)
            return None
        return thread

    # ------------------------------------------------------------------------------------------- out, and heard

    async def stop(self, used: Pressed) -> None:
        """Stop the interview of this place, or else the one that somebody is in."""
        await used.response.defer(ephemeral=True, thinking=True)
        here = await self._store.interviews.live_in(used.channel_id or 0)
        found = here or await self._store.interviews.live_of(used.user.id)
        if found is None:
            await tell(used, NOTHING_RUNS)
            return
        may = used.guild_id == found.interview.guild_id and used.permissions.manage_messages
        event = happened.Stop(used.user.id, may=used.guild_id is not None and may)
        acted = await act(self._interviewing, used, found.interview.id, event)
        if acted is not None:
            await self._interviewing.show(acted, None if not acted.interview.replies_only else Via(used, private=True))
            await tell(used, STOPPED)

    async def hears(self, message: discord.Message) -> bool:
        """Whether a message was said in an interview, which keeps it. Raises StoreError."""
        found = await self._found_in(message)
        if found is None:
            return False
        interview, words = found, words_of(message)
        talk = interview.talk
        if not words.strip():
            return True
        event: Event = happened.Said(message.author.id, words)
        if talk is not None and talk.waits == "answer" and interview.round is not None:
            event = happened.Answer(
                message.author.id, interview.round.number, interview.part, talk.ask, talk.turn, words
            )
        await self._interviewing.act_and_show(interview.id, lambda _: event)
        return True

    async def _found_in(self, message: discord.Message) -> Interview | None:
        """The interview that a message belongs to."""
        channel = message.channel
        if isinstance(channel, discord.DMChannel):
            mine = await self._store.interviews.live_of(message.author.id)
            return mine.interview if mine and mine.interview.place_id == channel.id else None
        if isinstance(channel, discord.Thread) and self._client.user and channel.owner_id == self._client.user.id:
            held_here = await self._store.interviews.live_in(channel.id)
            return held_here.interview if held_here else None
        return None

    async def place_gone(self, place_id: int, why: str) -> None:
        """End what is held in a thread or channel that is gone."""
        found = await self._store.interviews.live_in(place_id)
        if found is not None:
            await self._interviewing.act_and_show(found.interview.id, lambda _: happened.PlaceGone(why))

    async def gone_for_good(self, user_id: int, guild_id: int) -> None:
        """Somebody was banned from a server, and so from the interview that they were in there."""
        found = await self._store.interviews.live_of(user_id)
        if found is not None and found.interview.guild_id == guild_id:
            leave = happened.Leave(user_id, "is no longer in this server")
            await self._interviewing.act_and_show(found.interview.id, lambda _: leave)


def _is_own_dm(used: Pressed) -> bool:
    """Whether this is the direct-message channel of a person and the bot, where it may write by itself."""
    return used.guild_id is None and bool(used.context.dm_channel)
