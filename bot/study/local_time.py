"""Time as people live it: their zone, "every day at 08:30" across clock changes, days in a row."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DAY = timedelta(days=1)
MINUTES = 24 * 60
MOST_FOUND = 25
# Cities that people look for and the time zone database has no name of.
CITIES = {
    "Abuja": "Africa/Lagos", "Ahmedabad": "Asia/Kolkata", "Ankara": "Europe/Istanbul", "Atlanta": "America/New_York",
    "Austin": "America/Chicago", "Bangalore": "Asia/Kolkata", "Barcelona": "Europe/Madrid",
    "Beijing": "Asia/Shanghai", "Bengaluru": "Asia/Kolkata", "Bern": "Europe/Zurich", "Birmingham": "Europe/London",
    "Boston": "America/New_York", "Brasilia": "America/Sao_Paulo", "Cambridge": "Europe/London",
    "Canberra": "Australia/Sydney", "Cape Town": "Africa/Johannesburg", "Chengdu": "Asia/Shanghai",
    "Chennai": "Asia/Kolkata", "Cologne": "Europe/Berlin", "Dallas": "America/Chicago", "Delhi": "Asia/Kolkata",
    "Edinburgh": "Europe/London", "Frankfurt": "Europe/Berlin", "Geneva": "Europe/Zurich",
    "Guangzhou": "Asia/Shanghai", "Hamburg": "Europe/Berlin", "Hangzhou": "Asia/Shanghai", "Hanoi": "Asia/Ho_Chi_Minh",
    "Houston": "America/Chicago", "Hyderabad": "Asia/Kolkata", "Islamabad": "Asia/Karachi",
    "Krakow": "Europe/Warsaw", "Kyoto": "Asia/Tokyo", "Lahore": "Asia/Karachi", "Las Vegas": "America/Los_Angeles",
    "Manchester": "Europe/London", "Miami": "America/New_York", "Milan": "Europe/Rome",
    "Montreal": "America/Toronto", "Mountain View": "America/Los_Angeles", "Mumbai": "Asia/Kolkata",
    "Munich": "Europe/Berlin", "New Delhi": "Asia/Kolkata", "Osaka": "Asia/Tokyo", "Ottawa": "America/Toronto",
    "Oxford": "Europe/London", "Palo Alto": "America/Los_Angeles", "Philadelphia": "America/New_York",
    "Pittsburgh": "America/New_York", "Porto": "Europe/Lisbon", "Portland": "America/Los_Angeles",
    "Pune": "Asia/Kolkata", "Rio de Janeiro": "America/Sao_Paulo", "Rotterdam": "Europe/Amsterdam",
    "Saint Petersburg": "Europe/Moscow", "San Diego": "America/Los_Angeles", "San Francisco": "America/Los_Angeles",
    "San Jose": "America/Los_Angeles", "Seattle": "America/Los_Angeles", "Shenzhen": "Asia/Shanghai",
    "Stuttgart": "Europe/Berlin", "Tel Aviv": "Asia/Jerusalem", "Toulouse": "Europe/Paris",
    "Washington": "America/New_York", "Wellington": "Pacific/Auckland", "Wuhan": "Asia/Shanghai",
}  # fmt: skip
REGIONS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())
COMMON = (
    "UTC", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo",
    "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Warsaw", "Europe/Istanbul", "Europe/Moscow",
    "Africa/Lagos", "Africa/Cairo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
    "Asia/Jakarta", "Asia/Singapore", "Asia/Shanghai", "Asia/Seoul", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip
_TIME = re.compile(r"\s*([01]?\d|2[0-3])\s*(?:[:.h]\s*([0-5]\d))?\s*([ap]m)?\s*", re.IGNORECASE)


def parse_time(typed: str) -> int | None:
    """Minutes after midnight for `8:30`, `08.30`, `20h15`, `8 pm` or `8`; None for anything else."""
    found = _TIME.fullmatch(typed)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute


def clock_face(minute: int) -> str:
    """Minutes after midnight as `08:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@functools.cache
def _zones() -> dict[str, str]:
    """The names that people may type, plain, and the IANA name of each."""
    iana = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS and "/" in name)
    names = {_plain(name): name for name in ("UTC", *iana)}
    cities = {_plain(name.rsplit("/", 1)[-1]): name for name in reversed(iana)}
    return {**cities, **{_plain(city): name for city, name in CITIES.items()}, **names}


def zone_named(typed: str) -> ZoneInfo | None:
    """The zone of an IANA name or of a city, however it is spelled; None when there is none of that name."""
    name = _zones().get(_plain(typed))
    return ZoneInfo(name) if name else None


def find_zones(typed: str, limit: int = MOST_FOUND) -> list[str]:
    """IANA names for what somebody has typed of a zone's or city's name so far, best first."""
    wanted = _plain(typed)
    if not wanted:
        return list(COMMON[:limit])
    ranked: dict[str, int] = {}
    for name, zone in _zones().items():
        starts = name.startswith(wanted)
        if starts or wanted in name:
            # A city that begins like this comes before a region, and both before what has it somewhere inside.
            rank = 2 if not starts else 1 if "/" in name else 0
            ranked[zone] = min(rank, ranked.get(zone, 2))
    return sorted(ranked, key=lambda zone: (ranked[zone], zone not in COMMON, zone))[:limit]


def _plain(name: str) -> str:
    """A name without case, accents and the underscores of the database."""
    letters = unicodedata.normalize("NFKD", name.replace("_", " "))
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).casefold().split())


def zone_of(name: str | None) -> tzinfo:
    """The zone of an IANA name that was kept; UTC for none, and for one that this machine does not know."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day that it is in `zone` at a moment."""
    return moment.astimezone(zone).date()


def next_at(minute: int, zone: tzinfo, after: datetime) -> datetime:
    """The first moment, in UTC, later than `after` at which clocks in `zone` show `minute` after midnight.

    Where clocks are put forward over that time, it is as much after the change as it would have been; where they are
    put back over it, it is the first of the two.
    """
    wall = time(minute // 60, minute % 60)
    day = local_day(after, zone) - DAY
    while (moment := datetime.combine(day, wall, zone).astimezone(UTC)) <= after:
        day += DAY
    return moment


def last_at(minute: int, zone: tzinfo, until: datetime) -> datetime:
    """The last of the moments that `next_at` gives, not later than `until`."""
    found = next_at(minute, zone, until - 3 * DAY)
    while (following := next_at(minute, zone, found)) <= until:
        found = following
    return found


def is_at(moment: datetime, minute: int, zone: tzinfo) -> bool:
    """Whether `next_at` would give this moment."""
    return next_at(minute, zone, moment - timedelta(microseconds=1)) == moment


def days_in_a_row(days: Iterable[date], today: date, quiet_days: Collection[int] = ()) -> int:
    """How many days in a row are among `days`, up to today, or to yesterday while nothing has been done today.

    Weekdays in `quiet_days` (Monday is 0) count when they are among them, and break nothing when they are not.
    """
    done = set(days)
    count, day, first = 0, today, min(done, default=today)
    while day >= first:
        if day in done:
            count += 1
        elif day != today and day.weekday() not in quiet_days:
            break
        day -= DAY
    return count
