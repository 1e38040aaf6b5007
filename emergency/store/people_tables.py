"""Posts and who holds them, call-outs, hand-overs, shifts on duty and roll calls."""

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
    UniqueConstraint,
    text,
)

from emergency.store.tables import Serial, metadata

_NOW_HOLDING = text("until_us IS NULL AND standing = 'holder'")
_NOW_STANDING = text("until_us IS NULL")

post_holding = Table(
    "post_holding",
    metadata,
    Column("holding_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("standing", Text, nullable=False),  # holder, deputy
    Column("from_us", BigInteger, nullable=False),
    Column("until_us", BigInteger),
    Column("ended", Text, nullable=False, server_default=""),  # why: relieved, handed over, stood down
    CheckConstraint("standing IN ('holder', 'deputy')", name="standing"),
    # Two people who take one post at the same moment: the second is told who has it.
    Index(
        "uq_post_holder", "incident_id", "role", unique=True, sqlite_where=_NOW_HOLDING, postgresql_where=_NOW_HOLDING
    ),
    Index(
        "uq_post_person",
        "incident_id",
        "role",
        "person",
        unique=True,
        sqlite_where=_NOW_STANDING,
        postgresql_where=_NOW_STANDING,
    ),
)

handover = Table(
    "handover",
    metadata,
    Column("handover_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("giver", Text, nullable=False),
    Column("taker", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("offered_us", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # offered, taken, withdrawn
    Column("settled_us", BigInteger),
    CheckConstraint("state IN ('offered', 'taken', 'withdrawn')", name="state"),
)

call_out = Table(
    "call_out",
    metadata,
    Column("call_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("round", BigInteger, nullable=False),  # journal entry that began it; one round asks each person once
    Column("step", Integer, nullable=False),  # 0 the first asked, then down the list
    Column("person", Text, nullable=False),
    Column("others", Text, nullable=False),  # JSON list: who is asked next, in order
    Column("asked_us", BigInteger, nullable=False),
    Column("answer_by_us", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # asked, accepted, declined, silent, withdrawn
    Column("answered_us", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('asked', 'accepted', 'declined', 'silent', 'withdrawn')", name="state"),
    UniqueConstraint("round", "step"),
)

duty = Table(
    "duty",
    metadata,
    Column("duty_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger, nullable=False),
    Column("cancelled_us", BigInteger),
    CheckConstraint("end_us > start_us", name="span"),
)

roll_call = Table(
    "roll_call",
    metadata,
    Column("roll_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("opened_us", BigInteger, nullable=False),
    Column("answer_by_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger),
    Column("actor", Text, nullable=False),
)

roll_answer = Table(
    "roll_answer",
    metadata,
    Column("roll_id", Integer, ForeignKey("roll_call.roll_id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("whereabouts", Text, nullable=False, server_default=""),  # region code of the assignment, or the role
    Column("state", Text, nullable=False, server_default="unknown"),  # unknown, safe, needs_help, unreachable
    Column("at_us", BigInteger),
    Column("told_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('unknown', 'safe', 'needs_help', 'unreachable')", name="state"),
    PrimaryKeyConstraint("roll_id", "person"),
)
