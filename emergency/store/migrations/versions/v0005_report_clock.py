"""Deadlines that ran and reports that were handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _clocks()
    _marks()
    _drafts()
    _reports()


def _clocks() -> None:
    op.create_table(
        "report_clock",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=False),
        sa.Column("within_s", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("strive", sa.Boolean(), nullable=False),
        sa.Column("every_s", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("rule_row", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("superseded_us", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Text(), server_default="", nullable=False),
        sa.Column("met_us", sa.BigInteger(), nullable=True),
        sa.Column("met_by", sa.Text(), server_default="", nullable=False),
        sa.Column("missed_us", sa.BigInteger(), nullable=True),
        sa.Column("lifted_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_report_clock_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "clock_id", name=op.f("pk_report_clock")),
    )


def _marks() -> None:
    op.create_table(
        "report_mark",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("marked_us", sa.BigInteger(), nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "clock_id", "mark", name=op.f("pk_report_mark")),
    )


def _drafts() -> None:
    op.create_table(
        "report_draft",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_report_draft_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "kind", "field", name=op.f("pk_report_draft")),
    )


def _reports() -> None:
    op.create_table(
        "report",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("beside", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), server_default="", nullable=False),
        sa.Column("handed_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_report_incident_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report")),
        sa.UniqueConstraint("incident_id", "kind", "number", name=op.f("uq_report_incident_id_kind_number")),
    )
    op.create_index("ix_report_incident", "report", ["incident_id", "handed_us"], unique=False)
