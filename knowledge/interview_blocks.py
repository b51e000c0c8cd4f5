"""The blocks of a mock interview: a broken program to debug, a task to code, or a system to design.

Each is read from a Markdown file (`knowledge/interview_parsing.py`), and shown to be true by running it
(`knowledge/interview_checks.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from knowledge.questions import Level, Proof

BlockKind = Literal["coding", "debugging", "design"]

PASSED = "Every check passes."


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What an interviewer says next. Depth 1 clarifies, 2 deepens, 3 is for a strong candidate.

    `listen_for` is what a full answer contains; `question` the corpus question that it comes from, None for what a
    block itself asks.
    """

    depth: int
    say: str
    listen_for: tuple[str, ...]
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """What all blocks have. `statement` is what the candidate is told; everything else is the interviewer's."""

    kind: ClassVar[BlockKind]

    id: str
    title: str
    topics: tuple[str, ...]
    level: Level
    minutes: int
    hints: tuple[str, ...]
    follow_ups: tuple[FollowUp, ...]
    red_flags: tuple[str, ...]
    sources: tuple[str, ...]
    torch: str
    statement: str
    path: Path


@dataclass(frozen=True, slots=True)
class Checked(Block):
    """A block whose candidate writes a program, and the check that says whether it is right."""

    key_points: tuple[str, ...]
    check: str
    check_line: int

    def checked(self, program: str) -> str:
        """A program to run: it prints `PASSED` last, or raises, by an AssertionError with a sentence where it can."""
        return f"{program}\n\n{self.check}\nprint({PASSED!r})\n"


def passed(printed: str) -> bool:
    """Whether what a checked program printed says that it is right; one that ends before its check does not pass."""
    return printed.rstrip().endswith(PASSED)


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault planted in a program: `was` stands there, once; `now` is right instead."""

    was: str
    now: str
    what: str
    why: str
    line: int


@dataclass(frozen=True, slots=True)
class Debugging(Checked):
    """A broken program, the faults planted in it, and a check that sees every one of them."""

    kind: ClassVar[BlockKind] = "debugging"

    faults: tuple[Planted, ...]
    broken: str

    @property
    def fixed(self) -> str:
        """The program with every fault mended."""
        return self.mended(self.faults)

    def mended(self, faults: Collection[Planted]) -> str:
        """The program with only these of its faults mended."""
        program = self.broken
        for fault in sorted(faults, key=lambda fault: self.broken.index(fault.was), reverse=True):
            start = self.broken.index(fault.was)
            program = program[:start] + fault.now + program[start + len(fault.was) :]
        return program


@dataclass(frozen=True, slots=True)
class Coding(Checked):
    """A task to code: where the candidate starts, and a solution."""

    kind: ClassVar[BlockKind] = "coding"

    starter: str
    solution: str


@dataclass(frozen=True, slots=True)
class Clarification:
    """What a good candidate asks before designing, and what the interviewer answers."""

    ask: str
    answer: str


@dataclass(frozen=True, slots=True)
class Area:
    """One part of a design's rubric: what to listen for, and how a weak and a strong candidate treat it."""

    area: str
    key_points: tuple[str, ...]
    weak: str
    strong: str


@dataclass(frozen=True, slots=True)
class Design(Block):
    """A system to design, with a rubric by area, and proofs that compute the numbers which the rubric leans on."""

    kind: ClassVar[BlockKind] = "design"

    clarify: tuple[Clarification, ...]
    areas: tuple[Area, ...]
    proofs: tuple[Proof, ...]

    @property
    def key_points(self) -> tuple[str, ...]:
        """The key points of all areas, in their order."""
        return tuple(point for area in self.areas for point in area.key_points)


AnyBlock = Debugging | Coding | Design
