"""API keys of a workspace; of the keys themselves only the hash is here."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, insert, select, update

from emergency.store.access_tables import api_key


def add(
    connection: Connection, *, key_id: str, sha256: str, source: str, scopes: list[str], created_us: int, actor: str
) -> None:
    connection.execute(
        insert(api_key).values(
            key_id=key_id,
            sha256=sha256,
            source=source,
            scopes=json.dumps(scopes),
            created_us=created_us,
            actor=actor,
        )
    )


def find(connection: Connection, sha256: str) -> dict[str, Any] | None:
    """The key with this hash that has not been revoked."""
    query = select(api_key).where(api_key.c.sha256 == sha256, api_key.c.revoked_us.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _unpacked(row)


def every(connection: Connection) -> list[dict[str, Any]]:
    """All keys, revoked ones too, oldest first."""
    return [_unpacked(r) for r in connection.execute(select(api_key).order_by(api_key.c.created_us, api_key.c.key_id))]


def revoke(connection: Connection, key_id: str, revoked_us: int) -> bool:
    """False where there is no such key, or it was revoked before."""
    done = connection.execute(
        update(api_key).where(api_key.c.key_id == key_id, api_key.c.revoked_us.is_(None)).values(revoked_us=revoked_us)
    )
    return done.rowcount == 1


def _unpacked(row: Any) -> dict[str, Any]:
    return dict(row._mapping) | {"scopes": json.loads(row.scopes)}
