"""The hours of the week at which somebody has time, as they type or pick them, and when two people both have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from bot.errors import TutorError
from bot.study.when import WEEKDAYS, at_wall
from bot.study.zones import zone_of

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
PARTS = {"morning": (8 * 60, 12 * 60), "afternoon": (12 * 60, 17 * 60), "evening": (17 * 60, 22 * 60)}
GRID = timedelta(minutes=30)
"""Meetings begin at the full or half hour of UTC, which is one in nearly every zone."""
MOST_SPANS = 50

_GROUPS = {"daily": range(7), "every day": range(7), "weekdays": range(5), "weekend": (5, 6), "weekends": (5, 6)}
_PIECE = re.compile(r"(?P<days>[a-z][a-z ,-]*?) (?P<hours>\d[^a-z]*(?:[ap]m[^a-z]*)*)(?=[a-z]|$)")
_HOURS = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap]m)? ?-+ ?(\d{1,2})(?:[:.](\d{2}))? ?([ap]m)?")

UNCLEAR = "I did not understand those hours. Write them like `mon-fri 18-21, sat 10-12:30`."


class UnclearHours(TutorError):
    """Those are no hours; the message shows how to write them."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Free from `start` to `end`, in minutes after midnight of `day` (Monday is 0). `end` may lie in the next day."""

    day: int
    start: int
    end: int


def parse_hours(typed: str) -> tuple[Span, ...]:
    """The spans of `mon-fri 18-21, sat 10-12:30`. Raises UnclearHours, in words for whoever typed it."""
    words = " ".join(typed.casefold().replace("–", "-").replace(";", ",").replace(" to ", "-").split())
    spans: list[Span] = []
    at = 0
    while at < len(words):
        found = _PIECE.match(words, at)
        if found is None:
            raise UnclearHours(UNCLEAR)
        days = _days(found["days"])
        for start, end in _hours(found["hours"]):
            spans += [Span(day, start, end) for day in days]
        at = found.end()
    if not spans or len(spans) > MOST_SPANS:
        raise UnclearHours(UNCLEAR)
    return merged(spans)


def describe(spans: Sequence[Span]) -> str:
    """Spans as one would type them: days with the same hours together."""
    by_day: dict[int, list[str]] = {}
    for span in sorted(spans):
        by_day.setdefault(span.day, []).append(f"{_clock(span.start)}–{_clock(span.end % DAY_MINUTES or DAY_MINUTES)}")
    by_hours: dict[str, list[int]] = {}
    for day, hours in by_day.items():
        by_hours.setdefault(", ".join(hours), []).append(day)
    return "; ".join(f"{_named(days)} {hours}" for hours, days in by_hours.items())


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same hours with what overlaps or touches within a day made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        last = joined[-1] if joined else None
        if last and last.day == span.day and span.start <= last.end:
            joined[-1] = Span(last.day, last.start, max(last.end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def from_parts(chosen: Iterable[str]) -> tuple[Span, ...]:
    """The spans of choices such as `0-evening`."""
    spans = []
    for choice in chosen:
        day, _, part = choice.partition("-")
        spans.append(Span(int(day), *PARTS[part]))
    return merged(spans)


def to_parts(spans: Sequence[Span]) -> tuple[str, ...]:
    """The choices that lie within these spans."""
    return tuple(
        f"{day}-{part}"
        for day in range(7)
        for part, (start, end) in PARTS.items()
        if any(span.day == day and span.start <= start and end <= span.end for span in spans)
    )


@dataclass(frozen=True, slots=True)
class Free:
    """Somebody's free hours in their zone, and when they meet others already."""

    spans: tuple[Span, ...]
    zone: str
    busy: tuple[tuple[datetime, datetime], ...] = ()


def common_starts(one: Free, other: Free, since: datetime, until: datetime, minutes: int) -> list[datetime]:
    """Every start, half an hour apart, at which both have time for `minutes`, from `since` on and over by `until`."""
    length = timedelta(minutes=minutes)
    taken = (*one.busy, *other.busy)
    starts: set[datetime] = set()
    theirs = _concrete(other, since, until)
    for begin, end in _concrete(one, since, until):
        for their_begin, their_end in theirs:
            start = _on_grid(max(begin, their_begin, since))
            last = min(end, their_end, until) - length
            while start <= last:
                if all(start >= over or start + length <= begun for begun, over in taken):
                    starts.add(start)
                start += GRID
    return sorted(starts)


@lru_cache(maxsize=1024)
def _concrete(free: Free, since: datetime, until: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The spans as moments, a day on either side for zones and nights. A pool asks for each person's many times."""
    zone = zone_of(free.zone)
    day, last = since.astimezone(zone).date() - DAY, until.astimezone(zone).date() + DAY
    found = []
    while day <= last:
        midnight = datetime.combine(day, time(0))
        for span in free.spans:
            if span.day == day.weekday():
                begin, end = (
                    at_wall(midnight + timedelta(minutes=minute), free.zone).at for minute in (span.start, span.end)
                )
                found.append((begin, end))
        day += DAY
    return tuple(found)


def _on_grid(moment: datetime) -> datetime:
    past = (moment - datetime(2000, 1, 1, tzinfo=UTC)) % GRID
    return moment if not past else moment + GRID - past


def _days(words: str) -> list[int]:
    if words.strip() in _GROUPS:
        return list(_GROUPS[words.strip()])
    days: list[int] = []
    for piece in re.split(r"[ ,]+", re.sub(r" ?- ?", "-", words).replace(" and ", " ").strip(" ,")):
        first, _, last = piece.partition("-")
        if piece in _GROUPS:
            days += _GROUPS[piece]
            continue
        ends = [_day(first), _day(last or first)]
        days += [(ends[0] + step) % 7 for step in range((ends[1] - ends[0]) % 7 + 1)]
    return days


def _day(word: str) -> int:
    named = [index for index, name in enumerate(WEEKDAYS) if len(word) >= 3 and name.casefold().startswith(word)]
    if not named:
        raise UnclearHours(UNCLEAR)
    return named[0]


def _hours(words: str) -> list[tuple[int, int]]:
    found = list(_HOURS.finditer(words))
    if not found or re.sub(r"[ ,]", "", _HOURS.sub("", words)):
        raise UnclearHours(UNCLEAR)
    return [_pair(*match.groups()) for match in found]


def _pair(*parts: str | None) -> tuple[int, int]:
    hour, minute, half, end_hour, end_minute, end_half = parts
    start = _minute(hour, minute, half or (end_half if end_half and int(str(hour)) <= int(str(end_hour)) else None))
    end = _minute(end_hour, end_minute, end_half)
    if end == start:
        raise UnclearHours(UNCLEAR)
    return start, end if end > start else end + DAY_MINUTES


def _minute(hour: str | None, minute: str | None, half: str | None) -> int:
    value = int(hour or 0)
    if half:
        if not 1 <= value <= 12:
            raise UnclearHours(UNCLEAR)
        value = value % 12 + (12 if half == "pm" else 0)
    minutes = value * 60 + int(minute or 0)
    if minutes > DAY_MINUTES or int(minute or 0) > 59:
        raise UnclearHours(UNCLEAR)
    return minutes


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _named(days: list[int]) -> str:
    """Days, three and more in a row as `Mon–Fri`."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    named: list[str] = []
    for run in runs:
        names = [WEEKDAYS[day][:3] for day in run]
        named += [f"{names[0]}–{names[-1]}"] if len(names) > 2 else names
    return ", ".join(named)
