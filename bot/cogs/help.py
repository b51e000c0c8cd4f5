"""/help."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.ui import panels


class Help(commands.Cog):
    """What the bot is for."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot

    @app_commands.command(name="help", description="What I do, and how to ask me")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        corpus = self.bot.desk.asking.corpus
        card = panels.help_card(len(corpus.questions), len(corpus.topics()))
        await interaction.edit_original_response(view=card)


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Help(bot))
