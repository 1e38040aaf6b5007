"""What an import has to say beside its counts, and what a claim said before it was corrected."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text

from emergency.store.tables import metadata

import_reading = Table(
    "import_reading",
    metadata,
    # How a file was read; beside its receipt, in the same transaction.
    Column("import_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # claims, messages, policies, casualties
    Column("encoding", Text, nullable=False),
    Column("crs_source", Text, nullable=False),  # the coordinates' own system: wgs84, gcj02
    Column("timezone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("mapping_version", Text, nullable=False),
    Column("rows_file", Text, nullable=False),  # every row that was flagged, repeated or rejected, with its number
)

import_flag = Table(
    "import_flag",
    metadata,
    # Rows that were taken though something about them does not look right, and rows that repeat others.
    Column("import_id", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),  # the cell of the first row, masked
    Column("note", Text, nullable=False),  # JSON: a message, {"id", "values"}
    Column("rows", Integer, nullable=False),
    Column("row_numbers", Text, nullable=False),  # JSON: the first of them
    PrimaryKeyConstraint("import_id", "ordinal"),
)

claim_version = Table(
    "claim_version",
    metadata,
    # What a claim said before its version was raised; written by a trigger, whoever changes the claim.
    Column("claim_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("report_no", Text, nullable=False),
    Column("import_id", Text, nullable=False),
    Column("incident_id", Text),
    Column("line", Text, nullable=False),
    Column("cause", Text),
    Column("loss_at", BigInteger),
    Column("reported_at", BigInteger),
    Column("keyed_at", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("place", Text),
    Column("region", Text),
    Column("precision", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("currency", Text),
    Column("estimated_minor", BigInteger),
    Column("paid_minor", BigInteger),
    Column("injured", Integer),
    Column("dead", Integer),
    Column("status", Text, nullable=False),
    PrimaryKeyConstraint("claim_id", "version"),
    Index("ix_claim_version_report", "report_no"),
)
