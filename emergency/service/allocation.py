"""Who goes where: demand from open claims, one pool, a plan with reasons, committed by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emergency.domain.allocation import (
    Adjuster,
    Assignment,
    AtLeast,
    Cell,
    Pin,
    Plan,
    Policy,
    allocate,
)
from emergency.domain.allocation.ahead import standing_today
from emergency.domain.allocation.by_hand import widened
from emergency.domain.allocation.demand import OpenClaims, cells_from_open_claims
from emergency.domain.allocation.horizon import Course
from emergency.domain.allocation.instructions import joined, pins_of
from emergency.domain.allocation.pool import contradictions
from emergency.domain.allocation.reserve import reserve_cells
from emergency.domain.claim import LINES
from emergency.domain.incident import Incident
from emergency.domain.slot_course import RELEASED
from emergency.service import ahead, asking, instructions, reserve, roads, staff
from emergency.service.breaches import waiting_by_post
from emergency.service.context import Context, Refused
from emergency.service.figures import Figures, figures, hours_since
from emergency.service.plan_body import Made, assignments_of, body_of
from emergency.service.weighing import weighed, weights_of
from emergency.store import asof, incidents, journal, plans, pool, slot_course
from emergency.store.store import Connection
from emergency.texts import N_, Message

REMOTE = "remote"  # where seats are: no travel, from anywhere
ROAD_CLOSED = roads.ROAD_CLOSED
SEATS = ("fnol_agent", "it_engineer", "counsellor")
shift_of = staff.shift_of
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


def pool_slots(ctx: Context) -> int:
    """Survey slots the available pool can give in one shift."""
    return sum(a["slots"] for a in staff.roster_now(ctx).ready if is_surveyor(a))


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
            done = {r["adjuster_id"] for r in slot_course.of_shift(connection, shift_of(ctx), (RELEASED,))}
            held = [s for s in plans.slots(connection, shift_of(ctx)) if s["adjuster_id"] not in done]
    return dict(Counter(s["region"] for s in held if s["line"] in LINES))


def survey_cells(ctx: Context, known: Figures, incident: Incident | None) -> tuple[Cell, ...]:
    """Demand per region and line: what open claims need, or what the playbook asks if that is more."""
    counts = []
    limits = asking.limits_of(ctx) if incident else asking.Limits()
    piles = weighed(ctx, known, incident, limits.amounts)
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
                weights=weights_of(piles.get((str(row.region), str(row.line)), {})),
            )
            for row in rows
        ]
    cells = cells_from_open_claims(
        counts,
        incident=incident.incident_id if incident else "",
        visits_per_slot=ctx.content.library.visits_per_slot(),
        minimum=_minimum(ctx, incident) if incident else {},
        licence_of=lambda region, _line: ctx.regions.licence(region),
        scale=ctx.content.library.worth().scale,
    )
    return asking.parted(ctx, cells, piles, limits) if incident else cells


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


def propose(
    ctx: Context,
    incident_ids: Sequence[str] | None = None,
    *,
    pins: Sequence[Pin] = (),
    stability_minutes: int = STABILITY_MINUTES,
    edit: Mapping[str, Any] | None = None,
    guard: Callable[[Connection], None] | None = None,
) -> Draft:
    """Solve all open incidents at once over the one pool and keep the answer as a draft.

    Args:
        edit: which plan was changed by hand, and how; it is kept with the draft.
        guard: looked at in the transaction that keeps it; what it raises keeps nothing.

    Raises:
        Refused: nothing to plan for, an empty pool, nobody who can be sent out today, or pins that say the
            opposite of each other.
    """
    known = inputs(ctx, incident_ids)
    pins = [p for p in pins if p.cell_id in known.cell_ids and p.adjuster_id in known.names]
    for fault in contradictions([*pins, *known.instructed]):
        raise Refused(fault)
    wide, beyond = widened(known.cells, known.words(pins))
    known = replace(known, cells=wide)
    plan = known.solve(stability_minutes, pins)
    made = Made(
        stability_minutes,
        pins,
        known.incumbent,
        instructed=known.instructed,
        waiting=waiting_by_post(ctx, known.cells),
        visits=dict(ctx.content.library.visits_per_slot()),
        out=known.out,
        here=known.here,
        edit=edit or {},
        beyond=beyond,
    )
    outlook = ahead.shifts_to_come(ctx, known.courses, plan, REMOTE)
    body, shift, cells = body_of(plan, known.cells, made, outlook), known.shift, known.cells
    with ctx.store.write() as connection:
        if guard is not None:
            guard(connection)
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


@dataclass(frozen=True)
class Inputs:
    """What a plan of this moment is made from.

    out: who is not proposed, and why; here: who is on site, and in which region; courses: where the
    incidents stand, for the shifts after this one; instructed: the standing instructions for these cells.
    """

    shift: str
    people: tuple[Adjuster, ...]
    cells: tuple[Cell, ...]
    travel: roads.SeatTravel
    incumbent: tuple[Assignment, ...]
    out: Mapping[str, Message]
    policy: Policy
    courses: tuple[Course, ...] = ()
    here: Mapping[str, str] = field(default_factory=dict)
    instructed: tuple[Pin | AtLeast, ...] = ()

    @property
    def cell_ids(self) -> frozenset[str]:
        return frozenset(c.cell_id for c in self.cells)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(a.adjuster_id for a in self.people)

    def solve(self, stability_minutes: int, pins: Sequence[Pin] = ()) -> Plan:
        policy = replace(self.policy, stability_minutes=stability_minutes)
        words = self.words(pins)
        return allocate(self.people, self.cells, self.travel, incumbent=self.incumbent, pins=words, policy=policy)

    def words(self, pins: Sequence[Pin]) -> list[Pin | AtLeast]:
        """What was said for this plan alone and the standing instructions, each once."""
        return joined(pins, self.instructed)


def inputs(ctx: Context, incident_ids: Sequence[str] | None = None) -> Inputs:
    """People who can be sent out, what asks for them, and where they stand now.

    Raises:
        Refused: nothing to plan for, an empty pool, or nobody who can be sent out today.
    """
    chosen = _chosen(ctx, incident_ids)
    asked = [_asked(ctx, incident) for incident in chosen]
    cells = tuple(cell for one in asked for cell in one.cells)
    with ctx.store.read() as connection:
        found = staff.roster_of(ctx, connection)
        in_force = plans.latest(connection, state="published", shift=found.shift) or plans.latest(
            connection, state="published"
        )
    if not found.ready:
        text = N_("nobody of the {n} people can be sent out today; the Pool room says why")
        raise Refused(
            Message(text, {"n": len(found.out)}) if found.out else Message("the pool is empty; import a roster first")
        )
    if not cells:
        raise Refused(Message("no open claims are on the map, so there is nothing to plan for"))
    policy = policy_of(ctx)
    cells += reserve_cells(reserve.floors(ctx), reserve.SURVEYOR, policy)
    people = tuple(adjuster_from(a) for a in found.ready)
    incumbent = _standing(in_force, cells, {a.adjuster_id for a in people})
    courses = tuple(course for one in asked for course in one.courses)
    travel = travel_between(ctx, people, cells)
    here = {row["adjuster_id"]: row["here"] for row in found.ready if row["here"]}
    ready = {a.adjuster_id for a in people}
    said = pins_of(instructions.instructions(ctx), cells)
    instructed = tuple(p for p in said if not isinstance(p, Pin) or p.adjuster_id in ready)
    return Inputs(found.shift, people, cells, travel, incumbent, found.out, policy, courses, here, instructed)


def _standing(
    in_force: Mapping[str, Any] | None, cells: Sequence[Cell], people: Collection[str]
) -> tuple[Assignment, ...]:
    """Who stands where. Whose cell is not asked any more stands in another one of its post: people sent ahead of
    claims among them once these are in, and those of large losses among the others."""
    posts = {c["cell_id"]: c.get("post") for c in in_force["body"]["cells"]} if in_force else {}
    at = {c.post or c.cell_id: c.cell_id for c in reversed(cells)} | {c.cell_id: c.cell_id for c in cells}
    found: Counter[tuple[str, str]] = Counter()
    for a in assignments_of(in_force):
        here = at.get(a.cell_id) or at.get(posts.get(a.cell_id) or standing_today(a.cell_id))
        if here is not None and a.adjuster_id in people:
            found[a.adjuster_id, here] += a.slots
    return tuple(Assignment(who, cell, slots) for (who, cell), slots in found.items())


def policy_of(ctx: Context, stability_minutes: int = STABILITY_MINUTES) -> Policy:
    """The prices of a plan of this house: how far people are sent is a row of data/rules/staffing.yaml."""
    longest = ctx.content.library.staffing().longest_way
    return Policy(duty_limit_minutes=int(longest.total_seconds()) // 60, stability_minutes=stability_minutes)


def _chosen(ctx: Context, incident_ids: Sequence[str] | None) -> list[Incident]:
    with ctx.store.read() as connection:
        known = incidents.every(connection, open_only=True)
    chosen = [i for i in known if incident_ids is None or i.incident_id in incident_ids]
    if not chosen:
        raise Refused(Message("there is no open incident to plan for; open one first"))
    return chosen


@dataclass(frozen=True)
class _Asked:
    cells: tuple[Cell, ...]
    courses: tuple[Course, ...]


def _asked(ctx: Context, incident: Incident) -> _Asked:
    """What one incident asks for: claims that wait, claims still to come, seats."""
    known = figures(ctx, incident.incident_id)
    waiting_now, courses = survey_cells(ctx, known, incident), ahead.courses_of(ctx, incident, known)
    to_come = ahead.cells_to_come(ctx, incident, courses, waiting_now)
    return _Asked((*waiting_now, *to_come, *seat_cells(ctx, incident, known)), tuple(courses))


def adjuster_from(row: Mapping[str, Any]) -> Adjuster:
    """Somebody of the roster. Who is on site sets out from there; home stays home, for those held back in it."""
    # One shift is planned at a time, and a key allows one slot per person and shift.
    skills = {*row["skills"], *([reserve.SURVEYOR] if is_surveyor(row) else [])}
    return Adjuster(
        row["adjuster_id"],
        row.get("here") or row["region"],
        frozenset(skills),
        frozenset(row["licences"]),
        1,
        row["authority_minor"],
        asking.spoken(row["language"]),
        row["region"],
    )


def travel_between(ctx: Context, people: Sequence[Adjuster], cells: Sequence[Cell]) -> roads.SeatTravel:
    """Travel on the roads as they are now; to seats nobody travels."""
    wanted = {a.base_region for a in people} | {c.region for c in cells if c.region != REMOTE}
    return roads.SeatTravel(roads.travel_by_road(ctx, wanted), REMOTE)


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
