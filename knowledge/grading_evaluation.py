"""The written answers that the grader is tuned on and reported on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from knowledge.evaluation import SETS

TUNE, REPORT = SETS / "grading_tune.jsonl", SETS / "grading_report.jsonl"
HONEST = {"good": 1.0, "partial": 0.5, "wrong": 0.0}
"""The mark that each honest kind of answer is meant to get; every other kind is an attack and is worth nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """One answer of a set: `covers` are the key points that it makes, by their place."""

    id: str
    kind: str
    answer: str
    covers: frozenset[int]

    @property
    def mark(self) -> float:
        """What it is worth, 0 to 1."""
        return HONEST.get(self.kind, 0.0)


def read_written(file: Path) -> list[Written]:
    """Read a set: one JSON object a line with `id`, `kind`, `answer` and `covers`."""
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Written(line["id"], line["kind"], line["answer"], frozenset(line["covers"])) for line in lines]
