"""Why a figure is no proof, what robots answered, sheets after the opening, panels opened, bands settled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("improvement_check", sa.Column("why_not", sa.Text(), server_default="", nullable=False))
    # A run without people never was a proof.
    op.execute(
        "UPDATE improvement_check SET why_not = 'robots' "
        "WHERE run_id IN (SELECT run_id FROM drill_run WHERE auto <> 'people')"
    )
    op.add_column("exercise", sa.Column("by_robots", sa.Text(), server_default="[]", nullable=False))
    op.add_column("review_sheet", sa.Column("after_opening", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "review_opening",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("without", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_review_opening")),
    )
    op.create_table(
        "review_settled",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_us", sa.BigInteger(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "objective", name=op.f("pk_review_settled")),
    )
