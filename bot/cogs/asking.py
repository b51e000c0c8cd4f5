"""From somebody's words to what the tutor found, with what has to be remembered on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.errors import StoreError
from bot.own_questions import OwnQuestions
from bot.own_search import OwnSearch
from bot.store import Conversation, Store
from bot.study import wording
from bot.study.conversation import Turn, context
from bot.study.decks import number_of
from bot.study.hits import Hand, key_of
from knowledge.conversation import needs_context
from knowledge.questions import Question
from knowledge.search import Found, Hit
from knowledge.tutor import Tutor

log = logging.getLogger(__name__)

PATIENCE_S = 20.0
CONTEXT_S = 3.0
"""A database that takes longer to say what went before costs the conversation, and not the answer."""
OFFERED = 25
CHOSEN = "#"
"""An autocomplete choice is sent as `#id`, because the question itself may be longer than a choice's value."""

Kept = Literal["text", "count", "nothing"]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question as it came in.

    `replied_to` is the message that it replies to, `earlier` that message's words if they are known. A `thread` is one
    conversation of everybody in it, which may have begun as an answer of ours.
    """

    text: str
    user_id: int
    channel_id: int
    guild_id: int | None
    when: datetime
    replied_to: int | None = None
    earlier: str = ""
    thread: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What to show for an inquiry. `found` is None when there were no words in it."""

    inquiry: Inquiry
    asked: str
    found: Found | None
    chosen: Question | None = None
    kept: Kept = "nothing"

    @property
    def shown(self) -> Question | None:
        """The question whose answer is shown."""
        if self.chosen:
            return self.chosen
        answered = self.found is not None and self.found.verdict == "answer" and self.found.hits
        return self.found.hits[0].question if self.found and answered else None

    @property
    def hand(self) -> Hand:
        """The hits for the buttons; empty when a person chose the question."""
        hits: Sequence[Hit] = self.found.hits if self.found and not self.chosen else ()
        return Hand.deal(self.inquiry.user_id, ((hit.question.id, hit.score) for hit in hits))


