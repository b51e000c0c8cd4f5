"""Who is in which server, as Discord says when it is asked: the bot does without the list of all members."""

from __future__ import annotations

import logging
import time
from typing import Any

import discord

log = logging.getLogger(__name__)

BELIEVED_S = 300.0
"""How long an answer is believed: somebody who was put out of a server is out of it for the bot after that."""
MOST_KEPT = 10_000


def server_of(used: discord.Interaction[Any]) -> int | None:
    """The server in which somebody uses the bot; None elsewhere, and where it is no member but brought along."""
    return used.guild_id if used.guild_id is not None and used.client.get_guild(used.guild_id) else None


class Membership:
    """Asks Discord whether somebody is in a server."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._known: dict[tuple[int, int], tuple[bool, float]] = {}

    async def has(self, guild_id: int, user_id: int) -> bool:
        """Whether the person is in the server, and the bot too. False where Discord cannot be asked just now."""
        known, until = self._known.get((guild_id, user_id), (False, 0.0))
        if time.monotonic() < until:
            return known
        try:
            # Another process may look after the server, so that this one has never heard of it.
            guild = self._client.get_guild(guild_id) or await self._client.fetch_guild(guild_id, with_counts=False)
            await guild.fetch_member(user_id)
            known = True
        except (discord.NotFound, discord.Forbidden):
            known = False
        except discord.HTTPException as error:
            log.info("Could not ask Discord whether user %s is in server %s: %s", user_id, guild_id, error)
            return False
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[guild_id, user_id] = known, time.monotonic() + BELIEVED_S
        return known
