"""What holds for every world."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Policy, TravelTable, allocate
from emergency.domain.allocation.solve import Unsolved, solved
from tests.domain.allocation.worlds import adjuster, cell, worlds


def may_serve(a, c, travel, pins, limit=600):
    minutes = travel.minutes(a.base_region, c.region)
    closed = any(
        getattr(p, "kind", "") == "must_not" and p.adjuster_id == a.adjuster_id and p.cell_id == c.cell_id for p in pins
    )
    fit = c.line in a.skills and (not c.licence or c.licence in a.licences)
    fit = fit and (not c.language or c.language in a.languages) and (not c.home or c.region == a.home)
    return fit and minutes is not None and minutes <= limit and not closed


def effort(a, c, travel):
    """The drive, and the referral where the authority does not reach, by the words of the trade."""
    short = c.above_minor is not None and a.authority_minor is not None and a.authority_minor <= c.above_minor
    return travel.minutes(a.base_region, c.region) + (c.referral_minutes if short else 0)


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_slots_add_up_and_nobody_idle_may_serve_a_short_cell_worth_the_drive(world):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    used, filled = Counter(), Counter()
    people, places = {a.adjuster_id: a for a in pool}, {c.cell_id: c for c in cells}
    for a in plan.assignments:
        used[a.adjuster_id] += a.slots
        filled[a.cell_id] += a.slots
        assert may_serve(people[a.adjuster_id], places[a.cell_id], travel, pins)
        assert a.minutes == travel.minutes(people[a.adjuster_id].base_region, places[a.cell_id].region)
    short = {s.cell_id: s.slots for s in plan.shortages}
    assert all(used[a.adjuster_id] <= a.slots for a in pool)
    assert all(filled[c.cell_id] + short.get(c.cell_id, 0) == c.slots for c in cells)
    idle = [a for a in pool if used[a.adjuster_id] < a.slots]
    for a, c in [(a, places[c]) for a in idle for c in short if may_serve(a, places[c], travel, pins)]:
        next_open = [m for n, m in Policy().slot_prices(c) for _ in range(n)][filled[c.cell_id]]
        assert c.worths or c.referral_minutes
        assert effort(a, c, travel) + Policy().stability_minutes >= next_open
    assert sum(v for k, v in plan.cost.items() if k != "total") == plan.cost["total"]
    assert int((plan.solution.flow * plan.solution.network.costs).sum()) == plan.cost["total"]


@settings(max_examples=300, deadline=None)
@given(worlds(people=12, places=7, slots=5))
def test_network_simplex_finds_the_same_optimum_and_the_same_names(world):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    other = allocate(pool, cells, travel, incumbent=incumbent, pins=pins, engine="networkx")
    optimum, _ = nx.network_simplex(plan.solution.network.to_networkx())  # on bare minutes, without ties
    assert plan.cost["total"] == optimum
    assert replace(other, engine="ortools") == plan


@settings(max_examples=150, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(world, dice):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    for rows in (pool, cells, incumbent, pins):
        dice.shuffle(rows)
    assert allocate(pool, cells, travel, incumbent=incumbent, pins=pins) == plan


@settings(max_examples=200, deadline=None)
@given(worlds(), st.sampled_from([0, 1, 20]))
def test_a_plan_as_its_own_standing_plan_moves_nobody(world, stability):
    pool, cells, travel, _, pins = world
    policy = Policy(stability_minutes=stability)
    plan = allocate(pool, cells, travel, pins=pins, policy=policy)
    again = allocate(pool, cells, travel, pins=pins, policy=policy, incumbent=plan.assignments)
    assert (again.moves, again.assignments) == ((), plan.assignments)
    assert again.cost["stability"] == 0


def open_by_hand(cell, policy):
    """What each open slot costs, dearest first, by the words of the policy."""
    if cell.worths:
        said = [minutes for count, minutes in cell.worths for _ in range(count)]
        return (said + [said[-1]] * cell.slots)[: cell.slots]
    return [policy.open_slot_minutes(cell.priority, n * policy.share_bands // cell.slots) for n in range(cell.slots)]


def cheapest_by_trying_all(pool, cells, travel, policy):
    """Every way to place every slot, priced by hand."""
    slots = [a for a in pool for _ in range(a.slots)]
    best = None
    for places in itertools.product([None, *cells], repeat=len(slots)):
        filled = Counter(c.cell_id for c in places if c)
        if any(filled[c.cell_id] > c.slots for c in cells):
            continue
        if not all(c is None or may_serve(a, c, travel, ()) for a, c in zip(slots, places, strict=True)):
            continue
        cost = sum(effort(a, c, travel) for a, c in zip(slots, places, strict=True) if c)
        for c in cells:
            cost += sum(open_by_hand(c, policy)[filled[c.cell_id] :])
        best = cost if best is None else min(best, cost)
    return best


@settings(max_examples=60, deadline=None)
@given(worlds(people=3, places=3, pinned=False, standing=False))
def test_no_other_way_to_place_everyone_is_cheaper(world):
    pool, cells, travel, _, _ = world
    plan = allocate(pool, cells, travel)
    assert plan.cost["total"] == cheapest_by_trying_all(pool, cells, travel, Policy())


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 9), st.integers(1, 8))
def test_slot_prices_count_every_slot_and_fall(slots, floor, priority, bands):
    policy = Policy(share_bands=bands)
    prices = policy.slot_prices(cell("X", "north", slots, priority), min(floor, slots))
    assert sum(count for count, _ in prices) == slots
    assert [p for _, p in prices] == sorted((p for _, p in prices), reverse=True)
    assert min(p for _, p in prices) > policy.step_minutes


def test_an_unbalanced_network_never_reaches_the_solver():
    network = allocate([adjuster("a", "n")], [cell("X", "n")], TravelTable({})).solution.network
    bent = replace(network, supplies=network.supplies + np.array([1, 0, 0, 0]))
    with pytest.raises(Unsolved, match="sum to 1"):
        solved(bent)


def test_costs_too_large_for_the_solver_are_refused_in_words():
    network = allocate([adjuster("a", "n")], [cell("X", "n")], TravelTable({})).solution.network
    with pytest.raises(OverflowError, match="lower pin_factor"):
        replace(network, costs=network.costs + 2**61).solver_costs()
