"""Runs quizzes: every press and every deadline becomes the next state, which is stored before it is shown."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cogs.quiz_draw import draw, draw_again
from bot.cogs.quiz_reports import QuizReports
from bot.cogs.quiz_stage import Stage
from bot.cogs.quiz_takeaway import NOT_PLAYED, Press, Pressed, Takeaway
from bot.errors import StoreError
from bot.store import Standing
from bot.store.timers import Timer
from bot.study import quiz as rules
from bot.study import quiz_results as results
from bot.study.exercise import Exercise, letter_of
from bot.study.marks import PASSED, Mark
from bot.study.quiz import REFUSALS, Plan, Quiz, Refusal
from bot.ui import cards, quiz_cards
from bot.ui.exercise_cards import answer_modal
from bot.ui.failure import notice
from bot.ui.quiz_items import TYPED

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

SOON_S = 1.5
"""An answer that takes longer to store is acknowledged before it is."""
NOTHING_FITS = "I have no question like that. Choose another topic, level or form; leaving one out takes any."
NOT_HOST = "Only the host of this quiz, or people who may manage messages here, can do that."
RUNNING = "A quiz is running in this channel already. Join in, or stop it with `/quiz stop`."
GONE = "I no longer have that quiz. `/quiz start` begins another one."
NONE_HERE = "No quiz is waiting for you here. `/quiz start` begins one."
NOTHING_MISSED = "You missed nothing in this quiz, so there is nothing to retake."


class Quizzing:
    """Serves `/quiz` and every button of a quiz."""

    def __init__(self, bot: TutorBot, takeaway: Takeaway, reports: QuizReports) -> None:
        self._bot = bot
        self._quizzes = bot.store.quizzes
        self.stage = Stage(bot)
        self._marking: set[asyncio.Task[None]] = set()
        self._presses: dict[str, Press] = {
            "join": self._join, "leave": self._leave, "begin": self._begin, "option": self._option,
            "type": self._type, "hint": self._hint, "pass": self._pass, "next": self._next, "pause": self._pause,
            "resume": self._resume, "stop": self._stop, "retake": self._retake, "again": self._again,
            **takeaway.presses, "report": reports.report,
        }  # fmt: skip

    def _now(self) -> datetime:
        return self._bot.clock.now()

    # ----------------------------------------------------------------------------------------- the beginning

    async def start(self, used: Pressed, plan: Plan, count: int) -> None:
        """Begin a quiz in answer to a command: for a group in the channel, or for one person alone."""
        direct = used.context is not None and used.context.dm_channel
        await used.response.defer(ephemeral=not plan.group and not direct, thinking=True)
        if plan.group and (running := await self._quizzes.running_in(used.channel_id or 0)):
            await used.edit_original_response(view=quiz_cards.running(running, RUNNING))
            return
        exercises = await self._draw(used.guild_id, [used.user.id], plan, count)
        if not exercises:
            await used.edit_original_response(view=notice(NOTHING_FITS))
            return
        await self._open(used, plan, exercises, private=not plan.group and not direct)

    async def _draw(self, guild_id: int | None, people: Sequence[int], plan: Plan, count: int) -> list[Exercise]:
        return await draw(self._bot.store, self._bot.library, guild_id, people, plan, count, self._now())

    async def _open(self, used: Pressed, plan: Plan, exercises: Sequence[Exercise], *, private: bool) -> None:
        """Keep a new quiz and show it where the interaction, which is deferred, is answered."""
        now = self._now()
        quiz = rules.opened(
            Quiz(
                id=secrets.token_hex(4),
                guild_id=used.guild_id,
                channel_id=used.channel_id or 0,
                host_id=used.user.id,
                plan=plan,
                forms=tuple(exercise.form for exercise in exercises),
                created_at=now,
                private=private,
            ),
            now,
        )
        await self._quizzes.create(quiz, exercises, [used.user.id], now)
        await self.stage.answer(used, quiz)

    # --------------------------------------------------------------------------------------- every press

    async def press(self, pressed: Pressed, quiz_id: str, action: str, position: int, choice: int) -> None:
        """Do what a button says."""
        quiz = await self._quizzes.get(quiz_id)
        serve = self._presses.get(action)
        if quiz is None or serve is None:
            await pressed.response.send_message(view=notice(GONE), ephemeral=True)
            return
        await serve(pressed, quiz, position, choice)

    async def _join(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if quiz.phase == "done":
            await _refuse(pressed, "over")
            return
        new = await self._quizzes.enter(quiz.id, pressed.user.id, self._now())
        said = "You are in. Answer with the buttons; only you see what you answered." if new else "You are in already."
        await pressed.response.send_message(view=cards.told(said), ephemeral=True)
        self.stage.refresh_soon(quiz.id)

    async def _leave(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        was = await self._quizzes.leave(quiz.id, pressed.user.id)
        said = "You are out; what you answered so far stays in your reviews." if was else NOT_PLAYED
        await pressed.response.send_message(view=cards.told(said), ephemeral=True)
        self.stage.refresh_soon(quiz.id)

    async def _begin(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if quiz.phase == "lobby" and await self._may_run(pressed, quiz):
            await pressed.response.defer()
            await self._leave_lobby(quiz, [player.user_id for player in await self._quizzes.players(quiz.id)])
        elif quiz.phase != "lobby":
            await _refuse(pressed, "other" if quiz.phase != "done" else "over")

    async def _option(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        exercise = await self._quizzes.exercise(quiz.id, position)
        if exercise is None or choice >= len(exercise.options):
            await pressed.response.send_message(view=notice(GONE), ephemeral=True)
            return
        given = (letter_of(exercise, choice),)
        mark = await self._bot.marker.mark(exercise, None, given)
        await self._take(pressed, quiz, position, given, mark, f"Your answer: **{given[0]}**.")

    async def _type(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        refusal = rules.may_answer(quiz, pressed.user.id, position, self._now())
        exercise = await self._quizzes.exercise(quiz.id, position)
        if refusal or exercise is None:
            await _refuse(pressed, refusal or "over")
            return
        await pressed.response.send_modal(answer_modal(exercise, f"{TYPED}:{quiz.id}:{position}"))

    async def typed(self, submitted: Pressed, quiz_id: str, position: int, given: Sequence[str]) -> None:
        """Take what was typed into a box."""
        quiz = await self._quizzes.get(quiz_id)
        if quiz is None:
            await submitted.response.send_message(view=notice(GONE), ephemeral=True)
            return
        await self._take(submitted, quiz, position, given, None, "Your answer is in.")

    async def _pass(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        await self._take(pressed, quiz, position, None, None, "You pass on this one.")

    async def _take(
        self,
        pressed: Pressed,
        quiz: Quiz,
        position: int,
        given: Sequence[str] | None,
        mark: Mark | None,
        said: str,
    ) -> None:
        """Store an answer, and only then say that it is in."""
        storing = asyncio.ensure_future(
            self._quizzes.answer(quiz.id, position, pressed.user.id, given, mark, self._now())
        )
        alone = not quiz.plan.group
        if not (await asyncio.wait({storing}, timeout=SOON_S))[0] or (alone and mark is None):
            await (pressed.response.defer() if alone else pressed.response.defer(ephemeral=True, thinking=True))
        outcome = await storing
        if not isinstance(outcome, Standing):
            await _refuse(pressed, outcome)
            return
        if alone:
            self.stage.remember(quiz.id, pressed)
            await self._close(quiz)
            return
        view = quiz_cards.noted(quiz, position, said)
        if pressed.response.is_done():
            await pressed.edit_original_response(view=view)
        else:
            await pressed.response.send_message(view=view, ephemeral=True)
        if given is not None and mark is None:
            self._mark_soon(quiz, position, pressed.user.id, given)
        if outcome.done >= outcome.players:
            await self._close(quiz)
        else:
            self.stage.refresh_soon(quiz.id)

    async def _hint(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        exercise = await self._quizzes.exercise(quiz.id, position)
        if exercise is None:
            await _refuse(pressed, "over")
            return
        count = await self._quizzes.hint(quiz.id, position, pressed.user.id, len(exercise.hints), self._now())
        if not isinstance(count, int):
            await _refuse(pressed, count)
            return
        await pressed.response.send_message(view=quiz_cards.hints(exercise, count), ephemeral=True)

    # ------------------------------------------------------------------------------- from question to question

    async def on_timer(self, timer: Timer) -> None:
        """A phase has run out. May be called twice for one deadline, and after everything has moved on."""
        quiz = await self._quizzes.get(timer.key)
        if quiz is None or quiz.phase == "done":
            return
        players = [player.user_id for player in await self._quizzes.players(quiz.id)]
        after = rules.overdue(quiz, self._now(), len(players))
        if quiz.phase == "lobby" and after.phase == "asking":
            await self._leave_lobby(quiz, players)
        elif quiz.phase == "closing" and after != quiz:
            await self._settle(quiz)
        elif after.phase == "closing":
            await self._close(quiz)
        elif after != quiz:
            await self._store_and_show(quiz, after)

    async def _leave_lobby(self, quiz: Quiz, players: Sequence[int]) -> None:
        """Ask the first question, now that it is known who plays, and what suits them."""
        exercises = await self._draw(quiz.guild_id, players, quiz.plan, quiz.total)
        if exercises:
            forms = tuple(exercise.form for exercise in exercises)
            began = await self._quizzes.begin(quiz, rules.ask(replace(quiz, forms=forms), 0, self._now()), exercises)
            if began is not None:
                await self.stage.show(began)
        else:
            await self._store_and_show(quiz, rules.finish(quiz))

    async def recover(self) -> None:
        """Show again what a process that stopped had stored and not shown."""
        try:
            left = await self._quizzes.unshown()
        except StoreError as error:
            log.warning("Quizzes of before are shown when something happens in them: %s", error)
            return
        for quiz in left:
            await self.stage.show(quiz)

    async def _move(self, pressed: Pressed, quiz: Quiz, after: Quiz) -> None:
        """Take a quiz on by a press in its card."""
        if quiz.plan.group:
            await pressed.response.defer()
        self.stage.remember(quiz.id, pressed)
        await self._store_and_show(quiz, after)

    async def _store_and_show(self, quiz: Quiz, after: Quiz) -> None:
        stored = await self._quizzes.change(quiz, after)
        if stored is not None:
            await self.stage.show(stored)

    async def _close(self, quiz: Quiz) -> None:
        """Everybody is done, or time is up: mark what is not marked yet, and show the answer."""
        closed = await self._quizzes.change(quiz, rules.close(quiz, self._now()))
        if closed is not None:
            await self._settle(closed)

    async def _settle(self, quiz: Quiz) -> None:
        now = self._now()
        exercise = await self._quizzes.exercise(quiz.id, quiz.position)
        if exercise is None:
            return
        question = await self._bot.library.find(exercise.question_id)
        answers = []
        for answer in await self._quizzes.answers(quiz.id, quiz.position):
            if answer.passed:
                answers.append(replace(answer, mark=PASSED))
            elif answer.given is not None and answer.mark is None:
                answers.append(replace(answer, mark=await self._bot.marker.mark(exercise, question, answer.given)))
            elif answer.final:
                answers.append(answer)
        given = {answer.user_id: answer for answer in answers}
        settled = [
            rules.settle(quiz, player, given.get(player.user_id)) for player in await self._quizzes.players(quiz.id)
        ]
        scored = {answer.user_id: answer for _, answer in settled if answer is not None}
        entries = (results.log_entry(quiz, exercise, answer, now) for answer in scored.values())
        shown = await self._quizzes.settle(
            quiz,
            rules.reveal(quiz, now),
            [player for player, _ in settled],
            scored.values(),
            [entry for entry in entries if entry is not None],
        )
        if shown is not None:
            await self.stage.show(shown)

    def _mark_soon(self, quiz: Quiz, position: int, user_id: int, given: Sequence[str]) -> None:
        """Mark while the others still think. What does not get done is marked when the question is closed."""

        async def mark() -> None:
            exercise = await self._quizzes.exercise(quiz.id, position)
            if exercise is not None:
                question = await self._bot.library.find(exercise.question_id)
                marked = await self._bot.marker.mark(exercise, question, given)
                await self._quizzes.mark(quiz.id, position, user_id, marked)

        def finished(task: asyncio.Task[None]) -> None:
            self._marking.discard(task)
            if not task.cancelled() and (error := task.exception()):
                log.info("An answer is marked only when its question is closed: %s", error)

        task = asyncio.create_task(mark(), name="quiz-marking")
        self._marking.add(task)
        task.add_done_callback(finished)

    async def _next(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if quiz.phase != "revealed" or position != quiz.position:
            await _refuse(pressed, "over" if quiz.phase == "done" else "other")
        elif await self._may_run(pressed, quiz):
            await self._move(pressed, quiz, rules.go_on(quiz, self._now()))

    async def _pause(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if await self._may_run(pressed, quiz):
            await self._move(pressed, quiz, rules.pause(quiz, self._now()))

    async def _resume(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if await self._may_run(pressed, quiz):
            await self._move(pressed, quiz, rules.resume(quiz, self._now()))

    async def _stop(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        if await self._may_run(pressed, quiz):
            await self._move(pressed, quiz, rules.finish(quiz))

    async def _may_run(self, pressed: Pressed, quiz: Quiz) -> bool:
        """Whether somebody may decide about a quiz; where not, they are told."""
        if quiz.phase == "done":
            await _refuse(pressed, "over")
            return False
        moderates = pressed.guild_id is not None and (
            pressed.permissions.manage_messages or pressed.permissions.manage_guild
        )
        if pressed.user.id == quiz.host_id or (quiz.plan.group and moderates):
            return True
        await pressed.response.send_message(
            view=notice(NOT_HOST if quiz.plan.group else REFUSALS["not yours"]), ephemeral=True
        )
        return False

    # ------------------------------------------------------------------------------------------- by command

    async def find(self, used: Pressed) -> Quiz | None:
        """The quiz that a command is about: the person's own, else the one in this channel."""
        own = await self._quizzes.alone(used.user.id)
        return own or await self._quizzes.running_in(used.channel_id or 0)

    async def resume_here(self, used: Pressed) -> None:
        """Show a quiz again and go on with it: a card that was lost, a pause."""
        quiz = await self.find(used)
        if quiz is None:
            await used.response.send_message(view=cards.told(NONE_HERE), ephemeral=True)
            return
        if quiz.plan.group:
            if quiz.phase == "paused" and not await self._may_run(used, quiz):
                return
            await used.response.send_message(view=cards.told("The quiz goes on below."), ephemeral=True)
            stored = await self._quizzes.change(quiz, rules.resume(quiz, self._now()))
            if stored is not None:
                await self.stage.show(stored, anew=True)
            return
        await used.response.defer(ephemeral=quiz.private, thinking=True)
        if quiz.phase == "paused":
            quiz = await self._quizzes.change(quiz, rules.resume(quiz, self._now())) or quiz
        await self.stage.answer(used, quiz)

    async def end_here(self, used: Pressed, *, pause: bool) -> None:
        """Pause or stop a quiz by command."""
        quiz = await self.find(used)
        if quiz is None:
            await used.response.send_message(view=cards.told(NONE_HERE), ephemeral=True)
        elif await self._may_run(used, quiz):
            after = rules.pause(quiz, self._now()) if pause else rules.finish(quiz)
            said = "Paused. `/quiz resume` goes on." if pause else "Stopped. What was answered is kept."
            await used.response.send_message(view=cards.told(said), ephemeral=True)
            await self._store_and_show(quiz, after)

    # ----------------------------------------------------------------------------------------- once more

    async def _retake(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        """A quiz of one's own with what was missed, in another form."""
        direct = pressed.context is not None and pressed.context.dm_channel
        await pressed.response.defer(ephemeral=not direct, thinking=True)
        exercises = await self._quizzes.exercises(quiz.id)
        positions = results.missed(await self._quizzes.answers(quiz.id), pressed.user.id)
        missed = {exercises[each].question_id: exercises[each].form for each in positions}
        again = await draw_again(self._bot.library, quiz.guild_id, missed)
        if not again:
            await pressed.edit_original_response(view=cards.told(NOTHING_MISSED))
            return
        await self._open(pressed, Plan(timing="none"), again, private=not direct)

    async def _again(self, pressed: Pressed, quiz: Quiz, position: int, choice: int) -> None:
        await self.start(pressed, quiz.plan, quiz.total)

    async def aclose(self) -> None:
        """Stop what works in the background; all that matters is stored."""
        for task in [*self._marking]:
            task.cancel()
        await self.stage.aclose()


async def _refuse(pressed: Pressed, refusal: Refusal) -> None:
    """Say in a friendly word why a press does not count."""
    view = notice(REFUSALS[refusal], cards.SUGGEST)
    if pressed.response.is_done():
        await pressed.followup.send(view=view, ephemeral=True)
    else:
        await pressed.response.send_message(view=view, ephemeral=True)
