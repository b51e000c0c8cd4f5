"""Quizzes that run or ran, what was answered in them, and what people reported about questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, UtcDateTime


def _of_quiz(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=f"fk_{table}_quiz_id", ondelete="CASCADE")


class QuizRow(Base):
    """Where a quiz stands. Changed only by who knows its `version`; `shown` is the version that its card shows."""

    __tablename__ = "quizzes"
    __table_args__ = (
        Index("ix_quizzes_channel_id_phase", "channel_id", "phase"),
        Index("ix_quizzes_host_id_phase", "host_id", "phase"),
        Index("ix_quizzes_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    host_id: Mapped[int] = mapped_column(BigInteger)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    forms: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    private: Mapped[bool]
    phase: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held: Mapped[str | None] = mapped_column(Text)
    left_s: Mapped[float | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]
    shown: Mapped[int]


class QuizExerciseRow(Base):
    """One question of a quiz, as it is put to people whatever becomes of the corpus meanwhile."""

    __tablename__ = "quiz_exercises"
    __table_args__ = (_of_quiz("quiz_exercises"),)

    quiz_id: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    exercise: Mapped[dict[str, Any]] = mapped_column(JSON)


class QuizPlayerRow(Base):
    """Who plays, and their standing after the last question that was settled."""

    __tablename__ = "quiz_players"
    __table_args__ = (_of_quiz("quiz_players"), Index("ix_quiz_players_user_id", "user_id"))

    quiz_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    points: Mapped[int]
    streak: Mapped[int]
    right: Mapped[int]
    answered: Mapped[int]


class QuizAnswerRow(Base):
    """What one player did with one question. Neither given nor passed: so far they only asked for hints."""

    __tablename__ = "quiz_answers"
    __table_args__ = (_of_quiz("quiz_answers"), Index("ix_quiz_answers_user_id", "user_id"))

    quiz_id: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    given: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    passed: Mapped[bool]
    hints: Mapped[int] = mapped_column(SmallInteger)
    mark: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    points: Mapped[int]
    seconds: Mapped[float | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportRow(Base):
    """Somebody in a server finds a question wrong or unclear."""

    __tablename__ = "question_reports"
    __table_args__ = (Index("ix_question_reports_user_id", "user_id"),)

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RulingRow(Base):
    """What a server's moderators decided about a reported question."""

    __tablename__ = "question_rulings"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[str] = mapped_column(Text, primary_key=True)
    hidden: Mapped[bool]
    ruled_at: Mapped[datetime] = mapped_column(UtcDateTime)
