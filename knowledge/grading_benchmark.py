"""Read the public benchmark of graded short answers, and measure agreement with its human marks.

Mohler, Bunescu, Mihalcea 2011, "Learning to Grade Short Answer Questions using Semantic Similarity Measures and
Dependency Graph Alignments". The data are text files: `raw/questions` and `raw/answers` with `1.1 text` a line,
`raw/1.1` with a student's answer a line, `scores/1.1/ave` with its mean mark of 0 to 5 a line, and `docs/files` with
the questions, those that do not count behind a `#`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.errors import KnowledgeError

RIDGE = 3.0
_TAG = re.compile(r"<[^>]+>")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Marked:
    """A student's answer with the mean mark of two people, 0 to 5."""

    question_id: str
    question: str
    reference: str
    answer: str
    mark: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well predicted marks agree with the human ones."""

    pearson: float
    within: float
    """The median correlation within a question."""
    rmse: float


def read_mohler(folder: Path) -> list[Marked]:
    """Read the files; `folder` holds `raw` and `scores`.

    Raises:
        KnowledgeError: the folder has not these files.
    """
    try:
        questions, references = _numbered(folder / "raw" / "questions"), _numbered(folder / "raw" / "answers")
        names = (folder / "docs" / "files").read_text(encoding="latin-1").split("\n")
        found = []
        for name in (line.strip() for line in names):
            if not name or name.startswith("#"):
                continue
            answers = [_plain(line) for line in (folder / "raw" / name).read_text(encoding="latin-1").splitlines()]
            marks = (folder / "scores" / name / "ave").read_text().split()
            for answer, mark in zip(answers, marks, strict=True):
                found.append(Marked(name, questions[name], references[name], answer, float(mark)))
    except (OSError, KeyError, ValueError) as error:
        raise KnowledgeError(
            f"{folder} does not hold the files of Mohler 2011 ({error}). Give the folder with raw, scores and docs."
        ) from error
    return found


def leave_one_question_out(
    answers: Sequence[Marked], rows: Sequence[Sequence[float]] | npt.NDArray[np.float32]
) -> Floats:
    """Marks predicted by a ridge regression that has not seen the question; `rows` has shape (answers, features)."""
    inputs = np.asarray(rows, dtype=float)
    marks = np.array([one.mark for one in answers])
    names = np.array([one.question_id for one in answers])
    predicted = np.zeros(len(marks))
    for name in np.unique(names):
        train = names != name
        mean, spread = inputs[train].mean(axis=0), inputs[train].std(axis=0) + 1e-9
        scaled = (inputs - mean) / spread
        gram = scaled[train].T @ scaled[train] + RIDGE * np.eye(inputs.shape[1])
        weights = np.linalg.solve(gram, scaled[train].T @ (marks[train] - marks[train].mean()))
        predicted[~train] = scaled[~train] @ weights + marks[train].mean()
    return np.clip(predicted, 0, 5)


def agreement(answers: Sequence[Marked], predicted: Floats) -> Agreement:
    """Compare predicted marks with the human ones."""
    marks = np.array([one.mark for one in answers])
    names = np.array([one.question_id for one in answers])
    within = [
        float(np.corrcoef(marks[names == name], predicted[names == name])[0, 1])
        for name in np.unique(names)
        if marks[names == name].std() > 0 and predicted[names == name].std() > 0
    ]
    return Agreement(
        pearson=float(np.corrcoef(marks, predicted)[0, 1]),
        within=float(np.median(within)),
        rmse=float(np.sqrt(((marks - predicted) ** 2).mean())),
    )


def _numbered(file: Path) -> dict[str, str]:
    lines = (line.split(maxsplit=1) for line in file.read_text(encoding="latin-1").splitlines() if line.strip())
    return {number.rstrip("."): _TAG.sub(" ", text).strip() for number, text in lines}


def _plain(line: str) -> str:
    """A student's answer without its number and its tags."""
    return _TAG.sub(" ", re.sub(r"^\d+\.\d+\s+", "", line)).strip()
