"""The bot as Discord sees it: loads the cogs and registers the commands; owns no logic."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, cast

import discord
from discord.ext import commands

from bot.clock import Clock, utc_now
from bot.cogs.dailies import Dailies
from bot.cogs.desk import Desk
from bot.cogs.interview_answers import InterviewAnswers
from bot.cogs.interview_desk import InterviewDesk
from bot.cogs.interview_doors import InterviewDoors
from bot.cogs.interview_room import InterviewRoom
from bot.cogs.interview_scoring import InterviewScoring
from bot.cogs.interview_stage import InterviewStage
from bot.cogs.interview_steering import InterviewSteering
from bot.cogs.interviewing import Interviewing
from bot.cogs.meeting_lobby import MeetingLobby
from bot.cogs.membership import Membership
from bot.cogs.posting import Posting
from bot.cogs.reminding import Reminding
from bot.cogs.reviewing import Reviewing
from bot.cogs.runs import Runs
from bot.cogs.scorecards import ScorecardDesk
from bot.cogs.shelf import Shelf
from bot.errors import StoreError
from bot.library import Library
from bot.lobby import LobbyOpener
from bot.own_questions import OwnQuestions
from bot.own_search import OwnSearch
from bot.store import Store
from bot.study.marking import Marker
from bot.study.running import Limits
from bot.ui.board_items import BOARD_ITEMS
from bot.ui.daily_cards import DAILY_ITEMS
from bot.ui.failure import TutorTree
from bot.ui.items import ASK_ITEMS
from bot.ui.meeting_items import MEETING_ITEMS
from bot.ui.mock_items import MOCK_ITEMS
from bot.ui.panels import MODERATION_ITEMS
from bot.ui.partner_items import PARTNER_ITEMS
from bot.ui.privacy_cards import PRIVACY_ITEMS
from bot.ui.review_items import REVIEW_ITEMS
from bot.ui.run_items import RUN_ITEMS
from bot.worker import NoWorker, Worker
from knowledge.tutor import Tutor

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger(__name__)

EXTENSIONS = (
    "bot.cogs.ask",
    "bot.cogs.listen",
    "bot.cogs.run",
    "bot.cogs.quiz",
    "bot.cogs.progress",
    "bot.cogs.leaderboard",
    "bot.cogs.privacy",
    "bot.cogs.review",
    "bot.cogs.daily",
    "bot.cogs.mock",
    # After mock, whose group of commands it adds to.
    "bot.cogs.meetings",
    "bot.cogs.decks",
    "bot.cogs.moderation",
    "bot.cogs.help",
)
COMMANDS_HASH = "commands"
NO_WORKER = "This bot was started without a worker to run code; ask whoever runs it to set one up."


class TutorBot(commands.AutoShardedBot):
    """Torch Tutor on Discord."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        tutor: Tutor,
        worker: Worker | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Without a `worker` everything but running code works. `now` is the time by which timers run.

        Connecting raises `discord.PrivilegedIntentsRequired` when `settings.message_content` asks for the words of
        every message and the application's owner has not switched that on. Without it the bot still reads direct
        messages and messages that mention it.
        """
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(
                guilds=True,
                guild_scheduled_events=True,
                messages=True,
                message_content=settings.message_content,
                moderation=True,
            ),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=TutorTree,
            chunk_guilds_at_startup=False,
            heartbeat_timeout=30.0,
            shard_count=settings.shard_count,
            # discord.py takes None for "all of them", whatever its annotation says.
            shard_ids=cast("list[int]", settings.shard_ids and list(settings.shard_ids)),
        )
        self.store = store
        self.clock = Clock(store.timers, now)
        self.own_questions = OwnQuestions(store)
        self.own_search = OwnSearch(tutor, store, self.own_questions)
        self.library = Library(tutor.corpus, self.own_questions)
        shelf = Shelf(store, self.library, Membership(self))
        self.desk = Desk(tutor, store, self.own_questions, self.own_search, shelf)
        limits = Limits(settings.run_timeout_s, settings.run_memory_mb, settings.run_output_bytes)
        worker = worker or NoWorker(NO_WORKER)
        self.runs = Runs(worker, store, self.desk, limits)
        self.marker = Marker(tutor, worker)
        self.reviewing = Reviewing(store, shelf, self.marker, self.desk, self.clock)
        self.reminding = Reminding(self, store, shelf, self.reviewing, self.clock)
        self.posting = Posting(self, store, self.library, self.clock)
        self.dailies = Dailies(store, self.library, self.marker, self.posting, self.clock)
        room = InterviewRoom(tutor, self.library, store)
        scorecards = ScorecardDesk(store, room, now)
        stage = InterviewStage(self, store, room, tutor, scorecards, now)
        self.interviewing = Interviewing(store, self.clock, room, stage)
        self.lobby: LobbyOpener = MeetingLobby(self.interviewing)
        self.interview_doors = InterviewDoors(self.interviewing, self)
        self.interview_scoring = InterviewScoring(self.interviewing, scorecards, store.scorecards, self.desk)
        answers = InterviewAnswers(self.interviewing, self.runs, worker, limits)
        steering = InterviewSteering(self.interviewing)
        self.interview_desk = InterviewDesk(
            each.served for each in (self.interview_doors, steering, answers, self.interview_scoring)
        )

    async def setup_hook(self) -> None:
        self.add_dynamic_items(
            *ASK_ITEMS,
            *RUN_ITEMS,
            *REVIEW_ITEMS,
            *DAILY_ITEMS,
            *MOCK_ITEMS,
            *MEETING_ITEMS,
            *PARTNER_ITEMS,
            *BOARD_ITEMS,
            *PRIVACY_ITEMS,
            *MODERATION_ITEMS,
        )
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self.register_commands()

    async def on_ready(self) -> None:
        """Begin to run timers: only now are the channels known that they speak in."""
        self.clock.start()
        try:
            await self.interviewing.resume()
        except StoreError as error:
            log.warning("Interviews that should have gone on wait for their timers: %s", error)

    async def close(self) -> None:
        await self.clock.aclose()
        await self.own_search.aclose()
        self.own_questions.close()
        await super().close()

    async def register_commands(self) -> bool:
        """Tell Discord about the commands if it does not know them as they are. Whether it had to be told.

        Discord limits how often commands may be created, so a start with unchanged commands only looks.
        """
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        wanted = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        key = f"{COMMANDS_HASH}:{self.application_id}"
        try:
            known = await self.store.values.get(key)
        except StoreError as error:
            log.warning("Registering the commands without knowing whether they changed: %s", error)
            known = None
        if known == wanted:
            registered = {command.name for command in await self.tree.fetch_commands()}
            if registered == {command["name"] for command in payload}:
                return False
        await self.tree.sync()
        log.info("Registered %s commands with Discord.", len(payload))
        try:
            await self.store.values.set(key, wanted)
        except StoreError as error:
            log.warning("The commands will be registered again at the next start: %s", error)
        return True

    async def on_message(self, message: discord.Message) -> None:
        """There are no text commands; the cogs listen for themselves."""
