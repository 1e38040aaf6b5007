"""How incidents hang together, and what of them was corrected."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from emergency.store.tables import Serial, metadata

incident_link = Table(
    "incident_link",
    metadata,
    # An incident is under one command: its key is the linked incident alone.
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("leading_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    PrimaryKeyConstraint("incident_id"),
)

incident_change = Table(
    "incident_change",
    metadata,
    # The fields a correction changed, as they were before: so that it can be taken back, and so
    # that an earlier minute can be shown as it was known then.
    Column("change_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("seq", BigInteger, nullable=False),  # journal entry of the act
    Column("version", Integer, nullable=False),  # of the incident after it
    Column("changed_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("before", Text, nullable=False),  # JSON {field: value}
    Column("after", Text, nullable=False),
    Index("ix_incident_change_incident", "incident_id", "changed_us"),
)
