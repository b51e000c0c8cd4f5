"""When a reminder is sent, and weekdays as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.study.reminders import LATEST, in_words, parse_days, wanted

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST_EIGHT = 510
# A Wednesday, 08:30 in Berlin.
PLANNED = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "sent"),
    [(timedelta(0), True), (LATEST, True), (LATEST + timedelta(seconds=1), False)],
)
def test_a_reminder_that_is_late_is_sent_for_six_hours(late: timedelta, sent: bool) -> None:
    assert wanted(PLANNED, PLANNED + late, HALF_PAST_EIGHT, BERLIN, ()) is sent


def test_quiet_days_are_those_where_the_person_lives() -> None:
    assert not wanted(PLANNED, PLANNED, HALF_PAST_EIGHT, BERLIN, (2,))
    assert wanted(PLANNED, PLANNED, HALF_PAST_EIGHT, BERLIN, (1, 3))
    # 20:30 UTC on Wednesday is Thursday in Tokyo.
    evening = PLANNED.replace(hour=20)
    assert not wanted(evening, evening, 5 * 60 + 30, ZoneInfo("Asia/Tokyo"), (3,))


def test_a_time_planned_before_somebody_moved_or_chose_another_one_is_left_out() -> None:
    assert not wanted(PLANNED, PLANNED, HALF_PAST_EIGHT, ZoneInfo("America/New_York"), ())
    assert not wanted(PLANNED, PLANNED, HALF_PAST_EIGHT + 30, BERLIN, ())


def test_a_time_that_clocks_skip_is_reminded_of_after_them() -> None:
    skipped = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in Berlin, for 02:30
    assert wanted(skipped, skipped, 150, BERLIN, ())


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("sat, sun", (5, 6)), ("Sunday", (6,)), ("weekends", (5, 6)), ("Fri and Saturday", (4, 5)), ("none", ()),
        ("weekdays", (0, 1, 2, 3, 4)), ("MON;tue / we", (0, 1, 2)), ("sunday sunday", (6,)), ("", None), ("5", None),
        ("s", None), ("t", None), ("someday", None), ("sat, never", None),
    ],
)  # fmt: skip
def test_weekdays_as_people_type_them(typed: str, days: tuple[int, ...] | None) -> None:
    assert parse_days(typed) == days


@pytest.mark.parametrize(
    ("days", "words"),
    [((), "none"), ((6,), "Sunday"), ((6, 5), "Saturday and Sunday"), ((4, 5, 6), "Friday, Saturday and Sunday")],
)
def test_weekdays_as_people_read_them(days: tuple[int, ...], words: str) -> None:
    assert in_words(days) == words
    assert parse_days(words) == tuple(sorted(days))
