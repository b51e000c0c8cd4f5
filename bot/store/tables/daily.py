"""Questions set aside in reviews, reminders, and the question of the day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, UtcDateTime


class SetAsideRow(Base):
    """A question that somebody does not want to see for now: skipped, buried or suspended, until a moment."""

    __tablename__ = "set_aside"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[str] = mapped_column(Text, primary_key=True)
    how: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class RefusedReminderRow(Base):
    """How many direct messages in a row somebody's settings at Discord refused."""

    __tablename__ = "refused_reminders"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    times: Mapped[int] = mapped_column(SmallInteger)


class DailyRow(Base):
    """Where and when a server has its question of the day (minutes after midnight there), and why it does not come."""

    __tablename__ = "daily"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    minute: Mapped[int] = mapped_column(SmallInteger)
    time_zone: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool]
    trouble: Mapped[str | None] = mapped_column(Text)
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DailyPostRow(Base):
    """The question of one day in one server. There before it is posted; `message_id` comes after."""

    __tablename__ = "daily_posts"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    question_id: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    exercise: Mapped[dict[str, Any]] = mapped_column(JSON)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revealed: Mapped[bool]


class DailyAnswerRow(Base):
    """The first answer of one person to the question of one day."""

    __tablename__ = "daily_answers"
    __table_args__ = (Index("ix_daily_answers_user_id", "user_id"),)

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    given: Mapped[str] = mapped_column(Text)
    correct: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
