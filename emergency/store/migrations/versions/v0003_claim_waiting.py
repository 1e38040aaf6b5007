"""An index of the claims that wait for a place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    missing = sa.text("region IS NULL")
    op.create_index("ix_claim_waiting", "claim", ["known_at"], sqlite_where=missing, postgresql_where=missing)
