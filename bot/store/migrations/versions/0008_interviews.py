"""Mock interviews"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("place_id", sa.BigInteger, nullable=False),
        sa.Column("lobby_message_id", sa.BigInteger, nullable=True),
        sa.Column("card_message_id", sa.BigInteger, nullable=True),
        sa.Column("card_shows", sa.Text, nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
    )
    op.create_index("ix_interviews_place_id", "interviews", ["place_id"])
    op.create_index("ix_interviews_ended_at", "interviews", ["ended_at"])
    op.create_table(
        "interview_people",
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("interview_id", "user_id", name="pk_interview_people"),
    )
    op.create_index("ix_interview_people_user_id", "interview_people", ["user_id"])
    op.create_index(
        "ix_interview_people_live",
        "interview_people",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "interview_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=True),
        sa.Column("round", sa.SmallInteger, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=True),
        sa.Column("ask", sa.SmallInteger, nullable=True),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interview_events"),
    )
    op.create_index("ix_interview_events_interview_id_id", "interview_events", ["interview_id", "id"])
    op.create_index("ix_interview_events_at", "interview_events", ["at"])
    op.create_table(
        "interview_scores",
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("round", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("scorer_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("axes", sa.JSON, nullable=True),
        sa.Column("strong", sa.Text, nullable=False),
        sa.Column("work", sa.Text, nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", "round", "scorer_id", name="pk_interview_scores"),
    )
    op.create_table(
        "interview_rounds",
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("candidate_id", sa.BigInteger, nullable=False),
        sa.Column("interviewer_id", sa.BigInteger, nullable=True),
        sa.Column("guild_id", sa.BigInteger, nullable=True),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("round", sa.JSON, nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", "number", name="pk_interview_rounds"),
    )
    op.create_index("ix_interview_rounds_candidate_id_finished_at", "interview_rounds", ["candidate_id", "finished_at"])
    op.create_table(
        "interview_ratings",
        sa.Column("interview_id", sa.Text, nullable=False),
        sa.Column("round", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("candidate_id", sa.BigInteger, nullable=False),
        sa.Column("interviewer_id", sa.BigInteger, nullable=True),
        sa.Column("interviewer", sa.SmallInteger, nullable=True),
        sa.Column("questions", sa.SmallInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("interview_id", "round", name="pk_interview_ratings"),
    )
    op.create_index("ix_interview_ratings_interviewer_id", "interview_ratings", ["interviewer_id"])
    op.create_table(
        "interview_seen",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "ref", name="pk_interview_seen"),
    )
    op.create_index("ix_interview_seen_at", "interview_seen", ["at"])
