"""Playbooks written in the console: drafts, approved versions, what is retired, feedback, reminders sent."""

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
)

from emergency.store.tables import Serial, metadata

playbook_draft = Table(
    "playbook_draft",
    metadata,
    Column("draft_id", Serial, primary_key=True, autoincrement=True),
    Column("playbook_id", Text, nullable=False),  # what it was begun from; the text may say another id by now
    Column("base_version", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),  # one more with every saved change
    Column("authors", Text, nullable=False),  # JSON list: who has written in it, the first first
    Column("begun_us", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    CheckConstraint("state IN ('open', 'approved', 'discarded')", name="state"),
)

playbook_version = Table(
    "playbook_version",
    metadata,
    Column("seq", BigInteger, nullable=False),  # journal entry of the approval
    Column("playbook_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("text", Text, nullable=False),  # the file as it is in force, byte for byte
    Column("sha256", Text, nullable=False),
    Column("draft_id", Serial, ForeignKey("playbook_draft.draft_id"), nullable=False),
    Column("authors", Text, nullable=False),  # JSON list
    Column("approver", Text, nullable=False),
    Column("approved_us", BigInteger, nullable=False),
    # Two people who approve the same version at once: the second is told that it is there.
    PrimaryKeyConstraint("playbook_id", "version"),
    UniqueConstraint("seq"),
)

playbook_retired = Table(
    "playbook_retired",
    metadata,
    Column("playbook_id", Text, primary_key=True),
    Column("version", Text, nullable=False),  # this one and all before it are out of use
    Column("seq", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("retired_us", BigInteger, nullable=False),
    Column("retired_by", Text, nullable=False),
)

playbook_feedback = Table(
    "playbook_feedback",
    metadata,
    Column("feedback_id", Serial, primary_key=True, autoincrement=True),
    Column("playbook_id", Text, nullable=False),
    Column("version", Text, nullable=False),  # the version it speaks of
    Column("clause", Text, nullable=False, server_default=""),  # tasks/rescue; "" for the whole plan
    Column("source", Text, nullable=False),  # staff, customer, regulator, drill
    Column("said_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("settled_us", BigInteger),
    Column("settled_by", Text, nullable=False, server_default=""),
    Column("revision", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('open', 'taken', 'declined')", name="state"),
    CheckConstraint("source IN ('staff', 'customer', 'regulator', 'drill')", name="source"),
    Index("ix_playbook_feedback_playbook", "playbook_id", "state"),
)

playbook_reminder = Table(
    "playbook_reminder",
    metadata,
    Column("playbook_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("stage", Integer, nullable=False),  # days before the review was due; negative: weeks after
    Column("sent_us", BigInteger, nullable=False),
    # Each reminder goes out once, whoever wakes first and however often.
    PrimaryKeyConstraint("playbook_id", "version", "stage"),
)
