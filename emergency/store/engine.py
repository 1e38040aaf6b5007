"""Engines for both databases, with the settings on which the promises rest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool, QueuePool


def open_engine(url: str | URL, schema: str | None = None) -> Engine:
    """An engine for one workspace.

    Args:
        url: ``sqlite:///file`` or ``postgresql+psycopg://…``.
        schema: PostgreSQL schema of the workspace; SQLite has a file each instead.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    if address.get_backend_name() == "postgresql":
        return _postgresql(address.set(drivername="postgresql+psycopg"), schema or "live")
    raise ValueError(
        f"store address {address.render_as_string()!r}: use sqlite:///FILE or postgresql://…; "
        "set EMERGENCY_DATABASE_URL"
    )


def _sqlite(address: URL) -> Engine:
    engine = create_engine(address, poolclass=QueuePool, pool_size=8, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that begins as a reader fails with "database is locked" when it upgrades.
        reading = connection.get_execution_options().get("read")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql(address: URL, schema: str) -> Engine:
    engine = create_engine(address, pool_size=4, max_overflow=8, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def search_path(connection: Any, _record: Any) -> None:
        before = connection.autocommit
        connection.autocommit = True
        connection.execute(f'SET search_path TO "{schema}"')
        connection.autocommit = before

    return engine


def open_catalog(url: str | URL) -> Engine:
    """A PostgreSQL engine outside any workspace, to list and create schemas."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
