"""/mock schedule, /mock meetings and /mock match; events in Discord; boxes. The work is done at the two desks."""

from __future__ import annotations

import logging
from typing import Any, Literal, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.meeting_desk import Channel, MeetingDesk, Wanted
from bot.cogs.meeting_events import MeetingEvents
from bot.cogs.meeting_timers import MeetingTimers
from bot.cogs.membership import server_of
from bot.cogs.partner_desk import PartnerDesk
from bot.cogs.partner_timers import PartnerTimers
from bot.errors import StoreError
from bot.study import when, zones
from bot.study.meeting import FEWEST, MOST, Kind, Level
from bot.ui import text
from bot.ui.items import Submitted, guarded, typed_text
from bot.ui.meeting_items import MOVED
from bot.ui.partner_items import HOURS, ZONE

log = logging.getLogger(__name__)

Used = discord.Interaction[TutorBot]
Choice = app_commands.Choice[str]

NO_ZONE_YET = "Name a city in timezone: first, such as Berlin"


async def in_server(interaction: Used) -> bool:
    """Whether somebody uses a command in a server that the bot is in. Raises NoPrivateMessage elsewhere."""
    if server_of(interaction) is None:
        raise app_commands.NoPrivateMessage
    return True


def add_meeting_commands(group: app_commands.Group, cog: Meetings) -> None:
    """Put the three subcommands into a group of slash commands."""

    @app_commands.check(in_server)
    @group.command(name="schedule", description="Plan a mock interview that people sign up for")
    @app_commands.describe(
        when="In your own time, such as: tomorrow 19:30, fri 6pm, in 2 hours",
        kind="What it is about (mixed)",
        level="How hard it is (mid)",
        length="How many minutes one interview takes (45)",
        topic="A topic to stay with (any)",
        seats="How many people may take part (4)",
        weekly="The same every week",
        channel="Where to meet (here)",
        timezone="Your city or time zone; I remember it",
    )
    async def schedule(
        interaction: Used,
        when: str,
        kind: Kind = "mixed",
        level: Level = "mid",
        length: Literal[20, 45, 60] = 45,
        topic: str = "",
        seats: app_commands.Range[int, FEWEST, MOST] = 4,
        weekly: bool = False,
        channel: Channel | None = None,
        timezone: str = "",
    ) -> None:
        wanted = Wanted(when, kind, level, length, topic, seats, weekly, channel, timezone)
        await cog.desk.schedule(interaction, wanted)

    schedule.autocomplete("when")(cog.offer_times)
    schedule.autocomplete("topic")(cog.offer_topics)
    schedule.autocomplete("timezone")(cog.offer_zones)

    @app_commands.check(in_server)
    @group.command(name="meetings", description="The mock interviews to come in this server")
    async def meetings(interaction: Used) -> None:
        await cog.desk.coming(interaction)

    @app_commands.check(in_server)
    @group.command(name="match", description="Find somebody to practise with, by level, topics and free hours")
    @app_commands.describe(timezone="Your city or time zone; I remember it")
    async def match(interaction: Used, timezone: str = "") -> None:
        await cog.partners.open(interaction, timezone)

    match.autocomplete("timezone")(cog.offer_zones)


class Meetings(commands.Cog):
    """Planned mock interviews, and partners for them."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        self.desk = MeetingDesk(bot)
        self.partners = PartnerDesk(bot, self.desk)
        self.events = MeetingEvents(bot)
        MeetingTimers(bot)
        PartnerTimers(bot)

    async def cog_load(self) -> None:
        # The other commands of the group, and so the group itself, belong to the cog of the interviews.
        add_meeting_commands(cast("app_commands.Group", self.bot.tree.get_command("mock")), self)

    # ----------------------------------------------------------------------------------- lists while typing

    async def offer_times(self, interaction: Used, typed: str) -> list[Choice]:
        """How a time would be understood."""
        now = self.bot.clock.now()
        named = getattr(interaction.namespace, "timezone", None) or ""
        try:
            zone = zones.find(named) or (await self.bot.store.people.get(interaction.user.id)).time_zone
        except StoreError:
            return []
        if not zone:
            return [Choice(name=NO_ZONE_YET, value=typed[:100] or when.EXAMPLES[1])]
        # The value is what a box would hold: the day and the time, so that it means the same a minute later.
        return [
            Choice(name=when.echo(each, now)[:100], value=f"{each.wall:%Y-%m-%d %H:%M} {each.zone}")
            for each in when.offers(typed, now, zone)
        ]

    async def offer_topics(self, interaction: Used, typed: str) -> list[Choice]:
        """The topics of the corpus."""
        wanted = typed.casefold().strip()
        topics = self.bot.desk.asking.corpus.topics()
        fitting = [topic for topic in topics if wanted in text.topic_name(topic).casefold()]
        return [Choice(name=text.topic_name(topic)[:100], value=topic) for topic in fitting if len(topic) <= 100][:25]

    async def offer_zones(self, interaction: Used, typed: str) -> list[Choice]:
        """Time zones by what people call them, with how late it is there."""
        now = self.bot.clock.now()
        found = zones.offer(typed)
        return [Choice(name=f"{zone}, {now.astimezone(zones.zone_of(zone)):%H:%M} now", value=zone) for zone in found]

    # --------------------------------------------------------------------------------------------- listeners

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        try:
            await self.events.catch_up()
        except StoreError as error:
            log.warning("Events in Discord were not looked through: %s", error)

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        await self.events.deleted(event.id)

    @commands.Cog.listener()
    async def on_scheduled_event_update(self, before: discord.ScheduledEvent, after: discord.ScheduledEvent) -> None:
        await self.events.follow(after)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Submitted = dict(interaction.data or {})
        box, typed = str(data.get("custom_id")), typed_text(data)
        if box.startswith(MOVED):
            await guarded(interaction, self.desk.moved(interaction, box.removeprefix(MOVED), typed))
        elif box == HOURS:
            await guarded(interaction, self.partners.typed_hours(interaction, typed))
        elif box == ZONE:
            await guarded(interaction, self.partners.typed_zone(interaction, typed))


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Meetings(bot))
