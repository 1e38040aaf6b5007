"""Publishing a plan: slots held by key, people called out, and the way back."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from emergency.domain.allocation import Cell, Policy
from emergency.domain.allocation.violations import violations
from emergency.domain.claim import LINES
from emergency.service.allocation import adjuster_from, assignments_of, closed_roads, roster
from emergency.service.context import Conflict, Context, Notice, Refused
from emergency.service.response import settle
from emergency.store import plans, records
from emergency.store.store import Connection


def commit(ctx: Context, plan_id: int) -> dict[str, Any]:
    """Publish a draft: hold its shift slots by key, free those of the plan it replaces, call people out.

    Raises:
        Refused: no such draft.
        Conflict: the plan in force is not the one this draft was made against, or a slot is taken.
    """
    with ctx.store.write() as connection:
        draft = plans.get(connection, plan_id)
        if draft is None or draft["state"] != "draft":
            state = "missing" if draft is None else draft["state"]
            raise Refused(f"plan {plan_id} is {state}, not a draft; propose a new one")
        current = plans.latest(connection, state="published", shift=draft["shift"])
        if (current["plan_id"] if current else None) != draft["based_on"]:
            raise Conflict(
                f"plan {current['plan_id'] if current else '–'} by {current['actor'] if current else '–'} "
                f"was published after plan {plan_id} was made; propose again"
            )
        if current:
            plans.release(connection, current["plan_id"])
            plans.mark(connection, current["plan_id"], "superseded")
        slots = _slots(draft)
        plans.hold(connection, slots)
        plans.mark(connection, plan_id, "published", published_us=ctx.now_us())
        _record_commit(ctx, connection, draft, slots)
    return draft | {"state": "published"}


def _slots(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    cells = {c["cell_id"]: c for c in draft["body"]["cells"]}
    return [
        {
            "adjuster_id": a["adjuster_id"],
            "shift": draft["shift"],
            "plan_id": draft["plan_id"],
            "cell_id": a["cell_id"],
            "incident_id": cells[a["cell_id"]]["incident"],
            "region": cells[a["cell_id"]]["region"],
            "line": cells[a["cell_id"]]["line"],
            "minutes": a["minutes"],
        }
        for a in draft["body"]["assignments"]
    ]


def _record_commit(ctx: Context, connection: Any, draft: Mapping[str, Any], slots: Sequence[Mapping[str, Any]]) -> None:
    """One entry per incident and kind of people, so that each can be evidence for its own task."""
    asked = Counter((c["incident"], _kind(c["line"])) for c in draft["body"]["cells"])
    for incident_id, kind in sorted(asked):
        mine = [s for s in slots if s["incident_id"] == incident_id and _kind(s["line"]) == kind]
        body = {
            "plan": draft["plan_id"],
            "shift": draft["shift"],
            "incident": incident_id,
            "kind": kind,
            "people": len(mine),
            "assignments": len(mine),
            "violations": _violations(ctx, draft, {s["cell_id"] for s in mine}),
            "regions": dict(sorted(Counter(s["region"] for s in mine).items())),
        }
        seq = ctx.record(connection, "allocation.commit", f"plan/{draft['plan_id']}", body)
        settle(ctx, connection, incident_id, "allocation.commit", body, seq)
    _tell(ctx, connection, draft, f"plan/{draft['plan_id']}", "Call-out", slots)


def _tell(
    ctx: Context,
    connection: Connection,
    plan: Mapping[str, Any],
    key: str,
    what: str,
    slots: Sequence[Mapping[str, Any]],
) -> None:
    """Tell the people of a plan, in the transaction that holds or frees their slots."""
    notice = ctx.notifier.prepare(
        Notice(
            event_key=key,
            audience="adjusters",
            channel="folder",
            subject=f"{what}, plan {plan['plan_id']}, shift {plan['shift']}",
            text="\n".join(f"{s['adjuster_id']}: {s['cell_id']} ({s['minutes']} min)" for s in slots),
        )
    )
    records.queue(connection, queued_us=ctx.now_us(), **dataclasses.asdict(notice))


def _violations(ctx: Context, draft: Mapping[str, Any], mine: Collection[str]) -> dict[str, list[str]]:
    cells = {c["cell_id"]: Cell(**c) for c in draft["body"]["cells"]}
    people = {a["adjuster_id"]: adjuster_from(a) for a in roster(ctx)}
    return violations(
        [a for a in assignments_of(draft) if a.cell_id in mine],
        people,
        cells,
        duty_limit_minutes=Policy().duty_limit_minutes,
        closed=closed_roads(ctx),
    )


def _kind(line: str) -> str:
    return "surveyor" if line in LINES else line


def withdraw(ctx: Context, plan_id: int) -> None:
    """Take a published plan back; the plan it replaced holds its slots again."""
    with ctx.store.write() as connection:
        stored = plans.get(connection, plan_id)
        if stored is None or stored["state"] != "published":
            raise Refused(f"plan {plan_id} is not in force, so there is nothing to take back")
        plans.release(connection, plan_id)
        plans.mark(connection, plan_id, "withdrawn")
        if not records.hold_back(connection, f"plan/{plan_id}"):  # it went out already
            _tell(ctx, connection, stored, f"plan/{plan_id}/recall", "Recall", _slots(stored))
        if stored["based_on"] is not None:
            earlier = plans.get(connection, stored["based_on"])
            assert earlier is not None
            plans.hold(connection, _slots(earlier))
            plans.mark(connection, earlier["plan_id"], "published")
        ctx.record(
            connection,
            "allocation.withdraw",
            f"plan/{plan_id}",
            {"plan": plan_id, "shift": stored["shift"], "restored": stored["based_on"]},
        )
