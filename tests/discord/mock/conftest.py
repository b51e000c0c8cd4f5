"""The bot with a worker that returns what a test wants."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.client import TutorBot
from bot.sandbox.wire import RunResult
from bot.settings import Settings
from bot.store import Store
from knowledge.interview_blocks import PASSED
from knowledge.tutor import Tutor
from tests.discord.mock.room import Group, Hours
from tests.discord.world import World
from tests.fakes.worker import CheckingWorker


@pytest.fixture
def worker() -> CheckingWorker:
    return CheckingWorker(RunResult("ok", stdout="it ran"), RunResult("ok", stdout=f"it ran\n{PASSED}\n"))


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def make_bot(
    settings: Settings, store: Store, tutor: Tutor, worker: CheckingWorker, hours: Hours
) -> Callable[[], TutorBot]:
    return lambda: TutorBot(settings, store, tutor, worker, hours.now)


@pytest.fixture
def gather(world: World, hours: Hours) -> Callable[[int], Group]:
    """A group of so many people."""
    return lambda size: Group(world, hours, size)


@pytest.fixture
def group(world: World, hours: Hours) -> Group:
    """Three people."""
    return Group(world, hours, 3)
