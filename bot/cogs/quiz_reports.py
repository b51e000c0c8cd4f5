"""Reports of questions: from whoever finds one wrong, to the moderators of their server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.study.hits import key_of
from bot.study.quiz import Quiz
from bot.ui import cards, report_cards
from bot.ui.failure import NOT_MODERATOR, notice
from bot.ui.quiz_items import REPORT

if TYPE_CHECKING:
    from bot.client import TutorBot

GONE = "I no longer have that quiz, so I cannot tell which question it was."

Pressed = discord.Interaction[Any]


class QuizReports:
    """Takes reports, and shows them to moderators."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot

    async def report(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if quiz.guild_id is None:
            said = "Tell whoever runs this bot, or press 👎 under the whole answer (*Look it up*)."
            await pressed.response.send_message(view=cards.told(said), ephemeral=True)
            return
        await pressed.response.send_modal(report_cards.report_modal(f"{REPORT}:{quiz.id}:{position}"))

    async def reported(self, submitted: Pressed, quiz_id: str, position: int, reason: str) -> None:
        """Keep a report for the server's moderators."""
        await submitted.response.defer(ephemeral=True, thinking=True)
        quiz = await self._bot.store.quizzes.get(quiz_id)
        exercise = await self._bot.store.quizzes.exercise(quiz_id, position)
        if quiz is None or quiz.guild_id is None or exercise is None:
            await submitted.edit_original_response(view=notice(GONE))
            return
        await self._bot.store.reports.add(
            quiz.guild_id, exercise.question_id, submitted.user.id, reason, self._bot.clock.now()
        )
        said = "Thank you: this server's moderators see it with `/quiz reports`."
        await submitted.edit_original_response(view=cards.told(said))

    async def show(self, used: Pressed) -> None:
        """The reported questions, for moderators."""
        guild_id = used.guild_id
        if guild_id is None or not used.permissions.manage_guild:
            await used.response.send_message(view=notice(NOT_MODERATOR), ephemeral=True)
            return
        await used.response.defer(ephemeral=True, thinking=True)
        await self._show(used, guild_id)

    async def rule(self, pressed: Pressed, key: str, *, hide: bool) -> None:
        """Hide a question in this server, or keep it."""
        guild_id = pressed.guild_id
        if guild_id is None or not pressed.permissions.manage_guild:
            await pressed.response.send_message(view=notice(NOT_MODERATOR), ephemeral=True)
            return
        await pressed.response.defer()
        reported = await self._bot.store.reports.open(guild_id, report_cards.MOST_REPORTS)
        for one in reported:
            if key_of(one.question_id) == key:
                await self._bot.store.reports.rule(guild_id, one.question_id, hidden=hide, now=self._bot.clock.now())
        await self._show(pressed, guild_id)

    async def _show(self, used: Pressed, guild_id: int) -> None:
        reported = await self._bot.store.reports.open(guild_id, report_cards.MOST_REPORTS)
        titles = await self._bot.library.titles(one.question_id for one in reported)
        await used.edit_original_response(view=report_cards.reports(reported, titles))
