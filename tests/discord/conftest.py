"""The real bot with the real tutor and a real database in a simulated Discord that checks every request body."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from simcord import Env
from simcord.backend import Backend
from simcord.http import router

from bot.client import TutorBot
from bot.settings import CHECKOUT, Settings
from bot.store import Store, sqlite_url
from knowledge.tutor import Tutor
from tests.discord import wire
from tests.discord.probes import Probes, probe
from tests.discord.world import World

simcord_dispatch = router.dispatch
Json = Any


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "without_message_content: the bot runs without the message-content intent")


@pytest.fixture(scope="session")
def tutor() -> Tutor:
    """The real embeddings, index and corpus, opened once for all tests."""
    return Tutor.open(data_dir=CHECKOUT / ".data", model=None, device="cpu")


@pytest.fixture(scope="session")
def probes(tutor: Tutor) -> Probes:
    """Words that lead to each verdict."""
    return probe(tutor)


@pytest.fixture(autouse=True)
def same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run of a test draws the same questions: 1, 2, 3 … in place of chance."""
    draws = itertools.count(1)
    monkeypatch.setattr(secrets, "randbits", lambda _: next(draws))


@pytest.fixture(autouse=True)
def checked_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every request body goes past Discord's own document; what Discord would refuse fails the test."""
    refused: list[str] = []

    def dispatch(backend: Backend, method: str, path: str, *, json: Json = None, **others: Json) -> Json:
        try:
            wire.check(method, path, json)
        except wire.Rejected as error:
            refused.append(str(error))
        return simcord_dispatch(backend, method, path, json=json, **others)

    monkeypatch.setattr(router, "dispatch", dispatch)
    yield refused
    assert not refused, "\n".join(refused)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(sqlite_url(tmp_path / "tutor.db"))
    yield opened
    await opened.aclose()


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    reads = request.node.get_closest_marker("without_message_content") is None
    return Settings.model_validate({"data_dir": tmp_path, "shard_count": 1, "message_content": reads})


@pytest.fixture
def make_bot(settings: Settings, store: Store, tutor: Tutor) -> Callable[[], TutorBot]:
    """What a process does at its start."""
    return lambda: TutorBot(settings, store, tutor)


@pytest_asyncio.fixture
async def env(make_bot: Callable[[], TutorBot]) -> AsyncIterator[Env]:
    """A simulated Discord; errors that the bot swallowed fail the test unless it looks at `env.errors`."""
    running = Env(make_bot(), settle_timeout=20)
    await running.start()
    try:
        yield running
    finally:
        await running.shutdown()
    running._raise_errors_since(running._errors_acknowledged)


@pytest.fixture
def world(env: Env, store: Store, make_bot: Callable[[], TutorBot]) -> World:
    """A server with two members and a moderator, and the bot in it."""
    return World(env, store, make_bot)
