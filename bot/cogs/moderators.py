"""Who may decide about a server: checked at every press, because an open card outlives a permission taken away."""

from __future__ import annotations

from typing import Any

import discord

from bot.ui.failure import NOT_MODERATOR, notice

Used = discord.Interaction[Any]


async def may_moderate(used: Used) -> bool:
    """Whether somebody may manage the server that they are in; who may not is told."""
    if used.guild_id is not None and used.permissions.manage_guild:
        return True
    await used.response.send_message(view=notice(NOT_MODERATOR), ephemeral=True)
    return False


async def moderated(used: Used, *, new: bool = False) -> int | None:
    """Defer and return the server, or refuse. With `new`, what follows is a message for that person alone."""
    if not await may_moderate(used):
        return None
    await used.response.defer(ephemeral=True, thinking=new)
    return used.guild_id
