"""The shifts after this one, as far as they can be seen: what is left, what is still to come, who would go where.

Only the first shift is published; the later ones show where the plan leads and are made anew every day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from emergency.domain.allocation.ahead import ReportingCurve, Seen, cells_ahead, is_ahead, standing_today
from emergency.domain.allocation.demand import OpenClaims, Weights, cells_from_open_claims
from emergency.domain.allocation.plan import Plan, allocate
from emergency.domain.allocation.pool import Adjuster, Assignment, Cell


@dataclass(frozen=True)
class Course:
    """Where one incident stands in one region and line: claims waiting for survey, claims reported in all."""

    incident: str
    region: str
    line: str
    waiting: int
    claims: int
    hours: float  # since the event began
    curve: ReportingCurve | None  # None: nothing is said about what is still to come


@dataclass(frozen=True)
class ShiftOutlook:
    """One shift to come.

    Attributes:
        waiting: claims without survey when it begins.
        surveyed: of these, as many as the people sent can survey.
        arriving: claims expected in the 24 hours until the next one.
        people: slots filled; short: slots open for claims that are in.
        moves: people in another region than in the shift before.
    """

    number: int
    waiting: int
    surveyed: int
    arriving: int
    people: int
    short: int
    travel_minutes: int
    moves: int

    @property
    def left(self) -> int:
        """Claims without survey when the next one begins."""
        return self.waiting - self.surveyed + self.arriving


@dataclass(frozen=True)
class Outlooks:
    """What every shift of an outlook shares: the rules by which demand is made from claims."""

    visits_per_slot: Mapping[str, int]
    licence_of: Callable[[str, str], str]
    scale: Weights
    within_hours: float

    def cells(self, courses: Sequence[Course]) -> tuple[Cell, ...]:
        """Demand of one shift from claims that wait and claims still to come."""
        found: list[Cell] = []
        for incident in sorted({c.incident for c in courses}):
            mine = [c for c in courses if c.incident == incident]
            counts = [OpenClaims(c.region, c.line, c.waiting) for c in mine if c.waiting]
            asked = cells_from_open_claims(
                counts, incident, self.visits_per_slot, licence_of=self.licence_of, scale=self.scale
            )
            found += [*asked, *self.ahead(mine, incident, asked)]
        return tuple(found)

    def ahead(self, courses: Iterable[Course], incident: str, asked: Iterable[Cell]) -> tuple[Cell, ...]:
        """Demand of claims still to come; visits that asked slots leave free are taken off."""
        courses = tuple(courses)
        slots: Counter[tuple[str, str]] = Counter()
        for cell in asked:
            slots[cell.region, cell.line] += cell.slots
        spare = {
            (c.region, c.line): slots[c.region, c.line] * self.visits_per_slot[c.line] - c.waiting
            for c in courses
        }
        found: list[Cell] = []
        for curve in {c.curve for c in courses if c.curve}:
            seen = [Seen(c.region, c.line, c.claims, c.hours) for c in courses if c.curve == curve]
            within, visits = self.within_hours, self.visits_per_slot
            found += cells_ahead(seen, curve, incident, within, visits, self.licence_of, self.scale, spare)
        return tuple(sorted(found, key=lambda cell: cell.cell_id))


def outlook(plan: Plan, courses: Sequence[Course], rules: Outlooks, shifts: int, stays: str = "") -> list[ShiftOutlook]:
    """This shift and those after it, each planned by the same engine from where the one before leaves off.

    People stay where they worked; whoever had nothing to do is where they were.

    Args:
        stays: a region nobody travels to (seats): who works there stays at home.
    """
    found: list[ShiftOutlook] = []
    previous: dict[str, str] = {}
    solution = plan.solution
    pool, fixed = solution.pool, [c for c in solution.cells if c.region == stays]
    for number in range(1, shifts + 1):
        regions = {cell.cell_id: cell.region for cell in plan.solution.cells}
        found.append(_one(number, plan, courses, rules, regions, previous))
        if number == shifts:
            break
        previous |= {a.adjuster_id: regions[a.cell_id] for a in plan.assignments if regions[a.cell_id] != stays}
        places = [previous.get(a.adjuster_id, a.base_region) for a in pool]
        pool = tuple(replace(a, base_region=p, home_region=a.home) for a, p in zip(pool, places, strict=True))
        courses = _after(plan, courses, rules)
        cells = (*rules.cells(courses), *fixed)
        plan = allocate(
            pool, cells, solution.travel, incumbent=_standing(plan, pool, cells), policy=solution.policy
        )
    return found


def _one(
    number: int,
    plan: Plan,
    courses: Sequence[Course],
    rules: Outlooks,
    regions: Mapping[str, str],
    previous: Mapping[str, str],
) -> ShiftOutlook:
    field = [a for a in plan.assignments if plan_line(a.cell_id)]
    done = _surveyed(plan, courses, rules)
    return ShiftOutlook(
        number=number,
        waiting=sum(c.waiting for c in courses),
        surveyed=sum(done.values()),
        arriving=sum(_arriving(c, rules) for c in courses),
        people=sum(a.slots for a in field),
        short=sum(s.slots for s in plan.shortages if plan_line(s.cell_id) and not is_ahead(s.cell_id)),
        travel_minutes=sum(a.minutes * a.slots for a in field),
        moves=sum(regions[a.cell_id] != previous.get(a.adjuster_id, regions[a.cell_id]) for a in field),
    )


def plan_line(cell_id: str) -> bool:
    """Whether a cell is one of claims by region and line; seats are named by incident and kind alone."""
    return standing_today(cell_id).count("/") >= 2


def _key(course: Course) -> str:
    return f"{course.incident}/{course.region}/{course.line}"


def _surveyed(plan: Plan, courses: Sequence[Course], rules: Outlooks) -> Counter[str]:
    """Claims surveyed by cell of claims that are in."""
    slots: Counter[str] = Counter()
    posts = {c.cell_id: c.post or standing_today(c.cell_id) for c in plan.solution.cells}
    for a in plan.assignments:
        slots[posts[a.cell_id]] += a.slots
    return Counter({_key(c): min(c.waiting, slots[_key(c)] * rules.visits_per_slot[c.line]) for c in courses})


def _arriving(course: Course, rules: Outlooks) -> int:
    return course.curve.still_to_come(course.claims, course.hours, rules.within_hours) if course.curve else 0


def _after(plan: Plan, courses: Sequence[Course], rules: Outlooks) -> list[Course]:
    done = _surveyed(plan, courses, rules)
    found = []
    for c in courses:
        more = _arriving(c, rules)
        waiting = c.waiting - done[_key(c)] + more
        found.append(replace(c, waiting=waiting, claims=c.claims + more, hours=c.hours + rules.within_hours))
    return found


def _standing(plan: Plan, pool: Sequence[Adjuster], cells: Sequence[Cell]) -> list[Assignment]:
    """The assignments that can go on: in the same cell, or in the one whose claims have come in the meantime."""
    asked, people = {c.cell_id for c in cells}, {a.adjuster_id for a in pool}
    posts = {c.cell_id: c.post or standing_today(c.cell_id) for c in plan.solution.cells}
    found: dict[tuple[str, str], int] = {}
    for a in plan.assignments:
        cell_id = a.cell_id if a.cell_id in asked else posts[a.cell_id]
        if cell_id in asked and a.adjuster_id in people:
            found[a.adjuster_id, cell_id] = found.get((a.adjuster_id, cell_id), 0) + a.slots
    return [Assignment(adjuster_id, cell_id, slots) for (adjuster_id, cell_id), slots in found.items()]
