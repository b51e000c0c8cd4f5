"""Days in the right zone, streaks over quiet days, topics and what comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.forecast import DAYS, forecast
from bot.study.local_time import local_day
from bot.study.memory import Card, Rating, review
from bot.study.progress import (
    MOST_AXES,
    WEEKS,
    Met,
    Progress,
    Streak,
    day_starts,
    longest_streak,
    overview,
    streak,
    strength,
    topics,
    year_begin,
)

WEDNESDAY = date(2026, 8, 12)
NOW = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN, SANTIAGO, HAVANA, KATHMANDU = map(
    ZoneInfo, ("Europe/Berlin", "America/Santiago", "America/Havana", "Asia/Kathmandu")
)
COUNTS = st.lists(st.integers(0, 3), min_size=1, max_size=60)
WEEKDAYS = st.sets(st.integers(0, 6))


# -------------------------------------------------------------------------------------------------- days


def test_a_moment_is_in_the_day_of_its_zone() -> None:
    late = datetime(2026, 8, 11, 22, 30, tzinfo=UTC)
    assert local_day(late, UTC) == date(2026, 8, 11)
    assert local_day(late, BERLIN) == date(2026, 8, 12)
    assert local_day(late, SANTIAGO) == date(2026, 8, 11)


def test_days_have_23_or_25_hours_where_clocks_change() -> None:
    spring = day_starts(date(2026, 3, 28), date(2026, 3, 30), BERLIN)
    assert [later - earlier for earlier, later in pairwise(spring)] == [
        timedelta(hours=24), timedelta(hours=23), timedelta(hours=24),
    ]  # fmt: skip
    autumn = day_starts(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    assert autumn == [
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    ]


def test_a_day_without_midnight_begins_when_clocks_go_on() -> None:
    # Chile goes from 23:59:59 straight to 01:00.
    begin, end = day_starts(date(2026, 9, 6), date(2026, 9, 6), SANTIAGO)
    assert begin == datetime(2026, 9, 6, 4, tzinfo=UTC)
    assert begin.astimezone(SANTIAGO).hour == 1
    assert end - begin == timedelta(hours=23)


def test_a_day_with_two_midnights_begins_with_the_first() -> None:
    # Cuba goes from 00:59:59 back to 00:00.
    begin, end = day_starts(date(2026, 11, 1), date(2026, 11, 1), HAVANA)
    assert begin == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert end - begin == timedelta(hours=25)


@given(
    st.timedeltas(timedelta(days=-2000), timedelta(days=2000)).map(lambda later: NOW + later),
    st.sampled_from([UTC, BERLIN, SANTIAGO, HAVANA, KATHMANDU]),
)
def test_every_moment_is_in_the_day_whose_beginning_and_end_are_round_it(moment: datetime, zone: ZoneInfo) -> None:
    day = local_day(moment, zone)
    begin, end = day_starts(day, day, zone)
    assert begin <= moment < end


def test_a_year_begins_on_a_monday_and_has_53_columns() -> None:
    for back in range(7):
        today = WEDNESDAY - DAY * back
        first = year_begin(today)
        assert first.weekday() == 0
        assert -(-((today - first).days + 1) // 7) == WEEKS


# ----------------------------------------------------------------------------------------------- streaks


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], Streak(0, open=False)),
        ([0], Streak(0, open=False)),
        ([0, 0, 0], Streak(0, open=False)),
        ([0, 0, 5], Streak(1, open=False)),
        ([0, 2, 0], Streak(1, open=False)),  # today is not over
        ([2, 0, 0], Streak(0, open=False)),
        ([0, 1, 1, 1], Streak(3, open=False)),
        ([1, 1, 1], Streak(3, open=True)),
        ([1, 1, 0], Streak(2, open=True)),
        ([1, 0, 1, 1], Streak(2, open=False)),
    ],
)
def test_a_streak_is_days_in_a_row(counts: list[int], expected: Streak) -> None:
    assert streak(counts, WEDNESDAY, ()) == expected


def test_quiet_days_neither_break_a_streak_nor_lengthen_it() -> None:
    # Thursday to Wednesday, nothing on Saturday and Sunday.
    counts = [0, 1, 1, 0, 0, 1, 1, 1]
    assert streak(counts, WEDNESDAY, ()).days == 3
    assert streak(counts, WEDNESDAY, (5,)).days == 3
    assert streak(counts, WEDNESDAY, (5, 6)) == Streak(5, open=False)
    counts[4] = 1
    assert streak(counts, WEDNESDAY, (5, 6)).days == 6, "a quiet day on which something was done counts"


def test_only_quiet_days_are_no_streak() -> None:
    assert streak([0] * 30, WEDNESDAY, range(7)) == Streak(0, open=False)


@given(COUNTS, WEEKDAYS)
def test_no_streak_is_longer_than_the_longest(counts: list[int], quiet: set[int]) -> None:
    longest = longest_streak(counts, WEDNESDAY, quiet)
    assert streak(counts, WEDNESDAY, quiet).days <= longest <= sum(count > 0 for count in counts)
    assert longest >= longest_streak(counts, WEDNESDAY, ())


def test_the_longest_streak_may_be_over() -> None:
    assert longest_streak([1, 1, 1, 0, 1], WEDNESDAY, ()) == 3
    # Friday, then Monday: without the weekend a row.
    assert longest_streak([1, 0, 0, 1, 0, 0], WEDNESDAY, (5, 6)) == 2
    assert longest_streak([], WEDNESDAY, ()) == 0


# ------------------------------------------------------------------------------------- topics and cards


def met(topic: str, *ratings: Rating, score: float = 1.0, begun: datetime = NOW) -> Met:
    card = review(None, ratings[0], begun)
    for rating in ratings[1:]:
        card = review(card, rating, card.due)
    return Met(topic, card, score)


def test_what_was_answered_wrong_is_not_known_though_it_was_just_read() -> None:
    assert strength(met("losses", Rating.GOOD), NOW) == 1.0
    assert strength(met("losses", Rating.AGAIN, score=0.0), NOW) == 0.0
    assert strength(met("losses", Rating.HARD, score=0.5), NOW) == 0.5
    assert 0 < strength(met("losses", Rating.GOOD), NOW + 30 * DAY) < 0.75


def test_topics_say_how_much_of_them_is_met_and_known() -> None:
    found = topics(
        [met("losses", Rating.GOOD), met("losses", Rating.AGAIN, score=0.0), met("views", Rating.EASY)],
        {"losses": 8, "views": 2, "never met": 5},
        NOW,
    )
    assert [(topic.name, topic.met, topic.questions) for topic in found] == [("losses", 2, 8), ("views", 1, 2)]
    assert (found[0].share, found[0].met_share) == (0.125, 0.25)
    assert (found[1].share, found[1].met_share) == (0.5, 0.5)


def test_topics_of_no_cards() -> None:
    assert topics([], {"losses": 8}, NOW) == ()


def test_the_radar_has_room_for_the_most_practised_topics() -> None:
    many = [met(f"topic {number}", Rating.GOOD) for number in range(20)] + [met("topic 19", Rating.GOOD)]
    shown = made(many, {f"topic {number}": 3 for number in range(20)}).axes
    assert len(shown) == MOST_AXES
    assert shown[0].name == "topic 19"


def test_the_forecast_puts_what_is_overdue_to_today() -> None:
    def due(moment: datetime) -> Card:
        return Card(2, None, 3.0, 5.0, moment, NOW - DAY, 1, 0)

    cards = [due(NOW - 40 * DAY), due(NOW), due(datetime(2026, 8, 12, 22, 30, tzinfo=UTC)), due(NOW + 13 * DAY)]

    def counts(coming: list[Card], zone: tzinfo) -> list[int]:
        return [count for _, count in forecast(coming, NOW, zone).days]

    assert counts(cards, UTC) == [3, *[0] * 12, 1]
    assert counts(cards, BERLIN) == [2, 1, *[0] * 11, 1], "in Berlin that is tomorrow"
    assert counts([due(NOW + 14 * DAY)], UTC) == [0] * DAYS


# ------------------------------------------------------------------------------------------- all of it


def made(cards: list[Met], sizes: dict[str, int], counts: list[int] | None = None) -> Progress:
    days = (WEDNESDAY - year_begin(WEDNESDAY)).days + 1
    year = [0] * days if counts is None else [*[0] * (days - len(counts)), *counts]
    run = streak(year, WEDNESDAY, ())
    return overview(cards, sizes, year, run.days, reviews=sum(year), quiet_days=(), zone=UTC, now=NOW)


def test_an_overview_counts_everything_once() -> None:
    old = met("views", Rating.EASY, Rating.EASY, begun=NOW - 100 * DAY)
    seen = made([met("losses", Rating.AGAIN, begun=NOW - DAY), old], {"losses": 3, "views": 4}, [4, 0, 1, 2, 0])
    assert (seen.met, seen.questions, seen.mastered) == (2, 7, 1)
    assert (seen.streak, seen.best_streak) == (2, 2)
    assert not seen.practised_today
    assert seen.this_week == 3, "Monday and Tuesday"
    assert seen.reviews == 7
    assert seen.due == sum(one.due <= NOW for one in (old.card,)) + 1
    assert list(seen.months())[-1] == (date(2026, 8, 1), 7)
    assert sum(count for _, count in seen.months()) == 7
    assert len(list(seen.months())) == 13
    assert seen.first_day == year_begin(WEDNESDAY)


def test_an_overview_of_nothing() -> None:
    seen = made([], {"losses": 3})
    assert (seen.met, seen.due, seen.streak, seen.best_streak, seen.reviews) == (0, 0, 0, 0, 0)
    assert seen.topics == ()
    assert not any(seen.forecast)
