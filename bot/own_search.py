"""Searching servers' own questions: embeddings that are made once and kept, and what stands beside the corpus where."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.errors import StoreError
from bot.own_questions import Collection, OwnQuestions, as_question
from bot.store import DeckQuestion, Store
from bot.study.decks import Alike, number_of
from knowledge.deck_formats.parsed import Placed
from knowledge.encoder import Vectors
from knowledge.index import texts_of
from knowledge.likeness import ALIKE, Phrasings, closest
from knowledge.questions import Question
from knowledge.supplement import Supplement
from knowledge.tutor import Tutor

log = logging.getLogger(__name__)

PATIENCE_S = 8.0
"""How long an answer waits until a server's questions can be searched at all; then it goes on without them."""
SOON_S = 1.0
"""How long it waits for what was changed in them, when they can be searched as they were before."""
LEFT_S = 3.0
"""How long it then waits to hear which of them are left."""
MOST_VECTORS = 150_000
"""Embeddings of all servers together that are kept in memory: some 230 MB of those that are packaged."""
MOST_PHRASINGS = 30_000
"""Phrasings of all servers' questions together that are kept in memory to compare others with: some 50 MB."""
AT_ONCE = 16
"""Questions whose embeddings are kept together, so that little is lost when the bot stops meanwhile."""
CORPUS = "my own collection"
NO_PHRASINGS = Phrasings(np.zeros((0, 1), dtype=np.float32), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Built:
    """What is searched beside the corpus at one revision of a server's decks."""

    revision: str
    supplement: Supplement | None
    later: str = ""
    """A later revision, of which it is known what is `left` then."""
    left: Supplement | None = None

    @property
    def size(self) -> int:
        return len(self.supplement.index.rows.owners) if self.supplement else 0


@dataclass(frozen=True, slots=True)
class _Known:
    """The questions of a server's decks, enabled or not, at one revision, to compare others with."""

    revision: str
    asked: Sequence[tuple[Question, str]] = ()
    """Each question with the name of its deck."""
    phrasings: Phrasings = NO_PHRASINGS

    @property
    def size(self) -> int:
        return len(self.phrasings.owners)

    def by_id(self) -> dict[str, tuple[Question, Vectors]]:
        """Each question with the embeddings of its phrasings."""
        parts = np.split(self.phrasings.vectors, np.flatnonzero(np.diff(self.phrasings.owners)) + 1)
        return {question.id: (question, part) for (question, _), part in zip(self.asked, parts, strict=False)}


class OwnSearch:
    """Makes servers' questions ready to be searched, in the background and once for each change."""

    def __init__(self, tutor: Tutor, store: Store, own: OwnQuestions, *, most: int = MOST_VECTORS) -> None:
        self._most = most
        self._tutor = tutor
        self._store = store
        self._own = own
        self._built: OrderedDict[int, _Built] = OrderedDict()
        self._building: dict[int, asyncio.Task[None]] = {}
        self._known: OrderedDict[int, _Known] = OrderedDict()

    async def beside(self, guild_id: int | None) -> Supplement | None:
        """What to search beside the corpus in a server. Never raises; costs nothing where there are no decks."""
        if guild_id is None or await self._own.lately(guild_id) is None:
            return None
        loop = asyncio.get_running_loop()
        end = loop.time() + (SOON_S if guild_id in self._built else PATIENCE_S)
        while (built := self._built.get(guild_id)) is None or built.revision != self._own.revision(guild_id):
            left = end - loop.time()
            building = self.prepare(guild_id)
            if left <= 0 or not (await asyncio.wait({building}, timeout=left))[0]:
                break
            if building.cancelled() or building.exception():
                break
        built = self._built.get(guild_id)
        return await self._left(guild_id, built) if built else None

    def prepare(self, guild_id: int) -> asyncio.Task[None]:
        """Make a server's questions ready, unless that is under way."""
        building = self._building.get(guild_id)
        if building is None or building.done():
            building = asyncio.create_task(self._build(guild_id), name="deck-search")
            self._building[guild_id] = building
            building.add_done_callback(lambda task: self._finished(guild_id, task))
        return building

    async def alike(self, guild_id: int, placed: Sequence[Placed]) -> tuple[Alike, ...]:
        """Which of these ask nearly what I know, what a deck of the server has, or what stands earlier among them.

        Each is named once, with what it is most like. Raises StoreError.
        """
        if not placed:
            return ()
        vectors = await self._tutor.embed([one.draft.question for one in placed])
        known = await self._compared(guild_id)
        numbers = np.arange(len(placed))
        in_corpus = await self._tutor.closest(vectors)
        in_decks, deck_cosines = await asyncio.to_thread(closest, vectors, known.phrasings)
        earlier, earlier_cosines = await asyncio.to_thread(closest, vectors, Phrasings(vectors, numbers), numbers)
        found = []
        for number, one in enumerate(placed):
            question, cosine = in_corpus[number]
            choices = [(cosine, question.question, CORPUS)]
            if in_decks[number] >= 0:
                theirs, deck = known.asked[in_decks[number]]
                choices.append((float(deck_cosines[number]), theirs.question, f"deck “{deck}”"))
            if earlier[number] >= 0:
                before = placed[earlier[number]]
                choices.append((float(earlier_cosines[number]), before.draft.question, before.place))
            likeness, other, origin = max(choices)
            if likeness >= ALIKE:
                found.append(Alike(one.place, one.draft.question, other, origin, min(1.0, round(likeness, 4))))
        return tuple(found)

    async def aclose(self) -> None:
        """Stop what is being prepared; what is done of it is kept."""
        while tasks := [*self._building.values()]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _left(self, guild_id: int, built: _Built) -> Supplement | None:
        """What was built, without what a server does not have like that any more."""
        if built.supplement is None or built.revision == self._own.revision(guild_id):
            return built.supplement
        try:
            async with asyncio.timeout(LEFT_S):
                collection = await self._own.of(guild_id)
        except (StoreError, TimeoutError) as error:
            # Rather no answer from the decks than one that was deleted.
            log.warning("The decks of server %s are not searched, as nobody says what is left: %s", guild_id, error)
            return None
        if built.later == collection.revision:
            return built.left
        there = collection.questions
        left = await asyncio.to_thread(built.supplement.left, lambda each: there.get(each.id) == each)
        if self._built.get(guild_id) is built:
            self._built[guild_id] = replace(built, later=collection.revision, left=left)
        return left

    async def _build(self, guild_id: int) -> None:
        collection = await self._own.of(guild_id)
        questions = [*collection.questions.values()]
        supplement = None
        if questions:
            vectors = await self._vectors(guild_id, questions)
            supplement = await self._tutor.supplement(questions, vectors)
        self._built[guild_id] = _Built(collection.revision, supplement)
        self._built.move_to_end(guild_id)
        while len(self._built) > 1 and sum(each.size for each in self._built.values()) > self._most:
            self._built.popitem(last=False)
        # What was changed meanwhile here may not have been looked at yet.
        await self._own.lately(guild_id)

    def _finished(self, guild_id: int, task: asyncio.Task[None]) -> None:
        if self._building.get(guild_id) is task:
            del self._building[guild_id]
        if task.cancelled():
            return
        if error := task.exception():
            log.warning("The decks of server %s are not searched: %s", guild_id, error, exc_info=error)
        elif (built := self._built.get(guild_id)) and built.revision != (self._own.revision(guild_id) or ""):
            self.prepare(guild_id)

    async def _vectors(self, guild_id: int, questions: Sequence[Question]) -> Vectors:
        """The embeddings of all texts of some questions; those that are not kept yet are made and kept."""
        found = await asyncio.to_thread(self._kept, questions, await self._store.decks.vectors(guild_id))
        missing = [question for question in questions if question.id not in found]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            texts = [_texts(question) for question in some]
            made = await self._tutor.embed([text for each in texts for text in each])
            parts = np.split(made, np.cumsum([len(each) for each in texts])[:-1])
            found |= {question.id: part for question, part in zip(some, parts, strict=True)}
            try:
                await self._store.decks.keep_vectors(
                    {
                        number_of(question.id) or 0: (self._made_from(question), part.astype(np.float16).tobytes())
                        for question, part in zip(some, parts, strict=True)
                    }
                )
            except StoreError as error:
                log.warning("Embeddings will have to be made again: %s", error)
        return await asyncio.to_thread(lambda: np.concatenate([found[question.id] for question in questions]))

    async def _compared(self, guild_id: int) -> _Known:
        """The questions of a server's decks as they are now, read and embedded only as far as they have changed."""
        collection = await self._own.of(guild_id)
        before = self._known.get(guild_id, _Known(""))
        if before.revision == collection.revision:
            if before.size:
                self._known.move_to_end(guild_id)
            return before
        off = [deck.id for deck in await self._store.decks.all(guild_id) if not deck.enabled]
        rows = [row for deck in off for row in await self._store.decks.questions(guild_id, deck_id=deck)]
        known = await self._embedded(guild_id, collection, rows, before)
        self._known[guild_id] = known
        self._known.move_to_end(guild_id)
        while len(self._known) > 1 and sum(each.size for each in self._known.values()) > MOST_PHRASINGS:
            self._known.popitem(last=False)
        return known

    async def _embedded(
        self, guild_id: int, collection: Collection, off: Sequence[DeckQuestion], before: _Known
    ) -> _Known:
        def sorted_out() -> tuple[list[tuple[Question, str]], dict[str, Vectors], list[Question]]:
            asked = [(question, collection.decks[question.id]) for question in collection.questions.values()]
            asked += [(question, row.deck) for row in off if (question := as_question(row))]
            had = before.by_id()
            same = {each.id: had[each.id][1] for each, _ in asked if each.id in had and had[each.id][0] == each}
            return asked, same, [each for each, _ in asked if each.id not in same]

        def put_together() -> Phrasings:
            parts = [found[question.id] for question, _ in asked]
            return Phrasings(np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts]))

        asked, found, fresh = await asyncio.to_thread(sorted_out)
        if fresh:
            kept = await asyncio.to_thread(self._kept, fresh, await self._store.decks.vectors(guild_id))
            found |= {each.id: kept[each.id][: 1 + len(each.asks)] for each in fresh if each.id in kept}
            made = [each for each in fresh if each.id not in found]
            vectors = await self._tutor.embed([text for each in made for text in (each.question, *each.asks)])
            parts = np.split(vectors, np.cumsum([1 + len(each.asks) for each in made])[:-1])
            found |= {each.id: part for each, part in zip(made, parts, strict=False)}
        return _Known(collection.revision, asked, await asyncio.to_thread(put_together) if asked else NO_PHRASINGS)

    def _kept(self, questions: Sequence[Question], kept: Mapping[int, tuple[str, bytes]]) -> dict[str, Vectors]:
        """The embeddings that were kept of questions, as far as they were made from what these say now."""
        found = {}
        for question in questions:
            made_from, packed = kept.get(number_of(question.id) or 0, ("", b""))
            if made_from == self._made_from(question):
                vectors = np.frombuffer(packed, dtype=np.float16).astype(np.float32)
                found[question.id] = vectors.reshape(len(_texts(question)), -1)
        return found

    def _made_from(self, question: Question) -> str:
        said = "\0".join((self._tutor.fingerprint, *_texts(question)))
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _texts(question: Question) -> list[str]:
    return [text for _, text in texts_of(question)]
