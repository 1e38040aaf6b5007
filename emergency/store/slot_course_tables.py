"""What became of people sent out: called, acknowledged, on site, released; and the plans that were not chosen."""

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
    text,
)

from emergency.store.tables import Serial, metadata

_NOT_CHOSEN = text("undone_us IS NULL")

slot_course = Table(
    "slot_course",
    metadata,
    # One row for each person of a published plan; a plan that replaces another takes over those who stay.
    Column("plan_id", Integer, ForeignKey("plan.plan_id"), nullable=False),
    Column("adjuster_id", Text, nullable=False),
    Column("shift", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("cell_id", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("before", Text, nullable=False, server_default=""),  # the state the last step can be taken back to
    Column("version", Integer, nullable=False, server_default="1"),
    Column("call_key", Text, nullable=False),  # the message in the outbox that called this person out
    Column("calls", Integer, nullable=False, server_default="1"),
    Column("called_us", BigInteger, nullable=False),
    Column("answer_by_us", BigInteger, nullable=False),
    Column("silent_us", BigInteger),  # when those in command were told that no answer had come
    Column("acknowledged_us", BigInteger),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    Column("on_site_us", BigInteger),
    Column("on_site_by", Text, nullable=False, server_default=""),
    Column("ended_us", BigInteger),  # released, declined or recalled
    Column("ended_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint(
        "state IN ('called', 'acknowledged', 'on_site', 'released', 'declined', 'recalled')", name="state"
    ),
    PrimaryKeyConstraint("plan_id", "adjuster_id"),
    Index("ix_slot_course_shift", "shift", "adjuster_id"),
)

plan_choice = Table(
    "plan_choice",
    metadata,
    # Two plans lay side by side and one was taken: the other is kept with its price and the reason.
    Column("choice_id", Serial, primary_key=True, autoincrement=True),
    Column("shift", Text, nullable=False),
    Column("chosen", Integer, ForeignKey("plan.plan_id"), nullable=False),
    Column("rejected", Integer, ForeignKey("plan.plan_id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("prices", Text, nullable=False),  # JSON: figures and regions of both as they stood on the screen
    Column("chosen_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("undone_us", BigInteger),
    Column("undone_by", Text, nullable=False, server_default=""),
    CheckConstraint("chosen <> rejected", name="two"),
    CheckConstraint("reason <> ''", name="reason"),
    # A plan is rejected once, until that is taken back.
    Index("uq_plan_choice_rejected", "rejected", unique=True, sqlite_where=_NOT_CHOSEN, postgresql_where=_NOT_CHOSEN),
)
