"""The code behind result cards"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "snippets",
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_snippets"),
    )
    op.create_index("ix_snippets_user_id_message_id", "snippets", ["user_id", "message_id"])
    op.create_index("ix_snippets_created_at", "snippets", ["created_at"])
