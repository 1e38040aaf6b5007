"""A room that cannot be drawn says why, and what to do, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emergency.console.main import _failed
from emergency.library.faults import FileFaults
from emergency.library.worth import load_worth
from emergency.texts import speaker


def test_a_broken_file_of_rules_is_named_with_its_line(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "worth.yaml"
    shipped = (repository / "data" / "rules" / "worth.yaml").read_text("utf-8")
    path.write_text(re.sub(r"(ordinary: *{value: )\d+", r"\1many", shipped), "utf-8")
    with pytest.raises(FileFaults) as broken:
        load_worth(path)
    english, chinese = (_failed(speaker(code), "allocation", broken.value) for code in ("en", "zh_CN"))
    assert "Allocation needs a file of rules that is not in order:" in english
    assert "ordinary/value: found many; allowed: a whole number, 0 or more" in english
    assert "“资源调配”所用的规则文件有误" in chinese and re.search(r"worth\.yaml:\d+", chinese)


def test_anything_else_is_left_to_the_log_and_names_no_secret() -> None:
    text = _failed(speaker("en"), "pool", RuntimeError("password=hunter2"))
    assert "RuntimeError" in text and "hunter2" not in text
