"""Writing to people and channels that have not asked for it just now: by id, from whichever process."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

import discord
from discord import ui

log = logging.getLogger(__name__)

UNKNOWN_CHANNEL = 10003


class ChannelGone(Exception):
    """The channel was deleted, or the server no longer has the bot in it."""


async def direct(bot: discord.Client, user_id: int, card: ui.LayoutView) -> bool:
    """Write to somebody directly. False when they take no messages from the bot."""
    try:
        channel = await bot.create_dm(discord.Object(user_id))
        await channel.send(view=card)
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("No direct message reaches %s: %s", user_id, error)
        return False
    return True


async def post(
    bot: discord.Client,
    channel_id: int,
    card: ui.LayoutView,
    *,
    mention: Sequence[int] = (),
    nonce: str | None = None,
) -> int | None:
    """Write into a channel, and ping nobody but who is to be mentioned. The message's id; None when it is not allowed.

    Of several messages with one `nonce`, within minutes, Discord keeps the first. Raises ChannelGone.
    """
    pinged = discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(user_id) for user_id in mention]
    )
    channel = bot.get_partial_messageable(channel_id)
    try:
        sent = await channel.send(view=card, allowed_mentions=pinged, nonce=nonce or secrets.token_hex(8))
    except discord.NotFound as error:
        raise ChannelGone from error
    except discord.Forbidden as error:
        log.warning("I may not write in channel %s: %s", channel_id, error)
        return None
    return sent.id


async def rewrite(bot: discord.Client, channel_id: int, message_id: int, card: ui.LayoutView) -> bool:
    """Show another card in a message. False when the message is gone. Raises ChannelGone."""
    message = bot.get_partial_messageable(channel_id).get_partial_message(message_id)
    try:
        # Edits do not take the client's default.
        await message.edit(view=card, allowed_mentions=discord.AllowedMentions.none())
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL:
            raise ChannelGone from error
        return False
    except discord.Forbidden as error:
        log.warning("I may not change my message in channel %s: %s", channel_id, error)
    return True
