"""Relief measures of an incident, and what claims say they cost."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, true, update

from emergency.store.tables import claim, claim_message
from emergency.store.task_tables import relief_measure

PACKED = ("regions", "lines", "text")


def add(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(relief_measure).values(**_packed(values)))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def get(connection: Connection, measure_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(relief_measure).where(relief_measure.c.measure_id == measure_id)).one_or_none()
    return None if row is None else _unpacked(row._mapping)


def of(connection: Connection, incident_id: str | None = None, *, state: str | None = None) -> list[dict[str, Any]]:
    """Every time a measure was enabled, of one incident or of all, oldest first."""
    query = select(relief_measure).order_by(relief_measure.c.measure_id)
    if incident_id is not None:
        query = query.where(relief_measure.c.incident_id == incident_id)
    if state is not None:
        query = query.where(relief_measure.c.state == state)
    return [_unpacked(r._mapping) for r in connection.execute(query)]


def change(connection: Connection, measure_id: int, version: int, **values: Any) -> bool:
    """Write it unless somebody else changed it since it was read; False where somebody did."""
    done = connection.execute(
        update(relief_measure)
        .where(relief_measure.c.measure_id == measure_id, relief_measure.c.version == version)
        .values(version=version + 1, **_packed(values))
    )
    return bool(done.rowcount)


def touched(
    connection: Connection, incident_id: str, since_us: int, until_us: int, limit_minor: int | None
) -> list[dict[str, Any]]:
    """Claims that became known in a span, by region, line and currency: their number, and of those paid up
    to the limit the number and the sum."""
    small = and_(claim.c.paid_minor > 0, true() if limit_minor is None else claim.c.paid_minor <= limit_minor)
    columns = (claim.c.region, claim.c.line, claim.c.currency)
    query = (
        select(
            *columns,
            func.count().label("claims"),
            func.count().filter(small).label("paid"),
            func.coalesce(func.sum(claim.c.paid_minor).filter(small), 0).label("paid_minor"),
        )
        .where(claim.c.incident_id == incident_id, claim.c.known_at >= since_us, claim.c.known_at <= until_us)
        .group_by(*columns)
    )
    return [dict(r._mapping) | {"paid_minor": int(r.paid_minor)} for r in connection.execute(query)]


def advances(connection: Connection, incident_id: str, since_us: int, until_us: int) -> list[dict[str, Any]]:
    """What was paid ahead in a span, by region, line and currency: claims, and money beyond what had been
    paid on each before."""
    key = (claim_message.c.source, claim_message.c.report_no)
    paid = func.max(claim_message.c.paid_minor).label("paid")
    ahead = (
        select(*key, paid)
        .where(claim_message.c.kind == "advance", claim_message.c.at_us >= since_us, claim_message.c.at_us <= until_us)
        .group_by(*key)
        .subquery()
    )
    before = select(*key, paid).where(claim_message.c.at_us < since_us).group_by(*key).subquery()
    columns = (claim.c.region, claim.c.line, claim.c.currency)
    had = and_(before.c.source == ahead.c.source, before.c.report_no == ahead.c.report_no)
    mine = and_(claim.c.source == ahead.c.source, claim.c.report_no == ahead.c.report_no)
    more = func.coalesce(ahead.c.paid, 0) - func.coalesce(before.c.paid, 0)
    query = (
        select(*columns, func.count().label("paid"), func.coalesce(func.sum(more), 0).label("paid_minor"))
        .select_from(ahead.join(claim, mine).outerjoin(before, had))
        .where(claim.c.incident_id == incident_id)
        .group_by(*columns)
    )
    return [dict(r._mapping) | {"paid_minor": int(r.paid_minor)} for r in connection.execute(query)]


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v, ensure_ascii=False) if k in PACKED else v for k, v in values.items()}


def _unpacked(row: Any) -> dict[str, Any]:
    return dict(row) | {key: json.loads(row[key]) for key in PACKED}
