"""Down one step after a calm hold: both sides of each rule, and every order of looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.level import (
    LevelStretch,
    Row,
    RuleSet,
    calm_since,
    grade,
    laid_end_to_end,
    milder,
    step_down,
)

NOW = datetime(2026, 7, 20, 3, tzinfo=UTC)
HOLD_S, RATIO = 24 * 3600, 0.8
LOSS = "loss.estimated_gross"
RULES = RuleSet("r", "1.0.0", {"natural_disaster": (Row(LOSS, "ge", {3: 100, 2: 1000, 1: 10_000}),)})


def indicators(loss: int | None) -> Any:
    return grade(RULES, "natural_disaster", {LOSS: loss}).indicators


@pytest.mark.parametrize(("loss", "calm"), [(799, True), (800, False), (1000, False), (None, False)])
def test_it_is_calm_below_eighty_per_cent_of_the_entry_threshold_and_only_where_something_is_known(
    loss: int | None, calm: bool
) -> None:
    assert (calm_since(None, indicators(loss), 2, RATIO, NOW) == NOW) is calm
    assert (step_down(2, NOW, indicators(loss), HOLD_S, RATIO).possible_at is not None) is calm


@pytest.mark.parametrize(("hours", "possible"), [(23.999, False), (24, True)])
def test_the_hold_has_to_be_over(hours: float, possible: bool) -> None:
    found = step_down(2, NOW, indicators(10), HOLD_S, RATIO)
    assert found.possible(NOW + timedelta(hours=hours)) is possible
    assert (found.level, found.to) == (2, 3)


def test_whatever_holds_it_now_wins_over_an_earlier_calm_and_is_named() -> None:
    found = step_down(2, NOW - timedelta(days=3), indicators(900), HOLD_S, RATIO)
    assert found.possible_at is None and not found.possible(NOW)
    assert [one.metric for one in found.holders] == [LOSS]
    assert step_down(2, NOW, indicators(None), HOLD_S, RATIO).nothing_known


def test_one_step_at_a_time() -> None:
    assert [milder(level) for level in (1, 2, 3)] == [2, 3, None]


def test_a_clock_set_back_begins_the_calm_anew() -> None:
    assert calm_since(NOW + timedelta(hours=1), indicators(10), 2, RATIO, NOW) == NOW


LOOKS = st.lists(st.tuples(st.integers(1, 30 * 3600), st.integers(0, 1500)), min_size=1, max_size=40)


@given(LOOKS)
def test_it_is_possible_exactly_when_the_last_stretch_of_calm_looks_spans_the_hold(
    looks: list[tuple[int, int]],
) -> None:
    """Whatever figures came and went: one look at 80 % or more starts the hold again."""
    since, now, calm_from = None, NOW, None
    for passed_s, loss in looks:
        now += timedelta(seconds=passed_s)
        since = calm_since(since, indicators(loss), 2, RATIO, now)
        calm_from = (calm_from or now) if loss < 800 else None
        found = step_down(2, since, indicators(loss), HOLD_S, RATIO)
        spanned = calm_from is not None and (now - calm_from).total_seconds() >= HOLD_S
        assert found.possible(now) is spanned


def stretch(hours: int, level: int | None, kind: str = "confirmed", place: str = "") -> LevelStretch:
    return LevelStretch(level, NOW + timedelta(hours=hours), None, kind, level, "chen", jurisdiction=place)


def test_stretches_end_where_the_next_begins_and_a_province_has_its_own() -> None:
    found = laid_end_to_end([stretch(0, 3, "provisional"), stretch(1, 2), stretch(2, 2, "joint", "CN-420000")])
    assert [one.until for one in found] == [NOW + timedelta(hours=1), None, None]
    assert [one.provisional for one in found] == [True, False, False]
    closed = laid_end_to_end([stretch(0, 3)], NOW + timedelta(hours=5))
    assert closed[0].until == NOW + timedelta(hours=5)


def test_a_stretch_of_an_unknown_kind_or_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="confirmed"):
        stretch(0, 3, "guessed")
    with pytest.raises(ValueError, match="before it began"):
        LevelStretch(3, NOW, NOW - timedelta(hours=1), "confirmed", 3, "chen")
