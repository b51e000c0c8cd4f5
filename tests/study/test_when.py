"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.when import (
    EXAMPLES,
    FARTHEST,
    NO_SUCH_DAY,
    NO_SUCH_TIME,
    NO_TIME,
    NOT_UNDERSTOOD,
    SLASHED,
    SOONEST,
    Unclear,
    Understood,
    at_wall,
    echo,
    offers,
    understand,
)
from bot.study.zones import zone_of

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)
"""A Wednesday; 13:00:30 in Berlin."""

UNDERSTOOD = {
    "2026-12-01 19:30": "2026-12-01 19:30",
    "2026-12-1 9:05": "2026-12-01 09:05",
    "19:30": "2026-11-25 19:30",
    "19.30": "2026-11-25 19:30",
    "12:30": "2026-11-26 12:30",
    "0:00": "2026-11-26 00:00",
    "7pm": "2026-11-25 19:00",
    "7 PM": "2026-11-25 19:00",
    "7:30pm": "2026-11-25 19:30",
    "7.30 p.m.": "2026-11-25 19:30",
    "12am": "2026-11-26 00:00",
    "12 pm": "2026-11-26 12:00",
    "19h": "2026-11-25 19:00",
    "19h30": "2026-11-25 19:30",
    "noon": "2026-11-26 12:00",
    "today 18:00": "2026-11-25 18:00",
    "tonight 20:00": "2026-11-25 20:00",
    "tonight 8": "2026-11-25 20:00",
    "tomorrow 19:30": "2026-11-26 19:30",
    "tomorrow at 7pm": "2026-11-26 19:00",
    "Tomorrow, 19:30": "2026-11-26 19:30",
    "19:30 tomorrow": "2026-11-26 19:30",
    "tomorrow 9": "2026-11-26 09:00",
    "tomorrow noon": "2026-11-26 12:00",
    "day after tomorrow 10am": "2026-11-27 10:00",
    "the day after tomorrow at 10am": "2026-11-27 10:00",
    "fri 18:00": "2026-11-27 18:00",
    "Friday 18:00": "2026-11-27 18:00",
    "on friday at 18:00": "2026-11-27 18:00",
    "18:00 fri": "2026-11-27 18:00",
    "this friday 18:00": "2026-11-27 18:00",
    "thurs 8pm": "2026-11-26 20:00",
    "tues 8pm": "2026-12-01 20:00",
    "wed 14:00": "2026-11-25 14:00",
    "wed 12:00": "2026-12-02 12:00",
    "next monday 9am": "2026-11-30 09:00",
    "next friday 18:00": "2026-12-04 18:00",
    "next wednesday 14:00": "2026-12-02 14:00",
    "monday next week 9:00": "2026-11-30 09:00",
    "next week monday 9:00": "2026-11-30 09:00",
    "in 2 hours": "2026-11-25 15:00",
    "in an hour": "2026-11-25 14:00",
    "in half an hour": "2026-11-25 13:30",
    "in 90 minutes": "2026-11-25 14:30",
    "in 90 min": "2026-11-25 14:30",
    "in 1h30m": "2026-11-25 14:30",
    "in 1.5 hours": "2026-11-25 14:30",
    "in 2 hours and 15 minutes": "2026-11-25 15:15",
    "in 2 days 18:00": "2026-11-27 18:00",
    "in a week at 6pm": "2026-12-02 18:00",
    "1.12. 19:30": "2026-12-01 19:30",
    "1.12.2026 19.30": "2026-12-01 19:30",
    "1 dec 19:30": "2026-12-01 19:30",
    "dec 1 7pm": "2026-12-01 19:00",
    "1st of December 2026, 19:30": "2026-12-01 19:30",
    "january 5th 10:00": "2027-01-05 10:00",
    "24.11. 10:00": "2027-11-24 10:00",
    "2026-12-01T19:30": "2026-12-01 19:30",
    "2026-12-01T19:30:00Z": "2026-12-01 20:30",
    "2026-12-01T19:30+05:30": "2026-12-01 15:00",
    "fri 18:00 UTC": "2026-11-27 19:00",
    "fri 18:00 America/New_York": "2026-11-28 00:00",
}
REFUSED = {
    "": NOT_UNDERSTOOD,
    "whenever": NOT_UNDERSTOOD,
    "19": NOT_UNDERSTOOD,
    "in": NOT_UNDERSTOOD,
    "in 3 parsecs": NOT_UNDERSTOOD,
    "next week": NOT_UNDERSTOOD,
    "next week 18:00": NOT_UNDERSTOOD,
    "tomorrow 19:30 sharp": NOT_UNDERSTOOD,
    "2026-12-01 someday 19:30": NOT_UNDERSTOOD,
    "tomorrow": NO_TIME,
    "fri": NO_TIME,
    "in 3 days": NO_TIME,
    "2026-12-01": NO_TIME,
    "12/1 19:30": SLASHED,
    "1/12/2026 19:30": SLASHED,
    "30.2. 19:30": NO_SUCH_DAY,
    "2027-02-29 19:30": NO_SUCH_DAY,
    "0001-01-01 00:00": NO_SUCH_DAY,
    "9999-12-31 23:59": NO_SUCH_DAY,
    "25:00": NO_SUCH_TIME,
    "18:75": NO_SUCH_TIME,
    "13pm": NO_SUCH_TIME,
    "fri 42": NO_SUCH_TIME,
    "2026-12-01T19:30+99:99": NO_SUCH_TIME,
}


