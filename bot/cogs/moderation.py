"""/settings and /unanswered, for people who may manage the server."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.moderators import moderated
from bot.ui import panels

Used = discord.Interaction[Any]


class Moderation(commands.Cog):
    """What a server's moderators see and set."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot

    @app_commands.command(name="settings", description="See and change how I behave in this server")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def settings(self, interaction: Used) -> None:
        if guild_id := await moderated(interaction, new=True):
            await self._show_settings(interaction, guild_id)

    @app_commands.command(name="unanswered", description="Questions asked here that I had no answer to")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def unanswered(self, interaction: Used) -> None:
        if guild_id := await moderated(interaction, new=True):
            await self._show_page(interaction, guild_id, 0)

    async def set_channels(self, pressed: Used, channels: tuple[int, ...]) -> None:
        """Answer every question in these channels from now on."""
        if guild_id := await moderated(pressed):
            await self.bot.store.guilds.set_ask_channels(guild_id, channels)
            await self._show_settings(pressed, guild_id)

    async def set_consent(self, pressed: Used, keep: bool) -> None:
        """Keep the text of unanswered questions from now on, or no longer."""
        if guild_id := await moderated(pressed):
            await self.bot.store.guilds.set_keep_unanswered_text(guild_id, keep)
            await self._show_settings(pressed, guild_id)

    async def turn_to(self, pressed: Used, before: int) -> None:
        """Show the page of questions before a number."""
        if guild_id := await moderated(pressed):
            await self._show_page(pressed, guild_id, before)

    async def close(self, pressed: Used, question: int, before: int) -> None:
        """Take a question off the list."""
        if guild_id := await moderated(pressed):
            await self.bot.store.unanswered.close(guild_id, question)
            await self._show_page(pressed, guild_id, before)

    async def _show_settings(self, interaction: Used, guild_id: int) -> None:
        current = await self.bot.store.guilds.get(guild_id)
        view = panels.settings(current, reads_messages=self.bot.intents.message_content)
        await interaction.edit_original_response(view=view)

    async def _show_page(self, interaction: Used, guild_id: int, before: int) -> None:
        store = self.bot.store
        rows = await store.unanswered.latest(guild_id, limit=panels.PAGE + 1, before=before or None)
        view = panels.unanswered(
            rows[: panels.PAGE],
            total=await store.unanswered.count(guild_id),
            before=before,
            older=len(rows) > panels.PAGE,
            keeps_text=(await store.guilds.get(guild_id)).keep_unanswered_text,
        )
        await interaction.edit_original_response(view=view)


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Moderation(bot))
