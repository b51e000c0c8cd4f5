"""Tutors that fail, dawdle or count, over the corpus of a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from knowledge.encoder import Vectors
from knowledge.grading import Graded, Rubric
from knowledge.questions import Corpus, Question
from knowledge.search import Found
from knowledge.supplement import Supplement
from knowledge.tutor import Tutor


class OtherTutor(Tutor):
    """The real tutor with other questions, as after an update of the corpus. Cannot be asked."""

    def __init__(self, real: Tutor, questions: Iterable[Question]) -> None:
        self._real = real
        self.corpus = Corpus(tuple(questions), ())
        self.notices = real.notices

    async def grade(self, rubric: Rubric, answer: str) -> Graded:
        return await self._real.grade(rubric, answer)


class TroubledTutor(Tutor):
    """Raises `error`, or answers only after `delay_s` seconds; everything else is the real tutor's."""

    def __init__(self, real: Tutor, *, error: Exception | None = None, delay_s: float = 0.0) -> None:
        self._real = real
        self._error = error
        self._delay_s = delay_s
        self.corpus = real.corpus
        self.notices = real.notices

    async def ask(self, query: str, context: Sequence[str] = (), beside: Supplement | None = None) -> Found:
        await asyncio.sleep(self._delay_s)
        if self._error is not None:
            raise self._error
        return await self._real.ask(query, context, beside)

    async def grade(self, rubric: Rubric, answer: str) -> Graded:
        return await self._real.grade(rubric, answer)

    def complete(self, typed: str, limit: int = 25) -> list[Question]:
        if self._error is not None:
            raise self._error
        return self._real.complete(typed, limit)


class CountingTutor(Tutor):
    """The real tutor, which notes the texts that it embeds."""

    def __init__(self, real: Tutor) -> None:
        self._real = real
        self.corpus = real.corpus
        self.notices = real.notices
        self.embedded: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self._real.fingerprint

    async def ask(self, query: str, context: Sequence[str] = (), beside: Supplement | None = None) -> Found:
        return await self._real.ask(query, context, beside)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return await self._real.embed(texts)

    async def supplement(self, questions: Sequence[Question], vectors: Vectors) -> Supplement:
        return await self._real.supplement(questions, vectors)

    async def closest(self, vectors: Vectors) -> list[tuple[Question, float]]:
        return await self._real.closest(vectors)


class HeldTutor(CountingTutor):
    """Embeds only while it may `go`; until then, whoever wants that waits. `wanted` has the texts of each time."""

    def __init__(self, real: Tutor) -> None:
        super().__init__(real)
        self.go = asyncio.Event()
        self.go.set()
        self.wanted: asyncio.Queue[Sequence[str]] = asyncio.Queue()

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.wanted.put_nowait(texts)
        await self.go.wait()
        return await super().embed(texts)


class DawdlingTutor(CountingTutor):
    """Embeds only after `delay_s` seconds."""

    def __init__(self, real: Tutor, delay_s: float) -> None:
        super().__init__(real)
        self._delay_s = delay_s

    async def embed(self, texts: Sequence[str]) -> Vectors:
        await asyncio.sleep(self._delay_s)
        return await super().embed(texts)
