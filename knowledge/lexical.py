"""Word search over the corpus: how much of a query's information each question's text covers.

BM25 weights (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"), divided by
the query's own mass so that 1 means "every word of the query is prominent here", which unlike a raw BM25 score
can be compared between queries. Words that the corpus does not know count at the highest weight, so foreign
questions stay low.
"""

from __future__ import annotations

import math
from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from knowledge.questions import Question
from knowledge.words import expanded_terms, identifiers, terms

Scores = npt.NDArray[np.float32]
"""One number a question, shape (questions,)."""

SATURATION = 1.2
LENGTH_EFFECT = 0.5


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """How a query matches each question by words; all shapes (questions,), all values in 0…1."""

    head: Scores
    """Coverage of the query by the question and its other phrasings."""
    body: Scores
    """Coverage of the query by answer, key points, misconceptions and proofs."""
    phrasing: Scores
    """Overlap (Dice, weighted) with the closest single phrasing."""
    names: Scores
    """Share of the query's API names that stand in the head, half counted where only in the body."""
    found: Scores
    """Share of the query's mass in words that stand anywhere in the question's file."""
    gap: Scores
    """Weight of the heaviest word of the query that stands nowhere in the question's file, 1 for the rarest."""
    known: float
    """Share of the query's mass in words that the corpus knows at all."""
    asked: int
    """Different terms in the query."""
    named: bool
    """Whether the query names an API."""


Field = dict[str, list[tuple[int, float]]]
"""Postings: term to (question, weight) pairs."""


class LexicalIndex:
    """Postings of every question's head, body and phrasings."""

    def __init__(
        self,
        size: int,
        idf: MutableMapping[str, float],
        head: Field,
        body: Field,
        phrasing: Field,
        lengths: tuple[float, float],
    ) -> None:
        """`lengths` are the average numbers of terms of a head and of a body."""
        self.size = size
        self.idf = idf
        self.lengths = lengths
        self._highest_idf = max(idf.values(), default=1.0)
        self.fields = {"head": head, "body": body, "phrasing": phrasing}
        self._owners = np.array([], dtype=np.int64)
        self._masses = np.array([], dtype=np.float32)
        self._postings = {
            name: {term: _as_arrays(entries) for term, entries in field.items()} for name, field in self.fields.items()
        }

    @classmethod
    def build(cls, questions: Sequence[Question], beside: LexicalIndex | None = None) -> LexicalIndex:
        """Index the texts of the questions, in their order.

        What stands `beside` another index takes over its weights of words and its average lengths, so that the values
        of both can be compared; a word that the other one does not know weighs at most as much as its rarest.
        """
        heads = [[list(expanded_terms(text)) for text in phrasings(question)] for question in questions]
        bodies = [list(expanded_terms(body_text(question))) for question in questions]
        together = [
            {*body, *(term for text in head for term in text)} for head, body in zip(heads, bodies, strict=True)
        ]
        frequency = Counter(term for found in together for term in found)
        count = len(questions) + (beside.size if beside else 0)
        idf: MutableMapping[str, float] = {
            term: math.log(1 + (count - in_ + 0.5) / (in_ + 0.5))
            for term, in_ in frequency.items()
            if beside is None or term not in beside.idf
        }
        whole_heads = [[term for text in texts for term in text] for texts in heads]
        lengths = beside.lengths if beside else (_average(whole_heads), _average(bodies))
        if beside is not None:
            idf = ChainMap({term: min(weight, beside._highest_idf) for term, weight in idf.items()}, beside.idf)
        head, body = _weigh(whole_heads, lengths[0]), _weigh(bodies, lengths[1])
        phrasing: Field = {}
        row = 0
        for texts in heads:
            for text in texts:
                for term in set(text):
                    phrasing.setdefault(term, []).append((row, idf[term]))
                row += 1
        index = cls(len(questions), idf, head, body, phrasing, lengths)
        index.set_phrasings(
            [owner for owner, texts in enumerate(heads) for _ in texts],
            [sum(idf[term] for term in set(text)) for texts in heads for text in texts],
        )
        return index

    def set_phrasings(self, owners: Sequence[int], masses: Sequence[float]) -> None:
        """Which question owns each phrasing, and the phrasing's mass."""
        self._owners = np.asarray(owners, dtype=np.int64)
        self._masses = np.asarray(masses, dtype=np.float32)

    def to_json(self) -> dict[str, object]:
        """Everything that `from_json` needs."""
        return {
            "size": self.size,
            "idf": dict(self.idf),
            "lengths": self.lengths,
            "owners": self._owners.tolist(),
            "masses": [round(float(mass), 4) for mass in self._masses],
            **self.fields,
        }

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> LexicalIndex:
        """The index that `to_json` described."""
        index = cls(
            stored["size"],  # type: ignore[arg-type]
            stored["idf"],  # type: ignore[arg-type]
            stored["head"],  # type: ignore[arg-type]
            stored["body"],  # type: ignore[arg-type]
            stored["phrasing"],  # type: ignore[arg-type]
            tuple(stored["lengths"]),  # type: ignore[arg-type]
        )
        index.set_phrasings(stored["owners"], stored["masses"])  # type: ignore[arg-type]
        return index

    def match(self, query: str, idf: Mapping[str, float] | None = None) -> LexicalMatch:
        """Match a query, whose spelling has been repaired, against every question.

        `idf` are the weights of words of an index that stands beside this one, where both are searched.
        """
        idf = self.idf if idf is None else idf
        asked = set(terms(query))
        expanded = set(expanded_terms(query))
        whole = sum(idf.get(term, self._highest_idf) for term in asked) or 1.0
        expanded_mass = sum(idf.get(term, 0.0) for term in expanded) or 1.0
        # An expansion helps to find; it must not make the query look less covered than it is.
        mass = min(whole, max(expanded_mass, whole * 0.5)) if expanded != asked else whole
        head = self._covered("head", expanded) / mass
        body = self._covered("body", expanded) / mass
        found, gap = self._found(asked, idf)
        names = identifiers(query)
        return LexicalMatch(
            head=np.minimum(head, 1.0),
            body=np.minimum(body, 1.0),
            phrasing=self._closest_phrasing(expanded, mass),
            names=self._names(names),
            found=found,
            gap=gap,
            known=sum(idf[term] for term in asked if term in idf) / whole,
            asked=len(asked),
            named=bool(names),
        )

    def _covered(self, field: str, asked: Iterable[str]) -> Scores:
        scores = np.zeros(self.size, dtype=np.float32)
        postings = self._postings[field]
        for term in asked:
            if term in postings:
                rows, weights = postings[term]
                scores[rows] += weights * self.idf[term]
        return scores

    def _found(self, asked: Set[str], idf: Mapping[str, float]) -> tuple[Scores, Scores]:
        weights = np.array([idf.get(term, self._highest_idf) for term in asked], dtype=np.float32)
        there = np.zeros((len(asked), self.size), dtype=np.float32)
        for place, term in enumerate(asked):
            for form in _forms(term):
                for field in ("head", "body"):
                    if form in self._postings[field]:
                        there[place, self._postings[field][form][0]] = 1.0
        gap = ((1.0 - there) * (weights / self._highest_idf)[:, None]).max(axis=0, initial=0.0)
        return weights @ there / (weights.sum() or 1.0), gap

    def _closest_phrasing(self, asked: Iterable[str], mass: float) -> Scores:
        shared = np.zeros(len(self._owners), dtype=np.float32)
        postings = self._postings["phrasing"]
        for term in asked:
            if term in postings:
                rows, weights = postings[term]
                shared[rows] += weights
        best = np.zeros(self.size, dtype=np.float32)
        np.maximum.at(best, self._owners, 2 * shared / (self._masses + mass))
        return np.minimum(best, 1.0)

    def _names(self, names: set[str]) -> Scores:
        found = np.zeros(self.size, dtype=np.float32)
        if not names:
            return found
        for name in names:
            in_head = np.zeros(self.size, dtype=np.float32)
            for field, worth in (("body", 0.5), ("head", 1.0)):
                if name in self._postings[field]:
                    in_head[self._postings[field][name][0]] = worth
            found += in_head
        return np.asarray(found / len(names), dtype=np.float32)


