"""An exercise: all that is needed to ask something and to mark it.

One that was put to people stays the same whatever becomes of the question that it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

from bot.study import blanks

Form = Literal["choice", "true-false", "output", "code", "text"]
FORMS: tuple[Form, ...] = get_args(Form)
NAMES: Mapping[Form, str] = {
    "choice": "multiple choice",
    "true-false": "true or false",
    "output": "what does it print?",
    "code": "complete the code",
    "text": "free text",
}
LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise, ready to be asked.

    `options` and `right` (an index) belong to *choice* and *true-false*. `code` is the whole program of *output* and
    *code*, `printed` what it prints; `values` are the gaps in that output, `gap` the one in the code. `expected` is the
    right answer, one text for each thing to be typed in or chosen.
    """

    question_id: str
    form: Form
    prompt: str
    expected: tuple[str, ...]
    hints: tuple[str, ...]
    because: str = ""
    """Why the right answer is right, in a sentence, where the question's whole answer is too long to read now."""
    options: tuple[str, ...] = ()
    right: int = 0
    code: str = ""
    printed: str = ""
    values: tuple[blanks.Value, ...] = ()
    gap: blanks.Gap | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        plain["values"] = tuple(blanks.Value(**value) for value in kept["values"])
        plain["gap"] = blanks.Gap(**kept["gap"]) if kept["gap"] else None
        return cls(**plain)

    @property
    def shown_code(self) -> str:
        """The program as it is put to people."""
        return (
            self.code if self.gap is None else f"{self.code[: self.gap.start]}{blanks.GAP}{self.code[self.gap.end :]}"
        )

    @property
    def shown_output(self) -> str:
        """The output as it is put to people."""
        return blanks.mask(self.printed, self.values)

    def program(self, given: tuple[str, ...]) -> str:
        """The program that marks an answer to *output* or *code*."""
        return self.code if self.gap is None else blanks.fill(self.code, self.gap, given[0])


def letter_of(exercise: Exercise, index: int) -> str:
    """What is given by choosing option `index`."""
    return LETTERS[index] if exercise.form == "choice" else exercise.options[index]
