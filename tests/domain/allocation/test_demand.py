"""Open claims become cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.allocation.demand import OpenClaims, cells_from_open_claims, priority_of

VISITS = {"motor": 8, "home": 4}


@pytest.mark.parametrize(("claims", "slots"), [(1, 1), (8, 1), (9, 2), (16, 2), (17, 3)])
def test_slots_are_visits_rounded_up(claims, slots):
    (cell,) = cells_from_open_claims([OpenClaims("N", "motor", claims)], "storm", VISITS)
    assert (cell.cell_id, cell.slots, cell.priority) == ("storm/N/motor", slots, 3)


def test_the_playbook_can_ask_more_never_less_and_even_where_no_claim_waits():
    counts = [OpenClaims("N", "motor", 40), OpenClaims("S", "home", 4)]
    minimum = {("N", "motor"): 3, ("S", "home"): 6, ("S", "drones"): 2, ("N", "home"): 0}
    cells = cells_from_open_claims(counts, "storm", VISITS, minimum, lambda region, line: f"{region}!")
    assert [(c.region, c.line, c.slots, c.priority, c.licence) for c in cells] == [
        ("N", "motor", 5, 3, "N!"),
        ("S", "drones", 2, 3, "S!"),
        ("S", "home", 6, 3, "S!"),
    ]


@pytest.mark.parametrize(
    ("overdue", "hours", "severe", "priority"),
    [
        (0, 23, 0, 3),
        (0, 24, 0, 2),
        (1, 0, 0, 2),
        (0, 71, 0, 2),
        (0, 72, 0, 1),
        (24, 0, 0, 2),
        (25, 0, 0, 1),
        (0, 0, 9, 3),
        (0, 0, 10, 2),
        (1, 0, 10, 1),
    ],
)
def test_priority_on_both_sides_of_every_line(overdue, hours, severe, priority):
    assert priority_of(OpenClaims("N", "motor", 100, overdue, hours, severe)) == priority


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 200), st.integers(0, 500))
def test_waiting_longer_never_lowers_urgency(total, overdue, hours, severe):
    claims = OpenClaims("N", "motor", total, min(overdue, total), hours, min(severe, total))
    older = OpenClaims("N", "motor", total, claims.overdue, hours + 12, claims.severe)
    assert priority_of(older) <= priority_of(claims)
    assert priority_of(claims) in (1, 2, 3)


def test_nothing_open_asks_for_nothing():
    assert cells_from_open_claims([OpenClaims("N", "motor", 0)], "storm", VISITS) == ()


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match="marine"):
        cells_from_open_claims([OpenClaims("N", "marine", 1)], "storm", VISITS)
    with pytest.raises(ValueError, match="given twice"):
        cells_from_open_claims([OpenClaims("N", "motor", 1)] * 2, "storm", VISITS)
    with pytest.raises(ValueError, match="cannot be more"):
        OpenClaims("N", "motor", 1, overdue=2)
    with pytest.raises(ValueError, match="oldest_hours is -1"):
        OpenClaims("N", "motor", 1, oldest_hours=-1)
