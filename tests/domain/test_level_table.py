"""A table of facts, graded row by row; and all its faults at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from emergency.domain.level import FactFaults, Row, RuleSet, level_table
from emergency.library import load_rules

ROOT = Path(__file__).parents[2]
NFRA = load_rules(ROOT / "data/rules/nfra-2022-15.levels.yaml")
DEFAULT = load_rules(ROOT / "data/rules/default.levels.yaml")
TRUTH = ROOT.parent / "shared/data/levels/insurance_level_truth_dev.csv"
PROPERTY, DEATHS = "payout.property_estimated", "casualties.insured_deaths"


def fact_row(**columns: Any) -> dict[str, Any]:
    given = {name.replace("__", "."): value for name, value in columns.items()}
    return {"event_id": "e1", "incident_type": "natural_disaster", **given}


def test_one_answer_per_row_in_order() -> None:
    rows = [fact_row(**{PROPERTY: "49999999.99", DEATHS: ""}), fact_row(event_id="e2", **{PROPERTY: "0", DEATHS: "10"})]
    found = level_table(rows, [NFRA])
    assert found == [
        {
            "row": 1,
            "event_id": "e1",
            "rules": "nfra-2022-15",
            "level": 3,
            "decided_by": {"metric": PROPERTY, "value": 49999999.99, "threshold": 10_000_000},
            "to_next": {
                "level": 2,
                "metric": PROPERTY,
                "value": 49999999.99,
                "threshold": 50_000_000,
                "distance": 0.01,
            },
        },
        {
            "row": 2,
            "event_id": "e2",
            "rules": "nfra-2022-15",
            "level": 2,
            "decided_by": {"metric": DEATHS, "value": 10, "threshold": 10},
            "to_next": {"level": 1, "metric": DEATHS, "value": 10, "threshold": 30, "distance": 20},
        },
    ]
    assert json.loads(json.dumps(found)) == found


def test_one_answer_per_row_and_rule_file() -> None:
    found = level_table([fact_row(), fact_row(event_id="e2", incident_type="system_failure")], [DEFAULT, NFRA])
    assert [(one["row"], one["rules"], one["level"]) for one in found] == [
        (1, "default", None),
        (1, "nfra-2022-15", None),
        (2, "default", None),
        (2, "nfra-2022-15", None),
    ]
    assert found[3]["note"] == "nfra-2022-15 has no rows for this type of incident"


@pytest.mark.parametrize(
    ("text", "value", "level"),
    [("1000", 10_000_000, 3), ("999.9999", 9_999_999, None), ("14295.83", 142_958_300, 2), ("100000.0", 10**9, 1)],
)
def test_wan_is_ten_thousand_exactly(text: str, value: int, level: int | None) -> None:
    answer = level_table([fact_row(**{PROPERTY: text, DEATHS: "0"})], [NFRA], "wan")[0]
    assert answer["level"] == level
    told = answer["decided_by"] or answer["to_next"]
    assert (told["value"], type(told["value"])) == (value, int)


def test_wan_leaves_people_alone() -> None:
    assert level_table([fact_row(**{DEATHS: "5"})], [NFRA], "wan")[0]["decided_by"]["value"] == 5


@pytest.mark.skipif(not TRUTH.is_file(), reason="../shared/data is not beside this repository")
def test_the_published_disasters_have_the_class_they_had() -> None:
    marks = {1: "I", 2: "II", 3: "III", None: "none"}
    with TRUTH.open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    rows = [
        fact_row(event_id=one["event_id"], **{PROPERTY: one["est_loss_wan_cny"], DEATHS: one["insured_deaths"]})
        for one in published
    ]
    found = level_table(rows, [NFRA], "wan")
    assert len(found) == 18
    assert [(one["event_id"], marks[one["level"]]) for one in found] == [
        (one["event_id"], one["derived_level"]) for one in published
    ]
    by = {"property": PROPERTY, "deaths": DEATHS}
    for one, it in zip(found, published, strict=True):
        assert one["decided_by"] is None or one["decided_by"]["metric"] == by[it["criterion"]]


# Faults -----------------------------------------------------------------------------------------------


def faults(*rows: dict[str, Any], unit: str = "yuan") -> list[str]:
    with pytest.raises(FactFaults) as caught:
        level_table(rows, [NFRA, DEFAULT], unit)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("text", ["twelve", "nan", "inf", "-inf", "1,000", "1_000", "0x10", "１２", "1e999", "1e18"])
def test_text_in_a_number_is_refused(text: str) -> None:
    (fault,) = faults(fact_row(**{DEATHS: text}))
    assert fault.startswith(f"row 1, column {DEATHS}: {text} is ")


@pytest.mark.parametrize("column", [DEATHS, PROPERTY])
def test_a_figure_below_zero_is_refused_with_its_row_and_column(column: str) -> None:
    (fault,) = faults(fact_row(**{column: "-5"}))
    assert fault.startswith(f"row 1, column {column}: -5 is negative; allowed is 0 or more")
    assert level_table([fact_row(**{column: "0"})], [NFRA])[0]["level"] is None


def test_asked_for_its_trace_a_row_says_file_row_source_and_the_way_ahead() -> None:
    (found,) = level_table([fact_row(**{PROPERTY: "10000000", DEATHS: "8"})], [NFRA], traced=True)
    assert found["trace"]["row"] == 1 and found["trace"]["calibrated"]
    assert found["trace"]["source"].startswith("银保监规")
    assert found["ahead"] == "2 insured deaths or 40,000,000 (Property payout, estimated) to “Major”"
    (ours,) = level_table([fact_row(**{"capacity.demand_ratio": "0.7"})], [DEFAULT], traced=True)
    assert ours["trace"]["calibrated"] is False and ours["trace"]["source"] == ""


def test_all_faults_are_told_at_once_with_row_and_column() -> None:
    found = faults(
        fact_row(**{DEATHS: "x", "alert.pager": "purple", "casualties.insured_death": "1"}),
        fact_row(event_id="", incident_type="natural disaster", **{DEATHS: "nan"}),
    )
    assert [fault.split(";")[0] for fault in found] == [
        "column casualties.insured_death is not known",
        f"row 1, column {DEATHS}: x is not a number",
        "row 1, column alert.pager: alert.pager: purple is not on the scale “PAGER alert”",
        "row 2, column event_id: is empty",
        "row 2, column incident_type: incident type natural disaster is not known",
        f"row 2, column {DEATHS}: nan is not a number",
    ]
    assert "did you mean casualties.insured_deaths?" in found[0]
    assert "did you mean natural_disaster?" in found[4]


def test_a_missing_column_is_told_once() -> None:
    assert faults({"event_id": "a", DEATHS: "1"}, {"event_id": "b", DEATHS: "2"}) == [
        "column incident_type is missing; every table needs it"
    ]


def test_surplus_cells_are_told() -> None:
    reader = csv.DictReader([f"event_id,incident_type,{DEATHS}", "e1,natural_disaster,5,6"])
    assert faults(*reader) == ["row 1, column ?: more cells than the header has columns"]


def test_an_unknown_money_unit_is_refused() -> None:
    assert faults(fact_row(), unit="yi") == ["money unit yi is not known; allowed: yuan, wan"]


def test_an_own_metric_of_a_rule_file_may_be_a_column() -> None:
    own = RuleSet("own", "1.0.0", {"accident": (Row("own.trucks_stuck", "ge", {3: 10}),)})
    row = {"event_id": "a", "incident_type": "accident", "own.trucks_stuck": "12"}
    assert level_table([row], [own])[0]["level"] == 3


def test_no_rows_no_answers() -> None:
    assert level_table([], [NFRA]) == []
