"""Quizzes, their answers, and reports about questions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _of_quiz(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=f"fk_{table}_quiz_id", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=True),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("host_id", sa.BigInteger, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("forms", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Text, nullable=True),
        sa.Column("left_s", sa.Double, nullable=True),
        sa.Column("message_id", sa.BigInteger, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quizzes"),
    )
    op.create_index("ix_quizzes_channel_id_phase", "quizzes", ["channel_id", "phase"])
    op.create_index("ix_quizzes_host_id_phase", "quizzes", ["host_id", "phase"])
    op.create_index("ix_quizzes_created_at", "quizzes", ["created_at"])
    op.create_table(
        "quiz_exercises",
        sa.Column("quiz_id", sa.Text, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("exercise", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "position", name="pk_quiz_exercises"),
        _of_quiz("quiz_exercises"),
    )
    op.create_table(
        "quiz_players",
        sa.Column("quiz_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("streak", sa.Integer, nullable=False),
        sa.Column("right", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "user_id", name="pk_quiz_players"),
        _of_quiz("quiz_players"),
    )
    op.create_index("ix_quiz_players_user_id", "quiz_players", ["user_id"])
    op.create_table(
        "quiz_answers",
        sa.Column("quiz_id", sa.Text, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("given", sa.JSON, nullable=True),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("hints", sa.SmallInteger, nullable=False),
        sa.Column("mark", sa.JSON, nullable=True),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("quiz_id", "position", "user_id", name="pk_quiz_answers"),
        _of_quiz("quiz_answers"),
    )
    op.create_index("ix_quiz_answers_user_id", "quiz_answers", ["user_id"])
    op.create_table(
        "question_reports",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "question_id", "user_id", name="pk_question_reports"),
    )
    op.create_index("ix_question_reports_user_id", "question_reports", ["user_id"])
    op.create_table(
        "question_rulings",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("question_id", sa.Text, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "question_id", name="pk_question_rulings"),
    )
