"""What a decision cost above the best that could be known at its minute: in worlds small enough to check by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, Assignment, AtLeast, Cell, Pin, Policy, TravelTable
from emergency.domain.drill.instance import Everybody, Instance, frozen, instance_from, instance_record
from emergency.domain.drill.regret import PUBLISHED, STOOD, Decision, looks, plans_due, regret_of
from emergency.domain.drill.regret_record import decision_from, decision_record, decisions_record
from emergency.texts import Message, speaker
from tests.domain.allocation.worlds import worlds
from tests.domain.drill.scripts import HOUR, expectation, inject

PLACES = {"A": {"en": "Aville", "zh": "甲县"}, "B": {"en": "Btown", "zh": "乙县"}}
ROADS = TravelTable({("H", "A"): 60, ("H", "B"): 90, ("A", "B"): 45, ("B", "A"): 45})


def person(name: str, at: str = "H") -> Adjuster:
    return Adjuster(name, at, frozenset({"motor"}), frozenset(), home_region="H")


def claims(region: str, worth: int, slots: int = 1, **more: Any) -> Cell:
    return Cell(f"storm/{region}/motor", "storm", region, "motor", "", slots, 5, ((slots, worth),), **more)


def instance(**more: Any) -> Instance:
    """Ann alone at home; a claim worth 400 minutes in A, an hour away, and one worth 100 in B."""
    plain: dict[str, Any] = {
        "people": (person("ann"),),
        "cells": (claims("A", 400), claims("B", 100)),
        "travel": ROADS,
        "incumbent": (),
        "instructed": (),
        "policy": Policy(),
    }
    return Instance(**plain | more)


def sent(known: Instance, *placed: tuple[str, str], **more: Any) -> Decision:
    put = tuple(Assignment(who, f"storm/{region}/motor", 1) for who, region in placed)
    return Decision(0, PUBLISHED, "planning", 1, instance=known, placed=put, **more)


def stood(known: Instance) -> Decision:
    return Decision(12 * HOUR, STOOD, plan=1, instance=known)


def test_one_person_sent_to_the_wrong_county_costs_exactly_this_much() -> None:
    """In B 400 stay open and the drive is 90; in A it would be 100 and 60: 490 - 160 = 330 minutes."""
    found = regret_of(sent(instance(), ("ann", "B")), PLACES)
    assert (found.cost.total, found.best.total, found.minutes) == (490, 160, 330)
    assert {name: m for name, m in found.parts.items() if m} == {"claims": 300, "travel": 30}
    row = decisions_record([found])["decisions"][0]
    assert (row["cost"], row["optimum"], row["regret"], row["percent"]) == (490, 160, 330, 206.2)


def test_why_is_said_in_words_of_both_languages() -> None:
    reasons = regret_of(sent(instance(), ("ann", "B")), PLACES).reasons
    assert [speaker("en")(one) for one in reasons] == [
        "Aville, motor: 1 fewer than in the best plan, worth 400 min",
        "the drives are 30 min longer than in the best plan",
        "Btown, motor: 1 more than in the best plan",
    ]
    assert speaker("zh_CN")(reasons[0]) == "甲县·车险：比最优方案少 1 人，折合 400 分钟"


def test_the_right_county_costs_nothing_above_the_best() -> None:
    found = regret_of(sent(instance(), ("ann", "A")), PLACES)
    assert (found.minutes, found.reasons) == (0, ())


def test_doing_nothing_is_not_free() -> None:
    """Nobody goes: 500 minutes stay open, where the best plan leaves 100 and drives 60."""
    assert regret_of(stood(instance()), PLACES).minutes == 500 - 160


def test_who_stands_there_already_is_not_sent_again_for_nothing() -> None:
    """In B since yesterday: 400 stay open; going over would be 45 of drive, 20 for the move, and 100 left open."""
    there = instance(people=(person("ann", "B"),), incumbent=(Assignment("ann", "storm/B/motor", 1),))
    assert regret_of(stood(there), PLACES).minutes == 400 - (45 + 20 + 100)
    dear = replace(there, policy=Policy(stability_minutes=300))
    assert regret_of(stood(dear), PLACES).minutes == 0, "the move costs more than it brings: staying is the best"


def test_the_word_of_the_plans_maker_is_no_excuse_but_a_standing_instruction_is() -> None:
    """A pin of one plan is none of what could be known; what the house said beforehand is."""
    told = instance(instructed=(Pin("ann", "storm/B/motor", "must", "chief"),))
    assert regret_of(sent(told, ("ann", "B")), PLACES).minutes == 0
    against = regret_of(sent(told, ("ann", "A")), PLACES)
    assert against.minutes == Policy().broken_pin_minutes - 330
    assert "instructions are not kept" in speaker("en")(against.reasons[0])


def test_a_reserve_is_held_by_those_who_are_at_home() -> None:
    home = Cell("reserve/H", "", "H", "motor", "", 1, 1, ((1, Policy().reserve_minutes),), home=True)
    at_home = instance(cells=(home,), travel=TravelTable({}))
    assert regret_of(stood(at_home), PLACES).minutes == 0


def test_seats_that_nobody_fills_are_told_apart_from_claims() -> None:
    seats = Cell("storm/fnol_agent", "storm", "remote", "fnol_agent", "", 2, 9)
    agent = Adjuster("eve", "H", frozenset({"fnol_agent"}), frozenset())
    known = instance(people=(agent,), cells=(seats,), travel=TravelTable({("H", "remote"): 0}))
    found = regret_of(stood(known), PLACES)
    assert found.parts["seats"] == found.minutes > 0 and not found.parts["claims"]
    assert speaker("en")(found.reasons[0]).startswith("report-taking seats: 1 fewer")


def test_a_decision_that_cannot_be_solved_again_is_void_and_counts_in_no_sum() -> None:
    gone = Decision(0, PUBLISHED, "planning", 2, void=Message("No plan yet"))
    found = [regret_of(gone, PLACES), regret_of(sent(instance(), ("ann", "B")), PLACES)]
    told = decisions_record(found)
    assert told["decisions"][0]["regret"] is None and told["decisions"][0]["void"]["id"] == "No plan yet"
    assert (told["regret"]["decisions"], told["regret"]["regret"]) == (1, 330)
    assert decisions_record(found[:1])["regret"] is None
    with pytest.raises(ValueError, match="needs an instance, or a reason"):
        Decision(0, PUBLISHED)


def test_where_the_best_costs_nothing_there_is_no_per_cent() -> None:
    near = instance(cells=(claims("A", 400),), travel=TravelTable({("H", "A"): 0}))
    row = decisions_record([regret_of(stood(near), PLACES)])["decisions"][0]
    assert (row["optimum"], row["regret"], row["percent"]) == (0, 400, None)


def test_the_plan_that_stands_is_looked_at_twice_a_day_and_when_a_plan_was_due() -> None:
    asked = inject("I1", expectation("E1", action="allocation.commit", within_s=2 * HOUR), expectation("E2"))
    due = plans_due(asked, 5 * HOUR)
    assert due == (7 * HOUR,)
    assert looks(due, 36 * HOUR) == (7 * HOUR, 12 * HOUR, 24 * HOUR), "neither at the start nor at the end"
    assert looks((12 * HOUR, 40 * HOUR), 36 * HOUR, after_s=12 * HOUR) == (24 * HOUR,)


# Of every world ---------------------------------------------------------------------------------------


def of_world(world: Any) -> Instance:
    pool, cells, travel, incumbent, pins = world
    return Instance(tuple(pool), tuple(cells), frozen(travel, pool, cells), tuple(incumbent), tuple(pins), Policy())


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_the_engines_own_plan_published_unchanged_has_no_regret(world: Any) -> None:
    known = of_world(world)
    found = regret_of(Decision(0, PUBLISHED, instance=known, placed=known.best().assignments), PLACES)
    assert (found.minutes, set(found.parts.values()), found.reasons) == (0, {0}, ())


@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_no_regret_is_below_zero_and_its_parts_add_up(world: Any, data: st.DataObject) -> None:
    known = of_world(world)
    pairs = [(a.adjuster_id, c.cell_id) for a in known.people for c in known.cells]
    chosen = data.draw(st.lists(st.sampled_from(pairs), max_size=8, unique=True)) if pairs else []
    for placed in (tuple(Assignment(*pair, 1) for pair in chosen), None):
        found = regret_of(Decision(0, PUBLISHED, instance=known, placed=placed), PLACES)
        assert found.minutes >= 0
        assert sum(found.parts.values()) == found.minutes
        assert bool(found.reasons) == bool(found.minutes)


@settings(max_examples=200, deadline=None)
@given(worlds(), st.data())
def test_a_decision_comes_back_from_its_record_with_the_same_regret(world: Any, data: st.DataObject) -> None:
    known = of_world(world)
    pairs = [(a.adjuster_id, c.cell_id) for a in known.people for c in known.cells]
    chosen = data.draw(st.lists(st.sampled_from(pairs), max_size=8, unique=True)) if pairs else []
    placed = None if data.draw(st.booleans()) else tuple(Assignment(*pair, 1) for pair in chosen)
    told, everybody = Decision(60, PUBLISHED, "planning", 3, True, known, placed), Everybody()
    row, rows = json.loads(json.dumps([decision_record(told, everybody), everybody.rows]))
    again = decision_from(row, Everybody(rows))
    assert decisions_record([regret_of(again, PLACES)]) == decisions_record([regret_of(told, PLACES)])
    assert decision_record(again, everybody) == decision_record(told, everybody)


def test_people_of_many_instances_are_kept_once_and_set_out_from_where_they_were() -> None:
    everybody, first = Everybody(), instance(people=(person("ann"), person("bob")))
    later = replace(first, people=(person("ann", "A"), person("bob")), instructed=(AtLeast("storm/A/motor", 1, "x"),))
    rows = [instance_record(one, everybody) for one in (first, later)]
    assert len(everybody.rows) == 2 and rows[0]["people"] == rows[1]["people"] == [[0, 2]]
    assert rows[1]["from"] == {"0": "A"}
    again = instance_from(rows[1], everybody)
    assert (again.people, again.cells, again.instructed) == (later.people, later.cells, later.instructed)
