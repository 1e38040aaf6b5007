"""Goods and kits planned together with people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _serial() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _plan()
    _act()
    _money()


def _plan() -> None:
    op.create_table(
        "goods_plan",
        sa.Column("plan_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("based_on", sa.BigInteger(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("published_us", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("crew_plan_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'superseded', 'withdrawn', 'put_away')",
            name=op.f("ck_goods_plan_state"),
        ),
        sa.CheckConstraint(
            "in_force IS NULL OR (in_force = 1 AND state = 'published')", name=op.f("ck_goods_plan_in_force")
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_goods_plan")),
        sa.UniqueConstraint("in_force", name=op.f("uq_goods_plan_in_force")),
    )


def _act() -> None:
    op.create_table(
        "goods_plan_act",
        sa.Column("act_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("act IN ('ask', 'commit', 'release', 'cancel')", name=op.f("ck_goods_plan_act_act")),
        sa.ForeignKeyConstraint(["plan_id"], ["goods_plan.plan_id"], name=op.f("fk_goods_plan_act_plan_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["goods_request.request_id"], name=op.f("fk_goods_plan_act_request_id")
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_goods_plan_act")),
    )
    op.create_index("ix_goods_plan_act_request", "goods_plan_act", ["request_id"])
    op.create_index("ix_goods_plan_act_plan", "goods_plan_act", ["plan_id"])


def _money() -> None:
    op.create_table(
        "goods_plan_money",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("drawdown_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["goods_plan.plan_id"], name=op.f("fk_goods_plan_money_plan_id")),
        sa.ForeignKeyConstraint(
            ["drawdown_id"], ["drawdown.drawdown_id"], name=op.f("fk_goods_plan_money_drawdown_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "drawdown_id", name=op.f("pk_goods_plan_money")),
    )
