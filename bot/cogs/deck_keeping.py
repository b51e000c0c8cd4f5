"""A server's decks as they are: the list, turning on and off, deleting, and export."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.deck_imports import show
from bot.cogs.moderators import moderated
from bot.own_questions import draft_of
from bot.store import Deck
from bot.study.decks import NO_DECK, key_of_name
from bot.ui import deck_cards
from bot.ui.failure import notice
from knowledge.deck_formats.draft import topic_of
from knowledge.deck_formats.formats import LARGEST, SUFFIXES, Format, write

if TYPE_CHECKING:
    from bot.client import TutorBot

LARGEST_UPLOAD = 10 << 20
"""What Discord takes from a bot in a server without boosts."""
TOO_LARGE = "That deck is too large for one file in Discord. Choose *Markdown* or *Anki*: those are compressed."
NOT_ATTACHED = "Discord does not let me attach the file here. Try again in another channel."
EMPTY = "That deck has no questions."
LEFT_OUT = "{count} of them were kept by older rules and are left out."
DELETED = "“{deck}” is deleted."

Used = discord.Interaction[Any]


class Keeping:
    """Serves `/deck list` with its buttons, and `/deck export`."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._decks = bot.store.decks

    async def show_all(self, used: Used) -> None:
        """The decks of the server; to others than moderators those that are on, to look at."""
        await used.response.defer(ephemeral=True, thinking=True)
        await self._show(used, used.guild_id or 0, 0)

    async def press(self, pressed: Used, does: str, deck_id: int, page: int) -> None:
        """Do what a button under the list says."""
        if does == "page":
            # Everybody may turn the pages.
            await pressed.response.defer()
            await self._show(pressed, pressed.guild_id or 0, page)
            return
        guild_id = await moderated(pressed)
        if guild_id is None:
            return
        note = ""
        if does == "really":
            deck = await self._deck(guild_id, deck_id)
            if deck is not None and await self._decks.delete(guild_id, deck_id):
                note = DELETED.format(deck=deck_cards.named(deck))
        elif not await self._decks.set_enabled(guild_id, deck_id, does == "on"):
            note = NO_DECK
        self._bot.own_search.prepare(guild_id)
        await self._show(pressed, guild_id, page, note)

    async def ask(self, pressed: Used, deck_id: int, page: int) -> None:
        """Ask whether a deck is to be deleted."""
        guild_id = await moderated(pressed)
        if guild_id is None:
            return
        deck = await self._deck(guild_id, deck_id)
        if deck is None:
            await self._show(pressed, guild_id, page, NO_DECK)
        else:
            await pressed.edit_original_response(view=deck_cards.sure_about(deck, page))

    async def export(self, used: Used, name: str, format: Format) -> None:
        """Hand out a deck as a file."""
        guild_id = await moderated(used, new=True)
        if guild_id is None:
            return
        deck = await self.named(guild_id, name)
        rows = await self._decks.questions(guild_id, deck_id=deck.id) if deck else []
        if deck is None or not rows:
            await used.edit_original_response(view=notice(EMPTY if deck else NO_DECK))
            return

        def packed() -> tuple[bytes, int]:
            drafts = [draft for row in rows if (draft := draft_of(row))]
            return write(format, deck.name, drafts), len(rows) - len(drafts)

        data, lost = await asyncio.to_thread(packed)
        if len(data) > LARGEST_UPLOAD:
            await used.edit_original_response(view=notice(TOO_LARGE))
            return
        file = f"{topic_of(deck.name) or 'deck'}{SUFFIXES[format]}"
        note = LEFT_OUT.format(count=lost) if lost else ""
        view = deck_cards.file(deck, file, len(rows) - lost, importable=len(data) <= LARGEST, note=note)
        await show(used, view, discord.File(io.BytesIO(data), file), lambda: notice(NOT_ATTACHED))

    async def named(self, guild_id: int, name: str) -> Deck | None:
        """The deck of a server that somebody calls so."""
        return next((deck for deck in await self._decks.all(guild_id) if _same(deck.name, name)), None)

    async def offer(self, guild_id: int | None, typed: str) -> list[str]:
        """Names of decks that begin or go on as somebody types."""
        wanted = key_of_name(typed)
        names = [deck.name for deck in await self._decks.all(guild_id or 0)]
        found = [name for name in names if wanted in key_of_name(name)]
        return sorted(found, key=lambda name: not key_of_name(name).startswith(wanted))[:25]

    async def _deck(self, guild_id: int, deck_id: int) -> Deck | None:
        return next((deck for deck in await self._decks.all(guild_id) if deck.id == deck_id), None)

    async def _show(self, used: Used, guild_id: int, page: int, note: str = "") -> None:
        moderator = used.permissions.manage_guild
        every = [deck for deck in await self._decks.all(guild_id) if moderator or deck.enabled]
        waiting = (await self._bot.store.suggestions.first(guild_id))[1] if moderator else 0
        view = deck_cards.decks(every, page, waiting, moderator=moderator, note=note)
        await used.edit_original_response(view=view)


def _same(one: str, other: str) -> bool:
    return key_of_name(one) == key_of_name(other)
