"""What people set for themselves, and the names that they have on the leaderboard, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.store import Person, Store
from bot.study.board import looks

pytestmark = pytest.mark.asyncio

ME, OTHER = 2**62, 7


@pytest_asyncio.fixture
async def second(url: str, store: Store) -> AsyncIterator[Store]:
    """Another process over the same database."""
    opened = await Store.open(url)
    yield opened
    await opened.aclose()


async def join(store: Store, user_id: int, pseudonym: str | None, account: str = "somebody") -> bool:
    return await store.people.join_leaderboard(
        user_id, pseudonym=pseudonym, account=account, looks=looks(pseudonym or account)
    )


async def test_who_set_nothing_has_the_defaults(store: Store) -> None:
    assert await store.people.get(ME) == Person(ME)


async def test_settings_come_back_and_are_replaced_whole(store: Store) -> None:
    first = Person(ME, "Asia/Tokyo", 8 * 60, (5, 6), True, "Night \0Owl \ud800")
    await store.people.keep(first)
    await store.people.keep(Person(OTHER, "Europe/Berlin"))
    assert await store.people.get(ME) == Person(ME, "Asia/Tokyo", 480, (5, 6), True, "Night Owl ?")
    await store.people.keep(Person(ME, quiet_days=(0,)))
    assert await store.people.get(ME) == Person(ME, quiet_days=(0,))
    assert await store.people.get(OTHER) == Person(OTHER, "Europe/Berlin")


async def test_a_time_zone_leaves_the_other_settings_as_they_are(store: Store) -> None:
    await store.people.set_time_zone(OTHER, "Europe/Berlin")
    assert await store.people.get(OTHER) == Person(OTHER, "Europe/Berlin")
    await store.people.keep(Person(ME, "Asia/Tokyo", 480, (6,), True, "Owl"))
    await store.people.set_time_zone(ME, "UTC")
    assert await store.people.get(ME) == Person(ME, "UTC", 480, (6,), True, "Owl")


async def test_joining_and_leaving_touches_nothing_else(store: Store) -> None:
    await store.people.keep(Person(ME, "Asia/Tokyo", 480, (6,)))
    assert await join(store, ME, "Night Owl")
    assert await store.people.get(ME) == Person(ME, "Asia/Tokyo", 480, (6,), True, "Night Owl")
    assert await join(store, ME, None)
    assert await store.people.get(ME) == Person(ME, "Asia/Tokyo", 480, (6,), True, None)
    assert await store.people.leave_leaderboard(ME)
    assert await store.people.get(ME) == Person(ME, "Asia/Tokyo", 480, (6,))
    assert not await store.people.leave_leaderboard(ME)
    assert not await store.people.leave_leaderboard(99)


async def test_settings_that_change_at_once_are_all_kept(store: Store, second: Store) -> None:
    await asyncio.gather(
        store.people.set_time_zone(ME, "Asia/Tokyo"), join(second, ME, "Night Owl"), join(store, OTHER, None)
    )
    assert await store.people.get(ME) == Person(ME, "Asia/Tokyo", on_leaderboard=True, pseudonym="Night Owl")


async def test_of_several_who_choose_one_name_at_once_one_gets_it(store: Store, second: Store) -> None:
    told = await asyncio.gather(*(join((store, second)[user % 2], user, "Night Owl") for user in range(1, 9)))
    assert sum(told) == 1
    people = [await store.people.get(user) for user in range(1, 9)]
    assert [person.on_leaderboard for person in people] == told
    assert await store.people.with_pseudonym("nlghtowl") == 1 + told.index(True)


async def test_a_pseudonym_is_nobody_elses_name(store: Store) -> None:
    assert await join(store, OTHER, None, account="Zoë")
    assert not await join(store, ME, "zoe")
    assert await store.people.get(ME) == Person(ME)
    await store.people.leave_leaderboard(OTHER)
    assert await join(store, ME, "zoe")
    assert await join(store, OTHER, None, account="Zoë"), "it is the name of their account"
    assert await store.people.with_pseudonym("zoe") == ME


async def test_ones_own_name_may_be_chosen_again(store: Store) -> None:
    assert await join(store, ME, "Night Owl")
    assert await join(store, ME, "night owl")
    assert (await store.people.get(ME)).pseudonym == "night owl"


async def test_who_left_is_found_by_no_name(store: Store) -> None:
    await join(store, ME, "Night Owl")
    await join(store, OTHER, None, account="Day Owl")
    assert await store.people.with_pseudonym("nlghtowl") == ME
    assert await store.people.with_pseudonym("dayowl") is None, "an account is no pseudonym"
    await store.people.leave_leaderboard(ME)
    assert await store.people.with_pseudonym("nlghtowl") is None
