"""What is known of each question's fit to a query, as numbers that a linear model can weigh."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.index import KINDS, Index
from knowledge.lexical import LexicalMatch
from knowledge.words import STOP_WORDS, terms

FIT_NAMES = (
    "question",  # cosine with the question
    "phrasing",  # highest cosine with the question or another phrasing
    "content",  # highest cosine with a key point or a paragraph of the answer
    "together",  # cosine with all phrasings in one text
    "whole",  # cosine with question and answer in one text
    "misconception",  # highest cosine with either side of a misconception
    "head_words",  # coverage of the query by the phrasings
    "body_words",  # coverage of the query by the rest
    "phrasing_words",  # overlap with the closest single phrasing
    "names",  # share of the query's API names that are found, 0 where it has none
    "found",  # share of the query's words that stand anywhere in the question's file
    "gap",  # weight of the heaviest word of the query that does not
)
"""The columns of `Fit.table`."""

SURE_NAMES = (
    "fused",  # the ranking score
    "margin",  # to the best other question
    "margin_fifth",  # to the fifth best
    "phrasing",
    "content",
    "together",
    "whole",
    "head_words",
    "body_words",
    "phrasing_words",
    "found",
    "gap",
    "names",
    "known",  # share of the query's words that the corpus knows
    "missing_names",  # share of the query's API names that the question does not know, 0 where it has none
    "length",  # of the query, in words that carry meaning, log scale
    "other_framework",  # the query names another framework and the question does not
    "nearly_said",  # how close to a phrasing, word for word: 0 below a cosine of 0.8, 1 at 1
    "letters",  # share of characters that are ASCII letters: low for other scripts, emoji and noise
)
"""The columns of the calibration."""

BELOW_EVERY_COSINE = -2.0

Table = npt.NDArray[np.float32]

_OTHER_FRAMEWORKS = re.compile(
    r"\b(tensorflow|tf|tf2|keras|jax|flax|mxnet|caffe2?|theano|paddle(?:paddle)?|scikit[- ]?learn|sklearn|pandas|react|"
    r"django|flask|fastapi|spark|hadoop|matlab|julia|xgboost|lightgbm|langchain|opencv|excel|javascript|typescript|java|"
    r"kubernetes|docker|sql|postgres(?:ql)?|mongodb|rust|golang|c#|kotlin|swift|php|ruby|unity|arduino)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a query fits every question."""

    table: Table
    """Shape (questions, len(FIT_NAMES))."""
    known: float
    length: float
    letters: float
    named: bool
    """Whether the query names an API."""
    frameworks: frozenset[str]
    """Other frameworks that the query names, lower case."""


def fit(index: Index, vector: Vectors, match: LexicalMatch, query: str) -> Fit:
    """Compare one query, given its embedding of shape (1, dimensions), with every question of the index."""
    count = len(index.corpus.questions)
    similarities = similarity(index, vector)
    best = np.zeros(len(KINDS) * count, dtype=np.float32)
    # In one dimension it takes a tenth of the time that it takes in two.
    np.maximum.at(best, index.rows.kinds * np.int64(count) + index.rows.owners, similarities)
    question, ask, content, together, whole, misconception = best.reshape(len(KINDS), count)
    columns = (
        question,
        np.maximum(question, ask),
        content,
        together,
        whole,
        misconception,
        match.head,
        match.body,
        match.phrasing,
        match.names,
        match.found,
        match.gap,
    )
    letters = sum(character.isascii() and character.isalpha() for character in query) / max(
        sum(not character.isspace() for character in query), 1
    )
    return Fit(
        table=np.stack(columns, axis=1),
        known=match.known,
        length=float(np.log1p(match.asked)),
        letters=letters,
        named=match.named,
        frameworks=frozenset(name.lower() for name in _OTHER_FRAMEWORKS.findall(query)),
    )


def together(first: Fit, second: Fit) -> Fit:
    """How one query fits the questions of two indexes, those of the first one first."""
    return dataclasses.replace(first, table=np.concatenate((first.table, second.table)))


def similarity(index: Index, vector: Vectors) -> npt.NDArray[np.float32]:
    """Cosine of one query with every vector of the index, shape (vectors,)."""
    # Everything within a range comes unsorted, in a quarter of the time that the nearest of all take.
    _, scores, rows = index.vectors.range_search(vector, BELOW_EVERY_COSINE)
    ordered = np.zeros(index.vectors.ntotal, dtype=np.float32)
    ordered[rows] = scores
    return ordered


def certainty(
    fitted: Fit,
    fused: npt.NDArray[np.float32],
    order: npt.NDArray[np.int64],
    texts: list[str],
    asks_same: Sequence[int] | None = None,
) -> Table:
    """The calibration's features of the best hits, shape (hits, len(SURE_NAMES)).

    `fused` holds every question's ranking score, `order` the questions of the best hits, best first, and `texts`
    what each of these hits says, for naming other frameworks. Hits of the same number in `asks_same` ask the same, so
    that none of them makes another one less sure.
    """
    ranked = fused[order]
    numbers = np.asarray(order if asks_same is None else asks_same)
    fifth = ranked[min(4, len(ranked) - 1)]
    rows = []
    for place, question in enumerate(order):
        row = dict(zip(FIT_NAMES, fitted.table[question], strict=True))
        others = ranked[numbers != numbers[place]]
        elsewhere = {name for name in fitted.frameworks if name not in texts[place].lower()}
        values = {
            "fused": ranked[place],
            "margin": ranked[place] - (others.max() if len(others) else 0.0),
            "margin_fifth": ranked[place] - fifth,
            "known": fitted.known,
            "missing_names": 1.0 - row["names"] if fitted.named else 0.0,
            "length": fitted.length,
            "nearly_said": max(0.0, row["phrasing"] - 0.8) / 0.2,
            "other_framework": float(bool(elsewhere)),
            "letters": fitted.letters,
        }
        rows.append([values[name] if name in values else row[name] for name in SURE_NAMES])
    return np.array(rows, dtype=np.float32)


def is_wordless(query: str) -> bool:
    """Whether nothing in the query carries meaning: empty, emoji, digits, stop words alone."""
    return not any(any(character.isalpha() for character in term) for term in terms(query)) and not any(
        word in STOP_WORDS and word in {"pytorch", "torch"} for word in query.lower().split()
    )
