"""Follow-up questions: "and in eval mode?" means nothing without what was asked before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.words import identifiers, terms

_CONTINUES = re.compile(
    r"^\s*(and|but|or|also|so|then|what about|how about|what if|why not|how so|how come|same (for|with)|"
    r"is (it|that|this)|does (it|that|this)|can (it|that|this)|in which case|ok|okay|what else)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(it|its|that|this|these|those|they|them|there|instead|either|both|same)\b", re.IGNORECASE)

FEW_WORDS = 3
"""A question of no more words that carry meaning can lean on the one before it."""


def needs_context(query: str) -> bool:
    """Whether a question leans on the one before it: few words of its own, and it continues or points back."""
    own = set(terms(query))
    if not own:
        return any(character.isalpha() for character in query)
    if len(own) > 2 * FEW_WORDS or (identifiers(query) and not _CONTINUES.match(query)):
        return False
    if _CONTINUES.match(query) and len(own) <= FEW_WORDS:
        return True
    return bool(_POINTS_BACK.search(query)) and len(own) <= FEW_WORDS


def with_context(query: str, context: Sequence[str]) -> str:
    """The question to search for: the last of the conversation in front of it where it needs one.

    `context` holds the earlier questions, oldest first. A chain of follow-ups leans on the first question that
    stands by itself and on what was asked last.
    """
    if not context or not needs_context(query):
        return query
    standing = next((earlier for earlier in reversed(context) if not needs_context(earlier)), context[-1])
    return f"{standing.rstrip(' ?.!')} {query}"
