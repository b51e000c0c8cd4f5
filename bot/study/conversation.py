"""Which earlier questions a question may lean on ("and in eval mode?")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# After this long people start afresh; what they reply to on purpose has no such limit.
MEMORY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation, in the words that the tutor understands it by, and when it was asked."""

    asked: str
    when: datetime


def context(now: datetime, *, replied_to: Turn | None, recent: Turn | None) -> tuple[str, ...]:
    """The earlier questions to hand to the tutor, oldest first.

    A reply leans on what it replies to and on nothing else; any other question leans on the latest one of its
    conversation, if that is fresh.
    """
    if replied_to is not None:
        return (replied_to.asked,) if replied_to.asked else ()
    if recent is not None and recent.asked and now - recent.when <= MEMORY:
        return (recent.asked,)
    return ()
