"""Who may send over HTTP, and what was answered to a request that may come again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from emergency.store.tables import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),  # of the key; the key itself is shown once
    Column("source", Text, nullable=False),  # whose claims it may write
    Column("scopes", Text, nullable=False),  # JSON list: claims.write, claims.read, facts.write, …
    Column("created_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Column("actor", Text, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Text, nullable=False),
    Column("idem_key", Text, nullable=False),
    Column("request_sha256", Text, nullable=False),
    Column("answer", Text, nullable=False),  # JSON, given again to a repeated request
    Column("at_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("key_id", "idem_key"),
)
