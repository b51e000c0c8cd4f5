"""People find their zone under the names that they have for it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.zones import CITIES, COMMON, OFFERED, find, offer, zone_of


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("  berlin ", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("münchen", "Europe/Berlin"),
        ("muenchen", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("san francisco", "America/Los_Angeles"),
        ("Calcutta", "Asia/Kolkata"),
        ("Bombay", "Asia/Kolkata"),
        ("India", "Asia/Kolkata"),
        ("uk", "Europe/London"),
        ("Krakow", "Europe/Warsaw"),
        ("utc", "UTC"),
        ("GMT", "GMT"),
        ("US/Pacific", "US/Pacific"),
        ("frankfrut", "Europe/Berlin"),
        ("Australia", None),
        ("Atlantis", None),
        ("", None),
        ("../../etc/passwd", None),
        ("localtime", None),
    ],
)
def test_a_name_means_one_zone_or_none(typed: str, zone: str | None) -> None:
    assert find(typed) == zone


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ber", "Europe/Berlin"),
        ("tok", "Asia/Tokyo"),
        ("new y", "America/New_York"),
        ("germ", "Europe/Berlin"),
        ("usa", "America/Chicago"),
        ("paulo", "America/Sao_Paulo"),
        ("Bejing", "Asia/Shanghai"),
        ("utc", "UTC"),
    ],
)
def test_the_best_zone_is_offered_first(typed: str, first: str) -> None:
    assert offer(typed)[0] == first


def test_without_a_word_common_zones_are_offered() -> None:
    assert offer("") == offer("  ") == list(COMMON)


@given(st.text(max_size=30))
def test_whatever_is_typed_only_real_zones_are_offered(typed: str) -> None:
    offered = offer(typed)
    assert len(offered) <= OFFERED
    assert len(set(offered)) == len(offered)
    assert set(offered) <= available_timezones()
    found = find(typed)
    assert found is None or found in available_timezones()


def test_the_tables_of_this_module_are_right() -> None:
    assert set(CITIES) | set(COMMON) <= available_timezones()
    assert len(COMMON) == OFFERED


@pytest.mark.parametrize("name", [None, "", "Atlantis/Capital", "../x", "Europe", "\0"])
def test_what_is_no_zone_counts_as_utc(name: str | None) -> None:
    assert zone_of(name) is UTC


def test_a_zone_is_itself() -> None:
    assert zone_of("Asia/Kathmandu") == ZoneInfo("Asia/Kathmandu")
    assert f"{datetime(2026, 8, 1, tzinfo=UTC).astimezone(zone_of('Asia/Kathmandu')):%H:%M}" == "05:45"
