"""Drills by appointment."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from emergency.store.improvement_tables import drill_date

PACKED = ("title", "invited", "fault")


def add(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(drill_date).values(**_packed(values)))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def get(connection: Connection, date_id: int) -> dict[str, Any]:
    return _row(connection.execute(select(drill_date).where(drill_date.c.date_id == date_id)).one())


def every(connection: Connection) -> list[dict[str, Any]]:
    query = select(drill_date).order_by(drill_date.c.starts_us, drill_date.c.date_id)
    return [_row(row) for row in connection.execute(query)]


def change(connection: Connection, date_id: int, version: int, **values: Any) -> bool:
    """False where somebody has changed it since that version."""
    same = and_(drill_date.c.date_id == date_id, drill_date.c.version == version)
    done = connection.execute(update(drill_date).where(same).values(version=version + 1, **_packed(values)))
    return bool(done.rowcount)


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v, ensure_ascii=False) if k in PACKED and v != "" else v for k, v in values.items()}


def _row(row: Any) -> dict[str, Any]:
    found = dict(row._mapping)
    return {k: json.loads(v) if k in PACKED and v else v for k, v in found.items()}
