"""API keys: made, listed, revoked, and asked for at every request."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emergency.access import keys as rules
from emergency.access.keys import CLAIMS_READ, CLAIMS_WRITE, FACTS_WRITE, SCOPES, Key
from emergency.domain.instant import from_us
from emergency.service.context import Content, Context, Refused
from emergency.store import keys


@dataclass(frozen=True)
class NewKey:
    """A key at the one moment at which its secret is known; the secret stays out of its repr."""

    key: Key
    secret: str = field(repr=False)


@dataclass(frozen=True)
class KeyRow:
    """A key in the list."""

    key_id: str
    source: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    revoked_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        return {
            "key_id": self.key_id,
            "source": self.source,
            "scopes": list(self.scopes),
            "created_at": self.created_at.isoformat(),
            "created_by": self.created_by,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }


def create_key(ctx: Context, source: str, scopes: list[str]) -> NewKey:
    """Make a key for this workspace; its secret is in the answer and nowhere else.

    Raises:
        Refused: no such scope, or a source that cannot be one.
    """
    try:
        key = Key("key-" + secrets.token_hex(5), source, rules.scopes(scopes))
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    secret = rules.written(secrets.token_bytes(rules.SECRET_BYTES))
    with ctx.store.write() as connection:
        keys.add(
            connection,
            key_id=key.key_id,
            sha256=rules.digest(secret),
            source=key.source,
            scopes=sorted(key.scopes),
            created_us=ctx.now_us(),
            actor=ctx.actor.id,
        )
        ctx.record(connection, "key.create", key.key_id, {"source": source, "scopes": sorted(key.scopes)})
    return NewKey(key, secret)


def every_key(ctx: Context) -> list[KeyRow]:
    with ctx.store.read() as connection:
        rows = keys.every(connection)
    return [
        KeyRow(
            key_id=r["key_id"],
            source=r["source"],
            scopes=tuple(r["scopes"]),
            created_at=from_us(r["created_us"]),
            created_by=r["actor"],
            revoked_at=None if r["revoked_us"] is None else from_us(r["revoked_us"]),
        )
        for r in rows
    ]


def revoke_key(ctx: Context, key_id: str) -> None:
    """End a key; the next request with it is refused.

    Raises:
        Refused: no such key, or it was revoked before.
    """
    with ctx.store.write() as connection:
        if not keys.revoke(connection, key_id, ctx.now_us()):
            raise Refused(f"there is no key {key_id!r} in force; `emergency key list` shows them all")
        ctx.record(connection, "key.revoke", key_id, {})


def workspace_is_there(content: Content, name: str) -> bool:
    """Does it exist? Asking makes none, not even the live one."""
    return content.workspaces.exists(name)


def key_of(ctx: Context, secret: str) -> Key | None:
    """The key in force that this secret opens in this workspace; None for every other text."""
    if not rules.well_formed(secret):
        return None
    wanted = rules.digest(secret)
    with ctx.store.read() as connection:
        row = keys.find(connection, wanted)
    if row is None or not rules.same(row["sha256"], wanted):
        return None
    return Key(row["key_id"], row["source"], frozenset(row["scopes"]))


__all__ = [
    "CLAIMS_READ",
    "CLAIMS_WRITE",
    "FACTS_WRITE",
    "SCOPES",
    "Key",
    "KeyRow",
    "NewKey",
    "create_key",
    "every_key",
    "key_of",
    "revoke_key",
    "workspace_is_there",
]
