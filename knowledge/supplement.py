"""Questions that are searched together with the corpus, such as a server's own.

They get the features that they would have as questions of the corpus: words weigh what they weigh there, lengths are
compared with its averages. So they compete with its questions on equal terms, and the calibration holds for them too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.index import KINDS, Index, assemble
from knowledge.lexical import said
from knowledge.likeness import SAME, Phrasings, closest, vectors_of
from knowledge.questions import Corpus, Question
from knowledge.ranking import Numbers
from knowledge.words import Speller

MANY_ASKS = 8
"""Other phrasings of a question; the corpus's have as many on average."""


@dataclass(frozen=True, slots=True)
class Supplement:
    """Further questions, ready to be searched beside one corpus."""

    index: Index
    speller: Speller
    """Knows their words beside the corpus's."""
    texts: tuple[str, ...]
    """All that each question says, lower case."""
    same: npt.NDArray[np.int64]
    """For each question the first one that asks the same, shape (questions,); places count on after the corpus's."""
    richness: Numbers
    """0 for a question without other phrasings, 1 for one with as many as the corpus's have; shape (questions,)."""
    gone: npt.NDArray[np.bool_]
    """Which questions are not found any more; shape (questions,)."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions, in the order of their vectors."""
        return self.index.corpus.questions

    def left(self, still: Callable[[Question], bool]) -> Supplement | None:
        """The same without the questions that are not there any `still`; None when none is."""
        gone = np.array([not still(question) for question in self.questions], dtype=np.bool_)
        return None if gone.all() else replace(self, gone=gone)


def build(
    questions: Sequence[Question], vectors: Vectors, corpus: Index, known: Phrasings, speller: Speller
) -> Supplement:
    """Make one question or more ready to be searched beside `corpus`, whose phrasings are `known`. Blocking.

    `vectors` are of their texts as `index.texts_of` orders them, shape (texts, dimensions).
    """
    index = assemble(Corpus(tuple(questions), ()), vectors, beside=corpus.words)
    return Supplement(
        index=index,
        speller=speller.with_words(index.word_counts),
        texts=tuple(said(question) for question in questions),
        richness=np.array([min(1.0, len(question.asks) / MANY_ASKS) for question in questions], dtype=np.float32),
        same=_same(index, known, len(corpus.corpus.questions)),
        gone=np.zeros(len(questions), dtype=np.bool_),
    )


def _same(index: Index, known: Phrasings, first: int) -> npt.NDArray[np.int64]:
    """Where each question's own words come close enough to a phrasing in the corpus, or of an earlier one of these."""
    places = np.arange(len(index.corpus.questions), dtype=np.int64)
    own = vectors_of(index)[index.rows.kinds == KINDS.index("question")]
    in_corpus, cosines = closest(own, known)
    same = np.where(cosines >= SAME, in_corpus, places + first)
    earlier, cosines = closest(own, Phrasings.of(index), before=places)
    for place in np.flatnonzero((cosines >= SAME) & (same >= first)):
        same[place] = same[earlier[place]]
    return same
