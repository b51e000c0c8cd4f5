"""Search: from a question to the closest answers, and whether the tutor knows at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import faiss
import numpy as np

from knowledge import supplement
from knowledge.encoder import Encoder, Vectors
from knowledge.features import Fit, certainty, fit, is_wordless, together
from knowledge.index import Index
from knowledge.lexical import said
from knowledge.likeness import Phrasings
from knowledge.questions import Question
from knowledge.ranking import Judge, Numbers, Ranking
from knowledge.supplement import Supplement
from knowledge.words import STOP_WORDS, Speller, stem

Verdict = Literal["answer", "suggest", "unknown"]

HITS = 5
LONGEST_QUERY = 2000
"""Characters that are read; the embedding sees no more than 256 tokens anyway."""

_DISCORD_MARKUP = re.compile(r"<(?:@[!&]?|#|a?:\w+:|/[\w ]+:)\d+>")
_LINK = re.compile(r"https?://\S+")
_NOISE = re.compile(r"[`*~|>\s]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A question that was searched, with the calibrated probability (0…1) that it answers what was asked."""

    question: Question
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What the search says: the verdict, and at most `HITS` hits, best first."""

    query: str
    verdict: Verdict
    hits: tuple[Hit, ...]


class Searcher:
    """Searches one index with one encoder. Not for the event loop: encoding takes milliseconds of CPU."""

    def __init__(
        self, index: Index, encoder: Encoder, ranking: Ranking, language: frozenset[str], lean: Judge | None = None
    ) -> None:
        """`lean` judges questions of supplements that have no other phrasings; without it, `ranking` judges all."""
        # For thousands of vectors, waking a second thread takes longer than comparing them.
        faiss.omp_set_num_threads(1)
        self.index = index
        self._encoder = encoder
        self._ranking = ranking
        self._lean = lean or ranking
        stems = {stem(word): often for word, often in index.word_counts.items()}
        self._speller = Speller(stems | index.word_counts, language | STOP_WORDS)
        self.texts = [said(question) for question in index.corpus.questions]
        """All that each question says, lower case."""

    @cached_property
    def phrasings(self) -> Phrasings:
        """Every phrasing of the corpus."""
        return Phrasings.of(self.index)

    @property
    def encoder(self) -> Encoder:
        """What makes the vectors of this index."""
        return self._encoder

    def supplement(self, questions: Sequence[Question], vectors: Vectors) -> Supplement:
        """Make questions ready to be searched beside the corpus; see `knowledge.supplement.build`."""
        return supplement.build(questions, vectors, self.index, self.phrasings, self._speller)

    def search(
        self, queries: Sequence[str], hits: int = HITS, beside: Sequence[Supplement | None] | None = None
    ) -> list[Found]:
        """Answer a batch of questions; what is not a question in words gets `unknown` without hits.

        `beside` has for each query what is searched together with the corpus.
        """
        found: dict[int, Found] = {}
        for part in self.parts(queries, hits, beside):
            found |= part
        return [found[row] for row in range(len(queries))]

    def parts(
        self, queries: Sequence[str], hits: int = HITS, beside: Sequence[Supplement | None] | None = None
    ) -> Iterator[dict[int, Found]]:
        """As `search`, some queries after the other, as they are ready: what was found for the queries at these places.

        Meanwhile the others are being embedded on the other cores.
        """
        extras = beside or [None] * len(queries)
        for part in self._fits(queries, extras):
            yield {
                row: self._judge(queries[row], fitted, hits, extras[row])
                if fitted
                else Found(queries[row], "unknown", ())
                for row, fitted in part.items()
            }

    def fit(self, queries: Sequence[str], beside: Sequence[Supplement | None] | None = None) -> list[Fit | None]:
        """How each query fits every question, those of its supplement last; None for a query without words."""
        fits: dict[int, Fit | None] = {}
        for part in self._fits(queries, beside or [None] * len(queries)):
            fits |= part
        return [fits[row] for row in range(len(queries))]

    def _fits(self, queries: Sequence[str], extras: Sequence[Supplement | None]) -> Iterator[dict[int, Fit | None]]:
        repaired = [
            (extra.speller if extra else self._speller).repair(clean(query))
            for query, extra in zip(queries, extras, strict=True)
        ]
        worded = [row for row, query in enumerate(repaired) if self.index.corpus.questions and not is_wordless(query)]
        if wordless := set(range(len(queries))).difference(worded):
            yield dict.fromkeys(wordless)
        for places, vectors in self._encoder.parts([repaired[row] for row in worded]):
            yield {
                worded[place]: self._fit(vectors[line : line + 1], repaired[worded[place]], extras[worded[place]])
                for line, place in enumerate(places)
            }

    def _fit(self, vector: Vectors, query: str, extra: Supplement | None) -> Fit:
        words = self.index.words
        if extra is None:
            return fit(self.index, vector, words.match(query), query)
        match = extra.index.words.match(query)
        return together(
            fit(self.index, vector, words.match(query, extra.index.words.idf), query),
            fit(extra.index, vector, match, query),
        )

    def _judge(self, query: str, fitted: Fit, hits: int, extra: Supplement | None) -> Found:
        fused = self.fuse(fitted, extra)
        order = np.argsort(-fused, kind="stable")[:hits]
        order = order[np.isfinite(fused[order])]
        places = [self._place(int(place), extra) for place in order]
        table = certainty(fitted, fused, order, [text for _, text, _ in places], [same for _, _, same in places])
        probabilities = self._ranking.probability(table)
        if extra is not None:
            richness = self._richness(extra)[order]
            probabilities = richness * probabilities + (1 - richness) * self._lean.probability(table)
        # The rank decides the order; a later hit is never more probable than an earlier one.
        probabilities = np.minimum.accumulate(probabilities)
        best = tuple(
            Hit(question, round(float(probability), 4))
            for (question, _, _), probability in zip(places, probabilities, strict=True)
        )
        return Found(query, self._verdict(best[0].score), best)

    def fuse(self, fitted: Fit, extra: Supplement | None = None) -> Numbers:
        """The ranking score of every question, those of the supplement last; -inf for one that is gone."""
        fused = self._ranking.fuse(fitted.table)
        if extra is None:
            return fused
        richness = self._richness(extra)
        fused = richness * fused + (1 - richness) * self._lean.fuse(fitted.table)
        fused[len(self.texts) :][extra.gone] = -np.inf
        return fused

    def _richness(self, extra: Supplement) -> Numbers:
        return np.concatenate((np.ones(len(self.texts), dtype=np.float32), extra.richness))

    def _place(self, place: int, extra: Supplement | None) -> tuple[Question, str, int]:
        """The question at a place, all that it says, and the place of the first one that asks the same."""
        own = len(self.texts)
        if extra is None or place < own:
            return self.index.corpus.questions[place], self.texts[place], place
        return extra.questions[place - own], extra.texts[place - own], int(extra.same[place - own])

    def _verdict(self, best: float) -> Verdict:
        if best >= self._ranking.answer_from:
            return "answer"
        return "suggest" if best >= self._ranking.suggest_from else "unknown"


def clean(query: str) -> str:
    """The words of a message: no control characters, mentions, links or Markdown; at most `LONGEST_QUERY` long."""
    text = unicodedata.normalize("NFKC", query[: LONGEST_QUERY * 2])
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    text = _LINK.sub(" ", _DISCORD_MARKUP.sub(" ", text))
    return _NOISE.sub(" ", text).strip()[:LONGEST_QUERY]
