"""Who meets whom: pairs among people who look for a partner.

Two may meet when their free hours overlap, neither has ruled the other out, and they have a language in common. Among
all ways to pair people off, the one is taken that gives a partner to most of them; among those, the one whose pairs
fit best: close levels, topics in common, and those first who have waited longest.

Groups of people who could meet each other at all are small, so up to `EXACT` of them every way is compared (2ⁿ
subsets, a moment's work). Larger groups are paired greedily and then improved by exchanging partners until no exchange
helps any more: a blossom algorithm would gain next to nothing over that, for the most intricate hundred lines here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from bot.study.free_hours import Free, common_starts
from bot.study.meeting import LEVELS, Level

AHEAD = timedelta(hours=3)
"""Nobody is asked to meet sooner than that."""
WITHIN = timedelta(days=7)
MINUTES = 60
"""How long two who were matched meet: each may be the candidate once."""
EXACT = 16

# What a pair is worth. That there is one outweighs all else; meeting the last partner again is worth less than any
# other pair, however well the two fit.
FRESH, AGAIN = 1_000_000, 1_000
BY_LEVEL = (30, 18, 0)
EACH_TOPIC, MOST_TOPICS = 10, 3
EACH_DAY, MOST_DAYS = 8, 10


@dataclass(frozen=True, slots=True)
class Seeker:
    """Somebody who looks for a partner since `since`, and asked for one in `channel_id`.

    No `topics` means any; so does an empty `language`. `avoids` are people they do not want to meet, with those that a
    proposal with came to nothing with lately. `again` says that the last partner is welcome when there is no other.
    """

    user_id: int
    level: Level
    free: Free
    since: datetime
    topics: frozenset[str] = frozenset()
    language: str = ""
    avoids: frozenset[int] = frozenset()
    last_partner: int | None = None
    again: bool = False
    channel_id: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who should meet, and when they could, earliest first."""

    one: Seeker
    other: Seeker
    starts: tuple[datetime, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """What both want to practise, or else what one does while the other takes any."""
        if self.one.topics and self.other.topics:
            return tuple(sorted(self.one.topics & self.other.topics))
        return tuple(sorted(self.one.topics or self.other.topics))

    @property
    def level(self) -> Level:
        """The lower level of the two."""
        return min(self.one.level, self.other.level, key=LEVELS.index)


def match(seekers: Sequence[Seeker], now: datetime, seed: int) -> list[Pair]:
    """The pairs of a pool. The same pool, time and seed always give the same pairs."""
    pool = sorted(seekers, key=lambda seeker: seeker.user_id)
    random.Random(seed).shuffle(pool)  # noqa: S311
    possible: dict[tuple[int, int], Pair] = {}
    worth: dict[tuple[int, int], int] = {}
    for first, second in combinations(range(len(pool)), 2):
        if pair := could_meet(pool[first], pool[second], now):
            possible[first, second] = pair
            worth[first, second] = worth_of(pair, now)
    chosen: list[tuple[int, int]] = []
    for group in _groups(len(pool), worth):
        chosen += exact_pairs(group, worth) if len(group) <= EXACT else improved_pairs(group, worth)
    return sorted((possible[edge] for edge in chosen), key=lambda pair: (pair.starts[0], pair.one.user_id))


def could_meet(one: Seeker, other: Seeker, now: datetime) -> Pair | None:
    """The pair that two would be; None when something rules that out."""
    if one.user_id == other.user_id or other.user_id in one.avoids or one.user_id in other.avoids:
        return None
    if one.language and other.language and one.language != other.language:
        return None
    if _were_partners(one, other) and not (one.again and other.again):
        return None
    starts = common_starts(one.free, other.free, now + AHEAD, now + WITHIN, MINUTES)
    return Pair(one, other, tuple(starts)) if starts else None


def _were_partners(one: Seeker, other: Seeker) -> bool:
    return one.last_partner == other.user_id or other.last_partner == one.user_id


def worth_of(pair: Pair, now: datetime) -> int:
    one, other = pair.one, pair.other
    fit = BY_LEVEL[abs(LEVELS.index(one.level) - LEVELS.index(other.level))]
    if one.topics and other.topics:
        fit += EACH_TOPIC * min(MOST_TOPICS, len(one.topics & other.topics))
    else:
        fit += EACH_TOPIC
    for seeker in (one, other):
        hours = min((now - seeker.since) / timedelta(hours=1), MOST_DAYS * 24.0)
        fit += round(EACH_DAY * max(0.0, hours) / 24)
    return fit + (AGAIN if _were_partners(one, other) else FRESH)


def _groups(size: int, worth: dict[tuple[int, int], int]) -> list[list[int]]:
    """People who are connected by possible pairs; the groups have nothing to do with each other."""
    group_of = list(range(size))

    def root(member: int) -> int:
        while group_of[member] != member:
            member = group_of[member]
        return member

    for first, second in worth:
        group_of[root(second)] = root(first)
    groups: dict[int, list[int]] = {}
    for member in range(size):
        groups.setdefault(root(member), []).append(member)
    return [group for group in groups.values() if len(group) > 1]


def exact_pairs(group: list[int], worth: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    """The pairs of greatest worth in all, by comparing every way: `best[rest]` is that of a subset of the group."""
    best: dict[int, tuple[int, tuple[int, int] | None]] = {0: (0, None)}

    def of(rest: int) -> int:
        if rest in best:
            return best[rest][0]
        first = (rest & -rest).bit_length() - 1
        without = rest & ~(1 << first)
        found: tuple[int, tuple[int, int] | None] = (of(without), None)
        for second in range(first + 1, len(group)):
            edge = (group[first], group[second])
            if without >> second & 1 and edge in worth:
                value = worth[edge] + of(without & ~(1 << second))
                if value > found[0]:
                    found = (value, (first, second))
        best[rest] = found
        return found[0]

    rest = (1 << len(group)) - 1
    of(rest)
    chosen = []
    while rest:
        edge = best[rest][1]
        if edge is None:
            rest &= rest - 1
        else:
            chosen.append((group[edge[0]], group[edge[1]]))
            rest &= ~(1 << edge[0] | 1 << edge[1])
    return chosen


def improved_pairs(group: list[int], worth: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    """Pairs that no exchange of partners among any two of them, or with people left over, makes better."""
    members = set(group)
    partner: dict[int, int] = {}
    for first, second in sorted((edge for edge in worth if edge[0] in members), key=lambda edge: -worth[edge]):
        if first not in partner and second not in partner:
            partner[first], partner[second] = second, first
    value = _symmetric(worth)
    while _exchange(group, partner, value):
        pass
    return sorted((first, second) for first, second in partner.items() if first < second)


def _symmetric(worth: dict[tuple[int, int], int]) -> Callable[[int | None, int | None], int]:
    def value(one: int | None, other: int | None) -> int:
        if one is None or other is None:
            return 0
        return worth.get((min(one, other), max(one, other)), 0)

    return value


def _exchange(group: list[int], partner: dict[int, int], value: Callable[[int | None, int | None], int]) -> bool:
    """Make the first pair that is worth more than what it breaks up, with the two it leaves behind as a pair too."""
    for one, other in combinations(group, 2):
        new = value(one, other)
        if not new or partner.get(one) == other:
            continue
        left, right = partner.get(one), partner.get(other)
        if new + value(left, right) > value(one, left) + value(other, right):
            for member in (one, other, left, right):
                if member is not None:
                    partner.pop(member, None)
            partner[one], partner[other] = other, one
            if left is not None and right is not None and value(left, right):
                partner[left], partner[right] = right, left
            return True
    return False
