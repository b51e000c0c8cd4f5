"""Stores on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store import Store, sqlite_url
from tests.store.postgres import Postgres, postgres

NUMBERS = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    try:
        with postgres() as running:
            yield running
    except FileNotFoundError as error:
        pytest.fail(str(error))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once for each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "tutor.db").render_as_string()
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.create(f"test{next(NUMBERS)}")


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = await Store.open(url)
    yield opened
    await opened.aclose()
