"""Improvement items: written from findings, moved through plan, do, check, act, proven by a later drill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.drill import played
from emergency.domain.drill.measures import METRIC_NAMES
from emergency.domain.drill.record import message_from
from emergency.domain.improvement import (
    ELEMENTS,
    STATES,
    Item,
    fault_of_move,
    figure_in,
    is_retest_of,
    retest_source,
)
from emergency.domain.instant import to_us
from emergency.library import NotOnShelf
from emergency.service.context import Conflict, Context, Refused
from emergency.service.reviewing import INCIDENT, RUN, Subject, record_of
from emergency.service.roles import roles_elsewhere
from emergency.service.running import WorkspaceClock
from emergency.store import improvements as store
from emergency.store import journal, records, reviews
from emergency.store.store import Connection
from emergency.texts import N_, Message

# What a person may write; everything else follows from the finding.
WRITTEN = ("root_cause", "action", "element", "owner", "owner_role", "due_us", "verify_drill", "evidence")
FIGURES = ("target_value", "better", "metric")


DONE = ("check", "act", "closed")  # the work of an item was declared done


@dataclass(frozen=True)
class Proof:
    """Before → after → target of one item in one later drill; met None where that drill gives no figure.

    why_not: the figure is shown and proves nothing, see `played.WHY_NOT`.
    """

    item: Item
    run_id: str
    before: float | None
    after: float | None
    met: bool | None
    why_not: str = ""


def issue_text(ctx: Context, item: Item) -> Message | str:
    """The issue as a sentence to be spoken, roles, acts and figures by their names; or a person's own words."""
    return str(item.issue["text"]) if "text" in item.issue else _named(ctx, message_from(dict(item.issue)))


def _named(ctx: Context, message: Message) -> Message:
    values: dict[str, Any] = {}
    for gap, value in message.values.items():
        if isinstance(value, Message):
            values[gap] = _named(ctx, value)
        elif gap == "role":
            values[gap] = roles_elsewhere(ctx, str(value)).get(str(value), value)
        elif gap == "action" and value in ACTS:
            values[gap] = Message(ACTS[value].title)
        elif gap == "metric" and value in METRIC_NAMES:
            values[gap] = Message(METRIC_NAMES[value])
        else:
            values[gap] = value
    return Message(message.id, values)


# Writing ----------------------------------------------------------------------------------------------


def proposed(ctx: Context, subject: Subject) -> list[dict[str, Any]]:
    """Drafts of the report nobody has made an item of yet."""
    drafts: list[dict[str, Any]] = record_of(ctx, subject)["review"]["drafts"]
    taken = {(one.source, one.metric) for one in items(ctx, subject)}
    return [d for d in drafts if (d["source"], _metric(subject, d)) not in taken]


def take_up(ctx: Context, subject: Subject, draft: Mapping[str, Any]) -> int:
    """Make an item of a draft of the report; returns its number.

    Raises:
        Conflict: somebody else has.
    """
    record = record_of(ctx, subject)
    metric = _metric(subject, draft)
    values = {
        "objective": draft["objective"],
        "source": draft["source"],
        "issue": dict(draft["issue"]),
        "element": draft["element"],
        "owner_role": draft["owner_role"],
        "metric": metric,
        "target_value": float(draft["target_value"]),
        "before_value": figure_in(record["score"], metric),
        "verify_drill": record["drill_id"] if subject.kind == RUN else "",
    }
    with ctx.store.write() as connection:
        if any((i.source, i.metric) == (draft["source"], metric) for i in store.every(connection, subject.key)):
            raise Conflict(Message(N_("somebody has made an item of this finding in the meantime")))
        return _add(ctx, connection, subject, record["title"], values)


def add_item(ctx: Context, subject: Subject, text: str, *, element: str = "planning", objective: str = "") -> int:
    """An item in a person's own words, with nothing counted; returns its number.

    Raises:
        Refused: no words, or an unknown element.
    """
    if not text.strip():
        raise Refused(Message(N_("write down what the issue is")))
    if element not in ELEMENTS:
        raise Refused(Message(N_("choose what is to change: planning, organisation, equipment, training or exercise")))
    title = record_of(ctx, subject)["title"]
    with ctx.store.write() as connection:
        values = {"issue": {"text": text.strip()}, "element": element, "objective": objective}
        return _add(ctx, connection, subject, title, values)


