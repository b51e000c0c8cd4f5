"""Where the bot answers: in reply to an interaction, or under a message. Both are first written, then edited."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import discord
from discord import ui

from bot.cogs.desk import reply_to

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE = 10008


class Place(Protocol):
    """A message that the bot may write and write over."""

    @property
    def may_attach(self) -> bool:
        """Whether files may be attached here."""

    async def show(self, card: ui.LayoutView, files: Sequence[discord.File] = ()) -> int | None:
        """Show a card with its files in place of what was there; the message's id, None where nothing can be said."""


class Answered:
    """An interaction that was deferred. Its answer is edited, with the files of the last card alone."""

    may_attach = True

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction

    async def show(self, card: ui.LayoutView, files: Sequence[discord.File] = ()) -> int | None:
        try:
            return (await self._interaction.edit_original_response(view=card, attachments=list(files))).id
        except discord.NotFound as error:
            _expect_deleted(error)
            return None


class Under:
    """A message of somebody, under which the bot replies."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._said: discord.Message | None = None
        me = message.guild.me if message.guild else None
        self.may_attach = me is None or message.channel.permissions_for(me).attach_files

    async def show(self, card: ui.LayoutView, files: Sequence[discord.File] = ()) -> int | None:
        if self._said is None:
            self._said = await reply_to(self._message, card, direct=True, files=files)
        else:
            try:
                # Edits do not take the client's default.
                nobody = discord.AllowedMentions.none()
                await self._said.edit(view=card, attachments=list(files), allowed_mentions=nobody)
            except discord.NotFound as error:
                _expect_deleted(error)
                return None
        return self._said.id if self._said else None


def _expect_deleted(error: discord.NotFound) -> None:
    """Somebody deleted the message meanwhile, so that nobody waits for what would be in it."""
    if error.code != UNKNOWN_MESSAGE:
        raise error
    log.info("A message was deleted before it could be edited")
