"""Gaps in a proof: values taken out of what it prints, and the expression taken out of its code that matters most.

Both come from the proof itself, so every question that has one can be asked in these forms, and both are marked by
running the code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_VALUES = 3
GAP = "____"
_LONGEST_VALUE = 24
_NUMBER = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?"
_VALUE = re.compile(
    rf"""torch\.Size\(\[[^\]]*\]\)
    |(?<!\w)\((?:{_NUMBER},?[ ]?)+\)
    |(?<![\w(])\[+(?:{_NUMBER}|[\[\], ]|True|False|None)*\]+
    |\b(?:True|False|None)\b
    |\btorch\.(?:float|int|uint|bool|complex|bfloat)\d*\b
    |(?<![\w.\[(])(?:{_NUMBER})(?![\w.%\])])""",
    re.VERBOSE,
)
# A value with this behind it names what is printed after it: `7 -> (2, 64, 1, 1)`, `rank 0: …`, `lr 0.3 = …`.
_NAMES_SOMETHING = re.compile(r"\s*(?::|->|=(?!=)|/)")
# What stands behind a keyword or in a dictionary was put in, and is not what came out.
_INPUT = re.compile(r"(?:\w=|['\"]: )$")
_WORDS = frozenset({"True", "False", "None"})
_NOT_ASKED = re.compile(r"\b\w*(?:Error|Warning|Exception)\b")
_SMALL_FRACTION = re.compile(r"\.\d{3,}|e[+-]?\d")
MARKS = "①②③"


@dataclass(frozen=True, slots=True)
class Value:
    """A value on line `line` of an output, and the how-manieth on it."""

    line: int
    index: int
    text: str


def values_in(line: str) -> list[re.Match[str]]:
    """The values on one line of output, in their order."""
    return list(_VALUE.finditer(line))


def askable_values(output: str) -> list[Value]:
    """The values of an output that somebody who understands the code can say: short, round, and no label of others."""
    asked = []
    for number, line in enumerate(output.splitlines()):
        if _NOT_ASKED.search(line):
            continue
        for index, found in enumerate(values_in(line)):
            text = found[0]
            if len(text) > _LONGEST_VALUE or _SMALL_FRACTION.search(text) or not re.search(r"\w", text):
                continue
            named = _NAMES_SOMETHING.match(line, found.end()) or _INPUT.search(line[: found.start()])
            # What stands before a colon says what follows is about.
            if not named and line.find(": ") < found.start() and (text in _WORDS or line.count(text) == 1):
                asked.append(Value(number, index, text))
    return asked


def mask(output: str, values: Sequence[Value]) -> str:
    """The output with the values, at most three in the order of the lines, replaced by ①, ② and ③."""
    lines = output.splitlines()
    # From the end on, so that those before keep their places.
    for mark, value in reversed(list(zip(MARKS, values, strict=False))):
        found = values_in(lines[value.line])[value.index]
        lines[value.line] = lines[value.line][: found.start()] + mark + lines[value.line][found.end() :]
    return "\n".join(lines)


def printed_values(printed: str, values: Sequence[Value]) -> tuple[str, ...] | None:
    """What stands in the gaps when the code really runs; None when its lines are not the expected ones."""
    lines = printed.splitlines()
    found = []
    for value in values:
        on_line = values_in(lines[value.line]) if value.line < len(lines) else []
        if value.index >= len(on_line):
            return None
        found.append(on_line[value.index][0])
    return tuple(found)


def same_value(typed: str, printed: str) -> bool:
    """Whether somebody typed what was printed, however they write it: `[2, 3]` for `torch.Size([2, 3])`, .5 for 0.5."""
    given, right = _plain(typed), _plain(printed)
    if given == right:
        return True
    ours, theirs = _numbers(right), _numbers(given)
    return bool(ours) and len(ours) == len(theirs) and all(map(_close, ours, theirs)) and _words(given) <= _words(right)


def _plain(value: str) -> str:
    value = re.sub(r"[\s`'\"]|tensor|torch\.(?:size)?", "", value.lower())
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", value) if re.fullmatch(_NUMBER, value) else value


def _numbers(value: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?(?<![a-z\d.])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", value)]


def _words(value: str) -> set[str]:
    return set(re.findall(r"[a-z]{2,}", value))


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-9)


@dataclass(frozen=True, slots=True)
class Gap:
    """An expression taken out of a program: `code[start:end]` in characters."""

    start: int
    end: int


def fill(code: str, gap: Gap, expression: str) -> str:
    """The program with `expression` in its gap."""
    # In brackets, so that several lines are one expression and a comment ends before what follows.
    return f"{code[: gap.start]}({expression.strip()}\n){code[gap.end :]}"
