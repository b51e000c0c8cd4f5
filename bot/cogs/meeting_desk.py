"""What people do with planned meetings: plan one, see what is to come, and every button and box about one."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.meeting_timers import new_id
from bot.store.meetings import CARD, EVENT
from bot.study import meeting as meetings
from bot.study import when, zones
from bot.study.calendar_file import calendar
from bot.study.meeting import Kind, Level, Meeting, Plan, Step
from bot.ui import cards, meeting_cards
from bot.ui.failure import notice
from bot.ui.meeting_items import Action, move_box

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

Used = discord.Interaction[Any]
Channel = discord.TextChannel | discord.VoiceChannel | discord.Thread

LOOK_UP_S = 2.0
"""How long a press that opens a box may look something up; Discord gives up after three seconds."""
NO_ZONE = (
    "I do not know your time zone yet. Run it once more with `timezone:`, which takes a city such as `Berlin`; "
    "I remember it."
)
NO_SUCH_ZONE = "I know no place of that name, or several. Pick one from the list that comes up as you type."
NO_SUCH_TOPIC = "I have no such topic. Pick one from the list that comes up as you type, or leave it out."
MAY_NOT_WRITE = "I may not write in {channel}. Ask a moderator to give me *View Channel* and *Send Messages* there."
YOU_MAY_NOT = "You may not write in {channel} yourself, so pick another channel."
WRONG_CHANNEL = "I cannot plan meetings here. Name a text or voice channel in `channel:`."
NOT_SHOWN = "Discord did not let me write in {channel}, so nothing was planned. Try again, or in another channel."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed into `/mock schedule`."""

    when: str
    kind: Kind = "mixed"
    level: Level = "mid"
    minutes: int = 45
    topic: str = ""
    seats: int = 4
    weekly: bool = False
    channel: Channel | None = None
    time_zone: str = ""


