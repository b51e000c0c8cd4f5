"""Grade an answer in free text by the key points that it covers, without a language model.

Each key point is covered, missing or contradicted; listed misconceptions are recognised; what is no honest answer
(keywords in a row, shuffled words, the question repeated) earns nothing and is told why. Where the evidence is too
close to call the verdict is `unsure`, and the person should rate themselves.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.encoder import TokenEncoder, choose_device, find_model, open_encoder
from knowledge.grading_features import Against, Evidence, Part, Weights, evidence, precision, read_parts
from knowledge.grading_fluency import Fluency, grammar_share
from knowledge.grading_model import GradingModel, Look
from knowledge.grading_text import LONGEST_ANSWER, content_keys, rivals_in, sentences, words
from knowledge.questions import CORPUS_DIR, Corpus, Misconception, Question, load_corpus

Verdict = Literal["correct", "partial", "wrong", "unsure"]
State = Literal["covered", "missing", "contradicted"]
Guard = Literal["empty", "repeats the question", "keywords", "no sentences", "denies", "turns round"]

COVERED_FROM = 0.5
CONTRADICTED_FROM = 1.3
"""Where a conflict divides the odds by nearly four: on the tune set one good answer in twenty has such a point, and
one wrong answer in three."""
MISCONCEPTION_FROM = 0.4
"""How much surer the wrong side must be than the right one to be held against the person."""
LEAST_ORDER = 0.8
LEAST_ORDER_OF_FEW = 0.6
"""Nats a word; of honest answers 1% gain less by their order, of shuffled ones 9 in 10, of short ones 3 in 4."""
LEAST_GRAMMAR = 0.15
"""Share of function words; honest answers have 0.28 and more."""
DENIED_FROM = 0.42
"""Good and partial answers of the tune set reach 0.36, those that negate every point begin at 0.47."""
SURELY_DENIED_FROM = 0.55
TURNED_FROM = 0.4
"""Good answers of the tune set reach 0.36; four of five that swap the two things compared are above this."""
SURELY_TURNED_FROM = 0.6
_GUARDED_SCORE = 0.1
_REVERSED_SCORE = 0.2
_LIKELY_SENTENCES = 3
"""Sentences that are looked at for a misconception: the closest ones."""
_FEW_WORDS = 8
"""Below this, an answer is too short to call it keywords."""
_SOME_WORDS, _ENOUGH_WORDS = 12, 20
"""From the first on the order of the words tells something, from the second on a lot."""
_REPEATED_WORDS = 5
"""A sentence with a new word for that many of the question's still repeats it."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """What an answer is graded by."""

    question: str
    asks: tuple[str, ...]
    """Other phrasings of the question."""
    points: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]

    @classmethod
    def of(cls, question: Question) -> Rubric:
        """The rubric of a corpus question."""
        return cls(question.question, question.asks, question.key_points, question.misconceptions)

    @classmethod
    def from_reference(cls, question: str, reference: str) -> Rubric:
        """A rubric that takes the sentences of a model answer as key points."""
        return cls(_sound(question), (), tuple(sentences(_sound(reference))), ())


@dataclass(frozen=True, slots=True)
class GradedPoint:
    """One key point and what became of it."""

    text: str
    state: State
    score: float
    """The probability that it is covered."""
    said: str
    """The sentence of the answer that speaks of it most; empty when it is missing."""


@dataclass(frozen=True, slots=True)
class Graded:
    """The result for one answer."""

    score: float
    """0 to 1."""
    verdict: Verdict
    points: tuple[GradedPoint, ...]
    misconceptions: tuple[Misconception, ...]
    """Those of the rubric whose wrong side the answer says."""
    guard: Guard | None
    """Why the score is capped, if it is: it is no answer at all, or it turns what is right into its opposite."""

    def in_words(self) -> str:
        """What was right, what is missing, what was wrong, for the person who answered."""
        if self.guard is not None and not any(point.said for point in self.points):
            return _GUARD_WORDS[self.guard]
        lines = [_VERDICT_WORDS[self.verdict] if self.guard is None else _GUARD_WORDS[self.guard]]
        titles: tuple[tuple[State, str], ...] = (
            ("covered", "You said"),
            ("missing", "Not mentioned"),
            ("contradicted", "You seem to say otherwise"),
        )
        for state, title in titles:
            lines += [f"{title}: {point.text}" for point in self.points if point.state == state]
        lines += [f"A common mistake: {each.wrong} In fact: {each.right}" for each in self.misconceptions]
        return "\n".join(lines)


