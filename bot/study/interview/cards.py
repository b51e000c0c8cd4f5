"""A scorecard and what it is made from: the scores of one scorer, and what they all come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Self

from pydantic import TypeAdapter

BLANK: tuple[int | None, ...] = (None,) * 5
"""No score on any of the rubric's axes."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One scorer's scores, 1…5 in the order of the rubric's axes, None where they cannot tell, and their words."""

    scorer: int
    role: str
    axes: tuple[int | None, ...]
    strong: str = ""
    work: str = ""


@dataclass(frozen=True, slots=True)
class AxisResult:
    """One axis: mean and range over interviewer and observers, what the candidate and what the bot says."""

    mean: float | None
    low: int | None
    high: int | None
    own: int | None
    bot: int | None

    @property
    def value(self) -> float | None:
        """The one number for a trend: what people scored; alone, what the bot read, else what one says oneself."""
        known = (value for value in (self.mean, self.bot, self.own) if value is not None)
        return next(known, None)


@dataclass(frozen=True, slots=True)
class Missed:
    """Key points of one question or block that were not made. `question_id` is None where there is no page on it."""

    title: str
    points: tuple[str, ...]
    question_id: str | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a round came to.

    `deviation` is the mean average deviation of interviewer and observers from their mean, None with fewer than two of
    them; `apart` the axis on which they differ most, where that is two points or more. `calibration` is how much higher
    the candidate scores themself than the others do. `read` answers were typed, and of `unsure` of them the bot could
    not tell.
    """

    axes: tuple[AxisResult, ...]
    scorers: int
    deviation: float | None = None
    apart: int | None = None
    calibration: float | None = None
    strong: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()
    read: int = 0
    unsure: int = 0

    @property
    def overall(self) -> float | None:
        """The mean over the axes that have a value."""
        values = [axis.value for axis in self.axes if axis.value is not None]
        return fmean(values) if values else None

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave."""
        return _ADAPTER.validate_python(kept)  # type: ignore[return-value]


_ADAPTER: TypeAdapter[Scorecard] = TypeAdapter(Scorecard)
