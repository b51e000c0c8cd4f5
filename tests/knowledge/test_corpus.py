"""What the shipped corpus promises as a whole. That its proofs run, `tutor check` shows."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from knowledge.evaluation import REPORT, TUNE, read_set
from knowledge.questions import Corpus, load_corpus

ARTICLE = {
    "tensors-vs-numpy": True,
    "what-is-autograd": True,
    "module-vs-sequential": True,
    "implement-a-cnn": True,
    "what-is-a-dataloader": True,
    "gradient-descent-variants": False,
    "handle-overfitting": False,
    "regularization-techniques": False,
    "deploy-trained-models": False,
}
"""The questions of the article that the project started from; True where its answer had to be corrected."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def test_it_has_no_fault(corpus: Corpus) -> None:
    assert [str(fault) for fault in corpus.faults] == []


def test_it_is_broad_and_for_all_levels(corpus: Corpus) -> None:
    topics = Counter(question.topic for question in corpus.questions)
    levels = Counter(question.level for question in corpus.questions)
    assert len(corpus.questions) >= 120
    assert len(topics) >= 15
    assert min(topics.values()) >= 3
    assert all(levels[level] >= len(corpus.questions) * 0.15 for level in ("junior", "mid", "senior"))


def test_it_answers_the_questions_of_the_article(corpus: Corpus) -> None:
    questions = corpus.by_id()
    for question_id, corrected in ARTICLE.items():
        assert question_id in questions
        if corrected:
            assert "**Commonly misstated as:**" in questions[question_id].answer, question_id


def test_every_proof_was_run_on_the_pinned_torch(corpus: Corpus) -> None:
    import torch

    assert {question.torch for question in corpus.questions} == {torch.__version__.partition("+")[0]}


def test_no_proof_rests_on_an_api_that_was_replaced(corpus: Corpus) -> None:
    stale = re.compile(r"torch\.cuda\.amp\.|set_default_tensor_type|assert_allclose|torch\.symeig|autograd\.Variable")
    for question in corpus.questions:
        if stale.search("".join(proof.code for proof in question.proofs)):
            # It may be shown, when what it prints or the answer says that it is old.
            assert re.search(r"deprecat|replac|removed|old|legacy", question.answer), question.id


def test_no_evaluated_question_stands_in_the_corpus(corpus: Corpus) -> None:
    def plain(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.lower()))

    phrasings = {plain(text) for question in corpus.questions for text in (question.question, *question.asks)}
    ids = {question.id for question in corpus.questions}
    tuned = {plain(one.q) for one in read_set(TUNE)}
    report = read_set(REPORT)
    assert not phrasings & {plain(one.q) for one in report}
    assert not tuned & {plain(one.q) for one in report}
    assert all(set(one.ids) <= ids for one in report)
    assert sum(bool(one.ids) for one in report) >= 300
    assert sum(not one.ids for one in report) >= 100


def test_the_sets_are_json_lines() -> None:
    for file in (TUNE, REPORT):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert set(json.loads(line)) == {"q", "ids", "kind"}
