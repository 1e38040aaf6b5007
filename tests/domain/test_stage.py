from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.stage import ASIDE, WAY, stages

HOUR = 3_600_000_000


def by_name(*args: object) -> dict[str, object]:
    return {s.name: s for s in stages(*args)}  # type: ignore[arg-type]


def test_hours_are_counted_from_the_stage_before_that_the_claim_reached() -> None:
    steps = [(1, "registered", 2 * HOUR), (1, "assessed", 12 * HOUR), (2, "registered", 4 * HOUR)]
    found = by_name(steps, {1: 0, 2: 0}, {"assessed": 1, "registered": 1})
    assert (found["registered"].hours, found["registered"].timed) == (3.0, 2)  # median of 2 and 4
    assert found["assessed"].hours == 10.0  # nobody said surveyed: from registered
    assert found["assessed"].from_report_hours == 12.0
    assert (found["registered"].standing, found["registered"].reached) == (1, 2)
    assert (found["surveyed"].standing, found["surveyed"].reached, found["surveyed"].hours) == (0, 0, None)


def test_a_claim_that_ends_aside_is_counted_there() -> None:
    found = by_name([(1, "declined", 5 * HOUR)], {1: 0}, {"declined": 1})
    assert (found["declined"].standing, found["declined"].hours) == (1, 5.0)


def test_amounts_and_papers_are_no_stage() -> None:
    assert all(s.reached <= 1 for s in stages([(1, "figures", HOUR), (1, "supplement", HOUR)], {1: 0}, {}))


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([*WAY, *ASIDE]), st.integers(0, 10**6)), max_size=20))
def test_no_hours_are_ever_negative(steps: list[tuple[int, str, int]]) -> None:
    assert all(s.hours is None or s.hours >= 0 for s in stages(steps, {}, {}))
