"""The learned numbers: how features are fused into a ranking, and how a rank becomes a probability.

`ranking.json` is written by `scripts/train_ranking` from the corpus itself and from written questions that no
corpus question answers; docs/evaluation/ reports how it does on questions that it never saw.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.features import FIT_NAMES, SURE_NAMES, Table

FILE = Path(__file__).with_name("ranking.json")

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the fusion, of the calibration, and the thresholds of the verdicts."""

    fit_weights: Numbers
    """Shape (len(FIT_NAMES),): the ranking score is the weighted sum."""
    sure_weights: Numbers
    """Shape (len(SURE_NAMES),): of the logistic regression."""
    sure_bias: float
    answer_from: float
    """The lowest probability at which the best hit is given as the answer."""
    suggest_from: float
    """The lowest probability at which the closest hits are suggested."""

    @classmethod
    def load(cls, file: Path = FILE) -> Ranking:
        """Read the shipped numbers."""
        stored = json.loads(file.read_text())
        return cls(
            fit_weights=_in_order(stored["fit"], FIT_NAMES),
            sure_weights=_in_order(stored["sure"], SURE_NAMES),
            sure_bias=float(stored["sure_bias"]),
            answer_from=float(stored["answer_from"]),
            suggest_from=float(stored["suggest_from"]),
        )

    def save(self, file: Path = FILE) -> None:
        """Write the numbers in a form that a diff can show."""
        stored = {
            "fit": dict(zip(FIT_NAMES, _rounded(self.fit_weights), strict=True)),
            "sure": dict(zip(SURE_NAMES, _rounded(self.sure_weights), strict=True)),
            "sure_bias": round(self.sure_bias, 4),
            "answer_from": round(self.answer_from, 4),
            "suggest_from": round(self.suggest_from, 4),
        }
        file.write_text(json.dumps(stored, indent=2) + "\n")

    def fuse(self, table: Table) -> Numbers:
        """One ranking score a question, from a table of shape (questions, len(FIT_NAMES))."""
        return np.asarray(table @ self.fit_weights, dtype=np.float32)

    def probability(self, table: Table) -> Numbers:
        """The probability that each hit answers, from a table of shape (hits, len(SURE_NAMES))."""
        return np.asarray(1 / (1 + np.exp(-(table @ self.sure_weights + self.sure_bias))), dtype=np.float32)


def _in_order(values: Mapping[str, float], names: tuple[str, ...]) -> Numbers:
    return np.array([values[name] for name in names], dtype=np.float32)


def _rounded(values: Numbers) -> list[float]:
    return [round(float(value), 4) for value in values]
