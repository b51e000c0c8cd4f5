"""The playground: the real bot in a simulated Discord, shown by a page in the local browser. No token, no network."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import discord
from simcord import Env
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle
from simcord.preview import Preview

from bot import log as logs
from bot.app import open_services
from bot.lifecycle import run_until_signal
from bot.settings import Settings

log = logging.getLogger(__name__)

NAME = "Torch Tutor"
# Beside TUTOR_HTTP_LISTEN's default; any other free port when this one is taken.
PORT = 8071
TICK_S = 0.5
# The longest a command may work before the page stops waiting for it.
PATIENCE_S = 120.0
# The simulated Discord notes everything that ever happened; a playground may stay open for days.
NOTED = 500
# What other people see without having done anything themselves.
NEWS = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD"})

# The page shows one channel, so that what would have a thread of its own elsewhere is held there.
ONE_CHANNEL = discord.PermissionOverwrite(create_public_threads=False, create_private_threads=False)

WELCOME = (
    "Welcome! Type `/` to pick a command, such as `/ask` or `/quiz start`, or write `@Torch Tutor` and a question. "
    "The switch at the top shows the channel as somebody else; Maya is a moderator and may use `/settings` and "
    "`/deck import`."
)
CONNECT = """\
To have the tutor in a real server: make an application at https://discord.com/developers/applications, put its
bot token into .env as DISCORD_TOKEN=..., and start again. README.md shows the six steps."""


def run_playground(settings: Settings) -> int:
    """Run the playground until SIGTERM, SIGINT or its page's end button. Returns the exit code.

    Raises TutorError or KnowledgeError, in words for the operator, when it cannot start.
    """
    logs.configure(settings.log_level, settings.log_format, settings.secrets)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    return run_until_signal(lambda: play(settings))


async def play(settings: Settings) -> None:
    """Open everything and serve the page until it is ended or this is cancelled."""
    one_shard = settings.model_copy(update={"shard_count": 1, "shard_ids": None})
    async with open_services(one_shard) as services:
        world = Env(services.bot(message_content=True), settle_timeout=PATIENCE_S)
        async with _channel(world) as (channel, members), _page(world, channel, members) as preview:
            print(f"\nThe playground is ready: {preview.url}\n\n{CONNECT}\n", flush=True)
            live = asyncio.create_task(_live(world, preview))
            try:
                await preview.wait_closed()
                print("The page ended the playground.", flush=True)
            finally:
                live.cancel()
                await asyncio.wait({live})


@asynccontextmanager
async def _channel(world: Env) -> AsyncIterator[tuple[ChannelHandle, list[Any]]]:
    """Start the bot in a server with one channel and two members."""
    # Made at the simulation's own fixed time, so that they have the same ids, and settings, at every start.
    world.backend.edit_bot_profile(NAME)
    guild = world.create_guild("Torch School")
    channel = guild.create_text_channel("pytorch-questions", overwrites={guild.default_role: ONE_CHANNEL})
    moderators = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
    sam = guild.add_member(world.create_user("sam", global_name="Sam"))
    maya = guild.add_member(world.create_user("maya", global_name="Maya"), roles=[moderators])
    # From here on time is real, and so no message has the id of one from an earlier start.
    world.backend.advance_clock(max(0.0, _lag(world)))
    await world.start()
    try:
        await maya.send(channel, WELCOME)
        yield channel, [sam, maya]
    finally:
        await world.shutdown()


@asynccontextmanager
async def _page(world: Env, channel: ChannelHandle, members: list[Any]) -> AsyncIterator[Preview]:
    """Serve the page on loopback."""

    def on(port: int) -> Preview:
        return world.preview(channel, viewers=members, layout="channel", port=port)

    preview = on(PORT)
    try:
        await preview.__aenter__()
    except SetupError:
        log.warning("Port %s is taken, so the playground uses another one.", PORT)
        preview = on(0)
        await preview.__aenter__()
    try:
        yield preview
    finally:
        await preview.close()


async def _live(world: Env, preview: Preview) -> None:
    """Let time pass as it does outside, and show at once what happened without the page's doing."""
    news = asyncio.Event()

    def notice(event: str, payload: Mapping[str, Any]) -> None:
        if event in NEWS:
            news.set()

    world.backend.subscribers.append(notice)
    turn = _take_turns(preview, world.backend.bot_user.id)
    while True:
        await asyncio.sleep(TICK_S)
        async with turn:
            try:
                await world.advance_time(max(0.0, _lag(world)))
                if news.is_set():
                    news.clear()
                    await preview.refresh()
            except TimeoutError as error:
                log.warning("Something in the playground takes very long: %s", error)
        for noted in (world.backend.transcript, world.backend.http_requests):
            del noted[:-NOTED]


def _take_turns(preview: Preview, tutor_id: int) -> asyncio.Lock:
    """Make the page's actions wait for whoever holds the lock; the simulation refuses to do two things at once."""
    turn = asyncio.Lock()
    act = preview._action

    async def act_in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turn:
            page = preview._pages.get(context_id or "")
            if isinstance(body, dict) and page is not None:
                body = _as_discord_would(body, page.revision, tutor_id)
            done: dict[str, Any] = await act(context_id, body)
            return done

    preview._action = act_in_turn  # type: ignore[method-assign]
    return turn


def _as_discord_would(body: dict[str, Any], revision: int, tutor_id: int) -> dict[str, Any]:
    """An action of the page, made as forgiving as one in Discord's own client."""
    if "published_revision" in body:
        # In a channel that is alive something may have been said since the page was drawn; a button that is gone by
        # now is refused all the same.
        body = {**body, "published_revision": revision}
    if isinstance(written := body.get("content"), str):
        # A name that is typed out becomes a mention.
        body = {**body, "content": re.sub(f"@{NAME}", f"<@{tutor_id}>", written, flags=re.IGNORECASE)}
    return body


def _lag(world: Env) -> float:
    """How many seconds the simulated clock is behind the real one."""
    return float((datetime.now(UTC) - world.now()).total_seconds())