class Asking:
    """Asks the tutor, with the conversation so far, and keeps what must be kept.

    In a server, its own questions are searched as well, and there alone.
    """

    def __init__(self, tutor: Tutor, store: Store, own: OwnQuestions, search: OwnSearch) -> None:
        self.corpus = tutor.corpus
        self._tutor = tutor
        self._store = store
        self._own = own
        self._search = search
        self._by_id = self.corpus.by_id()
        self._by_key = {key_of(question_id): question for question_id, question in self._by_id.items()}

    async def question(self, key: str, guild_id: int | None) -> Question | None:
        """The question that a button in a server stands for; None when it is in no collection there any more.

        Raises StoreError when it is none of the corpus and the database fails.
        """
        return self._by_key.get(key) or (await self._own.of(guild_id)).by_key.get(key)

    def complete(self, typed: str, guild_id: int | None) -> list[Question]:
        """Questions to offer while somebody types in a server: its own first, where they fit."""
        own = self._own.at_hand(guild_id).completion.complete(typed, OFFERED) if typed.strip() else []
        return [*own[: OFFERED // 2], *self._tutor.complete(typed, OFFERED)][:OFFERED]

    def near(self, question: Question, hand: Hand, guild_id: int | None) -> list[Question]:
        """What the follow-up select offers: the question's follow-ups, then the other hits."""
        own = self._own.at_hand(guild_id).by_key
        follow_ups = [self._by_id[other] for other in question.follow_ups if other in self._by_id]
        hits = [found for held in hand.held if (found := self._by_key.get(held.key) or own.get(held.key))]
        return list({other.id: other for other in (*follow_ups, *hits) if other.id != question.id}.values())

    def deck_of(self, question: Question, guild_id: int | None) -> str:
        """The name of the server's deck that a question is from; "" for one that is from elsewhere."""
        return self._own.at_hand(guild_id).decks.get(question.id, "")

    async def ask(self, inquiry: Inquiry) -> Reply:
        """Look the inquiry up.

        Raises TimeoutError after 20 s. A failing database costs the conversation so far, never the answer.
        """
        asked = wording.clean(inquiry.text)
        if asked.startswith(CHOSEN) and (chosen := await self._chosen(asked.removeprefix(CHOSEN), inquiry.guild_id)):
            return Reply(inquiry, chosen.question, None, chosen=chosen)
        if not wording.has_words(asked):
            return Reply(inquiry, "", None)
        async with asyncio.timeout(PATIENCE_S):
            context = await self._context(inquiry) if needs_context(asked) else ()
            found = await self._tutor.ask(asked, context, await self._search.beside(inquiry.guild_id))
        kept: Kept = "nothing"
        if found.verdict == "unknown" or not found.hits:
            kept = await self.keep(inquiry.guild_id, asked, "unknown", inquiry.when)
        return Reply(inquiry, asked, found, kept=kept)

    async def keep(self, guild_id: int | None, asked: str, verdict: str, when: datetime) -> Kept:
        """Keep an unanswered question for the server's moderators; its text only if the server has agreed."""
        if guild_id is None:
            return "nothing"
        try:
            agreed = (await self._store.guilds.get(guild_id)).keep_unanswered_text and bool(asked)
            await self._store.unanswered.add(guild_id, asked if agreed else None, verdict, when)
        except StoreError as error:
            log.warning("An unanswered question was not kept: %s", error)
            return "nothing"
        return "text" if agreed else "count"

    async def remember(self, reply: Reply, message_id: int) -> None:
        """Note what the message `message_id` answers, for follow-up questions and for its buttons."""
        inquiry = reply.inquiry
        await self.note(
            message_id,
            inquiry.channel_id,
            inquiry.user_id,
            inquiry.guild_id,
            reply.asked,
            reply.shown,
            inquiry.when,
        )

    async def note(
        self,
        message_id: int,
        channel_id: int,
        user_id: int,
        guild_id: int | None,
        asked: str,
        shown: Question | None,
        when: datetime,
    ) -> None:
        """Note which question a message shows, and somebody's own words for it only where the server agreed."""
        try:
            agreed = guild_id is not None and (await self._store.guilds.get(guild_id)).keep_unanswered_text
            if agreed or shown is not None:
                await self._store.conversations.remember(
                    message_id, channel_id, user_id, asked if agreed else "", shown.id if shown else None, when
                )
        except StoreError as error:
            log.warning("What was asked is forgotten, follow-up questions will not lean on it: %s", error)

    async def recall(self, message_id: int) -> Conversation | None:
        """What was noted about a message; None too when the database cannot say."""
        try:
            return await self._store.conversations.recall(message_id)
        except StoreError as error:
            log.warning("Could not recall what was asked: %s", error)
            return None

    async def _context(self, inquiry: Inquiry) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(CONTEXT_S):
                return await self._earlier(inquiry)
        except TimeoutError:
            log.warning("The database takes too long to say what was asked before")
            return ()

    async def _earlier(self, inquiry: Inquiry) -> tuple[str, ...]:
        replied_to = recent = None
        if inquiry.replied_to is not None:
            replied_to = await self._turn(await self.recall(inquiry.replied_to), inquiry.guild_id)
            if replied_to is None and inquiry.earlier:
                replied_to = Turn(wording.clean(inquiry.earlier), inquiry.when)
        if replied_to is None:
            recent = await self._turn(await self._latest(inquiry), inquiry.guild_id)
        if replied_to is None and recent is None and inquiry.thread:
            # A thread has the id of the message that it was opened from.
            replied_to = await self._turn(await self.recall(inquiry.channel_id), inquiry.guild_id)
        return context(inquiry.when, replied_to=replied_to, recent=recent)

    async def _latest(self, inquiry: Inquiry) -> Conversation | None:
        try:
            who = None if inquiry.thread else inquiry.user_id
            return await self._store.conversations.latest(inquiry.channel_id, who)
        except StoreError as error:
            log.warning("Could not look up the conversation: %s", error)
            return None

    async def _chosen(self, question_id: str, guild_id: int | None) -> Question | None:
        if number_of(question_id) is None:
            return self._by_id.get(question_id)
        return (await self._own.of(guild_id)).questions.get(question_id)

    async def _turn(self, noted: Conversation | None, guild_id: int | None) -> Turn | None:
        if noted is None:
            return None
        try:
            shown = await self._chosen(noted.question_id or "", guild_id)
        except StoreError as error:
            log.warning("Could not look up what was answered before: %s", error)
            shown = None
        # The corpus question says in full what "and in eval mode?" had left out.
        return Turn(shown.question if shown else noted.asked, noted.when)
