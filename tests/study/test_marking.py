"""Marks, with the real grader and the real jail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.client import WorkerClient
from bot.sandbox.errors import WorkerUnavailable
from bot.settings import CHECKOUT
from bot.study.exercise import Exercise
from bot.study.exercises import compose, forms_of
from bot.study.marking import Marker
from bot.study.marks import Mark, PointMark, rating_of
from bot.study.memory import Rating
from knowledge.questions import Question
from knowledge.tutor import Tutor
from tests.discord.run.conftest import worker_process  # noqa: F401  the jailed worker
from tests.fakes.worker import RefusingWorker
from tests.sandbox.worker_process import WorkerProcess


@pytest.fixture(scope="module")
def tutor() -> Tutor:
    return Tutor.open(data_dir=CHECKOUT / ".data", device="cpu")


@pytest_asyncio.fixture
async def marker(tutor: Tutor, worker_process: WorkerProcess) -> AsyncIterator[Marker]:  # noqa: F811
    client = WorkerClient([worker_process.url])
    yield Marker(tutor, client)
    await client.aclose()


def asked(tutor: Tutor, form: str) -> list[tuple[Question, Exercise]]:
    pool = tutor.corpus.by_id()
    return [
        (question, compose(question, able, 1, pool))
        for question in pool.values()
        for able in forms_of(question)
        if able == form
    ]


async def test_the_right_option_is_right_and_no_other(marker: Marker, tutor: Tutor) -> None:
    for question, exercise in asked(tutor, "choice")[:5]:
        marks = [await marker.mark(exercise, question, [letter]) for letter in "ABCD"]
        assert [mark.score for mark in marks] == [float(index == exercise.right) for index in range(4)]


async def test_every_output_of_the_corpus_is_marked_by_running_it(marker: Marker, tutor: Tutor) -> None:
    async def check(question: Question, exercise: Exercise) -> None:
        right = await marker.mark(exercise, question, exercise.expected)
        assert right.verdict == "right", (question.id, right)
        half = await marker.mark(exercise, question, [exercise.expected[0], "no idea", "none"])
        assert half.verdict == ("partly" if len(exercise.expected) > 1 else "right")

    cases = asked(tutor, "output")
    for start in range(0, len(cases), 4):
        await asyncio.gather(*(check(*case) for case in cases[start : start + 4]))


async def test_every_gap_of_the_corpus_is_closed_by_what_stood_there_and_not_by_nothing(
    marker: Marker, tutor: Tutor
) -> None:
    async def check(question: Question, exercise: Exercise) -> None:
        right = await marker.mark(exercise, question, exercise.expected)
        assert right == Mark(1.0, "right", "Your program printed exactly that."), question.id
        for nothing in ("None", "", "()"):
            assert (await marker.mark(exercise, question, [nothing])).verdict == "wrong"

    cases = asked(tutor, "code")
    for start in range(0, len(cases), 4):
        await asyncio.gather(*(check(*case) for case in cases[start : start + 4]))


async def test_code_that_fails_or_prints_something_else_says_how(marker: Marker, tutor: Tutor) -> None:
    question, exercise = asked(tutor, "code")[0]
    failed = await marker.mark(exercise, question, ["1 / 0"])
    assert failed.words.startswith("ZeroDivisionError")
    assert exercise.expected[0] in failed.words
    broken = await marker.mark(exercise, question, ["x ("])
    assert "SyntaxError" in broken.words
    for expression in ("print('x')", "exit()", "(lambda: 1)()"):
        assert (await marker.mark(exercise, question, [expression])).verdict == "wrong"


async def test_free_text_is_marked_by_its_points(marker: Marker, tutor: Tutor) -> None:
    question, exercise = asked(tutor, "text")[0]
    full = await marker.mark(exercise, question, [" ".join(question.key_points)])
    assert full.verdict == "right"
    assert {point.state for point in full.points} == {"covered"}
    assert (await marker.mark(exercise, question, ["I do not know."])).verdict == "wrong"
    gone = await marker.mark(exercise, None, [" ".join(question.key_points)])
    assert gone.score > 0.5, "what was asked can be marked after its question is gone"


async def test_without_a_worker_outputs_are_marked_and_code_is_left_to_the_person(tutor: Tutor) -> None:
    marker = Marker(tutor, RefusingWorker(WorkerUnavailable("The worker is away.")))
    question, exercise = asked(tutor, "output")[0]
    assert (await marker.mark(exercise, question, exercise.expected)).verdict == "right"
    question, exercise = asked(tutor, "code")[0]
    mark = await marker.mark(exercise, question, ["torch.ones(2)"])
    assert mark.verdict == "unsure"
    assert "The worker is away." in mark.words
    assert rating_of(mark) is None


def test_ratings_follow_from_marks() -> None:
    assert rating_of(Mark(1.0, "right")) is Rating.GOOD
    assert rating_of(Mark(1.0, "right"), hints=1) is Rating.HARD
    assert rating_of(Mark(0.5, "partly")) is Rating.HARD
    assert rating_of(Mark(0.0, "wrong")) is Rating.AGAIN


def test_a_mark_survives_the_database() -> None:
    mark = Mark(0.5, "partly", "w", (PointMark("t", "covered"),))
    assert Mark.from_json(mark.to_json()) == mark