def _add(
    ctx: Context, connection: Connection, subject: Subject, title: Mapping[str, str], values: Mapping[str, Any]
) -> int:
    number = store.add(
        connection,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_title=dict(title),
        state="plan",
        created_us=ctx.now_us(),
        created_by=ctx.actor.id,
        **values,
    )
    body = {"item": number, "source": values.get("source", ""), "metric": values.get("metric", "")}
    ctx.record(connection, "improvement.add", _name(number), body | {"review": subject.id})
    return number


def _metric(subject: Subject, draft: Mapping[str, Any]) -> str:
    """Of a drill the figure of its own action; of an incident that of the plan's clause, which any drill can show."""
    metric = str(draft["target_metric"])
    return metric.replace("drill.", "clause.", 1) if subject.kind == INCIDENT else metric


def change_item(ctx: Context, item: Item, **values: Any) -> None:
    """Write root cause, action, owner, due date …; an item that is closed is opened first.

    Raises:
        Refused: a field that cannot be written, or the item is closed. Conflict: changed since it was read.
    """
    unknown = set(values) - {*WRITTEN, *FIGURES}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be written; only {', '.join((*WRITTEN, *FIGURES))}")
    if not item.is_open:
        raise Refused(Message(N_("this item is {state}; open it again to change it"), _state(item)))
    if values.get("element", item.element) not in ELEMENTS:
        raise Refused(Message(N_("choose what is to change: planning, organisation, equipment, training or exercise")))
    clean = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
    with ctx.store.write() as connection:
        if not store.change(connection, item.item_id, item.version, **clean):
            raise Conflict(_changed(connection, item))
        ctx.record(connection, "improvement.change", _name(item.item_id), {"item": item.item_id, **clean})


def move_item(ctx: Context, item: Item, to: str, note: str = "") -> None:
    """Move an item on in its cycle, or one step back.

    Raises:
        Refused: something is missing, the owner would close it, or the proof is not there. Conflict: changed since.
    """
    with ctx.store.write() as connection:
        if to == "dropped" and not note.strip():
            raise Refused(Message(N_("say why it is dropped; the reason stays with it")))
        shown = replace(item, evidence=note.strip() or item.evidence) if to == "check" else item
        fault = fault_of_move(shown, to, ctx.actor.id, proven=_proven(connection, item))
        if fault is not None:
            raise Refused(fault)
        ended = {"closed_us": ctx.now_us(), "closed_by": ctx.actor.id} if to in ("closed", "dropped") else {}
        if not ended:
            ended = {"closed_us": None, "closed_by": ""}
        if note.strip() and to in ("check", "dropped"):
            ended["evidence"] = note.strip()
        if not store.change(connection, item.item_id, item.version, state=to, **ended):
            raise Conflict(_changed(connection, item))
        body = {"item": item.item_id, "before": item.state, "state": to, "note": note.strip()}
        # A demo's clock may stand; when a drill was begun is known by the wall.
        body["wall_us"] = to_us((ctx.clock.wall if isinstance(ctx.clock, WorkspaceClock) else ctx.clock).now())
        ctx.record(connection, "improvement.move", _name(item.item_id), body)


def _proven(connection: Connection, item: Item) -> bool | None:
    """What the last proof says since the work was declared done; None where there is none yet."""
    met = {one["run_id"]: bool(one["met"]) for one in store.checks(connection, item.item_id) if not one["why_not"]}
    for entry in journal.entries_of(connection, subject=_name(item.item_id), newest_first=True):
        facts = entry.facts()
        if entry.action == "improvement.check" and facts["run"] in met:
            return met[facts["run"]]
        if _declares(entry):
            return None
    return None


