"""What is kept of a plan: enough to read it, to ask about it and to solve it again without the claims of that hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from emergency.domain.allocation import Assignment, AtLeast, Cell, Pin, Plan
from emergency.domain.allocation.ahead import is_ahead
from emergency.domain.allocation.horizon import ShiftOutlook
from emergency.domain.allocation.instructions import joined
from emergency.domain.allocation.reserve import is_reserve
from emergency.texts import Message

Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Waiting:
    """Post -> unsurveyed claims; due: those of them that will be older than the target when the shift ends."""

    claims: Mapping[str, int]
    due: Mapping[str, int]


@dataclass(frozen=True)
class Made:
    """What a plan was made from, beside its cells.

    waiting: the claims that wait, and which of them pass the survey target within the shift; None = not known;
    visits: line -> claims one person visits in a shift; out: person -> why not proposed;
    here: person -> the region they are on site in and set out from;
    edit: the plan that was changed by hand, and how (`emergency.service.moving`);
    beyond: cell -> slots that were added for people sent by hand, beyond what is asked;
    pins: said for this plan alone; instructed: what standing instructions say of its cells.
    """

    stability_minutes: int
    pins: Sequence[Pin] = ()
    incumbent: Sequence[Assignment] = ()
    waiting: Waiting | None = None
    visits: Mapping[str, int] = field(default_factory=dict)
    out: Mapping[str, Message] = field(default_factory=dict)
    here: Mapping[str, str] = field(default_factory=dict)
    edit: Mapping[str, Any] = field(default_factory=dict)
    beyond: Mapping[str, int] = field(default_factory=dict)
    instructed: Sequence[Pin | AtLeast] = ()


def waits(cell_id: str) -> bool:
    """Whether a cell asks for claims or seats of now: neither claims still to come nor a reserve at home."""
    return not is_ahead(cell_id) and not is_reserve(cell_id)


def body_of(
    plan: Plan, cells: Sequence[Cell], made: Made, outlook: Sequence[ShiftOutlook] = ()
) -> dict[str, Any]:
    return {
        "assignments": [_row(a) for a in plan.assignments],
        "incumbent": [_row(a) for a in made.incumbent],
        "shortages": [
            {"cell_id": s.cell_id, "slots": s.slots, "code": s.code, "reason": stored_message(s.reason)}
            for s in plan.shortages
            if not is_ahead(s.cell_id)  # who is left over goes ahead of claims; that nobody is, is no shortage
        ],
        "referrals": [
            {"cell_id": r.cell_id, "slots": r.slots, "minutes": r.minutes, "reason": stored_message(r.reason)}
            for r in plan.referrals
        ],
        "outlook": [asdict(shift) for shift in outlook],
        "cells": [
            {
                "cell_id": c.cell_id,
                "incident": c.incident,
                "region": c.region,
                "line": c.line,
                "licence": c.licence,
                "slots": c.slots,
                "priority": c.priority,
                "worths": c.worths,
                "home": c.home,
                "above_minor": c.above_minor,
                "currency": c.currency,
                "referral_minutes": c.referral_minutes,
                "language": c.language,
                "post": c.post,
            }
            for c in cells
        ],
        "cost": dict(plan.cost),
        "engine": plan.engine,
        "optimal": plan.optimal,
        "stability_minutes": made.stability_minutes,
        "pins": [_pin(p) for p in made.pins],
        "instructed": [_pin(p) for p in made.instructed],
        "broken": [
            {"adjuster_id": b.adjuster_id, "cell_id": b.cell_id, "code": b.code, "reason": stored_message(b.reason)}
            for b in plan.broken_pins
        ],
        "moves": sum(m.elsewhere for m in plan.moves),
        "newly": sum(not m.from_cells for m in plan.moves),
        "let_go": sum(not m.to_cells for m in plan.moves),
        "due": dict(made.waiting.due) if made.waiting else None,
        "waiting": dict(made.waiting.claims) if made.waiting else None,
        "visits": dict(made.visits),
        "out": {who: stored_message(reason) for who, reason in made.out.items()},
        "here": dict(made.here),
        "edit": dict(made.edit),
        "beyond": dict(made.beyond),
    }


def assignments_of(stored: Stored | None) -> list[Assignment]:
    return [] if stored is None else rows_of(stored["body"]["assignments"])


def rows_of(rows: Iterable[Stored]) -> list[Assignment]:
    return [Assignment(a["adjuster_id"], a["cell_id"], a["slots"], a["minutes"]) for a in rows]


def as_planned(rows: Iterable[Stored], body: Stored) -> list[dict[str, Any]]:
    """Rows of the roster with where each set out from when a plan was made; before that was kept: from their base."""
    here = body.get("here", {})
    return [{**row, "here": here.get(row["adjuster_id"], "")} for row in rows]


def pins_of(body: Stored) -> list[Pin]:
    """The pins a plan was made with; plans of earlier times do not say who set them."""
    return [Pin(p["adjuster_id"], p["cell_id"], p["kind"], p.get("by", "")) for p in body["pins"]]


def words_of(body: Stored) -> list[Pin | AtLeast]:
    """All that was said by hand when a plan was made: for it alone, and standing instructions."""
    return joined(pins_of(body), instructed_in(body))


def instructed_in(body: Stored) -> list[Pin | AtLeast]:
    """What standing instructions said of a plan's cells when it was made."""
    return [
        AtLeast(p["cell_id"], p["slots"], p["by"])
        if p["kind"] == "at_least"
        else Pin(p["adjuster_id"], p["cell_id"], p["kind"], p["by"])
        for p in body.get("instructed", ())
    ]


def _pin(p: Pin | AtLeast) -> dict[str, Any]:
    if isinstance(p, AtLeast):
        return {"cell_id": p.cell_id, "kind": "at_least", "slots": p.slots, "by": p.by}
    return {"adjuster_id": p.adjuster_id, "cell_id": p.cell_id, "kind": p.kind, "by": p.by}


def _row(a: Assignment) -> dict[str, Any]:
    return {"adjuster_id": a.adjuster_id, "cell_id": a.cell_id, "slots": a.slots, "minutes": a.minutes}


def stored_message(message: Message) -> dict[str, Any]:
    return {"id": message.id, "values": {k: _plain(v) for k, v in message.values.items()}}


def read_message(stored: Mapping[str, Any]) -> Message:
    values = {k: read_message(v) if isinstance(v, dict) and "id" in v else v for k, v in stored["values"].items()}
    return Message(stored["id"], values)


def _plain(value: Any) -> Any:
    return stored_message(value) if isinstance(value, Message) else value
