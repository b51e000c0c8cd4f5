"""Every question that the tutor may put to people: the corpus, and in a server its own enabled decks as well."""

from __future__ import annotations

from collections.abc import Iterable

from bot.own_questions import OwnQuestions
from knowledge.questions import Corpus, Question


class Library:
    """Where quizzes, reviews and interviews get their questions from, whoever wrote them."""

    def __init__(self, corpus: Corpus, own: OwnQuestions) -> None:
        self._corpus = corpus.by_id()
        self._own = own

    async def pool(self, guild_id: int | None) -> dict[str, Question]:
        """All questions for a server by id, corpus first; the corpus alone outside of servers.

        The mapping is the caller's own. Raises StoreError when the database fails.
        """
        return {**self._corpus, **(await self._own.of(guild_id)).questions}

    async def titles(self, question_ids: Iterable[str]) -> dict[str, str]:
        """What the questions of these ids ask; the id itself for those that are gone."""
        found = {question_id: await self.find(question_id) for question_id in set(question_ids)}
        return {question_id: question.question if question else question_id for question_id, question in found.items()}

    async def server_of(self, question_id: str) -> int | None:
        """The server whose own question that is; None for one of the corpus or of no deck. Raises StoreError."""
        return None if question_id in self._corpus else await self._own.server_of(question_id)

    async def find(self, question_id: str) -> Question | None:
        """The question of that id, of whatever server; None when there is none any more.

        Raises StoreError when the database fails.
        """
        return self._corpus.get(question_id) or await self._own.find(question_id)
