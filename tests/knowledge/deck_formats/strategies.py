"""Drafts of every kind, from the plainest to the most unfortunate."""

from __future__ import annotations

from hypothesis import strategies as st

from knowledge.deck_formats.draft import LEVELS, Draft, check

# What formats treat specially, beside whatever Hypothesis thinks of.
AWKWARD = (
    "=1+1", "+x", "-x", "@x", "'", "'=x", '"', '""', ",", ";", "\t", "---", "# x", "- x", "key: value", "*a", "&b",
    "```", "````", "```python\nprint(1)\n```", "```output\n1\n```", "`code`", "**bold**", "*", "<br>", "<b>", "</pre>",
    "&nbsp;", "&amp;", "&#9;", "{{c1::gap}}", "{{Question}}", "[sound:a.mp3]", "\\", "\\n", "\x1f", "\u2028", "\u00a0",
    "  two", "null", "yes", "1e5", "é", "損失", "🦊", "שלום", "\n", "\n\n", "\r\n", "[x](https://e.example)", "~",
    "$x$", "%", "}", "{", "]]>", "<!--", "\ud800",
)  # fmt: skip

TEXT = st.lists(st.one_of(st.text(max_size=30), st.sampled_from(AWKWARD)), max_size=6).map("".join)
LINES = st.lists(TEXT, max_size=3)
CODE = st.one_of(TEXT, st.sampled_from(["import torch\n\nprint(1)\n", "    x = 1\n\tif x:\n", "a  b   c"]))
RAW = st.fixed_dictionaries(
    {"question": TEXT, "answer": TEXT},
    optional={
        "asks": LINES,
        "key_points": LINES,
        "misconceptions": st.lists(st.fixed_dictionaries({"wrong": TEXT, "right": TEXT}), max_size=2),
        "topic": TEXT,
        "level": st.sampled_from(LEVELS),
        "sources": st.lists(
            st.sampled_from(["https://docs.pytorch.org/x.html#a,b;c", "https://e.example/é'"]), max_size=2
        ),
        "proofs": st.lists(st.fixed_dictionaries({"code": CODE, "output": CODE}), max_size=2),
    },
)


def draft_of(raw: dict[str, object]) -> Draft | None:
    """What `check` makes of it."""
    return check(raw, lambda field: field)[0]


DRAFTS = RAW.map(draft_of).filter(lambda draft: draft is not None)
DECKS = st.lists(DRAFTS, min_size=1, max_size=4, unique_by=lambda draft: draft.key if draft else "")
