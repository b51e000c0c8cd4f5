"""Questions with known answers, and how well a search does on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.search import Found

SETS = Path(__file__).parent / "evaluation_sets"
TUNE, REPORT = SETS / "tune.jsonl", SETS / "report.jsonl"
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a set: `ids` are the questions that answer it, best first; none, when nothing here does."""

    q: str
    ids: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Measured:
    """How a search did on the answerable questions of one kind."""

    count: int
    recall_at_1: float
    recall_at_3: float
    mrr_at_10: float
    unknown: float
    """Share that got the verdict `unknown`."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """How a search tells the answerable from the unanswerable."""

    count: int
    auroc: float
    false_answers: float
    """Share of the unanswerable that got an answer."""
    suggested: float
    """Share of the unanswerable that got suggestions."""


def read_set(file: Path) -> list[Asked]:
    """Read a set: one JSON object a line with `q`, `ids` and `kind`."""
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Asked(line["q"], tuple(line["ids"]), line["kind"]) for line in lines]


def measure(asked: Sequence[Asked], found: Sequence[Found]) -> Measured:
    """Recall and reciprocal rank over answerable questions; `found` holds `DEPTH` hits each."""
    ranks = np.array([_rank(one, hits) for one, hits in zip(asked, found, strict=True)], dtype=float)
    return Measured(
        count=len(asked),
        recall_at_1=float((ranks <= 1).mean()),
        recall_at_3=float((ranks <= 3).mean()),
        mrr_at_10=float(np.where(ranks <= DEPTH, 1 / ranks, 0.0).mean()),
        unknown=float(np.mean([hits.verdict == "unknown" for hits in found])),
    )


def measure_abstention(answerable: Sequence[Found], unanswerable: Sequence[Found]) -> Abstention:
    """AUROC of the best score, and what the unanswerable got."""
    return Abstention(
        count=len(unanswerable),
        auroc=auroc([best_score(found) for found in answerable], [best_score(found) for found in unanswerable]),
        false_answers=float(np.mean([found.verdict == "answer" for found in unanswerable])),
        suggested=float(np.mean([found.verdict == "suggest" for found in unanswerable])),
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The probability that a positive scores above a negative, ties counted half (Mann-Whitney U)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def best_score(found: Found) -> float:
    """The score of the best hit; 0 where there is none."""
    return found.hits[0].score if found.hits else 0.0


def calibration(
    asked: Sequence[Asked], found: Sequence[Found], bins: int = 10
) -> tuple[list[tuple[float, float, int]], float]:
    """How often the best hit was right, by how sure it was: (mean score, share right, count) a bin, and the
    expected calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks")."""
    scores = np.array([best_score(hits) for hits in found])
    right = np.array([_rank(one, hits) == 1 for one, hits in zip(asked, found, strict=True)], dtype=float)
    edges: npt.NDArray[np.float64] = np.linspace(0, 1, bins + 1)
    place = np.clip(np.digitize(scores, edges) - 1, 0, bins - 1)
    rows = [
        (float(scores[place == bin_].mean()), float(right[place == bin_].mean()), int((place == bin_).sum()))
        for bin_ in range(bins)
        if (place == bin_).any()
    ]
    error = sum(abs(score - share) * count for score, share, count in rows) / len(scores)
    return rows, float(error)


def _rank(asked: Asked, found: Found) -> float:
    for place, hit in enumerate(found.hits, start=1):
        if hit.question.id in asked.ids:
            return float(place)
    return float("inf")
