"""Times as people type them: `tomorrow 19:30`, `fri 6pm`, `in 2 hours`, understood in their own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from bot.errors import TutorError
from bot.study import zones

SOONEST = timedelta(minutes=5)
"""Anything sooner is now, for which no plan is needed."""
FARTHEST = timedelta(days=365)
EXAMPLES = ("in 2 hours", "tomorrow 19:30", "sat 10:00", "next monday 18:00")
HOURS = ("10:00", "18:00", "19:30", "20:00")
"""What is offered to somebody who has named a day and no time yet."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAY = timedelta(days=1)
YEARS = range(1970, 2200)
"""Beyond them the rules of time zones end before the calendar does."""

_WEEKDAY = "(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|day|sday|nesday|rs|rsday|ur|urs|ursday|urday)?"
_MONTH = "(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATES = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.(?P<year>\d{4})?",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? {_MONTH}(?: (?P<year>\d{{4}}))?",
        rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<year>\d{{4}}))?",
    )
)
_SLASHES = re.compile(r"\d{1,4}/\d{1,2}(?:/\d{1,4})?")
_TIMES = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?(?P<half>[ap])\.?m\.?",
        r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?P<offset>z|[+-]\d{2}:?\d{2})?",
        r"(?P<hour>\d{1,2}) ?h(?: ?(?P<minute>\d{2}))?",
        r"(?P<noon>noon)",
    )
)
_BARE_HOUR = re.compile(r"(?P<hour>\d{1,2})$")
_UNITS = {"h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60} | dict.fromkeys(
    ("m", "min", "mins", "minute", "minutes"), 1
)
_UNIT = f"(?P<unit>{'|'.join(sorted(_UNITS, reverse=True))})"
_SPAN = re.compile(rf"(?P<count>\d+(?:\.\d+)?|an?|half an) ?{_UNIT}(?![a-z]) ?")
_DAYS = re.compile(r"in (?P<count>\d+|a) (?P<unit>days?|weeks?)")
_DAY_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<next>next )?(?:this |coming )?{_WEEKDAY}",
        rf"{_WEEKDAY} (?P<next>next week)",
        rf"(?P<next>next week) {_WEEKDAY}",
    )
)


class Unclear(TutorError):
    """That is not a time to meet; the message says why, with examples."""


class NoTime(Unclear):
    """A day without a time of day."""


NOT_UNDERSTOOD = (
    "I did not understand that time. Try `tomorrow 19:30`, `fri 18:00`, `in 2 hours` or `2026-12-01 19:30`."
)
NO_TIME = "At what time? Add one, such as `tomorrow 19:30`."
SLASHED = "Days with slashes mean different things in different countries: write it as `2026-12-01 19:30`."
NO_SUCH_DAY = "There is no such day in the calendar. Try `tomorrow 19:30` or `2026-12-01 19:30`."
NO_SUCH_TIME = "There is no such time of day. Write it as `19:30` or `7:30pm`."


@dataclass(frozen=True, slots=True)
class Understood:
    """A moment to come. `wall` is what clocks in `zone` are meant to show then, without a zone; `note` says where a
    change of the clocks makes that another time, or two of them."""

    at: datetime
    wall: datetime
    zone: str
    note: str = ""


def understand(said: str, now: datetime, zone: str) -> Understood:
    """The moment that somebody in `zone` means. Raises Unclear, in words for them, when there is none to be had."""
    words = _plain(said)
    if _SLASHES.search(re.sub(r"[a-z_]+/[a-z_/]+", "", words)):
        raise Unclear(SLASHED)
    words, zone = _zone_in(words, zone)
    local = now.astimezone(zones.zone_of(zone)).replace(tzinfo=None)
    span = _span(words)
    if span is not None:
        at = (now.astimezone(UTC) + span).replace(second=0, microsecond=0)
        return _checked(Understood(at, at.astimezone(zones.zone_of(zone)).replace(tzinfo=None), zone), now)
    words, day = _date_in(words, local.date())
    words, clock, offset = _time_in(words)
    if clock is None and (found := _BARE_HOUR.search(words)) and (day or found.start()):
        words, clock = words[: found.start()].strip(), _time(int(found["hour"]), 0)
    if day is None:
        day = _named_day(words, local, clock)
    elif words:
        raise Unclear(NOT_UNDERSTOOD)
    if clock is None:
        raise NoTime(NO_TIME)
    if words == "tonight" and 1 <= clock.hour < 12:
        clock = clock.replace(hour=clock.hour + 12)
    wall = datetime.combine(day, clock)
    if offset is not None:
        at = wall.replace(tzinfo=offset).astimezone(UTC)
        return _checked(Understood(at, at.astimezone(zones.zone_of(zone)).replace(tzinfo=None), zone), now)
    return _checked(at_wall(wall, zone), now)


