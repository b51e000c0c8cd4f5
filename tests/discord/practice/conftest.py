"""The bot at a fixed time, and people who have practised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.client import TutorBot
from bot.settings import Settings
from bot.store import Store
from knowledge.tutor import Tutor
from tests.discord.practice.helpers import Practise, review_of

NOW = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
"""A Wednesday."""


@pytest.fixture
def make_bot(settings: Settings, store: Store, tutor: Tutor) -> Callable[[], TutorBot]:
    return lambda: TutorBot(settings, store, tutor, now=lambda: NOW)


@pytest.fixture
def practise(store: Store, tutor: Tutor) -> Practise:
    """Answers the corpus's questions in turn, each at a moment, as somebody in a server."""
    questions = [question.id for question in tutor.corpus.questions]

    async def answer(user_id: int, *moments: datetime, guild_id: int | None = None, points: int = 10) -> None:
        for number, moment in enumerate(moments):
            question = questions[number * 7 % len(questions)]
            await store.reviews.record(review_of(user_id, question, moment, guild_id=guild_id, points=points))

    return answer
