from __future__ import annotations

from pathlib import Path

import pytest

from emergency.library.faults import FileFaults
from emergency.library.staffing import load_staffing_rules

SHIPPED = Path(__file__).parents[2] / "data/rules/staffing.yaml"


def test_every_shipped_row_says_where_it_comes_from() -> None:
    rules = load_staffing_rules(SHIPPED)
    assert all(rules.sources.values()) and all(p.source for p in rules.patterns.values())
    assert "art. 38" in rules.sources["days_in_a_row"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("staffing-rules/1.0", "x", "the first line is"),
        ("count: 6", "count: 0", "a whole number, 1 or more"),
        ("span: 10h", "span: soon", "a span such as 30m"),
        ('"1100"', '"0000"', "1 and 0 for each day"),
        ('"1111100"', '"11111"', "1 and 0 for each day"),
        ("two_two: {title: {", "two_two: {titel: {", "needs title, days, weekly and source"),
        ("days_in_a_row:", "days_in_row:", "allowed: longest_way, days_in_a_row, patterns"),
    ],
)
def test_what_is_wrong_with_the_rules_is_said_with_what_is_allowed(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "staffing.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FileFaults, match=said):
        load_staffing_rules(path)
