"""What a playbook asks for at a level, laid out as tasks that follow level, impact and one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.playbook import PlannedTask, Playbook, tasks_for
from emergency.domain.reporting_clock import INTERNAL, REGULATOR, Clock, Series, as_of
from emergency.domain.tasking import SECOND_US, Occurrence, repeats
from emergency.service.context import Context
from emergency.service.proved_before import settle_by_record
from emergency.store import incidents, reports, tasks
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
    fresh = set(tasks.add(connection, new))
    owned = owned_by_clocks(playbook)
    waiting = {(c.to, c.kind) for c in _known_clocks(ctx, connection, incident) if c.waits}
    for one in planned:
        for row in (r for r in have.values() if one.id in (r["task_id"], r["series"]) and r["state"] == "open"):
            # A clock that runs says itself when its report is due; it is held against the new level next.
            _tighten(ctx, connection, row, one, level, moves=owned.get(one.id) not in waiting)
    rows = tasks.of(connection, incident.incident_id)
    settle_by_record(ctx, connection, rows, fresh, standing_only=bool(have))
    follow_clocks(ctx, connection, incident)
    follow(ctx, connection, incident.incident_id)


def _first_due(planned: PlannedTask, now_us: int) -> int | None:
    """Due times of a repeating task that passed before it was laid out were asked of nobody; the next one is owed."""
    if planned.due_at is None:
        return None
    due_us, every_us = to_us(planned.due_at), (planned.repeat_every_s or 0) * SECOND_US
    if not every_us or due_us > now_us:
        return due_us
    return due_us + ((now_us - due_us) // every_us + 1) * every_us


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


def _tighten(
    ctx: Context, connection: Connection, row: Row, planned: PlannedTask, level: int, *, moves: bool = True
) -> None:
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
    if moves and due_us is not None and (row["due_us"] is None or due_us < row["due_us"]):
        move_due(ctx, connection, row, due_us, "level")


def _planned_due(ctx: Context, row: Row, planned: PlannedTask) -> int | None:
    now_us = ctx.now_us()
    if row["occurrence"] == 1:
        if planned.due_at is not None:
            return _first_due(planned, now_us)
        # It counts from its predecessors; once they are done, from now at the latest.
        running = row["due_us"] is not None and planned.due_within_s is not None
        return now_us + (planned.due_within_s or 0) * SECOND_US if running else None
    if planned.repeat_every_s is None:
        return None
    return max(now_us, row["opens_us"] or now_us) + planned.repeat_every_s * SECOND_US


def asked_since(
    connection: Connection, incident: Incident, playbook: Playbook | None, now_us: int
) -> Callable[[Row], int]:
    """Since when a task is asked of somebody with the due time it has: laid out with the first level that asks for it,
    or moved there later. Microseconds; a due time may have passed by then."""
    first: dict[int, int] = {}
    for one in incidents.decisions(connection, incident.incident_id):
        if one["level"] is not None and not one["jurisdiction"] and one["decided_us"] <= now_us:
            first.setdefault(int(one["level"]), int(one["decided_us"]))
    laid = {
        task.id: min((us for level, us in first.items() if level in task.levels), default=0)
        for task in (playbook.tasks if playbook else ())
    }
    changes = tasks.due_changes(connection, incident.incident_id)
    moved = {(one["task_id"], one["after_us"]): int(one["changed_us"]) for one in changes}
    return lambda row: max(laid.get(row["task_id"], 0), moved.get((row["task_id"], row["due_us"]), 0))


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


def owned_by_clocks(playbook: Playbook | None) -> dict[str, Series]:
    """Task -> (addressee, kind) of the report whose clock says when it is due."""
    named = {t.id: t.due.deadline for t in (playbook.tasks if playbook else ()) if t.due.deadline}
    return {task_id: (INTERNAL if kind == INTERNAL else REGULATOR, kind) for task_id, kind in named.items()}


def follow_clocks(ctx: Context, connection: Connection, incident: Incident, *, whole: bool = False) -> None:
    """Reports whose deadline a rule file owns are due when their clock is; where none runs, they are not due.

    Args:
        whole: the clocks were just held against the rules, so that one that is not there does not run.
    """
    known = _known_clocks(ctx, connection, incident)
    rows = tasks.of(connection, incident.incident_id)
    for task_id, series in owned_by_clocks(playbook_of(ctx, incident)).items():
        mine = [c for c in known if (c.to, c.kind) == series and c.in_force and c.lifted_us is None]
        turns = sorted((r for r in rows if task_id in (r["task_id"], r["series"])), key=lambda r: int(r["occurrence"]))
        if turns:
            _follow_clock(ctx, connection, turns, mine)
            if whole and not mine:
                _stop(ctx, connection, turns)


def _known_clocks(ctx: Context, connection: Connection, incident: Incident) -> list[Clock]:
    return [c for one in reports.clocks(connection, incident.incident_id) if (c := as_of(one, ctx.now_us()))]


def _follow_clock(ctx: Context, connection: Connection, turns: Sequence[Row], clocks: Sequence[Clock]) -> None:
    """One report: its open turn is due with the clock of its number, the next turn appears with the next clock."""
    missed = {c.number for c in clocks if c.missed_us is not None}
    for row in turns:
        if row["state"] == "open" and row["occurrence"] in missed:
            _miss(ctx, connection, row)
            row["state"] = "missed"
    waiting = [c for c in clocks if c.waits]
    # A target (力争) is due only where the rules give no limit.
    next_ = min(waiting, key=lambda c: (c.number, c.strive, c.due_us), default=None)
    still = [r for r in turns if r["state"] == "open"]
    if not still:
        if next_ is not None and next_.number > turns[-1]["occurrence"]:
            again = _again(turns[-1] | {"series": turns[0]["task_id"]}, Occurrence(next_.number, next_.due_us))
            tasks.add(connection, [again])
    elif next_ is not None and next_.due_us != still[0]["due_us"]:
        move_due(ctx, connection, still[0], next_.due_us, "clock")


def owe_final_anew(ctx: Context, connection: Connection, incident: Incident) -> None:
    """A final report that was handed in before a response was opened again: a turn of its own, due after the next
    end."""
    rows = tasks.of(connection, incident.incident_id)
    for first in (r for r in rows if r["occurrence"] == 1 and any(map(_is_final, r["evidence"]))):
        turns = [r for r in rows if first["task_id"] in (r["task_id"], r["series"])]
        last = max(turns, key=lambda r: int(r["occurrence"]))
        if last["state"] in ("done", "missed"):
            again = Occurrence(last["occurrence"] + 1, None)
            tasks.add(connection, [_again(last | {"series": first["task_id"]}, again)])


def _is_final(evidence: Mapping[str, Any]) -> bool:
    kind = evidence.get("match", {}).get("kind")
    return evidence["action"] == "report.submit" and kind in ("final", "internal_final")


def _stop(ctx: Context, connection: Connection, turns: Sequence[Row]) -> None:
    for row in turns:
        if row["state"] == "open" and row["due_us"] is not None:
            move_due(ctx, connection, row, None, "clock")


def owed_after_the_end(playbook: Playbook | None) -> Callable[[Row], bool]:
    """Whether a task is still asked of anybody once the response is over: what counts from its end, the review and
    reports whose deadline a rule file owns. All others ended with it."""
    planned = playbook.tasks if playbook else ()
    kept = {task.id for task in planned if task.due.origin == "stand_down" or task.due.deadline}
    return lambda row: (row["series"] or row["task_id"]) in kept or is_review(row)


def is_review(row: Row) -> bool:
    return any(one["action"] == "aar.publish" for one in row["evidence"])


def start_clock(ctx: Context, connection: Connection, incident: Incident, origin: str, at: datetime) -> None:
    """A clock of the plan starts (impact, stand_down): open tasks that count from it are due from now on."""
    playbook = playbook_of(ctx, incident)
    if playbook is None:
        return
    open_ = [r for r in tasks.of(connection, incident.incident_id) if r["state"] == "open"]
    rows = {r["series"] or r["task_id"]: r for r in sorted(open_, key=lambda r: -int(r["occurrence"]))}
    for task in playbook.tasks:
        row = rows.get(task.id)
        if task.due.origin != origin or row is None:
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
        _miss(ctx, connection, by_number[number])


def _miss(ctx: Context, connection: Connection, row: Row) -> None:
    body = {"incident": row["incident_id"], "occurrence": row["occurrence"], "due_us": row["due_us"]}
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
