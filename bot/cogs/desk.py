"""The front desk: hands questions from any door to the tutor, and cards back to whoever asked or pressed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from bot.cogs.asking import CHOSEN, Asking, Inquiry, Kept, Reply
from bot.cogs.patience import in_time
from bot.cogs.shelf import Shelf
from bot.own_questions import OwnQuestions
from bot.own_search import OwnSearch
from bot.store import Store
from bot.study.cooldown import Cooldown
from bot.study.hits import Hand
from bot.ui import cards
from bot.ui.failure import notice, sentence
from knowledge.questions import Question
from knowledge.tutor import Tutor

log = logging.getLogger(__name__)

SLOW_S = 1.0
KEPT: dict[Kept, str] = {
    "text": "Kept for this server's moderators, who can have it added.",
    "count": "This server's moderators see that a question went unanswered, but not its words.",
    "nothing": "",
}
GONE = "That question is no longer in my collection. Ask again with `/ask`."

Pressed = discord.Interaction[Any]


class Desk:
    """Serves every way to ask and every button under an answer."""

    def __init__(self, tutor: Tutor, store: Store, own: OwnQuestions, search: OwnSearch, shelf: Shelf) -> None:
        self.asking = Asking(tutor, store, own, search)
        self._store = store
        self._shelf = shelf
        self._cooldown = Cooldown()

    # ------------------------------------------------------------------------------------------- questions

    async def take(self, interaction: Pressed, asked: str, *, private: bool = False, note: str = "") -> None:
        """Answer an interaction, for its user alone when `private`. `note` is a small line above the answer."""
        decision, wait = self._cooldown.take(interaction.user.id, time.monotonic())
        if decision != "go":
            await interaction.response.send_message(view=cards.told(_slower(wait)), ephemeral=True)
            return
        inquiry = Inquiry(
            text=asked,
            user_id=interaction.user.id,
            channel_id=interaction.channel_id or 0,
            guild_id=_server_of(interaction),
            when=interaction.created_at,
            thread=isinstance(interaction.channel, discord.Thread),
        )
        # Discord takes longer to say that it has heard than the search takes to find.
        searching = asyncio.create_task(self.asking.ask(inquiry))
        try:
            await interaction.response.defer(ephemeral=private, thinking=True)
            reply = await searching
        finally:
            searching.cancel()
        sent = await interaction.edit_original_response(view=self.render(reply, note=note))
        await self.asking.remember(reply, sent.id)

    async def take_message(self, message: discord.Message, asked: str, *, direct: bool, earlier: str = "") -> None:
        """Answer a message with a reply. `direct` says that it spoke to the bot, so that it must not be ignored."""
        if not await self._may(message, direct=direct):
            return
        inquiry = Inquiry(
            text=asked,
            user_id=message.author.id,
            channel_id=message.channel.id,
            guild_id=message.guild.id if message.guild else None,
            when=message.created_at,
            replied_to=message.reference.message_id if message.reference else None,
            earlier=earlier,
            thread=isinstance(message.channel, discord.Thread),
        )
        try:
            reply = await _typing_when_slow(message.channel, self.asking.ask(inquiry))
            sent = await reply_to(message, self.render(reply), direct=direct)
            if sent is not None:
                await self.asking.remember(reply, sent.id)
        except Exception as error:
            await reply_to(message, notice(sentence(error, "answering a message")), direct=direct)

    async def tell(self, message: discord.Message, line: str) -> None:
        """Say something to somebody who spoke to the bot, as often as they may ask."""
        if await self._may(message, direct=True):
            await reply_to(message, cards.told(line), direct=True)

    async def _may(self, message: discord.Message, *, direct: bool) -> bool:
        """Count a message against its author's pace; who is too fast is told once."""
        decision, wait = self._cooldown.take(message.author.id, time.monotonic())
        if decision == "tell":
            await reply_to(message, cards.told(_slower(wait)), direct=direct)
        return decision == "go"

    def render(self, reply: Reply, *, note: str = "") -> ui.LayoutView:
        """The card for a reply."""
        if reply.found is None and reply.chosen is None:
            return cards.wordless()
        hand = reply.hand
        guild_id = reply.inquiry.guild_id
        if reply.shown:
            score = None if reply.chosen or reply.found is None else reply.found.hits[0].score
            return self._answer(reply.shown, score, hand, guild_id, note)
        if reply.found and reply.found.verdict == "suggest" and reply.found.hits:
            shown = [self._shown(hit.question, hit.score, guild_id) for hit in reply.found.hits]
            return cards.suggest(reply.asked, shown, hand)
        return cards.unknown(reply.asked, KEPT[reply.kept])

    def whole(self, question: Question, asker: int, guild_id: int | None) -> ui.LayoutView:
        """The card with the whole answer to a question, for somebody who asked for that very one."""
        return self._answer(question, None, Hand.deal(asker, ()), guild_id)

    def _answer(
        self, question: Question, score: float | None, hand: Hand, guild_id: int | None, note: str = ""
    ) -> ui.LayoutView:
        near = self.asking.near(question, hand, guild_id)
        return cards.answer(self._shown(question, score, guild_id), hand, near, note=note)

    def _shown(self, question: Question, score: float | None, guild_id: int | None) -> cards.Shown:
        return cards.Shown(question, score, self.asking.deck_of(question, guild_id))

    # --------------------------------------------------------------------------------------------- buttons

    async def show(self, pressed: Pressed, hand: Hand) -> None:
        """Put the hand's top into the asker's card; anybody else gets it in a card of their own."""
        own = await self._open(pressed, hand.asker)
        hand = hand if own else replace(hand, asker=pressed.user.id)
        guild_id = _server_of(pressed)
        question = None
        while hand.top and (question := await self.asking.question(hand.top.key, guild_id)) is None:
            hand = hand.next()
        message_id = pressed.message.id if pressed.message else 0
        noted = await self.asking.recall(message_id) if own else None
        asked = noted.asked if noted else ""
        if question is None or hand.top is None:
            kept: Kept = "nothing"
            if own:
                kept = await self.asking.keep(guild_id, asked, "turned down", pressed.created_at)
            await pressed.edit_original_response(view=cards.unknown(asked, KEPT[kept]))
            return
        await pressed.edit_original_response(view=self._answer(question, hand.top.score, hand, guild_id))
        if own:
            await self.asking.note(
                message_id,
                pressed.channel_id or 0,
                hand.asker,
                guild_id,
                asked,
                question,
                pressed.created_at,
            )

    async def sources(self, pressed: Pressed, key: str) -> None:
        """Where the answer comes from, for whoever pressed."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        question = await self._question(pressed, key)
        await pressed.edit_original_response(view=cards.sources(question) if question else cards.told(GONE))

    async def vote(self, pressed: Pressed, key: str, up: bool) -> None:
        """Store a vote; a later one by the same person on the same message replaces it."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        question = await self._question(pressed, key)
        if question is None or pressed.message is None:
            await pressed.edit_original_response(view=cards.told(GONE))
            return
        await self._store.votes.cast(pressed.user.id, question.id, pressed.message.id, 1 if up else -1)
        thanks = (
            "👍 Noted, thank you. Press 👎 if you change your mind."
            if up
            else "👎 Noted, thank you. *Not this one* shows the next best answer, or ask in other words."
        )
        await pressed.edit_original_response(view=cards.told(thanks))

    async def follow_up(self, pressed: Pressed, asker: int, key: str) -> None:
        """Answer the chosen follow-up in a new message, which only its reader sees unless they asked the first one."""
        question = await self.find(pressed, key)
        private = pressed.user.id != asker or _is_ephemeral(pressed)
        if question is None:
            await pressed.response.send_message(view=cards.told(GONE), ephemeral=True)
            return
        await self.take(pressed, f"{CHOSEN}{question.id}", private=private)

    async def rephrased(self, pressed: Pressed, asked: str) -> None:
        """Answer what somebody typed into the box, as publicly as the card it was opened from."""
        await self.take(pressed, asked, private=_is_ephemeral(pressed))

    async def find(self, pressed: Pressed, key: str) -> Question | None:
        """The question that a button stands for, before anything was answered. Raises TooSlow."""
        return await in_time(self._question(pressed, key))

    async def _question(self, pressed: Pressed, key: str) -> Question | None:
        """The question that a button stands for: one of this place, or one that the person reviews from elsewhere."""
        here = _server_of(pressed)
        if (found := await self.asking.question(key, here)) is not None:
            return found
        kept = await self._shelf.find(here, pressed.user.id, key)
        return kept.question if kept else None

    async def _open(self, pressed: Pressed, asker: int) -> bool:
        """Defer: an edit of the card for the asker, a private card for anybody else. Whether it is the asker."""
        if pressed.user.id == asker:
            await pressed.response.defer()
            return True
        await pressed.response.defer(ephemeral=True, thinking=True)
        return False


