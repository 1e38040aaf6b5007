"""The response: playbook opened, tasks laid out, acts recorded and tasks settled by them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from emergency.domain import act
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.playbook import Playbook, satisfies, tasks_for
from emergency.service.context import Context, Notice, Refused
from emergency.store import incidents, records
from emergency.store.store import Connection


def open_incident(ctx: Context, new: Incident) -> Incident:
    """Report an incident; from here on rules look at it."""
    with ctx.store.write() as connection:
        if incidents.get(connection, new.incident_id):
            raise Refused(f"there is an incident {new.incident_id!r} already; choose another number")
        incidents.add(connection, new)
        ctx.record(
            connection,
            "incident.open",
            new.incident_id,
            {
                "kind": new.kind,
                "title": dict(new.title),
                "regions": list(new.regions),
                "jurisdiction": new.jurisdiction,
            },
            happened=new.discovered_at,
        )
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
    """Enter a figure no claim carries: deaths, outage minutes, an industry total."""
    if not source.strip():
        raise Refused("a figure needs its source; say who said it")
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
) -> None:
    """Write a confirmed level, open the playbook where needed and lay out the level's tasks."""
    playbook = playbook_of(ctx, before)
    activated = before.activated_at or (ctx.now() if level else None)
    changed = dataclasses.replace(
        before,
        response_level=level,
        playbook=f"{playbook.id}@{playbook.version}" if playbook and level else before.playbook,
        activated_at=activated,
    )
    incidents.change(connection, changed)
    seq = ctx.record(connection, "level.confirm", before.incident_id, body)
    if playbook and level:
        if not before.playbook:
            ctx.record(
                connection,
                "playbook.open",
                before.incident_id,
                {"playbook": changed.playbook, "sha256": playbook.sha256, "level": level},
            )
        _lay_out(ctx, connection, changed, playbook, level, deadlines_s)
    settle(ctx, connection, before.incident_id, "level.confirm", body, seq)


def playbook_of(ctx: Context, incident: Incident) -> Playbook | None:
    library = ctx.content.library
    if incident.playbook:
        return library.playbook(incident.playbook)
    found = library.playbooks_for(incident.kind, incident.perils, incident.regions)
    return found[0] if found else None


def _lay_out(
    ctx: Context,
    connection: Connection,
    incident: Incident,
    playbook: Playbook,
    level: int,
    deadlines_s: Mapping[str, int],
) -> None:
    """Add the tasks of a level; those laid out before stay, done ones stay done."""
    have = {t["task_id"] for t in incidents.tasks(connection, incident.incident_id)}
    clocks = {
        "occurrence": incident.occurred_at,
        "discovery": incident.discovered_at,
        "activation": incident.activated_at,
        "impact": incident.impact_at or incident.occurred_at,
    }
    rows = []
    for ordinal, planned in enumerate(tasks_for(playbook, level, clocks, deadlines_s)):
        if planned.id in have:
            continue
        rows.append(
            {
                "incident_id": incident.incident_id,
                "task_id": planned.id,
                "title": dict(planned.title),
                "phase": planned.phase,
                "role": planned.role,
                "after": list(planned.after),
                "due_us": None if planned.due_at is None else to_us(planned.due_at),
                "due_within_s": planned.due_within_s,
                "critical": planned.critical,
                "hard": planned.hard,
                "evidence": [{"action": e.action, "match": dict(e.match)} for e in planned.evidence],
                "state": "open",
                "ordinal": ordinal,
            }
        )
    incidents.put_tasks(connection, rows)


def settle(
    ctx: Context, connection: Connection, incident_id: str, action: str, body: Mapping[str, Any], seq: int
) -> None:
    """Mark the tasks this act is evidence for as done, and start the clocks of their successors."""
    rows = incidents.tasks(connection, incident_id)
    done = {r["task_id"] for r in rows if r["state"] == "done"}
    for row in rows:
        ready = all(p in done for p in row["after"] if any(r["task_id"] == p for r in rows))
        if row["state"] != "open" or not ready:
            continue
        if any(satisfies(e, action, body) for e in row["evidence"]):
            _finish(ctx, connection, incident_id, row["task_id"], seq)
            done.add(row["task_id"])
    for row in rows:
        waiting = row["state"] == "open" and row["due_us"] is None and row["due_within_s"] is not None
        if waiting and row["task_id"] not in done and all(p in done for p in row["after"]):
            due = ctx.now_us() + row["due_within_s"] * 1_000_000
            incidents.change_task(connection, incident_id, row["task_id"], due_us=due)