def at_wall(wall: datetime, zone: str, weeks: int = 0) -> Understood:
    """When clocks in `zone` show `wall`, some weeks later: the time of day stays, whatever the clocks do between.

    Where they are put forward over that time, it is as much after the change as it would have been; where they are
    put back over it, it is the first of the two.
    """
    wall += timedelta(weeks=weeks)
    there = zones.zone_of(zone)
    first, second = (wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = first.astimezone(there).replace(tzinfo=None)
    if shown != wall:
        note = f"clocks skip {wall:%H:%M} that day, so it is at {shown:%H:%M}"
    elif first != second:
        note = f"clocks show {wall:%H:%M} twice that day; it is the first of the two"
    else:
        note = ""
    return Understood(first, wall, zone, note)


def echo(understood: Understood, now: datetime) -> str:
    """How it was understood, as `Fri 27 Nov, 19:30 Europe/Berlin`."""
    shown = understood.at.astimezone(zones.zone_of(understood.zone))
    year = f" {shown.year}" if shown.year != now.astimezone(shown.tzinfo).year else ""
    line = f"{WEEKDAYS[shown.weekday()][:3]} {shown.day} {MONTHS[shown.month - 1][:3]}{year}, {shown:%H:%M}"
    return f"{line} {understood.zone}{f' ({understood.note})' if understood.note else ''}"


def offers(typed: str, now: datetime, zone: str) -> list[Understood]:
    """What somebody may mean who has typed this much: that alone, its day at usual hours, or examples."""
    try:
        return [understand(typed, now, zone)]
    except NoTime:
        tries = [f"{typed} {hour}" for hour in HOURS]
    except Unclear:
        tries = list(EXAMPLES)
    found: list[Understood] = []
    for each in tries:
        try:
            found.append(understand(each, now, zone))
        except Unclear:
            continue
    return found


def _checked(understood: Understood, now: datetime) -> Understood:
    ahead = understood.at - now
    if ahead <= timedelta(0):
        said = f"That is over: it was {echo(understood, now)}. Name a time to come, such as `tomorrow 19:30`."
        raise Unclear(said)
    if ahead < SOONEST:
        raise Unclear("That is in less than five minutes. `/mock start` opens a lobby at once.")
    if ahead > FARTHEST:
        raise Unclear("That is more than a year away. Name a time within the next twelve months.")
    return understood


def _plain(said: str) -> str:
    words = re.sub(r"(?<=\d)t(?=\d\d:)", " ", said.casefold().replace(",", " ").replace("\u00a0", " "))
    return " ".join(word for word in words.split() if word not in ("at", "on", "the", "um", "o'clock"))


def _zone_in(words: str, zone: str) -> tuple[str, str]:
    """A zone by its official name at the end goes before the person's own."""
    rest, _, last = words.rpartition(" ")
    named = zones.find(last) if last else None
    return (rest, named) if named and named.casefold() == last else (words, zone)


def _span(words: str) -> timedelta | None:
    """How long `in 2 hours 30 minutes` is."""
    if not words.startswith("in "):
        return None
    rest, minutes = words.removeprefix("in ").replace(" and ", " "), 0.0
    if not rest.strip():
        return None
    while rest:
        found = _SPAN.match(rest)
        if found is None:
            return None
        count = {"a": 1.0, "an": 1.0, "half an": 0.5}.get(found["count"])
        minutes += (float(found["count"]) if count is None else count) * _UNITS[found["unit"]]
        rest = rest[found.end() :]
    # Beyond what a plan can be made for, before a number that no calendar holds.
    return timedelta(minutes=min(minutes, 2 * FARTHEST / timedelta(minutes=1)))


def _date_in(words: str, today: date) -> tuple[str, date | None]:
    """The day of the calendar in `words`, and what is left of them. Without a year it is the next one of its name."""
    for pattern in _DATES:
        found = pattern.search(words)
        if found is None:
            continue
        parts = found.groupdict()
        month = int(parts["number"]) if parts.get("number") else _index(MONTHS, str(parts["month"])) + 1
        year = int(parts["year"]) if parts["year"] else today.year
        day = _day(year, month, int(parts["day"]), any_year=not parts["year"])
        if not parts["year"] and day < today:
            day = _day(year + 1, month, int(parts["day"]), any_year=True)
        return f"{words[: found.start()]} {words[found.end() :]}".strip(), day
    return words, None


def _day(year: int, month: int, day: int, *, any_year: bool) -> date:
    if year not in YEARS:
        raise Unclear(NO_SUCH_DAY)
    for candidate in range(year, year + (5 if any_year else 1)):
        try:
            return date(candidate, month, day)
        except ValueError:
            continue
    raise Unclear(NO_SUCH_DAY)


def _time_in(words: str) -> tuple[str, time | None, tzinfo | None]:
    """The time of day in `words`, an offset from UTC where one is written with it, and what is left of them."""
    for pattern in _TIMES:
        found = pattern.search(words)
        if found is None:
            continue
        parts = found.groupdict()
        rest = f"{words[: found.start()]} {words[found.end() :]}"
        if parts.get("noon"):
            return " ".join(rest.split()), time(12), None
        hour = int(parts["hour"])
        if half := parts.get("half"):
            if not 1 <= hour <= 12:
                raise Unclear(NO_SUCH_TIME)
            hour = hour % 12 + (12 if half == "p" else 0)
        return " ".join(rest.split()), _time(hour, int(parts["minute"] or 0)), _offset(parts.get("offset"))
    return words, None, None


def _time(hour: int, minute: int) -> time:
    if hour > 23 or minute > 59:
        raise Unclear(NO_SUCH_TIME)
    return time(hour, minute)


def _offset(written: str | None) -> tzinfo | None:
    if not written:
        return None
    if written == "z":
        return UTC
    digits = written.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:])
    if minutes >= 24 * 60:
        raise Unclear(NO_SUCH_TIME)
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))


