"""The bot by the simulated Discord's own clock, so that days can pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simcord import Env

from bot.client import TutorBot
from bot.settings import Settings
from bot.store import Store
from knowledge.tutor import Tutor
from tests.discord.review.helpers import Learning, Time
from tests.discord.world import World


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def make_bot(settings: Settings, store: Store, tutor: Tutor, time: Time) -> Callable[[], TutorBot]:
    return lambda: TutorBot(settings, store, tutor, now=time.now)


@pytest.fixture
def world(env: Env, store: Store, make_bot: Callable[[], TutorBot], time: Time) -> World:
    time.follow(env)
    return World(env, store, make_bot)


@pytest.fixture
def learning(world: World, time: Time, tutor: Tutor) -> Learning:
    """Alice, and what she has met."""
    return Learning(world, time, tutor)
