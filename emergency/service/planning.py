"""What a plan costs before it is published, and why somebody goes where the plan says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.allocation import Adjuster, Assignment, Cell, Pin, Policy, allocate
from emergency.domain.allocation.explain import Why
from emergency.domain.allocation.explain import why as explain
from emergency.service.allocation import REMOTE, roster, travel_between
from emergency.service.context import Context
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Price:
    """One line of the preview: a figure now and with the draft."""

    name: str
    before: str
    after: str
    tone: str = "plain"


def price(ctx: Context, shown: Mapping[str, Any], now: Mapping[str, Any] | None) -> tuple[Price, ...]:
    """The figures of a plan beside those of the plan in force (None where there is none)."""
    homes = {a["adjuster_id"]: a["base_id"] for a in roster(ctx)}
    after, before = _figures(shown, homes), _figures(now, homes) if now else None

    def row(name: str, key: str, better: int) -> Price:
        old = "" if before is None else f"{before[key]:,}"
        tone = "plain"
        if before is not None and before[key] != after[key]:
            tone = "ok" if (after[key] - before[key]) * better > 0 else "watch"
        return Price(name, old, f"{after[key]:,}", tone)

    return (
        row(N_("Survey slots filled"), "filled", 1),
        row(N_("Slots short, seats included"), "short", -1),
        row(N_("In reserve: no cell may use them"), "reserve", 0),
        row(N_("Backlog at this strength (shifts)"), "backlog", -1),
        row(N_("Travel, one way (hours)"), "travel_hours", -1),
        row(N_("People moved"), "moved", -1),
        row(N_("Bases that give people"), "bases", 0),
    )


def _figures(plan: Mapping[str, Any], homes: Mapping[str, str]) -> dict[str, float]:
    body = plan["body"]
    cells = {c["cell_id"]: c for c in body["cells"]}
    field = [a for a in body["assignments"] if cells[a["cell_id"]]["region"] != REMOTE]
    needed = sum(c["slots"] for c in body["cells"] if c["region"] != REMOTE)
    filled = sum(a["slots"] for a in field)
    return {
        "filled": filled,
        "short": sum(s["slots"] for s in body["shortages"]),
        "backlog": round(needed / filled, 1) if filled else 0.0,
        "travel_hours": round(sum(a["minutes"] for a in field) / 60),
        "moved": body["moves"],
        "reserve": len(set(homes) - {a["adjuster_id"] for a in body["assignments"]}),
        "bases": len({homes.get(a["adjuster_id"]) for a in field}),
    }


def why(ctx: Context, shown: Mapping[str, Any], adjuster_id: str) -> tuple[Message, ...]:
    """Sentences with exact figures: what speaks for this place, and the next best one.

    The stored plan is solved again from its own inputs, so the answer belongs to the plan that is
    shown and not to the claims of this minute.
    """
    body = shown["body"]
    cells = tuple(_cell(c) for c in body["cells"])
    people = [_adjuster(a) for a in roster(ctx) if a["status"] == "available"]
    plan = allocate(
        people,
        cells,
        travel_between(ctx, people, cells),
        incumbent=_incumbent(body, people, cells),
        pins=[Pin(p["adjuster_id"], p["cell_id"], p["kind"]) for p in body["pins"]],
        policy=Policy(stability_minutes=body["stability_minutes"]),
    )
    here = next((a for a in plan.assignments if a.adjuster_id == adjuster_id), None)
    if here is None:
        return (Message(N_("The roster has changed since this plan was made; propose a new one to ask again.")),)
    return tuple(_sentences(ctx, explain(plan, adjuster_id, here.cell_id), {c.cell_id: c for c in cells}))


def _sentences(ctx: Context, found: Why, cells: Mapping[str, Cell]) -> Iterator[Message]:
    here = cells[found.cell_id]
    yield Message(
        N_("{person} is {minutes} min from {place}; licence there: {licence}; urgency {priority}."),
        {
            "person": found.adjuster_id,
            "minutes": found.parts.get("travel_minutes", 0),
            "place": _place(ctx, here),
            "licence": here.licence or "–",
            "priority": here.priority,
        },
    )
    if not found.next_best:
        yield Message(N_("There is no other place: nobody else asks for what this person may do."))
    for other in found.next_best[:3]:
        gaps = {"minutes": f"{other.extra_minutes:,}", "place": _place(ctx, cells.get(other.cell_id))}
        yield Message(N_("Instead at {place}: the whole plan costs {minutes} minutes more."), gaps)
        for step in other.chain[1:3]:
            yield Message(N_("    then {step}"), {"step": step.message})
    for cell_id, reason in found.blocked[:2]:
        yield Message(N_("Not at {place}: {reason}"), {"place": _place(ctx, cells[cell_id]), "reason": reason})


def _place(ctx: Context, cell: Cell | None) -> Message | dict[str, str]:
    if cell is None:
        return Message(N_("home, in reserve"))
    if cell.region == REMOTE or not ctx.regions.known(cell.region):
        return {"en": cell.line, "zh": cell.line}
    return {"en": ctx.regions.name(cell.region, "en"), "zh": ctx.regions.name(cell.region, "zh_CN")}


def _cell(c: Mapping[str, Any]) -> Cell:
    return Cell(c["cell_id"], c["incident"], c["region"], c["line"], c["licence"], c["slots"], c["priority"])


def _adjuster(row: Mapping[str, Any]) -> Adjuster:
    return Adjuster(row["adjuster_id"], row["region"], frozenset(row["skills"]), frozenset(row["licences"]), 1)


def _incumbent(body: Mapping[str, Any], people: Sequence[Adjuster], cells: Sequence[Cell]) -> list[Assignment]:
    names, known = {p.adjuster_id for p in people}, {c.cell_id for c in cells}
    rows = body.get("incumbent", [])
    return [
        Assignment(a["adjuster_id"], a["cell_id"], a["slots"], a["minutes"])
        for a in rows
        if a["adjuster_id"] in names and a["cell_id"] in known
    ]
