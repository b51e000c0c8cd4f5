"""/daily: a question of the day in a channel."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.times import offer_times, offer_zones
from bot.store.daily import COUNT, POST, REVEAL
from bot.ui import text

Used = discord.Interaction[TutorBot]
Choice = app_commands.Choice[str]


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Daily(commands.GroupCog, name="daily", description="A question of the day for this server"):
    """The question of the day by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        bot.clock.on(POST, bot.posting.post)
        bot.clock.on(REVEAL, bot.posting.reveal)
        bot.clock.on(COUNT, bot.posting.count)

    @app_commands.command(name="set", description="Post a question in a channel every day (for moderators)")
    @app_commands.describe(
        channel="Where to post it",
        time="When, such as 09:00",
        timezone="A large city in your time zone",
        topic="One topic only; without it, every topic in turn",
    )
    @app_commands.autocomplete(time=offer_times, timezone=offer_zones)
    async def set(
        self,
        interaction: Used,
        channel: discord.TextChannel,
        time: app_commands.Range[str, 1, 20],
        timezone: app_commands.Range[str, 1, 60],
        topic: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        await self.bot.dailies.set_up(interaction, channel, time, timezone, topic)

    @set.autocomplete("topic")
    async def offer_topics(self, interaction: Used, typed: str) -> list[Choice]:
        pool = await self.bot.library.pool(interaction.guild_id)
        names = sorted({question.topic for question in pool.values()})
        wanted = text.topic_name(typed.casefold().strip())
        found = [name for name in names if wanted in text.topic_name(name).casefold() and len(name) <= 100]
        return [Choice(name=text.topic_name(name), value=name) for name in found][:25]

    @app_commands.command(name="off", description="Post no more questions of the day (for moderators)")
    async def off(self, interaction: Used) -> None:
        await self.bot.dailies.turn_off(interaction)

    @app_commands.command(name="now", description="Post today's question right away (for moderators)")
    async def now(self, interaction: Used) -> None:
        await self.bot.dailies.post_now(interaction)

    @app_commands.command(name="status", description="What is set, and whether it works (for moderators)")
    async def status(self, interaction: Used) -> None:
        await self.bot.dailies.status(interaction)

    @app_commands.command(name="leaderboard", description="Who was right how often")
    @app_commands.describe(period="Without it, this month")
    async def leaderboard(self, interaction: Used, period: Literal["this month", "all time"] = "this month") -> None:
        await self.bot.dailies.leaderboard(interaction, ever=period == "all time")


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Daily(bot))
