"""Drills played by people: course, seats, notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _serial() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "drill_course",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("drill_id", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("auto", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("begun_us", sa.BigInteger(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=True),
        sa.Column("played_s", sa.BigInteger(), nullable=False),
        sa.Column("taken_s", sa.BigInteger(), nullable=False),
        sa.Column("floor_s", sa.BigInteger(), nullable=False),
        sa.Column("floor_by", sa.Text(), server_default="", nullable=False),
        sa.Column("beat_us", sa.BigInteger(), nullable=True),
        sa.Column("keeper", sa.Text(), server_default="", nullable=False),
        sa.Column("gap_since_us", sa.BigInteger(), nullable=True),
        sa.Column("gap_found_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.Column("scored_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_drill_course")),
    )
    op.create_table(
        "drill_inject_state",
        sa.Column("inject_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("inject_id", name=op.f("pk_drill_inject_state")),
    )
    _deliveries_and_steps()
    _people()


def _deliveries_and_steps() -> None:
    op.create_table(
        "drill_delivery",
        sa.Column("delivery_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("inject_id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("to_role", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("read_s", sa.BigInteger(), nullable=True),
        sa.Column("read_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_drill_delivery")),
        sa.UniqueConstraint("inject_id", "turn", name=op.f("uq_drill_delivery_inject_id_turn")),
    )
    op.create_index("ix_drill_delivery_to", "drill_delivery", ["to_role", "delivery_id"])
    op.create_table(
        "drill_step",
        sa.Column("step_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("done_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_drill_step")),
        sa.UniqueConstraint("name", name=op.f("uq_drill_step_name")),
    )
    op.create_index("ix_drill_step_open", "drill_step", ["done_us", "at_s"])


def _people() -> None:
    op.create_table(
        "drill_seat",
        sa.Column("seat_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("taken_us", sa.BigInteger(), nullable=False),
        sa.Column("left_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_drill_seat")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_drill_seat_token_sha256")),
    )
    op.create_table(
        "drill_note",
        sa.Column("note_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_drill_note")),
    )
