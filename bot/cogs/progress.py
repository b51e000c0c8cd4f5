"""/progress and /timezone."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.times import offer_zones
from bot.library import Library
from bot.store import Person, Store
from bot.study import zones
from bot.study.local_time import DAY, local_day
from bot.study.progress import WEEKS, Met, Progress, day_starts, overview, streak, year_begin
from bot.ui import progress_cards as cards
from bot.ui import progress_picture

log = logging.getLogger(__name__)

REFUSALS = (400, 403, 413)

Used = discord.Interaction[TutorBot]


class ProgressCog(commands.Cog, name="Progress"):
    """What somebody's practice comes to."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        self._library = bot.library

    @app_commands.command(name="progress", description="Your streak, your topics, the last year, and what comes back")
    @app_commands.describe(member="Somebody on the leaderboard, instead of you")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def progress(self, interaction: Used, member: discord.User | None = None) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        who = await self.bot.store.people.get(member.id if member else interaction.user.id)
        if who.user_id == interaction.user.id:
            await self.show(interaction, who, "Your progress")
        elif who.on_leaderboard and who.pseudonym is None:
            await self.show(interaction, who, f"Progress of <@{who.user_id}>")
        else:
            await interaction.edit_original_response(view=cards.not_public())

    @app_commands.command(name="timezone", description="Set your time zone, so that days and reminders are yours")
    @app_commands.describe(name="A city, a country, or an official name such as Europe/Berlin")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def timezone(self, interaction: Used, name: app_commands.Range[str, 1, 100]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        zone = zones.find(name)
        if zone is None:
            await interaction.edit_original_response(view=cards.zone_unknown(name, zones.offer(name)))
            return
        await self.bot.store.people.set_time_zone(interaction.user.id, zone)
        await interaction.edit_original_response(view=cards.zone_set(zone, self.bot.clock.now()))

    @timezone.autocomplete("name")
    async def offer_zones(self, interaction: Used, typed: str) -> list[app_commands.Choice[str]]:
        return await offer_zones(interaction, typed)

    async def show(self, interaction: discord.Interaction[TutorBot], who: Person, heading: str) -> None:
        """Fill an interaction that was deferred with a person's progress. `heading` is safe to show."""
        own = who.user_id == interaction.user.id
        found = await look(self.bot.store, self._library, who, interaction.guild_id, self.bot.clock.now())
        if found is None:
            await interaction.edit_original_response(view=cards.nothing_yet(own=own))
            return
        png = await asyncio.to_thread(progress_picture.draw, found)
        try:
            await interaction.edit_original_response(
                view=cards.card(heading, found, own=own, picture=True), attachments=[cards.file(found, png)]
            )
        except discord.HTTPException as error:
            if error.status not in REFUSALS:
                raise
            log.warning("Discord refused a picture of progress: %s", error)
            await interaction.edit_original_response(view=cards.card(heading, found, own=own, picture=False))


async def look(store: Store, library: Library, who: Person, guild_id: int | None, now: datetime) -> Progress | None:
    """What a person's practice comes to, among the questions of a server; None before the first answer."""
    held = await store.reviews.cards(who.user_id)
    if not held:
        return None
    zone = zones.zone_of(who.time_zone)
    today = local_day(now, zone)
    first = year_begin(today)
    year = counts = await store.practice.reviews_a_day(who.user_id, day_starts(first, today, zone))
    while (run := streak(counts, today, who.quiet_days)).open:
        # As far as one can see, every day had a review: it may have begun in an earlier year.
        earlier = first - DAY * 7 * WEEKS
        before = await store.practice.practised(who.user_id, day_starts(earlier, first - DAY, zone))
        if not any(before):
            break
        first, counts = earlier, [*map(int, before), *counts]
    pool = await library.pool(guild_id)
    return await asyncio.to_thread(
        overview,
        [Met(pool[one.question_id].topic, one.card, one.last_score) for one in held if one.question_id in pool],
        Counter(question.topic for question in pool.values()),
        year,
        run.days,
        reviews=sum(one.card.reviews for one in held),
        quiet_days=who.quiet_days,
        zone=zone,
        now=now,
    )


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(ProgressCog(bot))
