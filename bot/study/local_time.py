"""Time as people live it: "every day at 08:30" across clock changes, and days in a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
MINUTES = 24 * 60
_TIME = re.compile(r"\s*([01]?\d|2[0-3])\s*(?:[:.h]\s*([0-5]\d))?\s*([ap]m)?\s*", re.IGNORECASE)


def parse_time(typed: str) -> int | None:
    """Minutes after midnight for `8:30`, `08.30`, `20h15`, `8 pm` or `8`; None for anything else."""
    found = _TIME.fullmatch(typed)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute


def clock_face(minute: int) -> str:
    """Minutes after midnight as `08:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day that it is in `zone` at a moment."""
    return moment.astimezone(zone).date()


def next_at(minute: int, zone: tzinfo, after: datetime) -> datetime:
    """The first moment, in UTC, later than `after` at which clocks in `zone` show `minute` after midnight.

    Where clocks are put forward over that time, it is as much after the change as it would have been; where they are
    put back over it, it is the first of the two.
    """
    wall = time(minute // 60, minute % 60)
    day = local_day(after, zone) - DAY
    while (moment := datetime.combine(day, wall, zone).astimezone(UTC)) <= after:
        day += DAY
    return moment


def last_at(minute: int, zone: tzinfo, until: datetime) -> datetime:
    """The last of the moments that `next_at` gives, not later than `until`."""
    found = next_at(minute, zone, until - 3 * DAY)
    while (following := next_at(minute, zone, found)) <= until:
        found = following
    return found


def is_at(moment: datetime, minute: int, zone: tzinfo) -> bool:
    """Whether `next_at` would give this moment."""
    return next_at(minute, zone, moment - timedelta(microseconds=1)) == moment


def days_in_a_row(days: Iterable[date], today: date, quiet_days: Collection[int] = ()) -> int:
    """How many days in a row are among `days`, up to today, or to yesterday while nothing has been done today.

    Weekdays in `quiet_days` (Monday is 0) count when they are among them, and break nothing when they are not.
    """
    done = set(days)
    count, day, first = 0, today, min(done, default=today)
    while day >= first:
        if day in done:
            count += 1
        elif day != today and day.weekday() not in quiet_days:
            break
        day -= DAY
    return count
