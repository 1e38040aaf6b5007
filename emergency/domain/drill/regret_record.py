"""Decisions and their regret as plain JSON values: the one as evidence, the other as rows of the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emergency.domain.drill.instance import Everybody, instance_from, instance_record, places_from, places_record
from emergency.domain.drill.record import message_from, message_record
from emergency.domain.drill.regret import Decision, Regret
from emergency.domain.drill.words import PARTS


def regret_record(one: Regret) -> dict[str, Any]:
    """A row of the table: minutes throughout; the parts add up to the regret, and each alone may be below 0."""
    told = one.decision
    row: dict[str, Any] = {
        "at_s": told.at_s,
        "kind": told.kind,
        "role": told.role,
        "plan": told.plan,
        "by_hand": told.by_hand,
        "void": message_record(told.void),
    }
    if one.cost is None or one.best is None:
        return row | dict.fromkeys(("cost", "optimum", "regret", "percent", "parts")) | {"reasons": []}
    return row | {
        "cost": one.cost.total,
        "optimum": one.best.total,
        "regret": one.minutes,
        "percent": percent(one.cost.total, one.best.total),
        "parts": dict(one.parts),
        "reasons": [message_record(reason) for reason in one.reasons],
    }


def percent(cost: int, best: int) -> float | None:
    """How much dearer, to a tenth; None where the best costs nothing and the other something."""
    if cost == best:
        return 0.0
    return round(100 * (cost - best) / best, 1) if best else None


def decisions_record(found: Sequence[Regret]) -> dict[str, Any]:
    """What a score says of them: every one, and all together."""
    return {"decisions": [regret_record(one) for one in found], "regret": _whole(found)}


def _whole(found: Sequence[Regret]) -> dict[str, Any] | None:
    """All decisions of a drill together; None where none can be judged."""
    judged = [(one.cost.total, one.best.total) for one in found if one.cost is not None and one.best is not None]
    if not judged:
        return None
    cost, best = sum(a for a, _ in judged), sum(b for _, b in judged)
    return {
        "decisions": len(judged),
        "cost": cost,
        "optimum": best,
        "regret": cost - best,
        "percent": percent(cost, best),
        "parts": {name: sum(one.parts.get(name, 0) for one in found) for name in PARTS},
    }


def decision_record(one: Decision, everybody: Everybody) -> dict[str, Any]:
    known, placed = one.instance, one.placed
    return {
        "at_s": one.at_s,
        "kind": one.kind,
        "role": one.role,
        "plan": one.plan,
        "by_hand": one.by_hand,
        "void": message_record(one.void),
        "instance": None if known is None else instance_record(known, everybody),
        "placed": None if known is None or placed is None else places_record(placed, known),
    }


def decision_from(row: Mapping[str, Any], everybody: Everybody) -> Decision:
    known = None if row["instance"] is None else instance_from(row["instance"], everybody)
    placed = None if known is None or row["placed"] is None else places_from(row["placed"], known)
    void = None if row["void"] is None else message_from(row["void"])
    return Decision(row["at_s"], row["kind"], row["role"], row["plan"], row["by_hand"], known, placed, void)
