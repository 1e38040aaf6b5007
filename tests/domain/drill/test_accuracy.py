"""How right an act was, by each kind of truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.drill import accuracy


@pytest.mark.parametrize(
    ("given_level", "truth", "points"),
    [
        (2, 2, 100),
        (1, 2, 70),  # one too high
        (3, 2, 40),  # one too low
        (1, 3, 30),  # two too high
        (3, 1, 0),  # two too low
        ("2", 2, 100),  # as text, from a form
        (None, 3, 40),  # no level where Ⅲ was due
        (3, None, 70),  # Ⅲ where none was due
        (1, None, 30),  # three too high is no worse than two
    ],
)
def test_too_low_a_level_costs_more_than_too_high(given_level: object, truth: int | None, points: float) -> None:
    assert accuracy.ordinal_level(given_level, truth).points == points


@pytest.mark.parametrize(
    ("named", "points"),
    [
        (["a", "b"], 100),
        (["a"], 100 * 2 * (1 * 0.5) / 1.5),
        (["a", "b", "c", "d"], 100 * 2 * (0.5 * 1) / 1.5),
        (["c"], 0),
        ([], 0),
    ],
)
def test_a_set_is_worth_its_f1(named: list[str], points: float) -> None:
    assert accuracy.set_f1(named, ["a", "b"]).points == pytest.approx(points)


@pytest.mark.parametrize(("value", "points"), [(100, 100), (110, 100), (120, 50), (130, 0), (70, 0), ("?", 0)])
def test_a_number_is_right_within_its_tolerance_and_worthless_at_three_times(value: object, points: float) -> None:
    assert accuracy.numeric(value, truth=100, tolerance=0.1).points == pytest.approx(points)


def test_a_field_counts_when_it_is_filled_and_not_known_to_be_wrong() -> None:
    filled = {"place": "Yangjiang", "contact": " ", "impact": "9 hurt"}
    found = accuracy.fields(filled, ["place", "contact", "impact", "cause"], {"impact": "12 hurt"})
    assert found.points == 25


def test_assignments_that_break_two_rules_are_counted_once() -> None:
    body = {"assignments": 10, "violations": {"skills_match": ["a1", "a2"], "travel_limit": ["a2"]}}
    assert accuracy.constraints(body, ["skills_match", "travel_limit"]).points == 80
    assert accuracy.constraints(body, ["travel_limit"]).points == 90


def test_a_double_booking_leaves_fifty_at_most() -> None:
    found = accuracy.constraints({"assignments": 100, "violations": {"no_double_booking": 1}}, ["no_double_booking"])
    assert (found.points, found.breach) == (50, True)


def test_an_empty_plan_is_no_good_plan_and_an_unchecked_one_is_not_rated() -> None:
    assert accuracy.constraints({"assignments": 0, "violations": {}}, ["skills_match"]).points == 0
    assert accuracy.constraints({}, ["skills_match"]).points is None


def test_a_forbidden_promise_leaves_forty_at_most() -> None:
    must, must_not = ["hotline", "documents"], ["coverage_promise"]
    assert accuracy.checklist(["hotline"], must, must_not).points == 50
    said_all = accuracy.checklist(["hotline", "documents", "coverage_promise"], must, must_not)
    assert (said_all.points, said_all.breach) == (40, True)


def test_evaluators_are_averaged_and_their_disagreement_is_shown() -> None:
    found = accuracy.evaluators({"eval-a": "P", "eval-b": "M"})
    assert found.points == 80
    assert "disagree" in str(found.note)
    assert accuracy.evaluators({}).points is None
    with pytest.raises(ValueError, match="P, S, M, U"):
        accuracy.evaluators({"eval-a": "A"})


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef"), min_size=1))
def test_f1_is_full_only_for_the_true_set(named: set[str], truth: set[str]) -> None:
    points = accuracy.set_f1(named, truth).points
    assert points is not None and 0 <= points <= 100
    assert (points == 100) == (named == truth)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 2))
def test_a_number_is_never_worth_less_than_nothing(value: float, truth: float, tolerance: float) -> None:
    points = accuracy.numeric(value, truth, tolerance).points
    assert points is not None and 0 <= points <= 100
