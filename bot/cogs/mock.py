"""/mock: interviews for study groups and for who practises alone."""

from __future__ import annotations

import logging
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.errors import StoreError
from bot.study.interview.state import Kind, Level, Options
from bot.ui import text
from bot.ui.items import Submitted, guarded
from bot.ui.mock_cards import about
from bot.ui.mock_items import BOXED, filled

log = logging.getLogger(__name__)

Used = discord.Interaction[TutorBot]
Minutes = Literal[20, 45, 60]
Voice = discord.VoiceChannel | discord.StageChannel
THREAD_GONE = "The thread was deleted, so the interview ends here."
THREAD_CLOSED = "The thread was closed, so the interview ends here."


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Mock(commands.GroupCog, group_name="mock", group_description="Mock interviews: with your study group, or alone"):
    """Interviews by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot

    @app_commands.command(name="start", description="Open a lobby for a mock interview with your study group")
    @app_commands.describe(
        kind="What is asked: concepts, coding, debugging, system design, or a mixture",
        level="How hard",
        length="Minutes of each round, with feedback",
        topic="What the questions are about",
        voice="A voice channel to meet in",
        private="Hold it in a private thread",
    )
    async def start(
        self,
        interaction: Used,
        kind: Kind = "mixed",
        level: Level = "mid",
        length: Minutes = 45,
        topic: str | None = None,
        voice: Voice | None = None,
        private: bool = False,
    ) -> None:
        options = Options(kind, level, length, self._topic(topic), voice.id if voice else None, private)
        await self.bot.interview_doors.open(interaction, options)

    @app_commands.command(name="solo", description="Practise alone: I interview you, listen and give you a scorecard")
    @app_commands.describe(
        kind="What I ask: concepts, coding, debugging, system design, or a mixture",
        level="How hard",
        length="Minutes, with feedback",
        topic="What the questions are about",
    )
    async def solo(
        self,
        interaction: Used,
        kind: Kind = "concepts",
        level: Level = "mid",
        length: Minutes = 20,
        topic: str | None = None,
    ) -> None:
        await self.bot.interview_doors.solo(interaction, Options(kind, level, length, self._topic(topic)))

    @app_commands.command(name="history", description="Your scorecards, and how they changed; only you see them")
    async def history(self, interaction: Used) -> None:
        await self.bot.interview_scoring.history(interaction)

    @app_commands.command(name="replay", description="The transcript of an interview that you were in, as a file")
    @app_commands.describe(interview="Which one; the latest when you leave this out")
    async def replay(self, interaction: Used, interview: str | None = None) -> None:
        await self.bot.interview_scoring.replay_latest(interaction, interview)

    @app_commands.command(name="stop", description="Stop the interview that you are in")
    async def stop(self, interaction: Used) -> None:
        await self.bot.interview_doors.stop(interaction)

    def _topic(self, typed: str | None) -> str | None:
        """A topic as the corpus calls it; None for anything else."""
        wanted = (typed or "").strip().lower().replace(" ", "-")
        return wanted if wanted in self.bot.desk.asking.corpus.topics() else None

    @start.autocomplete("topic")
    @solo.autocomplete("topic")
    async def offer_topics(self, interaction: Used, typed: str) -> list[app_commands.Choice[str]]:
        wanted = typed.strip().lower().replace(" ", "-")
        topics = [topic for topic in self.bot.desk.asking.corpus.topics() if wanted in topic]
        return [app_commands.Choice(name=text.topic_name(topic), value=topic) for topic in topics[:25]]

    @replay.autocomplete("interview")
    async def offer_interviews(self, interaction: Used, typed: str) -> list[app_commands.Choice[str]]:
        latest = await self.bot.store.interviews.latest_of(interaction.user.id)
        named = [(f"{when:%d %b %Y %H:%M} UTC · {about(each.options)}", each.id) for each, when in latest]
        return [app_commands.Choice(name=name, value=id) for name, id in named if typed.lower() in name.lower()][:25]

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        data: Submitted = dict(interaction.data or {})
        name = str(data.get("custom_id"))
        if interaction.type is discord.InteractionType.modal_submit and name.startswith(BOXED):
            await guarded(interaction, self.bot.interview_desk.submit(interaction, name, filled(data)))

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, gone: discord.RawThreadDeleteEvent) -> None:
        await self._place_gone(gone.thread_id, THREAD_GONE)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, changed: discord.RawThreadUpdateEvent) -> None:
        metadata = changed.data["thread_metadata"]
        if metadata.get("archived") or metadata.get("locked"):
            await self._place_gone(changed.thread_id, THREAD_CLOSED)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._place_gone(channel.id, "The channel was deleted, so the interview ends here.")

    async def _place_gone(self, place_id: int, why: str) -> None:
        try:
            await self.bot.interview_doors.place_gone(place_id, why)
        except StoreError as error:
            # What is shown there next fails, and ends it then.
            log.warning("An interview whose place is gone goes on for now: %s", error)

    @commands.Cog.listener()
    async def on_member_ban(self, guild: discord.Guild, user: discord.User | discord.Member) -> None:
        try:
            await self.bot.interview_doors.gone_for_good(user.id, guild.id)
        except StoreError as error:
            log.warning("Somebody who was banned stays in an interview: %s", error)

    async def cog_unload(self) -> None:
        await self.bot.interviewing.aclose()


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(Mock(bot))
