"""Playbooks at the command line: faults by line and with a suggestion, exit codes, a version as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency import bootstrap
from emergency.cli import main

EARTHQUAKE = Path(__file__).parents[2] / "playbooks/earthquake.playbook.yaml"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    bootstrap.stop()
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path / "home"))
    yield tmp_path
    bootstrap.stop()


def test_a_plan_in_order_is_ok(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["playbook", "check", str(EARTHQUAKE)]) == 0
    assert capsys.readouterr().out == f"ok   {EARTHQUAKE}\n"


def test_a_misspelt_role_is_told_with_file_line_and_what_may_be_meant(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = EARTHQUAKE.read_text("utf-8")
    line = text[: text.index("role: planning,")].count("\n") + 1
    path = home / "bad.playbook.yaml"
    path.write_text(text.replace("role: planning,", "role: planing,", 1), encoding="utf-8")
    assert main(["playbook", "check", str(path), str(home / "none.yaml")]) == 2
    out = capsys.readouterr().out
    assert f"{path}:{line}: tasks/" in out
    assert "(did you mean planning?)" in out
    assert "no such file" in out
    assert main(["playbook", "check", "--language", "zh_CN", str(path)]) == 2
    assert "是否应为 planning" in capsys.readouterr().out


def test_the_shelf_is_listed_and_a_version_comes_out_as_its_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["playbook", "list", "--json"]) == 0
    listed = {(one["id"], one["version"]): one for one in json.loads(capsys.readouterr().out)}
    assert listed[("typhoon-guangdong", "1.3.0")]["in_force"]
    assert not listed[("typhoon-guangdong", "1.2.0")]["in_force"]
    assert main(["playbook", "export", "earthquake@1.0.0", "--out", str(home / "out.yaml")]) == 0
    assert (home / "out.yaml").read_bytes() == EARTHQUAKE.read_bytes()
    assert main(["playbook", "export", "nothing", "--out", str(home / "x.yaml")]) == 2
