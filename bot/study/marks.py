"""What an answer to an exercise is worth, and what that says about the person's memory of the question."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from bot.study.memory import Rating

Verdict = Literal["right", "partly", "wrong", "unsure"]

VERDICTS: dict[Verdict, str] = {
    "right": "Right",
    "partly": "Partly right",
    "wrong": "Not right",
    "unsure": "Hard to tell",
}


@dataclass(frozen=True, slots=True)
class PointMark:
    """What became of one key point: covered, missing or contradicted."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is worth: `score` 0…1, and in `words` why, for the person who gave it."""

    score: float
    verdict: Verdict
    words: str = ""
    points: tuple[PointMark, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read back what `to_json` gave."""
        return cls(kept["score"], kept["verdict"], kept["words"], tuple(PointMark(**point) for point in kept["points"]))


PASSED = Mark(0.0, "wrong", "You passed.")
"""For who skips a question."""


def rating_of(mark: Mark, hints: int = 0) -> Rating | None:
    """How well an answer shows that its question was remembered; None when only the person can say.

    Nothing that the bot graded counts as *Easy*: that is for the person to say.
    """
    if mark.verdict == "unsure":
        return None
    if mark.verdict == "wrong":
        return Rating.AGAIN
    return Rating.HARD if mark.verdict == "partly" or hints else Rating.GOOD
