"""The examples of docs/decks.md are read as they stand, and its limits are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.study.decks import MOST_DECKS, MOST_OWN_PENDING, MOST_QUESTIONS
from knowledge.deck_formats import draft
from knowledge.deck_formats.formats import LARGEST, read

PAGE = (Path(__file__).parents[3] / "docs" / "decks.md").read_text(encoding="utf-8")
EXAMPLES = {
    kind: text
    for _, kind, text in re.findall(r"^(`{3,})(csv|json|markdown)\n(.*?)^\1$", PAGE, re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize(
    ("kind", "name", "count"), [("csv", "x.csv", 2), ("json", "x.json", 1), ("markdown", "x.md", 1)]
)
def test_every_example_is_read_without_a_fault(kind: str, name: str, count: int) -> None:
    parsed = read(name, EXAMPLES[kind].encode())
    assert parsed.faults == ()
    assert parsed.notes == ()
    assert len(parsed.drafts) == count
    first = parsed.drafts[0].draft
    assert first.question == "Which partition takes short jobs?"
    assert first.answer == "`quickdraw`, up to two hours."
    assert first.misconceptions[0].right == "They go to quickdraw."
    assert len(first.proofs) == (0 if kind == "csv" else 1)


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{MOST_DECKS} decks and {MOST_QUESTIONS:,} questions" in PAGE
    assert f"up to {LARGEST >> 20} MiB" in PAGE
    assert MOST_OWN_PENDING == 5, "Up to five of one person can wait"
    rows = dict(re.findall(r"^\| `?(\w+)`? \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE))
    assert rows["question"] == f"{draft.QUESTION} characters"
    assert rows["answer"] == f"{draft.ANSWER:,} characters, {draft.PARAGRAPHS} paragraphs"
    assert rows["asks"] == f"{draft.ASKS} of {draft.ITEM}"
    assert rows["key_points"] == f"{draft.POINTS} of {draft.ITEM}"
    assert rows["misconceptions"] == f"{draft.MISCONCEPTIONS} of {draft.ITEM}"
    assert rows["topic"] == f"{draft.TOPIC} characters"
    assert rows["sources"] == f"{draft.SOURCES}"
    assert rows["code"] == f"{draft.PROOFS} of {draft.CODE:,}"
