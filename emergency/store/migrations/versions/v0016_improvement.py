"""Improvement items and their proof, ratings, voices, what was exercised, training records, scheduled drills."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drill_date",
        sa.Column("date_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("drill_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_us", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("organiser", sa.Text(), nullable=False),
        sa.Column("invited", sa.Text(), nullable=False),
        sa.Column("manner", sa.Text(), nullable=False),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("manner IN ('people', 'robots')", name=op.f("ck_drill_date_manner")),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_drill_date_state")),
        sa.PrimaryKeyConstraint("date_id", name=op.f("pk_drill_date")),
        sa.UniqueConstraint("uid", name=op.f("uq_drill_date_uid")),
    )
    op.create_table(
        "exercise",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("drill_id", sa.Text(), server_default="", nullable=False),
        sa.Column("held_us", sa.BigInteger(), nullable=False),
        sa.Column("incident_kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("playbook", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("overall", sa.Float(), nullable=True),
        sa.Column("band", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_exercise")),
    )
    op.create_table(
        "improvement",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("subject_title", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("root_cause", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_role", sa.Text(), server_default="", nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("metric", sa.Text(), server_default="", nullable=False),
        sa.Column("target_value", sa.Float(), nullable=True),
        sa.Column("better", sa.Text(), server_default="higher", nullable=False),
        sa.Column("before_value", sa.Float(), nullable=True),
        sa.Column("verify_drill", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="plan", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("closed_us", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state <> 'closed' OR closed_by <> owner", name=op.f("ck_improvement_closer")),
        sa.CheckConstraint(
            "state IN ('plan', 'do', 'check', 'act', 'closed', 'dropped')", name=op.f("ck_improvement_state")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_improvement")),
    )
    op.create_index("ix_improvement_state", "improvement", ["state", "due_us"], unique=False)
    op.create_table(
        "learning_notice",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", "stage", name=op.f("pk_learning_notice")),
    )
    op.create_table(
        "review_note",
        sa.Column("note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("noted_us", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_review_note")),
    )
    op.create_index("ix_review_note_subject", "review_note", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "review_report",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("written_by", sa.Text(), server_default="", nullable=False),
        sa.Column("published_us", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_review_report")),
    )
    op.create_table(
        "review_sheet",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("evaluator", sa.Text(), nullable=False),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), server_default="{}", nullable=False),
        sa.Column("appointed_us", sa.BigInteger(), nullable=False),
        sa.Column("appointed_by", sa.Text(), nullable=False),
        sa.Column("sealed_us", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "evaluator", name=op.f("pk_review_sheet")),
    )
    op.create_table(
        "review_voice",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("well", sa.Text(), server_default="", nullable=False),
        sa.Column("badly", sa.Text(), server_default="", nullable=False),
        sa.Column("wish", sa.Text(), server_default="", nullable=False),
        sa.Column("said_us", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "person", name=op.f("pk_review_voice")),
    )
    op.create_table(
        "training_record",
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("role_title", sa.Text(), nullable=False),
        sa.Column("held_us", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("in_time", sa.Integer(), nullable=False),
        sa.Column("points", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_training_record")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "person",
            "role",
            name=op.f("uq_training_record_subject_kind_subject_id_person_role"),
        ),
    )
    op.create_table(
        "improvement_check",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("before_value", sa.Float(), nullable=True),
        sa.Column("after_value", sa.Float(), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("checked_us", sa.BigInteger(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["improvement.item_id"], name=op.f("fk_improvement_check_item_id")),
        sa.PrimaryKeyConstraint("item_id", "run_id", name=op.f("pk_improvement_check")),
    )
