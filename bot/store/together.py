"""Writes that arrive while another one is under way go into one transaction, and each still waits until it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database

Row = TypeVar("Row")


class Together(Generic[Row]):
    """Group commit: `keep` is given all rows that came together, inside their transaction."""

    def __init__(self, database: Database, keep: Callable[[AsyncConnection, Sequence[Row]], Awaitable[None]]) -> None:
        self._database = database
        self._keep = keep
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, row: Row) -> None:
        """Keep a row; it is in the database when this returns. Raises NotSaved."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="store-together")
        await kept

    async def _write_all(self) -> None:
        while self._waiting:
            rows, self._waiting = self._waiting, []
            try:
                async with self._database.write() as connection:
                    await self._keep(connection, [row for row, _ in rows])
            except Exception as error:
                # Whatever it was, each of them has to hear of it.
                for _, kept in rows:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, kept in rows:
                    if not kept.done():
                        kept.set_result(None)
