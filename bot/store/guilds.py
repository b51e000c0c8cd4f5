"""What the moderators of a server have set."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import GuildRow, UnansweredRow


@dataclass(frozen=True, slots=True)
class GuildSettings:
    guild_id: int
    ask_channels: tuple[int, ...] = ()
    """Channels in which every message that is a question gets an answer."""
    keep_unanswered_text: bool = False
    """Whether the text of unanswered questions may be kept, and not merely that there was one."""


class Guilds:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading: dict[int, asyncio.Future[GuildSettings]] = {}

    async def get(self, guild_id: int) -> GuildSettings:
        """A server's settings; the defaults when none were saved. Who asks while they are being read waits for that."""
        reading = self._reading.get(guild_id)
        if reading is None:
            reading = self._reading[guild_id] = asyncio.ensure_future(self._read(guild_id))
            reading.add_done_callback(lambda _: self._reading.pop(guild_id, None))
        # Whoever gives up waiting must not take it from the others.
        return await asyncio.shield(reading)

    async def _read(self, guild_id: int) -> GuildSettings:
        statement = sa.select(GuildRow.ask_channels, GuildRow.keep_unanswered_text).where(GuildRow.guild_id == guild_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return GuildSettings(guild_id) if row is None else GuildSettings(guild_id, tuple(row[0]), row[1])

    async def set_ask_channels(self, guild_id: int, channels: Sequence[int]) -> None:
        """Keep the ask channels of a server, and leave its other settings as they are."""
        await self._change(guild_id, {"ask_channels": list(channels)}, {"keep_unanswered_text": False})

    async def set_keep_unanswered_text(self, guild_id: int, keep: bool) -> None:
        """Keep whether a server allows text to be kept; when it no longer does, what was kept is forgotten."""
        await self._change(guild_id, {"keep_unanswered_text": keep}, {"ask_channels": []})
        if not keep:
            async with self._database.write() as connection:
                await connection.execute(
                    sa.update(UnansweredRow).where(UnansweredRow.guild_id == guild_id).values(text=None)
                )

    async def _change(self, guild_id: int, changed: dict[str, Any], defaults: dict[str, Any]) -> None:
        async with self._database.write() as connection:
            await connection.execute(self._database.upsert(GuildRow, {"guild_id": guild_id}, changed, defaults))
