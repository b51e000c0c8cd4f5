"""Scheduled mock interviews and partners"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("host_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("minutes", sa.SmallInteger, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("seats", sa.SmallInteger, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wall", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("weekly", sa.Boolean, nullable=False),
        sa.Column("pair", sa.Boolean, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reminded", sa.SmallInteger, nullable=False),
        sa.Column("checked", sa.Boolean, nullable=False),
        sa.Column("followed", sa.Boolean, nullable=False),
        sa.Column("idle", sa.SmallInteger, nullable=False),
        sa.Column("moves", sa.Integer, nullable=False),
        sa.Column("cancelled_by", sa.BigInteger, nullable=True),
        sa.Column("message_id", sa.BigInteger, nullable=True),
        sa.Column("event_id", sa.BigInteger, nullable=True),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("may_make_event", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
    )
    op.create_index("ix_meetings_series_number", "meetings", ["series", "number"], unique=True)
    op.create_index("ix_meetings_guild_id_starts_at", "meetings", ["guild_id", "starts_at"])
    op.create_index("ix_meetings_event_id", "meetings", ["event_id"])
    op.create_index("ix_meetings_starts_at", "meetings", ["starts_at"])
    op.create_table(
        "meeting_sign_ups",
        sa.Column("meeting_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("here", sa.Boolean, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Boolean, nullable=False),
        sa.Column("every_week", sa.Boolean, nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.Column("called", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("meeting_id", "user_id", name="pk_meeting_sign_ups"),
    )
    op.create_index("ix_meeting_sign_ups_user_id", "meeting_sign_ups", ["user_id"])
    op.create_table(
        "seekers",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("spans", sa.JSON, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("avoids", sa.JSON, nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.Column("looking", sa.Boolean, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_partner", sa.BigInteger, nullable=True),
        sa.Column("proposal", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name="pk_seekers"),
    )
    op.create_index("ix_seekers_looking", "seekers", ["guild_id", "looking"])
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("one", sa.BigInteger, nullable=False),
        sa.Column("other", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.SmallInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("accepted", sa.JSON, nullable=False),
        sa.Column("asked_by", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_guild_id_until", "proposals", ["guild_id", "until"])
