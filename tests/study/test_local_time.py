"""Times of day in people's own zones, across every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.local_time import (
    clock_face,
    days_in_a_row,
    is_at,
    last_at,
    local_day,
    next_at,
    parse_time,
)
from bot.study.zones import COMMON

BERLIN, NEW_YORK, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ODD = ("Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "Pacific/Chatham")
zones = st.sampled_from([ZoneInfo(name) for name in (*COMMON[1:], *ODD)])
minutes = st.integers(0, 24 * 60 - 1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def wall(moment: datetime, zone: ZoneInfo) -> int:
    there = moment.astimezone(zone)
    return there.hour * 60 + there.minute


@given(moments, minutes, zones)
def test_the_next_time_is_later_within_a_day_and_at_that_time(after: datetime, minute: int, zone: ZoneInfo) -> None:
    found = next_at(minute, zone, after)
    assert after < found <= after + timedelta(hours=26)
    assert is_at(found, minute, zone)
    assert not is_at(found + timedelta(minutes=1), minute, zone)
    if wall(found, zone) != minute:
        # Only where that time was skipped may another one stand in for it.
        before = (found - timedelta(hours=2)).astimezone(zone).utcoffset()
        assert before != found.astimezone(zone).utcoffset()


@given(moments, minutes, zones)
def test_the_last_time_is_the_one_before_the_next(until: datetime, minute: int, zone: ZoneInfo) -> None:
    found = last_at(minute, zone, until)
    assert found <= until
    assert next_at(minute, zone, found) == next_at(minute, zone, until)
    assert last_at(minute, zone, found) == found


@given(moments, minutes, zones)
def test_times_follow_each_other_once_a_day(after: datetime, minute: int, zone: ZoneInfo) -> None:
    days = []
    for _ in range(400):
        after = next_at(minute, zone, after)
        days.append(local_day(after, zone))
    assert days == [days[0] + timedelta(days=number) for number in range(400)]


@pytest.mark.parametrize(
    ("minute", "after", "expected"),
    [
        ("02:30", "2026-03-28T12:00", "2026-03-29T03:30+02:00"),  # clocks go from 2 to 3
        ("03:00", "2026-03-28T12:00", "2026-03-29T03:00+02:00"),
        ("02:30", "2026-10-24T12:00", "2026-10-25T02:30+02:00"),  # 02:30 comes twice, the first counts
        ("02:30", "2026-10-25T00:45", "2026-10-26T02:30+01:00"),
        ("08:30", "2026-03-28T08:00", "2026-03-29T08:30+02:00"),
        ("08:30", "2026-03-29T06:30", "2026-03-30T08:30+02:00"),  # exactly now is not later
    ],
)
def test_berlin_across_its_clock_changes(minute: str, after: str, expected: str) -> None:
    asked = parse_time(minute)
    assert asked is not None
    found = next_at(asked, BERLIN, datetime.fromisoformat(f"{after}+00:00"))
    assert found.astimezone(BERLIN).isoformat(timespec="minutes") == expected


def test_a_day_that_a_country_left_out_is_left_out() -> None:
    # Samoa went from 29 to 31 December 2011.
    nine = next_at(9 * 60, APIA, datetime(2011, 12, 29, 19, 30, tzinfo=UTC))
    days = [local_day(nine, APIA)]
    for _ in range(2):
        nine = next_at(9 * 60, APIA, nine)
        days.append(local_day(nine, APIA))
    assert [day.isoformat() for day in days] == ["2011-12-31", "2012-01-01", "2012-01-02"]


@pytest.mark.parametrize(
    ("typed", "minute"),
    [
        ("8:30", 510), ("08.30", 510), ("20h15", 1215), ("8 pm", 1200), ("12am", 0), ("12 pm", 720), ("8", 480),
        ("23:59", 1439), (" 0:00 ", 0), ("24:00", None), ("8:3", None), ("13pm", None), ("off", None), ("", None),
        ("-1", None), ("8:60", None), ("٨:٣٠", None),
    ],
)  # fmt: skip
def test_times_as_people_type_them(typed: str, minute: int | None) -> None:
    assert parse_time(typed) == minute


@given(minutes)
def test_a_clock_face_is_read_back(minute: int) -> None:
    assert parse_time(clock_face(minute)) == minute


TODAY = date(2026, 11, 25)  # a Wednesday


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=number) for number in days]


@pytest.mark.parametrize(
    ("days", "quiet", "row"),
    [
        ((), (), 0),
        ((0,), (), 1),
        ((1,), (), 1),  # today is not over
        ((2,), (), 0),
        ((0, 1, 2, 4), (), 3),
        ((0, 1, 2, 4, 5), (6,), 5),  # Sunday was quiet: 3 days ago
        ((0, 1, 2, 3, 4), (6,), 5),  # and counts when something was done
        ((2, 5), (1, 6, 5), 2),
        ((2, 5), (6, 5), 0),
        ((400,), (0, 1, 2, 3, 4, 5, 6), 1),
    ],
)
def test_days_in_a_row(days: tuple[int, ...], quiet: tuple[int, ...], row: int) -> None:
    assert days_in_a_row(ago(*days), TODAY, quiet) == row


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 6)))
def test_quiet_days_never_make_a_row_shorter(days: set[int], quiet: set[int]) -> None:
    row = days_in_a_row(ago(*days), TODAY, quiet)
    assert days_in_a_row(ago(*days), TODAY) <= row <= len(days)