@lru_cache(maxsize=4096)
def _forms(term: str) -> frozenset[str]:
    return frozenset((*expanded_terms(term), term))


def phrasings(question: Question) -> tuple[str, ...]:
    """The question and its other phrasings."""
    return (question.question, *question.asks)


def body_text(question: Question) -> str:
    """All that a question's file says beside the ways to ask it."""
    return "\n".join(
        (
            question.answer,
            *question.key_points,
            *(f"{pair.wrong} {pair.right}" for pair in question.misconceptions),
            *(proof.code for proof in question.proofs),
            question.topic,
        )
    )


def said(question: Question) -> str:
    """All that a question says, in lower case."""
    return f"{' '.join(phrasings(question))} {body_text(question)}".lower()


def _average(documents: Sequence[Sequence[str]]) -> float:
    return sum(map(len, documents)) / max(len(documents), 1) or 1.0


def _weigh(documents: Sequence[Sequence[str]], average: float) -> Field:
    field: Field = {}
    for row, document in enumerate(documents):
        length = SATURATION * (1 - LENGTH_EFFECT + LENGTH_EFFECT * len(document) / average)
        for term, often in Counter(document).items():
            # Scaled so that one mention in a text of average length weighs 1 / (1 + SATURATION) x 2.2 = 1.
            weight = min(1.0, often * (SATURATION + 1) / (often + length))
            field.setdefault(term, []).append((row, round(weight, 4)))
    return field


def _as_arrays(entries: Sequence[tuple[int, float]]) -> tuple[npt.NDArray[np.int64], Scores]:
    rows = np.fromiter((row for row, _ in entries), dtype=np.int64, count=len(entries))
    weights = np.fromiter((weight for _, weight in entries), dtype=np.float32, count=len(entries))
    return rows, weights
