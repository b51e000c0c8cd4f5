"""/run, the message command *Run code*, and the boxes for code."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.study import snippets
from bot.ui.items import Submitted, guarded, typed_text
from bot.ui.run_items import EDITED, NEW

Used = discord.Interaction[TutorBot]


class Run(commands.Cog):
    """Code by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        self.run_code = app_commands.ContextMenu(name="Run code", callback=self._run_code)
        app_commands.allowed_installs(guilds=True, users=True)(self.run_code)
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(self.run_code)

    async def cog_load(self) -> None:
        self.bot.tree.add_command(self.run_code)

    async def cog_unload(self) -> None:
        self.bot.tree.remove_command(self.run_code.name, type=self.run_code.type)
        await self.bot.runs.aclose()

    @app_commands.command(name="run", description="Run PyTorch code in a sandbox: type it into a box, or send a file")
    @app_commands.describe(
        attachment="A Python file to run instead, at most 1 MiB",
        private="Show the result to you alone",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def run(self, interaction: Used, attachment: discord.Attachment | None = None, private: bool = False) -> None:
        if attachment is None:
            await self.bot.runs.box(interaction, private=private)
        else:
            await self.bot.runs.take_file(interaction, attachment, private=private)

    async def _run_code(self, interaction: Used, message: discord.Message) -> None:
        await self.bot.runs.take_from(interaction, message)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Submitted = dict(interaction.data or {})
        box = str(data.get("custom_id"))
        code = snippets.typed(typed_text(data))
        if box.startswith(NEW):
            private = box == f"{NEW}private"
            await guarded(interaction, self.bot.runs.take(interaction, code, private=private))
        elif box.startswith(EDITED):
            owner = int(box.removeprefix(EDITED), 36)
            await guarded(interaction, self.bot.runs.edited(interaction, owner, code))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, gone: discord.RawMessageDeleteEvent) -> None:
        if gone.cached_message is None or gone.cached_message.author == self.bot.user:
            await self.bot.runs.forget(gone.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, gone: discord.RawBulkMessageDeleteEvent) -> None:
        await self.bot.runs.forget(*gone.message_ids)


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Run(bot))
