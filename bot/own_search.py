"""Searching servers' own questions: embeddings that are made once and kept, and what stands beside the corpus where."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.errors import StoreError
from bot.own_questions import OwnQuestions, as_question
from bot.store import Store
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
"""How long an answer waits until a server's questions can be searched; then it goes on with what there is."""
MOST_VECTORS = 150_000
"""Embeddings of all servers together that are kept in memory: some 230 MB of those that are packaged."""
AT_ONCE = 16
"""Questions whose embeddings are kept together, so that little is lost when the bot stops meanwhile."""
CORPUS = "my own collection"


@dataclass(frozen=True, slots=True)
class _Built:
    """What is searched beside the corpus at one revision of a server's decks."""

    revision: str
    supplement: Supplement | None

    @property
    def size(self) -> int:
        return len(self.supplement.index.rows.owners) if self.supplement else 0


class OwnSearch:
    """Makes servers' questions ready to be searched, in the background and once for each change."""

    def __init__(self, tutor: Tutor, store: Store, own: OwnQuestions, *, most: int = MOST_VECTORS) -> None:
        self._most = most
        self._tutor = tutor
        self._store = store
        self._own = own
        self._built: OrderedDict[int, _Built] = OrderedDict()
        self._building: dict[int, asyncio.Task[None]] = {}

    async def beside(self, guild_id: int | None) -> Supplement | None:
        """What to search beside the corpus in a server. Never raises; costs nothing where there are no decks."""
        if guild_id is None or await self._own.lately(guild_id) is None:
            return None
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE_S
        while (built := self._built.get(guild_id)) is None or built.revision != self._own.revision(guild_id):
            left = end - loop.time()
            building = self.prepare(guild_id)
            if left <= 0 or not (await asyncio.wait({building}, timeout=left))[0]:
                break
            if building.cancelled() or building.exception():
                break
        built = self._built.get(guild_id)
        return built.supplement if built else None

    def prepare(self, guild_id: int) -> asyncio.Task[None]:
        """Make a server's questions ready, unless that is under way."""
        building = self._building.get(guild_id)
        if building is None:
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
        known, phrasings = await self._phrasings(guild_id)
        numbers = np.arange(len(placed))
        in_corpus = await self._tutor.closest(vectors)
        in_decks, deck_cosines = await asyncio.to_thread(closest, vectors, phrasings)
        earlier, earlier_cosines = await asyncio.to_thread(closest, vectors, Phrasings(vectors, numbers), numbers)
        found = []
        for number, one in enumerate(placed):
            question, cosine = in_corpus[number]
            choices = [(cosine, question.question, CORPUS)]
            if in_decks[number] >= 0:
                other, deck = known[in_decks[number]]
                choices.append((float(deck_cosines[number]), other, f"deck “{deck}”"))
            if earlier[number] >= 0:
                before = placed[earlier[number]]
                choices.append((float(earlier_cosines[number]), before.draft.question, before.place))
            likeness, other, origin = max(choices)
            if likeness >= ALIKE:
                found.append(Alike(one.place, one.draft.question, other, origin, min(1.0, round(likeness, 4))))
        return tuple(found)

    async def aclose(self) -> None:
        """Stop what is being prepared; what is done of it is kept."""
        tasks = [*self._building.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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

    def _finished(self, guild_id: int, task: asyncio.Task[None]) -> None:
        self._building.pop(guild_id, None)
        if not task.cancelled() and (error := task.exception()):
            log.warning("The decks of server %s are not searched: %s", guild_id, error, exc_info=error)

    async def _vectors(self, guild_id: int, questions: Sequence[Question]) -> Vectors:
        """The embeddings of all texts of some questions; those that are not kept yet are made and kept."""
        found = self._kept(questions, await self._store.decks.vectors(guild_id))
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
        return np.concatenate([found[question.id] for question in questions])

    async def _phrasings(self, guild_id: int) -> tuple[list[tuple[str, str]], Phrasings]:
        """How the questions of a server's decks, enabled or not, can be asked; each question with its deck."""
        rows = await self._store.decks.questions(guild_id)
        kept = await self._store.decks.vectors(guild_id)
        both = [(question, row.deck) for row in rows if (question := as_question(row))]
        found = await asyncio.to_thread(self._kept, [question for question, _ in both], kept)
        missing = [question.question for question, _ in both if question.id not in found]
        made = iter(await self._tutor.embed(missing))
        parts = [
            found[question.id][: 1 + len(question.asks)] if question.id in found else next(made)[None]
            for question, _ in both
        ]
        owners = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        vectors = np.concatenate(parts) if parts else np.zeros((0, 1), dtype=np.float32)
        return [(question.question, deck) for question, deck in both], Phrasings(vectors, owners)

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
