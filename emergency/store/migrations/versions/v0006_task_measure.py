"""Tasks that repeat and escalate; relief measures; stand-downs and their reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tasks()
    _measures()
    _stand_downs()


def _tasks() -> None:
    op.add_column("task", sa.Column("origin", sa.Text(), nullable=False, server_default="playbook"))
    op.add_column("task", sa.Column("series", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("occurrence", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("task", sa.Column("repeat_every_s", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("opens_us", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("work_s", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("level", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("holder", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "task_due",
        sa.Column("change_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("before_us", sa.BigInteger(), nullable=True),
        sa.Column("after_us", sa.BigInteger(), nullable=True),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_task_due")),
    )
    op.create_index("ix_task_due_incident", "task_due", ["incident_id", "task_id"])
    op.create_table(
        "task_escalation",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_us", sa.BigInteger(), nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "task_id", "step", name=op.f("pk_task_escalation")),
    )


def _measures() -> None:
    op.create_table(
        "relief_measure",
        sa.Column("measure_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=False),
        sa.Column("ends_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.Column("nagged_us", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_relief_measure_incident_id")),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_relief_measure")),
    )
    op.create_index("ix_relief_measure_incident", "relief_measure", ["incident_id", "state"])


def _stand_downs() -> None:
    op.create_table(
        "stand_down",
        sa.Column("stand_down_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("level_before", sa.Integer(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("slots", sa.Text(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.Column("undone_us", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_stand_down_incident_id")),
        sa.PrimaryKeyConstraint("stand_down_id", name=op.f("pk_stand_down")),
    )
    op.create_table(
        "review",
        sa.Column("review_id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("stand_down_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("published_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_review_incident_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
    )
