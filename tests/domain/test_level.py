"""How facts become a level, in worlds of one or two rows."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from emergency.domain.level import (
    METRICS,
    Condition,
    FactError,
    Floor,
    Modifier,
    Override,
    ReportingClock,
    Row,
    RuleSet,
    covers,
    grade,
    level_name,
    may_step_down,
    metric_name,
    reporting_clocks,
    still_near,
    words,
)
from emergency.domain.level.metric import SCALES, scale_of
from emergency.domain.level.trace import ahead, reason
from emergency.texts import speaker

DEATHS, LOSS, RATIO = "casualties.insured_deaths", "loss.estimated_gross", "claims.ratio_to_baseline"
LAST_DAY = "claims.last_24h"


def rules(*rows: Row, **more: Any) -> RuleSet:
    return RuleSet("small", "1.0.0", {"natural_disaster": rows}, **more)


def row(metric: str, three: Any, two: Any, one: Any, **more: Any) -> Row:
    given = {level: value for level, value in ((3, three), (2, two), (1, one)) if value is not None}
    return Row(metric, more.pop("op", "ge"), given, **more)


def level(these: RuleSet, **facts: Any) -> int | None:
    return grade(these, "natural_disaster", {name.replace("__", "."): value for name, value in facts.items()}).level


TWO_ROWS = rules(row(LOSS, 5_000_000, 50_000_000, 200_000_000), row(DEATHS, 1, 3, 10, number=2))


def test_the_bound_itself_is_inside() -> None:
    assert level(TWO_ROWS, casualties__insured_deaths=2) == 3
    assert level(TWO_ROWS, casualties__insured_deaths=3) == 2


def test_above_means_above() -> None:
    strict = rules(row(DEATHS, 1, 3, 10, op="gt"))
    assert [level(strict, casualties__insured_deaths=n) for n in (1, 2, 3, 4)] == [None, 3, 3, 2]


def test_a_falling_indicator_counts_downwards() -> None:
    falling = rules(row("own.staff_left", 50, 30, 10, op="le"))
    assert [level(falling, own__staff_left=n) for n in (51, 50, 30, 10)] == [None, 3, 2, 1]
    step = grade(falling, "natural_disaster", {"own.staff_left": 40}).to_next
    assert step is not None
    assert (step.level, step.threshold, step.distance) == (2, 30, 10)


def test_any_one_row_is_enough_and_the_gravest_wins() -> None:
    found = grade(TWO_ROWS, "natural_disaster", {LOSS: 60_000_000, DEATHS: 1})
    assert found.level == 2
    assert found.decided_by is not None
    assert (found.decided_by.metric, found.decided_by.value, found.decided_by.threshold) == (
        LOSS,
        60_000_000,
        50_000_000,
    )


def test_unknown_is_not_zero() -> None:
    missing = grade(TWO_ROWS, "natural_disaster", {LOSS: None})
    zero = grade(TWO_ROWS, "natural_disaster", {LOSS: 0, DEATHS: 0})
    assert missing.level is zero.level is None
    assert missing.to_next is None
    assert zero.to_next is not None
    assert zero.to_next.distance == 5_000_000
    assert [str(one.note) for one in missing.indicators] == ["not known", "not known"]


def test_the_closest_ways_to_the_next_level_are_told() -> None:
    """50.0 - 43.8 = 6.2 million is 12.4 % of the way; 1 of 3 deaths is a third."""
    steps = grade(TWO_ROWS, "natural_disaster", {LOSS: 43_800_000, DEATHS: 2}).steps()
    assert [(step.metric, step.distance, step.level, round(step.ratio, 3)) for step in steps] == [
        (LOSS, 6_200_000, 2, 0.124),
        (DEATHS, 1, 2, 0.333),
    ]


def test_a_share_that_is_grave_when_it_falls_is_told_to_fall_in_percentage_points() -> None:
    calls = rules(row("hotline.answer_rate", 0.80, 0.60, 0.30, op="le"))
    found = grade(calls, "natural_disaster", {"hotline.answer_rate": 0.45})
    assert found.level == 2
    assert str(ahead(found)) == "Share of hotline calls answered down by 15 percentage points to Ⅰ"
    assert found.decided_by is not None
    told = "Share of hotline calls answered is 45 %; the level begins at 60 %"
    assert str(reason(found.decided_by, "CNY")) == told


def test_an_outage_says_whether_it_is_of_one_province_or_of_several() -> None:
    both = rules(
        row("outage.one_province_minutes", 30, 180, 360), row("outage.multi_province_minutes", None, 60, 180)
    )
    found = grade(both, "natural_disaster", {"outage.one_province_minutes": 130, "outage.multi_province_minutes": 30})
    told = "50 minutes of outage in one province or 30 minutes of outage in several provinces to Ⅱ"
    assert str(ahead(found)) == told


def test_at_level_one_there_is_no_next() -> None:
    assert grade(TWO_ROWS, "natural_disaster", {DEATHS: 10, LOSS: 1}).to_next is None


def test_a_tenth_is_a_tenth() -> None:
    ratio = rules(row("capacity.demand_ratio", 0.7, 1.0, 1.5))
    assert level(ratio, capacity__demand_ratio=0.7) == 3
    assert level(ratio, capacity__demand_ratio=Decimal("0.6999999999999999999")) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, "12", True])
def test_a_number_must_be_a_finite_number(value: Any) -> None:
    with pytest.raises(FactError, match="is not a finite number"):
        level(TWO_ROWS, casualties__insured_deaths=value)


# Ordinals ---------------------------------------------------------------------------------------------


def test_colours_have_an_order() -> None:
    colours = rules(row("alert.cma.typhoon", "orange", "red", None))
    found = [level(colours, alert__cma__typhoon=one) for one in ("none", "blue", "yellow", "orange", "red")]
    assert found == [None, None, None, 3, 2]


def test_a_word_off_the_scale_names_the_scale() -> None:
    colours = rules(row("alert.cma.typhoon", "orange", "red", None))
    with pytest.raises(FactError, match=r"purple is not on the scale “warning colour”; allowed: none < blue < yellow"):
        level(colours, alert__cma__typhoon="purple")


def test_every_ordinal_metric_has_a_scale_that_rises() -> None:
    assert {metric.scale for metric in METRICS.values() if metric.unit == "ordinal"} == set(SCALES)
    assert all(len(set(steps)) == len(steps) for steps in SCALES.values())
    assert scale_of("forecast.landfall.class") == (
        "typhoon class",
        (
            "tropical_depression",
            "tropical_storm",
            "severe_tropical_storm",
            "typhoon",
            "severe_typhoon",
            "super_typhoon",
        ),
    )


# Floors, requirements, size, moments ------------------------------------------------------------------

RATIO_ROW = row(RATIO, 2, 5, 10, floor=Floor(LAST_DAY, {3: 100, 2: 500, 1: 2000}))


@pytest.mark.parametrize(
    ("ratio", "last_day", "expected"),
    [
        (6, 600, 2),
        (6, 499, 3),  # level 2 needs 500 claims
        (6, 99, None),  # a tiny branch
        (6, None, None),  # nobody counted: no alarm from a ratio alone
        (12, 2000, 1),
    ],
)
def test_a_floor_keeps_a_tiny_branch_quiet(ratio: int, last_day: int | None, expected: int | None) -> None:
    assert level(rules(RATIO_ROW), claims__ratio_to_baseline=ratio, claims__last_24h=last_day) == expected


def test_the_way_to_the_next_level_may_lead_over_the_floor() -> None:
    found = grade(rules(RATIO_ROW), "natural_disaster", {RATIO: 6, LAST_DAY: 450})
    assert found.to_next is not None
    assert (found.to_next.metric, found.to_next.threshold, found.to_next.distance) == (LAST_DAY, 500, 50)
    assert str(found.indicators[0].note) == "level Ⅱ also needs Claims in the last 24 hours of 500 or more"


def test_of_two_bars_the_further_one_is_the_way() -> None:
    """From ratio 6 to 10 is two fifths, from 600 to 2,000 claims seven tenths."""
    step = grade(rules(RATIO_ROW), "natural_disaster", {RATIO: 6, LAST_DAY: 600}).to_next
    assert step is not None
    assert (step.level, step.metric, step.distance, step.ratio) == (1, LAST_DAY, 1400, 0.7)


def test_a_row_may_require_something_else() -> None:
    spread = rules(row("regions.prefectures", 1, 3, 8, requires=Condition(RATIO, "ge", 2)))
    assert level(spread, regions__prefectures=4, claims__ratio_to_baseline=2) == 2
    assert level(spread, regions__prefectures=4, claims__ratio_to_baseline=1.9) is None
    without = grade(spread, "natural_disaster", {"regions.prefectures": 4})
    assert without.level is None
    assert str(without.indicators[0].note) == "does not count: needs Claims ÷ usual number ≥ 2"


def test_a_warning_never_gives_the_gravest_level() -> None:
    with pytest.raises(ValueError, match="level 2 at most"):
        row("alert.cma.typhoon", None, None, "red", pre_event=True)
    with pytest.raises(ValueError, match="level 2 at most"):
        Override(1, Condition("alert.cma.typhoon", "eq", "red"), pre_event=True)


def test_in_sensitive_times_everything_trips_earlier() -> None:
    sensitive = Modifier(Condition("calendar.sensitive", "eq", True), 0.8)
    these = rules(row(LOSS, 5_000_000, 50_000_000, 200_000_000), modifiers=(sensitive,))
    assert level(these, loss__estimated_gross=4_000_000) is None
    assert level(these, loss__estimated_gross=4_000_000, calendar__sensitive=True) == 3
    assert level(these, loss__estimated_gross=3_999_999.99, calendar__sensitive=True) is None


def test_a_company_of_half_the_size_has_half_the_money_bars() -> None:
    these = rules(row(LOSS, 5_000_000, 50_000_000, 200_000_000), row(DEATHS, 1, 3, 10), scale={"money": 0.5})
    assert level(these, loss__estimated_gross=25_000_000) == 2
    assert level(these, casualties__insured_deaths=2) == 3


def test_two_must_agree_where_the_rules_say_so() -> None:
    these = rules(row(LOSS, 5_000_000, 50_000_000, 200_000_000), row(DEATHS, 1, 3, 10), combine="two_of")
    assert level(these, loss__estimated_gross=60_000_000) is None
    found = grade(these, "natural_disaster", {LOSS: 60_000_000, DEATHS: 1})
    assert found.level == 3
    # Loss is at level 2 already, so deaths alone decide when the second one arrives.
    assert found.to_next is not None
    assert (found.to_next.metric, found.to_next.distance) == (DEATHS, 2)


def test_a_playbook_may_add_its_own_condition() -> None:
    storm = Condition("forecast.landfall.class", "ge", "super_typhoon")
    override = Override(2, Condition(join="any", parts=(Condition("alert.cma.typhoon", "ge", "red"), storm)))
    found = grade(TWO_ROWS, "natural_disaster", {"forecast.landfall.class": "super_typhoon", DEATHS: 1}, [override])
    assert found.level == 2
    assert found.decided_by is not None
    assert (found.decided_by.row, found.decided_by.metric) == (None, "forecast.landfall.class")
    assert grade(TWO_ROWS, "natural_disaster", {DEATHS: 10}, [override]).level == 1


def test_an_incident_type_without_rows_is_said() -> None:
    found = grade(TWO_ROWS, "system_failure", {})
    assert (found.level, str(found.note)) == (None, "small has no rows for this type of incident")


# Conditions -------------------------------------------------------------------------------------------


def test_conditions_know_three_answers() -> None:
    here, there = Condition(DEATHS, "ge", 3), Condition("event.tag", "in", ("siege", "run"))
    both, either = Condition(join="all", parts=(here, there)), Condition(join="any", parts=(here, there))
    neither = Condition(join="not", parts=(either,))
    assert [one.holds({DEATHS: 3}) for one in (both, either, neither)] == [None, True, False]
    assert [one.holds({DEATHS: 1}) for one in (both, either, neither)] == [False, None, None]
    assert there.holds({"event.tag": ("closure", "siege")}) is True
    assert str(words(both)) == "Insured deaths ≥ 3 and event.tag ∈ siege, run"


# Stepping down ----------------------------------------------------------------------------------------


def test_stepping_down_waits_until_everything_is_below_four_fifths() -> None:
    """Level 2 begins at 50 million: 40 million holds it, a fen less does not."""
    at_bound = grade(TWO_ROWS, "natural_disaster", {LOSS: 40_000_000, DEATHS: 2}).indicators
    below = grade(TWO_ROWS, "natural_disaster", {LOSS: 39_999_999.99, DEATHS: 2}).indicators
    assert not may_step_down(at_bound, 2)
    assert may_step_down(below, 2)
    assert [one.metric for one in still_near(at_bound, 2)] == [LOSS]


def test_nothing_known_is_no_reason_to_step_down() -> None:
    assert not may_step_down(grade(TWO_ROWS, "natural_disaster", {}).indicators, 2)


def test_a_colour_holds_the_level_until_it_is_lowered() -> None:
    colours = rules(row("alert.cma.typhoon", "orange", "red", None))
    red, orange = ({"alert.cma.typhoon": one} for one in ("red", "orange"))
    assert not may_step_down(grade(colours, "natural_disaster", red).indicators, 2)
    assert may_step_down(grade(colours, "natural_disaster", orange).indicators, 2)


# Words, places, clocks --------------------------------------------------------------------------------


def test_every_metric_and_level_has_a_name_in_both_languages() -> None:
    chinese, english = speaker("zh_CN"), speaker("en")
    for metric in METRICS:
        assert english(metric_name(metric)) != chinese(metric_name(metric))
    assert [chinese(level_name("class", one)) for one in (1, 2, 3)] == ["特别重大", "重大", "较大"]
    assert chinese(level_name("response", 2)).startswith("二级响应")
    assert english(metric_name("own.staff_left")) == "own.staff_left"


@pytest.mark.parametrize(
    ("jurisdiction", "place", "covered"),
    [
        (("CN",), "CN-410000", True),
        (("CN",), "CN", True),
        (("CN",), "US-TX", False),
        (("CN",), "CNX-1", False),
        (("*",), "US-TX", True),
        (("CN-410000", "US"), "US-TX", True),
    ],
)
def test_rules_hold_where_their_jurisdiction_is(jurisdiction: tuple[str, ...], place: str, covered: bool) -> None:
    assert covers(rules(row(DEATHS, 1, 3, 10), jurisdiction=jurisdiction), place) is covered


def test_clocks_follow_class_and_tags() -> None:
    by_class = ReportingClock(Condition("class", "eq", 2), {"first": 7200})
    by_tag = ReportingClock(Condition("event.tag", "in", ("siege",)), {"first": 3600})
    these = rules(row(DEATHS, 1, 3, 10), value="class", reporting=(by_class, by_tag))
    assert reporting_clocks(these, 2) == (by_class,)
    assert reporting_clocks(these, 2, ["siege"]) == (by_class, by_tag)
    assert reporting_clocks(these, None) == ()


def test_a_row_is_whole_at_birth() -> None:
    with pytest.raises(ValueError, match="grow graver"):
        row(DEATHS, 3, 3, 10)
    with pytest.raises(ValueError, match="grow graver"):
        row("alert.gdacs", "Red", "Orange", None)
    with pytest.raises(ValueError, match="at least one"):
        row(DEATHS, None, None, None)
