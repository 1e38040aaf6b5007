"""What a playbook asks for at a level, laid out as tasks that follow level, impact and one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.playbook import PlannedTask, Playbook, tasks_for
from emergency.domain.tasking import SECOND_US, Occurrence, repeats
from emergency.service.context import Context
from emergency.store import incidents, tasks
from emergency.store.store import Connection

Row = dict[str, Any]


def playbook_of(ctx: Context, incident: Incident) -> Playbook | None:
    """The playbook an incident runs on; before one is opened, the one that fits best."""
    library = ctx.content.library
    if incident.playbook:
        return library.playbook(incident.playbook)
    found = library.playbooks_for(incident.kind, incident.perils, incident.regions)
    return found[0] if found else None


def lay_out(
    ctx: Context,
    connection: Connection,
    incident: Incident,
    playbook: Playbook,
    level: int,
    deadlines_s: Mapping[str, int],
) -> None:
    """Add the tasks of a level; done ones stay done, open ones are tightened and never loosened.

    What counts from activation counts from now, the activation of this level: a task that a graver
    level adds on the third day is not late at birth.
    """
    have = {row["task_id"]: row for row in tasks.of(connection, incident.incident_id)}
    clocks = {
        "occurrence": incident.occurred_at,
        "discovery": incident.discovered_at,
        "activation": ctx.now(),
        "impact": incident.impact_at or incident.occurred_at,
    }
    planned = tasks_for(playbook, level, clocks, deadlines_s)
    new = [_row(incident, p, n, level, ctx.now_us()) for n, p in enumerate(planned) if p.id not in have]
    tasks.add(connection, new)
    for one in planned:
        for row in (r for r in have.values() if one.id in (r["task_id"], r["series"]) and r["state"] == "open"):
            _tighten(ctx, connection, row, one, level)
    follow(ctx, connection, incident.incident_id)


def _first_due(planned: PlannedTask, now_us: int) -> int | None:
    """Due times of a repeating task that passed before it was laid out were asked of nobody; the last is owed."""
    if planned.due_at is None:
        return None
    due_us, every_us = to_us(planned.due_at), (planned.repeat_every_s or 0) * SECOND_US
    return due_us + max(0, now_us - due_us) // every_us * every_us if every_us else due_us


def _row(incident: Incident, planned: PlannedTask, ordinal: int, level: int, now_us: int) -> Row:
    return {
        "incident_id": incident.incident_id,
        "task_id": planned.id,
        "title": dict(planned.title),
        "phase": planned.phase,
        "role": planned.role,
        "after": list(planned.after),
        "due_us": _first_due(planned, now_us),
        "due_within_s": planned.due_within_s,
        "critical": planned.critical,
        "hard": planned.hard,
        "evidence": [{"action": e.action, "match": dict(e.match)} for e in planned.evidence],
        "state": "open",
        "ordinal": ordinal,
        "series": planned.id if planned.repeat_every_s else "",
        "repeat_every_s": planned.repeat_every_s,
        "level": level,
    }


def _tighten(ctx: Context, connection: Connection, row: Row, planned: PlannedTask, level: int) -> None:
    """An open task as the new level asks for it; its due time only ever comes nearer."""
    first = row["occurrence"] == 1
    values: Row = {"level": level, "repeat_every_s": planned.repeat_every_s}
    if planned.repeat_every_s and not row["series"]:
        values["series"] = planned.id
    if first:
        values["after"] = list(planned.after)
        within = [s for s in (row["due_within_s"], planned.due_within_s) if s is not None]
        values["due_within_s"] = min(within) if within else None
    tasks.change(connection, row["incident_id"], row["task_id"], **values)
    due_us = _planned_due(ctx, row, planned)
    if due_us is not None and (row["due_us"] is None or due_us < row["due_us"]):
        move_due(ctx, connection, row, due_us, "level")


def _planned_due(ctx: Context, row: Row, planned: PlannedTask) -> int | None:
    now_us = ctx.now_us()
    if row["occurrence"] == 1:
        if planned.due_at is not None:
            return to_us(planned.due_at)
        # It counts from its predecessors; once they are done, from now at the latest.
        running = row["due_us"] is not None and planned.due_within_s is not None
        return now_us + (planned.due_within_s or 0) * SECOND_US if running else None
    if planned.repeat_every_s is None:
        return None
    return max(now_us, row["opens_us"] or now_us) + planned.repeat_every_s * SECOND_US


def move_due(ctx: Context, connection: Connection, row: Row, due_us: int | None, why: str) -> None:
    """Give a task another due time; what it was is kept."""
    subject = f"{row['incident_id']}/{row['task_id']}"
    body = {"incident": row["incident_id"], "before_us": row["due_us"], "due_us": due_us, "why": why}
    seq = ctx.record(connection, "task.due", subject, body)
    tasks.move_due(
        connection,
        incident_id=row["incident_id"],
        task_id=row["task_id"],
        before_us=row["due_us"],
        after_us=due_us,
        changed_us=ctx.now_us(),
        why=why,
        journal_seq=seq,
    )


def start_clock(ctx: Context, connection: Connection, incident: Incident, origin: str, at: datetime) -> None:
    """A clock of the plan starts (impact, stand_down): open tasks that count from it are due from now on."""
    playbook = playbook_of(ctx, incident)
    if playbook is None:
        return
    rows = {r["task_id"]: r for r in tasks.of(connection, incident.incident_id)}
    for task in playbook.tasks:
        row = rows.get(task.id)
        if task.due.origin != origin or row is None or row["state"] != "open":
            continue
        within_s = task.due.within_s.get(row["level"] or 0)
        if within_s is None:
            continue  # a deadline that a rule file owns
        due_us = to_us(at) + within_s * SECOND_US
        if due_us != row["due_us"]:
            move_due(ctx, connection, row, due_us, origin)


def satisfied(rows: Iterable[Row], before: str) -> bool:
    """Whether a predecessor no longer holds anybody up; one that was never laid out holds nobody up."""
    mine = [r for r in rows if before in (r["task_id"], r["series"])]
    return not mine or any(r["state"] in ("done", "dropped") for r in mine)


def waits_for(rows: Sequence[Row], row: Row) -> tuple[str, ...]:
    """The predecessors that must still be done."""
    return tuple(before for before in row["after"] if not satisfied(rows, before))


def follow(ctx: Context, connection: Connection, incident_id: str) -> None:
    """Start the clocks of tasks whose predecessors are done, and call up the next of repeating ones."""
    rows = tasks.of(connection, incident_id)
    now_us = ctx.now_us()
    for row in rows:
        counts = row["state"] == "open" and row["due_us"] is None and row["due_within_s"] is not None
        if counts and not waits_for(rows, row):
            row["due_us"] = now_us + row["due_within_s"] * SECOND_US
            tasks.change(connection, incident_id, row["task_id"], due_us=row["due_us"])
    incident = incidents.get(connection, incident_id)
    if incident is None or not incident.is_open:
        return  # what repeats ends with the response
    for series in sorted({r["series"] for r in rows if r["series"]}):
        _repeat(ctx, connection, [r for r in rows if r["series"] == series])


def repeats_now(rows: Sequence[Row], now_us: int) -> bool:
    """Whether `follow` would find something to do for repeating tasks."""
    return any(any(_asked([r for r in rows if r["series"] == s], now_us)) for s in {r["series"] for r in rows} - {""})


def _asked(series: Sequence[Row], now_us: int) -> tuple[tuple[int, ...], tuple[Occurrence, ...]]:
    every_s = max(series, key=lambda r: int(r["occurrence"]))["repeat_every_s"]
    if not every_s:
        return (), ()
    known = [Occurrence(r["occurrence"], r["due_us"], r["state"], r["done_us"], r["opens_us"]) for r in series]
    return repeats(known, every_s, now_us)


def _repeat(ctx: Context, connection: Connection, series: Sequence[Row]) -> None:
    last = max(series, key=lambda r: int(r["occurrence"]))
    missed, new = _asked(series, ctx.now_us())
    made = [_again(last, one) for one in new]
    added = set(tasks.add(connection, made))
    for row in made:
        if row["task_id"] in added:
            body = {"incident": row["incident_id"], "occurrence": row["occurrence"], "due_us": row["due_us"]}
            ctx.record(connection, "task.repeat", f"{row['incident_id']}/{row['task_id']}", body)
    by_number = {r["occurrence"]: r for r in (*series, *made)}
    for number in missed:
        row = by_number[number]
        body = {"incident": row["incident_id"], "occurrence": number, "due_us": row["due_us"]}
        seq = ctx.record(connection, "task.miss", f"{row['incident_id']}/{row['task_id']}", body)
        tasks.change(connection, row["incident_id"], row["task_id"], state="missed", journal_seq=seq)


def _again(last: Row, one: Occurrence) -> Row:
    """The next of a repeating task: the same work, waiting for nobody. Its id makes a second one impossible."""
    kept = (
        "incident_id",
        "title",
        "phase",
        "role",
        "critical",
        "hard",
        "evidence",
        "ordinal",
        "origin",
        "series",
        "repeat_every_s",
        "work_s",
        "level",
        "holder",
    )
    return {key: last[key] for key in kept if key in last} | {
        "task_id": f"{last['series']}#{one.number}",
        "occurrence": one.number,
        "after": [],
        "due_us": one.due_us,
        "due_within_s": None,
        "opens_us": one.opens_us,
        "state": "open",
    }
