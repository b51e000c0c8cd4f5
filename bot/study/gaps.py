"""Which expressions of a program are worth asking for: those that the question is about."""

from __future__ import annotations

import ast
import re

from bot.study.blanks import Gap
from knowledge.words import identifiers

_LEAST_EXPRESSION = 6
_LONGEST_EXPRESSION = 120


def gaps(code: str, about: str) -> list[Gap]:
    """The expressions worth asking for, best first: one-line ones that use the names which `about` speaks of.

    Only such expressions are taken whose value the program needs, so that leaving the gap empty cannot pass unseen.
    What is no Python, as decks may have, has none.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    known = {part.lower() for name in identifiers(about) for part in name.split(".")}
    known |= {word.lower() for word in re.findall(r"[A-Za-z_]\w+(?=\()|(?<=\.)[a-z_]\w+", about)}
    offsets = _line_offsets(code)
    rated: list[tuple[int, int, Gap]] = []
    for node in ast.walk(tree):
        value = _taken_out(node)
        if value is None or value.lineno != value.end_lineno or value.end_col_offset is None:
            continue
        start = offsets[value.lineno - 1] + _characters(code, value.lineno, value.col_offset)
        end = offsets[value.lineno - 1] + _characters(code, value.lineno, value.end_col_offset)
        text = code[start:end]
        if not _LEAST_EXPRESSION <= len(text) <= _LONGEST_EXPRESSION:
            continue
        names = {inner.attr for inner in ast.walk(value) if isinstance(inner, ast.Attribute)}
        names |= {word.arg for word in ast.walk(value) if isinstance(word, ast.keyword) and word.arg}
        names |= {inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name)}
        telling = {name.lower() for name in names} & known - {"torch", "nn"}
        if telling and code.count(text) == 1:
            rated.append((-len(telling), start, Gap(start, end)))
    return [gap for _, _, gap in sorted(rated, key=lambda each: each[:2])]


def _taken_out(node: ast.AST) -> ast.expr | None:
    """The value of an assignment to a plain name or to an attribute; what is only called for its effect stays in."""
    if not isinstance(node, ast.Assign):
        return None
    value = node.value
    if not isinstance(value, ast.Call | ast.BinOp | ast.Subscript | ast.Attribute):
        return None
    return value if any(isinstance(inner, ast.Call | ast.Attribute) for inner in ast.walk(value)) else None


def _line_offsets(code: str) -> list[int]:
    offsets = [0]
    for line in code.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    return offsets


def _characters(code: str, line: int, column: int) -> int:
    """A column in UTF-8 bytes, as `ast` counts, in characters."""
    return len(code.splitlines()[line - 1].encode()[:column].decode())
