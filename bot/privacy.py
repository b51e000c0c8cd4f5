"""Somebody's own data as one zip: a JSON file a table, and a README.txt that says what each field is.

The words come from docs/privacy.md, which documents every column of every table.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.settings import CHECKOUT
from bot.store.backup import plain

PAGE = CHECKOUT / "docs" / "privacy.md"

_TABLE = re.compile(r"^### `(\w+)`\n\n((?:[^|\n].*\n)+)\n((?:\|.*\n)+)", re.MULTILINE)
_COLUMN = re.compile(r"^\| `(\w+)` \| (.+?) \|$", re.MULTILINE)

INTRODUCTION = """\
What Torch Tutor keeps about the Discord user {user_id}, as of {now:%d %B %Y, %H:%M} UTC.

Each table of the database that can hold something about a person is one file here, with one object an entry; a file
with [] had nothing about you. Times are in UTC (ISO 8601). /privacy in Discord can delete all of it at once.
"""


@dataclass(frozen=True, slots=True)
class Documented:
    """What docs/privacy.md says about a table, and about each of its columns."""

    about: str
    columns: Mapping[str, str]


def documented(page: str) -> dict[str, Documented]:
    """The tables that a page in the form of docs/privacy.md documents."""
    return {
        name: Documented(" ".join(about.split()), dict(_COLUMN.findall(columns)))
        for name, about, columns in _TABLE.findall(page)
    }


def archive(tables: Mapping[str, Sequence[Mapping[str, Any]]], user_id: int, now: datetime) -> bytes:
    """The zip for one person, from what `store.privacy.export` gave."""
    words = documented(PAGE.read_text(encoding="utf-8"))
    readme = [INTRODUCTION.format(user_id=user_id, now=now)]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, rows in tables.items():
            zipped.writestr(f"{name}.json", json.dumps([dict(row) for row in rows], default=plain, indent=1))
            fields = [f"  {column}: {_bare(said)}" for column, said in words[name].columns.items()]
            readme.append("\n".join([f"{name}.json: {_bare(words[name].about)}", *fields, ""]))
        zipped.writestr("README.txt", "\n".join(readme))
    return made.getvalue()


def _bare(markdown: str) -> str:
    """Without the marks of Markdown."""
    return re.sub(r"`([^`]*)`", r"\1", re.sub(r"\*\*?([^*]*)\*\*?", r"\1", markdown))