def _is_ephemeral(pressed: Pressed) -> bool:
    return pressed.message is not None and pressed.message.flags.ephemeral


def _server_of(interaction: Pressed) -> int | None:
    """The server whose moderators the bot serves; None where somebody brought it along as an app of their own."""
    guild_id = interaction.guild_id
    if guild_id is None or interaction.is_guild_integration() or interaction.client.get_guild(guild_id):
        return guild_id
    return None


def _slower(wait: float) -> str:
    seconds = max(1, round(wait))
    return f"One moment: you ask faster than I can keep up. Try again in {seconds} second{'s' if seconds > 1 else ''}."


def words_of(message: discord.Message) -> str:
    """What a message says; somebody may forward a question instead of writing it."""
    return message.content or (message.message_snapshots[0].content if message.message_snapshots else "")


async def _typing_when_slow(channel: discord.abc.Messageable, work: Awaitable[Reply]) -> Reply:
    """Await `work`, showing "is typing" once it takes longer than people wait without a sign."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=SLOW_S)
        if not done:
            try:
                await channel.typing()
            except discord.HTTPException as error:
                log.info("Could not show that I am typing: %s", error)
        return await task
    finally:
        task.cancel()


def permissions_in(message: discord.Message) -> discord.Permissions | None:
    """What the bot may do where a message is; None in direct messages, and for a thread of an unknown channel."""
    if message.guild is None:
        return None
    try:
        return message.channel.permissions_for(message.guild.me)
    except discord.ClientException as error:
        log.info("Do not know what I may do in channel %s: %s", message.channel.id, error)
        return None


async def reply_to(
    message: discord.Message, card: ui.LayoutView, *, direct: bool, files: Sequence[discord.File] = ()
) -> discord.Message | None:
    """Reply in the channel; where that is not allowed, tell a person who spoke to the bot why it stays silent."""
    try:
        reference = message.to_reference(fail_if_not_exists=False)
        may = permissions_in(message)
        if may and not may.read_message_history:
            return await message.channel.send(view=card, files=files)
        return await message.channel.send(view=card, reference=reference, files=files)
    except discord.Forbidden as error:
        log.info("May not answer in channel %s: %s", message.channel.id, error)
    except discord.HTTPException as error:
        log.warning("Could not answer in channel %s: %s", message.channel.id, error)
    if direct and message.guild:
        where = f"<#{message.channel.id}>"
        told = f"I may not write in {where}. `/ask` works there; or ask a moderator to let me write."
        try:
            await message.author.send(view=cards.told(told))
        except discord.HTTPException as error:
            log.info("Could not tell user %s why: %s", message.author.id, error)
    return None
