"""Whether a response may end: every closure condition of its playbook, with value and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.incident import Incident
from emergency.domain.instant import clock_words
from emergency.domain.level.condition import SIGNS, Condition
from emergency.domain.level.metric import FactError
from emergency.domain.organisation import roll_summary
from emergency.domain.playbook_closure import STATES, closure_name
from emergency.domain.reporting_clock import REGULATOR
from emergency.service.allocation import assigned_by_region, demand_slots
from emergency.service.clocks import ended
from emergency.service.context import Context
from emergency.service.figures import Figures, figures
from emergency.service.grading import Evaluation, evaluate
from emergency.service.task_plan import playbook_of
from emergency.store import journal, levels, measures, people, reports, tasks
from emergency.texts import N_, Message

FINAL_REPORT, INTERNAL_REPORT = "regulator.final_report", "internal.final_report"
FINALS = (FINAL_REPORT, INTERNAL_REPORT)
INTERNAL_KIND = "internal_final"  # the kind of report that says it inside the company
SHIFT_HOURS = 8
ENTERED = N_("{source}, {time}")  # how the source of an entered value is said
# What the console knows from its own work -> the room that says it; nobody types it.
KNOWN_FROM = {
    FINAL_REPORT: N_("Reports"),
    INTERNAL_REPORT: N_("Reports"),
    "tasks.critical_open": N_("Tasks"),
}
COUNTED_FROM = {
    "backlog.open_claims": N_("Intake"),
    "claims.closed_ratio": N_("Intake"),
    "staff.missing": N_("Organisation"),
    "backlog.survey_hours": N_("Allocation"),
}


@dataclass(frozen=True)
class Line:
    """One comparison of the closure conditions.

    met: None where the value is not known. value: None likewise.
    room: where the console takes the value from by itself; None where it has to be entered.
    """

    metric: str
    name: Message
    asked: Message
    value: Any
    met: bool | None
    source: Message
    room: Message | None = None

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

    @property
    def to_enter(self) -> tuple[Line, ...]:
        """What is missing and has to be said by a person, with its source."""
        return tuple(line for line in self.missing if line.room is None)


def closure(ctx: Context, incident: Incident, evaluation: Evaluation | None = None) -> Closure:
    """The playbook's closure conditions held against what is known, with the report that closes the incident: the
    regulator's where something went or is owed to it, else the company's own final one.

    ``evaluation``: of this moment, where the caller has it already.
    """
    playbook = playbook_of(ctx, incident)
    known = _known(ctx, incident, evaluation or evaluate(ctx, incident.incident_id))
    condition = playbook.closure if playbook else Condition(metric="tasks.critical_open", op="eq", value=0)
    lines = [_line(leaf, known) for leaf in condition.comparisons()]
    facts = {metric: value for metric, (value, _) in known.items()}
    met = _holds(condition, facts)
    if FINAL_REPORT not in condition.metrics():
        metric = FINAL_REPORT if "reported_to_regulator" in known else INTERNAL_REPORT
        lines.append(_line(Condition(metric=metric, op="eq", value="submitted"), known))
        met = None if met is None else met and bool(lines[-1].met)
    return Closure(tuple(lines), met)


MINUTE_US = 60_000_000
_shown: dict[tuple[str, str, str], tuple[tuple[int, int, Incident], Closure]] = {}


def closure_shown(ctx: Context, incident: Incident, evaluation: Evaluation | None = None) -> Closure:
    """As `closure`, reckoned once per entry of the journal and minute: for rooms, which draw it at every click.

    Who ends a response is held against `closure` itself.
    """
    place = (str(ctx.store.engine.url), ctx.store.name, incident.incident_id)
    with ctx.store.read() as connection:
        state = (levels.head(connection), ctx.now_us() // MINUTE_US, incident)
    kept = _shown.get(place)
    if kept is None or kept[0] != state:
        kept = _shown[place] = (state, closure(ctx, incident, evaluation))
    return kept[1]


def _line(leaf: Condition, known: Mapping[str, tuple[Any, Message]]) -> Line:
    value, source = known.get(leaf.metric, (None, Message(N_("nobody has entered it yet"))))
    asked = leaf.value if not isinstance(leaf.value, tuple) else ", ".join(map(str, leaf.value))
    if isinstance(asked, str) and asked in STATES:
        asked = Message(STATES[asked])
    words = Message("{sign} {value}", {"sign": SIGNS[leaf.op], "value": asked})
    met = _holds(leaf, {leaf.metric: value})
    return Line(leaf.metric, closure_name(leaf.metric), words, value, met, source, _room(leaf.metric, value, source))


def _room(metric: str, value: Any, source: Message) -> Message | None:
    """Where the console has the value from; of what it counts only where there is something to count."""
    if metric in KNOWN_FROM:
        return Message(KNOWN_FROM[metric])
    counted = metric in COUNTED_FROM and value is not None and source.id != ENTERED
    return Message(COUNTED_FROM[metric]) if counted else None


def _holds(condition: Condition, facts: Mapping[str, Any]) -> bool | None:
    try:
        return condition.holds(facts)
    except FactError:
        return None  # a figure of another kind than its metric asks for tells nothing


def _known(ctx: Context, incident: Incident, evaluation: Evaluation) -> dict[str, tuple[Any, Message]]:
    """Metric -> value and where it comes from.

    What the console counts itself it counts now: an entered figure fills only what it cannot count, and is named
    beside the count where it says something else.
    """
    found = {
        metric: (value, _said(ctx, evaluation, metric))
        for metric, value in evaluation.facts.items()
        if metric not in FINALS
    }
    for metric, (value, source) in _counted(ctx, incident):
        entered = found.get(metric)
        if value is None:
            found.setdefault(metric, (None, source))
        elif entered is not None and entered[0] != value and metric in evaluation.origins:
            gaps = {"count": source, "value": entered[0], "source": entered[1]}
            found[metric] = (value, Message(N_("{count}; entered was {value} ({source})"), gaps))
        else:
            found[metric] = (value, source)
    return found | _handed_in(ctx, incident)


def _handed_in(ctx: Context, incident: Incident) -> dict[str, tuple[Any, Message]]:
    """Final reports as the journal has them; what somebody types is none."""
    since_us = _taken_up_us(ctx, incident)
    with ctx.store.read() as connection:
        entries = list(journal.entries_of(connection, subject=incident.incident_id, action="report.submit"))
        owed = any(clock.to == REGULATOR for clock in reports.clocks(connection, incident.incident_id))
    facts = [(entry.happened_us, entry.facts()) for entry in entries]
    anew = [body for at_us, body in facts if at_us >= since_us]
    by_journal = Message(N_("the journal of this incident"))
    not_yet = Message(N_("not handed in yet; the room “{room}” does it"), {"room": Message(N_("Reports"))})
    finals = {
        FINAL_REPORT: any(b.get("kind") == "final" and b.get("to") == "nfra" for b in anew),
        INTERNAL_REPORT: any(b.get("kind") == INTERNAL_KIND for b in anew),
    }
    found: dict[str, tuple[Any, Message]] = {
        metric: ("submitted", by_journal) if handed else ("no", not_yet) for metric, handed in finals.items()
    }
    if owed or any(b.get("to") == "nfra" for _, b in facts):
        found["reported_to_regulator"] = (True, by_journal)
    return found


def _taken_up_us(ctx: Context, incident: Incident) -> int:
    """Since when the response runs again: the final report of an end that was taken back closes nothing. 0 where it
    never ended."""
    with ctx.store.read() as connection:
        _, pauses = ended(connection, incident.incident_id, ctx.now_us())
    return pauses[-1][1] if pauses else 0


def _said(ctx: Context, evaluation: Evaluation, metric: str) -> Message:
    origin = evaluation.origins.get(metric)
    if origin is None or not origin.said_by:
        return Message(N_("reckoned from claims and figures of this console"))
    time = clock_words(origin.as_of.astimezone(ZoneInfo(ctx.profile.timezone)))
    return Message(ENTERED, {"source": origin.said_by, "time": time})


def _counted(ctx: Context, incident: Incident) -> Iterator[tuple[str, tuple[Any, Message]]]:
    known = figures(ctx, incident.incident_id)
    with ctx.store.read() as connection:
        rows = tasks.of(connection, incident.incident_id)
        claims = measures.touched(connection, incident.incident_id, 0, ctx.now_us(), None)
    if rows:
        yield "tasks.critical_open", _critical(rows, ctx.now_us())
    else:  # nothing laid out is nothing done
        yield "tasks.critical_open", (None, Message(N_("no task has been laid out yet")))
    total = sum(c["claims"] for c in claims)
    if ctx.profile.figures == "claims":
        open_ = int(known.table["open"].sum())
        counted = Message(N_("{total} claims of this incident"), {"total": f"{total:,}"})
        yield "backlog.open_claims", (open_, counted)
        if total:
            yield "claims.closed_ratio", (round(1 - open_ / total, 4), counted)
    yield "backlog.survey_hours", _survey_hours(ctx, known)
    yield "staff.missing", _not_reached(ctx, incident)


def _not_reached(ctx: Context, incident: Incident) -> tuple[int | None, Message]:
    """People of the last roll call whom nobody has heard of or can reach."""
    with ctx.store.read() as connection:
        rolls = people.rolls(connection, incident.incident_id)
        asked = people.answers(connection, rolls[-1]["roll_id"]) if rolls else []
    if not rolls:
        return None, Message(N_("no roll call has been held yet"))
    found = roll_summary((a["person"], a["state"]) for a in asked)
    source = Message(N_("the last roll call: {safe} of {asked} safe"), {"safe": found.safe, "asked": found.asked})
    return len(found.missing) + len(found.unreachable), source


def _critical(rows: Sequence[Mapping[str, Any]], now_us: int) -> tuple[int, Message]:
    """Critical tasks still owed. A repeating one has its next turn open as soon as the last is done or falls due: what
    repeats ends with the response, so that turn holds it up only once it is late or the one before was missed."""
    missed = {(r["series"], r["occurrence"]) for r in rows if r["state"] == "missed"}
    open_ = [r for r in rows if r["critical"] and r["state"] == "open"]
    turns = [r for r in open_ if r["occurrence"] > 1 and (r["series"], r["occurrence"] - 1) not in missed]
    later = sum(r["due_us"] > now_us for r in turns)
    source = Message(N_("the task board"))
    if later:
        source = Message(
            N_("the task board; {count} further turns of repeating tasks are not due yet"), {"count": later}
        )
    return len(open_) - later, source


def _survey_hours(ctx: Context, known: Figures) -> tuple[float | None, Message]:
    """Shift slots the open claims ask for ÷ slots assigned in this shift, in hours; None with nobody there."""
    needed, assigned = demand_slots(ctx, known), sum(assigned_by_region(ctx).values())
    if needed and not assigned:
        return None, Message(N_("{needed} slots wait and nobody is on shift"), {"needed": needed})
    gaps = {"needed": needed, "assigned": assigned, "hours": SHIFT_HOURS}
    source = Message(N_("{needed} slots needed ÷ {assigned} assigned × {hours} h a shift"), gaps)
    return (round(needed / assigned * SHIFT_HOURS, 1) if needed else 0.0), source
