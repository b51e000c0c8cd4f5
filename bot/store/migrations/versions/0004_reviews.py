"""The review log, cards, preferences and timers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("rating", sa.SmallInteger, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=True),
        sa.Column("guild_id", sa.BigInteger, nullable=True),
        sa.Column("session_id", sa.Text, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name=op.f("ck_reviews_rating")),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_event", "reviews", ["event"], unique=True)
    op.create_index("ix_reviews_user_id_answered_at", "reviews", ["user_id", "answered_at", "question_id", "score"])
    op.create_index("ix_reviews_guild_id_answered_at", "reviews", ["guild_id", "answered_at", "user_id", "points"])
    op.create_table(
        "cards",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("step", sa.SmallInteger, nullable=True),
        sa.Column("stability", sa.Double, nullable=False),
        sa.Column("difficulty", sa.Double, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_review", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviews", sa.Integer, nullable=False),
        sa.Column("lapses", sa.Integer, nullable=False),
        sa.Column("last_score", sa.Double, nullable=False),
        sa.Column("last_form", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "question_id", name="pk_cards"),
    )
    op.create_index("ix_cards_user_id_due", "cards", ["user_id", "due"])
    op.create_table(
        "people",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("time_zone", sa.Text, nullable=True),
        sa.Column("reminder_minute", sa.SmallInteger, nullable=True),
        sa.Column("quiet_days", sa.JSON, nullable=False),
        sa.Column("on_leaderboard", sa.Boolean, nullable=False),
        sa.Column("pseudonym", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_people"),
    )
    op.create_table(
        "timers",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("lease", sa.Text, nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_timers"),
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
