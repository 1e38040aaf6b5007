"""Single people of the roster: entered, changed, taken off."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from emergency.store.tables import adjuster

PACKED = ("skills", "licences")


def get(connection: Connection, adjuster_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(adjuster).where(adjuster.c.adjuster_id == adjuster_id)).one_or_none()
    return None if row is None else dict(row._mapping) | {k: json.loads(row._mapping[k]) for k in PACKED}


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(adjuster).values(**_packed(row)))


def change(connection: Connection, adjuster_id: str, version: int, values: Mapping[str, Any]) -> bool:
    """False where somebody has changed the row since it was read."""
    mine = and_(adjuster.c.adjuster_id == adjuster_id, adjuster.c.version == version)
    done = connection.execute(update(adjuster).where(mine).values(version=version + 1, **_packed(values)))
    return bool(done.rowcount)


def remove(connection: Connection, adjuster_id: str) -> None:
    connection.execute(delete(adjuster).where(adjuster.c.adjuster_id == adjuster_id))


def _packed(row: Mapping[str, Any]) -> dict[str, Any]:
    lists: dict[str, Sequence[str]] = {k: row[k] for k in PACKED if k in row}
    return dict(row) | {k: json.dumps(sorted(v), ensure_ascii=False) for k, v in lists.items()}
