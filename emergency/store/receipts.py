"""What an import has to say beside its counts: how the file was read, and what about its rows looks wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from emergency.store.intake_tables import import_flag, import_reading


def keep_reading(connection: Connection, import_id: str, **values: str) -> None:
    """How a file was read; said again, it replaces what was said."""
    connection.execute(delete(import_reading).where(import_reading.c.import_id == import_id))
    connection.execute(insert(import_reading).values(import_id=import_id, **values))


def keep_flags(connection: Connection, import_id: str, flags: Sequence[dict[str, Any]]) -> None:
    """Flags of an import in order: code, field, value, note (JSON), rows, row_numbers (kept as JSON)."""
    connection.execute(delete(import_flag).where(import_flag.c.import_id == import_id))
    rows = [
        f | {"import_id": import_id, "ordinal": i, "row_numbers": json.dumps(f["row_numbers"])}
        for i, f in enumerate(flags)
    ]
    if rows:
        connection.execute(insert(import_flag), rows)


def flags(connection: Connection, import_id: str) -> list[dict[str, Any]]:
    query = select(import_flag).where(import_flag.c.import_id == import_id).order_by(import_flag.c.ordinal)
    return [dict(r._mapping) | {"row_numbers": json.loads(r.row_numbers)} for r in connection.execute(query)]


def reading(connection: Connection, import_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(import_reading).where(import_reading.c.import_id == import_id)).one_or_none()
    return None if row is None else dict(row._mapping)
