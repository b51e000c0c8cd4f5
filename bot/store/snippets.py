"""The code behind result cards, for *Edit and run again* and for nothing else.

A row goes with its message, after 30 days, or when its owner has run 100 newer snippets, whichever comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.database import Database, storable
from bot.store.tables import SnippetRow

KEPT = timedelta(days=30)
KEPT_EACH = 100


@dataclass(frozen=True, slots=True)
class Snippet:
    message_id: int
    """The message that shows its result."""
    user_id: int
    """Who ran it."""
    code: str
    when: datetime


class Snippets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, message_id: int, user_id: int, code: str, when: datetime) -> None:
        """Keep the code behind a message, in place of what was kept about it, and forget what is too old."""
        newest = (
            sa.select(SnippetRow.message_id)
            .where(SnippetRow.user_id == user_id)
            .order_by(SnippetRow.message_id.desc())
            .limit(KEPT_EACH)
        )
        too_many = sa.and_(SnippetRow.user_id == user_id, SnippetRow.message_id.not_in(newest))
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(
                    SnippetRow,
                    {"message_id": message_id},
                    {"user_id": user_id, "code": storable(code), "created_at": when},
                )
            )
            await connection.execute(sa.delete(SnippetRow).where(sa.or_(SnippetRow.created_at < when - KEPT, too_many)))

    async def get(self, message_id: int) -> Snippet | None:
        """The code behind a message; None when there is none or it is no longer kept."""
        statement = sa.select(SnippetRow.message_id, SnippetRow.user_id, SnippetRow.code, SnippetRow.created_at).where(
            SnippetRow.message_id == message_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else Snippet(*row)

    async def forget(self, *message_ids: int) -> None:
        """Forget the code behind messages that are gone. Most never had any, so that no write is begun for them."""
        known = sa.select(SnippetRow.message_id).where(SnippetRow.message_id.in_(message_ids)).limit(1)
        async with self._database.read() as connection:
            if (await connection.execute(known)).first() is None:
                return
        async with self._database.write() as connection:
            await connection.execute(sa.delete(SnippetRow).where(SnippetRow.message_id.in_(message_ids)))
