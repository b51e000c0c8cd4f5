"""Parts of the store that dawdle or watch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.store import Conversation, Held, Snippet
from bot.store.conversations import Conversations
from bot.store.decks import Decks
from bot.store.reviews import Reviews
from bot.store.snippets import Snippets


class SlowConversations(Conversations):
    """Says only after `delay_s` seconds that nothing was asked before."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    async def remember(
        self, message_id: int, channel_id: int, user_id: int, asked: str, question_id: str | None, when: datetime
    ) -> None:
        """Nothing is kept."""

    async def recall(self, message_id: int) -> Conversation | None:
        await asyncio.sleep(self._delay_s)
        return None

    async def latest(self, channel_id: int, user_id: int | None = None) -> Conversation | None:
        await asyncio.sleep(self._delay_s)
        return None


class SlowDecks(Decks):
    """Says only after `delay_s` seconds that no server has decks."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self.after_change = []

    async def revisions(self) -> dict[int, str]:
        await asyncio.sleep(self._delay_s)
        return {}


class SlowReviews(Reviews):
    """Says only after `delay_s` seconds that somebody has no cards."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    async def cards(self, user_id: int) -> list[Held]:
        await asyncio.sleep(self._delay_s)
        return []


class SlowSnippets(Snippets):
    """Says only after `delay_s` seconds that no code was kept."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    async def get(self, message_id: int) -> Snippet | None:
        await asyncio.sleep(self._delay_s)
        return None


class WatchedSnippets(Snippets):
    """Keeps nothing, and notes what `look` sees whenever code is to be kept."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self.seen: list[bool] = []

    async def keep(self, message_id: int, user_id: int, code: str, when: datetime) -> None:
        self.seen.append(self._look())
