"""Who is candidate and who interviews: everybody in turn, those who waited longest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from bot.study.interview.state import Person

_NEVER = datetime.min.replace(tzinfo=UTC)


def players(people: Sequence[Person], without: Collection[int] = ()) -> list[Person]:
    """Those who answer and ask, in the order of their joining."""
    return [person for person in people if not person.observes and person.user_id not in without]


def next_candidate(people: Sequence[Person], without: Collection[int] = ()) -> Person | None:
    """Whose turn it is to be interviewed.

    Who has had the fewest rounds of this interview; of those, who was candidate the longest ago in earlier ones, or
    never; of those, who came first. A turn that somebody missed counts as one.
    """
    return min(
        players(people, without),
        key=lambda person: (person.candidate_rounds + person.absences, person.last_candidate or _NEVER),
        default=None,
    )


def next_interviewer(people: Sequence[Person], candidate: int, without: Collection[int] = ()) -> Person | None:
    """Who interviews this candidate: who has interviewed least, and is not the next one to answer."""
    others = players(people, {candidate, *without})
    following = next_candidate(others)
    return min(
        others,
        key=lambda person: (person.interviewer_rounds + person.absences, len(others) > 1 and person is following),
        default=None,
    )


def assign(people: Sequence[Person], without: Collection[int] = ()) -> tuple[Person, Person] | None:
    """The candidate and the interviewer of the next round; None when there are not two players for it."""
    candidate = next_candidate(people, without)
    if candidate is None:
        return None
    interviewer = next_interviewer(people, candidate.user_id, without)
    return (candidate, interviewer) if interviewer else None
