"""Looking back: the same workspace as it was known at an earlier minute. Nothing can be done there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.service import compound
from emergency.service.context import Context, FixedClock, Refused
from emergency.service.incident_columns import OPENED, SHUT, values_of
from emergency.service.task_plan import playbook_of
from emergency.store import incident_links, incidents, journal, tasks
from emergency.store.store import Connection
from emergency.texts import Message


def looking_back(ctx: Context, at: datetime) -> Context:
    """The workspace as it was known at an instant; what is asked of it is answered from what was known then.

    Raises:
        Refused: the instant lies ahead.
    """
    if at > ctx.now():
        raise Refused(Message("that minute has not come yet; choose an earlier one"))
    return dataclasses.replace(ctx, clock=FixedClock(at), known_at=at)


def first_minute(ctx: Context, incident: Incident | None) -> datetime | None:
    """Where looking back begins: with the incident, else with the first act of the workspace."""
    if incident is not None:
        return min(incident.occurred_at, incident.opened_at)
    with ctx.store.read() as connection:
        first = next(iter(journal.entries(connection, limit=1)), None)
    return None if first is None else from_us(min(first.happened_us, first.recorded_us))


def known_incidents(ctx: Context, connection: Connection) -> list[Incident]:
    """Every incident as it was known at the context's minute; those opened later are not there."""
    found = incidents.every(connection)
    if ctx.known_at is None:
        return found
    return [as_known(ctx, connection, one) for one in found if one.opened_at <= ctx.known_at]


def as_known(ctx: Context, connection: Connection, incident: Incident) -> Incident:
    """An incident as it was known at the context's minute: corrections, level and end undone that came later."""
    at = ctx.known_at
    if at is None:
        return incident
    before: dict[str, Any] = {}
    for change in incident_links.changes(connection, incident.incident_id):  # the newest first
        if change.changed_us > to_us(at):
            before |= values_of(change.before)
    begun = incident.activated_at is not None and incident.activated_at <= at
    level = _level(incidents.decisions(connection, incident.incident_id), incident, at)
    return dataclasses.replace(
        incident,
        **before,
        **level,
        cat_code=_code(connection, incident, at),
        closed_at=_closed(connection, incident, at),
        impact_at=_by(incident.impact_at, at),
        activated_at=incident.activated_at if begun else None,
        playbook=incident.playbook if begun else "",
    )


def _by(instant: datetime | None, at: datetime) -> datetime | None:
    return instant if instant is not None and instant <= at else None


def _level(rows: Sequence[Mapping[str, Any]], incident: Incident, at: datetime) -> dict[str, Any]:
    """The level in force then, by the decisions made by then."""
    known = [r for r in rows if not r["jurisdiction"] and r["decided_us"] <= to_us(at)]
    if not known:
        return {"response_level": None, "provisional": False}
    return {"response_level": known[-1]["level"], "provisional": known[-1]["kind"] == "provisional"}


def _closed(connection: Connection, incident: Incident, at: datetime) -> datetime | None:
    acts = incident_links.acts_known(connection, (*SHUT, *OPENED), to_us(at))
    mine = [a for a in acts if a.subject == incident.incident_id]
    if mine:
        return from_us(mine[-1].recorded_us) if mine[-1].action in SHUT else None
    return _by(incident.closed_at, at)


def _code(connection: Connection, incident: Incident, at: datetime) -> str:
    """The catastrophe code it had: what the first later change of it found there."""
    acts = incident_links.acts_known(connection, ("incident.code",), 2**62)
    later = [a for a in acts if a.subject == incident.incident_id and a.recorded_us > to_us(at)]
    return str(later[0].facts()["before"]) if later else incident.cat_code


def known_links(ctx: Context, connection: Connection) -> dict[str, str]:
    """Which incidents were under one command at the context's minute."""
    if ctx.known_at is None:
        return incident_links.links(connection)
    found: dict[str, str] = {}
    for act in incident_links.acts_known(connection, compound.ACTS, to_us(ctx.known_at)):
        facts = act.facts()
        found = {k: v for k, v in found.items() if k not in facts["before"]} | facts["after"]
    return found


def known_tasks(ctx: Context, connection: Connection, incident: Incident) -> list[dict[str, Any]]:
    """Tasks that were laid out by the context's minute; what was done or dropped later stands open."""
    rows = tasks.of(connection, incident.incident_id)
    if ctx.known_at is None:
        return rows
    at_us = to_us(ctx.known_at)
    laid = _laid_out(ctx, connection, incident)
    opened = _opened_again(connection, incident.incident_id, at_us)
    due = _due_then(connection, incident.incident_id, at_us)
    found = []
    for row in (r for r in rows if laid.get(str(r["task_id"]), 0) <= at_us):
        later = row["state"] != "open" and _settled_us(connection, row) > at_us
        back = opened.get(str(row["task_id"]), {"state": "open", "done_us": None, "done_by": ""})
        row = {**row, "due_us": due.get(str(row["task_id"]), row["due_us"])}
        found.append({**row, **back} if later or str(row["task_id"]) in opened else row)
    return found


def _settled_us(connection: Connection, row: Mapping[str, Any]) -> int:
    """When a task was done, dropped or missed."""
    if row["done_us"] is not None:
        return int(row["done_us"])
    act = incident_links.entry(connection, int(row["journal_seq"])) if row["journal_seq"] else None
    return act.recorded_us if act else 0


def _due_then(connection: Connection, incident_id: str, at_us: int) -> dict[str, int | None]:
    """Task -> its due time then, of those whose due time has moved since."""
    found: dict[str, int | None] = {}
    for change in tasks.due_changes(connection, incident_id):
        if change["changed_us"] > at_us:
            found.setdefault(str(change["task_id"]), change["before_us"])
    return found


def _laid_out(ctx: Context, connection: Connection, incident: Incident) -> dict[str, int]:
    """Task -> when it was laid out: with the first level that asks for it, or when somebody added it."""
    decided: dict[int, int] = {}
    for row in incidents.decisions(connection, incident.incident_id):
        if row["level"] is not None:
            decided.setdefault(row["level"], row["decided_us"])
    playbook = playbook_of(ctx, incident)
    found = {}
    for task in playbook.tasks if playbook else ():
        found[task.id] = min((us for level, us in decided.items() if level in task.levels), default=0)
    for entry in incident_links.acts_known(connection, ("task.add", "task.repeat"), 2**62):
        number = f"own-{entry.seq}" if entry.action == "task.add" else entry.subject.partition("/")[2]
        found[number] = entry.recorded_us
    return found


def _opened_again(connection: Connection, incident_id: str, at_us: int) -> dict[str, dict[str, Any]]:
    """Task -> how it stood, of those that were done by then and opened again since."""
    found: dict[str, dict[str, Any]] = {}
    for entry in incident_links.acts_known(connection, ("task.reopen",), 2**62):
        incident, _, number = entry.subject.partition("/")
        if incident != incident_id or entry.recorded_us <= at_us or number in found:
            continue
        facts = entry.facts()
        done = incident_links.entry(connection, int(facts["entry"])) if facts.get("entry") else None
        if done is not None and done.recorded_us <= at_us:
            found[number] = {"state": facts["state"], "done_us": done.recorded_us, "done_by": facts["done_by"]}
    return found
