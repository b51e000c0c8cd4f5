"""A draft as a row of texts: what the columns of a table and the fields of an Anki note are called, and hold."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.fences import write_proofs

COLUMNS = ("question", "answer", "asks", "key_points", "wrong", "right", "topic", "level", "sources", "code")
"""Lists have an entry a line; the lines of `wrong` and `right` belong together."""

_ALIASES = {
    "front": "question",
    "back": "answer",
    "other_phrasings": "asks",
    "phrasings": "asks",
    "points": "key_points",
    "common_mistakes": "wrong",
    "in_fact": "right",
    "source": "sources",
    "links": "sources",
    "difficulty": "level",
    "proofs": "code",
}


def column(header: str) -> str:
    """The column that a header means, however it is spelt; the header itself, in small letters, where it is none."""
    name = "_".join(re.findall(r"[^\W_]+", header.lower()))
    return _ALIASES.get(name, name)


def raw_of(cells: Mapping[str, str]) -> dict[str, object]:
    """The values of a row, by column, as `draft.check` takes them."""
    raw: dict[str, object] = {name: text for name, text in cells.items() if name not in {"wrong", "right", "code"}}
    sides = [[line for line in cells.get(side, "").splitlines() if line.strip()] for side in ("wrong", "right")]
    rows = max(map(len, sides))
    wrong, right = ([*lines, *[""] * (rows - len(lines))] for lines in sides)
    raw["misconceptions"] = [{"wrong": one, "right": other} for one, other in zip(wrong, right, strict=True)]
    raw["proofs"] = cells.get("code", "")
    return raw


def cells_of(draft: Draft) -> dict[str, str]:
    """What `raw_of` reads back."""
    return {
        "question": draft.question,
        "answer": draft.answer,
        "asks": "\n".join(draft.asks),
        "key_points": "\n".join(draft.key_points),
        "wrong": "\n".join(pair.wrong for pair in draft.misconceptions),
        "right": "\n".join(pair.right for pair in draft.misconceptions),
        "topic": draft.topic,
        "level": draft.level or "",
        "sources": "\n".join(draft.sources),
        "code": write_proofs(draft.proofs),
    }
