"""Names on the leaderboard"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("people", sa.Column("account", sa.Text, nullable=True))
    op.add_column("people", sa.Column("looks", sa.Text, nullable=True))
    op.create_index("ix_people_looks", "people", ["looks"])
