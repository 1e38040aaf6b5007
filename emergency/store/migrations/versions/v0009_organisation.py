"""Posts, call-outs, hand-overs, shifts and roll calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_out",
        sa.Column("call_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("others", sa.Text(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("answer_by_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_us", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'accepted', 'declined', 'silent', 'withdrawn')", name=op.f("ck_call_out_state")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_call_out_incident_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_out")),
        sa.UniqueConstraint("round", "step", name=op.f("uq_call_out_round_step")),
    )
    op.create_table(
        "duty",
        sa.Column("duty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_us", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("end_us > start_us", name=op.f("ck_duty_span")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_duty_incident_id")),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_duty")),
    )
    op.create_table(
        "handover",
        sa.Column(
            "handover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("offered_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_us", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('offered', 'taken', 'withdrawn')", name=op.f("ck_handover_state")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_handover_incident_id")),
        sa.PrimaryKeyConstraint("handover_id", name=op.f("pk_handover")),
    )
    op.create_table(
        "post_holding",
        sa.Column(
            "holding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("standing IN ('holder', 'deputy')", name=op.f("ck_post_holding_standing")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_post_holding_incident_id")),
        sa.PrimaryKeyConstraint("holding_id", name=op.f("pk_post_holding")),
    )
    op.create_index(
        "uq_post_holder",
        "post_holding",
        ["incident_id", "role"],
        unique=True,
        sqlite_where=sa.text("until_us IS NULL AND standing = 'holder'"),
        postgresql_where=sa.text("until_us IS NULL AND standing = 'holder'"),
    )
    op.create_index(
        "uq_post_person",
        "post_holding",
        ["incident_id", "role", "person"],
        unique=True,
        sqlite_where=sa.text("until_us IS NULL"),
        postgresql_where=sa.text("until_us IS NULL"),
    )
    op.create_table(
        "roll_call",
        sa.Column("roll_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("answer_by_us", sa.BigInteger(), nullable=False),
        sa.Column("closed_us", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_roll_call_incident_id")),
        sa.PrimaryKeyConstraint("roll_id", name=op.f("pk_roll_call")),
    )
    op.create_table(
        "roll_answer",
        sa.Column("roll_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("whereabouts", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=True),
        sa.Column("told_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('unknown', 'safe', 'needs_help', 'unreachable')", name=op.f("ck_roll_answer_state")
        ),
        sa.ForeignKeyConstraint(["roll_id"], ["roll_call.roll_id"], name=op.f("fk_roll_answer_roll_id")),
        sa.PrimaryKeyConstraint("roll_id", "person", name=op.f("pk_roll_answer")),
    )
