"""The level's own history: proposals, who was asked, who asked to lower, since when it is calm."""

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
    UniqueConstraint,
    text,
)

from emergency.store.tables import Serial, metadata

level_proposal = Table(
    "level_proposal",
    metadata,
    Column("proposal_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("jurisdiction", Text, nullable=False),  # "" = the whole incident, else "CN-410000"
    Column("value", Text, nullable=False),  # response or class: never one field
    Column("number", Integer, nullable=False),
    Column("level", Integer),
    Column("basis", Text, nullable=False, server_default=""),  # of a class: industry, estimated, own
    Column("grade", Text, nullable=False),  # JSON: rule file, row, value, threshold, estimate, distance
    Column("proposed_us", BigInteger, nullable=False),
    # Two processes that grade at once write the same number; one of them writes it.
    UniqueConstraint("incident_id", "jurisdiction", "value", "number"),
)

level_round = Table(
    "level_round",
    metadata,
    # One asking for one proposal; run is the proposal with which the level came up.
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("level", Integer, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("provisional_us", BigInteger),  # nobody answered: in force for the time being since then
    Column("ended_us", BigInteger),
    Column("outcome", Text, nullable=False, server_default=""),  # confirmed, overridden, superseded, withdrawn
    PrimaryKeyConstraint("incident_id", "run"),
)

level_ask = Table(
    "level_ask",
    metadata,
    Column("incident_id", Text, nullable=False),
    Column("run", BigInteger, nullable=False),
    # By these two keys nobody is asked twice, whatever is killed when.
    Column("step", Integer, nullable=False),
    Column("authority", Text, nullable=False),
    Column("deputy", Boolean, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("incident_id", "run", "step"),
    UniqueConstraint("incident_id", "run", "authority", "deputy"),
)

level_request = Table(
    "level_request",
    metadata,
    # To lower a proposed Ⅰ one asks, and another agrees.
    Column("request_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("level", Integer),
    Column("reason", Text, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # open, agreed, withdrawn, lapsed
    Column("ended_us", BigInteger),
    Column("ended_by", Text, nullable=False, server_default=""),
    Index(
        "uq_level_request_open",
        "incident_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

level_calm = Table(
    "level_calm",
    metadata,
    # Since when every indicator has been clearly below the level in force.
    Column("incident_id", Text, ForeignKey("incident.incident_id"), primary_key=True),
    Column("level", Integer, nullable=False),
    Column("since_us", BigInteger),
)
