"""The product's engine as dispatcher, priced in two ways, with and without an eye on tomorrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.storm.dispatch import NOWHERE, Morning, worth_of_shifts
from benchmarks.storm.world import LINES, REACH, SURVEY_WITHIN, ZONES, Ints
from emergency.domain.allocation import Adjuster, Assignment, Cell, Policy, allocate, surviving
from emergency.domain.allocation.demand import OpenClaims, cells_from_open_claims

HOUSE = Policy(duty_limit_minutes=REACH)
AHEAD = 8  # priority of a slot for claims still to come; open claims have 1 to 3
# A minute driven is a minute not surveyed, and an ordinary survey takes about this many: so much driving
# a claim of weight 1 is worth. Set beforehand, not fitted.
MINUTES_PER_WEIGHT = 100
DISCOUNT_PERCENT = 50  # what an expected claim is worth of an ordinary open one


@dataclass(frozen=True)
class ByWorth(Policy):
    """Slots priced by the claims they would survey instead of by the cell's priority."""

    worths: Mapping[str, tuple[int, ...]] = field(default_factory=dict, hash=False)  # minutes by slot, falling

    def __post_init__(self) -> None:
        """The worths are not one whole number; nothing else differs from the house policy."""

    def slot_prices(self, cell: Cell, at_least: int = 0) -> list[tuple[int, int]]:
        return [(1, minutes) for minutes in self.worths[cell.cell_id]]


@dataclass(frozen=True, eq=False)
class RoadTravel:
    """The morning's travel times for the engine; places are P0, P1, ..., counties as goals C0, C1, ..."""

    minutes_by_place: Ints

    def minutes(self, from_region: str, to_region: str) -> int | None:
        found = int(self.minutes_by_place[int(from_region[1:]), int(to_region[1:])])
        return None if found < 0 else found

    def matrix(self, from_regions: Sequence[str], to_regions: Sequence[str]) -> Ints:
        rows = [int(name[1:]) for name in from_regions]
        return self.minutes_by_place[rows][:, [int(name[1:]) for name in to_regions]]


def flow(morning: Morning) -> Ints:
    """The product as it stands: its demand from open claims, its engine, its house policy."""
    return _engine(morning, _asked(morning))


def flow_ahead(morning: Morning) -> Ints:
    """The same with slots for the claims expected until tomorrow, of the least priority."""
    return _engine(morning, [*_asked(morning), *_ahead(morning)])


def flow_by_worth(morning: Morning) -> Ints:
    """The engine with slots priced by their claims: a lone ordinary claim is not worth half a day's drive."""
    cells, worths = _priced(morning)
    return _engine(morning, cells, ByWorth(duty_limit_minutes=REACH, worths=worths))


def flow_by_worth_ahead(morning: Morning) -> Ints:
    """The same with slots for the claims expected until tomorrow, at half the worth of an ordinary one."""
    cells, worths = _priced(morning)
    ahead = _ahead(morning)
    for cell in ahead:
        visits = int(morning.world.visits_per_slot[LINES.index(cell.line)])
        worths[cell.cell_id] = (visits * MINUTES_PER_WEIGHT * DISCOUNT_PERCENT // 100,) * cell.slots
    return _engine(morning, [*cells, *ahead], ByWorth(duty_limit_minutes=REACH, worths=worths))


def _priced(morning: Morning) -> tuple[list[Cell], dict[str, tuple[int, ...]]]:
    found: dict[int, list[int]] = {}
    for worth, cell in worth_of_shifts(morning):
        found.setdefault(cell, []).append(round(worth * MINUTES_PER_WEIGHT))
    cells = [_cell(morning, "storm", cell, len(worths), 1) for cell, worths in found.items()]
    return cells, {cell.cell_id: tuple(worths) for cell, worths in zip(cells, found.values(), strict=True)}


def _ahead(morning: Morning) -> list[Cell]:
    slots = morning.slots_ahead
    return [_cell(morning, "ahead", cell, int(slots[cell]), AHEAD) for cell in np.flatnonzero(slots).tolist()]


def _cell(morning: Morning, incident: str, cell: int, slots: int, priority: int) -> Cell:
    county, line = divmod(cell, len(LINES))
    name, zone = f"{incident}/C{county}/{LINES[line]}", ZONES[morning.world.zone[county]]
    return Cell(name, incident, f"C{county}", LINES[line], zone, slots, priority)


def _asked(morning: Morning) -> tuple[Cell, ...]:
    world, waiting = morning.world, morning.waiting
    age = morning.now - world.reported[waiting]
    cells = world.cell[waiting]
    overdue = np.bincount(cells, weights=age > SURVEY_WITHIN, minlength=world.cells).astype(int).tolist()
    severe = np.bincount(cells, weights=world.severity[waiting] == 3, minlength=world.cells).astype(int).tolist()
    oldest = np.zeros(world.cells, dtype=np.int64)
    np.maximum.at(oldest, cells, age // 60)
    counts = [
        OpenClaims(
            f"C{cell // len(LINES)}",
            LINES[cell % len(LINES)],
            int(count),
            overdue[cell],
            int(oldest[cell]),
            severe[cell],
        )
        for cell, count in enumerate(morning.open_claims)
        if count
    ]
    visits = dict(zip(LINES, world.visits_per_slot.tolist(), strict=True))
    return cells_from_open_claims(
        counts, "storm", visits, licence_of=lambda region, _: ZONES[world.zone[int(region[1:])]]
    )


def _engine(morning: Morning, cells: Sequence[Cell], policy: Policy = HOUSE) -> Ints:
    world = morning.world
    pool = [
        Adjuster(
            f"A{n:04}",
            f"P{morning.place[n]}",
            frozenset(LINES[line] for line in np.flatnonzero(world.skills[n])),
            frozenset(ZONES[zone] for zone in np.flatnonzero(world.licences[n])),
        )
        for n in range(len(morning.place))
    ]
    standing = [
        Assignment(pool[n].adjuster_id, f"storm/C{cell // len(LINES)}/{LINES[cell % len(LINES)]}", 1)
        for n, cell in enumerate(morning.standing.tolist())
        if cell != NOWHERE
    ]
    plan = allocate(
        pool,
        cells,
        RoadTravel(morning.minutes),
        incumbent=surviving(standing, pool, cells),
        policy=policy,
    )
    sent = np.full(len(pool), NOWHERE, dtype=np.int64)
    for a in plan.assignments:
        _, county, line = a.cell_id.split("/")
        sent[int(a.adjuster_id[1:])] = int(county[1:]) * len(LINES) + LINES.index(line)
    return sent