def _declares(entry: journal.Entry) -> bool:
    """Whether this entry says that the work of an item is done."""
    facts = entry.facts()
    return entry.action == "improvement.move" and (facts["before"], facts["state"]) == ("do", "check")


def _name(number: int) -> str:
    return f"improvement/{number}"


def _state(item: Item) -> dict[str, Message]:
    return {"state": Message(STATES[item.state])}


def _changed(connection: Connection, item: Item) -> Message:
    last = next(journal.entries_of(connection, subject=_name(item.item_id), newest_first=True), None)
    gaps = {"who": last.actor if last else "–", "number": item.item_id}
    return Message(N_("{who} has changed item {number} in the meantime; look at it again"), gaps)


# Proof ------------------------------------------------------------------------------------------------


def proof_in(item: Item, record: Mapping[str, Any], clauses: Mapping[str, Mapping[str, Any]]) -> float | None:
    """The figure of an item in a later drill.

    Args:
        clauses: of that drill, ``clause -> {"points"}``, for a figure of the plan's own clause.
    """
    if is_retest_of(record["drill_id"], record["score"], item):
        again, dimension = retest_source(item.source, item.item_id), item.metric.rsplit(".", 1)[-1]
        return figure_in(record["score"], f"drill.{record['drill_id']}.{again}.{dimension}")
    if not item.metric.startswith("clause."):
        return figure_in(record["score"], item.metric)
    source = item.metric.rsplit(".", 2)[-2]
    points = clauses.get(source, {}).get("points")
    return None if points is None else float(points)


def verifying(ctx: Context, run: Mapping[str, Any]) -> list[Proof]:
    """Items this run was to show, with before, after and whether the target was met."""
    with ctx.store.read() as connection:
        kept = {(row["item_id"], row["run_id"]): row["why_not"] for row in store.checks(connection)}
        found = _verifying(ctx, connection, run)
    # What was said when the run was kept stands, whatever became of the item since.
    return [replace(one, why_not=kept.get((one.item.item_id, one.run_id), one.why_not)) for one in found]


def _verifying(ctx: Context, connection: Connection, run: Mapping[str, Any]) -> list[Proof]:
    exercise = next((e for e in reviews.exercises(connection) if e["subject_id"] == run["run_id"]), {})
    clauses: dict[str, Any] = exercise.get("clauses", {})
    found = []
    for item in store.every(connection):
        if item.state == "dropped" or not _shows(run, exercise, item):
            continue
        own = (item.subject_kind, item.subject_id) == (run.get("kind", RUN), run["run_id"])
        if own or to_us(item.created_at) > run["finished_us"]:
            continue
        after = proof_in(item, run, clauses)
        why_not = _why_not(ctx, connection, item, run, exercise)
        found.append(Proof(item, run["run_id"], item.before_value, after, item.met(after), why_not))
    return found


def _shows(run: Mapping[str, Any], exercise: Mapping[str, Any], item: Item) -> bool:
    """Whether a run was to show what became of an item, or a real incident does: its plan's clause was owed in it."""
    if run.get("kind") == INCIDENT:
        plan_id = str(exercise.get("playbook", "")).partition("@")[0]
        clause = item.metric.rsplit(".", 2)[-2] if item.metric.startswith(f"clause.{plan_id}.") else ""
        return clause in exercise.get("clauses", {})
    return item.verify_drill == run["drill_id"] or is_retest_of(run["drill_id"], run["score"], item)


def _why_not(
    ctx: Context, connection: Connection, item: Item, run: Mapping[str, Any], exercise: Mapping[str, Any]
) -> str:
    """Why this run proves nothing of the item, see `played.WHY_NOT`; "" where it does."""
    source = item.metric.rsplit(".", 2)[-2] if item.metric.count(".") > 1 else item.source
    if is_retest_of(run["drill_id"], run["score"], item):
        source = retest_source(item.source, item.item_id)
    roles = played.roles_of(source, run["score"], item.owner_role)
    if item.metric.startswith("clause."):
        roles = _clause_role(ctx, exercise, source) or roles
    robot = source in exercise.get("by_robots", ())
    return played.why_no_proof(run, roles, _declared_us(connection, item), robot_answered=robot)


