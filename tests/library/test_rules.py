"""Rule files: what they become, and what is told of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.level import Condition, Floor, Row
from emergency.library import load_rules
from tests.library.small import RULES, line_of, told


def test_a_rule_file_becomes_rows(tmp_path: Path) -> None:
    path = tmp_path / "default.levels.yaml"
    path.write_text(RULES, encoding="utf-8")
    rules = load_rules(path)
    assert (rules.id, rules.value, rules.jurisdiction, rules.currency) == ("default", "response", ("*",), "CNY")
    assert (rules.path, len(rules.sha256)) == ("default.levels.yaml", 64)
    deaths, warning = rules.types["natural_disaster"]
    assert deaths == Row(
        "casualties.insured_deaths", "ge", {3: 1, 2: 3, 1: 10}, 1, house_rule=True, date="2026-11-22", line=7
    )
    assert (warning.pre_event, warning.number, warning.line, warning.source) == (True, 2, 8, "office")
    assert rules.reporting[0].deadlines_s == {"internal": 1800}


def test_shipped_files_keep_what_the_sources_say() -> None:
    folder = Path(__file__).parents[2] / "data/rules"
    default, nfra = (load_rules(folder / f"{name}.levels.yaml") for name in ("default", "nfra-2022-15"))
    ratio = default.types["natural_disaster"][1]
    assert ratio.floor == Floor("claims.last_24h", {3: 100, 2: 500, 1: 2000})
    assert default.types["natural_disaster"][5].requires == Condition("claims.ratio_to_baseline", "ge", 2)
    assert (default.linkage.ratio, default.modifiers[0].factor) == (0.8, 0.8)
    gravest = nfra.reporting[0]
    assert gravest.deadlines_s == {"phone": 1800, "first": 3600, "follow_up": 86400, "final": 432000}
    assert gravest.strive == ("phone", "first")


DEATHS = "3: 1, 2: 3, 1: 10"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (DEATHS, "3: 1, 2: 3, 1: 3", "3: thresholds must rise from level 3 to level 1; found 3: 1, 2: 3, 1: 3"),
        (DEATHS, "3: one", '3: casualties.insured_deaths is a number; found "one"'),
        (DEATHS, "source: x", "no threshold; give at least one of 3:, 2: and 1:"),
        ("casualties.insured_deaths", "casualties.insured_death", "metric casualties.insured_death is not known"),
        ("op: ge, 3: 1", "op: more, 3: 1", 'op: found "more"; allowed: ge, gt, le, lt'),
        (', date: "2026-11-22"', "", 'a house rule says since when (add date: "2026-11-22")'),
        ("2026-11-22", "2026-11-31", 'date: found "2026-11-31", which is not in the calendar'),
        ("2: red, pre", "2: red, 1: red, pre", "thresholds must rise"),
        ("2: red, pre", "1: red, pre", "a pre_event row gives level 2 at most (take out 1:, or take out pre_event)"),
        ("2: red", "2: purple", "purple is not on the scale “warning colour”"),
        ("2: red", "2: yelow", "(did you mean yellow?)"),
        ("source: office", "sauce: office", "key sauce is not known here"),
        (
            "internal: 30m",
            "internal: 0:30",
            'found "0:30"; allowed: a span such as 30m, 2h or 1d12h (did you mean 0h30m?)',
        ),
        ("{internal: 30m}", "{internal: 30m}, strive: [phone]", "phone has no deadline here to strive for"),
        ("combine: any", "combine: any\ncurency: USD", "key curency is not known here"),
        ("combine: any", "combine: any\njurisdiction: china", "allowed: "),
        ("combine: any\n", "", "missing: combine"),
        ("1: 10,", "1: 10, floor: {metric: claims.last_24h, 3: 9, 2: 5},", "a floor must not fall"),
        (
            "2: red,",
            "2: red, floor: {metric: claims.last_24h, 1: 5},",
            "a floor for level 1, which the row does not give",
        ),
        ("level-rules/1.0", "level-rules/2.0", 'found "level-rules/2.0"; allowed: level-rules/1.0'),
    ],
)
def test_a_wrong_rule_file_says_where_what_and_what_else(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = told(load_rules, tmp_path, RULES, old, new)
    fault = next((one for one in found if message in one), None)
    assert fault, found
    line = int(fault.split(":")[1])
    assert line in (1, line_of(RULES, old), line_of(RULES, old) + 1)


def test_own_keys_and_own_metrics_are_let_through(tmp_path: Path) -> None:
    path = tmp_path / "own.levels.yaml"
    text = RULES.replace("combine: any", "combine: any\nx-owner: claims\nvalue: class\njurisdiction: [CN, US-TX]")
    path.write_text(text.replace("casualties.insured_deaths", "own.trucks_stuck"), encoding="utf-8")
    rules = load_rules(path)
    assert (rules.value, rules.jurisdiction) == ("class", ("CN", "US-TX"))
    assert rules.types["natural_disaster"][0].metric == "own.trucks_stuck"
