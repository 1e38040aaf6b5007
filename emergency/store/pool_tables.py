"""Goods that are single pieces or batches, requests for goods, what moved, and the emergency fund."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from emergency.store.tables import Serial, metadata

# A piece with a serial number, or a batch with a date; days are ISO days without a time of day, "" = none.
stock_item = Table(
    "stock_item",
    metadata,
    Column("depot", Text, ForeignKey("base.base_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("expires_on", Text, nullable=False, server_default=""),
    Column("test_due_on", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("kind", "item"),
    CheckConstraint("count > 0", name="count"),
)

# Below how many available pieces a depot orders anew.
stock_norm = Table(
    "stock_norm",
    metadata,
    Column("depot", Text, ForeignKey("base.base_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reorder_at", Integer, nullable=False),
    PrimaryKeyConstraint("depot", "kind"),
    CheckConstraint("reorder_at >= 0", name="reorder_at"),
)

goods_request = Table(
    "goods_request",
    metadata,
    Column("request_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("depot", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("asked_us", BigInteger, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("count > 0", name="count"),
    CheckConstraint(
        "state IN ('requested', 'committed', 'in_transit', 'deployed', 'returning', 'returned', 'cancelled',"
        " 'refused')",
        name="state",
    ),
    CheckConstraint("state IN ('requested', 'cancelled', 'refused') OR depot <> ''", name="depot"),
)

stock_move = Table(
    "stock_move",
    metadata,
    Column("move_id", Serial, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("depot", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("request_id", BigInteger),
    Column("request_version", Integer),  # the version of the request that this move made
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint("count > 0 AND source <> target", name="move"),
    Index("ix_stock_move_place", "depot", "kind"),
)

drawdown = Table(
    "drawdown",
    metadata,
    Column("drawdown_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("first_us", BigInteger),
    Column("first_by", Text, nullable=False, server_default=""),
    Column("second_us", BigInteger),
    Column("second_by", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("amount_minor > 0", name="amount_minor"),
    CheckConstraint(
        "state IN ('asked', 'approved', 'paid', 'refused', 'withdrawn', 'released')",
        name="state",
    ),
    # Who asks does not approve, and nobody approves twice.
    CheckConstraint("first_by <> asked_by AND (second_by = '' OR second_by NOT IN (asked_by, first_by))", name="eyes"),
)

fund_entry = Table(
    "fund_entry",
    metadata,
    Column("entry_id", Serial, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("incident_id", Text, nullable=False, server_default=""),
    Column("drawdown_id", BigInteger),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint("amount_minor > 0 AND source <> target", name="entry"),
)