def _named_day(words: str, local: datetime, clock: time | None) -> date:
    """The day that `words` name; without any it is today, or tomorrow when that time is over for today."""
    today = local.date()
    named = {"today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tomorow": 1, "day after tomorrow": 2}
    if words in named:
        return today + named[words] * DAY
    if not words:
        if clock is None:
            raise Unclear(NOT_UNDERSTOOD)
        return today if datetime.combine(today, clock) > local else today + DAY
    if found := _DAYS.fullmatch(words):
        count = 1 if found["count"] == "a" else int(found["count"])
        days = count * (7 if found["unit"].startswith("week") else 1)
        return today + min(days, 2 * FARTHEST.days) * DAY
    found = next((match for pattern in _DAY_NAMES if (match := pattern.fullmatch(words))), None)
    if found is None:
        raise Unclear(NOT_UNDERSTOOD)
    index = _index(WEEKDAYS, found["weekday"])
    if found["next"]:
        # The one of the week that begins with the next Monday, so that "next friday" is never this week's.
        return today + (7 - today.weekday() + index) * DAY
    day = today + (index - today.weekday()) % 7 * DAY
    if day == today and clock is not None and datetime.combine(day, clock) <= local:
        day += 7 * DAY
    return day


def _index(names: tuple[str, ...], begins: str) -> int:
    return next(index for index, name in enumerate(names) if name.casefold().startswith(begins))