def _finish(ctx: Context, connection: Connection, incident_id: str, task_id: str, seq: int) -> None:
    incidents.change_task(
        connection,
        incident_id,
        task_id,
        state="done",
        done_us=ctx.now_us(),
        done_by=ctx.actor.id,
        journal_seq=seq,
    )


def perform(ctx: Context, incident_id: str, action: str, body: Mapping[str, Any]) -> int:
    """Record an act of the vocabulary and settle the tasks it is evidence for.

    Level and allocation have doors of their own, which check more than a record could.

    Raises:
        Refused: unknown act or incident, or something missing from its body.
    """
    if action in ("level.confirm", "allocation.commit"):
        raise Refused(f"{action} is done by confirming a level or committing a plan, not recorded by hand")
    wrong = act.faults(action, body)
    if wrong:
        raise Refused("; ".join(wrong))
    with ctx.store.write() as connection:
        if incidents.get(connection, incident_id) is None:
            raise Refused(f"there is no incident {incident_id!r}")
        seq = ctx.record(connection, action, incident_id, dict(body) | {"incident": incident_id})
        if action == "comms.send":
            _send(ctx, connection, incident_id, body, seq)
        if action == "policy.enable":
            _set(ctx, connection, incident_id, f"policy.{body['name']}", "enabled")
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


def complete_task(ctx: Context, incident_id: str, task_id: str, note: str) -> None:
    """Mark a task done by hand, with a word of evidence where the console could not see it itself."""
    if not note.strip():
        raise Refused("say in a few words how the task was done; it is kept as its evidence")
    with ctx.store.write() as connection:
        row = next((t for t in incidents.tasks(connection, incident_id) if t["task_id"] == task_id), None)
        if row is None or row["state"] != "open":
            raise Refused(f"task {task_id!r} is not open")
        seq = ctx.record(
            connection, "task.complete", f"{incident_id}/{task_id}", {"note": note, "incident": incident_id}
        )
        _finish(ctx, connection, incident_id, task_id, seq)
        settle(ctx, connection, incident_id, "task.complete", {"task": task_id}, seq)


def reopen_task(ctx: Context, incident_id: str, task_id: str) -> None:
    """Take a completion back; the entry that recorded it stays."""
    with ctx.store.write() as connection:
        incidents.change_task(
            connection, incident_id, task_id, state="open", done_us=None, done_by="", journal_seq=None
        )
        ctx.record(connection, "task.reopen", f"{incident_id}/{task_id}", {"incident": incident_id})


def tasks(ctx: Context, incident_id: str) -> list[dict[str, Any]]:
    """Tasks of an incident with ``due_at``, ``done_at`` and ``late`` worked out for now."""
    now = ctx.now()
    with ctx.store.read() as connection:
        rows = incidents.tasks(connection, incident_id)
    for row in rows:
        row["due_at"] = None if row["due_us"] is None else from_us(row["due_us"])
        row["done_at"] = None if row["done_us"] is None else from_us(row["done_us"])
        row["late"] = row["state"] == "open" and row["due_at"] is not None and row["due_at"] < now
    return rows


def every_incident(ctx: Context, *, open_only: bool = False) -> list[Incident]:
    with ctx.store.read() as connection:
        return incidents.every(connection, open_only=open_only)


def mark_impact(ctx: Context, incident_id: str) -> None:
    """The disaster has struck: clocks that count from impact start now."""
    with ctx.store.write() as connection:
        incidents.mark_impact(connection, incident_id, ctx.now_us())
        ctx.record(connection, "incident.impact", incident_id, {"incident": incident_id})
