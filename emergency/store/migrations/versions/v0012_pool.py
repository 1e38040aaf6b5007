"""Single pieces and batches, requests for goods and what moved; the emergency fund."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _goods()
    _money()


def _goods() -> None:
    op.create_table(
        "stock_item",
        sa.Column("depot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("expires_on", sa.Text(), server_default="", nullable=False),
        sa.Column("test_due_on", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "count > 0",
            name=op.f("ck_stock_item_count"),
        ),
        sa.ForeignKeyConstraint(["depot"], ["base.base_id"], name=op.f("fk_stock_item_depot")),
        sa.PrimaryKeyConstraint("kind", "item", name=op.f("pk_stock_item")),
    )
    op.create_table(
        "stock_norm",
        sa.Column("depot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reorder_at", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reorder_at >= 0",
            name=op.f("ck_stock_norm_reorder_at"),
        ),
        sa.ForeignKeyConstraint(["depot"], ["base.base_id"], name=op.f("fk_stock_norm_depot")),
        sa.PrimaryKeyConstraint("depot", "kind", name=op.f("pk_stock_norm")),
    )
    op.create_table(
        "goods_request",
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("depot", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "count > 0",
            name=op.f("ck_goods_request_count"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'cancelled', 'refused') OR depot <> ''",
            name=op.f("ck_goods_request_depot"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'committed', 'in_transit', 'deployed', 'returning', 'returned', 'cancelled',"
            " 'refused')",
            name=op.f("ck_goods_request_state"),
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_goods_request_incident_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_goods_request")),
    )
    op.create_table(
        "stock_move",
        sa.Column("move_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("depot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("request_version", sa.Integer(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "count > 0 AND source <> target",
            name=op.f("ck_stock_move_move"),
        ),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_stock_move")),
    )
    op.create_index("ix_stock_move_place", "stock_move", ["depot", "kind"])


def _money() -> None:
    op.create_table(
        "drawdown",
        sa.Column(
            "drawdown_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("first_us", sa.BigInteger(), nullable=True),
        sa.Column("first_by", sa.Text(), server_default="", nullable=False),
        sa.Column("second_us", sa.BigInteger(), nullable=True),
        sa.Column("second_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0",
            name=op.f("ck_drawdown_amount_minor"),
        ),
        sa.CheckConstraint(
            "first_by <> asked_by AND (second_by = '' OR second_by NOT IN (asked_by, first_by))",
            name=op.f("ck_drawdown_eyes"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'paid', 'refused', 'withdrawn', 'released')",
            name=op.f("ck_drawdown_state"),
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_drawdown_incident_id")),
        sa.PrimaryKeyConstraint("drawdown_id", name=op.f("pk_drawdown")),
    )
    op.create_table(
        "fund_entry",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), server_default="", nullable=False),
        sa.Column("drawdown_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0 AND source <> target",
            name=op.f("ck_fund_entry_entry"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_fund_entry")),
    )
