"""What an import has to say beside its counts; the journal of one subject without reading all of it."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_journal_subject_action", "journal", ["subject", "action"])
