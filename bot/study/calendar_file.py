"""A meeting as a calendar file (RFC 5545), weekly ones by the clocks of their own time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.study import zones
from bot.study.meeting import SOON_BEFORE, Meeting

LONGEST_LINE = 75
"""Octets (RFC 5545, 3.1)."""
YEARS_AHEAD = 10
"""How far the changes of the clocks are written out; programs know most zones themselves."""
ALWAYS = datetime(1970, 1, 1)  # noqa: DTZ001
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Words:
    """What the entry says; `url` leads to the card where people sign up."""

    title: str
    description: str
    place: str
    url: str


@dataclass(frozen=True, slots=True)
class _Change:
    """Clocks go from one offset to another; `wall` is what they showed before."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


def calendar(meeting: Meeting, words: Words, now: datetime) -> bytes:
    """The file's content, in UTF-8. A weekly meeting that was moved is an exception to its own rule."""
    weekly = meeting.weekly and not meeting.pair
    uid = f"{meeting.series if weekly else meeting.id}@torch-tutor"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Torch Tutor//Mock interviews//EN", "METHOD:PUBLISH"]
    if weekly and meeting.zone != "UTC":
        lines += _zone_lines(meeting.zone, meeting.wall)
    if weekly:
        when = _local(meeting.wall, meeting.zone)
        lines += _event(meeting, words, now, uid, [f"DTSTART{when}", "RRULE:FREQ=WEEKLY"])
    if weekly and meeting.moved:
        moved = [f"RECURRENCE-ID{_local(meeting.wall, meeting.zone)}", f"DTSTART:{_utc(meeting.starts_at)}"]
        lines += _event(meeting, words, now, uid, moved)
    if not weekly:
        lines += _event(meeting, words, now, uid, [f"DTSTART:{_utc(meeting.starts_at)}"])
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _event(meeting: Meeting, words: Words, now: datetime, uid: str, when: list[str]) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(now)}",
        f"SEQUENCE:{meeting.moves}",
        *when,
        f"DURATION:PT{meeting.plan.minutes}M",
        f"SUMMARY:{_text(words.title)}",
        f"DESCRIPTION:{_text(words.description)}",
        f"LOCATION:{_text(words.place)}",
        f"URL:{words.url}",
        f"STATUS:{'CANCELLED' if meeting.status == 'cancelled' else 'CONFIRMED'}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(words.title)}",
        f"TRIGGER:-PT{SOON_BEFORE // timedelta(minutes=1)}M",
        "END:VALARM",
        "END:VEVENT",
    ]


def _zone_lines(name: str, wall: datetime) -> Iterator[str]:
    """The zone's rules, as far as the entry needs them: one part for each kind of change, with its days."""
    there = zones.zone_of(name)
    changes = list(_changes(there, wall))
    yield from ("BEGIN:VTIMEZONE", f"TZID:{name}")
    parts: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for change in changes:
        parts.setdefault((change.before, change.after, change.name, change.summer), []).append(change.wall)
    for (before, after, shown, summer), days in parts.items():
        kind = "DAYLIGHT" if summer else "STANDARD"
        yield from (f"BEGIN:{kind}", f"DTSTART:{days[0]:%Y%m%dT%H%M%S}")
        if days[1:]:
            yield f"RDATE:{','.join(f'{day:%Y%m%dT%H%M%S}' for day in days[1:])}"
        yield from (f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(after)}", f"TZNAME:{shown}", f"END:{kind}")
    yield "END:VTIMEZONE"


def _changes(there: tzinfo, wall: datetime) -> Iterator[_Change]:
    """What holds in the year before `wall`, then every change of the clocks for the years ahead."""
    first = (wall - 366 * DAY).replace(tzinfo=UTC)
    yield _change(there, first, ALWAYS)
    day, last = first, first + (366 + 366 * YEARS_AHEAD) * DAY
    while day < last:
        if day.astimezone(there).utcoffset() != (day + DAY).astimezone(there).utcoffset():
            yield _change(there, _bisected(there, day))
        day += DAY


def _change(there: tzinfo, at: datetime, wall: datetime | None = None) -> _Change:
    after = at.astimezone(there)
    before = after if wall else (at - timedelta(seconds=1)).astimezone(there)
    shown = wall or (at + _of(before)).replace(tzinfo=None)
    return _Change(shown, _of(before), _of(after), after.tzname() or "", bool(after.dst()))


def _bisected(there: tzinfo, day: datetime) -> datetime:
    """The first second of the day after `day` at which the offset is another."""
    low, high = 0, 24 * 60 * 60
    while high - low > 1:
        middle = (low + high) // 2
        same = (day + timedelta(seconds=middle)).astimezone(there).utcoffset() == day.astimezone(there).utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return day + timedelta(seconds=high)


def _of(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta(0)


def _offset(delta: timedelta) -> str:
    seconds = round(delta.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}{minutes % 60:02d}{f'{rest:02d}' if rest else ''}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _local(wall: datetime, zone: str) -> str:
    return f":{wall:%Y%m%dT%H%M%SZ}" if zone == "UTC" else f";TZID={zone}:{wall:%Y%m%dT%H%M%S}"


def _text(words: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11)."""
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(line: str) -> str:
    """A content line with its end, in pieces of at most 75 octets that no character is cut by."""
    pieces = [""]
    for letter in line:
        if len((pieces[-1] + letter).encode()) > LONGEST_LINE - (len(pieces) > 1):
            pieces.append("")
        pieces[-1] += letter
    return "\r\n ".join(pieces) + "\r\n"
