"""Free hours of the week, and when two people both have time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.free_hours import (
    DAY_MINUTES,
    Free,
    Span,
    UnclearHours,
    common_starts,
    describe,
    from_parts,
    merged,
    parse_hours,
    to_parts,
)
from bot.study.zones import zone_of

SUNDAY = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

READ = {
    "mon 18-21": "Mon 18:00–21:00",
    "mon-fri 18-21, sat 10-12:30": "Mon–Fri 18:00–21:00; Sat 10:00–12:30",
    "Mon, Wed, Fri 18:00-21:00; sun 9am-12pm": "Mon, Wed, Fri 18:00–21:00; Sun 09:00–12:00",
    "tues and thurs 7-9pm": "Tue, Thu 19:00–21:00",
    "monday to friday 18 to 21": "Mon–Fri 18:00–21:00",
    "weekdays 18-20": "Mon–Fri 18:00–20:00",
    "weekend 10-12, 14-16": "Sat, Sun 10:00–12:00, 14:00–16:00",
    "daily 20–23": "Mon–Sun 20:00–23:00",
    "every day 8-10": "Mon–Sun 08:00–10:00",
    "sat-mon 10-12": "Mon, Sat, Sun 10:00–12:00",
    "fri 22-1": "Fri 22:00–01:00",
    "mon 0-24": "Mon 00:00–24:00",
    "mon 11am-1pm": "Mon 11:00–13:00",
    "mon 18-20, 19-21": "Mon 18:00–21:00",
}


@pytest.mark.parametrize(("typed", "hours"), READ.items())
def test_typed_hours_are_read(typed: str, hours: str) -> None:
    assert describe(parse_hours(typed)) == hours


@pytest.mark.parametrize(
    "typed",
    ["", "mon", "18-21", "someday 18-21", "mo 18-21", "mon 25-26", "mon 10-10", "mon 18:75-20", "mon 13pm-2pm",
     "mon 18", "mon 18-21 or so", "mon-fri", "daily " + ", ".join(f"{hour}:00-{hour}:30" for hour in range(24))],
)  # fmt: skip
def test_unclear_hours_are_answered_with_an_example(typed: str) -> None:
    with pytest.raises(UnclearHours, match="mon-fri 18-21"):
        parse_hours(typed)


def test_parts_of_days_and_typed_hours_are_the_same_thing() -> None:
    spans = from_parts(["0-evening", "5-morning", "5-afternoon"])
    assert describe(spans) == "Mon 17:00–22:00; Sat 08:00–17:00"
    assert to_parts(spans) == ("0-evening", "5-morning", "5-afternoon")
    assert to_parts(parse_hours("mon 18-21")) == ()


def starts(one: Free, other: Free, minutes: int = 60) -> list[str]:
    return [f"{start:%a %H:%M}" for start in common_starts(one, other, SUNDAY, SUNDAY + WEEK, minutes)]


def test_common_hours_are_found_across_zones() -> None:
    berlin = Free(parse_hours("mon 17-22"), "Europe/Berlin")
    new_york = Free(parse_hours("mon 11:30-14"), "America/New_York")
    assert starts(berlin, new_york) == ["Mon 16:30", "Mon 17:00", "Mon 17:30", "Mon 18:00"]
    assert starts(new_york, berlin, 120) == ["Mon 16:30", "Mon 17:00"]
    assert starts(berlin, Free(parse_hours("tue 17-22"), "Europe/Berlin")) == []


def test_days_differ_between_zones() -> None:
    tokyo = Free(parse_hours("tue 8-9"), "Asia/Tokyo")
    los_angeles = Free(parse_hours("mon 15-16"), "America/Los_Angeles")
    assert starts(tokyo, los_angeles) == ["Mon 23:00"]


def test_a_night_goes_on_into_the_next_day() -> None:
    assert starts(Free(parse_hours("sun 23-2"), "UTC"), Free(parse_hours("mon 0-3"), "UTC")) == [
        "Mon 00:00", "Mon 00:30", "Mon 01:00",
    ]  # fmt: skip


def test_what_they_have_agreed_to_already_is_not_free() -> None:
    busy = ((datetime(2026, 11, 30, 18, tzinfo=UTC), datetime(2026, 11, 30, 19, tzinfo=UTC)),)
    one = Free(parse_hours("mon 17-20"), "UTC", busy)
    other = Free(parse_hours("mon 17-20"), "UTC")
    assert starts(one, other) == starts(other, one) == ["Mon 17:00", "Mon 19:00"]


def test_free_hours_stay_on_the_clocks_when_those_change() -> None:
    saturday = datetime(2027, 3, 27, 0, 0, tzinfo=UTC)
    free = Free(parse_hours("sat-sun 18-19"), "Europe/Berlin")
    found = common_starts(free, free, saturday, saturday + WEEK, 60)
    assert [start.hour for start in found] == [17, 16]


SPANS = st.builds(
    lambda day, start, length: Span(day, start, start + length),
    st.integers(0, 6),
    st.integers(0, DAY_MINUTES - 1),
    st.integers(1, DAY_MINUTES),
)
FREE = st.builds(
    lambda spans, zone: Free(merged(spans), zone),
    st.lists(SPANS, max_size=4),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
)


@given(one=FREE, other=FREE, minutes=st.sampled_from([20, 45, 60]))
def test_a_common_start_suits_both(one: Free, other: Free, minutes: int) -> None:
    found = common_starts(one, other, SUNDAY, SUNDAY + WEEK, minutes)
    assert found == sorted(set(found)) == common_starts(other, one, SUNDAY, SUNDAY + WEEK, minutes)
    for start in found:
        assert SUNDAY <= start <= SUNDAY + WEEK - timedelta(minutes=minutes)
        for free in (one, other):
            assert has_time(free, start, minutes)


def has_time(free: Free, start: datetime, minutes: int) -> bool:
    """Looked at minute by minute on the person's clocks, which do not change in this week."""
    wall = start.astimezone(zone_of(free.zone))
    minute = wall.hour * 60 + wall.minute
    return any(
        span.start <= minute + back * DAY_MINUTES and minute + back * DAY_MINUTES + minutes <= span.end
        for back in (0, 1)
        for span in free.spans
        if span.day == (wall.weekday() - back) % 7
    )
