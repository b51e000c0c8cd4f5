"""Where quizzes are shown: a message of the channel, or a card that its player alone sees."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.errors import StoreError
from bot.study import quiz as rules
from bot.study.quiz import Quiz
from bot.ui import cards, quiz_cards
from bot.ui.quiz_cards import Scene

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

REFRESH_S = 1.0
"""How often a card is written anew while answers come in."""
REMEMBERED = 1000
"""Cards of people who play alone: Discord lets them be edited for 15 minutes after the last press."""
SHUT_OUT = (
    "I can no longer write in <#{channel}>, so the quiz there is over. What was answered is kept. "
    "Let me view the channel and send messages there, then `/quiz start` begins another one."
)

Pressed = discord.Interaction[Any]


class Stage:
    """Writes the cards of quizzes, and notes what they show."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._own: OrderedDict[str, Pressed] = OrderedDict()
        self._refreshing: dict[str, asyncio.Task[None]] = {}

    def remember(self, quiz_id: str, pressed: Pressed) -> None:
        """The last press in a card is what lets it be edited where nobody but its player sees it."""
        self._own[quiz_id] = pressed
        self._own.move_to_end(quiz_id)
        if len(self._own) > REMEMBERED:
            self._own.popitem(last=False)

    async def answer(self, used: Pressed, quiz: Quiz) -> None:
        """Show a quiz as the answer to an interaction that was deferred."""
        self.remember(quiz.id, used)
        sent = await used.edit_original_response(view=await self._card(quiz))
        await self._note(quiz, None if quiz.private else sent.id)

    async def show(self, quiz: Quiz, *, anew: bool = False) -> None:
        """Show where a quiz stands: in a new message when a group is asked something or with `anew`, else in place."""
        if not quiz.plan.group and (await self._show_own(quiz) or quiz.private):
            return
        # Chat pushes a card away, so a group gets every question in a message of its own.
        fresh = anew or quiz.message_id is None or (quiz.plan.group and quiz.phase == "asking")
        card = await self._card(quiz)
        try:
            message_id = await self._send(quiz, card) if fresh else await self._edit(quiz, card)
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("Quiz %s can no longer be shown in channel %s: %s", quiz.id, quiz.channel_id, error)
            await self._shut_out(quiz)
            return
        except discord.HTTPException as error:
            # What comes next in the quiz is shown anew, and so is this after a restart.
            log.warning("Quiz %s could not be shown: %s", quiz.id, error)
            return
        await self._note(quiz, message_id)

    def refresh_soon(self, quiz_id: str) -> None:
        """Write the card of a running quiz again within a second, however many ask for it meanwhile."""
        if quiz_id not in self._refreshing:
            task = asyncio.create_task(self._refresh(quiz_id), name="quiz-refresh")
            self._refreshing[quiz_id] = task

    async def aclose(self) -> None:
        """Stop refreshing."""
        tasks = [*self._refreshing.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refresh(self, quiz_id: str) -> None:
        try:
            await asyncio.sleep(REFRESH_S)
            # From here on a further answer asks for a further refresh.
            self._refreshing.pop(quiz_id, None)
            quiz = await self._bot.store.quizzes.get(quiz_id)
            if quiz and quiz.message_id and quiz.phase in ("lobby", "asking"):
                card = await self._card(quiz)
                now = await self._bot.store.quizzes.get(quiz_id)
                if now and now.version == quiz.version:
                    await self._edit(quiz, card)
        except (StoreError, discord.HTTPException) as error:
            log.info("The card of quiz %s shows only later who has answered: %s", quiz_id, error)
        finally:
            self._refreshing.pop(quiz_id, None)

    async def _card(self, quiz: Quiz) -> ui.LayoutView:
        store = self._bot.store.quizzes
        players = await store.players(quiz.id)
        if quiz.phase == "done":
            ids = [exercise.question_id for exercise in await store.exercises(quiz.id)]
            found = [await self._bot.library.find(question_id) for question_id in ids]
            titles = [question.question if question else "" for question in found]
            return quiz_cards.card(Scene(quiz, players, await store.answers(quiz.id), titles=titles))
        if quiz.phase in ("lobby", "paused"):
            return quiz_cards.card(Scene(quiz, players))
        exercise = await store.exercise(quiz.id, quiz.position)
        question = await self._bot.library.find(exercise.question_id) if exercise else None
        answers = await store.answers(quiz.id, quiz.position)
        return quiz_cards.card(Scene(quiz, players, answers, exercise, question))

    async def _show_own(self, quiz: Quiz) -> bool:
        """Show a quiz through its player's last press. False when that cannot be done any more.

        After a restart or a long rest nobody can write a card that its player alone sees; their next press in it, or
        `/quiz resume`, shows where the quiz stands.
        """
        own = self._own.get(quiz.id)
        if own is None or own.is_expired():
            return False
        card = await self._card(quiz)
        try:
            if own.response.is_done():
                await own.edit_original_response(view=card)
            else:
                await own.response.edit_message(view=card)
        except discord.HTTPException as error:
            log.info("The card of quiz %s cannot be edited through its last press: %s", quiz.id, error)
            return False
        await self._note(quiz, None)
        return True

    async def _send(self, quiz: Quiz, card: ui.LayoutView) -> int:
        channel = self._bot.get_partial_messageable(quiz.channel_id, guild_id=quiz.guild_id)
        return (await channel.send(view=card)).id

    async def _edit(self, quiz: Quiz, card: ui.LayoutView) -> int | None:
        channel = self._bot.get_partial_messageable(quiz.channel_id, guild_id=quiz.guild_id)
        try:
            nobody = discord.AllowedMentions.none()
            await channel.get_partial_message(quiz.message_id or 0).edit(view=card, allowed_mentions=nobody)
        except discord.NotFound:
            # Somebody deleted the card, or the channel; a deleted channel refuses the new card too.
            return await self._send(quiz, card)
        return None

    async def _note(self, quiz: Quiz, message_id: int | None) -> None:
        try:
            await self._bot.store.quizzes.shown(quiz, message_id)
        except StoreError as error:
            log.warning("Quiz %s may be shown once more after a restart: %s", quiz.id, error)

    async def _shut_out(self, quiz: Quiz) -> None:
        """The channel is gone or closed to the bot: end the quiz, and tell its host."""
        ended = await self._bot.store.quizzes.change(quiz, rules.finish(quiz))
        if ended is None:
            return
        await self._note(ended, None)
        try:
            host = self._bot.get_user(quiz.host_id) or await self._bot.fetch_user(quiz.host_id)
            await host.send(view=cards.told(SHUT_OUT.format(channel=quiz.channel_id)))
        except discord.HTTPException as error:
            log.info("The host of quiz %s could not be told that it ended: %s", quiz.id, error)
