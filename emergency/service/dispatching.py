"""Publishing a plan: slots held by key, people called out, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from emergency.domain.allocation import Cell
from emergency.domain.allocation.reserve import is_reserve
from emergency.domain.allocation.violations import violations
from emergency.domain.claim import LINES
from emergency.service.allocation import REMOTE, adjuster_from, policy_of, roster
from emergency.service.context import Context, Refused
from emergency.service.plan_body import as_planned, assignments_of
from emergency.service.plan_conflict import check_current, not_a_draft, not_in_force
from emergency.service.response import settle
from emergency.service.roads import round_about
from emergency.service.turn_over import refuse_spent, turn_over, without_spent
from emergency.store import plans
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
            raise Refused(not_a_draft(ctx, connection, plan_id, draft))
        current = check_current(ctx, connection, draft)
        slots = _slots(draft)
        refuse_spent(connection, draft["shift"], slots)
        if current:
            plans.mark(connection, current["plan_id"], "superseded")
        turn_over(ctx, connection, plan_id, slots, current["plan_id"] if current else None)
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
        if not is_reserve(a["cell_id"])  # who is held back is told nothing, and is free for what else comes
    ]


def _record_commit(ctx: Context, connection: Any, draft: Mapping[str, Any], slots: Sequence[Mapping[str, Any]]) -> None:
    """One entry per incident and kind of people, so that each can be evidence for its own task."""
    asked = Counter((c["incident"], _kind(c["line"])) for c in draft["body"]["cells"] if not is_reserve(c["cell_id"]))
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


def _violations(ctx: Context, draft: Mapping[str, Any], mine: Collection[str]) -> dict[str, list[str]]:
    cells = {c["cell_id"]: Cell(**c) for c in draft["body"]["cells"]}
    people = {a["adjuster_id"]: adjuster_from(a) for a in as_planned(roster(ctx), draft["body"])}
    sent = [a for a in assignments_of(draft) if a.cell_id in mine]
    ways = [
        (people[a.adjuster_id].base_region, cells[a.cell_id].region, a.minutes) for a in sent if a.adjuster_id in people
    ]
    return violations(
        sent,
        people,
        cells,
        duty_limit_minutes=policy_of(ctx).duty_limit_minutes,
        closed=round_about(ctx, [way for way in ways if way[1] != REMOTE]),
    )


def _kind(line: str) -> str:
    return "surveyor" if line in LINES else line


def withdraw(ctx: Context, plan_id: int) -> int | None:
    """Take a published plan back: its people are called back, or return to where the plan before had them.

    What is in force then is a version of its own with the places of the plan before, so that a draft made against
    either of the two is told of it.

    Returns:
        The number of that version; None where no plan was in force before.

    Raises:
        Refused: it is not in force. Conflict: a slot of the plan before is taken by now.
    """
    with ctx.store.write() as connection:
        stored = plans.get(connection, plan_id)
        if stored is None or stored["state"] != "published":
            raise Refused(not_in_force(ctx, connection, plan_id, stored))
        earlier = plans.get(connection, stored["based_on"]) if stored["based_on"] is not None else None
        plans.mark(connection, plan_id, "withdrawn")
        version = None if earlier is None else _version_of(ctx, connection, earlier, plan_id)
        if earlier is None or version is None:
            turn_over(ctx, connection, plan_id, [], plan_id)
        else:
            slots = without_spent(connection, stored["shift"], _slots(earlier | {"plan_id": version}))
            turn_over(ctx, connection, version, slots, plan_id, restored=earlier["plan_id"])
        body = {"plan": plan_id, "shift": stored["shift"], "restored": version}
        ctx.record(connection, "allocation.withdraw", f"plan/{plan_id}", body)
    return version


def _version_of(ctx: Context, connection: Connection, earlier: Mapping[str, Any], taken_back: int) -> int:
    """The places of an earlier plan as a version of its own, in force from now on."""
    body = earlier["body"] | {"restores": earlier["plan_id"], "takes_back": taken_back, "edit": {}}
    known = {"shift": earlier["shift"], "based_on": earlier["based_on"], "actor": ctx.actor.id}
    version = plans.add_draft(connection, created=ctx.now(), body=body, **known)
    plans.mark(connection, version, "published", published_us=ctx.now_us())
    return version
