"""Quizzes on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.store import Store
from tests.store.conftest import postgres_server, url

__all__ = ["postgres_server", "url"]


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = await Store.open(url, busy_timeout_s=0.5)
    yield opened
    await opened.aclose()
