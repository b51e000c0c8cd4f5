"""Learn `ranking.json`: how to weigh the features, and how sure to be.

What ranks the right question first is learned from written questions (`evaluation_sets/tune.jsonl`) by a listwise
softmax loss (Cao et al. 2007, "Learning to Rank: From Pairwise Approach to Listwise Approach"). The same questions,
written ones that nothing here answers, every question of the corpus in its own words, and the same asked of a
corpus that lacks it (a near miss) train the probability with a small network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from knowledge import index as indexing
from knowledge.encoder import Encoder, Vectors
from knowledge.evaluation import Asked
from knowledge.features import FIT_NAMES, SURE_NAMES, Fit, certainty
from knowledge.questions import Corpus, Question
from knowledge.ranking import Numbers, Ranking
from knowledge.search import HITS, Searcher

FOLDS = 6
NEAR_MISS_WEIGHT = 0.3
"""Some near misses do have a fair answer elsewhere: they count for less than what was written as unanswerable."""
VERBATIM_WEIGHT = 0.3
FALSE_ANSWERS = 0.023
"""Share of the written unanswerable that may get an answer while training: below the 3% that is promised."""
FALSE_SILENCE = 0.04
"""Share of the answerable that may get `unknown` while training: half of the 8% that is promised."""
UNITS, STEPS = 12, 300
"""Hidden units of the calibration, and steps of its training: few, against learning the questions by heart."""
LEAST_SURE = 0.4
"""No answer is given below this probability, however few false ones there would be."""


@dataclass(frozen=True, slots=True)
class Example:
    """One asked question: how it fits every question of its fold, and which one answers it (None: none does)."""

    fitted: Fit
    target: int | None
    texts: Sequence[str]
    weight: float


def learn(corpus: Corpus, encoder: Encoder, tune: Sequence[Asked], start: Ranking, language: frozenset[str]) -> Ranking:
    """Train both stages and set the thresholds; deterministic for the same corpus and model."""
    cached = CachedEncoder(encoder)
    written = list(_written(corpus, cached, start, language, tune))
    weights = _learn_fusion([example for example in written if example.target is not None])
    others = [*_near_misses(corpus, cached, start, language), *_verbatim(corpus, cached, start, language)]
    return _learn_certainty(written, others, dataclasses.replace(start, fit_weights=weights))


class CachedEncoder(Encoder):
    """An encoder that embeds each text once: the folds share most of theirs."""

    def __init__(self, encoder: Encoder) -> None:
        self.fingerprint = encoder.fingerprint
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        new = sorted({text for text in texts if text not in self._known})
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def _searcher(questions: Sequence[Question], encoder: Encoder, ranking: Ranking, language: frozenset[str]) -> Searcher:
    return Searcher(indexing.build(Corpus(tuple(questions), ()), encoder), encoder, ranking, language)


def _near_misses(corpus: Corpus, encoder: Encoder, ranking: Ranking, language: frozenset[str]) -> Iterator[Example]:
    for fold in range(FOLDS):
        kept = [question for row, question in enumerate(corpus.questions) if row % FOLDS != fold]
        hidden = [question for row, question in enumerate(corpus.questions) if row % FOLDS == fold]
        searcher = _searcher(kept, encoder, ranking, language)
        asked = [(wording, None) for question in hidden for wording in (question.question, *question.asks[:1])]
        yield from _examples(searcher, asked, NEAR_MISS_WEIGHT)


def _verbatim(corpus: Corpus, encoder: Encoder, ranking: Ranking, language: frozenset[str]) -> Iterator[Example]:
    """Every question asked in its own words, as autocomplete and buttons do."""
    searcher = _searcher(corpus.questions, encoder, ranking, language)
    asked = [(question.question, row) for row, question in enumerate(corpus.questions)]
    yield from _examples(searcher, asked, VERBATIM_WEIGHT)


def _written(
    corpus: Corpus, encoder: Encoder, ranking: Ranking, language: frozenset[str], tune: Sequence[Asked]
) -> Iterator[Example]:
    rows = {question.id: row for row, question in enumerate(corpus.questions)}
    searcher = _searcher(corpus.questions, encoder, ranking, language)
    asked = [(one.q, rows[one.ids[0]] if one.ids else None) for one in tune]
    yield from _examples(searcher, asked, weight=1.0)


def _examples(searcher: Searcher, asked: Sequence[tuple[str, int | None]], weight: float) -> Iterator[Example]:
    fits = searcher.fit([query for query, _ in asked])
    for fitted, (_, target) in zip(fits, asked, strict=True):
        if fitted is not None:
            yield Example(fitted, target, searcher.texts, weight)


def _learn_fusion(examples: Sequence[Example]) -> Numbers:
    """Weights that put the target first, scaled to a sum of 1 over the positive ones."""
    count = max(len(example.fitted.table) for example in examples)
    tables = torch.full((len(examples), count, len(FIT_NAMES)), 0.0)
    for row, example in enumerate(examples):
        tables[row, : len(example.fitted.table)] = torch.from_numpy(example.fitted.table)
    targets = torch.tensor([example.target for example in examples])
    weights = torch.full((len(FIT_NAMES),), 5.0, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(tables @ weights, targets) + 1e-4 * (weights**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    learned = weights.detach()
    return (learned / learned.clamp(min=0).sum()).numpy()


def _learn_certainty(written: Sequence[Example], others: Sequence[Example], ranking: Ranking) -> Ranking:
    rows = [judged(example, ranking.fuse(example.fitted.table)) for example in (*written, *others)]
    learned = dataclasses.replace(ranking, **train([hit for hits in rows for hit in hits]))
    best = learned.probability(np.stack([hits[0].features for hits in rows[: len(written)]]))
    answerable = np.array([example.target is not None for example in written])
    return dataclasses.replace(
        learned,
        answer_from=max(LEAST_SURE, float(np.quantile(best[~answerable], 1 - FALSE_ANSWERS))),
        suggest_from=float(np.quantile(best[answerable], FALSE_SILENCE)),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """One of the best hits of an example: its features, whether it answers, and how much it counts."""

    place: int
    features: Numbers
    answers: bool
    weight: float


def judged(example: Example, fused: Numbers) -> list[Judged]:
    """The best hits of an example, best first, given every question's ranking score."""
    order = np.argsort(-fused, kind="stable")[:HITS]
    table = certainty(example.fitted, fused, order, [example.texts[question] for question in order])
    return [
        Judged(int(question), row, question == example.target, example.weight * (1.0 if place == 0 else 0.15))
        for place, (question, row) in enumerate(zip(order, table, strict=True))
    ]


def train(hits: Sequence[Judged]) -> dict[str, Any]:
    """Learn a calibration; its numbers by their names in `Judge`."""
    features = torch.from_numpy(np.stack([hit.features for hit in hits]))
    mean, spread = features.mean(0), features.std(0).clamp(min=1e-3)
    wanted = torch.tensor([float(hit.answers) for hit in hits])
    each = torch.tensor([hit.weight for hit in hits])
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(len(SURE_NAMES), UNITS), torch.nn.Tanh(), torch.nn.Linear(UNITS, 1), torch.nn.Flatten(0)
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.02, weight_decay=0.5)
    for _ in range(STEPS):
        optimizer.zero_grad()
        scores = network((features - mean) / spread)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted, weight=each)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    weights, bias, unit_weights, unit_bias = (parameter.detach() for parameter in network.parameters())
    plain = weights / spread
    return {
        "sure_weights": plain.T.numpy(),
        "sure_bias": (bias - plain @ mean).numpy(),
        "unit_weights": unit_weights[0].numpy(),
        "unit_bias": float(unit_bias),
    }
