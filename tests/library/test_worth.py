from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.allocation.demand import Weights
from emergency.library.duty_rules import load_duty_rules
from emergency.library.faults import FileFaults
from emergency.library.worth import load_worth

RULES = Path(__file__).parents[2] / "data" / "rules"


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (RULES / name).read_text("utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_shipped_scale_is_the_one_the_engine_falls_back_on() -> None:
    assert load_worth(RULES / "worth.yaml").scale == Weights()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: 100,", "value: 0,", "worth.yaml:5: .*must be above 0"),
        ("value: 60,", "value: -1,", "worth.yaml:8: .*0 or more"),
        ("value: 60,", "value: 1.5,", "worth.yaml:8: .*whole number"),
        ("injured:", "hurt:", "found hurt; allowed"),
        ("format: worth/1.0", "format: worth/2.0", "the first line is"),
        (', source: "the unit"', "", "needs a value and its source"),
    ],
)
def test_what_is_wrong_with_the_scale_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(FileFaults, match=said):
        load_worth(changed(tmp_path, "worth.yaml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("span: 12h", "span: noon", "found noon; allowed: a span"),
        ("rest:", "sleep:", "found sleep; allowed"),
        ("format: duty-rules/1.0", "format: x", "the first line is"),
    ],
)
def test_what_is_wrong_with_the_duty_rules_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(FileFaults, match=said):
        load_duty_rules(changed(tmp_path, "duty.yaml", old, new))