def shown(said: str, zone: str = BERLIN, now: datetime = NOW) -> str:
    return f"{understand(said, now, zone).at.astimezone(zone_of(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("said", "wall"), UNDERSTOOD.items())
def test_what_people_type_is_understood_in_their_zone(said: str, wall: str) -> None:
    assert shown(said) == wall


@pytest.mark.parametrize(("said", "why"), REFUSED.items())
def test_what_is_unclear_is_said_with_examples(said: str, why: str) -> None:
    with pytest.raises(Unclear) as caught:
        understand(said, NOW, BERLIN)
    assert str(caught.value) == why


def test_a_time_that_is_over_is_named() -> None:
    with pytest.raises(Unclear, match=r"That is over: it was Wed 25 Nov, 09:00 Europe/Berlin"):
        understand("today 9:00", NOW, BERLIN)


@pytest.mark.parametrize("said", ["in 3 minutes", "13:04"])
def test_what_is_nearly_now_needs_no_plan(said: str) -> None:
    with pytest.raises(Unclear, match="`/mock start`"):
        understand(said, NOW, BERLIN)


@pytest.mark.parametrize("said", ["2028-01-01 10:00", "in 99999999999999 hours", "in 99999999 weeks 10:00"])
def test_plans_go_no_further_than_a_year(said: str) -> None:
    with pytest.raises(Unclear, match="more than a year"):
        understand(said, NOW, BERLIN)


def test_the_day_is_the_persons_own() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert understand("tomorrow 9:00", late, BERLIN).at == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert understand("tomorrow 9:00", late, "America/Los_Angeles").at == datetime(2026, 11, 26, 17, tzinfo=UTC)


def test_a_zone_that_is_written_goes_before_ones_own() -> None:
    assert understand("fri 18:00 utc", NOW, BERLIN).zone == "UTC"
    assert understand("fri 18:00 america/new_york", NOW, BERLIN).zone == "America/New_York"
    assert understand("fri 18:00 Japan", NOW, BERLIN).zone == "Japan"


@pytest.mark.parametrize("zone", ["CET", "UTC", "GMT", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "Asia/Kolkata"])
def test_what_a_list_offers_means_the_same_in_words(zone: str) -> None:
    (offered,) = offers("fri 6pm", NOW, zone)
    assert understand(f"{offered.wall:%Y-%m-%d %H:%M} {offered.zone}", NOW, BERLIN) == offered


def test_what_was_understood_is_echoed() -> None:
    assert echo(understand("fri 6pm", NOW, BERLIN), NOW) == "Fri 27 Nov, 18:00 Europe/Berlin"
    assert echo(understand("jan 5 10:00", NOW, BERLIN), NOW) == "Tue 5 Jan 2027, 10:00 Europe/Berlin"


# ---------------------------------------------------------------------------- changes of the clocks


