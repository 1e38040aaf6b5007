"""What next best for a gap: equal to a full re-solve, every time."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from emergency.domain.allocation import TravelTable, allocate
from emergency.domain.allocation.gap import bottlenecks, fill
from emergency.domain.allocation.pool import AtLeast
from emergency.domain.allocation.steps import Step
from tests.domain.allocation.worlds import adjuster, cell, worlds

ROADS = TravelTable({("north", "south"): 30, ("south", "north"): 30})


def test_the_cheapest_way_to_fill_a_gap_names_who_goes_and_what_is_given_up() -> None:
    plan = allocate([adjuster("ann", "south")], (cell("S", "south", priority=1), cell("N", "north", priority=3)), ROADS)
    found = fill(plan, "N")
    assert found.extra_minutes == plan.cost["shortage_priority_3"] * -1 + 30 + _price(plan, "S")
    assert found.chain == (Step("opens", "", "", "S"), Step("moves", "ann", "S", "N"))


def _price(plan, cell_id):
    (one,) = [c for c in plan.solution.cells if c.cell_id == cell_id]
    return plan.solution.policy.slot_prices(one)[0][1]


def test_a_gap_nobody_can_fill_says_so_and_a_cell_without_one_is_no_gap() -> None:
    plan = allocate([adjuster("ann", "south")], (cell("S", "south"), cell("H", "south", line="home")), ROADS)
    assert fill(plan, "H").extra_minutes is None
    for cell_id in ("S", "nowhere"):
        with pytest.raises(LookupError):
            fill(plan, cell_id)


def test_the_bottleneck_is_the_licence_and_one_more_without_it_clears_nothing() -> None:
    plan = allocate([adjuster("ann", "south")], (cell("T", "south", licence="TX"),), ROADS)
    with_licence, without = bottlenecks(plan, "T", {"motor": 14})
    assert (with_licence.licence, with_licence.claims, with_licence.here) == ("TX", 14, True)
    assert (without.licence, without.claims, without.here) == ("", 0, False)


def test_one_more_visits_no_more_claims_than_wait() -> None:
    plan = allocate([adjuster("ann", "south")], (cell("T", "south", slots=2),), ROADS)
    assert [bottlenecks(plan, "T", {"motor": 14}, waiting)[0].claims for waiting in ({"T": 17}, {"T": 40}, {})] == [
        3,  # ann visits 14 of the 17
        14,
        0,  # a playbook asks for the second slot, and no claim waits for it
    ]


@settings(max_examples=150, deadline=None)
@given(worlds(pinned=False))
def test_filling_a_gap_costs_what_solving_again_with_the_slot_filled_costs(world) -> None:
    pool, cells, travel, standing, _ = world
    plan = allocate(pool, cells, travel, incumbent=standing)
    assume(plan.shortages)
    for short in plan.shortages[:3]:
        asked = next(c.slots for c in cells if c.cell_id == short.cell_id)
        floor = AtLeast(short.cell_id, asked - short.slots + 1)
        forced = allocate(pool, cells, travel, incumbent=standing, pins=[floor])
        found = fill(plan, short.cell_id)
        if found.extra_minutes is None:
            assert [pin.code for pin in forced.broken_pins] == ["at_least"]
        else:
            assert not forced.broken_pins
            assert found.extra_minutes == forced.cost["total"] - plan.cost["total"] >= 0
