"""The response: playbook opened, tasks laid out, acts recorded and tasks settled by them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from emergency.domain import act
from emergency.domain.figure_value import value_fault
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.ledger import figure_name
from emergency.service.context import Context, Notice, Refused
from emergency.service.measures import enable_in
from emergency.service.relief import catalogue
from emergency.service.task_plan import lay_out, owed_after_the_end, playbook_of, start_clock
from emergency.service.tasks import complete_task, reopen_task, settle
from emergency.store import incidents, records, stand_downs
from emergency.store import tasks as task_store
from emergency.store.store import Connection
from emergency.texts import N_, Message


def open_incident(ctx: Context, new: Incident) -> Incident:
    """Write an incident down; from here on rules look at it. People report one by `incident_report.report`.

    Raises:
        Refused: its number is taken, or its kind is not in the house's file.
    """
    with ctx.store.write() as connection:
        return add_incident(ctx, connection, new)


def add_incident(ctx: Context, connection: Connection, new: Incident) -> Incident:
    """Like `open_incident`, in the transaction of another act."""
    known = [kind.id for kind in ctx.content.library.incident_kinds()]
    if new.kind not in known:
        gaps = {"found": new.kind, "known": ", ".join(known)}
        raise Refused(Message("{found} is no kind of incident; known: {known}", gaps))
    if incidents.get(connection, new.incident_id):
        gaps = {"incident": new.incident_id}
        raise Refused(Message("there is an incident {incident} already; choose another number", gaps))
    incidents.add(connection, new)
    body = {
        "kind": new.kind,
        "title": dict(new.title),
        "regions": list(new.regions),
        "jurisdiction": new.jurisdiction,
        "place": new.place,
        "scope": new.scope,
        "cause": new.cause,
        "reporter": new.reporter,
        "occurred_at": new.occurred_at.isoformat(),
        "alert": new.alert_id,
    }
    ctx.record(connection, "incident.open", new.incident_id, body, happened=new.discovered_at)
    return new


def record_fact(
    ctx: Context,
    metric: str,
    value: Any,
    *,
    incident_id: str | None = None,
    region: str | None = None,
    source: str,
    as_of: Any = None,
    confidence: str = "",
    note: str = "",
) -> None:
    """Enter a figure no claim carries: deaths, outage minutes, an industry total.

    Raises:
        Refused: no source, or a value the metric cannot have; whoever sends it, nothing is written.
    """
    if not source.strip():
        raise Refused(Message(N_("a figure needs its source; say who said it")))
    if fault := value_fault(metric, value):
        gaps = {"figure": figure_name(metric), "reason": fault.message}
        raise Refused(Message(N_("Not entered: {figure} {reason}"), gaps))
    now = ctx.now()
    with ctx.store.write() as connection:
        incidents.add_fact(
            connection,
            incident_id=incident_id,
            metric=metric,
            value=value,
            region=region,
            source=source,
            as_of=as_of or now,
            recorded=now,
            actor=ctx.actor.id,
            confidence=confidence,
            note=note,
        )
        ctx.record(
            connection,
            "fact.record",
            incident_id or ctx.store.name,
            {"metric": metric, "value": value, "region": region, "source": source},
            happened=as_of or now,
        )


def activate(
    ctx: Context,
    connection: Connection,
    before: Incident,
    level: int | None,
    body: Mapping[str, Any],
    deadlines_s: Mapping[str, int],
    *,
    action: str = "level.confirm",
) -> None:
    """Put a level in force, open the playbook where needed and lay out the level's tasks.

    Args:
        action: what the journal calls it; a ``level.provisional`` is marked so on the incident.
    """
    playbook = playbook_of(ctx, before)
    activated = before.activated_at or (ctx.now() if level else None)
    changed = dataclasses.replace(
        before,
        response_level=level,
        provisional=action == "level.provisional",
        playbook=f"{playbook.id}@{playbook.version}" if playbook and level else before.playbook,
        activated_at=activated,
    )
    incidents.change(connection, changed)
    seq = ctx.record(connection, action, before.incident_id, body)
    if playbook and level:
        if not before.playbook:
            ctx.record(
                connection,
                "playbook.open",
                before.incident_id,
                {"playbook": changed.playbook, "sha256": playbook.sha256, "level": level},
            )
        lay_out(ctx, connection, changed, playbook, level, deadlines_s)
    settle(ctx, connection, before.incident_id, action, body, seq)


def perform(ctx: Context, incident_id: str, action: str, body: Mapping[str, Any]) -> int:
    """Record an act of the vocabulary and settle the tasks it is evidence for.

    Level and allocation have doors of their own, which check more than a record could.

    Raises:
        Refused: unknown act or incident, or something missing from its body.
    """
    if action in ("level.confirm", "allocation.commit"):
        gaps = {"act": Message(act.ACTS[action].title)}
        raise Refused(Message("“{act}” is done by confirming a level or committing a plan, not by hand", gaps))
    wrong = act.faults(action, body)
    if wrong:
        raise Refused(wrong[0])
    with ctx.store.write() as connection:
        if incidents.get(connection, incident_id) is None:
            raise Refused(Message("there is no incident {incident}", {"incident": incident_id}))
        if action == "policy.enable" and str(body["name"]) in catalogue(ctx).measures:
            return enable_in(ctx, connection, incident_id, str(body["name"]), reason=str(body.get("reason", "")))
        seq = ctx.record(connection, action, incident_id, dict(body) | {"incident": incident_id})
        if action == "comms.send":
            _send(ctx, connection, incident_id, body, seq)
        if action == "policy.enable":
            _set(ctx, connection, incident_id, f"policy.{body['name']}", "enabled")
        if action == "report.submit" and body.get("kind") == "final":
            _set(ctx, connection, incident_id, "regulator.final_report", "submitted")
        if action == "aar.publish":
            stand_downs.mark_review(connection, incident_id, "published", published_us=ctx.now_us())
        settle(ctx, connection, incident_id, action, body, seq)
    return seq


def _send(ctx: Context, connection: Connection, incident_id: str, body: Mapping[str, Any], seq: int) -> None:
    notice = ctx.notifier.prepare(
        Notice(
            event_key=f"{incident_id}/{seq}",
            audience=str(body["audience"]),
            channel=str(body.get("channel", "folder")),
            subject=str(body.get("subject", body["audience"])),
            text=str(body["text"]),
        )
    )
    records.queue(connection, queued_us=ctx.now_us(), **dataclasses.asdict(notice))


def _set(ctx: Context, connection: Connection, incident_id: str, metric: str, value: Any) -> None:
    incidents.add_fact(
        connection,
        incident_id=incident_id,
        metric=metric,
        value=value,
        region=None,
        source=ctx.actor.id,
        as_of=ctx.now(),
        recorded=ctx.now(),
        actor=ctx.actor.id,
    )


def tasks(ctx: Context, incident_id: str) -> list[dict[str, Any]]:
    """Tasks of an incident with ``due_at``, ``done_at`` and ``late`` worked out for now."""
    now = ctx.now()
    with ctx.store.read() as connection:
        rows = task_store.of(connection, incident_id)
        incident = incidents.get(connection, incident_id)
    running = incident is None or incident.is_open
    owed = owed_after_the_end(playbook_of(ctx, incident) if incident else None)
    for row in rows:
        row["due_at"] = None if row["due_us"] is None else from_us(row["due_us"])
        row["done_at"] = None if row["done_us"] is None else from_us(row["done_us"])
        row["late"] = row["state"] == "open" and row["due_at"] is not None and row["due_at"] < now
        row["late"] = row["late"] and (running or owed(row))
    return rows


def every_incident(ctx: Context, *, open_only: bool = False) -> list[Incident]:
    with ctx.store.read() as connection:
        return incidents.every(connection, open_only=open_only)


def mark_impact(ctx: Context, incident_id: str) -> None:
    """The disaster has struck: clocks that count from impact start now."""
    with ctx.store.write() as connection:
        incidents.mark_impact(connection, incident_id, ctx.now_us())
        ctx.record(connection, "incident.impact", incident_id, {"incident": incident_id})
        struck = incidents.get(connection, incident_id)
        if struck is not None:
            start_clock(ctx, connection, struck, "impact", ctx.now())


# Doors of the tasks that other rooms know by this name.
__all__ = [
    "activate",
    "complete_task",
    "every_incident",
    "mark_impact",
    "open_incident",
    "perform",
    "playbook_of",
    "record_fact",
    "reopen_task",
    "settle",
    "tasks",
]
