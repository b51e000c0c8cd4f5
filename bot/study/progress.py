"""What somebody's practice comes to: topics, a year of days, what comes back when, and days in a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from bot.study.forecast import forecast
from bot.study.local_time import DAY, local_day
from bot.study.memory import Card, recall

WEEKS = 53
"""Columns of the year: the week of today and the 52 before it."""
MOST_AXES = 12
"""More names than that do not fit round a radar."""


@dataclass(frozen=True, slots=True)
class Met:
    """A question that somebody met: its topic, its card, and the score 0…1 of the last answer."""

    topic: str
    card: Card
    last_score: float


@dataclass(frozen=True, slots=True)
class Topic:
    """How far somebody is in one topic. `known` is how many of its `questions` they would answer right today."""

    name: str
    questions: int
    met: int
    known: float

    @property
    def share(self) -> float:
        """The part 0…1 of the topic that they would answer right today."""
        return self.known / self.questions

    @property
    def met_share(self) -> float:
        """The part 0…1 of the topic that they have met."""
        return self.met / self.questions


@dataclass(frozen=True, slots=True)
class Streak:
    """`days` in a row with a review, up to today or yesterday. `open`: it may have begun before what was looked at."""

    days: int
    open: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that a progress card shows.

    `year` has the reviews of each day, from a Monday up to `today`; `forecast` what comes due on each of the next days,
    today and what is overdue first. `topics` are all that were met, the most practised first.
    """

    today: date
    zone: str
    topics: tuple[Topic, ...]
    year: tuple[int, ...]
    forecast: tuple[int, ...]
    streak: int
    best_streak: int
    due: int
    reviews: int
    met: int
    questions: int
    mastered: int

    @property
    def practised_today(self) -> bool:
        """Whether the streak counts today already."""
        return self.year[-1] > 0

    @property
    def this_week(self) -> int:
        """Reviews since Monday."""
        return sum(self.year[-1 - self.today.weekday() :])

    @property
    def first_day(self) -> date:
        """The Monday with which the year begins."""
        return self.today - DAY * (len(self.year) - 1)

    @property
    def axes(self) -> tuple[Topic, ...]:
        """The topics that the radar has room for."""
        return self.topics[:MOST_AXES]

    def months(self) -> Iterator[tuple[date, int]]:
        """The first day of each month of the year, and the reviews in it."""
        sums: Counter[date] = Counter()
        for number, reviews in enumerate(self.year):
            sums[(self.first_day + DAY * number).replace(day=1)] += reviews
        yield from sums.items()


def year_begin(today: date) -> date:
    """The Monday with which the year up to `today` begins."""
    return today - DAY * (today.weekday() + 7 * (WEEKS - 1))


def day_starts(first: date, last: date, zone: tzinfo) -> list[datetime]:
    """The moments in UTC at which each day from `first` to `last` begins in `zone`, and at which the last one ends.

    A day without a midnight, because clocks are put forward then, begins when they are; one with two at the first.
    """
    count = (last - first).days + 2
    return [datetime.combine(first + DAY * number, time(), zone).astimezone(UTC) for number in range(count)]


def streak(counts: Sequence[int], today: date, quiet_days: Collection[int]) -> Streak:
    """The streak that ends today, or yesterday while nothing has been done today.

    `counts` are the reviews of each day up to `today`. A day without any ends a streak, except today and the
    weekdays in `quiet_days` (Monday is 0), which count when something was done and do no harm when not.
    """
    days = 0
    for back, reviews in enumerate(reversed(counts)):
        if reviews:
            days += 1
        elif back and (today - DAY * back).weekday() not in quiet_days:
            return Streak(days, open=False)
    return Streak(days, open=any(counts))


def longest_streak(counts: Sequence[int], today: date, quiet_days: Collection[int]) -> int:
    """The longest streak among the days up to `today`."""
    longest = days = 0
    for number, reviews in enumerate(counts):
        if reviews:
            days += 1
        elif (today - DAY * (len(counts) - 1 - number)).weekday() not in quiet_days:
            days = 0
        longest = max(longest, days)
    return longest


def strength(met: Met, now: datetime) -> float:
    """The probability 0…1 that somebody would answer a question right now.

    What they knew of it the last time, and the chance that they still do: FSRS alone counts a question as remembered
    right after its answer was read, also by who did not know it.
    """
    return met.last_score * recall(met.card, now)


def topics(met: Iterable[Met], sizes: Mapping[str, int], now: datetime) -> tuple[Topic, ...]:
    """The topics that were met, the ones with the most questions met first. `sizes` are the questions of each."""
    known: defaultdict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    for one in met:
        count[one.topic] += 1
        known[one.topic] += strength(one, now)
    found = (Topic(name, max(sizes.get(name, 0), count[name]), count[name], known[name]) for name in count)
    return tuple(sorted(found, key=lambda topic: (-topic.met, topic.name)))


def overview(
    met: Sequence[Met],
    sizes: Mapping[str, int],
    counts: Sequence[int],
    run: int,
    *,
    reviews: int,
    quiet_days: Collection[int],
    zone: tzinfo,
    now: datetime,
) -> Progress:
    """Put a progress card together.

    `met` are the questions that were met and can be asked, `sizes` how many there are in each topic, `counts` the
    reviews of each day of the year up to today, `run` the days of the present streak, `reviews` all there ever were.
    """
    today = local_day(now, zone)
    cards = [one.card for one in met]
    return Progress(
        today=today,
        zone=str(zone),
        topics=topics(met, sizes, now),
        year=tuple(counts),
        forecast=tuple(count for _, count in forecast(cards, now, zone).days),
        streak=run,
        best_streak=max(run, longest_streak(counts, today, quiet_days)),
        due=sum(card.due <= now for card in cards),
        reviews=reviews,
        met=len(cards),
        questions=sum(sizes.values()),
        mastered=sum(card.mastered for card in cards),
    )
