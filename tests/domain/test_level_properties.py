"""What holds for every set of facts under the shipped rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.level import Grade, RuleSet, grade, may_step_down
from emergency.domain.level.metric import METRICS, SCALES, scale_of
from emergency.library import load_rules

RULES = Path(__file__).parents[2] / "data/rules"
SETS = [load_rules(path) for path in sorted(RULES.glob("*.levels.yaml"))]
KINDS = sorted({kind for rules in SETS for kind in rules.types})
RISING = sorted(METRICS)


def values(metric: str) -> st.SearchStrategy[Any]:
    scale = scale_of(metric)
    if scale:
        return st.sampled_from(("none", *SCALES[scale[0]]))
    bars = sorted(
        {
            t
            for s in SETS
            for rows in s.types.values()
            for row in rows
            if row.metric == metric
            for t in row.thresholds.values()
            if not isinstance(t, str)
        }
    )
    return st.one_of(st.integers(0, 2 * 10**9), st.floats(0, 1e10), *([st.sampled_from(bars)] if bars else []))


FACTS = st.fixed_dictionaries({}, optional={metric: values(metric) for metric in RISING})


def raised(metric: str, value: Any) -> st.SearchStrategy[Any]:
    scale = scale_of(metric)
    if scale:
        steps = ("none", *SCALES[scale[0]])
        return st.sampled_from(steps[steps.index(value) :])
    return st.integers(0, 10**9).map(lambda more: value + more)


def gravity(found: Grade) -> int:
    return 4 - (found.level or 4)


@given(st.data(), st.sampled_from(SETS), st.sampled_from(KINDS), FACTS)
def test_raising_an_indicator_never_lowers_the_gravity(
    data: st.DataObject, rules: RuleSet, kind: str, facts: dict[str, Any]
) -> None:
    if not facts:
        return
    metric = data.draw(st.sampled_from(sorted(facts)))
    graver = {**facts, metric: data.draw(raised(metric, facts[metric]))}
    assert gravity(grade(rules, kind, graver)) >= gravity(grade(rules, kind, facts))


@given(st.data(), st.sampled_from(SETS), st.sampled_from(KINDS), FACTS)
def test_learning_a_fact_never_lowers_the_gravity(
    data: st.DataObject, rules: RuleSet, kind: str, facts: dict[str, Any]
) -> None:
    metric = data.draw(st.sampled_from(RISING))
    without = {name: value for name, value in facts.items() if name != metric}
    known = {**without, metric: data.draw(values(metric))}
    assert gravity(grade(rules, kind, known)) >= gravity(grade(rules, kind, without))


@given(st.sampled_from(SETS), st.sampled_from(KINDS), FACTS)
def test_going_the_way_that_is_told_reaches_the_level_that_is_told(
    rules: RuleSet, kind: str, facts: dict[str, Any]
) -> None:
    """Each step names one metric; at its threshold the level is reached unless a second bar of the row stands."""
    found = grade(rules, kind, facts)
    for step in found.steps():
        there = grade(rules, kind, {**facts, step.metric: step.threshold})
        row = next(one for one in there.indicators if one.row and one.row.number == step.row)
        floors_left = row.row is not None and row.row.floor is not None
        assert gravity(there) >= 4 - step.level or floors_left
        assert step.level < (found.level or 4)
    assert list(found.steps()) == sorted(found.steps(), key=lambda step: step.ratio)


@given(st.sampled_from(SETS), st.sampled_from(KINDS), FACTS)
def test_a_level_that_is_reached_is_not_stepped_down_from(rules: RuleSet, kind: str, facts: dict[str, Any]) -> None:
    found = grade(rules, kind, facts)
    if found.level is not None:
        assert found.decided_by is not None
        assert found.decided_by.level == found.level
        assert not may_step_down(found.indicators, found.level)