def test_a_time_that_clocks_skip_is_after_the_change() -> None:
    spring = understand("2027-03-28 02:30", NOW, BERLIN)
    assert spring.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert echo(spring, NOW) == ("Sun 28 Mar 2027, 03:30 Europe/Berlin (clocks skip 02:30 that day, so it is at 03:30)")


def test_a_time_that_clocks_show_twice_is_the_first() -> None:
    autumn = understand("2027-10-31 02:30", NOW, BERLIN)
    assert autumn.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "twice" in autumn.note


def test_hours_are_hours_across_a_change() -> None:
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    assert understand("in 2 hours", before, BERLIN).at == before + timedelta(hours=2)
    assert shown("in 2 hours", now=before) == "2027-03-28 04:30"


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"])
def test_every_week_it_is_as_late_on_the_clocks(zone: str) -> None:
    wall = datetime.fromisoformat("2026-01-02 19:30")
    for week in range(60):
        at = at_wall(wall, zone, week).at
        assert f"{at.astimezone(zone_of(zone)):%a %H:%M}" == "Fri 19:30"
    first, last = at_wall(wall, zone), at_wall(wall, zone, 26)
    changes = zone not in ("Asia/Kolkata", "UTC")
    assert (last.at - first.at != timedelta(weeks=26)) == changes


def test_a_weekly_time_that_is_skipped_once_is_itself_again_the_week_after() -> None:
    wall = datetime.fromisoformat("2027-03-21 02:30")
    hours = [f"{at_wall(wall, BERLIN, week).at.astimezone(zone_of(BERLIN)):%H:%M}" for week in range(3)]
    assert hours == ["02:30", "03:30", "02:30"]


# -------------------------------------------------------------------------------------- properties

ZONES = st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
YEARS = (datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2035-01-01"))
MOMENTS = st.datetimes(*YEARS, timezones=st.just(UTC))
WORDS = st.lists(
    st.sampled_from(
        [*"0 1 7 9 12 19 30 31 99".split(), *UNDERSTOOD, *REFUSED, *"in at next fri am pm : . - /".split()]
    ),
    max_size=5,
).map(" ".join)


def checked(found: Understood, now: datetime, zone: str) -> None:
    assert found.at.tzinfo is UTC
    assert SOONEST <= found.at - now <= FARTHEST
    assert found.at == at_wall(found.wall, found.zone).at or not found.note


@given(said=st.one_of(st.text(max_size=30), WORDS), now=MOMENTS, zone=ZONES)
def test_any_words_are_a_time_to_come_or_refused_in_a_sentence(said: str, now: datetime, zone: str) -> None:
    try:
        found = understand(said, now, zone)
    except Unclear as error:
        refused = str(error)
    else:
        checked(found, now, zone)
        refused = f"{echo(found, now)}."
    assert refused.endswith((".", "`."))


@given(ahead=st.integers(10, 364 * 24 * 60), now=MOMENTS, zone=ZONES)
def test_a_written_time_is_read_back(ahead: int, now: datetime, zone: str) -> None:
    wanted = (now + timedelta(minutes=ahead)).replace(second=0, microsecond=0)
    wall = wanted.astimezone(zone_of(zone)).replace(tzinfo=None)
    found = understand(f"{wall:%Y-%m-%d %H:%M}", now, zone)
    assert found.wall == wall
    assert found.at == wanted or "twice" in found.note


@given(typed=st.one_of(st.just(""), st.text(max_size=12), WORDS), now=MOMENTS, zone=ZONES)
def test_whatever_is_offered_while_typing_can_be_taken(typed: str, now: datetime, zone: str) -> None:
    for offered in offers(typed, now, zone):
        checked(offered, now, zone)


def test_a_day_alone_is_offered_with_usual_hours() -> None:
    assert [f"{offered.wall:%a %H:%M}" for offered in offers("fri", NOW, BERLIN)] == [
        "Fri 10:00", "Fri 18:00", "Fri 19:30", "Fri 20:00",
    ]  # fmt: skip
    assert [f"{offered.wall:%a %H:%M}" for offered in offers("today", NOW, BERLIN)] == [
        "Wed 18:00", "Wed 19:30", "Wed 20:00",
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["", "what"])
def test_without_a_clue_examples_are_offered(typed: str) -> None:
    assert offers(typed, NOW, BERLIN) == [understand(example, NOW, BERLIN) for example in EXAMPLES]
