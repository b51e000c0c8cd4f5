"""Scheduled mock interviews, sign-ups and partners."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, UtcDateTime


class MeetingRow(Base):
    """A planned mock interview. `wall` is the usual time on clocks in `zone`, in ISO 8601 and without an offset."""

    __tablename__ = "meetings"
    __table_args__ = (
        # Next week's meeting is made once, whichever process gets there first.
        Index("ix_meetings_series_number", "series", "number", unique=True),
        Index("ix_meetings_guild_id_starts_at", "guild_id", "starts_at"),
        Index("ix_meetings_event_id", "event_id"),
        Index("ix_meetings_starts_at", "starts_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    host_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    topic: Mapped[str] = mapped_column(Text)
    seats: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wall: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    weekly: Mapped[bool]
    pair: Mapped[bool]
    series: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    reminded: Mapped[int] = mapped_column(SmallInteger)
    checked: Mapped[bool]
    followed: Mapped[bool]
    idle: Mapped[int] = mapped_column(SmallInteger)
    moves: Mapped[int]
    cancelled_by: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    event_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    may_make_event: Mapped[bool]
    revision: Mapped[int]


class SignUpRow(Base):
    """Somebody who has a seat in a meeting, or waits for one; `position` is the order in which they came."""

    __tablename__ = "meeting_sign_ups"
    __table_args__ = (Index("ix_meeting_sign_ups_user_id", "user_id"),)

    meeting_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger)
    place: Mapped[str] = mapped_column(Text)
    here: Mapped[bool]
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[bool]
    every_week: Mapped[bool]
    reachable: Mapped[bool]
    called: Mapped[str | None] = mapped_column(Text)


class SeekerRow(Base):
    """What somebody said about the partner they look for in a server, and whether they look for one now.

    `proposal` is the open proposal that they are part of: nobody is in two. `avoids` is shown to nobody else.
    """

    __tablename__ = "seekers"
    __table_args__ = (Index("ix_seekers_looking", "guild_id", "looking"),)

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[str] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(JSON)
    spans: Mapped[list[list[int]]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(Text)
    avoids: Mapped[list[int]] = mapped_column(JSON)
    again: Mapped[bool]
    looking: Mapped[bool]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    last_partner: Mapped[int | None] = mapped_column(BigInteger)
    proposal: Mapped[str | None] = mapped_column(Text)


class ProposalRow(Base):
    """A partner and a time that were proposed to two people, and what they said."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_guild_id_until", "guild_id", "until"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    one: Mapped[int] = mapped_column(BigInteger)
    other: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[str] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(JSON)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(Text)
    accepted: Mapped[list[int]] = mapped_column(JSON)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
