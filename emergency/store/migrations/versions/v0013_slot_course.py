"""What became of people sent out: called, acknowledged, on site, released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOW_REJECTED = sa.text("undone_us IS NULL")


def upgrade() -> None:
    _course()
    _choice()
    _people()


def _course() -> None:
    op.create_table(
        "slot_course",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("adjuster_id", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("cell_id", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("call_key", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), server_default="1", nullable=False),
        sa.Column("called_us", sa.BigInteger(), nullable=False),
        sa.Column("answer_by_us", sa.BigInteger(), nullable=False),
        sa.Column("silent_us", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_us", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.Column("on_site_us", sa.BigInteger(), nullable=True),
        sa.Column("on_site_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('called', 'acknowledged', 'on_site', 'released', 'declined', 'recalled')",
            name=op.f("ck_slot_course_state"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.plan_id"], name=op.f("fk_slot_course_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "adjuster_id", name=op.f("pk_slot_course")),
    )
    op.create_index("ix_slot_course_shift", "slot_course", ["shift", "adjuster_id"])


def _choice() -> None:
    op.create_table(
        "plan_choice",
        sa.Column(
            "choice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prices", sa.Text(), nullable=False),
        sa.Column("chosen_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("undone_us", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("chosen <> rejected", name=op.f("ck_plan_choice_two")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_plan_choice_reason")),
        sa.ForeignKeyConstraint(["chosen"], ["plan.plan_id"], name=op.f("fk_plan_choice_chosen")),
        sa.ForeignKeyConstraint(["rejected"], ["plan.plan_id"], name=op.f("fk_plan_choice_rejected")),
        sa.PrimaryKeyConstraint("choice_id", name=op.f("pk_plan_choice")),
    )
    op.create_index(
        "uq_plan_choice_rejected",
        "plan_choice",
        ["rejected"],
        unique=True,
        sqlite_where=NOW_REJECTED,
        postgresql_where=NOW_REJECTED,
    )


def _people() -> None:
    """What the roster says of a person beside skills and licences; nobody who stands in it loses anything."""
    words = ("registration", "pattern", "pattern_from", "lender", "lent_until", "note", "entered_by")
    for name in words:
        op.add_column("adjuster", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("adjuster", sa.Column("origin", sa.Text(), server_default="own", nullable=False))
    for name in ("authority_minor", "rest_until_us", "entered_us"):
        op.add_column("adjuster", sa.Column(name, sa.BigInteger(), nullable=True))
