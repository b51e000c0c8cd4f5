"""Periods, ranks, and names that cannot be taken for each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.board import LOOKS, Entry, Period, Span, last_season, looks, objection, ranked, span, tidy

NOW = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=7000)).map(lambda later: NOW + later)


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("week", Span(at(2026, 8, 10), at(2026, 8, 17))),
        ("month", Span(at(2026, 8, 1), at(2026, 9, 1))),
        ("season", Span(at(2026, 7, 1), at(2026, 10, 1))),
        ("all", Span(None, None)),
    ],
)
def test_the_periods_that_a_moment_is_in(period: Period, expected: Span) -> None:
    assert span(period, NOW) == expected


def test_a_moment_elsewhere_is_the_same_moment() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert span("month", datetime(2026, 9, 1, 8, tzinfo=tokyo)) == span("month", NOW)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(2026, 8, 12), Span(at(2026, 4, 1), at(2026, 7, 1))),
        (at(2026, 1, 1), Span(at(2025, 10, 1), at(2026, 1, 1))),
        (at(2025, 12, 31), Span(at(2025, 7, 1), at(2025, 10, 1))),
    ],
)
def test_the_season_before(now: datetime, expected: Span) -> None:
    assert last_season(now) == expected


@given(MOMENTS, st.sampled_from(["week", "month", "season"]))
def test_every_moment_is_in_its_period_and_in_no_other(now: datetime, period: Period) -> None:
    current = span(period, now)
    assert current.begin is not None
    assert current.end is not None
    assert current.begin <= now < current.end
    assert span(period, current.begin) == current
    following = span(period, current.end)
    assert following.begin == current.end


@given(MOMENTS)
def test_the_last_season_ends_where_this_one_begins(now: datetime) -> None:
    assert last_season(now).end == span("season", now).begin


def entry(user_id: int, points: int, pseudonym: str | None = None) -> Entry:
    return Entry(user_id, pseudonym, f"person {user_id}", points)


def test_equal_points_share_a_rank_and_the_next_is_left_out() -> None:
    places = ranked([entry(1, 5), entry(2, 9), entry(3, 5), entry(4, 1), entry(5, 9)])
    assert [(place.rank, place.entry.user_id) for place in places] == [(1, 2), (1, 5), (3, 1), (3, 3), (5, 4)]
    assert ranked([]) == []


@given(st.lists(st.integers(1, 20), max_size=30))
def test_a_rank_is_one_more_than_how_many_have_more(points: list[int]) -> None:
    for place in ranked(entry(number, each) for number, each in enumerate(points)):
        assert place.rank == 1 + sum(each > place.entry.points for each in points)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Night Owl", "night-owl"),
        ("Night Owl", "NIGHT OWL!"),
        ("Illia", "lllia"),
        ("Bob", "B0b"),
        ("pal", "раl"),  # Cyrillic
        ("Nico", "Νісο"),  # Greek and Cyrillic
        ("Zoë", "Zoe"),
        ("Maya", "𝓜𝓪𝔂𝓪"),
        ("Maya", "Ｍａｙａ"),
    ],
)
def test_these_could_be_taken_for_each_other(one: str, other: str) -> None:
    assert looks(one) == looks(other)


@pytest.mark.parametrize(("one", "other"), [("Night Owl", "Day Owl"), ("雪", "雨"), ("Bob", "Rob")])
def test_these_could_not(one: str, other: str) -> None:
    assert looks(one) != looks(other)


def test_some_single_characters_stand_for_many_letters() -> None:
    assert len(looks("ﷺ" * 32)) == LOOKS


@pytest.mark.parametrize(
    "name", ["", "a", "!!", "🦊🦊", "-x-", "everyone", "@here", "Torch Tutor", "t0rch tutor", "ADMIN"]
)
def test_some_names_are_for_nobody(name: str) -> None:
    assert objection(name)


@pytest.mark.parametrize("name", ["Jo", "雪だるま", "Night Owl", "x" * 32, "Ørsted", "Modesty"])
def test_others_will_do(name: str) -> None:
    assert objection(name) is None


def test_a_name_is_one_line_without_anything_invisible() -> None:
    assert tidy("  Night \n\t Owl\u200b\u202e\0 ") == "Night Owl"
    assert tidy("\u200b \ud800") == ""
