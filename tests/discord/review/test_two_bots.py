"""Two bots over one PostgreSQL database, each with its own connections and its own clock, in the same Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from bot.clock import Clock
from bot.cogs.membership import Membership
from bot.cogs.posting import Posting
from bot.cogs.reminding import Reminding
from bot.cogs.shelf import Shelf
from bot.library import Library
from bot.own_questions import OwnQuestions
from bot.store import Store
from bot.store.daily import POST
from bot.store.reminders import REMINDER
from bot.study.memory import Rating
from knowledge.tutor import Tutor
from tests.discord.review.helpers import MINUTE, Learning, Time
from tests.discord.world import World
from tests.store.conftest import NUMBERS, postgres_server  # noqa: F401  the server
from tests.store.postgres import Postgres


@pytest_asyncio.fixture
async def stores(postgres_server: Postgres) -> AsyncIterator[list[Store]]:  # noqa: F811
    url = postgres_server.create(f"bots{next(NUMBERS)}")
    opened = [await Store.open(url) for _ in range(3)]
    yield opened
    for each in opened:
        await each.aclose()


@pytest_asyncio.fixture
async def store(stores: list[Store]) -> Store:
    """The database of the bot that is connected, on PostgreSQL this time."""
    return stores[0]


def clock_of(store: Store, world: World, time: Time, tutor: Tutor) -> Clock:
    """The clock of another bot: everything its own but the way to Discord."""
    clock, library = Clock(store.timers, time.now), Library(tutor.corpus, OwnQuestions(store))
    shelf = Shelf(store, library, Membership(world.env.bot))
    clock.on(POST, Posting(world.env.bot, store, library, clock).post)
    reviewing = world.env.bot.reviewing  # type: ignore[attr-defined]
    clock.on(REMINDER, Reminding(world.env.bot, store, shelf, reviewing, clock).fire)
    return clock


async def test_one_question_and_one_reminder_a_day_whoever_sends_them(
    world: World, stores: list[Store], learning: Learning, time: Time, tutor: Tutor
) -> None:
    clocks = [clock_of(each, world, time, tutor) for each in stores]
    await learning.met(Rating.GOOD)
    await learning.alice.slash(world.general, "review reminder", time="09:00", timezone="UTC")
    await world.mod.slash(world.general, "daily set", channel=world.help, time="09:00", timezone="UTC")
    for number in range(1, 4):
        world.env.backend.advance_clock((time.until(9) + MINUTE).total_seconds())
        ran = await asyncio.gather(*(clock.run_due() for clock in clocks))
        assert sum(ran) >= 2
        await time.pass_(MINUTE)
        assert len(world.help.history()) == number
        assert len(learning.alice.user.dm_channel.history()) == number


async def test_two_that_post_at_the_same_moment_post_once(
    world: World, stores: list[Store], time: Time, tutor: Tutor
) -> None:
    await world.mod.slash(world.general, "daily set", channel=world.help, time="09:00", timezone="UTC")
    daily = await stores[0].daily.get(world.guild.id)
    assert daily is not None
    bots = [
        Posting(world.env.bot, each, Library(tutor.corpus, OwnQuestions(each)), Clock(each.timers, time.now))
        for each in stores
    ]
    done = await asyncio.gather(*(bot.put(daily, time.now().date(), time.now()) for bot in bots))
    assert sum(fresh for _, fresh in done) == 1
    assert len({post.question_id for post, _ in done}) == 1
    assert len(world.help.history()) == 1
