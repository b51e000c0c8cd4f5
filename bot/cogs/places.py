"""Where the bot answers: in reply to an interaction, or under a message. Both are first written, then edited."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import discord
from discord import ui

from bot.cogs.desk import permissions_in, reply_to
from bot.ui import run_cards

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE = 10008

Acknowledged = discord.InteractionCallbackResponse[Any] | None


class Place(Protocol):
    """A message that the bot may write and write over."""

    @property
    def may_attach(self) -> bool:
        """Whether files may be attached here."""

    async def open(self) -> int | None:
        """Take the place before there is anything to show; the message's id, None where it is not known yet."""

    async def show(self, card: ui.LayoutView, files: Sequence[discord.File] = ()) -> int | None:
        """Show a card with its files in place of what was there; the message's id, None where nothing can be said."""


class Answered:
    """An interaction that was deferred. Its answer is edited, with the files of the last card alone."""

    may_attach = True

    def __init__(self, interaction: discord.Interaction[Any], acknowledged: Acknowledged) -> None:
        """`acknowledged` is what `defer` returned."""
        self._interaction = interaction
        if interaction.response.type is discord.InteractionResponseType.deferred_message_update:
            self._id = interaction.message.id if interaction.message else None
        else:
            self._id = acknowledged.message_id if acknowledged else None

    async def open(self) -> int | None:
        return self._id

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
        self._silenced = False
        may = permissions_in(message)
        self.may_attach = may is None or may.attach_files

    async def open(self) -> int | None:
        return await self.show(run_cards.waiting("Running…"))

    async def show(self, card: ui.LayoutView, files: Sequence[discord.File] = ()) -> int | None:
        if self._silenced:
            return None
        if self._said is None:
            self._said = await reply_to(self._message, card, direct=True, files=files)
            # Its author was told why, which once is enough.
            self._silenced = self._said is None
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
