"""/privacy: what is kept, an export, and forgetting."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import privacy
from bot.client import TutorBot
from bot.cogs.progress import REFUSALS
from bot.ui import privacy_cards as cards
from bot.ui.cards import told

log = logging.getLogger(__name__)

Used = discord.Interaction[Any]


class PrivacyCog(commands.Cog, name="Privacy"):
    """What a person can have and have deleted."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot

    @app_commands.command(name="privacy", description="What I keep about you; export it, or delete all of it")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def privacy(self, interaction: discord.Interaction[TutorBot]) -> None:
        await interaction.response.send_message(view=cards.card(), ephemeral=True)

    async def export(self, pressed: Used) -> None:
        """Hand out everything about whoever pressed, to them alone."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        tables = await self.bot.store.privacy.export(pressed.user.id)
        packed = await asyncio.to_thread(privacy.archive, tables, pressed.user.id, self.bot.clock.now())
        if len(packed) > cards.LARGEST:
            await pressed.edit_original_response(view=told(cards.TOO_LARGE))
            return
        view, file = cards.handed_out(packed)
        try:
            await pressed.edit_original_response(view=view, attachments=[file])
        except discord.HTTPException as error:
            if error.status not in REFUSALS:
                raise
            log.warning("Discord refused an export: %s", error)
            await pressed.edit_original_response(view=told(cards.NOT_ATTACHED))

    async def ask(self, pressed: Used) -> None:
        """Ask whether they are sure."""
        await pressed.response.edit_message(view=cards.sure())

    async def keep(self, pressed: Used) -> None:
        """Go back without deleting anything."""
        await pressed.response.edit_message(view=cards.card())

    async def delete(self, pressed: Used) -> None:
        """Delete everything about whoever pressed."""
        await pressed.response.defer()
        # The others' interview goes on without them.
        await self.bot.interviewing.leave(pressed.user.id)
        entries = await self.bot.store.privacy.forget(pressed.user.id)
        await pressed.edit_original_response(view=cards.deleted(entries))


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(PrivacyCog(bot))
