"""What a placing nobody solved for costs, beside the best plan of the same instance."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Assignment, Policy, TravelTable, allocate
from emergency.domain.allocation.appraisal import appraised, left_standing
from tests.domain.allocation.worlds import adjuster, cell, worlds

ROADS = TravelTable({("north", "south"): 60, ("north", "coast"): 90, ("south", "coast"): 30})


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_the_bill_of_a_plans_own_assignments_is_its_cost(world):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    bill = appraised(plan, plan.assignments)
    assert bill.total == plan.cost["total"]
    assert bill.unkept == plan.cost["broken_pins"]
    assert (bill.travel, bill.moved) == (plan.cost["travel_minutes"], plan.cost["stability"])
    assert bill.referred == plan.cost.get("referral", 0)


@settings(max_examples=400, deadline=None)
@given(worlds(), st.data())
def test_no_placing_costs_less_than_the_best_plan(world, data):
    """Whoever is put wherever: unable, twice, one too many, unknown."""
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    who = st.sampled_from([a.adjuster_id for a in pool] + ["nobody"])
    where = st.sampled_from([c.cell_id for c in cells] + ["nowhere"])
    placed = data.draw(st.lists(st.builds(Assignment, who, where, st.integers(1, 2)), max_size=10))
    assert appraised(plan, placed).total >= plan.cost["total"]


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_nor_does_sending_nobody_anywhere(world):
    pool, cells, travel, incumbent, pins = world
    plan = allocate(pool, cells, travel, incumbent=incumbent, pins=pins)
    stood = left_standing(plan)
    assert appraised(plan, stood).total >= plan.cost["total"]
    posts, homes = {c.cell_id: c.post or c.cell_id for c in cells}, {c.cell_id for c in cells if c.home}
    known = {(a.adjuster_id, posts[a.cell_id]) for a in incumbent}
    assert all((a.adjuster_id, posts[a.cell_id]) in known or a.cell_id in homes for a in stood)


def test_one_person_in_the_wrong_place_costs_what_stays_open_and_the_longer_drive() -> None:
    """Claims in south are worth 400 minutes, those of the coast 100; Ann drives 90 to the coast instead of 60."""
    cells = [
        replace(cell("south", "south"), worths=((1, 400),)),
        replace(cell("coast", "coast"), worths=((1, 100),)),
    ]
    best = allocate([adjuster("ann", "north")], cells, ROADS)
    wrong = appraised(best, [Assignment("ann", "coast", 1)])
    assert best.cost["total"] == 60 + 100
    assert (wrong.unserved, wrong.travel, wrong.total) == (400, 90, 490)
    assert wrong.filled == {"south": 0, "coast": 1}


def test_one_too_many_only_costs_the_drive() -> None:
    best = allocate([adjuster("ann", "north"), adjuster("bob", "north")], [cell("south", "south")], ROADS)
    both = appraised(best, [Assignment("ann", "south", 1), Assignment("bob", "south", 1)])
    assert both.total - best.cost["total"] == 60
    assert both.filled == {"south": 1}


def test_who_stands_in_a_post_does_what_is_worth_most_there_and_is_not_moved() -> None:
    plain, ahead = cell("south/motor", "south"), cell("south/motor/ahead", "south", priority=9)
    cells = [
        replace(plain, post="south", worths=((1, 500),)),
        replace(ahead, post="south", worths=((1, 50),)),
    ]
    standing = [Assignment("ann", "south/motor/ahead", 1)]
    best = allocate([adjuster("ann", "south")], cells, ROADS, incumbent=standing)
    stood = left_standing(best)
    assert stood == (Assignment("ann", "south/motor", 1),)
    assert appraised(best, stood).total == best.cost["total"] == 50


def test_who_stands_where_nothing_is_asked_any_more_than_others_do_stays_on_the_bill() -> None:
    """Two stand where one is asked: the drive of both counts, and neither goes where more is asked."""
    two = [Assignment("ann", "south", 1), Assignment("bob", "south", 1)]
    people = [adjuster("ann", "north"), adjuster("bob", "north")]
    best = allocate(people, [cell("south", "south"), cell("coast", "coast")], ROADS, incumbent=two)
    assert left_standing(best) == tuple(two)
    bill, open_coast = appraised(best, left_standing(best)), Policy().open_slot_minutes(1, 0)
    assert (bill.travel, bill.unserved, bill.moved) == (120, open_coast, 0)
    assert best.cost["total"] == 60 + 90 + Policy().stability_minutes
