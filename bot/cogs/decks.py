"""/deck: a server's own questions."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.deck_editing import Editing
from bot.cogs.deck_imports import Imports
from bot.cogs.deck_keeping import Keeping
from bot.cogs.deck_suggestions import Suggesting
from bot.store.decks import EXPIRY
from bot.store.suggestions import DECIDED
from bot.study.decks import question_id
from bot.ui import text
from bot.ui.deck_items import DECK_ITEMS, SUGGESTED, box_of
from bot.ui.items import Submitted, guarded, typed_values
from knowledge.deck_formats.formats import Format
from knowledge.deck_formats.parsed import LONGEST_NAME

Used = discord.Interaction[TutorBot]
Choice = app_commands.Choice[str]
Name = app_commands.Range[str, 1, LONGEST_NAME]

FORMATS: dict[str, Format] = {
    "CSV, for spreadsheets": "csv",
    "JSON": "json",
    "Anki (.apkg)": "apkg",
    "Markdown (.zip)": "markdown",
}


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class DecksCog(commands.GroupCog, name="Decks", group_name="deck", group_description="Questions of this server's own"):
    """Decks by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        self.imports = Imports(bot)
        self.keeping = Keeping(bot)
        self.editing = Editing(bot)
        self.suggesting = Suggesting(bot, self.keeping)

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*DECK_ITEMS)
        self.bot.clock.on(EXPIRY, self.imports.forget)
        self.bot.clock.on(DECIDED, self.suggesting.forget)

    @app_commands.command(
        name="import", description="For moderators: see what a file of questions holds, then import it"
    )
    @app_commands.describe(
        file="CSV, JSON, Anki .apkg, or Markdown (.md, or .zip of them); at most 5 MiB",
        deck="Where the questions go; without it, a deck named like the file",
    )
    async def import_(self, interaction: Used, file: discord.Attachment, deck: Name | None = None) -> None:
        await self.imports.take(interaction, file, deck or "")

    @app_commands.command(name="list", description="The decks of this server; moderators turn them on and off here")
    async def decks(self, interaction: Used) -> None:
        await self.keeping.show_all(interaction)

    @app_commands.command(name="export", description="For moderators: a deck as a file")
    @app_commands.describe(deck="Which one", format="For a spreadsheet, a program, Anki, or to read")
    @app_commands.choices(format=[Choice(name=name, value=value) for name, value in FORMATS.items()])
    async def export(self, interaction: Used, deck: Name, format: Format) -> None:
        await self.keeping.export(interaction, deck, format)

    @app_commands.command(name="edit", description="For moderators: change or delete a question")
    @app_commands.describe(question="Type some of its words, then pick it")
    async def edit(self, interaction: Used, question: app_commands.Range[str, 1, 100]) -> None:
        await self.editing.open(interaction, question)

    @app_commands.command(name="suggest", description="Suggest a question for this server; its moderators decide")
    @app_commands.describe(mine="See what became of those that you suggested, instead")
    async def suggest(self, interaction: Used, mine: bool = False) -> None:
        await (self.suggesting.mine(interaction) if mine else self.suggesting.open(interaction))

    @app_commands.command(name="review", description="For moderators: what people suggested, one by one")
    @app_commands.describe(deck="Where approved questions go; without it, a deck called Suggestions")
    async def review(self, interaction: Used, deck: Name | None = None) -> None:
        await self.suggesting.review(interaction, deck or "")

    @import_.autocomplete("deck")
    @export.autocomplete("deck")
    @review.autocomplete("deck")
    async def offer_decks(self, interaction: Used, typed: str) -> list[Choice]:
        if not interaction.permissions.manage_guild:
            return []
        return [Choice(name=name, value=name) for name in await self.keeping.offer(interaction.guild_id, typed)]

    @edit.autocomplete("question")
    async def offer_questions(self, interaction: Used, typed: str) -> list[Choice]:
        if not interaction.permissions.manage_guild:
            return []
        return [
            Choice(name=text.label(str(one.draft["question"]), 100), value=question_id(one.number))
            for one in await self.editing.offer(interaction.guild_id, typed)
        ]

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Submitted = dict(interaction.data or {})
        custom_id = str(data.get("custom_id"))
        values = typed_values(data)
        if custom_id == SUGGESTED:
            await guarded(interaction, self.suggesting.suggested(interaction, values))
        elif box := box_of(custom_id):
            kind, number, deck, shown = box
            if kind == "deck-edited":
                await guarded(interaction, self.editing.edited(interaction, number, shown, values))
            else:
                await guarded(interaction, self.suggesting.improved(interaction, number, deck, shown, values))


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(DecksCog(bot))
