"""The product's engine as dispatcher, priced in two ways, with and without an eye on tomorrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.storm.dispatch import NOWHERE, Morning
from benchmarks.storm.world import DAY, LINES, REACH, SURVEY_WITHIN, ZONES, Ints
from emergency.domain.allocation import Adjuster, Assignment, Cell, Policy, allocate, surviving
from emergency.domain.allocation.demand import OpenClaims, Weights, cells_from_open_claims
from emergency.library.worth import load_worth

HOUSE = Policy(duty_limit_minutes=REACH)
AHEAD = 8  # priority of a slot for claims still to come, where slots are priced by priority; open claims have 1 to 3
# The prices the product ships, read from its own file: what a claim is worth against the road.
SHIPPED = load_worth(Path(__file__).parents[2] / "data/rules/worth.yaml").scale


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


def flow_by_priority(morning: Morning) -> Ints:
    """The product's engine with slots priced by the urgency of their cell alone, whatever the drive."""
    return _engine(morning, _asked(morning, None))


def flow_by_priority_ahead(morning: Morning) -> Ints:
    """The same with slots for the claims expected until tomorrow, of the least priority."""
    return _engine(morning, [*_asked(morning, None), *_ahead(morning, None)])


def flow(morning: Morning, scale: Weights = SHIPPED) -> Ints:
    """The product as it stands: demand from open claims, each slot worth what its claims weigh, its engine, policy."""
    return _engine(morning, _asked(morning, scale))


def flow_ahead(morning: Morning, scale: Weights = SHIPPED) -> Ints:
    """The same with slots for the claims expected until tomorrow, at the worth the product gives those."""
    return _engine(morning, [*_asked(morning, scale), *_ahead(morning, scale)])


def _ahead(morning: Morning, scale: Weights | None) -> list[Cell]:
    slots = morning.slots_ahead
    return [_cell(morning, cell, int(slots[cell]), scale) for cell in np.flatnonzero(slots).tolist()]


def _cell(morning: Morning, cell: int, slots: int, scale: Weights | None) -> Cell:
    county, line = divmod(cell, len(LINES))
    name, zone = f"ahead/C{county}/{LINES[line]}", ZONES[morning.world.zone[county]]
    visits = int(morning.world.visits_per_slot[line])
    worths = ((slots, scale.minutes(scale.expected * visits)),) if scale else ()
    return Cell(name, "ahead", f"C{county}", LINES[line], zone, slots, AHEAD, worths)


def _asked(morning: Morning, scale: Weights | None) -> tuple[Cell, ...]:
    world, waiting = morning.world, morning.waiting
    age = morning.now - world.reported[waiting]
    cells = world.cell[waiting]
    overdue = np.bincount(cells, weights=age > SURVEY_WITHIN, minlength=world.cells).astype(int).tolist()
    severe = np.bincount(cells, weights=world.severity[waiting] == 3, minlength=world.cells).astype(int).tolist()
    oldest = np.zeros(world.cells, dtype=np.int64)
    np.maximum.at(oldest, cells, age // 60)
    weights = _weights(morning, scale) if scale else {}
    counts = [
        OpenClaims(
            f"C{cell // len(LINES)}",
            LINES[cell % len(LINES)],
            int(count),
            overdue[cell],
            int(oldest[cell]),
            severe[cell],
            weights.get(cell, ()),
        )
        for cell, count in enumerate(morning.open_claims)
        if count
    ]
    visits = dict(zip(LINES, world.visits_per_slot.tolist(), strict=True))
    licences = {f"C{county}": ZONES[zone] for county, zone in enumerate(world.zone.tolist())}
    return cells_from_open_claims(counts, "storm", visits, licence_of=lambda region, _: licences[region], scale=scale)


def _weights(morning: Morning, scale: Weights) -> dict[int, tuple[tuple[int, int], ...]]:
    """What waits in each cell as the product weighs it: severity 3 as people hurt, 2 as a large loss."""
    world, waiting = morning.world, morning.waiting
    late = np.ceil((morning.now - world.reported[waiting] - SURVEY_WITHIN) / DAY).astype(np.int64).clip(-1)
    found: dict[int, Counter[int]] = {}
    for cell, severity, days in zip(
        world.cell[waiting].tolist(), world.severity[waiting].tolist(), late.tolist(), strict=True
    ):
        weight = scale.in_days(injured=severity == 3, large=severity == 2, days_late=days)
        found.setdefault(cell, Counter())[weight] += 1
    return {cell: tuple(sorted(counted.items())) for cell, counted in found.items()}


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
