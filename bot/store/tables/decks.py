"""A server's own questions: its decks, what is about to be imported, and what people suggest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables.base import Base, RowId, UtcDateTime

_NEVER_AGAIN = {"sqlite_autoincrement": True}
"""A number that was given is never given again: buttons and people's reviews outlive what they are about."""


class DeckRow(Base):
    """A server's deck. `key` is its name in small letters, by which it is found."""

    __tablename__ = "decks"
    __table_args__ = (Index("ix_decks_guild_id_key", "guild_id", "key", unique=True), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool]
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeckQuestionRow(Base):
    """A question of a deck. `words` is what it has in common with others that ask the same in the same words.

    `texts` and `characters` are what it takes of the room that a server has.
    """

    __tablename__ = "deck_questions"
    __table_args__ = (Index("ix_deck_questions_deck_id_words", "deck_id", "words", unique=True), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    deck_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("decks.id", name="fk_deck_questions_deck_id", ondelete="CASCADE")
    )
    words: Mapped[str] = mapped_column(Text)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    texts: Mapped[int]
    characters: Mapped[int]
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeckVectorsRow(Base):
    """The embeddings of a question's texts. `made_from` names the model and the texts."""

    __tablename__ = "deck_vectors"

    question_id: Mapped[int] = mapped_column(
        RowId,
        ForeignKey("deck_questions.id", name="fk_deck_vectors_question_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    made_from: Mapped[str] = mapped_column(Text, primary_key=True)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)


class DeckRevisionRow(Base):
    """Changes whenever something in a server's decks does, so that no process goes on with what it remembers."""

    __tablename__ = "deck_revisions"

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    revision: Mapped[str] = mapped_column(Text)


class DeckImportRow(Base):
    """A dry run: what was read from somebody's file, until they import it, cancel, or a day is over."""

    __tablename__ = "deck_imports"
    __table_args__ = (Index("ix_deck_imports_user_id_guild_id", "user_id", "guild_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    deck: Mapped[str] = mapped_column(Text)
    parsed: Mapped[dict[str, Any]] = mapped_column(JSON)
    alike: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeckSuggestionRow(Base):
    """A question that somebody suggests for their server, and what its moderators made of it."""

    __tablename__ = "deck_suggestions"
    __table_args__ = (
        Index("ix_deck_suggestions_guild_id_state", "guild_id", "state", "id"),
        Index("ix_deck_suggestions_user_id", "user_id"),
        _NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(Text)
    suggested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
