"""Receipts of imports on their way: which process brings one in, and what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from emergency.store.tables import claim_import


def on_their_way(connection: Connection) -> list[dict[str, Any]]:
    """Receipts nobody has closed yet, oldest first."""
    query = select(claim_import).where(claim_import.c.state == "running").order_by(claim_import.c.started_us)
    return [dict(r._mapping) for r in connection.execute(query)]


def end(connection: Connection, import_id: str, *, beat_us: int | None, finished_us: int) -> bool:
    """Close the receipt of an import that was killed, unless it has moved since ``beat_us``."""
    c = claim_import.c
    unmoved = c.beat_us.is_(None) if beat_us is None else c.beat_us == beat_us
    done = connection.execute(
        update(claim_import)
        .where(c.import_id == import_id, c.state == "running", unmoved)
        .values(state="stopped", finished_us=finished_us)
    )
    return bool(done.rowcount)
