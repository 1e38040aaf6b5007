"""The outbox: messages on their way out, each taken by one sender at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from emergency.store.tables import outbox

WAITING = ("queued", "sending")
# Somebody may have read it: it went, or a try was made that nobody heard the end of.
PERHAPS_READ = or_(outbox.c.state.in_(("sent", "sending")), outbox.c.tries > 0)


def waiting(connection: Connection, now_us: int, limit: int = 50) -> list[dict[str, Any]]:
    """Messages whose turn it is, oldest first; one that a sender holds only once its time has run out."""
    rows = connection.execute(select(outbox).where(_due(now_us)).order_by(outbox.c.outbox_id).limit(limit))
    return [_row(r) for r in rows]


def take(connection: Connection, outbox_id: int, now_us: int, until_us: int | None) -> bool:
    """Hold a message for one sender until an instant; False where another was faster."""
    done = connection.execute(
        update(outbox).where(outbox.c.outbox_id == outbox_id, _due(now_us)).values(state="sending", due_us=until_us)
    )
    return done.rowcount == 1


def _due(now_us: int) -> Any:
    return and_(outbox.c.state.in_(WAITING), or_(outbox.c.due_us.is_(None), outbox.c.due_us <= now_us))


def change(connection: Connection, outbox_id: int, **values: Any) -> None:
    if "recipients" in values:
        values["recipients"] = json.dumps(list(values["recipients"]), ensure_ascii=False)
    connection.execute(update(outbox).where(outbox.c.outbox_id == outbox_id).values(**values))


def get(connection: Connection, outbox_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(outbox).where(outbox.c.outbox_id == outbox_id)).one_or_none()
    return None if row is None else _row(row)


def keyed(connection: Connection, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Messages of these event keys, oldest first."""
    rows = connection.execute(select(outbox).where(outbox.c.event_key.in_(list(keys))).order_by(outbox.c.outbox_id))
    return [_row(r) for r in rows]


def perhaps_read(connection: Connection, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Of the messages with these keys, those that somebody may have got."""
    rows = connection.execute(
        select(outbox).where(outbox.c.event_key.in_(list(keys)), PERHAPS_READ).order_by(outbox.c.outbox_id)
    )
    return [_row(r) for r in rows]


def stop(connection: Connection, keys: Sequence[str]) -> int:
    """Keep messages that have not gone from going; returns how many."""
    done = connection.execute(
        update(outbox)
        .where(outbox.c.event_key.in_(list(keys)), outbox.c.state.in_(("queued", "dead")))
        .values(state="withdrawn")
    )
    return int(done.rowcount)


def with_state(connection: Connection, states: Sequence[str], limit: int = 100) -> list[dict[str, Any]]:
    """Messages in one of these states, newest first."""
    query = select(outbox).where(outbox.c.state.in_(list(states))).order_by(outbox.c.outbox_id.desc()).limit(limit)
    return [_row(r) for r in connection.execute(query)]


def counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {str(state): int(n) for state, n in rows}


def _row(row: Any) -> dict[str, Any]:
    return dict(row._mapping) | {"recipients": tuple(json.loads(row.recipients))}
