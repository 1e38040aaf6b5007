"""From a run to everything that is handed over, by commands alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emergency.bootstrap import start, stop
from emergency.cli import main
from emergency.domain.drill.words import DIMENSIONS
from emergency.service.context import Actor
from emergency.service.drills import runs, score_text


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A console of its own in an empty folder."""
    stop()
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path / "home"))
    yield
    stop()


def runs_kept() -> list[dict[str, Any]]:
    return runs(start().context("live", Actor("trainer")))


def test_report_log_and_score_follow_from_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "run", "drills/core-outage-2026.drill.yaml", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    for form, begins in (("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!DOCTYPE html>"), ("text", b"After-action")):
        out = tmp_path / f"report.{form}"
        assert main(["drill", "report", run["run"], "--format", form, "--out", str(out)]) == 0
        assert out.read_bytes().startswith(begins)
    log = tmp_path / "run.jsonl"
    assert main(["drill", "export", run["run"], "--out", str(log)]) == 0
    capsys.readouterr()
    assert main(["drill", "score", str(log), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == run["score"]
    log.write_text(log.read_text(encoding="utf-8").replace("core-outage", "core-change", 1), encoding="utf-8")
    assert main(["drill", "score", str(log)]) == 2
    assert "line 1 (head) was changed" in capsys.readouterr().err


def test_what_was_not_rated_says_so_and_the_report_speaks_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for manner in ("none", "scripted"):
        assert main(["drill", "run", "drills/core-outage-2026.drill.yaml", "--auto", manner, "--json"]) == 0
    first, second = (one["run_id"] for one in runs_kept())
    capsys.readouterr()
    assert main(["drill", "report", first, "--language", "zh_CN"]) == 0
    told = capsys.readouterr().out
    assert "演练总结报告：" in told and "演练时间自 2026-" in told
    assert not [word for word in ("Overall", "After-action", "overall", "None", "commander") if word in told], told
    assert main(["drill", "export", first, "--out", str(tmp_path / "run.jsonl")]) == 0
    capsys.readouterr()
    assert main(["drill", "score", str(tmp_path / "run.jsonl"), "--language", "zh_CN"]) == 0
    assert main(["drill", "compare", "--before", first, "--after", second]) == 0
    told = capsys.readouterr().out
    assert "总分：" in told and "Timeliness, action by action" in told and "None" not in told
    assert score_text({"overall": None, "band": None, **dict.fromkeys(DIMENSIONS), "objectives": []}) == [
        "Overall: not rated",
        "Timeliness: n/a",
        "Accuracy: n/a",
        "Effectiveness: n/a",
    ]


def test_a_pdf_needs_a_file_to_go_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "report", "x", "--format", "pdf"]) == 2
    assert "--out FILE" in capsys.readouterr().err


def test_the_events_list_goes_out_and_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, sheet = "drills/harvey-2026.drill.yaml", tmp_path / "plan.xlsx"
    assert main(["drill", "msel", script, "--out", str(sheet)]) == 0
    assert main(["drill", "msel", script, "--from", str(sheet)]) == 0
    assert (tmp_path / "plan.drill.yaml").read_bytes() == Path(script).read_bytes()
    assert main(["drill", "msel", script]) == 2
    assert "--out MSEL.xlsx" in capsys.readouterr().err
