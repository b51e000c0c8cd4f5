"""Search: from a question to the closest answers, and whether the tutor knows at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.encoder import Encoder
from knowledge.features import Fit, certainty, fit, is_wordless
from knowledge.index import Index
from knowledge.lexical import body_text, phrasings
from knowledge.questions import Question
from knowledge.ranking import Ranking
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
    """A question of the corpus, with the calibrated probability (0…1) that it answers what was asked."""

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

    def __init__(self, index: Index, encoder: Encoder, ranking: Ranking, language: frozenset[str]) -> None:
        self.index = index
        self._encoder = encoder
        self._ranking = ranking
        stems = {stem(word): often for word, often in index.word_counts.items()}
        self._speller = Speller(stems | index.word_counts, language | STOP_WORDS)
        self.texts = [
            f"{' '.join(phrasings(question))} {body_text(question)}".lower() for question in index.corpus.questions
        ]
        """All that each question says, lower case."""

    def search(self, queries: Sequence[str], hits: int = HITS) -> list[Found]:
        """Answer a batch of questions; what is not a question in words gets `unknown` without hits."""
        fits = self.fit(queries)
        return [
            self._judge(query, fitted, hits) if fitted else Found(query, "unknown", ())
            for query, fitted in zip(queries, fits, strict=True)
        ]

    def fit(self, queries: Sequence[str]) -> list[Fit | None]:
        """How each query fits every question; None for a query without words."""
        repaired = [self._speller.repair(clean(query)) for query in queries]
        worded = [row for row, query in enumerate(repaired) if not is_wordless(query)]
        fits: list[Fit | None] = [None] * len(queries)
        if worded and self.index.corpus.questions:
            vectors = self._encoder.encode([repaired[row] for row in worded])
            for line, row in enumerate(worded):
                match = self.index.words.match(repaired[row])
                fits[row] = fit(self.index, vectors[line : line + 1], match, repaired[row])
        return fits

    def _judge(self, query: str, fitted: Fit, hits: int) -> Found:
        fused = self._ranking.fuse(fitted.table)
        order = np.argsort(-fused, kind="stable")[:hits]
        table = certainty(fitted, fused, order, [self.texts[question] for question in order])
        probabilities = self._ranking.probability(table)
        # The rank decides the order; a later hit is never more probable than an earlier one.
        probabilities = np.minimum.accumulate(probabilities)
        best = tuple(
            Hit(self.index.corpus.questions[question], round(float(probability), 4))
            for question, probability in zip(order, probabilities, strict=True)
        )
        return Found(query, self._verdict(best[0].score), best)

    def _verdict(self, best: float) -> Verdict:
        if best >= self._ranking.answer_from:
            return "answer"
        return "suggest" if best >= self._ranking.suggest_from else "unknown"


def clean(query: str) -> str:
    """The words of a message: no control characters, mentions, links or Markdown; at most `LONGEST_QUERY` long."""
    text = unicodedata.normalize("NFKC", query[: LONGEST_QUERY * 2])
    text = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    text = _LINK.sub(" ", _DISCORD_MARKUP.sub(" ", text))
    return _NOISE.sub(" ", text).strip()[:LONGEST_QUERY]
