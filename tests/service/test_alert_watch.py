"""Alerts that come by themselves into a folder on this machine, and when anything is watched or asked at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.domain.incident import Incident
from emergency.jobs.lifespan import timetable
from emergency.service.alert_watch import take_folder
from emergency.service.alerts import in_force
from emergency.service.context import Context
from emergency.service.records import journal_entries
from emergency.service.response import record_fact
from tests.intake.alerts.messages import cap, gdacs

WALL_S = 1_700_000_000.0


def drop(folder: Path, name: str, data: bytes, *, age_s: float = 60) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (WALL_S - age_s, WALL_S - age_s))
    return path


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() or p.is_symlink()}


def test_a_dropped_file_is_taken_and_put_away_and_a_bad_one_gets_its_reason(ctx: Context, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    drop(folder, "good.cap", cap())
    drop(folder, "bad.xml", b"<html/>")
    take_folder(ctx, folder, wall_s=WALL_S)
    assert len(in_force(ctx)) == 1
    assert names(folder) == {"taken/good.cap", "refused/bad.xml", "refused/bad.xml.reason.txt"}
    assert "begins with" in (folder / "refused" / "bad.xml.reason.txt").read_text()
    assert take_folder(ctx, folder, wall_s=WALL_S) == []


def test_a_file_of_the_same_name_does_not_hide_the_earlier_one(ctx: Context, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    for number in ("A-1", "A-2"):
        drop(folder, "alert.cap", cap(number))
        take_folder(ctx, folder, wall_s=WALL_S)
    assert names(folder) == {"taken/alert.cap", "taken/alert-2.cap"}
    assert len(in_force(ctx)) == 2


def test_what_is_unfinished_hidden_or_points_elsewhere_is_left_alone(ctx: Context, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    drop(folder, "young.cap", cap(), age_s=0.5)
    drop(folder, "half.cap.part", cap())
    drop(folder, ".hidden.cap", cap())
    outside = drop(tmp_path, "outside.cap", cap())
    (folder / "link.cap").symlink_to(outside)
    assert take_folder(ctx, folder, wall_s=WALL_S) == []
    assert len(names(folder)) == 4
    assert outside.exists()


def test_a_folder_that_is_not_there_is_said_once_a_round_and_stops_nothing(
    ctx: Context, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert take_folder(ctx, tmp_path / "gone", wall_s=WALL_S) == []
    assert "EMERGENCY_ALERT_FOLDER" in caplog.text


def test_news_is_graded_at_once(ctx: Context, flood: Incident, tmp_path: Path) -> None:
    record_fact(ctx, "exposure.policies_in_footprint", 42_000, incident_id=flood.incident_id, source="portfolio")
    drop(tmp_path / "drop", "storm.xml", gdacs())
    take_folder(ctx, tmp_path / "drop", wall_s=WALL_S)
    (proposed,) = [e for e in journal_entries(ctx) if e.action == "level.propose"]
    assert proposed.facts()["level"] == 2


def jobs(running: Running) -> int:
    return len(timetable(running).get_jobs())


def test_nothing_is_watched_or_asked_unless_a_setting_says_so(tmp_path: Path) -> None:
    plain = build(Config.from_environment({"EMERGENCY_HOME": str(tmp_path)}))
    assert (plain.config.alert_folder, plain.config.alert_feeds) == (None, ())
    told = build(
        Config.from_environment(
            {
                "EMERGENCY_HOME": str(tmp_path),
                "EMERGENCY_ALERT_FOLDER": str(tmp_path / "drop"),
                "EMERGENCY_ALERT_FEEDS": "http://a.example/1 http://b.example/2",
            }
        )
    )
    assert told.config.alert_feeds == ("http://a.example/1", "http://b.example/2")
    assert jobs(told) == jobs(plain) + 2
