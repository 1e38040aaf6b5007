"""Claims still to come and the shifts after this one, in worlds small enough to count by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, TravelTable, allocate
from emergency.domain.allocation.ahead import ReportingCurve, Seen, asked_now, cells_ahead, is_ahead, standing_today
from emergency.domain.allocation.demand import OpenClaims, Weights, cells_from_open_claims
from emergency.domain.allocation.horizon import Course, Outlooks, outlook

HALF_A_DAY = ReportingCurve(((0, 100), (24, 500), (48, 1000)))
VISITS = {"home": 5}
RULES = Outlooks(VISITS, lambda _region, _line: "", Weights(), 24)


@pytest.mark.parametrize(
    ("seen", "hours", "expected"),
    [(10, 0, 40), (10, 12, 15), (10, 24, 10), (10, 36, 3), (10, 48, 0), (10, 500, 0), (10, -1, 0), (0, 24, 0)],
)
def test_what_is_in_says_what_is_still_to_come(seen: int, hours: float, expected: int) -> None:
    """A tenth at once, half after a day: ten claims at once let expect forty more within the day."""
    assert HALF_A_DAY.still_to_come(seen, hours, 24) == expected


@pytest.mark.parametrize(
    "points", [(), ((0, 100),), ((0, 100), (24, 50), (48, 1000)), ((0, 100), (0, 1000)), ((0, 0), (1, 1000))]
)
def test_a_curve_that_does_not_rise_to_all_is_refused(points: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="reporting curve"):
        ReportingCurve(points)


@given(st.integers(0, 10_000), st.floats(0, 400), st.floats(0, 400), st.floats(0, 400))
def test_looking_further_never_expects_less(seen: int, hours: float, near: float, more: float) -> None:
    assert HALF_A_DAY.still_to_come(seen, hours, near) <= HALF_A_DAY.still_to_come(seen, hours, near + more)


def test_claims_to_come_ask_for_slots_of_their_own_worth_less_than_those_that_wait() -> None:
    (cell,) = cells_ahead([Seen("A", "home", 10, 24)], HALF_A_DAY, "I", 24, VISITS, lambda *_: "TX", Weights())
    assert (cell.cell_id, cell.region, cell.line, cell.licence, cell.slots) == ("I/A/home/ahead", "A", "home", "TX", 2)
    # Five visits at half an ordinary claim's hundred minutes.
    assert cell.worths == ((2, 250),)
    assert is_ahead(cell.cell_id) and standing_today(cell.cell_id) == "I/A/home"
    assert asked_now([cell]) == ()


def test_visits_that_open_claims_leave_free_are_not_asked_twice() -> None:
    courses = [Course("I", "A", "home", 6, 10, 24, HALF_A_DAY)]  # two slots, four visits free; ten more to come
    asked = cells_from_open_claims([OpenClaims("A", "home", 6)], "I", VISITS, scale=Weights())
    (ahead,) = RULES.ahead(courses, "I", asked)
    assert (asked[0].slots, ahead.slots) == (2, 1)  # six visits beyond the four: 1.2 slots


def test_nothing_is_expected_of_a_kind_without_a_curve() -> None:
    assert RULES.ahead([Course("I", "A", "home", 6, 10, 24, None)], "I", ()) == ()


def test_who_is_left_over_waits_where_claims_will_come_and_nobody_leaves_a_waiting_claim_for_them() -> None:
    """Two people, one slot waiting in A, claims to come in B: one each, though both live in B."""
    people = [Adjuster(f"p{i}", "B", frozenset({"home"}), frozenset()) for i in (1, 2)]
    courses = [Course("I", "A", "home", 5, 5, 48, HALF_A_DAY), Course("I", "B", "home", 0, 10, 24, HALF_A_DAY)]
    travel = TravelTable({("B", "A"): 60})
    plan = allocate(people, RULES.cells(courses), travel)
    assert sorted(a.cell_id for a in plan.assignments) == ["I/A/home", "I/B/home/ahead"]


def test_the_shifts_to_come_keep_the_books() -> None:
    """One person, five visits a day. Six wait and ten of twenty are in: 6 - 5 + 10 = 11, then 11 - 5 + 0 = 6."""
    people = [Adjuster("p", "B", frozenset({"home"}), frozenset())]
    courses = [Course("I", "A", "home", 6, 10, 24, HALF_A_DAY)]
    plan = allocate(people, RULES.cells(courses), TravelTable({("B", "A"): 60}))
    one, two, three = outlook(plan, courses, RULES, 3)
    assert [(s.waiting, s.surveyed, s.arriving, s.left) for s in (one, two, three)] == [
        (6, 5, 10, 11),
        (11, 5, 0, 6),
        (6, 5, 0, 1),
    ]
    # Driven there once; afterwards the person is there.
    assert [s.travel_minutes for s in (one, two, three)] == [60, 0, 0]
    assert [s.short for s in (one, two, three)] == [1, 2, 1]
    assert [s.moves for s in (one, two, three)] == [0, 0, 0]


@given(st.integers(0, 60), st.integers(1, 6), st.integers(1, 4))
def test_no_claim_is_lost_or_surveyed_twice_on_the_way(waiting: int, people: int, shifts: int) -> None:
    pool = [Adjuster(f"p{i}", "A", frozenset({"home"}), frozenset()) for i in range(people)]
    courses = [Course("I", "A", "home", waiting, waiting + 4, 24, HALF_A_DAY)]
    plan = allocate(pool, RULES.cells(courses), TravelTable({}))
    for before, after in zip(found := outlook(plan, courses, RULES, shifts), found[1:], strict=False):
        assert after.waiting == before.left
        assert 0 <= before.surveyed <= min(before.waiting, people * VISITS["home"])
    assert len(found) == shifts
