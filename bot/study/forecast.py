"""What comes due on each of the next days, and how far the cards are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from fsrs import State

from bot.study.local_time import DAY, local_day
from bot.study.memory import Card

DAYS = 14
WIDTH = 24
"""Characters of the longest bar: one line on a phone."""
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`days` has each day and what comes due on it, today first, with all that is overdue."""

    days: tuple[tuple[date, int], ...]
    learning: int
    young: int
    mature: int
    leeches: int


def forecast(cards: Sequence[Card], now: datetime, zone: tzinfo) -> Forecast:
    """What the cards come to for somebody who lives in `zone`."""
    today = local_day(now, zone)
    due = Counter(max(today, local_day(card.due, zone)) for card in cards)
    learned = [card for card in cards if card.state == State.Review]
    mature = sum(card.mastered for card in learned)
    return Forecast(
        days=tuple((today + DAY * number, due[today + DAY * number]) for number in range(DAYS)),
        learning=len(cards) - len(learned),
        young=len(learned) - mature,
        mature=mature,
        leeches=sum(card.leech for card in cards),
    )


def bars(days: Sequence[tuple[date, int]]) -> str:
    """A line for each day: its name, a bar, how many."""
    most = max((count for _, count in days), default=0)
    lines = []
    for number, (day, count) in enumerate(days):
        name = "Today " if number == 0 else f"{day:%a} {day.day:>2}"
        lines.append(f"{name} {_bar(count, most)} {count}" if count else f"{name} ·")
    return "\n".join(lines)


def _bar(count: int, most: int) -> str:
    """A bar in eighths of a character, as long as its part of the largest."""
    eighths = max(1, round(count / most * WIDTH * 8))
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
