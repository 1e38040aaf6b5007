"""Both sides of every threshold of the shipped rule files, from the files and from a table by hand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from emergency.domain.level import Row, RuleSet, grade
from emergency.domain.level.metric import SCALES, scale_of
from emergency.library import load_rules

RULES = Path(__file__).parents[2] / "data/rules"
DEFAULT = load_rules(RULES / "default.levels.yaml")
NFRA = load_rules(RULES / "nfra-2022-15.levels.yaml")

# incident type, metric, thresholds of 3, 2, 1: copied by eye from the sources, not from the files.
BY_HAND = [
    (NFRA, "natural_disaster", "payout.property_estimated", (10_000_000, 50_000_000, 1_000_000_000)),
    (NFRA, "natural_disaster", "payout.injury_estimated", (5_000_000, 10_000_000, 20_000_000)),
    (NFRA, "natural_disaster", "casualties.insured_deaths", (5, 10, 30)),
    (NFRA, "natural_disaster", "regulator.designated_class", ("III", "II", "I")),
    (NFRA, "accident", "payout.property_estimated", (10_000_000, 50_000_000, 1_000_000_000)),
    (NFRA, "accident", "payout.injury_estimated", (5_000_000, 10_000_000, 20_000_000)),
    (NFRA, "accident", "casualties.insured_deaths", (5, 10, 30)),
    (NFRA, "accident", "regulator.designated_class", ("III", "II", "I")),
    (DEFAULT, "natural_disaster", "capacity.demand_ratio", (0.7, 1.0, 1.5)),
    (DEFAULT, "natural_disaster", "claims.ratio_to_baseline", (2, 5, 10)),
    (DEFAULT, "natural_disaster", "loss.estimated_gross", (5_000_000, 50_000_000, 200_000_000)),
    (DEFAULT, "natural_disaster", "payout.injury_estimated", (3_000_000, 30_000_000, 100_000_000)),
    (DEFAULT, "natural_disaster", "casualties.insured_deaths", (1, 3, 10)),
    (DEFAULT, "natural_disaster", "regions.prefectures", (1, 3, 8)),
    (DEFAULT, "natural_disaster", "casualties.serious", (3, 10, 50)),
    (DEFAULT, "natural_disaster", "alert.central.typhoon_rainstorm", ("orange", "red", None)),
    (DEFAULT, "natural_disaster", "alert.gdacs", ("Orange", "Red", None)),
    (DEFAULT, "natural_disaster", "alert.pager", ("yellow", "orange", "red")),
    (DEFAULT, "natural_disaster", "gov.relief_response", ("IV", "III", "II")),
    (DEFAULT, "natural_disaster", "hotline.answer_rate", (0.8, 0.6, 0.3)),
    (DEFAULT, "accident", "casualties.deaths", (1, 3, 10)),
    (DEFAULT, "accident", "casualties.serious", (3, 10, 50)),
    (DEFAULT, "accident", "loss.direct", (1_000_000, 10_000_000, 50_000_000)),
    (DEFAULT, "public_health", "claims.cluster_persons", (10, 50, 200)),
    (DEFAULT, "public_health", "staff.absence_rate", (0.15, 0.30, 0.50)),
    (DEFAULT, "public_health", "gov.health_event", ("general", "larger", "major")),
    (DEFAULT, "system_failure", "hotline.answer_rate", (0.8, 0.6, 0.3)),
    (DEFAULT, "system_failure", "outage.one_province_minutes", (30, 180, 360)),
    (DEFAULT, "system_failure", "outage.multi_province_minutes", (None, 30, 180)),
    (DEFAULT, "system_failure", "data.persons_leaked", (500, 5_000, 50_000)),
    (DEFAULT, "customer_complaint", "complaint.gathering_persons", (5, 20, 100)),
    (DEFAULT, "customer_complaint", "complaint.ratio_to_baseline", (3, 6, 10)),
    (DEFAULT, "customer_complaint", "outlet.closed_hours", (1, 2, 4)),
    (DEFAULT, "customer_complaint", "media.reach", ("local", "provincial", "national")),
    (DEFAULT, "contract_dispute", "dispute.amount", (1_000_000, 10_000_000, 50_000_000)),
    (DEFAULT, "contract_dispute", "dispute.same_clause_persons", (5, 20, 100)),
]
# What must also be true for a row to count: floors at their highest, requirements met.
COMPANY: dict[str, Any] = {
    "claims.ratio_to_baseline": {"claims.last_24h": 2000},
    "complaint.ratio_to_baseline": {"complaint.last_24h": 150},
    "regions.prefectures": {"claims.ratio_to_baseline": 2},
    "alert.central.typhoon_rainstorm": {"exposure.policies_in_footprint": 1000},
    "alert.gdacs": {"exposure.policies_in_footprint": 1000},
}


# Figures that are graver the lower they are.
FALLING = ("hotline.answer_rate",)


def just_below(metric: str, threshold: Any) -> Any:
    """The nearest value on the milder side."""
    scale = scale_of(metric)
    if metric in FALLING:
        return Decimal(str(threshold)) + Decimal("0.000001")
    if scale:
        steps = ("none", *SCALES[scale[0]])
        return steps[steps.index(threshold) - 1]
    return Decimal(str(threshold)) - Decimal("0.000001")


def sides() -> Iterator[Any]:
    for rules, kind, metric, (three, two, one) in BY_HAND:
        milder = None
        for level, threshold in ((3, three), (2, two), (1, one)):
            if threshold is not None:
                below = pytest.param(rules, kind, metric, just_below(metric, threshold), milder)
                yield from (below, pytest.param(rules, kind, metric, threshold, level))
                milder = level


@pytest.mark.parametrize(("rules", "kind", "metric", "value", "expected"), list(sides()))
def test_both_sides_of_every_threshold_by_hand(
    rules: RuleSet, kind: str, metric: str, value: Any, expected: int | None
) -> None:
    facts = {**COMPANY.get(metric, {}), metric: value}
    found = grade(rules, kind, facts)
    alone = next(one for one in found.indicators if one.metric == metric)
    assert alone.level == expected


def rows_of_files() -> list[tuple[RuleSet, str, Row]]:
    return [(rules, kind, row) for rules in (DEFAULT, NFRA) for kind, rows in rules.types.items() for row in rows]


def test_the_table_by_hand_names_every_row_of_the_files() -> None:
    in_files = [(rules.id, kind, row.metric) for rules, kind, row in rows_of_files()]
    by_hand = [(rules.id, kind, metric) for rules, kind, metric, _ in BY_HAND]
    assert sorted(in_files) == sorted(by_hand)
    assert len(set(in_files)) == len(in_files)


@pytest.mark.parametrize(("rules", "kind", "row"), rows_of_files())
def test_both_sides_of_every_threshold_of_the_files(rules: RuleSet, kind: str, row: Row) -> None:
    for level, threshold in row.thresholds.items():
        at = grade(rules, kind, {**COMPANY.get(row.metric, {}), row.metric: threshold})
        below = grade(rules, kind, {**COMPANY.get(row.metric, {}), row.metric: just_below(row.metric, threshold)})
        assert next(one for one in at.indicators if one.row is row).level == level
        milder = next(one for one in below.indicators if one.row is row).level
        assert milder is None or milder > level


@pytest.mark.parametrize(("rules", "kind", "row"), rows_of_files())
def test_every_row_says_where_it_is_from(rules: RuleSet, kind: str, row: Row) -> None:
    assert row.source or (row.house_rule and row.date)
    assert row.line > 0


@pytest.mark.parametrize(
    ("kind", "ratio", "floor", "bars"),
    [
        ("natural_disaster", "claims.ratio_to_baseline", "claims.last_24h", (100, 500, 2000)),
        ("customer_complaint", "complaint.ratio_to_baseline", "complaint.last_24h", (20, 50, 150)),
    ],
)
def test_floors_of_the_files_hold_one_below(kind: str, ratio: str, floor: str, bars: tuple[int, ...]) -> None:
    counts = [count for bar in bars for count in (bar - 1, bar)]
    found = [grade(DEFAULT, kind, {ratio: 10, floor: count}).level for count in counts]
    assert found == [None, 3, 3, 2, 2, 1]


def test_the_two_files_give_two_values() -> None:
    assert (DEFAULT.value, DEFAULT.jurisdiction) == ("response", ("*",))
    assert (NFRA.value, NFRA.jurisdiction, NFRA.currency) == ("class", ("CN",), "CNY")
    assert not [one for one in DEFAULT.reporting for kind in one.deadlines_s if kind != "internal"]
