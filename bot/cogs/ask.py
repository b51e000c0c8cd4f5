"""/ask, the message command *Answer this*, and the box for other words."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.asking import CHOSEN
from bot.cogs.desk import words_of
from bot.ui import text
from bot.ui.items import REPHRASE_MODAL, Submitted, guarded, typed_text

Used = discord.Interaction[TutorBot]


class Ask(commands.Cog):
    """Questions by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        self.answer_this = app_commands.ContextMenu(name="Answer this", callback=self._answer_this)
        app_commands.allowed_installs(guilds=True, users=True)(self.answer_this)
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(self.answer_this)

    async def cog_load(self) -> None:
        self.bot.tree.add_command(self.answer_this)

    async def cog_unload(self) -> None:
        self.bot.tree.remove_command(self.answer_this.name, type=self.answer_this.type)

    @app_commands.command(name="ask", description="Ask a PyTorch question; the answer comes with code that proves it")
    @app_commands.describe(
        question="In your own words, or pick one from the list",
        private="Show the answer to you alone",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def ask(self, interaction: Used, question: str, private: bool = False) -> None:
        await self.bot.desk.take(interaction, question, private=private)

    @ask.autocomplete("question")
    async def offer(self, interaction: Used, typed: str) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=text.label(question.question, 100), value=f"{CHOSEN}{question.id}")
            for question in self.bot.desk.asking.complete(typed, interaction.guild_id)
            if len(question.id) < 100
        ][:25]

    async def _answer_this(self, interaction: Used, message: discord.Message) -> None:
        await self.bot.desk.take(interaction, words_of(message), note=f"Answering [this message]({message.jump_url})")

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        data: Submitted = dict(interaction.data or {})
        if interaction.type is discord.InteractionType.modal_submit and data.get("custom_id") == REPHRASE_MODAL:
            await guarded(interaction, self.bot.desk.rephrased(interaction, typed_text(data)))


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Ask(bot))
