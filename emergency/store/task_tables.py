"""Tasks, how their due times moved and who was told of late ones; relief measures; stand-downs and their reviews."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from emergency.store.tables import Serial, metadata

task = Table(
    "task",
    metadata,
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("task_id", Text, nullable=False),  # of the playbook; "sitrep#2" for the second of a series
    Column("title", Text, nullable=False),  # JSON {"en","zh"}
    Column("phase", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("after", Text, nullable=False),  # JSON list
    Column("due_us", BigInteger),
    Column("due_within_s", BigInteger),  # for tasks due from their predecessors
    Column("critical", Boolean, nullable=False),
    Column("hard", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON list
    Column("state", Text, nullable=False),  # open, done, dropped, missed
    Column("done_us", BigInteger),
    Column("done_by", Text, nullable=False, server_default=""),
    Column("journal_seq", BigInteger),
    Column("ordinal", Integer, nullable=False),
    Column("origin", Text, nullable=False, server_default="playbook"),  # playbook, own
    Column("series", Text, nullable=False, server_default=""),  # id of the first of a repeating task, else empty
    Column("occurrence", Integer, nullable=False, server_default="1"),
    Column("repeat_every_s", BigInteger),
    Column("opens_us", BigInteger),  # an act counts for this occurrence from here on
    Column("work_s", BigInteger),  # work expected, where somebody said so
    Column("level", Integer),  # at which it was laid out
    Column("holder", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),  # how it was done, or why it was dropped
    Column("version", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("incident_id", "task_id"),
)

task_due = Table(
    "task_due",
    metadata,
    # Due times that were, so that a tightened deadline does not rewrite what was asked before.
    Column("change_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("before_us", BigInteger),
    Column("after_us", BigInteger),
    Column("changed_us", BigInteger, nullable=False),
    Column("why", Text, nullable=False),  # level, impact, stand_down
    Column("journal_seq", BigInteger, nullable=False),
    Index("ix_task_due_incident", "incident_id", "task_id"),
)

task_escalation = Table(
    "task_escalation",
    metadata,
    Column("incident_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("step", Text, nullable=False),  # deputy, commander, next_tier
    Column("told", Text, nullable=False),  # role that was told
    Column("told_us", BigInteger, nullable=False),
    Column("journal_seq", BigInteger, nullable=False),
    # Each step once, whoever wakes for it and however often.
    PrimaryKeyConstraint("incident_id", "task_id", "step"),
)

relief_measure = Table(
    "relief_measure",
    metadata,
    Column("measure_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("name", Text, nullable=False),  # id in the file of relief measures
    Column("regions", Text, nullable=False),  # JSON list; empty: every region of the incident
    Column("lines", Text, nullable=False),  # JSON list; empty: every line
    Column("limit_minor", BigInteger),  # per claim, in the workspace's currency
    Column("text", Text, nullable=False),  # JSON {"en","zh"}: what customers are told
    Column("authority", Text, nullable=False),  # role it was enabled in
    Column("actor", Text, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("ends_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("ended_by", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # in_force, ended, restored, undone
    Column("reason", Text, nullable=False, server_default=""),
    Column("journal_seq", BigInteger, nullable=False),
    Column("nagged_us", BigInteger),  # the planned end people were reminded of
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_relief_measure_incident", "incident_id", "state"),
)

stand_down = Table(
    "stand_down",
    metadata,
    Column("stand_down_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("level_before", Integer),
    Column("conditions", Text, nullable=False),  # JSON: what was met, with value and source
    Column("reason", Text, nullable=False, server_default=""),
    Column("measures", Text, nullable=False),  # JSON list of measure ids restored
    Column("slots", Text, nullable=False),  # JSON list of shift slots released
    Column("decided_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("journal_seq", BigInteger, nullable=False),
    Column("undone_us", BigInteger),
    Column("undone_by", Text, nullable=False, server_default=""),
)

review = Table(
    "review",
    metadata,
    Column("review_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("stand_down_id", BigInteger, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("due_us", BigInteger),
    Column("state", Text, nullable=False),  # open, published, withdrawn
    Column("actor", Text, nullable=False),
    Column("published_us", BigInteger),
)
