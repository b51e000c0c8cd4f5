"""One plain sentence about an exception of torch, and the corpus question that treats it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """`question` is the id of a corpus question."""

    sentence: str
    question: str


def explain(kind: str, message: str) -> Explanation | None:
    """What is known about the exception of class name `kind` with this message, or None."""
    return None
