"""How long an interview takes and what comes when: templates of 20, 45 and 60 minutes, and the limits of the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.study.interview.state import Kind, Part, Stage

LENGTHS = (20, 45, 60)
"""Minutes of one round, with feedback."""

LOBBY_WAIT = timedelta(minutes=30)
READY_WAIT = timedelta(minutes=3)
"""How long a round waits for its candidate and its interviewer to say that they are there."""
BETWEEN_WAIT = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(minutes=15)
EXTENSION = timedelta(minutes=5)
MOST_EXTENSIONS = 3
"""Of one part."""
WARNING = timedelta(minutes=2)
"""Before the end of a part; of a short one, when a third of it is left."""

NAMES: Mapping[Stage, str] = {
    "lobby": "Lobby",
    "ready": "Getting ready",
    "warm-up": "Warm-up",
    "question": "Question",
    "block": "Block",
    "closing": "The candidate's questions",
    "feedback": "Feedback",
    "between": "Between rounds",
    "ended": "Over",
}


@dataclass(frozen=True, slots=True)
class Template:
    """Minutes of each part: the warm-up, each of the questions, the block, the candidate's questions, feedback."""

    warm_up: int
    questions: tuple[int, ...]
    block: int
    closing: int
    feedback: int

    @property
    def minutes(self) -> int:
        """All of it."""
        return self.warm_up + sum(self.questions) + self.block + self.closing + self.feedback


CONCEPTS = {
    20: Template(2, (4, 4, 4), 0, 2, 4),
    45: Template(3, (8, 8, 8, 8), 0, 4, 6),
    60: Template(4, (8, 8, 8, 8, 8), 0, 6, 10),
}
MIXED = {
    20: Template(1, (3, 3), 8, 2, 3),
    45: Template(3, (7, 7), 18, 4, 6),
    60: Template(4, (9, 9), 24, 6, 8),
}
"""Two concept questions and a block."""
BLOCK = {
    20: Template(1, (3,), 11, 2, 3),
    45: Template(3, (5, 5), 22, 4, 6),
    60: Template(4, (6, 6), 30, 6, 8),
}
"""Mostly the block: coding, debugging and design."""


def template(kind: Kind, minutes: int) -> Template:
    """The template for a kind of interview of one of the `LENGTHS`."""
    return {"concepts": CONCEPTS, "mixed": MIXED}.get(kind, BLOCK)[minutes]


def plan(kind: Kind, minutes: int, *, block: bool, solo: bool) -> tuple[tuple[Stage, int], ...]:
    """The parts of a round and their minutes.

    Where there is no `block` to be had, its minutes go to more questions. Who practises alone has nobody to put
    questions to in the end, which leaves more time for the answers, as typing takes longer than talking.
    """
    chosen = template(kind, minutes)
    questions, length = list(chosen.questions), chosen.block
    if length and not block:
        each = questions[0]
        questions += [each] * (length // each)
        questions[-1] += length % each
        length = 0
    warm_up, closing = chosen.warm_up, chosen.closing
    if solo:
        warm_up += 1
        if length:
            length += closing - 1
        else:
            questions[-1] += closing - 1
        closing = 0
    parts: list[tuple[Stage, int]] = [("warm-up", warm_up)]
    parts += [("question", each) for each in questions]
    parts += [("block", length)] if length else []
    parts += [("closing", closing)] if closing else []
    return (*parts, ("feedback", chosen.feedback))


def heading(parts: Sequence[Part], index: int) -> str:
    """What a part is called in its round."""
    part = parts[index]
    if part.stage != "question":
        return NAMES[part.stage]
    alike = [number for number, other in enumerate(parts) if other.stage == "question"]
    return f"Question {alike.index(index) + 1} of {len(alike)}"


def warning_before(minutes: int) -> timedelta:
    """How long before the end of a part of `minutes` its interviewer is warned."""
    return min(WARNING, timedelta(minutes=minutes) / 3)
