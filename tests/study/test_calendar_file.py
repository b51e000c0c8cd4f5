"""The calendar file, read back by a library that knows the format and by the rules of RFC 5545."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.study.calendar_file import Words, calendar
from bot.study.meeting import Meeting, Plan, cancel, move
from bot.study.when import at_wall

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
WALL = datetime.fromisoformat("2026-11-27 19:30")
WORDS = Words(
    "Mock interview: coding", "Sign up on the card.", "#mock-interviews", "https://discord.com/channels/1/2/3"
)


def meeting(zone: str = "Europe/Berlin", wall: datetime = WALL, **changes: Any) -> Meeting:  # noqa: ANN401
    made = Meeting("m0", 1, 2, 3, Plan(minutes=45), at_wall(wall, zone).at, wall, zone, series="m0")
    return replace(made, **changes)


def lines(content: bytes) -> list[str]:
    """The content lines, unfolded."""
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def events(content: bytes) -> list[dict[str, str]]:
    """The properties of each event, without those of its alarm."""
    found: list[dict[str, str]] = []
    inside: list[str] = []
    for line in lines(content):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert inside.pop() == value
        elif inside[-1] == "VEVENT":
            found[-1][name] = value
    assert not inside
    return found


def test_one_meeting_is_one_event_in_utc() -> None:
    (event,) = events(calendar(meeting(), WORDS, NOW))
    assert event == {
        "UID": "m0@torch-tutor",
        "DTSTAMP": "20261125T120000Z",
        "SEQUENCE": "0",
        "DTSTART": "20261127T183000Z",
        "DURATION": "PT45M",
        "SUMMARY": "Mock interview: coding",
        "DESCRIPTION": "Sign up on the card.",
        "LOCATION": "#mock-interviews",
        "URL": "https://discord.com/channels/1/2/3",
        "STATUS": "CONFIRMED",
    }


def test_it_is_a_calendar_with_an_alarm_ten_minutes_before() -> None:
    content = lines(calendar(meeting(), WORDS, NOW))
    assert content[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert content[-1] == "END:VCALENDAR"
    assert "TRIGGER:-PT10M" in content


def test_a_change_replaces_the_entry_that_was_added_before() -> None:
    moved = move(meeting(), NOW + timedelta(days=4), 3, NOW).meeting
    (event,) = events(calendar(moved, WORDS, NOW))
    assert (event["UID"], event["SEQUENCE"]) == ("m0@torch-tutor", "1")
    assert event["DTSTART"] == "20261129T120000Z"
    (event,) = events(calendar(cancel(moved, 3).meeting, WORDS, NOW))
    assert event["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        ("Europe/Berlin", WALL),
        ("Europe/Berlin", datetime.fromisoformat("2027-06-04 19:30")),
        ("Europe/Berlin", datetime.fromisoformat("2027-03-21 02:30")),
        ("America/New_York", WALL),
        ("Australia/Sydney", WALL),
        ("Australia/Lord_Howe", WALL),
        ("America/Sao_Paulo", WALL),
        ("Asia/Kolkata", WALL),
        ("Africa/Casablanca", WALL),
    ],
)
def test_a_weekly_meeting_is_as_late_on_the_clocks_for_years(zone: str, wall: datetime) -> None:
    content = calendar(meeting(zone, wall, weekly=True), WORDS, NOW)
    (event,) = events(content)
    assert event["RRULE"] == "FREQ=WEEKLY"
    start = event[f"DTSTART;TZID={zone}"]
    text = "\n".join(lines(content))
    block = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE") + len("END:VTIMEZONE")]
    there = tzical(StringIO(block)).get(zone)
    walls = rrulestr(f"RRULE:{event['RRULE']};COUNT=200", dtstart=datetime.strptime(start, "%Y%m%dT%H%M%S"))  # noqa: DTZ007
    for week, shown in enumerate(walls):
        wanted = at_wall(wall, zone, week)
        assert shown == wanted.wall
        if not wanted.note:
            assert shown.replace(tzinfo=there).astimezone(UTC) == wanted.at, f"week {week}"


def test_utc_needs_no_rules_of_a_zone() -> None:
    content = calendar(meeting("UTC", weekly=True), WORDS, NOW)
    (event,) = events(content)
    assert (event["DTSTART"], event["RRULE"]) == ("20261127T193000Z", "FREQ=WEEKLY")
    assert b"VTIMEZONE" not in content


def test_a_week_that_was_moved_is_an_exception_to_the_rule() -> None:
    moved = move(meeting(weekly=True), NOW + timedelta(days=4), 3, NOW).meeting
    usual, exception = events(calendar(moved, WORDS, NOW))
    assert usual["DTSTART;TZID=Europe/Berlin"] == exception["RECURRENCE-ID;TZID=Europe/Berlin"] == "20261127T193000"
    assert exception["DTSTART"] == "20261129T120000Z"
    assert usual["UID"] == exception["UID"]
    assert "RRULE" not in exception


@given(words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_lines_are_short_and_whole_whatever_is_written(words: str) -> None:
    content = calendar(meeting(), replace(WORDS, title=f"{words};,\\\n{words}"), NOW)
    raw = content.split(b"\r\n")
    assert raw.pop() == b""
    for line in raw:
        assert len(line) <= 75
        assert line.decode()
        assert b"\n" not in line
    (event,) = events(content)
    assert unescaped(event["SUMMARY"]).replace("\n", "") == f"{words};,\\{words}".replace("\u2028", "").replace(
        "\u2029", ""
    )


def unescaped(value: str) -> str:
    said, escaping = "", False
    for letter in value:
        if escaping:
            said += {"n": "\n"}.get(letter, letter)
        elif letter != "\\":
            assert letter not in ";,"
            said += letter
        escaping = letter == "\\" and not escaping
    return said


def test_every_part_of_a_zone_ends_before_the_next() -> None:
    content = lines(calendar(meeting(weekly=True), WORDS, NOW))
    ends = [line for line in content if line.startswith(("BEGIN:", "END:"))]
    assert ("BEGIN:STANDARD", "BEGIN:DAYLIGHT") not in pairwise(ends)
