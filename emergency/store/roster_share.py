"""A roster made smaller or larger for trying out: people left out, or one more of the same kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from emergency.store.tables import adjuster


def leave_out(connection: Connection, ids: Iterable[str]) -> None:
    for one in ids:
        connection.execute(delete(adjuster).where(adjuster.c.adjuster_id == one))


def copy(connection: Connection, names: Mapping[str, str]) -> None:
    """Add people like others. names: new id -> id of whom they are like."""
    for new, like in names.items():
        row = connection.execute(select(adjuster).where(adjuster.c.adjuster_id == like)).one()
        connection.execute(insert(adjuster).values(**(dict(row._mapping) | {"adjuster_id": new})))
