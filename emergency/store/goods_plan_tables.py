"""Plans for goods: what was proposed and published, which requests a plan changed, what it asked of the fund."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from emergency.store.tables import Serial, metadata

goods_plan = Table(
    "goods_plan",
    metadata,
    Column("plan_id", Serial, primary_key=True, autoincrement=True),
    Column("state", Text, nullable=False),
    Column("in_force", Integer),  # 1 or none: two plans can never be in force, whoever writes
    Column("based_on", BigInteger),  # the plan in force when it was made
    Column("created_us", BigInteger, nullable=False),
    Column("published_us", BigInteger),
    Column("actor", Text, nullable=False),
    Column("crew_plan_id", Integer),  # the shifts its kits' crews hold
    Column("body", Text, nullable=False),  # JSON: depots, sites, loads, shortages, cost, bound, sentences
    UniqueConstraint("in_force"),
    CheckConstraint("state IN ('draft', 'published', 'superseded', 'withdrawn', 'put_away')", name="state"),
    CheckConstraint("in_force IS NULL OR (in_force = 1 AND state = 'published')", name="in_force"),
)

# What publishing did to requests, in order; taken back in the opposite one.
goods_plan_act = Table(
    "goods_plan_act",
    metadata,
    Column("act_id", Serial, primary_key=True, autoincrement=True),
    Column("plan_id", BigInteger, ForeignKey("goods_plan.plan_id"), nullable=False),
    Column("request_id", BigInteger, ForeignKey("goods_request.request_id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("site_id", Text, nullable=False),
    Column("fresh", Boolean, nullable=False),  # the plan itself made the request
    Column("version", Integer, nullable=False),  # of the request after the act
    CheckConstraint("act IN ('ask', 'commit', 'release', 'cancel')", name="act"),
    Index("ix_goods_plan_act_request", "request_id"),
    Index("ix_goods_plan_act_plan", "plan_id"),
)

goods_plan_money = Table(
    "goods_plan_money",
    metadata,
    Column("plan_id", BigInteger, ForeignKey("goods_plan.plan_id"), nullable=False),
    Column("drawdown_id", BigInteger, ForeignKey("drawdown.drawdown_id"), nullable=False),
    PrimaryKeyConstraint("plan_id", "drawdown_id"),
)
