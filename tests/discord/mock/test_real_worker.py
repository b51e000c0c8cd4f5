"""A program is mended in the real jail, checked by what the candidate never sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.client import TutorBot
from bot.sandbox.client import WorkerClient
from bot.settings import Settings
from bot.store import Store
from bot.study.interview import solo
from knowledge.tutor import Tutor
from tests.discord.mock.alone import Alone
from tests.discord.mock.room import Hours
from tests.discord.run.conftest import worker, worker_process
from tests.discord.world import World, text_of

__all__ = ["worker", "worker_process"]


@pytest.fixture
def make_bot(
    settings: Settings,
    store: Store,
    tutor: Tutor,
    worker: WorkerClient,
    hours: Hours,
) -> Callable[[], TutorBot]:
    return lambda: TutorBot(settings, store, tutor, worker, hours.now)


async def test_the_broken_program_fails_its_check_and_the_mended_one_passes(world: World, hours: Hours) -> None:
    alone = Alone(world, hours, "thread")
    await alone.begin(kind="coding", level="junior", length=20)
    await alone.until("block")
    material = await alone.material()
    await alone.fill(await alone.press("Edit and run"), code=material.code)
    assert "**The check says:**" in text_of(alone.card)
    await alone.fill(await alone.press("Edit and run"), code=material.solution)
    assert solo.SOLVED in text_of(alone.card)
    hidden = material.checked("")
    assert hidden is not None
    assert not any(line in text_of(message) for message in alone.said for line in hidden.split("\n") if len(line) > 30)
