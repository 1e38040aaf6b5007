"""Explanations are exact: every number equals a full re-solve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, Pin, TravelTable, allocate
from emergency.domain.allocation.explain import next_slot, one_more, why
from emergency.domain.allocation.residual import Graph, potentials
from emergency.domain.allocation.solve import Unsolved
from emergency.domain.allocation.steps import Step
from emergency.texts import speaker
from tests.domain.allocation.worlds import LANGUAGES, LICENCES, LINES, REGIONS, adjuster, cell, some, worlds

ROADS = TravelTable({("north", "south"): 30, ("south", "north"): 30, ("south", "coast"): 50, ("north", "coast"): 90})
POOL = (adjuster("ann", "north"), adjuster("bob", "south"))
CELLS = (cell("S", "south"), cell("C", "coast"))


def test_the_next_best_place_comes_with_its_price_and_the_chain_of_moves():
    plan = allocate(POOL, CELLS, ROADS)  # ann S 30, bob C 50
    told = why(plan, "ann", "S")
    assert told.parts == {"travel_minutes": 30, "stability": 0}
    swap, idle = told.next_best
    assert (swap.cell_id, swap.extra_minutes) == ("C", 10)  # ann C 90 + bob S 0 - 80
    assert swap.chain == (Step("moves", "ann", "S", "C"), Step("moves", "bob", "C", "S"))
    assert idle.cell_id == ""
    assert str(swap.chain[1].message) == "bob goes from C to S"


def test_a_pinned_slot_shows_what_the_pin_costs():
    plan = allocate(POOL, CELLS, ROADS, pins=[Pin("ann", "C", "must")])
    told = why(plan, "ann", "C")
    assert told.pinned
    assert (told.next_best[0].cell_id, told.next_best[0].extra_minutes) == ("S", -10)


def test_closed_cells_are_named_with_the_test_that_closes_them():
    cells = (*CELLS, cell("H", "south", line="home"), cell("T", "south", licence="TX"), cell("I", "island"))
    plan = allocate(POOL, cells, ROADS, pins=[Pin("ann", "C", "must_not")])
    ((answered, place),) = [(a.adjuster_id, a.cell_id) for a in plan.assignments if a.adjuster_id == "ann"]
    told = dict(why(plan, answered, place).blocked)
    assert sorted(told) == ["C", "H", "I", "T"]
    assert "licence TX" in str(told["T"])
    assert "TX" in speaker("zh_CN")(told["T"])


def test_asking_about_what_is_not_in_the_plan_is_refused():
    plan = allocate(POOL, CELLS, ROADS)
    for adjuster_id, cell_id in (("ann", "C"), ("zoe", "S"), ("ann", "Z")):
        with pytest.raises(LookupError):
            why(plan, adjuster_id, cell_id)


def test_one_more_of_the_right_kind_helps_and_of_the_wrong_kind_does_not():
    plan = allocate(POOL, (*CELLS, cell("H", "north", line="home")), ROADS)
    assert one_more(plan, "north", {"motor"}, ()).cell_id in ("", "S")
    gain = one_more(plan, "north", {"home"}, ())
    assert (gain.cell_id, gain.relieved) == ("H", ("H",))
    assert gain.extra_minutes == -plan.cost["shortage_priority_1"]
    assert one_more(plan, "island", {"home"}, ()).extra_minutes == 0


def test_a_flow_that_is_not_optimal_is_caught_by_its_certificate():
    plan = allocate(POOL, CELLS, ROADS)
    network = plan.solution.network
    swapped = plan.solution.flow.copy()
    swapped[:4] = 1 - swapped[:4]  # ann C, bob S: 10 minutes dearer
    assert np.array_equal(np.bincount(network.heads, swapped), np.bincount(network.heads, plan.solution.flow))
    with pytest.raises(Unsolved, match="negative cycle"):
        potentials(Graph.of(network, swapped))


@settings(max_examples=200, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_keeping_a_slot_out_costs_what_the_first_alternative_says(world, dice):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    pinned = {p.adjuster_id for p in pins if isinstance(p, Pin)}
    asked = [a for a in plan.assignments if a.slots == 1 and a.adjuster_id not in pinned]
    assume(asked)
    one = dice.choice(asked)
    pins = [*pins, Pin(one.adjuster_id, one.cell_id, "must_not")]
    again = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    best = why(plan, one.adjuster_id, one.cell_id).next_best[0]
    assert best.extra_minutes == again.cost["total"] - plan.cost["total"]


@settings(max_examples=200, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_forcing_a_slot_elsewhere_costs_what_its_alternative_says(world, dice):
    pool, cells, travel, incumbent, pins = world
    pool = [replace(a, slots=1) for a in pool]
    incumbent = [replace(a, slots=1) for a in incumbent]
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    pinned = {p.adjuster_id for p in pins if isinstance(p, Pin)}
    asked = [a for a in plan.assignments if a.adjuster_id not in pinned]
    assume(asked)
    one = dice.choice(asked)
    for other in why(plan, one.adjuster_id, one.cell_id, choices=99).next_best:
        if other.cell_id:
            forced = [*pins, Pin(one.adjuster_id, other.cell_id, "must")]
            again = allocate(pool, cells, travel, incumbent=incumbent, pins=forced)
            if (one.adjuster_id, other.cell_id) in {(p.adjuster_id, p.cell_id) for p in again.broken_pins}:
                continue  # another pin holds as much: nothing was forced
            assert other.extra_minutes == again.cost["total"] - plan.cost["total"]
        assert_chain_holds(plan, other.chain)


def assert_chain_holds(plan, chain):
    """Everyone in a chain starts where the plan has them and may go where it sends them."""
    solution = plan.solution
    placed = {(a.adjuster_id, a.cell_id) for a in plan.assignments}
    for step in chain:
        if step.kind == "moves" and step.from_cell:
            assert (step.adjuster_id, step.from_cell) in placed
        if step.kind == "moves" and step.to_cell:
            person = [a.adjuster_id for a in solution.pool].index(step.adjuster_id)
            column = [c.cell_id for c in solution.cells].index(step.to_cell)
            assert solution.able.may[solution.able.profile_of[person], column]


@settings(max_examples=200, deadline=None)
@given(worlds(slots=9), st.randoms(use_true_random=False))
def test_one_more_slot_costs_what_a_re_solve_says(world, dice):
    pool, cells, travel, incumbent, pins = world
    assume(cells)
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    chosen = dice.choice(cells)
    wider = [replace(c, slots=c.slots + (c is chosen)) for c in cells]
    again = allocate(pool, wider, travel, incumbent=incumbent, pins=pins)
    told = next_slot(plan, chosen.cell_id)
    assert told.extra_minutes == again.cost["total"] - plan.cost["total"]
    assert bool(told.chain) == told.filled


@settings(max_examples=200, deadline=None)
@given(
    worlds(),
    st.sampled_from(REGIONS),
    some(LINES),
    some(LICENCES),
    st.sampled_from([None, 0, 100, 500]),
    some(LANGUAGES),
)
def test_one_more_adjuster_saves_what_a_re_solve_says(world, base, skills, licences, limit, spoken):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    more = [*pool, Adjuster("new", base, skills, licences, 1, limit, spoken)]
    again = allocate(more, cells, travel, incumbent=incumbent, pins=pins)
    told = one_more(plan, base, skills, licences, limit, spoken)
    assert told.extra_minutes == again.cost["total"] - plan.cost["total"]
