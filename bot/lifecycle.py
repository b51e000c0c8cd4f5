"""The bot's process life: open, connect and stay connected, and end well when told to."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import discord

from bot import log as logs
from bot.app import open_services
from bot.client import TutorBot
from bot.errors import NotConnected, SettingsError, StoreError
from bot.health import Health, serve_health
from bot.settings import Settings

log = logging.getLogger(__name__)

# Told to stop, the process is gone within 10 s: answers under way may finish first, then the connection and the
# worker have a moment to close.
FINISH_S = 3.0
CLOSE_S = 2.0
LEAVE_S = 9.0
# A connection that lasted this long was a good one, and the next attempt may come soon. Discord allows 1,000 a day.
STABLE_S = 300.0

NOTHING_TO_CONNECT_WITH = (
    "DISCORD_TOKEN is not set, so there is nothing to connect with. Put your bot's token into .env, "
    "or try everything without one: tutor playground."
)
REFUSED = (
    "Discord does not accept this DISCORD_TOKEN. Copy the token anew from the Bot page of your application at "
    "https://discord.com/developers/applications (Reset Token shows it), put it into .env, and start again."
)
# Close codes of the gateway after which connecting again cannot help.
FATAL = {
    4004: REFUSED,
    4010: "Discord refuses these shards: check TUTOR_SHARD_IDS and TUTOR_SHARD_COUNT.",
    4011: "The bot is in so many servers that Discord wants more shards: raise TUTOR_SHARD_COUNT, or leave it empty.",
    4012: "Discord no longer speaks the version of its gateway that this bot speaks: update the bot.",
    4013: "Discord does not know what this bot asks to be told: update the bot.",
}
NO_MESSAGE_CONTENT = (
    "Discord refuses the message-content intent, so the bot goes on without it: channels set with /settings stay "
    "silent, everything else works. To have it, switch on Message Content Intent on the Bot page of your application "
    "at https://discord.com/developers/applications, or set TUTOR_MESSAGE_CONTENT=false to end this message."
)
# What connecting raises when the network or Discord is at fault, and not this bot.
OUTAGES = (
    discord.ConnectionClosed,
    discord.GatewayNotFound,
    discord.HTTPException,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    # Setting up reads the database, which may be away for a moment too.
    StoreError,
)
# Names that discord.py gives to the tasks in which commands, buttons, modals and events are handled.
HANDLERS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_")


def run_bot(settings: Settings) -> int:
    """Run the bot until SIGTERM or SIGINT. Returns the exit code.

    Raises TutorError or KnowledgeError, in words for the operator, when it cannot start or Discord refuses it.
    """
    if settings.discord_token is None:
        raise SettingsError(NOTHING_TO_CONNECT_WITH)
    logs.configure(settings.log_level, settings.log_format, settings.secrets)
    # The bot never speaks, so that nobody needs to hear of missing voice libraries.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    return run_until_signal(lambda: live(settings))


def run_until_signal(work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Run `work` until it ends, or until SIGTERM or SIGINT cancels it: the process is then gone within 10 s, with 0."""

    async def main() -> None:
        stop = asyncio.Event()
        _on_signals(stop.set)
        working = asyncio.create_task(work())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            stopping.cancel()
            await working
            return
        log.info("Stopping, as told.")
        working.cancel()
        _, late = await asyncio.wait({working}, timeout=LEAVE_S)
        if late:
            log.warning("Something takes too long to close; leaving it. Everything that was saved is saved.")
        elif not working.cancelled() and (error := working.exception()):
            log.error("Closing failed", exc_info=error)
        # A thread may still be loading a model, which Python would wait for. Nothing is lost with it: what counts is
        # in the database by now, and files are put in place whole.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)

    asyncio.run(main())
    return 0


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


async def live(settings: Settings) -> None:
    """Open everything and stay connected until cancelled."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    health = Health()
    async with serve_health(health, settings.http_listen), open_services(settings) as services:
        health.store = services.store
        # What is loaded by now stays until the end. Looking through all of it for garbage again and again would halt
        # everybody's answers for a tenth of a second each time.
        gc.collect()
        gc.freeze()
        # An answer makes thousands of objects, few of which are in circles: every 700th new one is too often to look.
        gc.set_threshold(50_000, 10, 10)

        def make_bot(message_content: bool) -> TutorBot:
            bot = services.bot(message_content=message_content)
            health.watch(bot)
            return bot

        await stay_connected(make_bot, token, message_content=settings.message_content)


@dataclass
class Backoff:
    """Seconds to wait before each further attempt: twice as long every time, up to a minute, a little at random.

    The randomness keeps many bots from coming back in the same second after an outage.
    """

    first_s: float = 1.0
    longest_s: float = 60.0
    _next_s: float = field(init=False, default=0.0)

    def next(self) -> float:
        base = max(self.first_s, min(self._next_s, self.longest_s))
        self._next_s = base * 2
        return base * random.uniform(0.75, 1.0)  # noqa: S311  not a secret

    def reset(self) -> None:
        self._next_s = 0.0


async def stay_connected(make_bot: Callable[[bool], TutorBot], token: str, *, message_content: bool) -> None:
    """Connect, and connect again whenever the connection is lost for good, until cancelled.

    Each attempt has a client of its own: one that failed half-way cannot be started again. discord.py itself resumes
    a session whose socket was closed; only what it gives up on arrives here. Raises NotConnected when trying again
    cannot help.
    """
    if not token.isprintable():
        # No HTTP header can carry it, so it is none of Discord's.
        raise NotConnected(REFUSED)
    backoff = Backoff()
    while True:
        begun = time.monotonic()
        try:
            await _connect(make_bot(message_content), token)
            problem = "the connection was closed"
        except discord.PrivilegedIntentsRequired as error:
            if not message_content:
                raise NotConnected(FATAL[4013]) from error
            log.warning(NO_MESSAGE_CONTENT)
            message_content = False
            continue
        except discord.LoginFailure as error:
            raise NotConnected(REFUSED) from error
        except OUTAGES as error:
            if isinstance(error, discord.ConnectionClosed) and error.code in FATAL:
                raise NotConnected(FATAL[error.code]) from error
            problem = _in_words(error)
            log.debug("The connection failed", exc_info=error)
        if time.monotonic() - begun > STABLE_S:
            backoff.reset()
        wait = backoff.next()
        log.warning("Not connected to Discord: %s. Trying again in %.0f s.", problem, wait)
        await asyncio.sleep(wait)


async def _connect(bot: TutorBot, token: str) -> None:
    """One client's whole life."""
    try:
        await bot.start(token)
    except asyncio.CancelledError:
        await _finish_answers()
        raise
    finally:
        # A dead socket answers the closing handshake only after half a minute.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await bot.close()


async def _finish_answers() -> None:
    """Let the answers that are being given reach their readers."""
    answering = {task for task in asyncio.all_tasks() if task.get_name().startswith(HANDLERS)}
    if answering:
        await asyncio.wait(answering, timeout=FINISH_S)


def _in_words(error: BaseException) -> str:
    if isinstance(error, discord.HTTPException):
        return f"Discord answered {error.status} {error.text[:200]}".strip()
    if isinstance(error, TimeoutError):
        return "Discord did not answer in time"
    return f"{type(error).__name__}: {error}"
