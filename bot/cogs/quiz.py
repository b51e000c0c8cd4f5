"""/quiz: alone or as a group, and for moderators what was reported."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TutorBot
from bot.cogs.membership import server_of
from bot.cogs.quiz_reports import QuizReports
from bot.cogs.quiz_takeaway import Takeaway
from bot.cogs.quizzing import Quizzing
from bot.store.quizzes import TIMER
from bot.study.quiz import MOST_QUESTIONS, USUAL_QUESTIONS, Plan
from bot.ui import text
from bot.ui.exercise_cards import typed_answers
from bot.ui.failure import notice
from bot.ui.items import Submitted, guarded, typed_text
from bot.ui.quiz_items import QUIZ_ITEMS, TYPED, box_of

Used = discord.Interaction[TutorBot]

SERVER_ONLY = "A group quiz needs a server that I am a member of. Leave *players* out to play alone."
MAY_NOT_WRITE = "I may not write in this channel. Ask a moderator to let me, or play alone: leave *players* out."
FORM = Literal["mixed", "multiple choice", "true or false", "what does it print", "complete the code", "free text"]
_FORMS: dict[str, Any] = {
    "mixed": None,
    "multiple choice": "choice",
    "true or false": "true-false",
    "what does it print": "output",
    "complete the code": "code",
    "free text": "text",
}


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class QuizCog(
    commands.GroupCog,
    name="Quiz",
    group_name="quiz",
    group_description="Questions with a clock, alone or as a group",
):
    """Quizzes by command."""

    def __init__(self, bot: TutorBot) -> None:
        self.bot = bot
        self.flagged = QuizReports(bot)
        self.quizzing = Quizzing(bot, Takeaway(bot), self.flagged)

    async def cog_load(self) -> None:
        self.bot.add_dynamic_items(*QUIZ_ITEMS)
        self.bot.clock.on(TIMER, self.quizzing.on_timer)

    async def cog_unload(self) -> None:
        await self.quizzing.aclose()

    @app_commands.command(name="start", description="Begin a quiz: two minutes alone, or a server's evening")
    @app_commands.describe(
        topic="Only questions of this topic",
        level="Only questions of this level",
        format="How you answer; mixed unless you choose",
        count="How many questions",
        timing="How fast; alone there is no clock unless you choose one",
        players="You alone, or everybody in this channel",
    )
    async def start(
        self,
        interaction: Used,
        topic: str | None = None,
        level: Literal["junior", "mid", "senior"] | None = None,
        format: FORM = "mixed",
        count: app_commands.Range[int, 1, MOST_QUESTIONS] = USUAL_QUESTIONS,
        timing: Literal["no clock", "fast", "normal", "relaxed"] | None = None,
        players: Literal["just me", "everybody here"] = "just me",
    ) -> None:
        group = players == "everybody here"
        if group and (refusal := _why_no_group(interaction)):
            await interaction.response.send_message(view=notice(refusal), ephemeral=True)
            return
        chosen = timing or ("normal" if group else "no clock")
        if group and chosen == "no clock":
            # Without a clock a group would wait for whoever has gone.
            chosen = "relaxed"
        plan = Plan(
            topic=topic,
            level=level,
            form=_FORMS[format],
            timing="none" if chosen == "no clock" else chosen,
            group=group,
        )
        await self.quizzing.start(interaction, plan, count)

    @start.autocomplete("topic")
    async def topics(self, interaction: Used, typed: str) -> list[app_commands.Choice[str]]:
        pool = await self.bot.library.pool(interaction.guild_id)
        wanted = typed.lower().replace(" ", "-")
        topics = sorted({question.topic for question in pool.values()})
        return [
            app_commands.Choice(name=text.cut(text.topic_name(topic), 100), value=topic)
            for topic in sorted(topics, key=lambda topic: not topic.startswith(wanted))
            if wanted in topic and len(topic) <= 100
        ][:25]

    @app_commands.command(name="resume", description="Go on with a quiz: after a pause, or when its card is lost")
    async def resume(self, interaction: Used) -> None:
        await self.quizzing.resume_here(interaction)

    @app_commands.command(name="pause", description="Stop the clock of the quiz here; its host or a moderator may")
    async def pause(self, interaction: Used) -> None:
        await self.quizzing.end_here(interaction, pause=True)

    @app_commands.command(name="stop", description="End the quiz here; its host or a moderator may")
    async def stop(self, interaction: Used) -> None:
        await self.quizzing.end_here(interaction, pause=False)

    @app_commands.command(name="reports", description="For moderators: questions that people here reported")
    async def reports(self, interaction: Used) -> None:
        await self.flagged.show(interaction)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        await self.quizzing.recover()

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Serve a submitted box by its custom_id, whichever process had opened it."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Submitted = dict(interaction.data or {})
        box = box_of(str(data.get("custom_id")))
        if box is None:
            return
        kind, quiz_id, position = box
        if kind == TYPED:
            served = self.quizzing.typed(interaction, quiz_id, position, typed_answers(data))
        else:
            served = self.flagged.reported(interaction, quiz_id, position, typed_text(data))
        await guarded(interaction, served)


def _why_no_group(used: Used) -> str | None:
    """Why a group cannot play here; None when it can."""
    if server_of(used) is None:
        return SERVER_ONLY
    may = used.app_permissions
    in_thread = isinstance(used.channel, discord.Thread)
    writes = may.send_messages_in_threads if in_thread else may.send_messages
    return None if may.view_channel and writes else MAY_NOT_WRITE


async def setup(bot: TutorBot) -> None:
    await bot.add_cog(QuizCog(bot))
