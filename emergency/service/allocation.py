"""Who goes where: demand from open claims, one pool, a plan with reasons, committed by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.allocation import (
    Adjuster,
    Assignment,
    Cell,
    GreatCircleTravel,
    Pin,
    Plan,
    Policy,
    allocate,
)
from emergency.domain.allocation.demand import OpenClaims, cells_from_open_claims
from emergency.domain.allocation.travel import UNREACHABLE, Minutes
from emergency.domain.claim import LINES
from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.service.context import Context, Refused
from emergency.service.figures import HOUR_US, OVERDUE_HOURS, Figures, figures, hours_since
from emergency.store import asof, incidents, journal, plans, pool
from emergency.store.waiting import waiting

REMOTE = "remote"  # where seats are: no travel, from anywhere
ROAD_CLOSED = "road.closed"  # a fact: {"edge": "441700-440800", "until_us": …}
SEATS = ("fnol_agent", "it_engineer", "counsellor")
STABILITY_MINUTES = 20  # move someone only if it saves more than this (house rule, 2026-11)


@dataclass(frozen=True)
class Draft:
    """A stored plan and what made it; ``plan`` is the engine's answer."""

    plan_id: int
    shift: str
    state: str
    based_on: int | None
    plan: Plan
    cells: tuple[Cell, ...]


def is_surveyor(adjuster: Mapping[str, Any]) -> bool:
    return any(skill in LINES for skill in adjuster["skills"])


def shift_of(ctx: Context, at: datetime | None = None) -> str:
    """The shift an instant belongs to: one a day, named by the local date."""
    return (at or ctx.now()).astimezone(ZoneInfo(ctx.profile.timezone)).date().isoformat()


def pool_slots(ctx: Context) -> int:
    """Survey slots the available pool can give in one shift."""
    with ctx.store.read() as connection:
        everyone = pool.adjusters(connection)
    return sum(a["slots"] for a in everyone if a["status"] == "available" and is_surveyor(a))


def demand_slots(ctx: Context, known: Figures) -> int:
    return sum(needed_by_region(ctx, known).values())


def needed_by_region(ctx: Context, known: Figures) -> dict[str, int]:
    """Survey slots the open claims ask for, by region."""
    needed: Counter[str] = Counter()
    for cell in survey_cells(ctx, known, None):
        needed[cell.region] += cell.slots
    return dict(needed)


def assigned_by_region(ctx: Context) -> dict[str, int]:
    with ctx.store.read() as connection:
        if ctx.known_at is not None:
            held = asof.slots(connection, shift=shift_of(ctx), at_us=ctx.now_us())
        else:
            held = plans.slots(connection, shift_of(ctx))
    return dict(Counter(s["region"] for s in held if s["line"] in LINES))


def survey_cells(ctx: Context, known: Figures, incident: Incident | None) -> tuple[Cell, ...]:
    """Demand per region and line: what open claims need, or what the playbook asks if that is more."""
    counts = []
    weights = _weights(ctx, known, incident)
    if not known.located.empty:
        sums = known.located.groupby(["region", "line"], as_index=False).agg(
            {"unsurveyed": "sum", "overdue": "sum", "oldest_us": "min"}
        )
        rows: Any = sums.itertuples(index=False)
        counts = [
            OpenClaims(
                str(row.region),
                str(row.line),
                int(row.unsurveyed),
                int(row.overdue),
                hours_since(row.oldest_us, known.as_of) or 0,
                weights=_of_all(weights.get((str(row.region), str(row.line)), ()), int(row.unsurveyed)),
            )
            for row in rows
        ]
    return cells_from_open_claims(
        counts,
        incident=incident.incident_id if incident else "",
        visits_per_slot=ctx.content.library.visits_per_slot(),
        minimum=_minimum(ctx, incident) if incident else {},
        licence_of=lambda region, _line: ctx.regions.licence(region),
        scale=ctx.content.library.worth().scale,
    )


def _of_all(weights: tuple[tuple[int, int], ...], unsurveyed: int) -> tuple[tuple[int, int], ...]:
    """The weights, unless they are of other claims than the counts: a look back counts states as they were then."""
    return weights if sum(claims for _, claims in weights) == unsurveyed else ()


