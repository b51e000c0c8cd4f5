"""Small things that the bot remembers about itself."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import ValueRow


class Values:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """What was kept under a key."""
        async with self._database.read() as connection:
            return (await connection.execute(sa.select(ValueRow.value).where(ValueRow.key == key))).scalar_one_or_none()

    async def set(self, key: str, value: str) -> None:
        """Keep a value in place of an earlier one."""
        async with self._database.write() as connection:
            await connection.execute(self._database.upsert(ValueRow, {"key": key}, {"value": value}))
