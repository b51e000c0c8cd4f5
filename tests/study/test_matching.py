"""Who meets whom."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.free_hours import Free, parse_hours
from bot.study.matching import (
    AHEAD,
    EXACT,
    WITHIN,
    Pair,
    Seeker,
    could_meet,
    exact_pairs,
    improved_pairs,
    match,
    worth_of,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
EVENINGS = Free(parse_hours("daily 18-21"), "UTC")


def seeker(user_id: int, **changes: object) -> Seeker:
    return replace(Seeker(user_id, "mid", EVENINGS, NOW), **changes)  # type: ignore[arg-type]


def who(pairs: Sequence[Pair]) -> set[frozenset[int]]:
    return {frozenset((pair.one.user_id, pair.other.user_id)) for pair in pairs}


def paired(*seekers: Seeker, seed: int = 1) -> set[frozenset[int]]:
    return who(match(seekers, NOW, seed))


def test_two_with_common_hours_meet_at_the_first_of_them() -> None:
    (pair,) = match([seeker(1), seeker(2)], NOW, 1)
    assert pair.starts[0] == datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


def test_nobody_is_asked_to_meet_within_three_hours() -> None:
    (pair,) = match([seeker(1), seeker(2)], NOW + timedelta(hours=4), 1)
    assert pair.starts[0] == datetime(2026, 11, 25, 19, 0, tzinfo=UTC)


def test_without_common_hours_they_do_not_meet() -> None:
    assert not paired(seeker(1), seeker(2, free=Free(parse_hours("daily 8-10"), "UTC")))
    assert not paired(seeker(1), seeker(2, free=Free((), "UTC")))
    assert not paired(seeker(1))
    assert not paired()


def test_who_avoids_somebody_never_meets_them_nor_they_them() -> None:
    assert not paired(seeker(1, avoids=frozenset([2])), seeker(2))
    assert not paired(seeker(1), seeker(2, avoids=frozenset([1])))


def test_a_language_is_a_condition_only_for_who_names_one() -> None:
    assert not paired(seeker(1, language="de"), seeker(2, language="en"))
    assert paired(seeker(1, language="de"), seeker(2, language="de"))
    assert paired(seeker(1, language="de"), seeker(2))


def test_the_last_partner_is_not_the_next_unless_both_say_so() -> None:
    one, two = seeker(1, last_partner=2), seeker(2, last_partner=1)
    assert not paired(one, two)
    assert not paired(replace(one, again=True), two)
    assert paired(replace(one, again=True), replace(two, again=True))


def test_anybody_else_goes_before_the_last_partner() -> None:
    one, two = seeker(1, last_partner=2, again=True), seeker(2, last_partner=1, again=True)
    stranger = seeker(3, level="senior", topics=frozenset(["cuda"]))
    (pair,) = paired(one, two, stranger)
    assert 3 in pair


def test_close_levels_meet() -> None:
    assert paired(
        seeker(1, level="junior"), seeker(2, level="senior"), seeker(3, level="junior"), seeker(4, level="senior")
    ) == {frozenset((1, 3)), frozenset((2, 4))}


def test_common_topics_bring_people_together() -> None:
    autograd, cuda = frozenset(["autograd"]), frozenset(["cuda"])
    assert paired(
        seeker(1, topics=autograd), seeker(2, topics=cuda), seeker(3, topics=cuda), seeker(4, topics=autograd)
    ) == {frozenset((1, 4)), frozenset((2, 3))}


def test_who_has_waited_longest_is_not_left_over() -> None:
    for seed in range(10):
        pool = [seeker(1), seeker(2, since=NOW - timedelta(days=4)), seeker(3)]
        (pair,) = paired(*pool, seed=seed)
        assert 2 in pair


def test_as_many_as_possible_have_a_partner() -> None:
    mornings = Free(parse_hours("daily 8-10"), "UTC")
    both = Free(parse_hours("daily 8-10, 18-21"), "UTC")
    # 2 and 3 fit best, but then 1 and 4 would have nobody.
    pool = [
        seeker(1, level="junior", free=mornings),
        seeker(2, free=both, since=NOW - timedelta(days=9)),
        seeker(3, free=both, since=NOW - timedelta(days=9)),
        seeker(4, level="senior"),
    ]
    assert paired(*pool) == {frozenset((1, 2)), frozenset((3, 4))}


def test_a_pair_practises_what_both_want_at_the_lower_level() -> None:
    one = seeker(1, level="senior", topics=frozenset(["autograd", "cuda"]))
    two = seeker(2, level="junior", topics=frozenset(["cuda", "tensors"]))
    pair = could_meet(one, two, NOW)
    assert pair
    assert (pair.level, pair.topics) == ("junior", ("cuda",))
    anything = could_meet(one, replace(two, topics=frozenset()), NOW)
    assert anything
    assert anything.topics == ("autograd", "cuda")


def test_a_large_pool_is_paired_as_a_small_one_is() -> None:
    pool = [seeker(number, level="junior" if number % 2 else "senior") for number in range(1, 41)]
    pairs = match(pool, NOW, 3)
    assert len(pairs) == 20
    assert all(pair.one.level == pair.other.level for pair in pairs)


# -------------------------------------------------------------------------------------- properties

HOURS = ("daily 18-21", "mon-fri 8-10", "sat-sun 10-14", "wed 18-20", "daily 8-10, 18-19")


@st.composite
def pools(draw: st.DrawFn, most: int = 9) -> list[Seeker]:
    ids = list(range(1, draw(st.integers(0, most)) + 1))
    people = st.sampled_from([*ids, None])
    return [
        Seeker(
            user_id,
            draw(st.sampled_from(["junior", "mid", "senior"])),
            Free(parse_hours(draw(st.sampled_from(HOURS))), draw(st.sampled_from(["UTC", "Europe/Berlin"]))),
            NOW - timedelta(hours=draw(st.integers(0, 400))),
            frozenset(draw(st.sets(st.sampled_from(["autograd", "cuda", "tensors"]), max_size=3))),
            draw(st.sampled_from(["", "", "en", "de"])),
            frozenset(draw(st.sets(st.sampled_from(ids), max_size=3))),
            draw(people),
            draw(st.booleans()),
        )
        for user_id in ids
    ]


@given(pool=pools(), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_every_pair_may_meet_and_nobody_meets_two(pool: list[Seeker], seed: int) -> None:
    pairs = match(pool, NOW, seed)
    members = [member for pair in who(pairs) for member in pair]
    assert len(members) == len(set(members)) == 2 * len(pairs)
    for pair in pairs:
        one, other = pair.one, pair.other
        assert other.user_id not in one.avoids
        assert one.user_id not in other.avoids
        assert NOW + AHEAD <= pair.starts[0] <= NOW + WITHIN
        if other.user_id == one.last_partner or one.user_id == other.last_partner:
            assert one.again
            assert other.again
            left_over = [each for each in pool if each.user_id not in members]
            assert not any(fresh(each, member) for each in left_over for member in (one, other)), (
                "the last partner again, though another fits"
            )


@given(pool=pools(), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_the_same_pool_and_seed_give_the_same_pairs(pool: list[Seeker], seed: int) -> None:
    mixed = list(pool)
    random.Random(seed + 1).shuffle(mixed)
    assert match(pool, NOW, seed) == match(mixed, NOW, seed)


def fresh(one: Seeker, other: Seeker) -> bool:
    again = one.last_partner == other.user_id or other.last_partner == one.user_id
    return could_meet(one, other, NOW) is not None and not again


def ways(people: tuple[Seeker, ...]) -> Iterator[tuple[tuple[Seeker, Seeker], ...]]:
    """Every way to pair people off, or not."""
    if len(people) < 2:
        yield ()
        return
    first, *others = people
    yield from ways(tuple(others))
    for other in others:
        for rest in ways(tuple(each for each in others if each is not other)):
            yield ((first, other), *rest)


def worth(pairs: Sequence[Pair]) -> int:
    return sum(worth_of(pair, NOW) for pair in pairs)


@given(pool=pools(most=7), seed=st.integers(0, 3))
@settings(deadline=None, max_examples=60)
def test_no_other_way_is_worth_more(pool: list[Seeker], seed: int) -> None:
    best = 0
    possible = {
        frozenset((one.user_id, other.user_id)): worth_of(pair, NOW)
        for one, other in combinations(pool, 2)
        if (pair := could_meet(one, other, NOW))
    }
    for way in ways(tuple(pool)):
        keys = [frozenset((one.user_id, other.user_id)) for one, other in way]
        if all(key in possible for key in keys):
            best = max(best, sum(possible[key] for key in keys))
    assert worth(match(pool, NOW, seed)) == best


@pytest.mark.parametrize("seed", range(5))
def test_exchanging_partners_comes_close_to_comparing_every_way(seed: int) -> None:
    chance = random.Random(seed)
    edges = {
        (one, other): chance.choice([1_000, 1_000_000]) + chance.randrange(220)
        for one, other in combinations(range(EXACT), 2)
        if chance.random() < 0.3
    }
    group = list(range(EXACT))
    best = sum(edges[edge] for edge in exact_pairs(group, edges))
    good = sum(edges[edge] for edge in improved_pairs(group, edges))
    assert 0.8 * best <= good <= best
