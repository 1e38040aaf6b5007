"""What happens to tasks by themselves: the next of repeating ones appears, late ones are taken upwards."""

from __future__ import annotations

from collections.abc import Sequence

from emergency.domain.incident import Incident
from emergency.domain.organisation import DEPUTY
from emergency.domain.playbook import Playbook
from emergency.domain.tasking import TaskRules, steps_due
from emergency.library.relief import load_task_rules
from emergency.service.apart import each
from emergency.service.command import COMMANDER as COMMANDER
from emergency.service.command import commander_of, standing
from emergency.service.context import Context
from emergency.service.relief import titles
from emergency.service.task_plan import (
    Row,
    asked_since,
    follow,
    owed_after_the_end,
    playbook_of,
    repeats_now,
    waits_for,
)
from emergency.service.telling import local, tell
from emergency.store import incidents, tasks
from emergency.store.store import Connection
from emergency.texts import N_, Message

STEP_NAMES = {
    "deputy": N_("deputy of the role"),
    "commander": N_("commander"),
    "next_tier": N_("next tier"),
}


def task_rules(ctx: Context) -> TaskRules:
    """The house's rules of tasks. Raises FileFaults where their file is broken."""
    return load_task_rules(ctx.content.data / "rules" / "tasking.yaml")


def chores(ctx: Context) -> int:
    """Look after the tasks of every incident; returns how many steps of escalation were taken.

    Read first and written only where something is due, so that asking often costs little.
    """
    with ctx.store.read() as connection:
        found = [i for i in incidents.every(connection) if i.activated_at is not None]
    if not found:
        return 0
    rules = task_rules(ctx)
    return each(ctx, found, lambda incident: _look_after(ctx, incident, rules))


def _look_after(ctx: Context, incident: Incident, rules: TaskRules) -> int:
    with ctx.store.read() as connection:
        rows = tasks.of(connection, incident.incident_id)
        late = _late(ctx, connection, incident, rows, rules)
    if not late and not (incident.is_open and repeats_now(rows, ctx.now_us())):
        return 0
    with ctx.store.write() as connection:
        current = incidents.get(connection, incident.incident_id)
        if current is None:
            return 0
        follow(ctx, connection, incident.incident_id)
        rows = tasks.of(connection, incident.incident_id)
        late = _late(ctx, connection, current, rows, rules)
        return sum(_escalate(ctx, connection, current, rows, row, step) for row, step in late)


def _late(
    ctx: Context, connection: Connection, incident: Incident, rows: Sequence[Row], rules: TaskRules
) -> list[tuple[Row, str]]:
    """Late tasks with the steps due and not taken; once the response is over, only what is owed after its end."""
    told: dict[str, set[str]] = {}
    for one in tasks.escalations(connection, incident.incident_id):
        told.setdefault(one["task_id"], set()).add(one["step"])
    closed_us = None if incident.closed_at is None else int(incident.closed_at.timestamp() * 1_000_000)
    playbook = playbook_of(ctx, incident)
    owed, asked = owed_after_the_end(playbook), asked_since(connection, incident, playbook, ctx.now_us())
    found = []
    for row in rows:
        over = closed_us is not None and (row["due_us"] is None or row["due_us"] <= closed_us)
        if row["state"] != "open" or over or (closed_us is not None and not owed(row)):
            continue
        after_s = rules.escalate_s[incident.response_level or row["level"] or 3]
        steps = steps_due(row["due_us"], ctx.now_us(), after_s, told.get(row["task_id"], ()), asked(row))
        found += [(row, step) for step in steps]
    return found


def _escalate(
    ctx: Context, connection: Connection, incident: Incident, rows: Sequence[Row], row: Row, step: str
) -> int:
    """One step, once: the key of its row decides, whoever else wakes for it."""
    told = _told(ctx, connection, incident, playbook_of(ctx, incident), row, step)
    key = {"incident_id": incident.incident_id, "task_id": row["task_id"], "step": step}
    if not tasks.escalate(connection, told=told, told_us=ctx.now_us(), journal_seq=0, **key):
        return 0
    body = {"incident": incident.incident_id, "step": step, "told": told, "due_us": row["due_us"]}
    seq = ctx.record(connection, "task.escalate", f"{incident.incident_id}/{row['task_id']}", body)
    tasks.mark_escalation(connection, journal_seq=seq, **key)
    subject = Message(N_("Late task: {task}"), {"task": row["title"]})
    asked = asked_since(connection, incident, playbook_of(ctx, incident), ctx.now_us())
    text = _text(ctx, incident, rows, row, passed=asked(row) > row["due_us"])
    name = f"task/{incident.incident_id}/{row['task_id']}/{step}"
    tell(ctx, connection, name, told, subject, text, incident_id=incident.incident_id)
    return 1


def _told(
    ctx: Context, connection: Connection, incident: Incident, playbook: Playbook | None, row: Row, step: str
) -> str:
    """To whom a step goes: people by name where the organisation knows them, else the role."""
    if step == "next_tier":
        return _next_tier(incident, playbook, row)
    if step == "deputy":
        deputies = standing(ctx, connection, incident.incident_id, row["role"], DEPUTY)
        return ", ".join([f"{row['role']}/deputy", *deputies])
    role = commander_of(playbook.roles) if playbook else COMMANDER
    return ", ".join([role, *standing(ctx, connection, incident.incident_id, role)])


def _next_tier(incident: Incident, playbook: Playbook | None, row: Row) -> str:
    level = incident.response_level or row["level"] or 3
    tiers = playbook.activation.authority if playbook else {}
    return str(tiers.get(max(1, level - 1)) or COMMANDER)


def _text(ctx: Context, incident: Incident, rows: Sequence[Row], row: Row, *, passed: bool) -> Message:
    """``passed``: its due time had passed when the task was laid out or moved there."""
    named = {r["task_id"]: r["title"] for r in rows}
    waits = [named[w] for w in waits_for(rows, row) if w in named]
    gaps = {
        "task": row["title"],
        "incident": incident.title,
        "time": local(ctx, row["due_us"]),
        "role": titles(ctx, incident, [row["role"]]),
        "holder": row["holder"] or "–",
    }
    if passed:
        text = N_(
            "{incident}: the due time of “{task}”, {time}, had passed when the task was asked for. Do it now. "
            "Role: {role}, with {holder}."
        )
        return Message(text, gaps)
    if waits:
        text = N_("{incident}: “{task}” was due at {time}. Role: {role}, with {holder}; it waits for “{before}”.")
        return Message(text, gaps | {"before": waits[0]})
    return Message(N_("{incident}: “{task}” was due at {time}. Role: {role}, with {holder}."), gaps)
