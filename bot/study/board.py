"""The leaderboard: its periods, its ranks, and the names that people may choose for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Period = Literal["week", "month", "season", "all"]

SHORTEST, LONGEST = 2, 32
LOOKS = 64
"""Some single characters stand for many letters."""
TAKEN = "Somebody on the leaderboard has that name already, or one that looks like it. Choose another one."
TOO_SHORT = f"A name needs at least {SHORTEST} letters or digits. Choose a longer one."
RESERVED = "That name could be taken for somebody who runs this place. Choose another one."

_RESERVED = frozenset("admin administrator everyone here mod moderator owner system torchtutor".split())
# Letters that look like another one, in the fonts that people read names in.
_LOOKS_LIKE = str.maketrans("аеорсухіјѕԁһӏкмтвнαβεικνορτυχ01|", "aeopcyxijsdhlkmtbhaeeiknoptuxoll")


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when points count; None is without a beginning or an end."""

    begin: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody on the leaderboard. With a `pseudonym`, nobody is to learn who it is; `account` is their Discord name
    when they joined."""

    user_id: int
    pseudonym: str | None
    account: str | None
    points: int


@dataclass(frozen=True, slots=True)
class Place:
    """An entry and its rank, which it shares with all that have as many points."""

    rank: int
    entry: Entry


def span(period: Period, now: datetime) -> Span:
    """The period that `now` is in: the week from Monday, the month, the quarter of the year, or all time; in UTC."""
    if period == "all":
        return Span(None, None)
    if period == "week":
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        begin = today - timedelta(days=today.weekday())
        return Span(begin, begin + timedelta(days=7))
    months = 1 if period == "month" else 3
    begin = _months_begin(now, months)
    return Span(begin, _months_later(begin, months))


def last_season(now: datetime) -> Span:
    """The quarter of the year before the one that `now` is in."""
    end = _months_begin(now, 3)
    return Span(_months_later(end, -3), end)


def ranked(entries: Iterable[Entry]) -> list[Place]:
    """Most points first. As many points, the same rank; the next rank is left out for each that shares one."""
    ordered = sorted(entries, key=lambda entry: (-entry.points, (entry.pseudonym or entry.account or "").casefold()))
    places: list[Place] = []
    for number, entry in enumerate(ordered, start=1):
        tied = places and places[-1].entry.points == entry.points
        places.append(Place(places[-1].rank if tied else number, entry))
    return places


def tidy(name: str) -> str:
    """A name as it is shown: one line, one space between words, nothing invisible."""
    kept = (c for c in name if unicodedata.category(c)[0] != "C" or c.isspace())
    return " ".join("".join(kept).split())


def looks(name: str) -> str:
    """What a name looks like: two names with the same looks could be taken for each other."""
    letters = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKS_LIKE).replace("i", "l")
    return "".join(letter for letter in letters if letter.isalnum())[:LOOKS]


def objection(name: str) -> str | None:
    """Why nobody may be called `name`, whoever else there is; None when it will do."""
    if len(looks(name)) < SHORTEST:
        return TOO_SHORT
    return RESERVED if looks(name) in map(looks, _RESERVED) else None


def _months_begin(now: datetime, months: int) -> datetime:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today.replace(day=1, month=(today.month - 1) // months * months + 1)


def _months_later(begin: datetime, months: int) -> datetime:
    month = begin.month - 1 + months
    return begin.replace(year=begin.year + month // 12, month=month % 12 + 1)
