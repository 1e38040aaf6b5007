"""What a plan promises, on worlds small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emergency.domain.allocation import (
    AllocationRefused,
    Assignment,
    AtLeast,
    Cell,
    Move,
    Pin,
    Policy,
    TravelTable,
    allocate,
)
from tests.domain.allocation.worlds import adjuster, cell

# north --30-- south --50-- coast; island is cut off.
ROADS = TravelTable(
    {
        ("north", "south"): 30,
        ("south", "north"): 30,
        ("south", "coast"): 50,
        ("coast", "south"): 50,
        ("north", "coast"): 90,
        ("coast", "north"): 90,
        ("north", "far"): 601,
        ("south", "far"): 600,
    }
)


def who_goes_where(plan):
    return {(a.adjuster_id, a.cell_id): a.slots for a in plan.assignments}


def short(plan):
    return {s.cell_id: (s.slots, s.code) for s in plan.shortages}


def test_two_people_take_the_cheaper_of_the_two_ways_to_share_two_cells():
    pool = [adjuster("ann", "north"), adjuster("bob", "south")]
    cells = [cell("S", "south"), cell("C", "coast")]
    plan = allocate(pool, cells, ROADS)
    # ann S 30 + bob C 50 = 80 beats bob S 0 + ann C 90 = 90
    assert plan.assignments == (Assignment("ann", "S", 1, 30), Assignment("bob", "C", 1, 50))
    assert plan.cost == {
        "travel_minutes": 80,
        "stability": 0,
        "shortage_priority_1": 0,
        "broken_pins": 0,
        "total": 80,
    }
    assert (plan.shortages, plan.moves, plan.broken_pins, plan.optimal) == ((), (), (), True)


def test_one_adjuster_with_two_slots_serves_two_cells():
    plan = allocate([adjuster("ann", "south", slots=2)], [cell("S", "south"), cell("C", "coast")], ROADS)
    assert who_goes_where(plan) == {("ann", "S"): 1, ("ann", "C"): 1}


def test_the_urgent_cell_is_served_first_however_far_it_is():
    cells = [cell("near", "north", priority=2), cell("urgent", "coast", priority=1)]
    plan = allocate([adjuster("ann", "north")], cells, ROADS)
    assert who_goes_where(plan) == {("ann", "urgent"): 1}
    assert short(plan) == {"near": (1, "used_as_urgent")}
    assert "urgent 1" in str(plan.shortages[0].reason)


def test_between_cells_of_one_priority_the_shares_are_even():
    pool = [adjuster(f"a{n}", "north") for n in range(4)]
    plan = allocate(pool, [cell("near", "north", slots=4), cell("far off", "coast", slots=4)], ROADS)
    assert {s.cell_id: s.slots for s in plan.shortages} == {"near": 2, "far off": 2}


def test_the_duty_limit_is_inclusive():
    assert not allocate([adjuster("ann", "south")], [cell("F", "far")], ROADS).shortages
    assert short(allocate([adjuster("ann", "north")], [cell("F", "far")], ROADS)) == {"F": (1, "beyond_duty_limit")}


@pytest.mark.parametrize(
    ("person", "wanted", "code", "words"),
    [
        (adjuster("ann", "north", "home"), cell("X", "north"), "no_skill", "skill motor"),
        (adjuster("ann", "north", licences="LA"), cell("X", "north", licence="TX"), "no_licence", "TX: none"),
        (adjuster("ann", "north"), cell("X", "far"), "beyond_duty_limit", "nearest is 601 minutes"),
        (adjuster("ann", "north"), cell("X", "island"), "no_way", "no"),
        (adjuster("ann", "north"), cell("X", "north", slots=2), "all_here", "1; all their slots work here"),
    ],
)
def test_a_shortage_names_the_test_that_failed(person, wanted, code, words):
    (shortage,) = allocate([person], [wanted], ROADS).shortages
    assert shortage.code == code
    assert words in str(shortage.reason)


def test_an_empty_pool_leaves_everything_short_and_no_cells_leave_everyone_idle():
    assert short(allocate([], [cell("X", "north", slots=3)], ROADS)) == {"X": (3, "no_skill")}
    assert allocate([adjuster("ann", "north")], [], ROADS).cost["total"] == 0
    assert allocate([], [], ROADS).assignments == ()


class TestWorth:
    """Slots priced by what their claims are worth: a drive longer than that is not made."""

    def priced(self, minutes: int, slots: int = 1) -> Cell:
        return replace(cell("S", "south", slots), worths=((slots, minutes),))

    def drive(self) -> int:
        plan = allocate([adjuster("ann", "north")], [cell("S", "south")], ROADS)
        return plan.cost["travel_minutes"]

    def test_nobody_drives_longer_than_the_claims_are_worth_and_the_reason_says_both_figures(self):
        far = self.drive()
        plan = allocate([adjuster("ann", "north")], [self.priced(far - 1)], ROADS)
        (shortage,) = plan.shortages
        assert (plan.assignments, shortage.code) == ((), "not_worth_the_drive")
        assert shortage.detail["nearest_minutes"] == far
        assert shortage.detail["worth_minutes"] == far - 1
        assert f"drives {far} minutes one way and the claims of the next slot are worth {far - 1}" in str(
            shortage.reason
        )

    def test_somebody_goes_where_the_claims_are_worth_more_than_the_drive(self):
        plan = allocate([adjuster("ann", "north")], [self.priced(self.drive() + 1)], ROADS)
        assert who_goes_where(plan) == {("ann", "S"): 1}

    def test_a_pin_holds_whatever_the_claims_are_worth(self):
        plan = allocate([adjuster("ann", "north")], [self.priced(0)], ROADS, pins=[AtLeast("S", 1)])
        assert who_goes_where(plan) == {("ann", "S"): 1}

    def test_the_heavier_claims_win_whatever_the_priority_says(self):
        light = replace(cell("L", "south", priority=1), worths=((1, 400),))
        heavy = replace(cell("H", "south", priority=3), worths=((1, 900),))
        plan = allocate([adjuster("ann", "north")], [light, heavy], ROADS)
        assert who_goes_where(plan) == {("ann", "H"): 1}
        assert short(plan) == {"L": (1, "used_for_more")}

    def test_worths_that_rise_are_refused(self):
        with pytest.raises(AllocationRefused, match="worths of cell S must fall"):
            allocate([], [replace(cell("S", "south", 2), worths=((1, 5), (1, 6)))], ROADS)


class TestPins:
    pool = (adjuster("ann", "north"), adjuster("bob", "south"))
    cells = (cell("S", "south"), cell("C", "coast"))

    def test_must_holds_at_the_price_of_a_detour(self):
        plan = allocate(self.pool, self.cells, ROADS, pins=[Pin("ann", "C", "must")])
        assert who_goes_where(plan) == {("ann", "C"): 1, ("bob", "S"): 1}
        assert (plan.cost["total"], plan.broken_pins) == (90, ())

    def test_must_not_leaves_the_cell_short_and_says_so(self):
        plan = allocate(self.pool[:1], self.cells[:1], ROADS, pins=[Pin("ann", "S", "must_not")])
        assert (plan.assignments, short(plan)) == ((), {"S": (1, "forbidden")})

    def test_must_holds_someone_on_a_less_urgent_cell_and_the_reason_says_pins(self):
        cells = [cell("calm", "north", priority=3), cell("urgent", "north", priority=1)]
        plan = allocate(self.pool[:1], cells, ROADS, pins=[Pin("ann", "calm", "must")])
        assert who_goes_where(plan) == {("ann", "calm"): 1}
        assert short(plan) == {"urgent": (1, "held_by_pins")}

    def test_two_people_pinned_to_one_slot_break_one_pin(self):
        pins = [Pin("ann", "S", "must"), Pin("bob", "S", "must")]
        plan = allocate(self.pool, self.cells, ROADS, pins=pins)
        assert len(plan.assignments) == 2
        (broken,) = plan.broken_pins
        assert (broken.cell_id, broken.code) == ("S", "outweighed")
        assert plan.cost["broken_pins"] == Policy().broken_pin_minutes

    def test_pins_nobody_could_keep_are_broken_with_the_reason(self):
        pins = [
            Pin("bob", "C", "must"),
            Pin("bob", "S", "must"),
            Pin("cid", "S", "must"),
            AtLeast("S", 9),
        ]
        plan = allocate([*self.pool, adjuster("cid", "north", "home")], self.cells, ROADS, pins=pins)
        assert [(p.adjuster_id, p.cell_id, p.code) for p in plan.broken_pins] == [
            ("", "S", "at_least"),
            ("bob", "S", "no_slot_left"),
            ("cid", "S", "no_skill"),
        ]

    def test_who_must_and_must_not_is_refused_and_both_who_said_so_are_named(self):
        for order in (1, -1):
            pins = [Pin("ann", "C", "must", by="chen"), Pin("ann", "C", "must_not", by="wang")][::order]
            with pytest.raises(AllocationRefused) as refused:
                allocate(self.pool, self.cells, ROADS, pins=pins)
            (fault,) = refused.value.faults
            assert str(fault).startswith("ann must work in C (chen said so) and must not (wang said so)")
        assert allocate(self.pool, self.cells, ROADS, pins=[Pin("ann", "C", "must"), Pin("ann", "S", "must_not")])

    def test_at_least_outweighs_urgency(self):
        cells = [cell("calm", "north", priority=3), cell("urgent", "north", priority=1)]
        plan = allocate(self.pool[:1], cells, ROADS, pins=[AtLeast("calm", 1)])
        assert who_goes_where(plan) == {("ann", "calm"): 1}


class TestStandingPlan:
    pool = (adjuster("ann", "north"), adjuster("bob", "south"))

    def test_a_gain_within_the_stability_price_moves_nobody(self):
        standing = [Assignment("ann", "N", 1)]
        cells = [cell("N", "north"), cell("S", "south")]
        plan = allocate(self.pool, cells, ROADS, incumbent=standing)
        assert who_goes_where(plan) == {("ann", "N"): 1, ("bob", "S"): 1}
        assert plan.moves == (Move("bob", (), ("S",)),)
        assert plan.cost["stability"] == 20

    def test_a_gain_above_it_moves_people(self):
        standing = [Assignment("ann", "S", 1), Assignment("bob", "N", 1)]
        cells = [cell("N", "north"), cell("S", "south")]  # 60 minutes as it stands, 0 swapped
        kept = allocate(self.pool, cells, ROADS, incumbent=standing, policy=Policy(stability_minutes=30))
        swapped = allocate(self.pool, cells, ROADS, incumbent=standing, policy=Policy(stability_minutes=29))
        assert (kept.moves, len(swapped.moves)) == ((), 2)

    def test_of_two_people_alike_the_one_already_there_stays(self):
        twins = [adjuster("ann", "north"), adjuster("bob", "north")]
        for name in ("ann", "bob"):
            standing = [Assignment(name, "N", 1)]
            plan = allocate(twins, [cell("N", "north")], ROADS, incumbent=standing, policy=Policy(stability_minutes=0))
            assert who_goes_where(plan) == {(name, "N"): 1}


def test_every_fault_of_the_input_is_said_at_once():
    with pytest.raises(AllocationRefused) as refused:
        allocate(
            [adjuster("ann", "north"), adjuster("ann", "south", slots=0)],
            [cell("X", "north", slots=-1), cell("X", "north", priority=0)],
            ROADS,
            incumbent=[Assignment("zoe", "X", 0), Assignment("ann", "Y", 1)],
            pins=[Pin("zoe", "X", "must"), Pin("zoe", "X", "must"), AtLeast("Y", 0)],
        )
    assert len(refused.value.faults) == 13
    assert "ann stands twice" in str(refused.value)


def test_an_unknown_engine_is_refused_by_name():
    with pytest.raises(ValueError, match="ortools, networkx"):
        allocate([], [], ROADS, engine="abacus")