def _clause_role(ctx: Context, exercise: Mapping[str, Any], clause: str) -> frozenset[str]:
    """Whose clause it is in the version of the plan that was exercised."""
    try:
        tasks = ctx.content.library.playbook(exercise["playbook"]).tasks if exercise else ()
    except NotOnShelf:
        return frozenset()
    return frozenset(task.role for task in tasks if task.id == clause)


def _declared_us(connection: Connection, item: Item) -> int | None:
    """When the work was last said to be done, by the wall; None where it is still to be done, or again."""
    if item.state not in DONE:
        return None
    for entry in journal.entries_of(connection, subject=_name(item.item_id), newest_first=True):
        if _declares(entry):
            return int(entry.facts().get("wall_us", entry.recorded_us))
    return None


def keep_proofs(ctx: Context, run_id: str) -> list[Proof]:
    """Keep what a run shows of earlier items: one that is in check and misses its target goes back to plan.

    What is no proof – robots played, or the work was not declared done – is kept as a figure and moves nothing.

    Raises:
        Refused: no such run.
    """
    with ctx.store.write() as connection:
        run = records.run(connection, run_id)
        if run is None:
            raise Refused(Message(N_("there is no run {run} here"), {"run": run_id}))
        return _kept(ctx, connection, run)


def keep_proofs_of(ctx: Context, record: Mapping[str, Any]) -> list[Proof]:
    """Keep what a real incident shows of items about clauses of its plan, as `keep_proofs` does of a run.

    Args:
        record: as `reviewing.record_of` gives it.
    """
    with ctx.store.write() as connection:
        return _kept(ctx, connection, record)


def _kept(ctx: Context, connection: Connection, run: Mapping[str, Any]) -> list[Proof]:
    found = _verifying(ctx, connection, run)
    for proof in found:
        if proof.met is not None:
            _keep_proof(ctx, connection, proof, run["finished_us"])
    return found


def _keep_proof(ctx: Context, connection: Connection, proof: Proof, at_us: int) -> None:
    item, met = proof.item, bool(proof.met)
    values = {"before_value": proof.before, "after_value": proof.after, "met": met, "why_not": proof.why_not}
    kept = {"item_id": item.item_id, "run_id": proof.run_id, "checked_us": at_us, "checked_by": ctx.actor.id}
    if not store.add_check(connection, **kept, **values):
        return
    body = {"item": item.item_id, "run": proof.run_id, **values}
    ctx.record(connection, "improvement.check", _name(item.item_id), body)
    if item.state == "check" and not met and not proof.why_not:
        store.change(connection, item.item_id, item.version, state="plan")
        moved = {"item": item.item_id, "before": "check", "state": "plan", "note": ""}
        ctx.record(connection, "improvement.move", _name(item.item_id), moved)


# Reading ----------------------------------------------------------------------------------------------


def items(ctx: Context, subject: Subject | None = None) -> list[Item]:
    with ctx.store.read() as connection:
        return store.every(connection, subject.key if subject else None)


def checks(ctx: Context) -> dict[int, list[dict[str, Any]]]:
    """Proofs by item, oldest first."""
    found: dict[int, list[dict[str, Any]]] = {}
    with ctx.store.read() as connection:
        for row in store.checks(connection):
            found.setdefault(row["item_id"], []).append(row)
    return found


def overdue(ctx: Context, now: datetime | None = None, but: Subject | None = None) -> list[tuple[Item, int]]:
    """Items past their due date with their age in days, the oldest first; those of one subject left out."""
    now = now or ctx.now()
    with ctx.store.read() as connection:
        found = store.due_by(connection, to_us(now))
    aged = [(one, one.overdue_days(now) or 0) for one in found]
    return [(one, days) for one, days in aged if but is None or (one.subject_kind, one.subject_id) != but.key]


__all__ = ["Conflict", "Item", "Proof", "Refused", "add_item", "change_item", "items", "move_item", "overdue"]
