"""The learned numbers of the grader, as `scripts/train_grading` writes them to `grading.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.grading_features import CONFLICT_NAMES, MATCH_NAMES, Evidence, Numbers

FILE = Path(__file__).with_name("grading.json")

ANSWER_NAMES = (
    "coverage",  # mean probability that a point is covered
    "best",  # of the two that are covered best
    "conflict",  # mean probability that a point is spoken of and contradicted
    "misconception",  # how surely the answer says the wrong side of a misconception rather than the right one
)


@dataclass(frozen=True, slots=True)
class GradingModel:
    """Two logistic models, monotone by construction: matches only ever raise a score, conflicts only lower it."""

    match_weights: Numbers
    """Shape (len(MATCH_NAMES),), none below 0."""
    conflict_weights: Numbers
    """Shape (len(CONFLICT_NAMES),), none above 0."""
    point_bias: float
    answer_weights: Numbers
    """Shape (len(ANSWER_NAMES),)."""
    answer_bias: float
    correct_from: float
    """The lowest score of a correct answer."""
    partial_from: float
    """The lowest score of a partial one."""
    unsure_within: float
    """How close to one of the two a score is too close to call."""

    @classmethod
    def load(cls, file: Path = FILE) -> GradingModel:
        """Read the shipped numbers."""
        stored = json.loads(file.read_text())
        return cls(
            match_weights=_numbers(stored["match"], MATCH_NAMES),
            conflict_weights=_numbers(stored["conflict"], CONFLICT_NAMES),
            point_bias=stored["point_bias"],
            answer_weights=_numbers(stored["answer"], ANSWER_NAMES),
            answer_bias=stored["answer_bias"],
            correct_from=stored["correct_from"],
            partial_from=stored["partial_from"],
            unsure_within=stored["unsure_within"],
        )

    def save(self, file: Path = FILE) -> None:
        """Write the numbers in a form that a diff can show."""
        stored = {
            "match": _named(MATCH_NAMES, self.match_weights),
            "conflict": _named(CONFLICT_NAMES, self.conflict_weights),
            "point_bias": round(self.point_bias, 4),
            "answer": _named(ANSWER_NAMES, self.answer_weights),
            "answer_bias": round(self.answer_bias, 4),
            "correct_from": round(self.correct_from, 3),
            "partial_from": round(self.partial_from, 3),
            "unsure_within": round(self.unsure_within, 3),
        }
        file.write_text(json.dumps(stored, indent=2) + "\n")

    def spoken_of(self, evidence: Evidence) -> float:
        """The probability that an answer speaks of a point, whatever it says of it."""
        return logistic(float(evidence.match @ self.match_weights) + self.point_bias)

    def covered(self, evidence: Evidence) -> float:
        """The probability that an answer says what a point says."""
        weighed = float(evidence.match @ self.match_weights + evidence.conflict @ self.conflict_weights)
        return logistic(weighed + self.point_bias)

    def score(self, features: Numbers) -> float:
        """The mark of a whole answer from its `ANSWER_NAMES`, 0 to 1."""
        return logistic(float(features @ self.answer_weights) + self.answer_bias)


def logistic(value: float) -> float:
    """The logistic function."""
    return float(1 / (1 + np.exp(-value)))


def answer_features(covered: Sequence[float], spoken_of: Sequence[float], misconception: float) -> Numbers:
    """What `GradingModel.score` weighs."""
    if not covered:
        return np.zeros(len(ANSWER_NAMES), dtype=np.float32)
    conflict = [max(spoken - said, 0.0) for said, spoken in zip(covered, spoken_of, strict=True)]
    best = sorted(covered, reverse=True)[:2]
    return np.array(
        [np.mean(covered), np.mean(best), np.mean(conflict), misconception],
        dtype=np.float32,
    )


def _numbers(values: dict[str, float], names: Sequence[str]) -> Numbers:
    return np.array([values[name] for name in names], dtype=np.float32)


def _named(names: Sequence[str], values: Numbers) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}
