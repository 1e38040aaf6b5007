"""Whether a response may end: every closure condition of its playbook, with value and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.level.condition import SIGNS, Condition
from emergency.domain.level.metric import FactError
from emergency.domain.playbook_closure import STATES, closure_name
from emergency.service.allocation import assigned_by_region, demand_slots
from emergency.service.context import Context
from emergency.service.figures import Figures, figures
from emergency.service.grading import evaluate
from emergency.service.task_plan import playbook_of
from emergency.service.telling import local
from emergency.store import incidents, journal, measures, tasks
from emergency.texts import N_, Message

FINAL_REPORT = "regulator.final_report"
SHIFT_HOURS = 8


@dataclass(frozen=True)
class Line:
    """One comparison of the closure conditions.

    met: None where the value is not known. value: None likewise.
    """

    metric: str
    name: Message
    asked: Message
    value: Any
    met: bool | None
    source: Message

    def to_json(self) -> dict[str, Any]:
        return {"metric": self.metric, "asked": str(self.asked), "value": self.value, "met": self.met}


@dataclass(frozen=True)
class Closure:
    """met: the whole condition, as its joins have it; None where unknown values leave it open."""

    lines: tuple[Line, ...]
    met: bool | None

    @property
    def missing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.met)


def closure(ctx: Context, incident: Incident) -> Closure:
    """The playbook's closure conditions held against what is known; the final report is always asked for
    where a report went to the regulator."""
    playbook = playbook_of(ctx, incident)
    known = _known(ctx, incident)
    condition = playbook.closure if playbook else Condition(metric="tasks.critical_open", op="eq", value=0)
    lines = [_line(leaf, known) for leaf in condition.comparisons()]
    facts = {metric: value for metric, (value, _) in known.items()}
    met = _holds(condition, facts)
    if "reported_to_regulator" in known and FINAL_REPORT not in condition.metrics():
        final = Condition(metric=FINAL_REPORT, op="eq", value="submitted")
        lines.append(_line(final, known))
        met = None if met is None else met and bool(lines[-1].met)
    return Closure(tuple(lines), met)


def _line(leaf: Condition, known: Mapping[str, tuple[Any, Message]]) -> Line:
    value, source = known.get(leaf.metric, (None, Message(N_("nobody has entered it yet"))))
    asked = leaf.value if not isinstance(leaf.value, tuple) else ", ".join(map(str, leaf.value))
    if isinstance(asked, str) and asked in STATES:
        asked = Message(STATES[asked])
    words = Message("{sign} {value}", {"sign": SIGNS[leaf.op], "value": asked})
    return Line(leaf.metric, closure_name(leaf.metric), words, value, _holds(leaf, {leaf.metric: value}), source)


def _holds(condition: Condition, facts: Mapping[str, Any]) -> bool | None:
    try:
        return condition.holds(facts)
    except FactError:
        return None  # a figure of another kind than its metric asks for tells nothing


def _known(ctx: Context, incident: Incident) -> dict[str, tuple[Any, Message]]:
    """Metric -> value and where it comes from: figures people entered win over what the console counts."""
    counted = dict(_counted(ctx, incident))
    own = evaluate(ctx, incident.incident_id).facts
    reckoned = Message(N_("reckoned from claims and figures of this console"))
    found = {metric: (value, reckoned) for metric, value in own.items()} | counted
    with ctx.store.read() as connection:
        entered = incidents.facts(connection, incident_id=incident.incident_id, now_us=ctx.now_us())
        reports = journal.entries_of(connection, subject=incident.incident_id, action="report.submit")
        handed = [entry.facts() for entry in reports]
    for row in entered:
        if not isinstance(row["value"], dict):
            said = Message("{source}, {time}", {"source": row["source"], "time": local(ctx, row["as_of_us"])})
            found[str(row["metric"])] = (row["value"], said)
    to_regulator = [h for h in handed if h.get("to") == "nfra"]
    if to_regulator:
        found["reported_to_regulator"] = (True, reckoned)
    if any(h.get("kind") == "final" for h in to_regulator):
        found.setdefault(FINAL_REPORT, ("submitted", Message(N_("the journal of this incident"))))
    return found


def _counted(ctx: Context, incident: Incident) -> Iterator[tuple[str, tuple[Any, Message]]]:
    known = figures(ctx, incident.incident_id)
    with ctx.store.read() as connection:
        rows = tasks.of(connection, incident.incident_id)
        claims = measures.touched(connection, incident.incident_id, 0, ctx.now_us(), None)
    critical = sum(r["critical"] and r["state"] == "open" for r in rows)
    yield "tasks.critical_open", (critical, Message(N_("the task board")))
    total = sum(c["claims"] for c in claims)
    if ctx.profile.figures == "claims":
        open_ = int(known.table["open"].sum())
        counted = Message(N_("{total} claims of this incident"), {"total": f"{total:,}"})
        yield "backlog.open_claims", (open_, counted)
        if total:
            yield "claims.closed_ratio", (round(1 - open_ / total, 4), counted)
    yield "backlog.survey_hours", _survey_hours(ctx, known)


def _survey_hours(ctx: Context, known: Figures) -> tuple[float | None, Message]:
    """Shift slots the open claims ask for ÷ slots assigned in this shift, in hours; None with nobody there."""
    needed, assigned = demand_slots(ctx, known), sum(assigned_by_region(ctx).values())
    if needed and not assigned:
        return None, Message(N_("{needed} slots wait and nobody is on shift"), {"needed": needed})
    gaps = {"needed": needed, "assigned": assigned, "hours": SHIFT_HOURS}
    source = Message(N_("{needed} slots needed ÷ {assigned} assigned × {hours} h a shift"), gaps)
    return (round(needed / assigned * SHIFT_HOURS, 1) if needed else 0.0), source
