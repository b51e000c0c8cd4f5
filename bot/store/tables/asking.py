"""The tables behind asking and running: votes, server settings, unanswered questions, conversations, snippets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, RowId, UtcDateTime


class VoteRow(Base):
    """One vote per person and answer message."""

    __tablename__ = "votes"
    __table_args__ = (CheckConstraint("value IN (-1, 1)", name="value"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[str] = mapped_column(Text, index=True)
    value: Mapped[int] = mapped_column(SmallInteger)
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GuildRow(Base):
    """What a server's moderators have set."""

    __tablename__ = "guilds"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ask_channels: Mapped[list[int]] = mapped_column(JSON)
    keep_unanswered_text: Mapped[bool]


class UnansweredRow(Base):
    """A question that got no answer; its text only where the server allows it to be kept."""

    __tablename__ = "unanswered"
    __table_args__ = (Index("ix_unanswered_guild_id_id", "guild_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed: Mapped[bool]


class ConversationRow(Base):
    """What was asked for by the message in which the bot answered."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_channel_id_user_id_message_id", "channel_id", "user_id", "message_id"),)

    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    asked: Mapped[str] = mapped_column(Text)
    question_id: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SnippetRow(Base):
    """The code behind the message that shows its result."""

    __tablename__ = "snippets"
    __table_args__ = (Index("ix_snippets_user_id_message_id", "user_id", "message_id"),)

    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ValueRow(Base):
    """Small things the bot remembers about itself, such as the hash of the commands that Discord knows."""

    __tablename__ = "store_values"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