def _weights(
    ctx: Context, known: Figures, incident: Incident | None
) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    """(region, line) -> (weight, claims) of those that wait; nothing where only others' totals are known."""
    if ctx.profile.figures == "bulletins":
        return {}
    worth, rates = ctx.content.library.worth(), ctx.content.library.rates()
    home = ctx.profile.currency
    large = round(worth.large_loss / rates.between(known.as_of.date(), home, "CNY").value * 100)
    with ctx.store.read() as connection:
        rows = waiting(
            connection,
            now_us=to_us(known.as_of),
            due_us=OVERDUE_HOURS * HOUR_US,
            large_minor={home: large},
            incident=incident.incident_id if incident else None,
        )
    found: dict[tuple[str, str], Counter[int]] = {}
    for row in rows:
        weight = worth.scale.in_days(injured=row.injured, large=row.large, days_late=row.days_late)
        found.setdefault((row.region, row.line), Counter())[weight] += row.claims
    return {place: tuple(sorted(counted.items())) for place, counted in found.items()}


def _minimum(ctx: Context, incident: Incident) -> dict[tuple[str, str], int]:
    """Surveyors the playbook wants in each affected region at the confirmed level, claims or none."""
    from emergency.service.response import playbook_of

    playbook = playbook_of(ctx, incident)
    if playbook is None or incident.response_level is None:
        return {}
    affected = [r for r in footprint(ctx, incident) if ctx.regions.known(r)]
    return {
        (region, row.skill): row.least[incident.response_level]
        for row in playbook.resources
        if row.kind == "surveyor" and row.skill in LINES and row.least.get(incident.response_level)
        for region in affected
    }


def footprint(ctx: Context, incident: Incident) -> tuple[str, ...]:
    """The affected regions somebody published last; none before that."""
    with ctx.store.read() as connection:
        for entry in journal.entries(connection, newest_first=True):
            if entry.action == "map.footprint.publish" and entry.subject == incident.incident_id:
                return tuple(str(r) for r in entry.facts().get("regions", ()))
    return ()


def seat_cells(ctx: Context, incident: Incident, known: Figures) -> tuple[Cell, ...]:
    """Seats the playbook asks for at the confirmed level: phone agents, engineers, counsellors."""
    from emergency.service.response import playbook_of

    playbook = playbook_of(ctx, incident)
    if playbook is None or incident.response_level is None:
        return ()
    found = []
    for row in playbook.resources:
        if row.kind not in SEATS:
            continue
        slots = row.slots(incident.response_level, claims_per_hour=int(known.table["last_24h"].sum()) / 24)
        if slots:
            found.append(
                Cell(
                    f"{incident.incident_id}/{row.kind}",
                    incident.incident_id,
                    REMOTE,
                    row.kind,
                    "",
                    slots,
                    row.priority,
                )
            )
    return tuple(found)


class SeatTravel:
    """Travel between regions: none to a seat, no way where the road is closed."""

    def __init__(self, travel: GreatCircleTravel, closed: Collection[tuple[str, str]] = ()) -> None:
        self.travel = travel
        self.closed = frozenset(closed)

    def minutes(self, from_region: str, to_region: str) -> int | None:
        found = int(self.matrix((from_region,), (to_region,))[0, 0])
        return None if found == UNREACHABLE else found

    def matrix(self, from_regions: Sequence[str], to_regions: Sequence[str]) -> Minutes:
        found = self.travel.matrix(from_regions, to_regions)
        for column, region in enumerate(to_regions):
            if region == REMOTE:
                found[:, column] = 0
        for start, end in self.closed:
            if start in from_regions and end in to_regions:
                found[list(from_regions).index(start), list(to_regions).index(end)] = UNREACHABLE
        return found


def closed_roads(ctx: Context) -> frozenset[tuple[str, str]]:
    """Pairs of regions, both ways, between which the road is closed now."""
    with ctx.store.read() as connection:
        rows = incidents.every_fact(connection, metric=ROAD_CLOSED, now_us=ctx.now_us())
    closed: dict[tuple[str, str], int] = {}
    for row in rows:
        a, b = str(row["value"]["edge"]).split("-", 1)
        closed[a, b] = closed[b, a] = int(row["value"]["until_us"])
    return frozenset(pair for pair, until in closed.items() if until > ctx.now_us())


