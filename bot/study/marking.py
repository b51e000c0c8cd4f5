"""Marking answers to exercises: by what is right, by running code, by key points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from bot.sandbox.errors import SandboxError
from bot.sandbox.wire import RunRequest, RunResult
from bot.study import blanks
from bot.study.exercise import Exercise
from bot.study.marks import Mark, PointMark, Verdict
from knowledge.grading import Graded, Rubric
from knowledge.questions import Question

_OF_GRADER: dict[str, Verdict] = {"correct": "right", "partial": "partly", "wrong": "wrong", "unsure": "unsure"}
# Nothing in it that the program would have to know: brackets, None, plain numbers.
_EMPTY_HANDED = re.compile(r"(?:None|True|False|[\s()\[\]{},.\d'\"])*")
_LAST_LINES = 300


class Worker(Protocol):
    """Runs snippets somewhere."""

    async def run(self, request: RunRequest) -> RunResult:
        """Run a snippet; raises SandboxError in words for the person who sent it."""


class Grading(Protocol):
    """Grades answers in free text."""

    async def grade(self, rubric: Rubric, answer: str) -> Graded:
        """See `knowledge.grading.Grader.grade`."""


class Marker:
    """Marks answers; code runs in the worker, free text goes to the grader."""

    def __init__(self, grading: Grading, worker: Worker) -> None:
        self._grading = grading
        self._worker = worker

    async def mark(self, exercise: Exercise, question: Question | None, given: Sequence[str]) -> Mark:
        """Mark an answer: one text for each of the exercise's `expected`, for *choice* the letter or word chosen.

        `question` is the one that the exercise was made from, None when it is gone. Where the worker cannot be had an
        *output* is marked by what was printed when the question was written, and *code* is unsure.
        """
        given = tuple(given)
        match exercise.form:
            case "choice" | "true-false":
                return _chosen(exercise, given[0])
            case "output":
                return await self._output(exercise, given)
            case "code":
                return await self._code(exercise, given)
            case "text":
                return await self._text(exercise, question, given[0])

    async def _output(self, exercise: Exercise, given: tuple[str, ...]) -> Mark:
        really = None
        try:
            ran = await self._worker.run(RunRequest(exercise.code))
        except SandboxError:
            ran = None
        if ran is not None and ran.status == "ok":
            really = blanks.printed_values(ran.stdout, exercise.values)
        expected = really or exercise.expected
        typed = (*given, *("" for _ in expected))[: len(expected)]
        hits = [blanks.same_value(mine, right) for mine, right in zip(typed, expected, strict=True)]
        told = ", ".join(f"{mark} is {right}" for mark, right in zip(blanks.MARKS, expected, strict=False))
        share = sum(hits) / len(hits)
        return Mark(share, "right" if share == 1 else "partly" if share else "wrong", f"It printed: {told}.")

    async def _code(self, exercise: Exercise, given: tuple[str, ...]) -> Mark:
        if _EMPTY_HANDED.fullmatch(given[0]):
            return Mark(0.0, "wrong", f"One way: {exercise.expected[0]}")
        try:
            ran = await self._worker.run(RunRequest(exercise.program(given)))
        except SandboxError as error:
            return Mark(0.0, "unsure", f"{error} One way: {exercise.expected[0]}")
        if ran.status == "ok" and _lines(ran.stdout) == _lines(exercise.printed):
            return Mark(1.0, "right", "Your program printed exactly that.")
        if ran.status == "ok":
            why = _first_difference(ran.stdout, exercise.printed)
        elif ran.status == "error":
            why = (ran.stderr.strip().splitlines() or ["It ended with an error."])[-1][:_LAST_LINES]
        else:
            why = f"It was stopped: {ran.status}."
        return Mark(0.0, "wrong", f"{why}\nOne way: {exercise.expected[0]}")

    async def _text(self, exercise: Exercise, question: Question | None, answer: str) -> Mark:
        if question is not None and question.key_points:
            rubric = Rubric.of(question)
        elif question is not None:
            rubric = Rubric.from_reference(question.question, question.answer)
        else:
            rubric = Rubric(exercise.prompt, (), exercise.expected, ())
        graded = await self._grading.grade(rubric, answer)
        points = tuple(PointMark(point.text, point.state) for point in graded.points)
        return Mark(graded.score, _OF_GRADER[graded.verdict], graded.in_words(), points)


def _chosen(exercise: Exercise, given: str) -> Mark:
    right = given == exercise.expected[0]
    told = (
        f"{exercise.expected[0]} is right." if exercise.form == "choice" else f"It is {exercise.expected[0].lower()}."
    )
    return Mark(1.0, "right", told) if right else Mark(0.0, "wrong", told)


def _lines(printed: str) -> list[str]:
    return [line.rstrip() for line in printed.rstrip().splitlines()]


def _first_difference(printed: str, wanted: str) -> str:
    mine, right = _lines(printed), _lines(wanted)
    for got, want in zip(mine, right, strict=False):
        if got != want:
            return f"It printed: {got[:_LAST_LINES]}\nWanted was: {want[:_LAST_LINES]}"
    return f"It printed {len(mine)} lines; {len(right)} were wanted."
