"""The rules for goods: every figure has its source, and what is wrong is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.library.faults import FileFaults
from emergency.library.goods_rules import load_goods_rules

FILE = Path(__file__).parents[2] / "data" / "rules" / "goods.yaml"


def test_the_shipped_rules_bundle_a_drone_with_a_pilot_and_a_vehicle() -> None:
    rules = load_goods_rules(FILE)
    kit = rules.kit_for("drone")
    assert kit is not None
    assert kit.all_parts == {"drone": 1, "vehicle": 1, "crew:drone_team": 1}
    assert rules.kit_for("boat") is None
    assert (rules.max_travel_minutes, rules.cost_yuan["generator"]) == (480, 400)
    assert (rules.claims_of["motor_flooded"].line, rules.claims_of["motor_flooded"].percent) == ("motor", 50)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: goods/1.0", "format: goods/2.0", "the first line is"),
        ("{value: 20,", "{value: -20,", "goods.yaml:5: .*whole number, 0 or more"),
        ("span: 8h", "span: far", "found far; allowed: a span"),
        ("yuan: 600,", "yuan: 1.5,", "whole number"),
        ('yuan: 400, source: "house rule, 2026-11-23: fuel of two days"', "yuan: 400", "the source is missing"),
        ("parts: {drone: 1, vehicle: 1}", "parts: {drone: 0}", "drone_team needs parts"),
        ("stands_for: drone", "stands_for: boat", "stands for one of its own parts"),
        ("cost_per_use:", "costs:", "cost_per_use needs rows"),
        ("cost_per_use:", "costs:", "found costs; allowed"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "goods.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(FileFaults, match=said):
        load_goods_rules(path)
