"""What belongs to a part of an interview, whatever it is made of: for the notes, the hints, the grader and the bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.study.exercises import compose
from bot.study.interview.state import MAIN, Part
from knowledge.grading import Rubric
from knowledge.interview_blocks import AnyBlock, Area, Clarification, Coding, Debugging, Design, FollowUp, Planted
from knowledge.interviews import Interviews, Pack
from knowledge.questions import Misconception, Question

MaterialKind = Literal["talk", "question", "coding", "debugging", "design"]
GONE = "This question is no longer in my collection. Go on with the next one."


@dataclass(frozen=True, slots=True)
class Material:
    """`statement` and `code` are the candidate's; everything after them is for who interviews.

    `answer` is the model answer in words, `solution` the code that solves it; `asks` are other ways to put the
    question. `question_id` is the corpus question that it is, None for blocks and talk.
    """

    kind: MaterialKind
    title: str
    statement: str = ""
    code: str = ""
    question_id: str | None = None
    answer: str = ""
    solution: str = ""
    points: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    hints: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()
    faults: tuple[Planted, ...] = ()
    areas: tuple[Area, ...] = ()
    clarify: tuple[Clarification, ...] = ()
    block: AnyBlock | None = None

    def rubric(self, ask: int = MAIN) -> Rubric:
        """What an answer to the question itself, or to a follow-up, is graded by."""
        if ask == MAIN:
            return Rubric(self.title, self.asks, self.points, self.misconceptions)
        follow_up = self.follow_ups[ask]
        return Rubric(follow_up.say, (), follow_up.listen_for, ())

    def is_narrow(self, ask: int) -> bool:
        """Whether a follow-up asks about one side of a question, so that an answer need not make all its points."""
        return ask != MAIN and ask < len(self.follow_ups) and self.follow_ups[ask].question is not None

    def points_of(self, ask: int) -> tuple[str, ...]:
        """The key points of the question itself, or of a follow-up; none for a follow-up that is gone."""
        if ask == MAIN:
            return self.points
        return self.follow_ups[ask].listen_for if ask < len(self.follow_ups) else ()

    def checked(self, program: str) -> str | None:
        """The program with the hidden check behind it; None where there is none."""
        return self.block.checked(program) if isinstance(self.block, Debugging | Coding) else None


def pack_of(interviews: Interviews, pack_id: str) -> Pack | None:
    """A pack by its id; None when there is none any more."""
    return next((pack for pack in interviews.packs if pack.id == pack_id), None)


def material_of(part: Part, pack: Pack | None, interviews: Interviews, questions: Mapping[str, Question]) -> Material:
    """The material of a part. What is no longer there is replaced by a sentence that says so."""
    match part.stage:
        case "question":
            question = questions.get(part.ref)
            return Material("talk", part.title, GONE) if question is None else _of_question(question, pack, questions)
        case "block":
            block = next((block for block in interviews.blocks if block.id == part.ref), None)
            return Material("talk", part.title, GONE) if block is None else _of_block(block)
        case _:
            return Material("talk", part.title)


def _of_question(question: Question, pack: Pack | None, questions: Mapping[str, Question]) -> Material:
    asked = next((asked for asked in pack.questions if asked.ask == question.id), None) if pack else None
    return Material(
        "question",
        question.question,
        question_id=question.id,
        answer=question.answer,
        points=question.key_points,
        asks=question.asks,
        misconceptions=question.misconceptions,
        follow_ups=asked.follow_ups if asked else _own_follow_ups(question, questions),
        hints=compose(question, "text", 0, {}).hints,
        red_flags=asked.red_flags if asked else tuple(each.wrong for each in question.misconceptions),
    )


def _own_follow_ups(question: Question, questions: Mapping[str, Question]) -> tuple[FollowUp, ...]:
    """The questions that the corpus puts after this one, for what no pack has follow-ups for."""
    following = [questions[other] for other in question.follow_ups if other in questions]
    return tuple(
        FollowUp(min(depth, 3), other.question, other.key_points, other.id)
        for depth, other in enumerate(following[:3], start=1)
        if other.key_points
    )


def _of_block(block: AnyBlock) -> Material:
    common = Material(
        block.kind,
        block.title,
        statement=block.statement,
        points=block.key_points,
        follow_ups=block.follow_ups,
        hints=block.hints,
        red_flags=block.red_flags,
        block=block,
    )
    match block:
        case Debugging():
            return replace(common, code=block.broken, solution=block.fixed, faults=block.faults)
        case Coding():
            return replace(common, code=block.starter, solution=block.solution)
        case Design():
            return replace(common, areas=block.areas, clarify=block.clarify)
