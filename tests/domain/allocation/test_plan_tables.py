"""Tables in, plan out."""

from __future__ import annotations

import csv
import io
import json

import pytest

from emergency.domain.allocation import Adjuster, Assignment, AtLeast, Cell, Pin, allocate
from emergency.domain.allocation.plan_tables import (
    TableRefused,
    parse_demand,
    parse_incumbent,
    parse_pins,
    parse_pool,
    parse_travel,
    plan_json,
)
from emergency.texts import speaker


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


POOL = rows("adjuster_id,base_region,skills,licences,slots\nann,N,motor; home,TX;LA,2\nbob,S,motor,,1\n")
DEMAND = rows("cell_id,incident,region,line,licence,slots,priority\nx,storm,S,motor,,2,1\ny,storm,N,home,TX,2,2\n")


def test_tables_become_values():
    assert parse_pool(POOL) == (
        Adjuster("ann", "N", frozenset({"motor", "home"}), frozenset({"TX", "LA"}), 2),
        Adjuster("bob", "S", frozenset({"motor"}), frozenset(), 1),
    )
    assert parse_demand(DEMAND)[0] == Cell("x", "storm", "S", "motor", "", 2, 1)
    travel = parse_travel(rows("from_region,to_region,minutes\nN,S,30\n"))
    assert (travel.minutes("N", "S"), travel.minutes("S", "N"), travel.minutes("S", "S")) == (30, None, 0)
    assert parse_incumbent(rows("adjuster_id,cell_id,slots\nann,x,1\n")) == (Assignment("ann", "x", 1),)
    pins = parse_pins(rows("adjuster_id,cell_id,pin\nann,x,must\nbob,x,must_not\n,y,at_least:2\n"))
    assert pins == (Pin("ann", "x", "must"), Pin("bob", "x", "must_not"), AtLeast("y", 2))


def test_authority_and_language_may_stand_in_the_tables_and_shape_the_plan():
    pool = parse_pool(
        rows(
            "adjuster_id,base_region,skills,licences,slots,authority_minor,languages\n"
            "ann,S,motor,,1,100,\nbob,S,motor,,1,,es;en\n"
        )
    )
    demand = parse_demand(
        rows(
            "cell_id,incident,region,line,licence,slots,priority,above_minor,currency,referral_minutes,language\n"
            "x,storm,S,motor,,1,1,500,USD,60,\ny,storm,S,motor,,1,1,,,,\nz,storm,S,motor,,1,3,,,,es\n"
        )
    )
    plan = allocate(pool, demand, parse_travel([]))
    assert [(a.adjuster_id, a.cell_id) for a in plan.assignments] == [("ann", "y"), ("bob", "x")]
    assert [s.cell_id for s in plan.shortages] == ["z"]


def test_the_answer_has_every_field_of_the_contract_and_is_plain_json():
    travel = parse_travel(rows("from_region,to_region,minutes\nN,S,30\n"))
    answer = plan_json(allocate(parse_pool(POOL), parse_demand(DEMAND), travel), "TRAVEL.csv")
    assert json.loads(json.dumps(answer)) == answer
    assert answer["assignments"] == [
        {"adjuster_id": "ann", "cell_id": "x", "slots": 1, "minutes": 30},
        {"adjuster_id": "ann", "cell_id": "y", "slots": 1, "minutes": 0},
        {"adjuster_id": "bob", "cell_id": "x", "slots": 1, "minutes": 0},
    ]
    assert [(s["cell_id"], s["slots"]) for s in answer["shortage"]] == [("y", 1)]
    assert (answer["engine"], answer["optimal"], answer["travel"]) == ("ortools", True, "TRAVEL.csv")
    assert answer["cost"]["total"] == 30 + answer["cost"]["shortage_priority_2"]


def test_reasons_are_spoken_in_the_language_asked_for():
    plan = allocate([], parse_demand(DEMAND), parse_travel([]))
    assert "nobody in the pool" in plan_json(plan, "")["shortage"][0]["reason"]
    assert "资源库" in plan_json(plan, "", speaker("zh_CN"))["shortage"][0]["reason"]


def test_all_faults_of_a_table_come_at_once_with_row_column_and_what_is_allowed():
    bad = rows(
        "cell_id,incident,region,line,licence,slots,priority\n"
        "x,storm,S,motor,,0,1\n,storm,S,motor,,1.5,12\nx,storm,S,motor,,1,1,surplus\ny,storm,S,motor\n"
    )
    with pytest.raises(TableRefused) as refused:
        parse_demand(bad, "demand.csv")
    assert [(f.row, f.column) for f in refused.value.faults] == [
        (1, "slots"),
        (2, "cell_id"),
        (2, "slots"),
        (2, "priority"),
        (3, ""),
        (3, "cell_id"),
        (4, "slots"),
        (4, "priority"),
    ]
    said = str(refused.value).splitlines()
    assert said[0] == "demand.csv, row 1, column slots: is 0; allowed is a whole number from 1 to 100000"
    assert said[3].endswith("is 12; allowed is a whole number from 1 to 9")
    assert said[5].endswith("repeats row 1; keep one of them")


def test_a_missing_column_is_one_fault_not_one_per_row():
    with pytest.raises(TableRefused, match="row 0, column slots: the column is missing") as refused:
        parse_pool(rows("adjuster_id,base_region,skills,licences\na,N,,\nb,N,,\n"))
    assert len(refused.value.faults) == 1


@pytest.mark.parametrize("pin", ["perhaps", "", "at_least:0", "at_least:x"])
def test_a_pin_that_means_nothing_is_refused(pin):
    with pytest.raises(TableRefused, match="allowed are must, must_not and at_least:N"):
        parse_pins([{"adjuster_id": "" if "least" in pin else "a", "cell_id": "x", "pin": pin}])


def test_a_person_who_must_and_must_not_is_told_with_the_row_and_who_stands_behind_it():
    with pytest.raises(TableRefused) as refused:
        parse_pins(rows("adjuster_id,cell_id,pin,by\nann,x,must,chen\nann,y,must_not,\nann,x,must_not,wang\n"))
    assert [(f.row, f.column) for f in refused.value.faults] == [(3, "pin")]
    assert "row 1 says must for the same person and place (chen)" in str(refused.value)


def test_negative_minutes_and_repeated_pairs_are_refused():
    with pytest.raises(TableRefused) as refused:
        parse_travel(rows("from_region,to_region,minutes\nN,S,-1\nN,S,5\n"))
    assert [f.column for f in refused.value.faults] == ["minutes", "from_region"]


@pytest.mark.parametrize("minutes", ["9" * 22, "9" * 5000, "100001", "-1"])
def test_a_number_beyond_every_measure_is_refused_with_what_is_allowed(minutes: str) -> None:
    with pytest.raises(TableRefused, match=r"ways.csv, row 1, column minutes: is .* whole number from 0 to 100000"):
        parse_travel([{"from_region": "a", "to_region": "b", "minutes": minutes}], "ways.csv")


def test_a_sign_nobody_can_see_is_refused() -> None:
    row = {"adjuster_id": "\x1b[31mA", "base_region": "r", "skills": "motor", "licences": "", "slots": "1"}
    with pytest.raises(TableRefused, match="adjuster_id: holds a sign nobody can see"):
        parse_pool([row])
