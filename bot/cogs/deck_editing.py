"""One question of a deck: looked at, changed in a box, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.moderators import may_moderate, moderated
from bot.cogs.patience import in_time
from bot.own_questions import draft_of
from bot.store import DeckQuestion
from bot.study import decks as rules
from bot.study.decks import Kept, Refused, number_of
from bot.ui import deck_cards
from bot.ui.cards import told
from bot.ui.deck_items import edit_box, fits
from bot.ui.failure import notice

if TYPE_CHECKING:
    from bot.client import TutorBot

GONE = "This server has no such question any more. Pick one from the list that comes up under `/deck edit`."
DELETED = "The question is deleted. Nobody is asked it any more."
SAVED = "Saved. From now on it is asked and found like this."
CHANGED = "Somebody else has changed it meanwhile, so yours is not saved. This is how it is now."
DOUBLE = "Not saved: the deck has another question with these words."
TOO_LONG = "It is too long for Discord's box. Export the deck, change it there, delete it here, and import it again."

Used = discord.Interaction[Any]


class Editing:
    """Serves `/deck edit` and what stands under a question."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._decks = bot.store.decks

    async def open(self, used: Used, question_id: str) -> None:
        """Show a question that a moderator picked."""
        guild_id = await moderated(used, new=True)
        if guild_id is not None:
            await self._show(used, guild_id, number_of(question_id) or 0)

    async def press(self, pressed: Used, does: str, number: int) -> None:
        """Do what a button under a question says."""
        if does == "edit":
            await self._box(pressed, number)
            return
        guild_id = await moderated(pressed)
        if guild_id is None:
            return
        if does == "really":
            gone = await self._decks.delete_question(guild_id, number)
            self._bot.own_search.prepare(guild_id)
            await pressed.edit_original_response(view=told(DELETED if gone else GONE))
        else:
            await self._show(pressed, guild_id, number, sure=does == "delete")

    async def edited(self, submitted: Used, number: int, shown: str, values: Mapping[str, str]) -> None:
        """Keep a question as it was typed into a box, if it is still the one that the box showed."""
        guild_id = await moderated(submitted)
        if guild_id is None:
            return
        row = await self._decks.question(guild_id, number)
        before = draft_of(row) if row else None
        if row is None or before is None:
            await submitted.edit_original_response(view=notice(GONE))
            return
        draft, faults = rules.typed(values, before)
        if draft is None:
            view, file = deck_cards.faulty(faults, rules.in_a_file(values))
            await submitted.followup.send(view=view, file=file, ephemeral=True)
            return
        note = CHANGED
        if rules.print_of(row.draft) == shown:
            try:
                outcome = await self._decks.rewrite(guild_id, number, row.draft, Kept.of(draft))
            except Refused as error:
                note = str(error)
            else:
                note = {"done": SAVED, "double": DOUBLE, "changed": CHANGED, "gone": GONE}[outcome]
                self._bot.own_search.prepare(guild_id)
        await self._show(submitted, guild_id, number, note=note)

    async def offer(self, guild_id: int | None, typed: str) -> list[DeckQuestion]:
        """Questions of a server in which every typed word occurs."""
        return await self._decks.matching(guild_id or 0, rules.words_of(typed), 25)

    async def _box(self, pressed: Used, number: int) -> None:
        if not await may_moderate(pressed):
            return
        row = await in_time(self._decks.question(pressed.guild_id or 0, number))
        draft = draft_of(row) if row else None
        if row is None or draft is None:
            await pressed.response.send_message(view=told(GONE), ephemeral=True)
        elif fits(values := rules.box_of(draft)):
            await pressed.response.send_modal(edit_box(number, rules.print_of(row.draft), values))
        else:
            await pressed.response.send_message(view=told(TOO_LONG), ephemeral=True)

    async def _show(self, used: Used, guild_id: int, number: int, *, sure: bool = False, note: str = "") -> None:
        row = await self._decks.question(guild_id, number)
        draft = draft_of(row) if row else None
        if row is None or draft is None:
            await used.edit_original_response(view=told(GONE))
        else:
            view = deck_cards.question(number, row.deck, draft, sure=sure, note=note)
            await used.edit_original_response(view=view)
