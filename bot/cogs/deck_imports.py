"""Imports: from a file to a report of what would happen, and from a press on the report to the questions in a deck."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.cogs.moderators import moderated
from bot.store import KeptRun
from bot.store.timers import Timer
from bot.study import decks as rules
from bot.study.decks import Alike, DryRun, Kept, Refused
from bot.ui import deck_cards
from bot.ui.cards import told
from bot.ui.failure import notice
from knowledge.deck_formats.apart import Apart
from knowledge.deck_formats.formats import LARGEST, TOO_LARGE, suffix_of
from knowledge.deck_formats.parsed import Parsed, Unreadable

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

LONG = 300
"""Questions from which on looking for those that are like others takes more than a moment."""
OVER = (
    "That report is over: it was imported, cancelled, or is more than a day old. `/deck import` reads the file again."
)
CANCELLED = "Nothing was imported."
NOT_LOADED = "I could not get that file from Discord. Send it again."
BUSY = "I am still reading another file for this server. Send yours again when its report is there."
REFUSALS = (400, 403, 413)

Used = discord.Interaction[Any]


class Imports:
    """Serves `/deck import` and the buttons of its reports."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._decks = bot.store.decks
        self._apart = Apart()
        self._reading: set[int] = set()

    async def take(self, used: Used, file: discord.Attachment, deck: str) -> None:
        """Read a file, and report what importing it would do. Nothing is imported yet."""
        guild_id = await moderated(used, new=True)
        if guild_id is None:
            return
        if guild_id in self._reading:
            # One server must not take the time of all others: a long file takes minutes.
            await used.edit_original_response(view=notice(BUSY))
            return
        self._reading.add(guild_id)
        try:
            await self._take(used, guild_id, file, deck)
        finally:
            self._reading.discard(guild_id)

    async def _take(self, used: Used, guild_id: int, file: discord.Attachment, deck: str) -> None:
        try:
            parsed = await self._read(file)
        except Unreadable as error:
            await used.edit_original_response(view=notice(str(error)))
            return
        name = rules.name_for(deck, parsed, file.filename)
        every = await self._decks.all(guild_id)
        into = next((one.name for one in every if rules.key_of_name(one.name) == rules.key_of_name(name)), None)
        name = into or name
        parsed = await asyncio.to_thread(rules.without_known, parsed, await self._decks.words(guild_id, name))
        run = DryRun(secrets.token_hex(8), name, parsed)
        refusal = await self._refusal(guild_id, run, new_deck=into is None)
        if parsed.drafts and not refusal:
            if len(parsed.drafts) > LONG:
                await used.edit_original_response(view=deck_cards.comparing(len(parsed.drafts)))
            alike = await self._bot.own_search.alike(guild_id, parsed.drafts)
            run = replace(run, alike=alike)
            plain, marked = await asyncio.to_thread(lambda: (parsed.to_json(), [one.to_json() for one in alike]))
            await self._decks.keep_run(run.id, guild_id, used.user.id, name, plain, marked, self._bot.clock.now())
        in_full = await asyncio.to_thread(run.in_full)
        await show(used, *deck_cards.report(run, refusal, in_full), lambda: deck_cards.report(run, refusal)[0])

    async def press(self, pressed: Used, does: str, run_id: str) -> None:
        """Import what a report says, or forget it."""
        guild_id = await moderated(pressed)
        if guild_id is None:
            return
        kept = await self._decks.run(guild_id, run_id)
        if kept is None:
            await pressed.edit_original_response(view=told(OVER), attachments=[])
        elif does == "cancel":
            await self._decks.forget_run(run_id)
            await pressed.edit_original_response(view=told(CANCELLED), attachments=[])
        else:
            await self._import(pressed, kept, new_only=does == "new")

    async def forget(self, timer: Timer) -> None:
        """A dry run is too old."""
        await self._decks.forget_run(timer.key)

    async def _read(self, file: discord.Attachment) -> Parsed:
        suffix_of(file.filename)
        if file.size > LARGEST:
            raise Unreadable(TOO_LARGE)
        try:
            data = await file.read()
        except discord.HTTPException as error:
            log.warning("An attachment could not be loaded: %s", error)
            raise Unreadable(NOT_LOADED) from error
        return await self._apart.read(file.filename, data)

    async def _refusal(self, guild_id: int, run: DryRun, *, new_deck: bool) -> str:
        """Why there is no room for what a dry run has; "" when there is."""
        room = await self._decks.room(guild_id)
        try:
            room.take(await asyncio.to_thread(lambda: run.rows), decks=new_deck)
        except Refused as error:
            return str(error)
        return ""

    async def _import(self, pressed: Used, kept: KeptRun, *, new_only: bool) -> None:
        rows = await asyncio.to_thread(_rows, kept, new_only)
        try:
            done = await self._decks.import_run(kept, rows, pressed.user.id, self._bot.clock.now())
        except Refused as error:
            await pressed.followup.send(view=notice(str(error)), ephemeral=True)
            return
        if done is None:
            await pressed.edit_original_response(view=told(OVER), attachments=[])
            return
        self._bot.own_search.prepare(kept.guild_id)
        await pressed.edit_original_response(view=deck_cards.imported(*done), attachments=[])


def _rows(kept: KeptRun, new_only: bool) -> list[Kept]:
    alike = tuple(Alike(**one) for one in kept.alike)
    run = DryRun(kept.id, kept.deck, Parsed.from_json(kept.parsed), alike)
    return run.new_rows if new_only else run.rows


async def show(
    used: Used, view: ui.LayoutView, file: discord.File | None, without: Callable[[], ui.LayoutView]
) -> None:
    """Show a card with its file; where Discord does not take the file, show the one that is made `without` it."""
    try:
        await used.edit_original_response(view=view, attachments=[file] if file else [])
    except discord.HTTPException as error:
        if file is None or error.status not in REFUSALS:
            raise
        log.warning("Discord refused a file: %s", error)
        await used.edit_original_response(view=without(), attachments=[])
