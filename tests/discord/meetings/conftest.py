"""The bot by the simulated Discord's own clock, with a lobby that notes who comes."""

from __future__ import annotations

from collections.abc import Callable

import discord
import pytest

from bot.client import TutorBot
from bot.settings import Settings
from bot.store import Store
from knowledge.tutor import Tutor
from tests.discord.meetings.helpers import Meetup, Stepwise
from tests.discord.world import World
from tests.fakes.lobby import FakeLobby


@pytest.fixture
def lobby() -> FakeLobby:
    return FakeLobby()


@pytest.fixture
def make_bot(settings: Settings, store: Store, tutor: Tutor, lobby: FakeLobby) -> Callable[[], TutorBot]:
    def make() -> TutorBot:
        bot = Stepwise(settings, store, tutor, now=discord.utils.utcnow)
        bot.lobby = lobby
        return bot

    return make


@pytest.fixture
def meetup(world: World, lobby: FakeLobby) -> Meetup:
    return Meetup(world, lobby)
