"""Learn `ranking_lean.json`: how to judge questions that have nothing but a question and an answer.

Servers write such questions. They are imitated by the corpus's own: a quarter of them, stripped of all that was written
beside the answer, stands beside half of the others, and the last quarter is left out. The weights are learned like the
corpus's (see `knowledge.training`), which stay as they are, so that the scores can be compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from knowledge import index as indexing
from knowledge.encoder import Encoder
from knowledge.evaluation import Asked
from knowledge.features import FIT_NAMES
from knowledge.grading_text import statements
from knowledge.index import texts_of
from knowledge.questions import Corpus, Question
from knowledge.ranking import Judge, Numbers, Ranking
from knowledge.search import Searcher
from knowledge.supplement import Supplement
from knowledge.training import NEAR_MISS_WEIGHT, VERBATIM_WEIGHT, CachedEncoder, Example, judged, train

PARTS = 4
PULL = 1e-3
"""How strongly the weights are held to the corpus's."""


@dataclass(frozen=True, slots=True)
class Deck:
    """A corpus without some questions, and beside it some of them stripped."""

    searcher: Searcher
    stripped: Supplement

    @property
    def places(self) -> dict[str, int]:
        """Where each question is found."""
        questions = (*self.searcher.index.corpus.questions, *self.stripped.questions)
        return {question.id: place for place, question in enumerate(questions)}


def strip(question: Question) -> Question:
    """What would be left of a question if only its answer had been written."""
    return dataclasses.replace(
        question, asks=(), key_points=statements(question.answer), misconceptions=(), sources=(), proofs=(), torch=""
    )


def decks(
    corpus: Corpus, encoder: Encoder, ranking: Ranking, language: frozenset[str], lean: Judge | None, hidden: bool
) -> Iterator[Deck]:
    """Four corpora, each with another quarter stripped; `hidden` says whether the next quarter is left out."""
    numbered = list(enumerate(corpus.questions))
    for part in range(PARTS):
        gone = {part, (part + 1) % PARTS} if hidden else {part}
        kept = tuple(question for row, question in numbered if row % PARTS not in gone)
        stripped = [strip(question) for row, question in numbered if row % PARTS == part]
        searcher = Searcher(indexing.build(Corpus(kept, ()), encoder), encoder, ranking, language, lean)
        vectors = encoder.encode([text for question in stripped for _, text in texts_of(question)])
        yield Deck(searcher, searcher.supplement(stripped, vectors))


def learn_lean(
    corpus: Corpus, encoder: Encoder, tune: Sequence[Asked], ranking: Ranking, language: frozenset[str]
) -> Judge:
    """Train both stages; deterministic for the same corpus, model and `ranking`."""
    examples = [
        (example, len(deck.searcher.texts))
        for deck in decks(corpus, CachedEncoder(encoder), ranking, language, None, hidden=True)
        for example in _examples(corpus, deck, tune)
    ]
    weights, bias = _learn_fusion([pair for pair in examples if pair[0].target is not None], ranking)
    start = Judge(weights, bias, ranking.sure_weights, ranking.sure_bias, ranking.unit_weights, ranking.unit_bias)
    hits = []
    for example, own in examples:
        fused = np.concatenate((ranking.fuse(example.fitted.table[:own]), start.fuse(example.fitted.table[own:])))
        hits += [hit for hit in judged(example, fused) if hit.place >= own]
    return dataclasses.replace(start, **train(hits))


def _examples(corpus: Corpus, deck: Deck, tune: Sequence[Asked]) -> Iterator[Example]:
    places = deck.places
    asked = [(one.q, places.get(one.ids[0]) if one.ids else None, 1.0) for one in tune]
    # What is left out is a near miss, in other people's words as well as in its own.
    asked = [
        (words, place, NEAR_MISS_WEIGHT if one.ids and place is None else weight)
        for one, (words, place, weight) in zip(tune, asked, strict=True)
    ]
    for question in corpus.questions:
        place = places.get(question.id)
        asked.append((question.question, place, NEAR_MISS_WEIGHT if place is None else VERBATIM_WEIGHT))
    fits = deck.searcher.fit([words for words, _, _ in asked], [deck.stripped] * len(asked))
    texts = [*deck.searcher.texts, *deck.stripped.texts]
    for fitted, (_, place, weight) in zip(fits, asked, strict=True):
        if fitted is not None:
            yield Example(fitted, place, texts, weight)


def _learn_fusion(examples: Sequence[tuple[Example, int]], ranking: Ranking) -> tuple[Numbers, float]:
    """Weights and a bias for the stripped questions that put the target first among all."""
    count = max(len(example.fitted.table) for example, _ in examples)
    tables = torch.zeros((len(examples), count, len(FIT_NAMES)))
    stripped = torch.zeros((len(examples), count), dtype=torch.bool)
    beyond = torch.ones((len(examples), count), dtype=torch.bool)
    for row, (example, own) in enumerate(examples):
        size = len(example.fitted.table)
        tables[row, :size] = torch.from_numpy(example.fitted.table)
        stripped[row, own:size] = True
        beyond[row, :size] = False
    targets = torch.tensor([example.target for example, _ in examples])
    importance = torch.tensor([example.weight for example, _ in examples])
    corpus_weights = torch.from_numpy(ranking.fit_weights)
    weights = corpus_weights.clone().requires_grad_(True)
    bias, sharpness = torch.zeros(1, requires_grad=True), torch.tensor(30.0, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias, sharpness], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = torch.where(stripped, tables @ weights + bias, tables @ corpus_weights) * sharpness
        each = torch.nn.functional.cross_entropy(scores.masked_fill(beyond, -1e9), targets, reduction="none")
        value = (each * importance).sum() / importance.sum() + PULL * ((weights - corpus_weights) ** 2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), float(bias.detach())
