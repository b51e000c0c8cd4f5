"""Learn `grading.json` from written answers (`evaluation_sets/grading_tune.jsonl`).

First the probability that a point is covered, from every pair of answer and key point; then the mark of the whole
answer. Both are logistic regressions whose weights keep their sign (a match may only help, a conflict only hurt),
so that no combination of words is worth more for saying something wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from knowledge.encoder import TokenEncoder
from knowledge.grading import Grader, Rubric
from knowledge.grading_evaluation import HONEST, Written
from knowledge.grading_features import CONFLICT_NAMES, MATCH_NAMES
from knowledge.grading_model import ANSWER_NAMES, GradingModel
from knowledge.questions import Corpus

ATTACK_WEIGHT = 0.5
"""Attacks are more alike than honest answers, so each counts for less."""
ANCHORS = 60
"""How often an answer that says nothing of the subject stands in the training, with the mark 0: without these a
regression gives the mean mark to what it knows nothing of."""
SHRINK = 0.01
MOST_UNSURE = 0.1
"""Share of the honest answers that may be too close to call."""

_SIGNS = [1.0] * len(MATCH_NAMES) + [-1.0] * len(CONFLICT_NAMES)
_ANSWER_SIGNS = {
    "coverage": 1.0,
    "best": 1.0,
    "conflict": -1.0,
    "denied": -1.0,
    "turned": -1.0,
    "misconception": -1.0,
    "misconceptions": -1.0,
    "precision": 1.0,
}

Floats = npt.NDArray[np.float64]


def learn(corpus: Corpus, encoder: TokenEncoder, written: Sequence[Written]) -> GradingModel:
    """Train both stages and set the thresholds; deterministic for the same corpus, answers and model."""
    flat = GradingModel(
        np.ones(len(MATCH_NAMES), np.float32),
        -np.ones(len(CONFLICT_NAMES), np.float32),
        -3.0,
        np.ones(len(ANSWER_NAMES), np.float32),
        0.0,
        0.7,
        0.3,
        0.0,
    )
    grader = Grader(corpus, encoder, flat)
    rows, labels, importance = [], [], []
    for one in written:
        look = grader.look(_rubric(grader, one), one.answer)
        for place, evidence in enumerate(look.points):
            rows.append(np.concatenate([evidence.match, evidence.conflict]))
            labels.append(float(place in one.covers))
            importance.append(1.0 if one.kind in HONEST else ATTACK_WEIGHT)
    weights, bias = _fit(np.array(rows, float), np.array(labels), np.array(importance), np.array(_SIGNS))
    pointed = dataclasses.replace(
        flat,
        match_weights=weights[: len(MATCH_NAMES)].astype(np.float32),
        conflict_weights=weights[len(MATCH_NAMES) :].astype(np.float32),
        point_bias=bias,
    )
    return _learn_marks(Grader(corpus, encoder, pointed), written)


def _learn_marks(grader: Grader, written: Sequence[Written]) -> GradingModel:
    model = grader.model
    looks = [grader.look(_rubric(grader, one), one.answer) for one in written]
    rows = [model.features(look) for look in looks]
    anchors = [np.zeros(len(ANSWER_NAMES), dtype=np.float32)] * ANCHORS
    marks = np.array([one.mark for one in written] + [0.0] * ANCHORS)
    importance = np.array([1.0 if one.kind in HONEST else ATTACK_WEIGHT for one in written] + [1.0] * ANCHORS)
    signs = np.array([_ANSWER_SIGNS[name] for name in ANSWER_NAMES])
    weights, bias = _fit(np.array(rows + anchors, float), marks, importance, signs)
    model = dataclasses.replace(model, answer_weights=weights.astype(np.float32), answer_bias=bias)
    scores = np.array([model.score(look) for look in looks])
    wanted, counts = marks[: len(written)], importance[: len(written)]
    edges = np.linspace(0.1, 0.9, 81)
    partial_from, correct_from = max(
        ((low, high) for low in edges for high in edges if low < high),
        key=lambda pair: ((scores >= pair[0]).astype(float) / 2 + (scores >= pair[1]) / 2 == wanted) @ counts,
    )
    scores = scores[counts == 1.0]
    nearest = np.minimum(np.abs(scores - partial_from), np.abs(scores - correct_from))
    return dataclasses.replace(
        model,
        correct_from=float(correct_from),
        partial_from=float(partial_from),
        unsure_within=float(np.quantile(nearest, MOST_UNSURE)),
    )


def _rubric(grader: Grader, one: Written) -> Rubric:
    return Rubric.of(grader.questions[one.id])


def _fit(rows: Floats, labels: Floats, importance: Floats, signs: Floats) -> tuple[Floats, float]:
    """Logistic regression with weights of given signs, and a small L2 penalty."""
    inputs, wanted = torch.from_numpy(rows), torch.from_numpy(labels)
    counts, sides = torch.from_numpy(importance), torch.from_numpy(signs)
    raw = torch.zeros(rows.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([raw, bias], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        weights = sides * torch.nn.functional.softplus(raw)
        value = torch.nn.functional.binary_cross_entropy_with_logits(inputs @ weights + bias, wanted, weight=counts)
        value = value + SHRINK * (weights**2).mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return (sides * torch.nn.functional.softplus(raw)).detach().numpy(), float(bias.detach())
