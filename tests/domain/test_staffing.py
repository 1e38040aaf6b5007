from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.slot_course import ACTS, ENDED, LIVE, STATE_NAMES, after
from emergency.domain.staffing import Pattern, StaffingRules, Standing, days_in_a_row, why_not

MONDAY = date(2026, 7, 20)
NOON = datetime(2026, 7, 20, 12, tzinfo=UTC)
REST = timedelta(hours=8)


def pattern(days: str, weekly: bool = False) -> Pattern:
    return Pattern("p", {"en": "p", "zh": "p"}, tuple(d == "1" for d in days), weekly, "house rule")


RULES = StaffingRules(timedelta(hours=10), 6, {"p": pattern("1100"), "week": pattern("1111100", True)})


@pytest.mark.parametrize(("day", "works"), [(0, True), (1, True), (2, False), (3, False), (4, True), (-1, False)])
def test_two_days_on_two_off_from_the_persons_first_day(day: int, works: bool) -> None:
    assert pattern("1100").works(MONDAY + timedelta(days=day), MONDAY) is works


def test_a_weekly_turn_begins_on_monday_whatever_the_first_day() -> None:
    week, first = RULES.patterns["week"], MONDAY + timedelta(days=3)
    days = [week.works(MONDAY + timedelta(days=n), first) for n in range(7)]
    assert days == [True, True, True, True, True, False, False]


@given(st.text("01", min_size=1, max_size=14).filter(lambda t: "1" in t), st.integers(-400, 400))
def test_a_turn_repeats_after_its_length(days: str, shift: int) -> None:
    one, day = pattern(days), MONDAY + timedelta(days=shift)
    assert one.works(day, MONDAY) is one.works(day + timedelta(days=len(days)), MONDAY)


@given(st.sets(st.integers(1, 20)))
def test_days_in_a_row_end_at_the_first_gap(back: set[int]) -> None:
    worked = {MONDAY - timedelta(days=n) for n in back}
    row = days_in_a_row(worked, MONDAY)
    assert all(n in back for n in range(1, row + 1)) and row + 1 not in back


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing(), None),
        (Standing(pattern="p", pattern_from=MONDAY - timedelta(days=2)), "off shift today"),
        (Standing(pattern="p", pattern_from=MONDAY), None),
        (Standing(pattern="gone"), None),  # a turn that was taken out of the file holds nobody back
        (Standing(released_at=NOON - timedelta(hours=7)), "8 h after being released"),
        (Standing(released_at=NOON - REST), None),
        (Standing(rest_until=NOON + timedelta(minutes=1)), "rests until"),
        (Standing(rest_until=NOON), None),
        (Standing(lent_until=MONDAY), None),
        (Standing(lent_until=MONDAY - timedelta(days=1)), "was lent until 2026-07-19"),
        (Standing(worked={MONDAY - timedelta(days=n) for n in range(1, 6)}), None),
        (Standing(worked={MONDAY - timedelta(days=n) for n in range(1, 7)}), "has worked 6 days in a row"),
        (Standing(spent="declined"), "cannot come"),
        (Standing(spent="released", status="off"), "released from this shift"),
    ],
)
def test_what_speaks_against_sending_somebody(standing: Standing, why: str | None) -> None:
    found = why_not(standing, MONDAY, NOON, RULES, REST)
    assert (found is None) if why is None else (why in str(found))


def test_rules_that_let_nobody_work_are_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        pattern("000")
    with pytest.raises(ValueError, match="must have 7 days"):
        pattern("110", weekly=True)
    with pytest.raises(ValueError, match="days_in_a_row must be 1"):
        StaffingRules(timedelta(hours=10), 0, {})


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=8))
def test_a_course_only_goes_forward_and_ends_for_good(acts: list[str]) -> None:
    order = {"called": 0, "acknowledged": 1, "on_site": 2, "released": 3, "declined": 3}
    state = "called"
    for act in acts:
        then = after(state, act)
        assert state in LIVE or then is None
        if then is not None:
            assert order[then] > order[state]
            state = then
    assert state in STATE_NAMES and set(LIVE) | set(ENDED) == set(STATE_NAMES)
