"""What is known of each question's fit to a query, as numbers that a linear model can weigh."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.index import Index
from knowledge.lexical import LexicalMatch
from knowledge.words import STOP_WORDS, identifiers, terms

FIT_NAMES = (
    "question",  # cosine with the question
    "phrasing",  # highest cosine with the question or another phrasing
    "second",  # second highest cosine with a phrasing
    "content",  # highest cosine with a key point or a paragraph of the answer
    "head_words",  # coverage of the query by the phrasings
    "body_words",  # coverage of the query by the rest
    "phrasing_words",  # overlap with the closest single phrasing
    "names",  # API names found, 0 where the query has none
    "missing_names",  # API names asked for that the question does not know
)
"""The columns of `Fit.table`."""

SURE_NAMES = (
    "fused",  # the ranking score
    "margin",  # to the best other question
    "margin_fifth",  # to the fifth best
    "phrasing",
    "content",
    "head_words",
    "body_words",
    "phrasing_words",
    "known",  # share of the query's words that the corpus knows
    "missing_names",
    "length",  # of the query, in words that carry meaning, log scale
    "other_framework",  # the query names another framework and the question does not
    "letters",  # share of characters that are ASCII letters: low for other scripts, emoji and noise
)
"""The columns of the calibration."""

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
    frameworks: frozenset[str]


def fit(index: Index, vector: Vectors, match: LexicalMatch, query: str) -> Fit:
    """Compare one query, given its embedding of shape (1, dimensions), with every question of the index."""
    count = len(index.corpus.questions)
    similarities = similarity(index, vector)
    best = np.full((3, count), 0.0, dtype=np.float32)
    np.maximum.at(best, (index.rows.kinds, index.rows.owners), similarities)
    heads = index.rows.kinds < 2
    second = _second_highest(similarities[heads], index.rows.owners[heads], count)
    phrasing = np.maximum(best[0], best[1])
    missing = (1.0 - match.names) if identifiers(query) else np.zeros(count, dtype=np.float32)
    columns = (best[0], phrasing, second, best[2], match.head, match.body, match.phrasing, match.names, missing)
    carrying = len(set(terms(query)))
    letters = sum(character.isascii() and character.isalpha() for character in query) / max(
        sum(not character.isspace() for character in query), 1
    )
    return Fit(
        table=np.stack(columns, axis=1),
        known=match.known,
        length=float(np.log1p(carrying)),
        letters=letters,
        frameworks=frozenset(name.lower() for name in _OTHER_FRAMEWORKS.findall(query)),
    )


def similarity(index: Index, vector: Vectors) -> npt.NDArray[np.float32]:
    """Cosine of one query with every vector of the index, shape (vectors,)."""
    total = index.vectors.ntotal
    scores, rows = index.vectors.search(vector, total)
    ordered = np.zeros(total, dtype=np.float32)
    ordered[rows[0]] = scores[0]
    return ordered


def certainty(fitted: Fit, fused: npt.NDArray[np.float32], order: npt.NDArray[np.int64], texts: list[str]) -> Table:
    """The calibration's features of the best hits, shape (hits, len(SURE_NAMES)).

    `fused` holds every question's ranking score, `order` the questions of the best hits, best first, and `texts`
    what each of these hits says, for naming other frameworks.
    """
    ranked = fused[order]
    fifth = ranked[min(4, len(ranked) - 1)]
    rows = []
    for place, question in enumerate(order):
        row = dict(zip(FIT_NAMES, fitted.table[question], strict=True))
        others = np.delete(ranked, place)
        elsewhere = {name for name in fitted.frameworks if name not in texts[place].lower()}
        values = {
            "fused": ranked[place],
            "margin": ranked[place] - (others.max() if len(others) else 0.0),
            "margin_fifth": ranked[place] - fifth,
            "known": fitted.known,
            "length": fitted.length,
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


def _second_highest(values: npt.NDArray[np.float32], owners: npt.NDArray[np.int64], count: int) -> Table:
    order = np.lexsort((-values, owners))
    owners, values = owners[order], values[order]
    starts = np.searchsorted(owners, np.arange(count))
    ends = np.searchsorted(owners, np.arange(count), side="right")
    second = np.zeros(count, dtype=np.float32)
    several = ends - starts > 1
    second[several] = values[starts[several] + 1]
    second[~several & (ends > starts)] = values[starts[~several & (ends > starts)]]
    return second
