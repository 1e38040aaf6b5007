"""The people and goods of a demo written out as tables, one name changed in them, and put in again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency import bootstrap
from emergency.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    bootstrap.stop()
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path / "home"))
    assert main(["demo", "harvey"]) == 0
    yield tmp_path
    bootstrap.stop()


def test_out_changed_and_in_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "out"
    assert main(["pool", "export", str(folder), "--workspace", "harvey"]) == 0
    people = folder / "adjusters.csv"
    people.write_text(people.read_text("utf-8-sig").replace("Crystal Walsh", "Crystal Ray"), "utf-8")
    capsys.readouterr()
    assert main(["pool", "load", str(folder), "--workspace", "harvey", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["adjusters"] == len(people.read_text("utf-8").splitlines()) - 1
    assert not found["synthetic"]
    assert main(["pool", "export", str(home / "again"), "--workspace", "harvey"]) == 0
    assert "Crystal Ray" in (home / "again" / "adjusters.csv").read_text("utf-8-sig")


def test_no_folder_and_a_broken_table_say_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pool", "load", str(home / "none")]) == 2
    assert "no such folder; `emergency pool export FOLDER` writes one" in capsys.readouterr().err
    (home / "bases.csv").write_text("base_id\n")
    assert main(["pool", "load", str(home)]) == 2
    assert "bases.csv" in capsys.readouterr().err


def test_a_preview_says_what_would_change_and_a_part_takes_nobody_off(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = home / "new.csv"
    part.write_text("adjuster_id,name,base_id,skills,authority\nTX-900,Ida New,SAT,home,1000\n", "utf-8")
    capsys.readouterr()
    assert main(["pool", "load", str(part), "--workspace", "harvey", "--add", "--preview"]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 change; nothing was written", "adjusters TX-900: new"]
    assert main(["pool", "load", str(part), "--workspace", "harvey", "--add"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "1 new, 0 changed, 0 taken off"
    part.write_text(part.read_text("utf-8").replace("1000", "much"), "utf-8")
    assert main(["pool", "load", str(part), "--workspace", "harvey", "--add"]) == 2
    assert "new.csv:2: authority: 'much' is not a number" in capsys.readouterr().err
