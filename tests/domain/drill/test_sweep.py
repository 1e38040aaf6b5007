"""Many seeds as distributions; staffing levels that hit every base and kind alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.drill.sweep import person_hours, share_of_roster, spread, variants

GROUPS = {"A1": "a", "A2": "a", "A3": "a", "A4": "a", "B1": "b"}


def row(seed: int, overall: float | None, staffing: int = 100) -> dict[str, Any]:
    figures = dict.fromkeys(("timeliness", "accuracy", "effectiveness", "breaches", "missed"), 0.0)
    rest = {"passed": (overall or 0) >= 75, "outcomes": {"K1": 0.5}, "person_hours": 8.0, "travel_hours": 1.0}
    return {"seed": seed, "auto": "scripted", "staffing": staffing, "rules": "", "overall": overall, **figures, **rest}


def test_half_a_roster_keeps_half_of_every_kind_and_nobody_is_the_last_of_theirs_to_go() -> None:
    out, more = share_of_roster(GROUPS, 50)
    assert (out, more) == (("A3", "A4"), {})  # the one B stays


def test_one_and_a_half_rosters_have_people_like_those_there_are() -> None:
    out, more = share_of_roster(GROUPS, 150)
    assert (out, more) == ((), {"A1~1": "A1", "A2~1": "A2", "B1~1": "B1"})
    assert share_of_roster(GROUPS, 100) == ((), {})
    with pytest.raises(ValueError, match="above 0"):
        share_of_roster(GROUPS, 0)


@given(st.dictionaries(st.text("xyz", min_size=1, max_size=4), st.sampled_from("ab")), st.integers(1, 400))
def test_a_staffing_level_is_never_less_than_asked_for_and_never_a_whole_person_more_of_a_kind(
    groups: dict[str, str], percent: int
) -> None:
    out, more = share_of_roster(groups, percent)
    for kind in set(groups.values()):
        before = sum(one == kind for one in groups.values())
        after = before - sum(groups[p] == kind for p in out) + sum(groups[p] == kind for p in more.values())
        assert before * percent / 100 <= after < before * percent / 100 + 1
    assert not set(more) & set(groups)


def test_a_spread_leaves_out_what_was_not_rated() -> None:
    found = spread([10.0, None, 20.0, 30.0])
    assert (found.count, found.mean, found.low, found.median, found.high) == (3, 20.0, 12.0, 20.0, 28.0)
    assert spread([None]).mean is None


def test_each_variant_is_held_against_the_first_seed_by_seed() -> None:
    rows = [row(s, 60 + s) for s in range(6)] + [row(s, 80 + s, staffing=150) for s in range(6)]
    one, two = variants(rows)
    assert (one.staffing, one.runs, one.passed, one.against) == (100, 6, 0, ())
    overall = two.against[0]
    assert (two.passed, overall.difference, overall.basis, overall.verdict) == (6, 20.0, "seeds", "improved")


def test_people_stand_in_a_plan_until_the_next_one() -> None:
    assert person_hours([(0, [1, 2]), (3600, [1])], 3 * 3600) == 2 * 1 + 1 * 2
    assert person_hours([], 3600) == 0
