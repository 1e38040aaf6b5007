"""What a drill or an incident exercised: kind, level, roles and every clause of the plan, done, late or missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from emergency.domain.drill.answer import timeliness
from emergency.domain.drill.real import Owed
from emergency.domain.drill.script import Decay
from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.service.context import Context
from emergency.service.drill_course import script_played
from emergency.service.incident_review import incident_record, owed_by
from emergency.service.panel import to_rate
from emergency.service.response import tasks
from emergency.service.reviewing import INCIDENT, RUN
from emergency.service.running import context
from emergency.service.task_plan import playbook_of
from emergency.store import incidents, journal, people, records, reviews
from emergency.store import tasks as task_store


def keep_run(ctx: Context, run_id: str) -> bool:
    """Keep what a run exercised, from its own workspace; False where that holds another run by now."""
    with ctx.store.read() as connection:
        run = records.run(connection, run_id)
    if run is None or not ctx.content.workspaces.exists(run["workspace"]):
        return False
    drill = context(ctx.content, run["workspace"], ctx.actor)
    with drill.store.read() as connection:
        starts = [e for e in journal.entries(connection) if e.action == "drill.start"]
        incident = incidents.get(connection, f"DRILL-{run['drill_id']}")
    if incident is None or not starts or starts[-1].facts().get("run") != run_id:
        return False
    roles = {m["role"] for m in run["review"]["timeline"] if m["kind"] == "act" and m["role"]}
    values = _values(drill, incident)
    with drill.store.read() as connection:
        rows = task_store.of(connection, incident.incident_id)
    values["clauses"] = only_asked(values["clauses"], rows, _expected(drill, run))
    values |= {
        "drill_id": run["drill_id"],
        "title": run["title"],
        "held_us": run["finished_us"],
        "overall": run["score"]["overall"],
        "band": run["score"]["band"] or "",
        "by_robots": sorted(_by_robots(drill, run)),
    }
    with ctx.store.write() as connection:
        reviews.keep_exercise(connection, (RUN, run_id), **values, roles=sorted(roles))
        reviews.keep_training(connection, (RUN, run_id), _of_run(drill, run, values["by_robots"]))
    return True


def keep_incident(ctx: Context, incident: Incident) -> None:
    """Keep what an incident exercised, as it stands now."""
    record = incident_record(ctx, incident)
    with ctx.store.read() as connection:
        held = people.holdings(connection, incident.incident_id)
    acted = {e["by_role"] or e["role"] for e in record["score"]["expectations"] if e["performed"]}
    values = _values(ctx, incident) | {
        "drill_id": "",
        "title": dict(incident.title),
        "held_us": to_us(incident.activated_at or incident.opened_at),
        "overall": record["score"]["overall"],
        "band": record["score"]["band"] or "",
        "roles": sorted(acted | {one["role"] for one in held}),
    }
    with ctx.store.write() as connection:
        reviews.keep_exercise(connection, (INCIDENT, incident.incident_id), **values)
        reviews.keep_training(
            connection, (INCIDENT, incident.incident_id), _of_incident(record, held, values["held_us"])
        )


def keep_missing(ctx: Context) -> int:
    """Catch up on runs and incidents nobody has kept yet; returns how many were."""
    with ctx.store.read() as connection:
        known = {(e["subject_kind"], e["subject_id"]) for e in reviews.exercises(connection)}
        runs = [r["run_id"] for r in records.runs(connection) if (RUN, r["run_id"]) not in known]
        open_ = [i for i in incidents.every(connection) if i.activated_at is not None]
    kept = sum(keep_run(ctx, run_id) for run_id in runs)
    for incident in open_:
        # One that goes on is read anew; what is closed stays as it was.
        if incident.is_open or (INCIDENT, incident.incident_id) not in known:
            keep_incident(ctx, incident)
            kept += 1
    return kept


def _values(ctx: Context, incident: Incident) -> dict[str, Any]:
    playbook = playbook_of(ctx, incident)
    with ctx.store.read() as connection:
        levels = [d["level"] for d in incidents.decisions(connection, incident.incident_id) if d["level"]]
    return {
        "incident_kind": incident.kind,
        "level": min([*levels, *([incident.response_level] if incident.response_level else [])], default=None),
        "playbook": incident.playbook,
        "clauses": clauses(tasks(ctx, incident.incident_id), owed_by(ctx, incident, playbook)),
    }


def clauses(rows: Iterable[Mapping[str, Any]], owed: Iterable[Owed]) -> dict[str, dict[str, Any]]:
    """Clause of the plan -> state (done, late, missed) and points for its time; of a repeating task the worst turn."""
    found: dict[str, dict[str, Any]] = {
        row["task_id"]: {"state": "done", "points": None} for row in rows if row["state"] == "done"
    }
    for one in owed:
        taken = None if one.done_s is None else max(0, one.done_s - one.start_s)
        points = 0.0 if taken is None else timeliness(taken, one.limit_s, _decay(one))
        state = "missed" if taken is None else "done" if points == 100 else "late"
        found[one.id] = {"state": state, "points": round(points, 1)}
    worst: dict[str, dict[str, Any]] = {}
    for name, one_found in sorted(found.items()):
        clause = name.partition("#")[0]
        before = worst.get(clause)
        if before is None or (one_found["points"] or 0) < (before["points"] or 0):
            worst[clause] = one_found
    return {name: value for name, value in worst.items() if not name.startswith("level-")}


Expected = tuple[str, Mapping[str, Any]]


def _expected(drill: Context, run: Mapping[str, Any]) -> list[Expected]:
    """Acts the script asked for, with what their body had to say; by the act alone where the script is gone.

    Read from what the drill's workspace kept: a script need not be one of the shipped ones.
    """
    if (script := script_played(drill)) is None:
        return [(e["action"], {}) for e in run["score"]["expectations"]]
    return [(e.action, e.match) for _, e in script.expectations()]


def only_asked(
    found: Mapping[str, dict[str, Any]], rows: Iterable[Mapping[str, Any]], expected: Iterable[Expected]
) -> dict[str, dict[str, Any]]:
    """A clause the script did not ask for and nobody took up was not exercised, so it was not missed either."""
    wanted = list(expected)
    asked = {row["task_id"].partition("#")[0] for row in rows if _asked(row["evidence"], wanted)}
    return {name: one for name, one in found.items() if one["state"] != "missed" or name in asked}


def _asked(evidence: Iterable[Mapping[str, Any]], expected: Iterable[Expected]) -> bool:
    return any(
        proof["action"] == action and all(match.get(k, v) == v for k, v in proof.get("match", {}).items())
        for proof in evidence
        for action, match in expected
    )


def _decay(one: Owed) -> Decay:
    return replace(Decay(), type="hard") if one.hard else Decay()


def trainings(ctx: Context, withheld: frozenset[tuple[str, str]] = frozenset()) -> list[dict[str, Any]]:
    """Who played which role with what result, the newest first.

    Without what the viewer is still to rate, and without the subjects (kind and id) that the caller withholds.
    """
    hidden = to_rate(ctx) | withheld
    with ctx.store.read() as connection:
        found = reviews.trainings(connection)
    return [one for one in found if (one["subject_kind"], one["subject_id"]) not in hidden]


# Training records -------------------------------------------------------------------------------------


def _by_robots(drill: Context, run: Mapping[str, Any]) -> set[str]:
    """Expected actions that a robot did: also in a role in which somebody sat at another time."""
    answered = {e["entry"]: e["id"] for e in run["score"]["expectations"] if e["entry"] is not None}
    with drill.store.read() as connection:
        return {
            answered[entry.seq]
            for entry in journal.entries(connection)
            if entry.seq in answered and not _is_person(entry.actor, str(entry.facts().get("role", "")))
        }


def _of_run(drill: Context, run: Mapping[str, Any], by_robots: Collection[str]) -> list[dict[str, Any]]:
    """Who played which role: people whose acts stand in the drill's journal. A robot acts in its role's name."""
    played: Counter[tuple[str, str]] = Counter()
    with drill.store.read() as connection:
        for entry in journal.entries(connection):
            role = str(entry.facts().get("role", ""))
            if role in run["review"]["overview"]["players"] and _is_person(entry.actor, role):
                played[entry.actor, role] += 1
    answers = [e for e in run["score"]["expectations"] if e["id"] not in by_robots]
    return [_training(person, role, [e for e in answers if e["role"] == role], run) for person, role in sorted(played)]


def _is_person(actor: str, role: str) -> bool:
    return actor not in (role, "system", "second", "drill-director", "")


def _of_incident(record: Mapping[str, Any], held: Iterable[Mapping[str, Any]], held_us: int) -> list[dict[str, Any]]:
    """Who held which post, with what became of its tasks."""
    posts = sorted({(one["person"], one["role"]) for one in held})
    answers = record["score"]["expectations"]
    found = []
    for person, role in posts:
        mine = [e for e in answers if e["role"] == role]
        found.append(_training(person, role, mine, record) | {"held_us": held_us})
    return found


def _training(person: str, role: str, mine: list[Mapping[str, Any]], run: Mapping[str, Any]) -> dict[str, Any]:
    counted = [e for e in mine if not e["void"]]
    weight = sum(e["weight"] for e in counted)
    points = sum(e["weight"] * e["timeliness"] for e in counted) / weight if weight else None
    return {
        "title": dict(run["title"]),
        "person": person,
        "role": role,
        "role_title": dict(run["review"]["overview"]["roles"].get(role, {})),
        "held_us": run["finished_us"],
        "asked": len(counted),
        "done": sum(e["performed"] for e in counted),
        "in_time": sum(e["timeliness"] == 100 for e in counted),
        "points": None if points is None else round(points, 1),
    }


__all__ = ["clauses", "keep_incident", "keep_missing", "keep_run", "trainings"]
