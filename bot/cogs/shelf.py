"""One person's questions: their cards together with the questions that these are about, as far as those still exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cogs.membership import Membership
from bot.library import Library
from bot.store import Held, Store
from bot.study.exercise import Exercise
from bot.study.hits import key_of
from bot.study.memory import Card
from bot.study.review_session import Step, exercise_for
from knowledge.questions import Question


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A question, somebody's card of it (None before their first review), and the form in which they last met it."""

    question: Question
    card: Card | None
    last_form: str
    pool: Mapping[str, Question]

    @property
    def reviews(self) -> int:
        """How often the person has reviewed it."""
        return self.card.reviews if self.card else 0

    @property
    def exercise(self) -> Exercise:
        """The form in which it comes up next."""
        return exercise_for(self.question, self.card, self.last_form, self.pool)

    def step(self, session: int, new: int = 0) -> Step:
        """The step at which it comes up in a session."""
        return Step.of(self.exercise, self.card, session, new)

    def is_at(self, step: Step) -> bool:
        """Whether the question and the person are still where they were when the step's buttons were made."""
        return self.step(step.session, step.new) == step


class Shelf:
    """Finds questions for people: those of a server where that is known, and those they met anywhere."""

    def __init__(self, store: Store, library: Library, membership: Membership) -> None:
        self._store = store
        self._library = library
        self._membership = membership

    async def pool(self, guild_id: int | None) -> dict[str, Question]:
        """Every question that can be put to somebody there."""
        return await self._library.pool(guild_id)

    async def due(self, guild_id: int | None, user_id: int, now: datetime) -> list[Reviewed]:
        """What somebody should review now, in its order."""
        return await self._with_questions(guild_id, user_id, await self._store.queue.due(user_id, now))

    async def all_of(self, guild_id: int | None, user_id: int) -> list[Reviewed]:
        """Everything that somebody has a card of."""
        return await self._with_questions(guild_id, user_id, await self._store.reviews.cards(user_id))

    async def find(self, guild_id: int | None, user_id: int, key: str) -> Reviewed | None:
        """The question that a button stands for; None when there is none any more."""
        held = [each for each in await self._store.reviews.cards(user_id) if key_of(each.question_id) == key]
        if found := await self._with_questions(guild_id, user_id, held):
            return found[0]
        pool = await self.pool(guild_id)
        question = next((each for each in pool.values() if key_of(each.id) == key), None)
        return None if question is None else Reviewed(question, None, "", pool)

    async def _with_questions(self, guild_id: int | None, user_id: int, held: Iterable[Held]) -> list[Reviewed]:
        pool = await self.pool(guild_id)
        found = []
        for each in held:
            question = pool.get(each.question_id) or await self._from_elsewhere(each.question_id, user_id)
            if question is not None:
                found.append(Reviewed(question, each.card, each.last_form, pool))
        return found

    async def _from_elsewhere(self, question_id: str, user_id: int) -> Question | None:
        """A question of another server's deck, which its members keep wherever they review, and nobody else."""
        server = await self._library.server_of(question_id)
        if server is None or not await self._membership.has(server, user_id):
            return None
        return await self._library.find(question_id)
