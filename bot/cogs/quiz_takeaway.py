"""What a player takes away from a quiz: their own answers, their own ratings, the whole answer, a table."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord

from bot.study import quiz_results as results
from bot.study.hits import key_of
from bot.study.memory import Rating
from bot.study.quiz import Quiz
from bot.ui import cards, quiz_cards
from bot.ui.failure import notice

if TYPE_CHECKING:
    from bot.client import TutorBot

NO_CODE = "That question has no program any more."
NOT_PLAYED = "You did not play in this quiz."
SAVED = "Saved: these questions come back in your reviews. `/review start` shows them."

Pressed = discord.Interaction[Any]
Press = Callable[[Pressed, Quiz, int, int], Awaitable[None]]


class Takeaway:
    """Serves the buttons under an answer and under the end of a quiz."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._quizzes = bot.store.quizzes
        self.presses: dict[str, Press] = {
            "mine": self._mine, "rate": self._rate, "look": self._look, "run": self._run, "keep": self._keep,
            "csv": self._csv,
        }  # fmt: skip

    async def _mine(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        """A player's own answer, what it was worth and why, with the buttons to say how well they knew it."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        answer = await self._quizzes.answer_of(quiz.id, position, pressed.user.id)
        exercise = await self._quizzes.exercise(quiz.id, position)
        if answer is None or not answer.final or exercise is None:
            await pressed.edit_original_response(view=cards.told("You did not answer this one."))
            return
        kept = await self._bot.store.reviews.find(results.event_key(quiz.id, position, pressed.user.id))
        rating = kept.rating if kept else None
        await pressed.edit_original_response(view=quiz_cards.own_result(quiz, exercise, answer, rating))

    async def _rate(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        """A person says how well they knew an answer; that counts, whatever the marker thought."""
        answer = await self._quizzes.answer_of(quiz.id, position, pressed.user.id)
        exercise = await self._quizzes.exercise(quiz.id, position)
        if answer is None or not answer.final or exercise is None or not 1 <= choice <= 4:
            await pressed.response.send_message(view=notice(NOT_PLAYED), ephemeral=True)
            return
        await pressed.response.defer(ephemeral=True, thinking=True)
        rating, reviews = Rating(choice), self._bot.store.reviews
        entry = results.log_entry(quiz, exercise, answer, self._bot.clock.now(), own=rating)
        if entry is not None and not await reviews.record(entry):
            await reviews.correct(entry.key, pressed.user.id, rating)
        card = await reviews.card(pressed.user.id, exercise.question_id)
        due = discord.utils.format_dt(card.due, "R") if card else "soon"
        await pressed.edit_original_response(view=cards.told(f"Noted as *{rating.name.title()}*: it comes back {due}."))

    async def _look(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        """The whole answer, for whoever pressed."""
        exercise = await self._quizzes.exercise(quiz.id, position)
        if exercise is not None:
            await self._bot.desk.follow_up(pressed, 0, key_of(exercise.question_id))

    async def _run(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        """Run the program that the question was about, or the one that proves its answer, for whoever pressed."""
        exercise = await self._quizzes.exercise(quiz.id, position)
        question = await self._bot.library.find(exercise.question_id) if exercise else None
        code = (exercise.code if exercise else "") or (question.proofs[0].code if question and question.proofs else "")
        if not code:
            await pressed.response.send_message(view=notice(NO_CODE), ephemeral=True)
            return
        await self._bot.runs.take(pressed, code, private=True, unseen=bool(exercise and not exercise.code), warn=False)

    async def _keep(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        """Put the quiz's questions into the reviews of somebody who has not got them there: who watched, or passed."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        exercises = await self._quizzes.exercises(quiz.id)
        known = {held.question_id for held in await self._bot.store.reviews.cards(pressed.user.id)}
        await self._bot.store.reviews.record_all(
            results.taken_along(quiz, exercises, pressed.user.id, known, self._bot.clock.now())
        )
        await pressed.edit_original_response(view=cards.told(SAVED))

    async def _csv(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        await pressed.response.defer(ephemeral=True, thinking=True)
        players = [player.user_id for player in await self._quizzes.players(quiz.id)]
        if pressed.user.id not in players:
            await pressed.edit_original_response(view=notice(NOT_PLAYED))
            return
        exercises = await self._quizzes.exercises(quiz.id)
        titles = await self._bot.library.titles(exercise.question_id for exercise in exercises)
        names = {pressed.user.id: pressed.user.display_name}
        for number, user_id in enumerate(players, start=1):
            member = pressed.guild.get_member(user_id) if pressed.guild else None
            names.setdefault(user_id, member.display_name if member else f"player {number}")
        table = results.as_csv(exercises, titles, await self._quizzes.answers(quiz.id), names, pressed.user.id)
        await pressed.edit_original_response(
            view=quiz_cards.table(), attachments=[discord.File(io.BytesIO(table), quiz_cards.TABLE)]
        )
