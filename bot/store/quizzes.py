"""Quizzes: where each stands, who plays, and every answer the moment it is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import reviews
from bot.store.database import Database, storable
from bot.store.tables.quizzes import QuizAnswerRow, QuizExerciseRow, QuizPlayerRow, QuizRow
from bot.store.timers import cancel_timer, set_timer
from bot.study import quiz as rules
from bot.study.exercise import Exercise
from bot.study.marks import Mark
from bot.study.memory import Review
from bot.study.quiz import Answer, Plan, Player, Quiz, Refusal

TIMER = "quiz"
KEPT = timedelta(days=90)
"""How long a quiz is kept, for its answers to be looked at again; what they say of memory is in the review log."""
_STATE = (
    "guild_id channel_id host_id plan forms created_at private phase position began_at deadline held left_s "
    "message_id version"
).split()
_QUIZ = (QuizRow.id, *(getattr(QuizRow, name) for name in _STATE))
_ANSWER = (
    QuizAnswerRow.user_id,
    QuizAnswerRow.position,
    QuizAnswerRow.given,
    QuizAnswerRow.passed,
    QuizAnswerRow.hints,
    QuizAnswerRow.mark,
    QuizAnswerRow.points,
    QuizAnswerRow.seconds,
)
_PLAYER = (
    QuizPlayerRow.user_id,
    QuizPlayerRow.points,
    QuizPlayerRow.streak,
    QuizPlayerRow.right,
    QuizPlayerRow.answered,
)
_DONE = sa.or_(QuizAnswerRow.given.is_not(None), QuizAnswerRow.passed)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many players there are, and how many of them are done with the current question."""

    players: int
    done: int


