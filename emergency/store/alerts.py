"""Alerts received: one row a message, its state changed by later ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from emergency.store.tables import alert, journal_head

_JSON = ("references", "regions", "metrics", "body", "area")


def hold(connection: Connection) -> None:
    """Let one receiver in at a time: an alert and its update may come by two doors at once."""
    connection.execute(select(journal_head.c.seq).where(journal_head.c.id == 1).with_for_update())


def find(connection: Connection, source: str, identity: str) -> dict[str, Any] | None:
    query = select(alert).where(alert.c.source == source, alert.c.identity == identity)
    row = connection.execute(query).one_or_none()
    return None if row is None else _read(dict(row._mapping))


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a new alert; returns its number."""
    statement = insert(alert).values(**_packed(values)).returning(alert.c.alert_id)
    return int(connection.execute(statement).scalar_one())


def change(connection: Connection, alert_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(alert).where(alert.c.alert_id == alert_id).values(**_packed(values)))


def set_state(connection: Connection, alert_ids: Iterable[int], state: str) -> None:
    for alert_id in alert_ids:
        connection.execute(update(alert).where(alert.c.alert_id == alert_id).values(state=state))


def standing_before(connection: Connection, source: str, sent_us: int) -> list[tuple[int, str, str]]:
    """(number, identity, state) of the alerts and updates sent up to an instant that no cancel has ended."""
    query = select(alert.c.alert_id, alert.c.identity, alert.c.state).where(
        alert.c.source == source, alert.c.sent_us <= sent_us, alert.c.message != "cancel", alert.c.state != "cancelled"
    )
    return [(int(r[0]), str(r[1]), str(r[2])) for r in connection.execute(query)]


def referring_after(connection: Connection, source: str, sent_us: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """(identity, message, references) of the updates and cancels sent at an instant or later."""
    query = select(alert.c.identity, alert.c.message, alert.c.references).where(
        alert.c.source == source, alert.c.sent_us >= sent_us, alert.c.message != "alert"
    )
    return [(str(r[0]), str(r[1]), tuple(json.loads(r[2]))) for r in connection.execute(query)]


def in_force(connection: Connection, now_us: int) -> list[dict[str, Any]]:
    """Alerts sent up to an instant and not ended by then, updated or cancelled; newest first."""
    query = (
        select(alert)
        .where(alert.c.state == "in_force", alert.c.sent_us <= now_us, alert.c.expires_us > now_us)
        .order_by(alert.c.sent_us.desc(), alert.c.alert_id.desc())
    )
    return [_read(dict(row._mapping)) for row in connection.execute(query)]


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _text(v) if k in _JSON else v for k, v in values.items()}


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: (json.loads(v) if v else None) if k in _JSON else v for k, v in row.items()}
