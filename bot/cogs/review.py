"""/review: what is due, what is coming, and reminders."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.times import offer_days, offer_times, offer_zones
from bot.store.reminders import REMINDER
from bot.study.review_session import Step
from bot.ui.exercise_cards import typed_answers
from bot.ui.items import Submitted, guarded
from bot.ui.review_items import TYPED

Used = discord.Interaction[TutorBot]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Review(commands.GroupCog, name="review", description="Questions come back before you forget them"):
    """Reviews by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        bot.clock.on(REMINDER, bot.reminding.fire)

    @app_commands.command(name="start", description="Review what is due, one question at a time")
    async def start(self, interaction: Used) -> None:
        await self.bot.reviewing.begin(interaction)

    @app_commands.command(name="forecast", description="What comes due in the next two weeks")
    async def forecast(self, interaction: Used) -> None:
        await self.bot.reviewing.forecast(interaction)

    @app_commands.command(name="reminder", description="A direct message at your own time when something is due")
    @app_commands.describe(
        time="When to remind you, such as 08:30, or off",
        quiet_days="Days without a reminder, which break no streak either",
        timezone="A large city near you; kept, so once is enough",
    )
    @app_commands.autocomplete(time=offer_times, quiet_days=offer_days, timezone=offer_zones)
    async def reminder(
        self,
        interaction: Used,
        time: app_commands.Range[str, 1, 20] | None = None,
        quiet_days: app_commands.Range[str, 1, 100] | None = None,
        timezone: app_commands.Range[str, 1, 60] | None = None,
    ) -> None:
        await self.bot.reminding.set_up(interaction, time, quiet_days, timezone)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        data: Submitted = dict(interaction.data or {})
        box = str(data.get("custom_id"))
        if interaction.type is discord.InteractionType.modal_submit and box.startswith(TYPED):
            step = Step.parse(box.removeprefix(TYPED))
            await guarded(interaction, self.bot.reviewing.typed(interaction, step, typed_answers(data)))


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Review(bot))
