"""Every small rule file says where it is wrong and what may stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emergency.library.duty_rules import load_duty_rules
from emergency.library.faults import FileFaults
from emergency.library.fund_rules import load_fund_rules
from emergency.library.goods_rules import load_goods_rules
from emergency.library.incident_kinds import load_kinds
from emergency.library.reporting_curve import load_reporting
from emergency.library.staffing import load_staffing_rules
from emergency.library.suspect import load_suspect
from emergency.library.tag_rules import load_tag_rules
from emergency.library.worth import load_worth

RULES = {
    "duty": load_duty_rules,
    "fund": load_fund_rules,
    "goods": load_goods_rules,
    "reporting": load_reporting,
    "staffing": load_staffing_rules,
    "suspect": load_suspect,
    "tags": load_tag_rules,
    "worth": load_worth,
}
Load = Callable[[Path], Any]


@pytest.fixture(params=RULES)
def shipped(request: pytest.FixtureRequest, repository: Path) -> tuple[str, Load]:
    """Text of a shipped rule file and what reads it."""
    text = (repository / "data" / "rules" / f"{request.param}.yaml").read_text("utf-8")
    return text, RULES[request.param]


def faults(load: Load, text: str, folder: Path) -> list[str]:
    path = folder / "changed.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(FileFaults) as wrong:
        load(path)
    return [str(fault) for fault in wrong.value.faults]


def test_a_file_of_another_format_is_refused_at_once_with_the_first_line_wanted(
    shipped: tuple[str, Load], tmp_path: Path
) -> None:
    text, load = shipped
    at = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith("format:"))
    line = text.splitlines()[at - 1]
    (found,) = faults(load, text.replace(line, "format: recipes/1.0"), tmp_path)
    assert f"changed.yaml:{at}: format: the first line is {line}" in found


def test_a_figure_whose_source_was_emptied_is_named(shipped: tuple[str, Load], tmp_path: Path) -> None:
    text, load = shipped
    raw = yaml.safe_load(text)
    row = next(_with_source(raw))
    row["source"] = ""
    assert any("source" in fault for fault in faults(load, yaml.safe_dump(raw, allow_unicode=True), tmp_path))


def _with_source(value: Any) -> Iterator[dict[str, Any]]:
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _with_source(part)
    if isinstance(value, dict) and "source" in value:
        yield value


@pytest.mark.parametrize("name", [name for name in RULES if name != "tags"])
def test_a_row_nobody_reads_is_no_silent_wish(name: str, repository: Path, tmp_path: Path) -> None:
    text = (repository / "data" / "rules" / f"{name}.yaml").read_text("utf-8")
    (found,) = faults(RULES[name], f"{text}\nwishes: {{value: 3}}\n", tmp_path)
    assert "wishes: found wishes; allowed:" in found


def test_a_text_where_a_number_belongs_and_a_span_of_nothing_are_both_named(repository: Path, tmp_path: Path) -> None:
    text = (repository / "data" / "rules" / "staffing.yaml").read_text("utf-8")
    path = tmp_path / "same.yaml"
    path.write_text(text, "utf-8")
    rules = load_staffing_rules(path)
    broken = text.replace(f"count: {rules.days_in_a_row}", "count: many", 1)
    first = next(line for line in broken.splitlines() if "span:" in line)
    span = first.split("span:")[1].split(",")[0].strip(" {}")
    found = faults(load_staffing_rules, broken.replace(f"span: {span}", "span: 0h", 1), tmp_path)
    assert any("found many; allowed: a whole number, 1 or more" in one for one in found)
    assert any("found 0h; allowed: a span such as 30m, 2h or 1d12h" in one for one in found)


def test_a_list_of_kinds_of_another_format_is_refused(tmp_path: Path) -> None:
    (found,) = faults(load_kinds, "format: kinds/9\nkinds: []\n", tmp_path)
    assert "the first line is format: incident-kinds/1.0" in found