def propose(
    ctx: Context,
    incident_ids: Sequence[str] | None = None,
    *,
    pins: Sequence[Pin] = (),
    stability_minutes: int = STABILITY_MINUTES,
) -> Draft:
    """Solve all open incidents at once over the one pool and keep the answer as a draft.

    Raises:
        Refused: nothing to plan for, or an empty pool.
    """
    chosen = _chosen(ctx, incident_ids)
    cells = tuple(c for i in chosen for c in _cells(ctx, i))
    with ctx.store.read() as connection:
        everyone = pool.adjusters(connection)
        shift = shift_of(ctx)
        in_force = plans.latest(connection, state="published", shift=shift) or plans.latest(
            connection, state="published"
        )
    if not everyone:
        raise Refused("the pool is empty; import a roster first")
    if not cells:
        raise Refused("no open claims are on the map, so there is nothing to plan for")
    people = [adjuster_from(a) for a in everyone if a["status"] == "available"]
    policy = Policy(stability_minutes=stability_minutes)
    known = {c.cell_id for c in cells}
    names = {a.adjuster_id for a in people}
    incumbent = [a for a in assignments_of(in_force) if a.cell_id in known and a.adjuster_id in names]
    plan = allocate(people, cells, travel_between(ctx, people, cells), incumbent=incumbent, pins=pins, policy=policy)
    body = _body(plan, cells, stability_minutes, pins, incumbent)
    with ctx.store.write() as connection:
        current = plans.latest(connection, state="published", shift=shift)
        based_on = current["plan_id"] if current else None
        plan_id = plans.add_draft(
            connection, shift=shift, based_on=based_on, created=ctx.now(), actor=ctx.actor.id, body=body
        )
        ctx.record(
            connection,
            "allocation.propose",
            f"plan/{plan_id}",
            {"plan": plan_id, "shift": shift, "cost": dict(plan.cost), "stability_minutes": stability_minutes},
        )
    return Draft(plan_id, shift, "draft", based_on, plan, cells)


def _chosen(ctx: Context, incident_ids: Sequence[str] | None) -> list[Incident]:
    with ctx.store.read() as connection:
        known = incidents.every(connection, open_only=True)
    chosen = [i for i in known if incident_ids is None or i.incident_id in incident_ids]
    if not chosen:
        raise Refused("there is no open incident to plan for; open one first")
    return chosen


def _cells(ctx: Context, incident: Incident) -> tuple[Cell, ...]:
    known = figures(ctx, incident.incident_id)
    return (*survey_cells(ctx, known, incident), *seat_cells(ctx, incident, known))


def adjuster_from(row: Mapping[str, Any]) -> Adjuster:
    # One shift is planned at a time, and a key allows one slot per person and shift.
    return Adjuster(row["adjuster_id"], row["region"], frozenset(row["skills"]), frozenset(row["licences"]), 1)


def travel_between(ctx: Context, people: Sequence[Adjuster], cells: Sequence[Cell]) -> SeatTravel:
    wanted = {a.base_region for a in people} | {c.region for c in cells if c.region != REMOTE}
    points = {code: ctx.regions.point(code) for code in sorted(wanted) if ctx.regions.known(code)}
    return SeatTravel(GreatCircleTravel(points), closed_roads(ctx))


def assignments_of(stored: Mapping[str, Any] | None) -> list[Assignment]:
    if stored is None:
        return []
    return [Assignment(a["adjuster_id"], a["cell_id"], a["slots"], a["minutes"]) for a in stored["body"]["assignments"]]


def _body(
    plan: Plan, cells: Sequence[Cell], stability_minutes: int, pins: Sequence[Pin], incumbent: Sequence[Assignment]
) -> dict[str, Any]:
    return {
        "assignments": [_row(a) for a in plan.assignments],
        "incumbent": [_row(a) for a in incumbent],
        "shortages": [
            {"cell_id": s.cell_id, "slots": s.slots, "code": s.code, "reason": _message(s.reason)}
            for s in plan.shortages
        ],
        "cells": [
            {
                "cell_id": c.cell_id,
                "incident": c.incident,
                "region": c.region,
                "line": c.line,
                "licence": c.licence,
                "slots": c.slots,
                "priority": c.priority,
            }
            for c in cells
        ],
        "cost": dict(plan.cost),
        "engine": plan.engine,
        "optimal": plan.optimal,
        "stability_minutes": stability_minutes,
        "pins": [{"adjuster_id": p.adjuster_id, "cell_id": p.cell_id, "kind": p.kind} for p in pins],
        "moves": len(plan.moves),
    }


def _row(a: Assignment) -> dict[str, Any]:
    return {"adjuster_id": a.adjuster_id, "cell_id": a.cell_id, "slots": a.slots, "minutes": a.minutes}


def _message(message: Any) -> dict[str, Any]:
    return {"id": message.id, "values": {k: _plain(v) for k, v in message.values.items()}}


def _plain(value: Any) -> Any:
    return _message(value) if hasattr(value, "id") else value


def every_plan(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return plans.every(connection)


def plan_in_force(ctx: Context) -> dict[str, Any] | None:
    with ctx.store.read() as connection:
        return plans.latest(connection, state="published", shift=shift_of(ctx))


def latest_draft(ctx: Context) -> dict[str, Any] | None:
    with ctx.store.read() as connection:
        return plans.latest(connection, state="draft", shift=shift_of(ctx))


def bases(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return pool.bases(connection)


def roster(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return pool.adjusters(connection)


def goods(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return pool.goods(connection)