class Quizzes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, quiz: Quiz, exercises: Sequence[Exercise], players: Iterable[int], now: datetime) -> None:
        """Keep a new quiz with its questions and first players, and set its clock; forget those that are too old."""
        async with self._database.write() as connection:
            await connection.execute(sa.insert(QuizRow).values(**_columns(quiz), id=quiz.id, shown=-1))
            await self._keep_exercises(connection, quiz.id, exercises)
            for user_id in players:
                await self._enter(connection, quiz.id, user_id, now)
            await self._set_clock(connection, quiz)
            await connection.execute(sa.delete(QuizRow).where(QuizRow.phase == "done", QuizRow.created_at < now - KEPT))

    async def get(self, quiz_id: str) -> Quiz | None:
        """A quiz by its id."""
        found = await self._find(QuizRow.id == quiz_id)
        return found[0] if found else None

    async def running_in(self, channel_id: int) -> Quiz | None:
        """The group quiz that runs in a channel."""
        found = await self._find(QuizRow.channel_id == channel_id, QuizRow.phase != "done", ~QuizRow.private)
        return next((quiz for quiz in found if quiz.plan.group), None)

    async def alone(self, user_id: int) -> Quiz | None:
        """The quiz that a person plays alone and has not ended, the newest one."""
        found = await self._find(QuizRow.host_id == user_id, QuizRow.phase != "done")
        return next((quiz for quiz in found if not quiz.plan.group), None)

    async def unshown(self) -> list[Quiz]:
        """Quizzes whose card, if others see it, does not show where they stand: what a stopped process left behind."""
        return await self._find(QuizRow.shown < QuizRow.version, ~QuizRow.private)

    async def change(self, before: Quiz, after: Quiz) -> Quiz | None:
        """Take a quiz from one state to the next, clock included. None when somebody else has changed it meanwhile."""
        async with self._database.write() as connection:
            return await self._change(connection, before, after)

    async def begin(self, before: Quiz, after: Quiz, exercises: Sequence[Exercise]) -> Quiz | None:
        """Leave the lobby with these questions in place of those that were drawn before. None as for `change`."""
        async with self._database.write() as connection:
            stored = await self._change(connection, before, after)
            if stored is not None:
                await connection.execute(sa.delete(QuizExerciseRow).where(QuizExerciseRow.quiz_id == before.id))
                await self._keep_exercises(connection, before.id, exercises)
            return stored

    async def shown(self, quiz: Quiz, message_id: int | None) -> None:
        """Note that a card shows this state, and which message that is."""
        moved = {} if message_id is None else {"message_id": message_id}
        async with self._database.write() as connection:
            await connection.execute(
                sa.update(QuizRow)
                .where(QuizRow.id == quiz.id, QuizRow.shown < quiz.version)
                .values(shown=quiz.version, **moved)
            )

    async def exercise(self, quiz_id: str, position: int) -> Exercise | None:
        """A question of a quiz."""
        found = await self.exercises(quiz_id, QuizExerciseRow.position == position)
        return found[0] if found else None

    async def exercises(self, quiz_id: str, *which: sa.ColumnElement[bool]) -> list[Exercise]:
        """The questions of a quiz in their order."""
        statement = (
            sa.select(QuizExerciseRow.exercise)
            .where(QuizExerciseRow.quiz_id == quiz_id, *which)
            .order_by(QuizExerciseRow.position)
        )
        async with self._database.read() as connection:
            return [Exercise.from_json(kept) for kept in (await connection.execute(statement)).scalars()]

    async def enter(self, quiz_id: str, user_id: int, now: datetime) -> bool:
        """Let a person play. False when they do already."""
        async with self._database.write() as connection:
            return await self._enter(connection, quiz_id, user_id, now)

    async def leave(self, quiz_id: str, user_id: int) -> bool:
        """Take a person out, whose answers stay. False when they were not in."""
        async with self._database.write() as connection:
            gone = await connection.execute(
                sa.delete(QuizPlayerRow)
                .where(QuizPlayerRow.quiz_id == quiz_id, QuizPlayerRow.user_id == user_id)
                .returning(QuizPlayerRow.user_id)
            )
            return gone.scalar_one_or_none() is not None

    async def players(self, quiz_id: str) -> list[Player]:
        """Who plays, in the order in which they joined."""
        statement = (
            sa.select(*_PLAYER)
            .where(QuizPlayerRow.quiz_id == quiz_id)
            .order_by(QuizPlayerRow.joined_at, QuizPlayerRow.user_id)
        )
        async with self._database.read() as connection:
            return [Player(*row) for row in await connection.execute(statement)]

    async def answer(
        self, quiz_id: str, position: int, user_id: int, given: Sequence[str] | None, mark: Mark | None, now: datetime
    ) -> Refusal | Standing:
        """Keep an answer, or None for who passes; the first one of a person counts. In the database when it returns.

        Who answers plays. Returns why it does not count, where it does not.
        """
        async with self._database.write() as connection:
            quiz = await self._admitting(connection, quiz_id, user_id, position, now)
            if not isinstance(quiz, Quiz):
                return quiz
            await self._enter(connection, quiz_id, user_id, now)
            values = {
                "given": None if given is None else [storable(text) for text in given],
                "passed": given is None,
                "mark": mark.to_json() if mark else None,
                "seconds": (now - quiz.began_at).total_seconds() if quiz.began_at else None,
                "answered_at": now,
            }
            keys = {"quiz_id": quiz_id, "position": position, "user_id": user_id}
            kept = await connection.execute(
                self._database.upsert(
                    QuizAnswerRow, keys, values, {"hints": 0, "points": 0}, only_if=sa.not_(_DONE)
                ).returning(QuizAnswerRow.user_id)
            )
            if kept.scalar_one_or_none() is None:
                return "double"
        # After it is kept: of two answers at the same time, the later one to be kept sees both.
        return await self._standing(quiz_id, position)

    async def hint(self, quiz_id: str, position: int, user_id: int, most: int, now: datetime) -> Refusal | int:
        """Count one more hint of a person, up to `most`; how many they have now."""
        async with self._database.write() as connection:
            quiz = await self._admitting(connection, quiz_id, user_id, position, now)
            if not isinstance(quiz, Quiz):
                return quiz
            keys = {"quiz_id": quiz_id, "position": position, "user_id": user_id}
            await connection.execute(
                self._database.insert_once(QuizAnswerRow, keys, {"hints": 0, "passed": False, "points": 0})
            )
            more = sa.case((QuizAnswerRow.hints < most, QuizAnswerRow.hints + 1), else_=QuizAnswerRow.hints)
            counted = await connection.execute(
                sa.update(QuizAnswerRow)
                .where(*(getattr(QuizAnswerRow, name) == key for name, key in keys.items()), sa.not_(_DONE))
                .values(hints=more)
                .returning(QuizAnswerRow.hints)
            )
            count: int | None = counted.scalar_one_or_none()
            return "double" if count is None else count

    async def answers(self, quiz_id: str, position: int | None = None) -> list[Answer]:
        """What was answered to one question, or to all of them, first answers first."""
        statement = sa.select(*_ANSWER).where(QuizAnswerRow.quiz_id == quiz_id)
        if position is not None:
            statement = statement.where(QuizAnswerRow.position == position)
        async with self._database.read() as connection:
            rows = await connection.execute(statement.order_by(QuizAnswerRow.position, QuizAnswerRow.answered_at))
            return [_answer(row) for row in rows]

    async def answer_of(self, quiz_id: str, position: int, user_id: int) -> Answer | None:
        """What one person did with one question."""
        statement = sa.select(*_ANSWER).where(
            QuizAnswerRow.quiz_id == quiz_id, QuizAnswerRow.position == position, QuizAnswerRow.user_id == user_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _answer(row)

    async def mark(self, quiz_id: str, position: int, user_id: int, mark: Mark) -> None:
        """Keep what an answer is worth; a mark that is there stays."""
        async with self._database.write() as connection:
            await connection.execute(
                sa.update(QuizAnswerRow)
                .where(
                    QuizAnswerRow.quiz_id == quiz_id,
                    QuizAnswerRow.position == position,
                    QuizAnswerRow.user_id == user_id,
                    QuizAnswerRow.mark.is_(None),
                )
                .values(mark=mark.to_json())
            )

    async def settle(
        self, before: Quiz, after: Quiz, players: Iterable[Player], answers: Iterable[Answer], log: Iterable[Review]
    ) -> Quiz | None:
        """Show a question's answer: the new state, everybody's standing, and the review log, all or nothing.

        None when somebody else has settled it meanwhile.
        """
        async with self._database.write() as connection:
            stored = await self._change(connection, before, after)
            if stored is None:
                return None
            for answer in answers:
                await connection.execute(
                    sa.update(QuizAnswerRow)
                    .where(
                        QuizAnswerRow.quiz_id == before.id,
                        QuizAnswerRow.position == answer.position,
                        QuizAnswerRow.user_id == answer.user_id,
                    )
                    .values(points=answer.points, mark=answer.mark.to_json() if answer.mark else None)
                )
            for player in players:
                await connection.execute(
                    sa.update(QuizPlayerRow)
                    .where(QuizPlayerRow.quiz_id == before.id, QuizPlayerRow.user_id == player.user_id)
                    .values(points=player.points, streak=player.streak, right=player.right, answered=player.answered)
                )
            for review in log:
                await reviews.record(connection, self._database, review)
            return stored

    async def _find(self, *which: sa.ColumnElement[bool]) -> list[Quiz]:
        statement = sa.select(*_QUIZ).where(*which).order_by(QuizRow.created_at.desc())
        async with self._database.read() as connection:
            return [_quiz(row) for row in await connection.execute(statement)]

    async def _admitting(
        self, connection: AsyncConnection, quiz_id: str, user_id: int, position: int, now: datetime
    ) -> Quiz | Refusal:
        """The quiz, held as it is until the transaction ends, or why it takes no answer of this person.

        Held together with others, so that answers do not wait for each other, and whoever closes the question waits
        for all of them.
        """
        statement = sa.select(*_QUIZ).where(QuizRow.id == quiz_id).with_for_update(read=True)
        row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return "over"
        quiz = _quiz(row)
        return rules.may_answer(quiz, user_id, position, now) or quiz

    async def _change(self, connection: AsyncConnection, before: Quiz, after: Quiz) -> Quiz | None:
        stored = replace(after, version=before.version + 1)
        # Its card's place is not part of the state: it is noted by who shows it.
        values = {name: value for name, value in _columns(stored).items() if name != "message_id"}
        changed = await connection.execute(
            sa.update(QuizRow)
            .where(QuizRow.id == before.id, QuizRow.version == before.version)
            .values(values)
            .returning(QuizRow.message_id)
        )
        row = changed.one_or_none()
        if row is None:
            return None
        await self._set_clock(connection, stored)
        return replace(stored, message_id=row[0])

    async def _set_clock(self, connection: AsyncConnection, quiz: Quiz) -> None:
        if quiz.deadline is None:
            await cancel_timer(connection, TIMER, quiz.id)
        else:
            await set_timer(connection, self._database, TIMER, quiz.id, quiz.deadline)

    async def _keep_exercises(self, connection: AsyncConnection, quiz_id: str, exercises: Sequence[Exercise]) -> None:
        rows = [
            {"quiz_id": quiz_id, "position": position, "exercise": exercise.to_json()}
            for position, exercise in enumerate(exercises)
        ]
        await connection.execute(sa.insert(QuizExerciseRow), rows)

    async def _enter(self, connection: AsyncConnection, quiz_id: str, user_id: int, now: datetime) -> bool:
        fresh = {"joined_at": now, "points": 0, "streak": 0, "right": 0, "answered": 0}
        entered = await connection.execute(
            self._database.insert_once(QuizPlayerRow, {"quiz_id": quiz_id, "user_id": user_id}, fresh).returning(
                QuizPlayerRow.user_id
            )
        )
        return entered.scalar_one_or_none() is not None

    async def _standing(self, quiz_id: str, position: int) -> Standing:
        players = sa.select(sa.func.count()).where(QuizPlayerRow.quiz_id == quiz_id).scalar_subquery()
        done = (
            sa.select(sa.func.count())
            .where(QuizAnswerRow.quiz_id == quiz_id, QuizAnswerRow.position == position, _DONE)
            .scalar_subquery()
        )
        async with self._database.read() as connection:
            return Standing(*(await connection.execute(sa.select(players, done))).one())


def _columns(quiz: Quiz) -> dict[str, Any]:
    return {name: getattr(quiz, name) for name in _STATE} | {"plan": asdict(quiz.plan), "forms": list(quiz.forms)}


def _quiz(row: sa.Row[Any]) -> Quiz:
    kept = dict(row._mapping)
    return Quiz(**kept | {"plan": Plan(**kept["plan"]), "forms": tuple(kept["forms"])})


def _answer(row: sa.Row[Any]) -> Answer:
    kept = dict(row._mapping)
    given, mark = kept["given"], kept["mark"]
    return Answer(
        **kept
        | {
            "given": None if given is None else tuple(given),
            "mark": None if mark is None else Mark.from_json(mark),
        }
    )
