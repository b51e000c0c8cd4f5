"""The tutor: the whole knowledge room behind one door."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np

from knowledge.completion import Completion
from knowledge.conversation import with_context
from knowledge.encoder import TokenEncoder, Vectors, choose_device, find_model, language_words, open_encoder
from knowledge.grading import Graded, Grader, Rubric
from knowledge.grading_model import GradingModel
from knowledge.index import open_or_build
from knowledge.interviews import Interviews, load_interviews
from knowledge.likeness import closest
from knowledge.questions import CORPUS_DIR, Corpus, Question
from knowledge.ranking import Judge, Ranking
from knowledge.search import Found, Searcher
from knowledge.supplement import Supplement

_Waiting = tuple[str, Supplement | None, asyncio.Future[Found]]

LARGEST_BATCH = 64
READ = 1_200
"""Bytes of a text that an embedding sees, about; a longer one takes no more time."""
EMBEDDED_AT_ONCE = 3_000
"""Bytes that are embedded before whoever asks has a turn: less than a tenth of a second on two cores."""


class Tutor:
    """Answers questions from the corpus.

    Searching happens in one thread of its own, so that the event loop never waits for it; questions that arrive
    while it works are encoded together next.
    """

    def __init__(self, searcher: Searcher, encoder: TokenEncoder, notices: Sequence[str] = ()) -> None:
        """`encoder` is the searcher's own."""
        self.corpus: Corpus = searcher.index.corpus
        self.notices: tuple[str, ...] = tuple(notices)
        self._searcher = searcher
        self._encoder = encoder
        self._grader: Grader | None = None
        self._grading = Lock()
        self._interviews: Interviews | None = None
        self._reading = Lock()
        self._completion = Completion(self.corpus.questions)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search")
        self._gate = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    @classmethod
    def open(
        cls, *, data_dir: Path, model: str | None = None, device: str = "auto", corpus_dir: Path = CORPUS_DIR
    ) -> Tutor:
        """Load model and index, building what is missing. Blocking: seconds at first, then under one.

        Raises:
            ModelError: the embedding model or the device cannot be had.
            OSError: the corpus or the data folder cannot be read.
        """
        found = find_model(model)
        encoder = open_encoder(found, choose_device(device), data_dir / "models")
        index, notices = open_or_build(corpus_dir, data_dir / "index", encoder)
        return cls(Searcher(index, encoder, Ranking.load(), language_words(), Judge.load()), encoder, notices)

    async def ask(self, query: str, context: Sequence[str] = (), beside: Supplement | None = None) -> Found:
        """Search for an answer, in the corpus and in what stands `beside` it.

        `context` holds earlier questions of the conversation, oldest first.
        """
        answered: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((with_context(query, context), beside, answered))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work_off())
        return await answered

    def ask_now(self, query: str) -> Found:
        """Search in this thread: for the command line and for benchmarks."""
        return self._searcher.search([query])[0]

    def complete(self, typed: str, limit: int = 25) -> list[Question]:
        """Questions that the typed beginning could become, best first; for autocomplete."""
        return self._completion.complete(typed, limit)

    async def grade(self, rubric: Rubric, answer: str) -> Graded:
        """Grade an answer in free text, outside of the event loop."""
        return await asyncio.to_thread(self._grade, rubric, answer)

    async def interviews(self) -> Interviews:
        """What mock interviews are made of, read once, outside of the event loop."""
        return await asyncio.to_thread(self._read_interviews)

    def _read_interviews(self) -> Interviews:
        with self._reading:
            if self._interviews is None:
                self._interviews = load_interviews(self.corpus)
            return self._interviews

    def _grade(self, rubric: Rubric, answer: str) -> Graded:
        # Made at the first answer: who only asks does not wait for it. One at a time: a grade uses every core.
        with self._grading:
            if self._grader is None:
                self._grader = Grader(self.corpus, self._encoder, GradingModel.load())
            return self._grader.grade(rubric, answer)

    @property
    def fingerprint(self) -> str:
        """Names the embedding model: vectors of one fingerprint may be compared."""
        return self._searcher.encoder.fingerprint

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts, shape (texts, dimensions).

        Whoever asks meanwhile waits for one batch at most, however many texts there are and however many embed some.
        """
        loop = asyncio.get_running_loop()
        order = batches(texts) or [[]]
        made = [
            await loop.run_in_executor(self._gate, self._embed, [texts[place] for place in places]) for places in order
        ]
        vectors = np.concatenate(made)
        return vectors[np.argsort([place for places in order for place in places])]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        # From the gate's one thread, so that never more than one batch stands before a question.
        return self._thread.submit(self._searcher.encoder.encode, texts).result()

    async def supplement(self, questions: Sequence[Question], vectors: Vectors) -> Supplement:
        """Make further questions ready to be asked for; `vectors` are of their texts, as `index.texts_of` has them."""
        return await asyncio.to_thread(self._searcher.supplement, questions, vectors)

    async def closest(self, vectors: Vectors) -> list[tuple[Question, float]]:
        """For the embedding of each question the one of the corpus with the closest phrasing, and the cosine."""
        owners, cosines = await asyncio.to_thread(lambda: closest(vectors, self._searcher.phrasings))
        questions = self.corpus.questions
        return [(questions[owner], float(cosine)) for owner, cosine in zip(owners, cosines, strict=True)]

    async def aclose(self) -> None:
        """Finish what is being searched and end the thread."""
        if self._worker is not None:
            await asyncio.wait([self._worker])
        self._gate.shutdown(cancel_futures=True)
        self._thread.shutdown()

    async def _work_off(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            # Whoever has gone meanwhile, tired of waiting, must not make the others wait longer.
            waiting = [each for each in self._waiting if not each[2].done()]
            batch, self._waiting = waiting[:LARGEST_BATCH], waiting[LARGEST_BATCH:]
            try:
                await loop.run_in_executor(self._thread, partial(self._answer, batch, loop))
            except Exception as error:
                for _, _, answered in batch:
                    if not answered.done():
                        answered.set_exception(error)

    def _answer(self, batch: Sequence[_Waiting], loop: asyncio.AbstractEventLoop) -> None:
        """Search, and hand over answers as they are found: cards are drawn while the next ones are embedded."""
        queries, extras = [query for query, _, _ in batch], [extra for _, extra, _ in batch]
        for found in self._searcher.parts(queries, beside=extras):
            loop.call_soon_threadsafe(_settle, [(batch[row][2], one) for row, one in found.items()])


def _settle(found: Sequence[tuple[asyncio.Future[Found], Found]]) -> None:
    for answered, one in found:
        if not answered.done():
            answered.set_result(one)


def batches(texts: Sequence[str]) -> list[list[int]]:
    """The places of texts that are embedded together: of like length, as all take as long as the longest of them."""
    # In bytes, because a sign of Chinese is a token, and so are about four letters of English; and two marks for each.
    sizes = [min(len(text.encode()) + 8, READ) for text in texts]
    found: list[list[int]] = []
    for place in sorted(range(len(texts)), key=sizes.__getitem__):
        if not found or (len(found[-1]) + 1) * sizes[place] > EMBEDDED_AT_ONCE:
            found.append([])
        found[-1].append(place)
    return found
