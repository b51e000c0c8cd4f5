"""What a person learns: the review log, the cards, preferences, and the timers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, RowId, UtcDateTime


class ReviewRow(Base):
    """One graded event. `event` names it, so that it is counted once however often it arrives."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 4", name="rating"),
        Index("ix_reviews_event", "event", unique=True),
        # Both hold all that progress and the leaderboard read, so that neither has to visit the rows.
        Index("ix_reviews_user_id_answered_at", "user_id", "answered_at", "question_id", "score"),
        Index("ix_reviews_guild_id_answered_at", "guild_id", "answered_at", "user_id", "points"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    event: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(BigInteger)
    question_id: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    rating: Mapped[int] = mapped_column(SmallInteger)
    score: Mapped[float]
    points: Mapped[int]
    seconds: Mapped[float | None]
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    session_id: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardRow(Base):
    """The FSRS card of one person and one question: what the review log comes to."""

    __tablename__ = "cards"
    __table_args__ = (Index("ix_cards_user_id_due", "user_id", "due"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[int | None] = mapped_column(SmallInteger)
    stability: Mapped[float]
    difficulty: Mapped[float]
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    last_review: Mapped[datetime] = mapped_column(UtcDateTime)
    reviews: Mapped[int]
    lapses: Mapped[int]
    last_score: Mapped[float]
    last_form: Mapped[str] = mapped_column(Text)


class PersonRow(Base):
    """What a person has set: time zone, daily reminder (minutes after midnight there), leaderboard.

    `account` is their Discord name when they joined the leaderboard without a pseudonym; `looks` is what the name that
    they have there looks like, so that nobody takes one that could be confused with it.
    """

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_looks", "looks"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    time_zone: Mapped[str | None] = mapped_column(Text)
    reminder_minute: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_days: Mapped[list[int]] = mapped_column(JSON)
    on_leaderboard: Mapped[bool]
    pseudonym: Mapped[str | None] = mapped_column(Text)
    account: Mapped[str | None] = mapped_column(Text)
    looks: Mapped[str | None] = mapped_column(Text)


class TimerRow(Base):
    """Something to do at a time: a countdown, a reminder, the daily question.

    Claimed by one process for the length of a lease, run, then completed; a claim that is never completed runs out.
    """

    __tablename__ = "timers"
    __table_args__ = (Index("ix_timers_due_at", "due_at"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    lease: Mapped[str | None] = mapped_column(Text)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
