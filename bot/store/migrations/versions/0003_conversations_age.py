"""Old conversations are found by their age"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_conversations_asked_at", "conversations", ["asked_at"])
