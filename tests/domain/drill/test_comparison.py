"""'Improved' is said only where the interval leaves no doubt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.drill.comparison import compare, median_time_s, on_time, trend


def run(seed: int, overall: float, actions: list[float] | None = None) -> dict[str, Any]:
    expectations = [
        {"id": f"E{n}", "weight": 10, "void": None, "timeliness": points, "delivered_s": 0,
         "taken_s": 60 if points else None}
        for n, points in enumerate(actions or [])
    ]  # fmt: skip
    score = {"overall": overall, "timeliness": overall, "accuracy": None, "effectiveness": overall}
    return {"seed": seed, "score": score | {"expectations": expectations}}


def test_five_seeds_that_all_gained_much_have_improved() -> None:
    before = [run(seed, points) for seed, points in enumerate((50, 60, 55, 52, 58))]
    after = [run(seed, points + 20 + seed) for seed, points in enumerate((50, 60, 55, 52, 58))]
    overall, _, accuracy, _ = compare(before, after)
    assert (overall.basis, overall.count, overall.difference) == ("seeds", 5, 22.0)
    assert overall.low is not None
    # By hand: mean 22, standard deviation 1.58, t(4) = 2.776, so 22 ± 2.776 · 1.58 / √5 = 22 ± 1.96.
    assert overall.low == pytest.approx(22 - 1.963, abs=0.01)
    assert overall.verdict == "improved"
    assert accuracy.verdict == "few"  # nothing was rated
    assert compare(after, before)[0].verdict == "declined"


def test_four_seeds_say_nothing_however_far_apart() -> None:
    before, after = [run(s, 10) for s in range(4)], [run(s, 90 + s) for s in range(4)]
    assert compare(before, after)[0].verdict == "few"


def test_other_seeds_are_compared_as_two_samples() -> None:
    before = [run(seed, points) for seed, points in enumerate((50, 60, 55, 52, 58))]
    after = [run(seed + 100, points) for seed, points in enumerate((51, 62, 54, 53, 57))]
    found = compare(before, after)[0]
    assert (found.basis, found.verdict) == ("samples", "unclear")


def test_the_same_runs_have_not_improved() -> None:
    runs = [run(seed, 50.0) for seed in range(6)]
    found = compare(runs, runs)[0]
    assert (found.low, found.high, found.verdict) == (0.0, 0.0, "unclear")


def test_two_single_runs_are_compared_action_by_action() -> None:
    before, after = run(1, 40, [0, 0, 20, 10, 0, 0]), run(1, 95, [100, 90, 100, 100, 80, 100])
    found = {one.figure: one for one in compare([before], [after])}
    assert found["overall"].verdict == "few"
    by_action = found["timeliness.actions"]
    assert (by_action.basis, by_action.count, by_action.verdict) == ("actions", 6, "improved")
    again = {one.figure: one for one in compare([before], [after])}["timeliness.actions"]
    assert again == by_action
    few = compare([run(1, 0, [0, 0])], [run(1, 100, [100, 100])])[-1]
    assert few.verdict == "few"


def test_where_nothing_changed_the_word_falls_about_one_time_in_twenty() -> None:
    rng = np.random.default_rng(7)
    said = 0
    for _ in range(1000):
        sides = [[run(seed, float(v)) for seed, v in enumerate(rng.normal(70, 8, 5))] for _ in range(2)]
        said += compare(*sides)[0].verdict in ("improved", "declined")
    assert 25 <= said <= 75


def test_the_share_on_time_has_the_interval_of_wilson() -> None:
    found = on_time(run(1, 80, [100] * 8 + [50, 0])["score"])
    assert (found.hits, found.count) == (8, 10)
    assert (round(found.low or 0, 2), round(found.high or 0, 2)) == (0.49, 0.94)
    assert on_time(run(1, 80)["score"]).low is None


def test_missed_actions_do_not_shorten_the_median_time() -> None:
    score = run(1, 80, [100, 100, 0, 0])["score"]
    assert median_time_s(score, 3600) == 60.0  # half acted after a minute
    assert median_time_s(run(1, 0, [100, 0, 0])["score"], 3600) is None
    assert median_time_s(run(1, 0)["score"], 3600) is None


@pytest.mark.parametrize(
    ("values", "verdict"),
    [((50, 60, 70, 80), "few"), ((50, 58, 70, 79, 90), "improved"), ((50, 80, 40, 70, 55), "unclear")],
)
def test_a_trend_needs_five_runs(values: tuple[float, ...], verdict: str) -> None:
    assert trend(values).verdict == verdict


def test_limits_need_eight_runs() -> None:
    assert trend([50, 60] * 3).limits is None
    low, high = trend([50, 60] * 4).limits or (0, 0)
    assert (low, high) == (pytest.approx(55 - 26.6), pytest.approx(55 + 26.6))


@given(st.lists(st.floats(0, 100), min_size=5, max_size=12))
def test_a_group_is_never_better_than_itself(values: list[float]) -> None:
    runs = [run(seed, value) for seed, value in enumerate(values)]
    assert compare(runs, runs)[0].verdict == "unclear"
    assert {one.verdict for one in compare(runs, [])} == {"few"}
