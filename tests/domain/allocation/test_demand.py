"""Open claims become cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.allocation.demand import (
    OpenClaims,
    Weights,
    cells_from_open_claims,
    priority_of,
    slot_worths,
)

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


HOUSE = Weights()


@pytest.mark.parametrize(
    ("injured", "large", "hours_to_due", "weight"),
    [
        (False, False, 48, 10),
        (False, True, 48, 20),
        (True, True, 48, 60),
        (False, False, 24, 10),
        (False, False, 23.9, 30),
        (False, False, 0, 30),
        (False, False, -0.1, 60),
        (False, False, -24, 60),
        (False, False, -24.1, 90),
        (True, False, -72, 170),
    ],
)
def test_a_claim_weighs_more_when_somebody_is_hurt_and_with_every_day_it_is_late(injured, large, hours_to_due, weight):
    assert HOUSE.of(injured=injured, large=large, hours_to_due=hours_to_due) == weight


def test_the_heaviest_claims_fill_the_first_slots():
    # 8 visits in a slot: 2 injured (60) and 6 ordinary (10) = 180 tenths = 1,800 min; 8 ordinary = 800; 1 = 100.
    assert slot_worths([(10, 15), (60, 2)], 8, 3, HOUSE) == ((1, 1800), (1, 800), (1, 100))


def test_slots_of_one_worth_stand_together():
    assert slot_worths([(10, 24)], 8, 3, HOUSE) == ((3, 800),)


def test_what_only_the_playbook_asks_is_worth_half_an_ordinary_slot_and_never_more_than_open_claims():
    assert slot_worths([], 8, 2, HOUSE) == ((2, 400),)
    assert slot_worths([(10, 8)], 8, 2, HOUSE) == ((1, 800), (1, 400))
    assert slot_worths([(10, 1)], 8, 2, HOUSE) == ((2, 100),)


@given(
    st.lists(st.tuples(st.integers(1, 300), st.integers(1, 60)), max_size=6),
    st.integers(1, 40),
    st.integers(0, 4),
)
def test_every_claim_is_in_exactly_one_slot_and_the_worths_fall(weights, visits, more):
    needed = -(-sum(claims for _, claims in weights) // visits)
    worths = slot_worths(weights, visits, needed + more, HOUSE)
    assert sum(slots for slots, _ in worths) == needed + more
    minutes = [m for _, m in worths]
    assert minutes == sorted(minutes, reverse=True)
    # By hand: every claim laid out, the heaviest first, cut into slots.
    claims = sorted((weight for weight, count in weights for _ in range(count)), reverse=True)
    by_hand = [HOUSE.minutes(sum(claims[n : n + visits])) for n in range(0, len(claims), visits)]
    assert [m for slots, m in worths for _ in range(slots)][:needed] == by_hand


def test_with_a_scale_the_cells_carry_the_worth_of_their_slots():
    counts = [OpenClaims("N", "motor", 9, overdue=1)]
    (cell,) = cells_from_open_claims(counts, "storm", VISITS, scale=HOUSE)
    # Only counts are known: the late one weighs 10 + 20 + 30, the others 10.
    assert (cell.slots, cell.worths) == (2, ((1, 1300), (1, 100)))
    (cell,) = cells_from_open_claims(counts, "storm", VISITS)
    assert cell.worths == ()


def test_weights_that_are_not_of_all_claims_are_refused():
    with pytest.raises(ValueError, match="all unsurveyed claims"):
        OpenClaims("N", "motor", 9, weights=((10, 8),))
