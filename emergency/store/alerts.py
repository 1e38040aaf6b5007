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


def get(connection: Connection, alert_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(alert).where(alert.c.alert_id == alert_id)).one_or_none()
    return None if row is None else _read(dict(row._mapping))


def anything(connection: Connection) -> bool:
    return connection.execute(select(alert.c.alert_id).limit(1)).first() is not None


def older(connection: Connection, below: int | None, most: int) -> list[dict[str, Any]]:
    """The newest alerts of a lower number, number descending: alert_id, regions, body."""
    query = select(alert.c.alert_id, alert.c.regions, alert.c.body).order_by(alert.c.alert_id.desc()).limit(most)
    if below is not None:
        query = query.where(alert.c.alert_id < below)
    return [_read(dict(row._mapping)) for row in connection.execute(query)]


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


def in_force(
    connection: Connection, now_us: int, *, known: bool = False, on_map: bool | None = None
) -> list[dict[str, Any]]:
    """Alerts sent up to an instant and not ended by then, updated or cancelled; newest first.

    Args:
        known: as they were known at that instant: what came in later is not there, and ended nothing.
        on_map: only those that hit a region, or only those that hit none.
    """
    c = alert.c
    meant = (c.received_us <= now_us) & (c.message != "cancel") if known else c.state == "in_force"
    query = select(alert).where(c.sent_us <= now_us, c.expires_us > now_us, meant)
    if on_map is not None:
        query = query.where(c.regions != "[]" if on_map else c.regions == "[]")
    rows = [_read(dict(r._mapping)) for r in connection.execute(query.order_by(c.sent_us.desc(), c.alert_id.desc()))]
    if not known:
        return rows
    ended = _ended_by(connection, now_us)
    return [r for r in rows if r["state"] == "in_force" or (r["source"], _numbered(r["identity"])) not in ended]


def _ended_by(connection: Connection, now_us: int) -> set[tuple[str, str]]:
    """(source, sender and number) of what updates and cancels that had come in by an instant refer to."""
    c = alert.c
    query = select(c.source, c.references).where(c.received_us <= now_us, c.message != "alert")
    return {(str(r.source), _numbered(one)) for r in connection.execute(query) for one in json.loads(r.references)}


def _numbered(identity: str) -> str:
    return identity.rpartition(",")[0] or identity


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _text(v) if k in _JSON else v for k, v in values.items()}


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: (json.loads(v) if v else None) if k in _JSON else v for k, v in row.items()}
