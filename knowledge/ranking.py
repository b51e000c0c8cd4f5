"""The learned numbers: how features are fused into a ranking, and how a rank becomes a probability.

`ranking.json` is written by `scripts/train_ranking.py` from the corpus itself and from written questions that no
corpus question answers; docs/evaluation/ reports how it does on questions that it never saw. `ranking_lean.json` is
for questions that have nothing but a question and an answer, as servers write them: they match less well in every
feature that other phrasings feed, and would lose against the corpus's by that alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from knowledge.features import FIT_NAMES, SURE_NAMES, Table

FILE = Path(__file__).with_name("ranking.json")
LEAN_FILE = Path(__file__).with_name("ranking_lean.json")

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights of the fusion and of the calibration."""

    fit_weights: Numbers
    """Shape (len(FIT_NAMES),): the ranking score is the weighted sum."""
    fit_bias: float
    """Added to that sum; 0 for the corpus, by whose scores the others are measured."""
    sure_weights: Numbers
    """Shape (len(SURE_NAMES), units): into the hidden units of the calibration."""
    sure_bias: Numbers
    """Shape (units,)."""
    unit_weights: Numbers
    """Shape (units,): from the hidden units to the log odds."""
    unit_bias: float

    @classmethod
    def load(cls, file: Path = LEAN_FILE) -> Self:
        """Read the shipped numbers."""
        return cls(**_numbers(json.loads(file.read_text())))

    def save(self, file: Path = LEAN_FILE) -> None:
        """Write the numbers in a form that a diff can show."""
        file.write_text(_lines(self.stored()) + "\n")

    def stored(self) -> dict[str, object]:
        """The numbers by name."""
        return {
            "fit": dict(zip(FIT_NAMES, _rounded(self.fit_weights), strict=True)),
            **({"fit_bias": round(self.fit_bias, 4)} if self.fit_bias else {}),
            "sure": {name: _rounded(row) for name, row in zip(SURE_NAMES, self.sure_weights, strict=True)},
            "sure_bias": _rounded(self.sure_bias),
            "unit_weights": _rounded(self.unit_weights),
            "unit_bias": round(self.unit_bias, 4),
        }

    def fuse(self, table: Table) -> Numbers:
        """One ranking score a question, from a table of shape (questions, len(FIT_NAMES))."""
        return np.asarray(table @ self.fit_weights + np.float32(self.fit_bias), dtype=np.float32)

    def probability(self, table: Table) -> Numbers:
        """The probability that each hit answers, from a table of shape (hits, len(SURE_NAMES))."""
        units = np.tanh(table @ self.sure_weights + self.sure_bias)
        return np.asarray(1 / (1 + np.exp(-(units @ self.unit_weights + self.unit_bias))), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Ranking(Judge):
    """The weights for the corpus, and the thresholds of the verdicts."""

    answer_from: float
    """The lowest probability at which the best hit is given as the answer."""
    suggest_from: float
    """The lowest probability at which the closest hits are suggested."""

    @classmethod
    def load(cls, file: Path = FILE) -> Self:
        """Read the shipped numbers."""
        stored = json.loads(file.read_text())
        return cls(
            **_numbers(stored), answer_from=float(stored["answer_from"]), suggest_from=float(stored["suggest_from"])
        )

    def save(self, file: Path = FILE) -> None:
        """Write the numbers in a form that a diff can show."""
        Judge.save(self, file)

    def stored(self) -> dict[str, object]:
        """The numbers by name."""
        return Judge.stored(self) | {
            "answer_from": round(self.answer_from, 4),
            "suggest_from": round(self.suggest_from, 4),
        }


def _numbers(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fit_weights": _in_order(stored["fit"], FIT_NAMES),
        "fit_bias": float(stored.get("fit_bias", 0.0)),
        "sure_weights": np.array([stored["sure"][name] for name in SURE_NAMES], dtype=np.float32),
        "sure_bias": np.array(stored["sure_bias"], dtype=np.float32),
        "unit_weights": np.array(stored["unit_weights"], dtype=np.float32),
        "unit_bias": float(stored["unit_bias"]),
    }


def _in_order(values: Mapping[str, float], names: tuple[str, ...]) -> Numbers:
    return np.array([values[name] for name in names], dtype=np.float32)


def _lines(stored: Mapping[str, object]) -> str:
    """JSON with one line a row of numbers."""
    text = json.dumps(stored, indent=1)
    return re.sub(r"\[[^\[\]]*\]", lambda row: re.sub(r"\s+", " ", row[0]), text)


def _rounded(values: Numbers) -> list[float]:
    return [round(float(value), 4) for value in values]