class MeetingDesk:
    """Serves the commands and the buttons of planned meetings."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._store = bot.store
        self._clock = bot.clock

    # ------------------------------------------------------------------------------------------- commands

    async def schedule(self, used: Used, wanted: Wanted) -> None:
        """Plan a meeting, and show its card in the channel."""
        await used.response.defer(ephemeral=True, thinking=True)
        channel = wanted.channel or used.channel
        if not isinstance(channel, Channel):
            await _tell(used, WRONG_CHANNEL)
            return
        refusal = self._refused_channel(used, channel) or self._refused_topic(wanted.topic)
        zone = await self.zone(used.user.id, wanted.time_zone)
        if refusal or not zone:
            await _tell(used, refusal or (NO_SUCH_ZONE if wanted.time_zone else NO_ZONE))
            return
        now = self._clock.now()
        try:
            understood = when.understand(wanted.when, now, zone)
        except when.Unclear as unclear:
            await _tell(used, str(unclear))
            return
        fresh = Meeting(
            id=new_id(),
            guild_id=used.guild_id or 0,
            channel_id=channel.id,
            host_id=used.user.id,
            plan=Plan(wanted.kind, wanted.level, wanted.minutes, wanted.topic, wanted.seats),
            starts_at=understood.at,
            wall=understood.wall,
            zone=understood.zone,
            weekly=wanted.weekly,
        )
        await self._plan(used, meetings.plan(fresh, [used.user.id], now), understood)

    async def _plan(self, used: Used, made: Meeting, understood: when.Understood) -> None:
        now = self._clock.now()
        if reason := await self._store.meetings.make(made, now):
            await _tell(used, meeting_cards.REASONS[reason])
            return
        here = await self._clock.hurry(CARD, made.id)
        shown = await self._store.meetings.get(made.id)
        if here and (shown is None or shown.message_id is None):
            await self._store.meetings.drop(made.id)
            await _tell(used, NOT_SHOWN.format(channel=f"<#{made.channel_id}>"))
            return
        await self._show_changed(made.id, event=True)
        shown = await self._store.meetings.get(made.id) or made
        said = f"Planned for {when.echo(understood, now)}. You have the first seat."
        if not shown.may_make_event:
            said += f"\n{cards.small(meeting_cards.NO_EVENT)}"
        await used.edit_original_response(view=meeting_cards.mine(shown, used.user.id, said))

    async def coming(self, used: Used) -> None:
        """Show what is to come in this server, as far as its channels are open to who asks."""
        await used.response.defer(ephemeral=True, thinking=True)
        found = await self._store.meetings.upcoming(used.guild_id or 0, 5 * meeting_cards.LISTED)
        seen = [meeting for meeting in found if _sees(used, meeting.channel_id)]
        await used.edit_original_response(view=meeting_cards.listing(seen, used.user.id))

    async def zone(self, user_id: int, named: str) -> str:
        """A person's time zone, kept anew where they name a place. Empty when it is not known."""
        person = await self._store.people.get(user_id)
        if not named:
            return person.time_zone or ""
        found = zones.find(named)
        if found and found != person.time_zone:
            await self._store.people.set_time_zone(user_id, found)
        return found or ""

    # --------------------------------------------------------------------------------------------- buttons

    async def press(self, pressed: Used, action: Action, meeting_id: str) -> None:
        """Do what a button says."""
        if action == "move":
            await self._open_box(pressed, meeting_id)
            return
        # Buttons of one's own card change that card; all others get an answer that only who pressed sees.
        own = pressed.message is not None and pressed.message.flags.ephemeral
        await (pressed.response.defer() if own else pressed.response.defer(ephemeral=True, thinking=True))
        meeting = await self._store.meetings.get(meeting_id)
        if meeting is None:
            await _tell(pressed, meeting_cards.GONE)
        elif action == "calendar":
            await self._send_calendar(pressed, meeting)
        elif action in ("cancel", "cancel-one", "cancel-all", "restore"):
            await self._call_off(pressed, action, meeting)
        else:
            await self._take_part(pressed, action, meeting_id)

    async def moved(self, submitted: Used, meeting_id: str, typed: str) -> None:
        """Hold a meeting at the time that was typed into the box."""
        await submitted.response.defer(ephemeral=True, thinking=True)
        meeting = await self._store.meetings.get(meeting_id)
        if meeting is None:
            await _tell(submitted, meeting_cards.GONE)
            return
        if not _may(submitted, meeting):
            await _tell(submitted, meeting_cards.NOT_YOURS)
            return
        now = self._clock.now()
        try:
            zone = await self.zone(submitted.user.id, "") or meeting.zone
            understood = when.understand(typed, now, zone)
        except when.Unclear as unclear:
            await _tell(submitted, str(unclear))
            return
        step = await self._store.meetings.change(
            meeting_id, now, lambda each: meetings.move(each, understood.at, submitted.user.id, now)
        )
        await self._show_changed(meeting_id, event=True)
        said = f"Moved to {when.echo(understood, now)}. Everybody who signed up is told."
        if step is None or step.outcome == "over":
            said = meeting_cards.OUTCOMES["over"]
        elif step.outcome == "already":
            said = "It is at that time already."
        await _tell(submitted, said)

    async def _take_part(self, pressed: Used, action: Action, meeting_id: str) -> None:
        now, user_id = self._clock.now(), pressed.user.id
        acts: dict[str, Callable[[Meeting], Step]] = {
            "join": lambda each: meetings.join(each, user_id),
            "leave": lambda each: meetings.leave(each, user_id, now),
            "here": lambda each: meetings.here(each, user_id),
            "quiet": lambda each: meetings.remind(each, user_id, False),
            "remind": lambda each: meetings.remind(each, user_id, True),
            "weekly": lambda each: meetings.every_week(each, user_id, True),
            "once": lambda each: meetings.every_week(each, user_id, False),
        }
        step = await self._store.meetings.change(meeting_id, now, acts[action])
        if step is None:
            await _tell(pressed, meeting_cards.GONE)
            return
        await self._show_changed(meeting_id)
        said = meeting_cards.OUTCOMES[step.outcome]
        if step.outcome == "here":
            said += f" The lobby is in <#{step.meeting.channel_id}>."
        await pressed.edit_original_response(view=meeting_cards.mine(step.meeting, user_id, said))

    async def _call_off(self, pressed: Used, action: Action, meeting: Meeting) -> None:
        if not _may(pressed, meeting):
            await _tell(pressed, meeting_cards.NOT_YOURS)
            return
        if action == "cancel" and meeting.weekly and meeting.status == "planned":
            await pressed.edit_original_response(view=meeting_cards.cancel_how(meeting))
            return
        now, by = self._clock.now(), pressed.user.id
        if action == "restore":
            step = await self._store.meetings.change(meeting.id, now, lambda each: meetings.restore(each, by, now))
            said = "It takes place after all. Everybody who had signed up is told."
        else:
            series = action == "cancel-all"
            step = await self._store.meetings.change(
                meeting.id, now, lambda each: meetings.cancel(each, by, series=series)
            )
            said = "Cancelled. Everybody who had signed up is told."
            if series:
                said = "It does not repeat any more."
        if step is None or step.outcome == "over":
            said = meeting_cards.OUTCOMES["over"]
        await self._show_changed(meeting.id, event=True)
        await _tell(pressed, said)

    async def _send_calendar(self, pressed: Used, meeting: Meeting) -> None:
        channel = self._bot.get_channel(meeting.channel_id)
        words = meeting_cards.words(meeting, f"#{getattr(channel, 'name', '')}" if channel else "Discord")
        content = await asyncio.to_thread(calendar, meeting, words, self._clock.now())
        file = discord.File(io.BytesIO(content), meeting_cards.CALENDAR_FILE)
        if pressed.response.type is discord.InteractionResponseType.deferred_message_update:
            await pressed.followup.send(view=meeting_cards.calendar_card(), file=file, ephemeral=True)
        else:
            await pressed.edit_original_response(view=meeting_cards.calendar_card(), attachments=[file])

    async def _open_box(self, pressed: Used, meeting_id: str) -> None:
        """Open the box for another time, for whoever may move the meeting; that is checked again once it is sent."""
        # A box cannot follow a first word such as "thinking", so Discord's three seconds hold for the look-up too.
        looking = asyncio.ensure_future(self._store.meetings.get(meeting_id))
        await asyncio.wait({looking}, timeout=LOOK_UP_S)
        meeting = looking.result() if looking.done() else None
        if looking.done() and meeting is None:
            await pressed.response.send_message(view=cards.told(meeting_cards.GONE), ephemeral=True)
        elif meeting is not None and not _may(pressed, meeting):
            await pressed.response.send_message(view=notice(meeting_cards.NOT_YOURS), ephemeral=True)
        else:
            await pressed.response.send_modal(move_box(meeting_id, meeting.zone if meeting else "yours"))

    # --------------------------------------------------------------------------------------------- helpers

    async def _show_changed(self, meeting_id: str, *, event: bool = False) -> None:
        """Have the card, and the event, follow at once; the clock sees to it otherwise."""
        if event:
            await self._clock.hurry(EVENT, meeting_id)
        await self._clock.hurry(CARD, meeting_id)

    def _refused_channel(self, used: Used, channel: Channel) -> str:
        """Why no meeting can be planned in a channel; empty when it can."""
        here = channel.id == used.channel_id
        me = used.guild.me if used.guild else None
        own = used.app_permissions if here or me is None else channel.permissions_for(me)
        theirs = used.permissions
        if not here and isinstance(used.user, discord.Member):
            theirs = channel.permissions_for(used.user)
        thread = isinstance(channel, discord.Thread)
        for permissions, refusal in ((own, MAY_NOT_WRITE), (theirs, YOU_MAY_NOT)):
            may = permissions.send_messages_in_threads if thread else permissions.send_messages
            if not (permissions.view_channel and may):
                return refusal.format(channel=channel.mention)
        return ""

    def _refused_topic(self, topic: str) -> str:
        known = self._bot.desk.asking.corpus.topics()
        return "" if not topic or topic in known else NO_SUCH_TOPIC


async def _tell(used: Used, line: str) -> None:
    await used.edit_original_response(view=cards.told(line))


def _may(used: Used, meeting: Meeting) -> bool:
    here = used.guild_id == meeting.guild_id
    moderator = here and (used.permissions.manage_events or used.permissions.manage_guild)
    return meetings.may_change(meeting, used.user.id, moderator=moderator)


def _sees(used: Used, channel_id: int) -> bool:
    channel = used.guild.get_channel_or_thread(channel_id) if used.guild else None
    if channel is None or not isinstance(used.user, discord.Member):
        return False
    return channel.permissions_for(used.user).view_channel
