"""Through hubs or arc by arc: the same optimum, and every rule of a plan holds."""

from __future__ import annotations

from collections import Counter
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Policy, TravelTable, allocate, hubs
from tests.domain.allocation.test_invariants import may_serve
from tests.domain.allocation.worlds import adjuster, cell, worlds


def through_hubs(*rows, **words):
    with (
        mock.patch.object(hubs, "MANY_ARCS", -1),
        mock.patch.object(hubs, "hub_flow", side_effect=hubs.hub_flow) as asked,
    ):
        plan = allocate(*rows, **words)
    assert asked.called or (words.get("incumbent") and words["policy"].stability_minutes == 0)
    return plan


@settings(max_examples=400, deadline=None)
@given(worlds(people=14, places=8, slots=4), st.sampled_from([0, 1, 20]))
def test_hubs_find_the_optimum_of_the_plain_network(world, stability):
    pool, cells, travel, incumbent, pins = world
    words = {"incumbent": incumbent, "pins": pins, "policy": Policy(stability_minutes=stability)}
    plan, plain = through_hubs(pool, cells, travel, **words), allocate(pool, cells, travel, **words)
    assert plan.cost["total"] == plain.cost["total"]
    assert len(plan.solution.potential) == plan.solution.network.nodes  # no negative cycle: proven once more
    used, filled = Counter(), Counter()
    people, places = {a.adjuster_id: a for a in pool}, {c.cell_id: c for c in cells}
    for a in plan.assignments:
        used[a.adjuster_id] += a.slots
        filled[a.cell_id] += a.slots
        assert may_serve(people[a.adjuster_id], places[a.cell_id], travel, pins)
    assert all(used[name] <= person.slots for name, person in people.items())
    assert all(filled[name] <= place.slots for name, place in places.items())


@settings(max_examples=100, deadline=None)
@given(worlds(people=14, places=8), st.randoms(use_true_random=False), st.sampled_from([1, 20]))
def test_order_means_nothing_and_an_unchanged_plan_moves_nobody(world, dice, stability):
    pool, cells, travel, _, pins = world
    words = {"pins": pins, "policy": Policy(stability_minutes=stability)}
    plan = through_hubs(pool, cells, travel, **words)
    for rows in (pool, cells, pins):
        dice.shuffle(rows)
    assert through_hubs(pool, cells, travel, **words) == plan
    again = through_hubs(pool, cells, travel, incumbent=plan.assignments, **words)
    # Cells of one post at the same price are one place to whoever works there: going between them is no move.
    posts = {c.cell_id: c.post or c.cell_id for c in cells}
    held, still = (Counter((a.adjuster_id, posts[a.cell_id]) for a in p.assignments) for p in (plan, again))
    assert (again.moves, still) == ((), held)
    assert again.cost["total"] == plan.cost["total"]


def test_neighbours_of_one_base_share_its_roads():
    """Three of one base, two kinds of cells: the one who knows both takes what the others cannot."""
    pool = [adjuster("a1", "n", "motor"), adjuster("a2", "n", "motor home"), adjuster("a3", "n", "motor", "TX")]
    cells = [cell("H", "s", line="home"), cell("M", "s"), cell("T", "s", licence="TX")]
    plan = through_hubs(pool, cells, TravelTable({("n", "s"): 50}))
    assert {(a.adjuster_id, a.cell_id) for a in plan.assignments} == {("a1", "M"), ("a2", "H"), ("a3", "T")}
    assert plan.cost["total"] == 150
