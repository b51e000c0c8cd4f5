"""What was asked before, so that "and in eval mode?" and buttons after a restart have something to go by.

A row is kept for 90 days: longer, nobody goes on with a conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database, storable
from bot.store.tables import ConversationRow
from bot.store.together import Together

KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Conversation:
    message_id: int
    """The message in which the bot answered."""
    channel_id: int
    user_id: int
    """Who asked."""
    asked: str
    question_id: str | None
    """The corpus question that is shown; None when there was no answer."""
    when: datetime


class Conversations:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(database, self._keep)
        self._upsert = database.upsert_many(
            ConversationRow, ["message_id"], ["channel_id", "user_id", "asked", "question_id", "asked_at"]
        )

    async def remember(
        self, message_id: int, channel_id: int, user_id: int, asked: str, question_id: str | None, when: datetime
    ) -> None:
        """Keep what one message answers, in place of what was kept about it before, and forget what is too old."""
        await self._together.write(Conversation(message_id, channel_id, user_id, asked, question_id, when))

    async def _keep(self, connection: AsyncConnection, noted: Sequence[Conversation]) -> None:
        # The last word about a message is the one that stays.
        rows = {
            one.message_id: {
                "message_id": one.message_id,
                "channel_id": one.channel_id,
                "user_id": one.user_id,
                "asked": storable(one.asked),
                "question_id": one.question_id,
                "asked_at": one.when,
            }
            for one in noted
        }
        await connection.execute(self._upsert, [*rows.values()])
        oldest = max(one.when for one in noted) - KEPT
        await connection.execute(sa.delete(ConversationRow).where(ConversationRow.asked_at < oldest))

    async def recall(self, message_id: int) -> Conversation | None:
        """What a message of the bot answers."""
        return await self._one(ConversationRow.message_id == message_id)

    async def latest(self, channel_id: int, user_id: int | None = None) -> Conversation | None:
        """The newest answer in a channel, to one person or to anybody. Message ids grow with time."""
        which = ConversationRow.channel_id == channel_id
        return await self._one(which if user_id is None else sa.and_(which, ConversationRow.user_id == user_id))

    async def _one(self, which: sa.ColumnElement[bool]) -> Conversation | None:
        statement = (
            sa.select(
                ConversationRow.message_id,
                ConversationRow.channel_id,
                ConversationRow.user_id,
                ConversationRow.asked,
                ConversationRow.question_id,
                ConversationRow.asked_at,
            )
            .where(which)
            .order_by(ConversationRow.message_id.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else Conversation(*row)
