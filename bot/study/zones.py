"""Time zones as people name them: by their own city or country, by a big city nearby, or by the official name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rapidfuzz import fuzz, process

OFFERED = 25
CLOSE_ENOUGH = 80.0
"""How alike, of 100, a mistyped word must be to a name."""
NO_PLACES = frozenset({"Factory", "localtime"})

# Big cities whose zone bears another city's name, as far as the official tables do not list them.
CITIES = {
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "Africa/Lagos": "Abuja, Kano",
    "Africa/Nairobi": "Mombasa",
    "America/Chicago": (
        "Austin, Dallas, Houston, Madison, Milwaukee, Minneapolis, Nashville, New Orleans, San Antonio, St Louis, Texas"
    ),
    "America/Denver": "Albuquerque, Colorado, Salt Lake City, Utah",
    "America/Los_Angeles": (
        "California, Las Vegas, Palo Alto, Portland, Sacramento, San Diego, San Francisco, San Jose, Seattle, "
        "Silicon Valley"
    ),
    "America/New_York": (
        "Atlanta, Baltimore, Boston, Charlotte, Cleveland, Columbus, Florida, Miami, Orlando, Philadelphia, "
        "Pittsburgh, Washington"
    ),
    "America/Phoenix": "Arizona, Tucson",
    "America/Sao_Paulo": "Belo Horizonte, Brasilia, Curitiba, Porto Alegre, Rio de Janeiro",
    "America/Toronto": "Hamilton, Ottawa, Quebec City, Waterloo",
    "America/Vancouver": "Victoria",
    "Asia/Dubai": "Abu Dhabi",
    "Asia/Ho_Chi_Minh": "Da Nang, Hanoi",
    "Asia/Jerusalem": "Haifa",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Kolkata": (
        "Ahmedabad, Bangalore, Bengaluru, Bombay, Chennai, Delhi, Hyderabad, Jaipur, Kanpur, Mumbai, New Delhi, Pune"
    ),
    "Asia/Riyadh": "Jeddah",
    "Asia/Seoul": "Busan, Daejeon",
    "Asia/Shanghai": "Beijing, Guangzhou, Hangzhou, Nanjing, Shenzhen, Wuhan, Xi'an",
    "Asia/Tokyo": "Kyoto, Nagoya, Osaka, Sapporo",
    "Australia/Sydney": "Newcastle, Wollongong",
    "Europe/Amsterdam": "Rotterdam, Eindhoven, Utrecht, The Hague",
    "Europe/Berlin": (
        "Cologne, Dresden, Düsseldorf, Frankfurt, Hamburg, Heidelberg, Karlsruhe, Köln, Leipzig, München, "
        "Munich, Stuttgart, Tübingen"
    ),
    "Europe/Istanbul": "Ankara, Izmir",
    "Europe/Kyiv": "Kharkiv, Lviv, Odesa",
    "Europe/London": (
        "Birmingham, Bristol, Cambridge, Cardiff, Edinburgh, England, Glasgow, Leeds, Liverpool, Manchester, "
        "Oxford, Scotland, Wales"
    ),
    "Europe/Madrid": "Barcelona, Bilbao, Seville, Valencia",
    "Europe/Moscow": "Kazan, Saint Petersburg",
    "Europe/Paris": "Bordeaux, Grenoble, Lille, Lyon, Marseille, Nice, Strasbourg, Toulouse",
    "Europe/Rome": "Bologna, Florence, Milan, Milano, Naples, Turin, Venice",
    "Europe/Stockholm": "Gothenburg, Malmö",
    "Europe/Vienna": "Graz, Linz, Salzburg",
    "Europe/Warsaw": "Gdańsk, Kraków, Wrocław",
    "Europe/Zurich": "Basel, Bern, Geneva, Lausanne",
}
SHORT = {"GB": "UK", "US": "USA", "AE": "UAE"}
COMMON = (
    "UTC", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Toronto",
    "America/Mexico_City", "America/Bogota", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Europe/London",
    "Europe/Lisbon", "Europe/Paris", "Europe/Berlin", "Europe/Warsaw", "Europe/Istanbul", "Africa/Cairo",
    "Africa/Lagos", "Africa/Nairobi", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo",
    "Australia/Sydney",
)  # fmt: skip


def zone_of(name: str | None) -> tzinfo:
    """The zone that somebody has set; UTC when they set none, or one that is no longer known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def find(typed: str) -> str | None:
    """The zone that is meant: an official name in any case, the one place of that name, or all that could be meant."""
    official = _official().get(typed.strip().casefold().replace(" ", "_"))
    if official:
        return official
    exact = {zone for place, zone in _places() if place == _plain(typed)}
    meant = sorted(exact) or (offer(typed) if _plain(typed) else [])
    return meant[0] if len(meant) == 1 else None


def named(typed: str) -> ZoneInfo | None:
    """The zone that `find` finds."""
    name = find(typed)
    return ZoneInfo(name) if name else None


def offer(typed: str) -> list[str]:
    """At most 25 zones for what has been typed so far, the best first."""
    wanted = _plain(typed)
    if not wanted:
        return list(COMMON)
    ranked: dict[str, int] = {}
    for place, zone in _places():
        rank = 0 if place == wanted else 1 if place.startswith(wanted) else 2 if f" {wanted}" in place else 3
        if rank < 3 or wanted in place:
            ranked[zone] = min(rank, ranked.get(zone, rank))
    if not ranked:
        places = [place for place, _ in _places()]
        zones = [zone for _, zone in _places()]
        alike = process.extract(wanted, places, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=OFFERED)
        ranked = {zones[index]: number for number, (_, _, index) in reversed(list(enumerate(alike)))}
    if official := _official().get(typed.strip().casefold()):
        ranked[official] = -1
    return sorted(ranked, key=lambda zone: (ranked[zone], zone not in COMMON, zone))[:OFFERED]


@lru_cache(maxsize=1)
def _official() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if name not in NO_PLACES}


@lru_cache(maxsize=1)
def _places() -> tuple[tuple[str, str], ...]:
    """Every name of a place, in plain letters, with its zone."""
    return tuple(sorted({(_plain(place), zone) for place, zone in _named() if _plain(place)}))


def _named() -> Iterator[tuple[str, str]]:
    yield from (("UTC", "UTC"), ("GMT", "UTC"))
    for zone, cities in CITIES.items():
        for city in cities.split(","):
            yield city, zone
    tables = files("tzdata") / "zoneinfo"
    countries = dict(line.split("\t") for line in _lines((tables / "iso3166.tab").read_text("utf-8")))
    listed = set()
    for line in _lines((tables / "zone.tab").read_text("utf-8")):
        code, _, zone, *_ = line.split("\t")
        listed.add(zone)
        yield countries[code], zone
        if code in SHORT:
            yield SHORT[code], zone
        yield zone, zone
        yield zone.rpartition("/")[2], zone
    # Older names of cities, as `L Asia/Kolkata Asia/Calcutta`.
    for line in (tables / "tzdata.zi").read_text("utf-8").splitlines():
        if line.startswith("L "):
            _, zone, name = line.split(" ")
            if zone in listed and name not in listed and "/" in name:
                yield name.rpartition("/")[2], zone


def _lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line and not line.startswith("#")]


def _plain(words: str) -> str:
    """Small letters without accents, one space between words."""
    letters = unicodedata.normalize("NFKD", words.replace("ł", "l"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", bare.casefold()).strip()
