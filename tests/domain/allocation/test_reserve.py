"""People held back at home, in a world of two counties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, Cell, Pin, Policy, TravelTable, allocate, hubs
from emergency.domain.allocation.explain import why
from emergency.domain.allocation.reserve import is_reserve, reserve_cells

POLICY = Policy()
TRAVEL = TravelTable({("A", "B"): 30, ("B", "A"): 30})


def crew(**people: int) -> list[Adjuster]:
    return [
        Adjuster(f"{region}{n}", region, frozenset({"home", "surveyor"}), frozenset())
        for region, count in people.items()
        for n in range(count)
    ]


def asked(slots: int, priority: int = 1) -> Cell:
    return Cell("I/B/home", "I", "B", "home", "", slots, priority)


def at(plan: object, cell_id: str) -> list[str]:
    return sorted(a.adjuster_id for a in plan.assignments if a.cell_id == cell_id)  # type: ignore[attr-defined]


def test_a_region_keeps_its_own_whatever_asks_for_them() -> None:
    plan = allocate(crew(A=3, B=1), [asked(9), *reserve_cells({"A": 2}, "surveyor", POLICY)], TRAVEL)
    assert len(at(plan, "reserve/A")) == 2
    assert len(at(plan, "I/B/home")) == 2
    assert [(s.cell_id, s.slots) for s in plan.shortages] == [("I/B/home", 7)]


def test_nobody_from_elsewhere_fills_a_reserve_and_too_few_at_home_is_a_shortage_with_its_reason() -> None:
    plan = allocate(crew(B=3), reserve_cells({"A": 2}, "surveyor", POLICY), TRAVEL)
    (short,) = plan.shortages
    assert (short.slots, short.code) == (2, "nobody_at_home")
    assert "based in A" in str(short.reason)
    plan = allocate(crew(A=1, B=3), reserve_cells({"A": 2}, "surveyor", POLICY), TRAVEL)
    assert [(s.slots, s.code) for s in plan.shortages] == [(1, "all_here")]


def test_telephone_agents_are_no_reserve_of_adjusters() -> None:
    agents = [Adjuster("a", "A", frozenset({"fnol_agent"}), frozenset())]
    (short,) = allocate(agents, reserve_cells({"A": 1}, "surveyor", POLICY), TRAVEL).shortages
    assert short.code == "no_skill"


def test_a_pin_empties_a_reserve_and_only_a_pin() -> None:
    cells = [asked(1, 9), *reserve_cells({"A": 1}, "surveyor", POLICY)]
    assert at(allocate(crew(A=1), cells, TRAVEL), "reserve/A") == ["A0"]
    plan = allocate(crew(A=1), cells, TRAVEL, pins=[Pin("A0", "I/B/home", "must")])
    assert (at(plan, "I/B/home"), at(plan, "reserve/A"), plan.broken_pins) == (["A0"], [], ())


def test_why_somebody_is_held_back_and_what_sending_them_would_cost_is_exact() -> None:
    cells = [asked(1, 5), *reserve_cells({"A": 1}, "surveyor", POLICY)]
    plan = allocate(crew(A=1), cells, TRAVEL)
    best = why(plan, "A0", "reserve/A").next_best[0]
    forced = allocate(crew(A=1), cells, TRAVEL, pins=[Pin("A0", "reserve/A", "must_not")])
    assert best.extra_minutes == forced.cost["total"] - plan.cost["total"] > 0


def test_a_floor_of_nobody_is_no_cell() -> None:
    assert reserve_cells({"A": 0}, "surveyor", POLICY) == ()
    assert [is_reserve(c.cell_id) for c in (asked(1), *reserve_cells({"A": 1}, "surveyor", POLICY))] == [False, True]


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 5), st.integers(0, 5), st.integers(1, 8))
def test_as_many_stay_as_the_floor_says_or_as_there_are(
    of_a: int, of_b: int, floor_a: int, floor_b: int, slots: int
) -> None:
    cells = [asked(slots), *reserve_cells({"A": floor_a, "B": floor_b}, "surveyor", POLICY)]
    plan = allocate(crew(A=of_a, B=of_b), cells, TRAVEL)
    for region, floor, people in (("A", floor_a, of_a), ("B", floor_b, of_b)):
        assert len(at(plan, f"reserve/{region}")) == min(floor, people)
    assert plan.cost == allocate(crew(A=of_a, B=of_b), cells, TRAVEL, engine="networkx").cost


@pytest.mark.parametrize("floor", [0, 1, 3])
def test_the_way_over_hubs_keeps_reserves_too(floor: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [asked(4), *reserve_cells({"A": floor}, "surveyor", POLICY)]
    plain = allocate(crew(A=3, B=2), cells, TRAVEL)
    monkeypatch.setattr(hubs, "MANY_ARCS", 0)
    assert allocate(crew(A=3, B=2), cells, TRAVEL).cost == plain.cost
