"""Playbooks written in the console: drafts, approvals, feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playbook_draft",
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("playbook_id", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("begun_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint("state IN ('open', 'approved', 'discarded')", name=op.f("ck_playbook_draft_state")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_playbook_draft")),
    )
    op.create_table(
        "playbook_feedback",
        sa.Column(
            "feedback_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("playbook_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_us", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "source IN ('staff', 'customer', 'regulator', 'drill')", name=op.f("ck_playbook_feedback_source")
        ),
        sa.CheckConstraint("state IN ('open', 'taken', 'declined')", name=op.f("ck_playbook_feedback_state")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_playbook_feedback")),
    )
    op.create_index("ix_playbook_feedback_playbook", "playbook_feedback", ["playbook_id", "state"], unique=False)
    op.create_table(
        "playbook_reminder",
        sa.Column("playbook_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("playbook_id", "version", "stage", name=op.f("pk_playbook_reminder")),
    )
    op.create_table(
        "playbook_retired",
        sa.Column("playbook_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retired_us", sa.BigInteger(), nullable=False),
        sa.Column("retired_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("playbook_id", name=op.f("pk_playbook_retired")),
    )
    op.create_table(
        "playbook_version",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("playbook_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("approved_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["playbook_draft.draft_id"], name=op.f("fk_playbook_version_draft_id")),
        sa.PrimaryKeyConstraint("playbook_id", "version", name=op.f("pk_playbook_version")),
        sa.UniqueConstraint("seq", name=op.f("uq_playbook_version_seq")),
    )
