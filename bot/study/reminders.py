"""When to remind somebody of what is due: at their own time, not on quiet days, and never for a time long gone."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo

from bot.study.local_time import is_at, local_day

LATEST = timedelta(hours=6)
"""A reminder that could not be sent for longer than this is left out; the next one comes tomorrow."""
MOST_REFUSED = 3
"""Direct messages that were refused in a row until reminders are turned off."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SETS = {
    "none": (),
    "no": (),
    "weekend": (5, 6),
    "weekends": (5, 6),
    "weekdays": (0, 1, 2, 3, 4),
    "workdays": (0, 1, 2, 3, 4),
}
EXAMPLES = ("none", "Saturday, Sunday", "Sunday", "Friday, Saturday", "weekdays")


def wanted(planned: datetime, now: datetime, minute: int, zone: tzinfo, quiet_days: Collection[int]) -> bool:
    """Whether a reminder that was planned for a moment should still be sent.

    `minute` and `zone` are what the person has set by now: a time that was planned before they moved is left out.
    """
    quiet = local_day(planned, zone).weekday() in quiet_days
    return not quiet and now - planned <= LATEST and is_at(planned, minute, zone)


def parse_days(typed: str) -> tuple[int, ...] | None:
    """Weekdays from words such as `sat, sun`, `Friday` or `weekends`, Monday 0; None for what is none."""
    days: set[int] = set()
    words = re.findall(r"[^\W\d_]+", typed.casefold())
    for word in words:
        if word == "and":
            continue
        found = _SETS.get(word)
        if found is None:
            found = tuple(n for n, day in enumerate(DAYS) if len(word) > 1 and day.casefold().startswith(word))
            if len(found) != 1:
                return None
        days.update(found)
    return tuple(sorted(days)) if words else None


def in_words(days: Collection[int]) -> str:
    """Weekdays as people write them."""
    *first, last = [DAYS[day] for day in sorted(days)] or ["none"]
    return f"{', '.join(first)} and {last}" if first else last
