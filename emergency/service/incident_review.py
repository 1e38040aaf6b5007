"""A real incident scored and told by the code that scores and tells drills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emergency.domain.drill.real import OBJECTIVES, Owed, acts_of, deliveries_of, script_of
from emergency.domain.drill.regret import regret_of
from emergency.domain.drill.regret_record import decisions_record
from emergency.domain.drill.review import after_action, timeline
from emergency.domain.drill.scoring import score
from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.playbook import Playbook, Text
from emergency.service.command import COMMANDER
from emergency.service.context import Context
from emergency.service.drill_decisions import places_of, published
from emergency.service.held import area, span
from emergency.service.response import tasks
from emergency.service.task_board import TaskLine, board
from emergency.service.task_plan import playbook_of
from emergency.store import incident_links, incidents, levels
from emergency.texts import LANGUAGES, N_, speaker

CONFIRM_LEVEL = N_("Confirm the proposed level {mark}")
MARKS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}
# What is not asked for any more, or not yet, is neither done nor missed.
NOT_ASKED = ("dropped", "ended", "waiting")
CONFIRM_S = 1800  # where no playbook says how long a level may wait (house rule, 2026-11)


def incident_record(ctx: Context, incident: Incident) -> dict[str, Any]:
    """The after-action review of an incident as it stands now, in the form of a kept drill run.

    Returns:
        as `emergency.service.drills.report` gives it, with ``kind`` incident.
    """
    over = incident.closed_at or ctx.now()
    playbook = playbook_of(ctx, incident)
    owed = list(owed_by(ctx, incident, playbook))
    names = {phase: _both(words) for phase, (_, words) in OBJECTIVES.items()}
    span_s = _seconds(incident, to_us(over))
    script = script_of(
        incident.incident_id, incident.title, incident.playbook, incident.occurred_at, span_s, owed, names
    )
    acts, deliveries = acts_of(owed), deliveries_of(owed)
    scored = score(script, acts, deliveries, {})
    roles = {name: role.title for name, role in playbook.roles.items()} if playbook else {}
    review = after_action(script, scored, timeline(script, acts, deliveries, scored), roles).to_json()
    asked = {one.id: dict(one.title) for one in owed}
    review["overview"] |= {"type": "real", "scenario": _scene(incident), "names": asked}
    review["overview"] |= {"held": span(ctx, incident.occurred_at, over), "area": area(ctx.regions, incident.regions)}
    review["overview"] |= {"running": incident.closed_at is None}
    return {
        "kind": "incident",
        "run_id": incident.incident_id,
        "drill_id": script.id,
        "drill_version": script.version,
        "title": dict(incident.title),
        "auto": "real",
        "seed": 0,
        "workspace": ctx.store.name,
        "finished_us": to_us(over),
        "score": scored.to_json(),
        "review": review,
        "files": {f"playbook {incident.playbook}": playbook.sha256} if playbook else {},
    }


def with_decisions(ctx: Context, incident: Incident, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with what each plan published in the response cost above the best that could be known then.

    Every plan is solved again, which takes a moment. What it cost to publish none is not seen: nobody looked.
    """
    with ctx.store.read() as connection:
        entries = list(incident_links.acts_known(connection, ("allocation.commit",), ctx.now_us()))
    found = published(ctx, entries, to_us(incident.occurred_at), incident.incident_id)
    places = places_of(ctx, found)
    judged = [regret_of(one, places) for one in found]
    return {**record, "score": {**record["score"], **decisions_record(judged)}}


def owed_by(ctx: Context, incident: Incident, playbook: Playbook | None) -> Iterator[Owed]:
    """What the response owed by now, in the order of ids; what is not due yet is left out."""
    yield from _levels(ctx, incident, playbook)
    rows = {row["task_id"]: row for row in tasks(ctx, incident.incident_id)}
    for line in sorted(board(ctx, incident.incident_id).lines, key=lambda one: one.task_id):
        found = _task(incident, line, rows.get(line.task_id, {}))
        if found is not None:
            yield found


def _task(incident: Incident, line: TaskLine, row: Mapping[str, Any]) -> Owed | None:
    """A task with a due time that was done, missed or is late; None where nothing can be said of it yet."""
    if line.due_at is None or line.look in NOT_ASKED or (line.look == "ready" and line.reckoned):
        return None
    due_us = to_us(line.due_at)
    if line.look == "ready":
        return None
    within_s = row.get("due_within_s")
    begun_us = due_us - within_s * 1_000_000 if within_s else to_us(incident.discovered_at)
    if line.opens_at is not None and not within_s:
        begun_us = max(begun_us, to_us(line.opens_at))
    return Owed(
        id=line.task_id,
        title=line.title,
        phase=line.phase,
        role=line.role,
        start_s=_seconds(incident, begun_us),
        limit_s=max(1, (due_us - begun_us) // 1_000_000),
        done_s=None if line.done_at is None else _seconds(incident, to_us(line.done_at)),
        done_by=line.done_by,
        entry=line.entry,
        critical=line.critical,
        hard=line.hard,
    )


def _levels(ctx: Context, incident: Incident, playbook: Playbook | None) -> Iterator[Owed]:
    """Every asking for a level that somebody answered or should have."""
    with ctx.store.read() as connection:
        rounds = levels.rounds(connection, incident.incident_id)
        decided = {d["decided_us"]: d for d in incidents.decisions(connection, incident.incident_id)}
    within = playbook.activation.confirm_within_s if playbook else {}
    for number, one in enumerate(rounds, 1):
        if one["outcome"] in ("superseded", "withdrawn") or (one["ended_us"] is None and incident.is_open):
            continue
        decision = decided.get(one["ended_us"])
        yield Owed(
            id=f"level-{number}",
            title=_both(CONFIRM_LEVEL, mark=MARKS[one["level"]]),
            phase="activate",
            role=COMMANDER,
            start_s=_seconds(incident, one["opened_us"]),
            limit_s=within.get(one["level"], CONFIRM_S),
            done_s=None if decision is None else _seconds(incident, decision["decided_us"]),
            done_by=decision["actor"] if decision else "",
            critical=True,
            level=decision["level"] if decision else None,
            right=one["level"],
        )


def _seconds(incident: Incident, us: int) -> int:
    return max(0, (us - to_us(incident.occurred_at)) // 1_000_000)


def _scene(incident: Incident) -> Text:
    return {
        code: " · ".join(filter(None, (text, incident.place, incident.cause))) for code, text in incident.title.items()
    }


def _both(words: str, **gaps: Any) -> Text:
    """A sentence of ours in both languages, as a script would hold it."""
    spoken = {"en": "en", "zh_CN": "zh"}
    return {spoken[code]: speaker(code)(words, **gaps) for code in LANGUAGES}
