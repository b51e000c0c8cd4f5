"""Questions for tests, found by asking the tutor: what it answers, suggests for and does not know changes with it."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.questions import Question
from knowledge.search import Verdict
from knowledge.tutor import Tutor

VAGUE = (
    "gradients in training",
    "model memory",
    "tensor shape problem",
    "loss does not go down",
    "why is training slow",
    "dropout and normalization",
    "convolution size",
    "copy of a tensor",
    "attention mask shape",
    "module parameters",
    "optimizer step order",
    "in place operation",
    "dataloader slow",
    "weights",
    "view tensor",
    "device",
    "batch",
    "softmax",
    "layers",
)
FOREIGN = (
    "What is the best recipe for apple pie?",
    "Who won the football world cup in 1998?",
    "How do I prune roses in spring?",
)


@dataclass(frozen=True)
class Probes:
    """Words that lead to each verdict with several hits, and the questions behind them."""

    answered: Question
    """Asked in its own words, it is answered."""
    with_follow_ups: Question
    """Answered too, and it has follow-ups."""
    vague: str
    """Leads to suggestions."""
    foreign: str
    """Leads to nothing."""


def probe(tutor: Tutor) -> Probes:
    """Try words until each verdict was met."""

    def meets(words: str, verdict: Verdict) -> bool:
        return tutor.ask_now(words).verdict == verdict

    questions = tutor.corpus.questions
    answered = [
        question for question in questions[:60] if tutor.ask_now(question.question).hits[0].question is question
    ]
    answered = [question for question in answered if meets(question.question, "answer")]
    known = {question.id for question in questions}
    return Probes(
        answered=answered[0],
        with_follow_ups=next(question for question in answered if set(question.follow_ups) & known),
        vague=next(words for words in (*VAGUE, *_halves(questions)) if meets(words, "suggest")),
        foreign=next(words for words in FOREIGN if meets(words, "unknown")),
    )


def _halves(questions: tuple[Question, ...]) -> list[str]:
    words = [question.question.split() for question in questions]
    return [" ".join(one[: len(one) // 2]) for one in words]
