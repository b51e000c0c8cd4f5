"""Suggestions: written by anybody in a box, decided one by one by moderators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.deck_keeping import Keeping
from bot.cogs.moderators import may_moderate, moderated
from bot.cogs.patience import in_time
from bot.store import Deck, Suggestion
from bot.store.timers import Timer
from bot.study import decks as rules
from bot.study.decks import NO_DECK, SUGGESTIONS, Kept, Refused
from bot.ui import deck_cards
from bot.ui.cards import told
from bot.ui.deck_items import fits, improve_box, suggest_box
from bot.ui.failure import notice
from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.parsed import Placed

if TYPE_CHECKING:
    from bot.client import TutorBot

THANKS = "Thank you. It waits for a moderator; this list shows what becomes of it."
APPROVED = "Approved: it is in “{deck}” now."
DECLINED = "Declined. Whoever suggested it sees that in their own list."
DECIDED = "That one was decided already."
CHANGED = "Somebody else has changed it meanwhile. This is how it is now."
IMPROVED = "Changed. Approve it when you like it."
DOUBLE = "That deck has a question with these words already: change this one, or decline it."
TOO_LONG = "It is too long for Discord's box. Approve it as it is, or decline it."

Used = discord.Interaction[Any]


class Suggesting:
    """Serves `/deck suggest`, `/deck review` and the buttons of both."""

    def __init__(self, bot: TutorBot, keeping: Keeping) -> None:
        self._bot = bot
        self._suggestions = bot.store.suggestions
        self._keeping = keeping

    # -------------------------------------------------------------------------------------------- everybody

    async def open(self, used: Used) -> None:
        """Open the box, unless too much waits already."""
        try:
            await in_time(self._suggestions.room(used.guild_id or 0, used.user.id))
        except Refused as error:
            await used.response.defer(ephemeral=True, thinking=True)
            await self._show_own(used, str(error))
        else:
            await used.response.send_modal(suggest_box())

    async def mine(self, used: Used) -> None:
        """Show somebody what became of their suggestions."""
        await used.response.defer(ephemeral=True, thinking=True)
        await self._show_own(used)

    async def suggested(self, submitted: Used, values: Mapping[str, str]) -> None:
        """Keep what was typed into the box until moderators decide."""
        await submitted.response.defer(ephemeral=True, thinking=True)
        draft, faults = rules.typed(values)
        if draft is None:
            view, file = deck_cards.faulty(faults, rules.in_a_file(values))
            await submitted.edit_original_response(view=view, attachments=[file])
            return
        note, guild_id = THANKS, submitted.guild_id or 0
        try:
            await self._suggestions.add(guild_id, submitted.user.id, draft.to_json(), self._bot.clock.now())
        except Refused as error:
            note = str(error)
        await self._show_own(submitted, note)

    async def _show_own(self, used: Used, note: str = "") -> None:
        own = await self._suggestions.of(used.guild_id or 0, used.user.id, deck_cards.MOST_OWN)
        await used.edit_original_response(view=deck_cards.own_suggestions(own, note))

    # ------------------------------------------------------------------------------------------- moderators

    async def review(self, used: Used, deck: str) -> None:
        """Show the first suggestion that waits; what is approved goes into a deck, if one is named."""
        guild_id = await moderated(used, new=True)
        if guild_id is None:
            return
        into = await self._keeping.named(guild_id, deck) if deck else None
        if deck and into is None:
            await used.edit_original_response(view=notice(NO_DECK))
        else:
            await self._show_next(used, guild_id, into)

    async def press(self, pressed: Used, does: str, number: int, deck_id: int, shown: str) -> None:
        """Do what a button under a suggestion says."""
        if does == "edit":
            await self._box(pressed, number, deck_id)
            return
        guild_id = await moderated(pressed)
        if guild_id is None:
            return
        into = await self._into(guild_id, deck_id)
        if does == "later":
            await self._show_next(pressed, guild_id, into, after=number)
        elif does == "decline":
            done = await self._suggestions.decline(guild_id, number, self._bot.clock.now())
            await self._show_next(pressed, guild_id, into, DECLINED if done else DECIDED, after=number)
        else:
            await self._approve(pressed, guild_id, number, deck_id, shown)

    async def improved(self, submitted: Used, number: int, deck_id: int, shown: str, values: Mapping[str, str]) -> None:
        """Keep a suggestion as a moderator has put it right; it is approved by a further press."""
        guild_id = await moderated(submitted)
        if guild_id is None:
            return
        into = await self._into(guild_id, deck_id)
        suggestion = await self._suggestions.get(guild_id, number)
        if suggestion is None:
            await self._show_next(submitted, guild_id, into, DECIDED, after=number)
            return
        draft, faults = rules.typed(values, _draft(suggestion))
        if draft is None:
            view, file = deck_cards.faulty(faults, rules.in_a_file(values))
            await submitted.followup.send(view=view, file=file, ephemeral=True)
            return
        note = CHANGED
        if rules.print_of(suggestion.draft) == shown:
            outcome = await self._suggestions.rewrite(guild_id, number, suggestion.draft, draft.to_json())
            note = IMPROVED if outcome == "done" else CHANGED
        await self._show(submitted, guild_id, number, into, note)

    async def forget(self, _: Timer) -> None:
        """A decision is so long ago that nobody has to see it any more."""
        await self._suggestions.forget_decided(self._bot.clock.now())

    async def _approve(self, pressed: Used, guild_id: int, number: int, deck_id: int, shown: str) -> None:
        into = await self._into(guild_id, deck_id)
        suggestion = await self._suggestions.get(guild_id, number)
        if suggestion is None:
            await self._show_next(pressed, guild_id, into, DECIDED, after=number)
            return
        if rules.print_of(suggestion.draft) != shown:
            await self._show(pressed, guild_id, number, into, CHANGED)
            return
        row = Kept.of(_draft(suggestion))
        now, where = self._bot.clock.now(), deck_id or SUGGESTIONS
        try:
            done = await self._suggestions.approve(guild_id, number, suggestion.draft, row, where, now)
        except Refused as error:
            await self._show(pressed, guild_id, number, into, str(error))
            return
        if isinstance(done, Deck):
            self._bot.own_search.prepare(guild_id)
            note = APPROVED.format(deck=deck_cards.named(done))
            await self._show_next(pressed, guild_id, into, note, after=number)
        elif done == "double":
            await self._show(pressed, guild_id, number, into, DOUBLE)
        elif done == "changed":
            await self._show(pressed, guild_id, number, into, CHANGED)
        else:
            await self._show_next(pressed, guild_id, into, DECIDED, after=number)

    async def _box(self, pressed: Used, number: int, deck_id: int) -> None:
        if not await may_moderate(pressed):
            return
        suggestion = await in_time(self._suggestions.get(pressed.guild_id or 0, number))
        if suggestion is None:
            await pressed.response.send_message(view=told(DECIDED), ephemeral=True)
        elif fits(values := rules.box_of(_draft(suggestion))):
            await pressed.response.send_modal(improve_box(number, deck_id, rules.print_of(suggestion.draft), values))
        else:
            await pressed.response.send_message(view=told(TOO_LONG), ephemeral=True)

    async def _show_next(self, used: Used, guild_id: int, into: Deck | None, note: str = "", after: int = 0) -> None:
        """Show the next one that waits, or the first one again."""
        found, waiting = await self._suggestions.first(guild_id, after)
        if found is None and after:
            found, waiting = await self._suggestions.first(guild_id)
        await self._render(used, guild_id, found, waiting, into, note)

    async def _show(self, used: Used, guild_id: int, number: int, into: Deck | None, note: str) -> None:
        """Show one again that still waits."""
        await self._show_next(used, guild_id, into, note, after=number - 1)

    async def _render(
        self, used: Used, guild_id: int, found: Suggestion | None, waiting: int, into: Deck | None, note: str
    ) -> None:
        if found is None:
            await used.edit_original_response(view=deck_cards.nothing_waits(note))
            return
        draft = _draft(found)
        alike = await self._bot.own_search.alike(guild_id, [Placed("", draft)])
        view = deck_cards.review(found, draft, waiting, into, alike, note)
        await used.edit_original_response(view=view)

    async def _into(self, guild_id: int, deck_id: int) -> Deck | None:
        """The deck that what is approved goes into; None for the usual one, or where it is gone."""
        return next((deck for deck in await self._bot.store.decks.all(guild_id) if deck.id == deck_id), None)


def _draft(suggestion: Suggestion) -> Draft:
    return Draft.from_json(suggestion.draft)