_VERDICT_WORDS: dict[Verdict, str] = {
    "correct": "Correct.",
    "partial": "Partly right.",
    "wrong": "Not right.",
    "unsure": "I cannot tell for sure; compare with the points and rate yourself.",
}
_GUARD_WORDS: dict[Guard, str] = {
    "empty": "There is nothing to grade. Write one or two sentences.",
    "repeats the question": "This repeats the question. Say what the answer is.",
    "keywords": "These are keywords without statements. Say in sentences how they belong together.",
    "no sentences": "I cannot read sentences in this. Say it in plain sentences.",
    "denies": "Not right: this denies what holds, or asserts what does not.",
    "turns round": "Not right: this seems to be said of the wrong one of the two.",
}


@dataclass(frozen=True, slots=True)
class _Read:
    """A rubric as the model sees it."""

    points: tuple[Part, ...]
    right: tuple[Part, ...]
    against: Against


class Grader:
    """Grades answers. Blocking: about 30 ms for an answer of three sentences on two cores. Safe in several threads."""

    def __init__(self, corpus: Corpus, encoder: TokenEncoder, model: GradingModel) -> None:
        self.questions = corpus.by_id()
        self.model = model
        self._encoder = encoder
        self._weights = Weights(corpus)
        self._fluency = Fluency(
            text
            for question in corpus.questions
            for text in (
                question.answer,
                *question.key_points,
                *(side for each in question.misconceptions for side in (each.wrong, each.right)),
            )
        )
        self._read = functools.lru_cache(maxsize=64)(self._read_rubric)

    @classmethod
    def open(
        cls, *, data_dir: Path, model: str | None = None, device: str = "auto", corpus_dir: Path = CORPUS_DIR
    ) -> Grader:
        """Load corpus and models. Blocking: about a second.

        Raises:
            ModelError: the embedding model or the device cannot be had.
            OSError: the corpus or the data folder cannot be read.
        """
        encoder = open_encoder(find_model(model), choose_device(device), data_dir / "models")
        return cls(load_corpus(corpus_dir), encoder, GradingModel.load())

    def grade(self, rubric: Rubric, answer: str) -> Graded:
        """Grade one answer; what goes beyond `LONGEST_ANSWER` characters is not read."""
        answer = _sound(answer)[:LONGEST_ANSWER]
        guard = self._guard(rubric, answer)
        if guard == "empty":
            return Graded(
                0.0, "wrong", tuple(GradedPoint(point, "missing", 0.0, "") for point in rubric.points), (), guard
            )
        look = self.look(rubric, answer)
        covered = [self.model.covered(one) for one in look.points]
        score = self.model.score(look)
        if guard is not None:
            points = tuple(
                GradedPoint(text, "missing", min(each, _GUARDED_SCORE), "")
                for text, each in zip(rubric.points, covered, strict=True)
            )
            return Graded(min(score, _GUARDED_SCORE), "wrong", points, (), guard)
        reversal = self._reversal(look)
        if reversal is not None:
            guard, surely = reversal
            score = min(score, _REVERSED_SCORE)
            covered = [min(each, _REVERSED_SCORE) for each in covered]
        points = tuple(
            GradedPoint(text, state, said, evidence.sentence if state != "missing" else "")
            for text, said, evidence in zip(rubric.points, covered, look.points, strict=True)
            for state in [self._state(said, evidence, reversed_=reversal is not None)]
        )
        matched = tuple(
            each for each, side in zip(rubric.misconceptions, look.sides, strict=True) if side >= MISCONCEPTION_FROM
        )
        verdict = self._verdict(score) if reversal is None else "wrong" if surely else "unsure"
        return Graded(score, verdict, points, matched, guard)

    def look(self, rubric: Rubric, answer: str) -> Look:
        """What the answer shows, before it is judged."""
        read = self._read(rubric)
        said = read_parts(self._encoder, sentences(answer))
        evidences = [evidence(point, said, read.against, self._weights) for point in read.points]
        plain = dataclasses.replace(read.against, wrong=())
        sides = []
        for wrong, right in zip(read.against.wrong, read.right, strict=True):
            closest = sorted(said, key=lambda part: -float(part.vector @ wrong.vector))[:_LIKELY_SENTENCES]
            pairs = [
                [self.model.covered(evidence(side, [sentence], plain, self._weights)) for side in (wrong, right)]
                for sentence in closest
            ]
            sides.append(max((one - other for one, other in pairs), default=0.0))
        known = (*read.points, *read.right)
        return Look(tuple(evidences), tuple(sides), precision(said, known, read.against.asked, self._weights))

    def _read_rubric(self, rubric: Rubric) -> _Read:
        wrong = [each.wrong for each in rubric.misconceptions]
        right = [each.right for each in rubric.misconceptions]
        parts = read_parts(self._encoder, [*rubric.points, *wrong, *right])
        points, sides = parts[: len(rubric.points)], parts[len(rubric.points) :]
        against = Against(content_keys([rubric.question]), rivals_in(rubric.question), tuple(sides[: len(wrong)]))
        return _Read(tuple(points), tuple(sides[len(wrong) :]), against)

    def _guard(self, rubric: Rubric, answer: str) -> Guard | None:
        own = content_keys([answer])
        if not own:
            return "empty"
        if _repeats(rubric, answer):
            return "repeats the question"
        count = len(words(answer))
        if count >= _FEW_WORDS and grammar_share(answer) < LEAST_GRAMMAR:
            return "keywords"
        least = LEAST_ORDER if count >= _ENOUGH_WORDS else LEAST_ORDER_OF_FEW
        if count >= _SOME_WORDS and self._fluency.order(answer) < least:
            return "no sentences"
        return None

    def _reversal(self, look: Look) -> tuple[Guard, bool] | None:
        """Whether the answer says the opposite as a whole, and whether that is sure."""
        denied, turned = self.model.reversed(look)
        if denied >= DENIED_FROM:
            return "denies", denied >= SURELY_DENIED_FROM
        if turned >= TURNED_FROM:
            return "turns round", turned >= SURELY_TURNED_FROM
        return None

    def _state(self, covered: float, evidence: Evidence, *, reversed_: bool) -> State:
        if covered >= COVERED_FROM:
            return "covered"
        spoken_of = self.model.spoken_of(evidence) >= COVERED_FROM
        if spoken_of and (reversed_ or self.model.conflict(evidence) >= CONTRADICTED_FROM):
            return "contradicted"
        return "missing"

    def _verdict(self, score: float) -> Verdict:
        if any(
            abs(score - edge) < self.model.unsure_within for edge in (self.model.partial_from, self.model.correct_from)
        ):
            return "unsure"
        if score >= self.model.correct_from:
            return "correct"
        return "partial" if score >= self.model.partial_from else "wrong"


def _sound(text: str) -> str:
    """The text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()


def _repeats(rubric: Rubric, answer: str) -> bool:
    """Whether no sentence adds more than a word in five to the question or to one of its phrasings."""
    phrasings = [content_keys([rubric.question, phrasing]) for phrasing in (rubric.question, *rubric.asks)]
    said = [content_keys([sentence]) for sentence in sentences(answer)]
    return all(min(len(keys - phrasing) for phrasing in phrasings) <= len(keys) // _REPEATED_WORDS for keys in said)
