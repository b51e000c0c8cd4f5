"""Mock interviews, their transcripts and their scorecards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, SmallInteger, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, RowId, UtcDateTime


class InterviewRow(Base):
    """One interview. `state` is all of it; `version` grows with each change, so that no change is made over another."""

    __tablename__ = "interviews"
    __table_args__ = (Index("ix_interviews_place_id", "place_id"), Index("ix_interviews_ended_at", "ended_at"))

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    place_id: Mapped[int] = mapped_column(BigInteger)
    lobby_message_id: Mapped[int | None] = mapped_column(BigInteger)
    card_message_id: Mapped[int | None] = mapped_column(BigInteger)
    card_shows: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InterviewPersonRow(Base):
    """Who is or was in an interview. Nobody is in two that are `live`, which the database itself sees to."""

    __tablename__ = "interview_people"
    __table_args__ = (
        Index("ix_interview_people_user_id", "user_id"),
        Index(
            "ix_interview_people_live",
            "user_id",
            unique=True,
            sqlite_where=sql("live = 1"),
            postgresql_where=sql("live"),
        ),
    )

    interview_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    live: Mapped[bool]


class InterviewEventRow(Base):
    """A line of a transcript: what was said, typed or run."""

    __tablename__ = "interview_events"
    __table_args__ = (
        Index("ix_interview_events_interview_id_id", "interview_id", "id"),
        Index("ix_interview_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    interview_id: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    round: Mapped[int] = mapped_column(SmallInteger)
    part: Mapped[int | None] = mapped_column(SmallInteger)
    ask: Mapped[int | None] = mapped_column(SmallInteger)
    late: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)


class InterviewScoreRow(Base):
    """One person's scores for one round, and their words. `axes` is None while there are only words."""

    __tablename__ = "interview_scores"

    interview_id: Mapped[str] = mapped_column(Text, primary_key=True)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    scorer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Text)
    axes: Mapped[list[int] | None] = mapped_column(JSON)
    strong: Mapped[str] = mapped_column(Text)
    work: Mapped[str] = mapped_column(Text)
    scored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InterviewRoundRow(Base):
    """A round that was talked through, and its scorecard. `guild_id` is None for who was alone with the bot."""

    __tablename__ = "interview_rounds"
    __table_args__ = (Index("ix_interview_rounds_candidate_id_finished_at", "candidate_id", "finished_at"),)

    interview_id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    candidate_id: Mapped[int] = mapped_column(BigInteger)
    interviewer_id: Mapped[int | None] = mapped_column(BigInteger)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    round: Mapped[dict[str, Any]] = mapped_column(JSON)
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InterviewRatingRow(Base):
    """What the candidate of a round thinks of its interviewer (None when that was the bot) and of its questions."""

    __tablename__ = "interview_ratings"
    __table_args__ = (Index("ix_interview_ratings_interviewer_id", "interviewer_id"),)

    interview_id: Mapped[str] = mapped_column(Text, primary_key=True)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    candidate_id: Mapped[int] = mapped_column(BigInteger)
    interviewer_id: Mapped[int | None] = mapped_column(BigInteger)
    interviewer: Mapped[int | None] = mapped_column(SmallInteger)
    questions: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(Text)


class InterviewSeenRow(Base):
    """When somebody last heard a question or a block in an interview, in whatever role."""

    __tablename__ = "interview_seen"
    __table_args__ = (Index("ix_interview_seen_at", "at"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
