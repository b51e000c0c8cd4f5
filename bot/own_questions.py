"""The questions of servers' own decks in memory, as new as the database says."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import StoreError
from bot.store import DeckQuestion, Store
from bot.study.decks import number_of, question_id
from bot.study.hits import key_of
from knowledge.completion import Completion
from knowledge.deck_formats.draft import Draft
from knowledge.questions import Question

log = logging.getLogger(__name__)

FRESH_S = 5.0
"""How long this process goes by what it knows before it looks whether another one has changed a deck."""
SOON_S = 1.0
"""How long an answer waits to hear whether a server has decks at all, when nothing is known yet."""
MOST_HELD = 50_000
"""Questions of all servers together that are kept in memory; those of the last used servers are."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The questions of a server's enabled decks."""

    revision: str
    questions: Mapping[str, Question] = field(default_factory=dict)
    """By their ids, in the order in which they came."""
    by_key: Mapping[str, Question] = field(default_factory=dict)
    """By what stands for them in buttons."""
    decks: Mapping[str, str] = field(default_factory=dict)
    """The name of each question's deck, by the question's id."""
    completion: Completion = field(default_factory=lambda: Completion(()))


NONE = Collection("")


class OwnQuestions:
    """Finds questions of decks, and reads a server's anew only when something in them has changed."""

    def __init__(self, store: Store, *, fresh_s: float = FRESH_S, most: int = MOST_HELD) -> None:
        self._store = store
        self._fresh_s = fresh_s
        self._most = most
        self._revisions: dict[int, str] = {}
        self._read_at = self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._changes = 0
        self._held: OrderedDict[int, Collection] = OrderedDict()
        self._loading: dict[tuple[int, str], asyncio.Task[Collection]] = {}
        self._servers: dict[int, int] = {}
        store.decks.after_change.append(self.changed)

    def changed(self) -> None:
        """Something was changed in this process, so that what is known of revisions is old."""
        self._changes += 1
        self._read_at = self._tried_at = float("-inf")

    async def of(self, guild_id: int | None) -> Collection:
        """A server's questions; none outside of servers. Raises StoreError."""
        if guild_id is None:
            return NONE
        if time.monotonic() - self._read_at > self._fresh_s:
            await asyncio.shield(self._look())
        revision = self._revisions.get(guild_id)
        return NONE if revision is None else await self._of(guild_id, revision)

    async def find(self, wanted: str) -> Question | None:
        """The question of that id, in whatever server; None when it is in no enabled deck. Raises StoreError."""
        server = await self.server_of(wanted)
        return None if server is None else (await self.of(server)).questions.get(wanted)

    async def server_of(self, wanted: str) -> int | None:
        """The server that the question of that id belongs to; None when it is in no deck. Raises StoreError."""
        number = number_of(wanted)
        if number is None:
            return None
        if number not in self._servers:
            server = await self._store.decks.server_of(number)
            if server is None:
                return None
            # A question never moves to another server.
            self._servers[number] = server
        return self._servers[number]

    def at_hand(self, guild_id: int | None) -> Collection:
        """As much of a server's questions as is in memory, for what cannot wait."""
        return NONE if guild_id is None else self._held.get(guild_id, NONE)

    def revision(self, guild_id: int) -> str | None:
        """What was last known to change with a server's decks; None for a server that never had any."""
        return self._revisions.get(guild_id)

    async def lately(self, guild_id: int) -> str | None:
        """The revision of a server's decks, as far as it is known without waiting; never raises.

        Looks whether it is still that one, for the next time. Only while nothing is known, or something was changed
        here, it waits for that, a moment.
        """
        if time.monotonic() - self._tried_at > self._fresh_s:
            nothing_known = self._read_at == float("-inf")
            looking = self._look()
            if nothing_known:
                await asyncio.wait({looking}, timeout=SOON_S)
        return self._revisions.get(guild_id)

    def close(self) -> None:
        """Stop listening for changes, and give up what is being read."""
        if self.changed in self._store.decks.after_change:
            self._store.decks.after_change.remove(self.changed)
        for task in (*self._loading.values(), *((self._reading,) if self._reading else ())):
            task.cancel()

    def _look(self) -> asyncio.Task[None]:
        """Read the revisions, once for everybody who wants to know them now."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="deck-revisions")
            self._reading.add_done_callback(_heard)
        return self._reading

    async def _read(self) -> None:
        before = None
        while before != self._changes:
            # What is changed while this reads may be missing in it.
            before = self._changes
            self._tried_at = time.monotonic()
            self._revisions = await self._store.decks.revisions()
        self._read_at = time.monotonic()

    async def _of(self, guild_id: int, revision: str) -> Collection:
        held = self._held.get(guild_id)
        if held is not None and held.revision == revision:
            self._held.move_to_end(guild_id)
            return held
        key = (guild_id, revision)
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.create_task(self._load(guild_id, revision), name="deck-questions")
            loading.add_done_callback(lambda _: self._loading.pop(key, None))
            loading.add_done_callback(_heard)
        # Whoever gives up waiting must not take it from the others.
        return await asyncio.shield(loading)

    async def _load(self, guild_id: int, revision: str) -> Collection:
        rows = await self._store.decks.questions(guild_id, enabled_only=True)
        collection = await asyncio.to_thread(_collected, revision, rows)
        self._servers.update((row.number, guild_id) for row in rows)
        self._held[guild_id] = collection
        self._held.move_to_end(guild_id)
        while len(self._held) > 1 and sum(len(each.questions) for each in self._held.values()) > self._most:
            self._held.popitem(last=False)
        return collection


def draft_of(row: DeckQuestion) -> Draft | None:
    """A kept draft; None when it was kept by other rules than those of now."""
    try:
        return Draft.from_json(row.draft)
    except ValueError as error:
        log.warning("Question %s of deck %s cannot be used any more: %s", row.number, row.deck_id, error)
        return None


def as_question(row: DeckQuestion) -> Question | None:
    """A kept draft as the question that everything else takes; None as for `draft_of`."""
    draft = draft_of(row)
    return None if draft is None else draft.as_question(question_id(row.number), row.deck)


def _collected(revision: str, rows: Sequence[DeckQuestion]) -> Collection:
    decks: dict[str, str] = {}
    questions: dict[str, Question] = {}
    for row in rows:
        if question := as_question(row):
            questions[question.id] = question
            decks[question.id] = row.deck
    by_key = {key_of(each): question for each, question in questions.items()}
    return Collection(revision, questions, by_key, decks, Completion([*questions.values()]))


def _heard(task: asyncio.Task[None] | asyncio.Task[Collection]) -> None:
    """Whoever waits is told; where nobody does any more, an error is for the log."""
    if not task.cancelled() and isinstance(error := task.exception(), StoreError):
        log.warning("Servers' decks could not be looked up: %s", error)
