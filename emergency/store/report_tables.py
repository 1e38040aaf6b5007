"""Deadlines that ran, what was said when they came due, and the reports written for them."""

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
)

from emergency.store.tables import metadata

report_clock = Table(
    "report_clock",
    metadata,
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("clock_id", Text, nullable=False),  # addressee.kind.number.seconds.limit
    Column("addressee", Text, nullable=False),  # regulator, internal, cadence
    Column("kind", Text, nullable=False),  # phone, first, follow_up, final, internal, situation
    Column("number", Integer, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("within_s", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("strive", Boolean, nullable=False),  # 力争; otherwise 不迟于
    Column("every_s", BigInteger, nullable=False, server_default="0"),
    Column("since_us", BigInteger, nullable=False),
    Column("rules", Text, nullable=False),  # id@version of the file that owns the deadline
    Column("rule_row", Integer, nullable=False),
    Column("cause", Text, nullable=False),  # class:2, level:1, tag:siege
    Column("source", Text, nullable=False, server_default=""),
    Column("superseded_us", BigInteger),
    Column("superseded_by", Text, nullable=False, server_default=""),
    Column("met_us", BigInteger),
    Column("met_by", Text, nullable=False, server_default=""),
    Column("missed_us", BigInteger),
    Column("lifted_us", BigInteger),
    PrimaryKeyConstraint("incident_id", "clock_id"),
)

report_mark = Table(
    "report_mark",
    metadata,
    Column("incident_id", Text, nullable=False),
    Column("clock_id", Text, nullable=False),
    Column("mark", Text, nullable=False),  # soon, due, nag-1, nag-2 …
    Column("marked_us", BigInteger, nullable=False),
    Column("journal_seq", BigInteger, nullable=False),
    # Each mark once, whoever wakes for it: written in the transaction of its notice.
    PrimaryKeyConstraint("incident_id", "clock_id", "mark"),
)

report_draft = Table(
    "report_draft",
    metadata,
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    PrimaryKeyConstraint("incident_id", "kind", "field"),
)

report = Table(
    "report",
    metadata,
    Column("report_id", Text, primary_key=True),  # incident/kind/number
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("addressee", Text, nullable=False),  # regulator, internal, cadence
    Column("authority", Text, nullable=False),  # nfra, tdi, company
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("via", Text, nullable=False),  # portal, mail, phone …
    Column("person", Text, nullable=False, server_default=""),  # who took it at the other end
    Column("language", Text, nullable=False),
    Column("form", Text, nullable=False),  # id@version
    Column("fields", Text, nullable=False),  # JSON {field: text}
    Column("figures", Text, nullable=False),  # JSON list: metric, value, shown, source, as_of
    Column("missing", Text, nullable=False),  # JSON list of fields that were not filled
    Column("text", Text, nullable=False),  # as it was handed in
    Column("beside", Text, nullable=False, server_default=""),  # the same in the other language
    Column("sha256", Text, nullable=False),  # of the text
    Column("corrects", Text, nullable=False, server_default=""),
    Column("handed_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("due_us", BigInteger),
    Column("state", Text, nullable=False),  # in_time, late, unasked
    Column("actor", Text, nullable=False),
    Column("journal_seq", BigInteger, nullable=False),
    UniqueConstraint("incident_id", "kind", "number"),
    Index("ix_report_incident", "incident_id", "handed_us"),
)
