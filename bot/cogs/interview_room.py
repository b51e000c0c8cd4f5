"""What interviews ask, from packs and the library, and what is known about who has met it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.library import Library
from bot.store import Store
from bot.study.interview.material import Material, material_of, pack_of
from bot.study.interview.script import choose
from bot.study.interview.state import Interview, Options, Part, Round, Script
from knowledge.interviews import Pack, Rubric
from knowledge.questions import Question
from knowledge.tutor import Tutor

LATELY = timedelta(days=30)
"""What somebody met within that time is not asked."""


class InterviewRoom:
    """Chooses what a round asks, and finds what belongs to each part of it."""

    def __init__(self, tutor: Tutor, library: Library, store: Store) -> None:
        self._tutor = tutor
        self._library = library
        self._store = store
        self._corpus = tutor.corpus.by_id()

    async def choose(
        self,
        options: Options,
        guild_id: int | None,
        user_ids: Sequence[int],
        used: Collection[str],
        seed: int,
        now: datetime,
    ) -> Script:
        """A script without what these people met lately or what was `used` already. Raises StoreError."""
        since = now - LATELY
        avoid = {*used}
        avoid |= await self._store.reviews.recent(user_ids, since)
        avoid |= await self._store.interviews.seen(user_ids, since)
        pool = await self._library.pool(guild_id)
        return choose(options, await self._tutor.interviews(), pool, avoid, seed)

    async def material(self, part: Part, pack_id: str) -> Material:
        """What belongs to a part."""
        interviews = await self._tutor.interviews()
        questions = self._corpus
        if part.stage == "question" and part.ref not in questions:
            found = await self._library.find(part.ref)
            questions = {**questions, **({found.id: found} if found else {})}
        return material_of(part, pack_of(interviews, pack_id), interviews, questions)

    async def current(self, interview: Interview) -> Material | None:
        """What belongs to the part that is on."""
        part, round = interview.current, interview.round
        if part is None or round is None or round.script is None:
            return None
        return await self.material(part, round.script.pack)

    async def materials(self, round: Round) -> list[Material]:
        """What belongs to each part of a round."""
        pack = round.script.pack if round.script else ""
        return [await self.material(part, pack) for part in round.parts]

    async def pack(self, round: Round) -> Pack | None:
        """The pack that a round asks from."""
        return pack_of(await self._tutor.interviews(), round.script.pack) if round.script else None

    async def rubric(self) -> Rubric:
        """What rounds are scored with."""
        return (await self._tutor.interviews()).rubric

    async def question(self, question_id: str) -> Question | None:
        """A question by its id."""
        return self._corpus.get(question_id) or await self._library.find(question_id)
