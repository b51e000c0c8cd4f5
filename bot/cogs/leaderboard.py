"""/leaderboard: points of a server, of people who joined."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.progress import ProgressCog
from bot.study import board
from bot.study.board import Period, Place, Span
from bot.ui import board_cards as cards
from bot.ui.board_items import JOINED
from bot.ui.cards import told
from bot.ui.items import Submitted, guarded, typed_text

Used = discord.Interaction[TutorBot]


class Leaderboard(commands.Cog):
    """Serves leaderboards and every button under one."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot

    @app_commands.command(name="leaderboard", description="Who has the most points in this server")
    @app_commands.describe(period="Since when points count", private="Show it to you alone")
    @app_commands.choices(
        period=[app_commands.Choice(name=title, value=period) for period, title in cards.TITLES.items()]
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def leaderboard(self, interaction: Used, period: str = "season", private: bool = False) -> None:
        await interaction.response.defer(ephemeral=private, thinking=True)
        await self._show(interaction, cast(Period, period))

    async def join(self, submitted: Used, period: Period, typed: str) -> None:
        """List somebody from now on, under a pseudonym or under their own name."""
        await submitted.response.defer()
        chosen = board.tidy(typed) or None
        account = submitted.user.display_name
        objection = board.objection(chosen) if chosen else None
        if objection is None and not await self.bot.store.people.join_leaderboard(
            submitted.user.id, pseudonym=chosen, account=account, looks=board.looks(chosen or account)
        ):
            objection = board.TAKEN
        if objection:
            await submitted.followup.send(view=told(objection), ephemeral=True)
            return
        # Somebody may have deleted the leaderboard meanwhile.
        with suppress(discord.NotFound):
            await self._show(submitted, period)
        await submitted.followup.send(view=told(cards.joined(chosen)), ephemeral=True)

    async def leave(self, pressed: Used, period: Period) -> None:
        """List somebody no longer."""
        await pressed.response.defer()
        was = await self.bot.store.people.leave_leaderboard(pressed.user.id)
        if was:
            with suppress(discord.NotFound):
                await self._show(pressed, period)
        await pressed.followup.send(view=told(cards.LEFT if was else cards.NEVER_JOINED), ephemeral=True)

    async def rank(self, pressed: Used, period: Period) -> None:
        """Tell somebody where they stand."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        who = await self.bot.store.people.get(pressed.user.id)
        if not who.on_leaderboard:
            await pressed.edit_original_response(view=told(cards.NOT_JOINED))
            return
        places = await self._places(pressed, board.span(period, self.bot.clock.now()))
        await pressed.edit_original_response(view=cards.rank(places, who.user_id, period))

    async def last_season(self, pressed: Used) -> None:
        """Show the winners of the season before this one."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        span = board.last_season(self.bot.clock.now())
        await pressed.edit_original_response(view=cards.winners(await self._places(pressed, span), span))

    async def see(self, chosen: Used, value: str) -> None:
        """Show the progress of somebody on the leaderboard, by the name that they have there."""
        await chosen.response.defer(ephemeral=True, thinking=True)
        people = self.bot.store.people
        hidden = value.startswith(cards.PSEUDONYM)
        user_id = await people.with_pseudonym(value.removeprefix(cards.PSEUDONYM)) if hidden else int(value, 36)
        who = await people.get(user_id) if user_id else None
        # What a client sends need not be among the options: an id must not lead to somebody with a pseudonym.
        if who is None or not who.on_leaderboard or (who.pseudonym is not None) != hidden:
            await chosen.edit_original_response(view=told(cards.NOT_THERE))
            return
        entry = board.Entry(who.user_id, who.pseudonym, None, 0)
        progress = cast(ProgressCog, self.bot.get_cog("Progress"))
        await progress.show(chosen, who, f"Progress of {cards.name(entry)}")

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Submitted = dict(interaction.data or {})
        box = str(data.get("custom_id"))
        if box.startswith(JOINED):
            period = cast(Period, box.removeprefix(JOINED))
            await guarded(interaction, self.join(interaction, period, typed_text(data)))

    async def _show(self, used: Used, period: Period) -> None:
        span = board.span(period, self.bot.clock.now())
        await used.edit_original_response(view=cards.board(await self._places(used, span), period, span))

    async def _places(self, used: Used, span: Span) -> list[Place]:
        entries = await self.bot.store.practice.points(used.guild_id or 0, span.begin, span.end)
        return board.ranked(entries)


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Leaderboard(bot))
