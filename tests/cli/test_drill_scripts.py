"""A drill prepared by commands alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from emergency.bootstrap import start, stop
from emergency.cli import main
from emergency.service import sweep
from emergency.service.context import Actor

OWN = "our-outage"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    stop()
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path / "home"))
    yield
    stop()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["drill", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["drill", *arguments]) == 2
    found = capsys.readouterr()
    return found.out + found.err


def test_a_script_is_copied_changed_checked_kept_played_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = said(capsys, "new", "core-outage-2026", "--id", OWN, "--title-en", "Our outage", "--title-zh", "本公司演练")
    assert made == {"script": f"{OWN}@1.0.0"}
    book = tmp_path / "plan.xlsx"
    said(capsys, "msel", OWN, "--out", str(book), "--language", "zh_CN")
    sheets = openpyxl.load_workbook(book)
    sheets.worksheets[0]["B3"].value = "soon"
    sheets.save(book)
    assert "plan.xlsx: 工作表“事件清单”第 3 行 B 列（情景时间）: “soon”不是时间" in refused(
        capsys, "validate", str(book), "--language", "zh_CN"
    )
    assert "row 3, column B" in refused(capsys, "keep", str(book))
    sheets.worksheets[0]["B3"].value = "0:40"
    sheets.save(book)
    (kept,) = said(capsys, "keep", str(book))
    assert (kept["replaced"], kept["changes"]) == (True, [{"field": "injects/I02/at", "value": "40m"}])
    run = said(capsys, "run", OWN, "--auto", "none")
    assert (run["drill"], run["version"]) == (OWN, "1.0.0")
    (away,) = said(capsys, "list", "--away")
    said(capsys, "restore", away["file"])
    said(capsys, "withdraw", f"{OWN}@1.0.0")
    assert OWN not in {one["id"] for one in said(capsys, "list")}
    assert len(said(capsys, "list", "--away")) == 2


def test_a_sweep_plays_a_script_of_the_house(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "new", "core-outage-2026", "--id", OWN, "--title-en", "Ours")
    ctx = start().context("live", Actor("trainer"))
    (job,) = sweep.jobs_for(ctx, OWN, runs=1, autos=["none"])
    assert sweep.play_one(job)["auto"] == "none"  # as a worker does it, which knows the folder of the house alone


def test_versions_of_one_id_are_listed_with_the_one_that_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    text = Path("drills/core-outage-2026.drill.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("4h, speed", "3h, speed"), encoding="utf-8")
    assert "mine.yaml:5: version: " in refused(capsys, "keep", str(path))
    (shipped,) = re.findall(r"^version: (.*)$", text, re.MULTILINE)
    path.write_text(text.replace(f"version: {shipped}", "version: 9.2.0"), encoding="utf-8")
    said(capsys, "keep", str(path))
    found = {one["version"]: (one["own"], one["played"]) for one in said(capsys, "list") if "core-" in one["id"]}
    assert found == {"9.2.0": (True, True), shipped: (False, False)}


def test_a_copy_into_a_file_is_not_put_on_the_shelf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "ours.drill.yaml"
    said(capsys, "new", "core-outage-2026", "--id", OWN, "--out", str(out))
    assert said(capsys, "validate", str(out))[0]["ok"]
    assert OWN not in {one["id"] for one in said(capsys, "list")}
    assert "is there already" in refused(capsys, "new", "core-outage-2026", "--id", OWN, "--out", str(out))


@pytest.mark.parametrize(
    ("which", "name"), [("facts", "claims.total"), ("outcomes", "claims.lost"), ("acts", "level.confirm")]
)
def test_the_names_a_script_may_use_are_listed(which: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = {one["name"]: one["means"] for one in said(capsys, "names", which)}
    assert found[name]
    chinese = {one["name"]: one["means"] for one in said(capsys, "names", which, "--language", "zh_CN")}
    assert chinese.keys() == found.keys() and chinese[name] != found[name]
