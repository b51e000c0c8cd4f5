"""A server's own questions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "decks",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.BigInteger, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decks_guild_id_key", "decks", ["guild_id", "key"], unique=True)
    op.create_table(
        "deck_questions",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("deck_id", ROW_ID, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("draft", sa.JSON, nullable=False),
        sa.Column("texts", sa.Integer, nullable=False),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("added_by", sa.BigInteger, nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deck_questions"),
        sa.ForeignKeyConstraint(["deck_id"], ["decks.id"], name="fk_deck_questions_deck_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deck_questions_deck_id_words", "deck_questions", ["deck_id", "words"], unique=True)
    op.create_table(
        "deck_vectors",
        sa.Column("question_id", ROW_ID, nullable=False, autoincrement=False),
        sa.Column("made_from", sa.Text, nullable=False),
        sa.Column("vectors", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("question_id", "made_from", name="pk_deck_vectors"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["deck_questions.id"], name="fk_deck_vectors_question_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "deck_revisions",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_deck_revisions"),
    )
    op.create_table(
        "deck_imports",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("deck", sa.Text, nullable=False),
        sa.Column("parsed", sa.JSON, nullable=False),
        sa.Column("alike", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deck_imports"),
    )
    op.create_index("ix_deck_imports_user_id_guild_id", "deck_imports", ["user_id", "guild_id"])
    op.create_table(
        "deck_suggestions",
        sa.Column("id", ROW_ID, nullable=False, autoincrement=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("draft", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("suggested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deck_suggestions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deck_suggestions_guild_id_state", "deck_suggestions", ["guild_id", "state", "id"])
    op.create_index("ix_deck_suggestions_user_id", "deck_suggestions", ["user_id"])
