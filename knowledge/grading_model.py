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
    "denied",  # mean over the points that are spoken of: the same words, denied on one side
    "turned",  # mean over these points: it is said of their rival
    "misconception",  # how surely the answer says the wrong side of a misconception rather than the right one
    "misconceptions",  # the same, summed over all misconceptions
    "precision",  # share of what the answer says that the rubric says too, where it covers anything
)


_RECALL = MATCH_NAMES.index("recall_sentence")
_POLARITY, _RIVAL = CONFLICT_NAMES.index("polarity"), CONFLICT_NAMES.index("rival")


@dataclass(frozen=True, slots=True)
class Look:
    """What an answer shows, before it is judged."""

    points: tuple[Evidence, ...]
    sides: tuple[float, ...]
    """For each misconception how much surer its wrong side is than the right one, -1 to 1."""
    precision: float


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

    def conflict(self, evidence: Evidence) -> float:
        """How much what is said speaks against the point, as a logarithm of odds, 0 and more."""
        return -float(evidence.conflict @ self.conflict_weights)

    def reversed(self, look: Look) -> tuple[float, float]:
        """How far an answer denies what it speaks of in the same words, and says it of the rival, each 0 to 1."""
        if not look.points:
            return 0.0, 0.0
        spoken_of = np.array([self.spoken_of(each) for each in look.points])
        polarity = np.array([each.conflict[_POLARITY] for each in look.points])
        rival = np.array([each.conflict[_RIVAL] for each in look.points])
        said = np.array([each.match[_RECALL] for each in look.points])
        clearly = spoken_of >= 0.5
        most = int(np.argmax(spoken_of))
        return (
            float((spoken_of * polarity * said).sum() / max(float(spoken_of.sum()), 1e-9)),
            max(float(rival[clearly].mean()), float(rival[most])) if clearly.any() else 0.0,
        )

    def features(self, look: Look) -> Numbers:
        """What the mark of a whole answer is weighed from, in the order of `ANSWER_NAMES`."""
        if not look.points:
            return np.zeros(len(ANSWER_NAMES), dtype=np.float32)
        covered = np.array([self.covered(each) for each in look.points])
        spoken_of = np.array([self.spoken_of(each) for each in look.points])
        denied, turned = self.reversed(look)
        held = [max(side, 0.0) for side in look.sides]
        best = np.sort(covered)[-2:].mean()
        return np.array(
            [
                covered.mean(),
                best,
                np.maximum(spoken_of - covered, 0.0).mean(),
                denied * spoken_of.max(),
                turned,
                max(held, default=0.0),
                sum(held),
                look.precision * best,
            ],
            dtype=np.float32,
        )

    def score(self, look: Look) -> float:
        """The mark of a whole answer, 0 to 1."""
        return logistic(float(self.features(look) @ self.answer_weights) + self.answer_bias)


def logistic(value: float) -> float:
    """The logistic function."""
    return float(1 / (1 + np.exp(-value)))


def _numbers(values: dict[str, float], names: Sequence[str]) -> Numbers:
    return np.array([values[name] for name in names], dtype=np.float32)


def _named(names: Sequence[str], values: Numbers) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}
