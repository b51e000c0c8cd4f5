"""The outermost edge of every interaction: an error becomes one sentence, and the log has the rest."""

from __future__ import annotations

import logging
import secrets
from typing import Any

import discord
from discord import app_commands, ui

from bot.errors import TutorError
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)

FAILED = 0xD1242F
UNKNOWN_INTERACTION = 10062
NOTHING: dict[str, Any] = {}
NOT_MODERATOR = "That is for people who may manage this server. Ask one of them."


def notice(text: str, colour: int = FAILED) -> ui.LayoutView:
    """A card of one sentence or two."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(text), accent_colour=colour))
    return view


def sentence(error: BaseException, doing: str) -> str:
    """What a person reads about `error`; logs the rest under the reference in it. `doing` is for the log."""
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, app_commands.MissingPermissions):
        return NOT_MODERATOR
    if isinstance(error, app_commands.NoPrivateMessage):
        return "That works in a server only. Run it in a channel of your server."
    reference = secrets.token_hex(4)
    # Their message is the sentence that people read.
    worded = isinstance(error, TutorError | KnowledgeError)
    level = logging.WARNING if worded else logging.ERROR
    log.log(level, "%s failed, reference %s", doing, reference, exc_info=error, extra={"reference": reference})
    if worded:
        said = str(error)
    elif isinstance(error, TimeoutError):
        said = "That took too long, so I stopped. Try again in a moment."
    elif isinstance(error, discord.Forbidden):
        said = "Discord does not let me do that here. Ask a moderator to check my permissions in this channel."
    else:
        said = "Something went wrong on my side. Try again in a moment; if it stays so, tell whoever runs this bot."
    return f"{said}\n-# Reference `{reference}`"


async def explain(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the person who pressed or typed what went wrong, wherever the interaction stands by now."""
    name = interaction.command.qualified_name if interaction.command else None
    doing = f"/{name}" if name else f"component {(interaction.data or NOTHING).get('custom_id')}"
    if getattr(error, "code", None) == UNKNOWN_INTERACTION:
        log.warning("%s was answered too late for Discord", doing)
        return
    view = notice(sentence(error, doing))
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(view=view, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(view=view)
        else:
            await interaction.followup.send(view=view, ephemeral=True)
    except discord.HTTPException as unreachable:
        log.warning("%s: the explanation did not reach its reader: %s", doing, unreachable)


class TutorTree(app_commands.CommandTree[Any]):
    """A command tree whose errors are explained."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        await explain(interaction, error)
