"""Incidents, the facts that grade them and the decisions on them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.store.tables import fact, incident, level_decision
from emergency.texts import Message


class Conflict(Exception):
    """Someone else changed this in the meantime; reload, look, and decide again."""


def add(connection: Connection, new: Incident) -> None:
    connection.execute(insert(incident).values(**_row(new)))


def get(connection: Connection, incident_id: str) -> Incident | None:
    row = connection.execute(select(incident).where(incident.c.incident_id == incident_id)).one_or_none()
    return _incident(row) if row else None


def every(connection: Connection, *, open_only: bool = False) -> list[Incident]:
    query = select(incident).order_by(incident.c.opened_us, incident.c.incident_id)
    if open_only:
        query = query.where(incident.c.closed_us.is_(None))
    return [_incident(row) for row in connection.execute(query)]


def change(connection: Connection, changed: Incident) -> None:
    """Write an incident back, unless it changed since it was read.

    Raises:
        Conflict: its version is no longer the one that was read.
    """
    values = _row(changed) | {"version": changed.version + 1}
    done = connection.execute(
        update(incident)
        .where(incident.c.incident_id == changed.incident_id, incident.c.version == changed.version)
        .values(**values)
    )
    if done.rowcount != 1:
        gaps = {"incident": changed.incident_id}
        raise Conflict(Message("incident {incident} was changed by someone else; reload and decide again", gaps))


def mark_impact(connection: Connection, incident_id: str, impact_us: int) -> None:
    connection.execute(
        update(incident)
        .where(incident.c.incident_id == incident_id)
        .values(impact_us=impact_us, version=incident.c.version + 1)
    )


def add_fact(
    connection: Connection,
    *,
    incident_id: str | None,
    metric: str,
    value: Any,
    region: str | None,
    source: str,
    as_of: datetime,
    recorded: datetime,
    actor: str,
    confidence: str = "",
    note: str = "",
) -> None:
    connection.execute(
        insert(fact).values(
            incident_id=incident_id,
            metric=metric,
            value=json.dumps(value, ensure_ascii=False),
            region=region,
            source=source,
            confidence=confidence,
            as_of_us=to_us(as_of),
            recorded_us=to_us(recorded),
            actor=actor,
            note=note,
        )
    )


def facts(connection: Connection, *, incident_id: str | None, now_us: int) -> list[dict[str, Any]]:
    """Every fact known at an instant, oldest first: the incident's own and those of the whole workspace.

    Known is what was true by then and entered by then.
    """
    mine = or_(fact.c.incident_id == incident_id, fact.c.incident_id.is_(None))
    known = (fact.c.as_of_us <= now_us) & (fact.c.recorded_us <= now_us)
    rows = connection.execute(select(fact).where(mine, known).order_by(fact.c.as_of_us, fact.c.fact_id))
    return [dict(r._mapping) | {"value": json.loads(r.value)} for r in rows]


def every_fact(connection: Connection, *, metric: str, now_us: int) -> list[dict[str, Any]]:
    """Every fact of one metric known at an instant, of all incidents, oldest first."""
    known = (fact.c.metric == metric) & (fact.c.as_of_us <= now_us) & (fact.c.recorded_us <= now_us)
    rows = connection.execute(select(fact).where(known).order_by(fact.c.as_of_us, fact.c.fact_id))
    return [dict(r._mapping) | {"value": json.loads(r.value)} for r in rows]


def add_decision(
    connection: Connection,
    *,
    incident_id: str,
    level: int | None,
    proposed: int | None,
    reason: str,
    grade: dict[str, Any],
    decided: datetime,
    actor: str,
    second_actor: str = "",
    role: str = "",
    kind: str = "confirmed",
    jurisdiction: str = "",
) -> None:
    connection.execute(
        insert(level_decision).values(
            incident_id=incident_id,
            level=level,
            proposed=proposed,
            reason=reason,
            grade=json.dumps(grade, ensure_ascii=False, sort_keys=True),
            decided_us=to_us(decided),
            actor=actor,
            second_actor=second_actor,
            role=role,
            kind=kind,
            jurisdiction=jurisdiction,
        )
    )


def decisions(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(level_decision).where(level_decision.c.incident_id == incident_id).order_by(level_decision.c.decision_id)
    )
    return [dict(r._mapping) | {"grade": json.loads(r.grade)} for r in rows]


def _row(i: Incident) -> dict[str, Any]:
    return {
        "incident_id": i.incident_id,
        "kind": i.kind,
        "perils": json.dumps(list(i.perils)),
        "title": json.dumps(dict(i.title), ensure_ascii=False),
        "cat_code": i.cat_code,
        "jurisdiction": i.jurisdiction,
        "place": i.place,
        "regions": json.dumps(list(i.regions)),
        "cause": i.cause,
        "reporter": i.reporter,
        "occurred_us": to_us(i.occurred_at),
        "discovered_us": to_us(i.discovered_at),
        "opened_us": to_us(i.opened_at),
        "impact_us": _us(i.impact_at),
        "closed_us": _us(i.closed_at),
        "response_level": i.response_level,
        "level_provisional": i.provisional,
        "playbook": i.playbook,
        "activated_us": _us(i.activated_at),
        "scope": i.scope,
        "lon": i.lon,
        "lat": i.lat,
        "confirmed_us": _us(i.confirmed_at),
        "confirmed_by": i.confirmed_by,
        "alert_id": i.alert_id,
        "version": i.version,
    }


def _incident(r: Row[Any]) -> Incident:
    return Incident(
        incident_id=r.incident_id,
        kind=r.kind,
        perils=tuple(json.loads(r.perils)),
        title=json.loads(r.title),
        cat_code=r.cat_code,
        jurisdiction=r.jurisdiction,
        place=r.place,
        regions=tuple(json.loads(r.regions)),
        cause=r.cause,
        reporter=r.reporter,
        occurred_at=from_us(r.occurred_us),
        discovered_at=from_us(r.discovered_us),
        opened_at=from_us(r.opened_us),
        impact_at=_at(r.impact_us),
        closed_at=_at(r.closed_us),
        response_level=r.response_level,
        provisional=bool(r.level_provisional),
        playbook=r.playbook,
        activated_at=_at(r.activated_us),
        scope=r.scope,
        lon=r.lon,
        lat=r.lat,
        confirmed_at=_at(r.confirmed_us),
        confirmed_by=r.confirmed_by,
        alert_id=r.alert_id,
        version=r.version,
    )


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
