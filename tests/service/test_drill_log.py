"""Anyone can work a score out again from the exported log, to the same digits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from emergency.bootstrap import Running
from emergency.service.context import Actor, Refused
from emergency.service.drill_log import export, score_log
from emergency.service.drills import report, run_script
from tests.fixtures.played import Answer, Play

SHORTEST = "core-outage-2026"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A log holds the same whatever held the run."""
    return sqlite_url


@pytest.fixture
def house(play: Play) -> Running:
    """Where the shortest drill was played by robots."""
    return play(SHORTEST)[0]


@pytest.fixture
def log(play: Play, house: Running, tmp_path: Path) -> Path:
    """The log of that drill."""
    return _log(house, play(SHORTEST)[1], tmp_path)


def _log(running: Running, answer: Answer, folder: Path) -> Path:
    out = folder / "run.jsonl"
    export(running.context("live", Actor("trainer")), answer["run"], out)
    return out


@pytest.mark.parametrize("script", sorted(p.name.removesuffix(".drill.yaml") for p in Path("drills").glob("*.yaml")))
def test_the_log_of_every_shipped_drill_gives_the_stored_score(play: Play, script: str, tmp_path: Path) -> None:
    running, answer = play(script)
    found = score_log(_log(running, answer, tmp_path))
    stored = report(running.context("live", Actor("trainer")), found["run"])
    assert found["same"] and found["differences"] == []
    assert found["score"] == stored["score"]
    assert found["score"]["overall"] is not None


def test_scoring_needs_no_store(house: Running, log: Path, tmp_path: Path) -> None:
    house.close()
    for place in tmp_path.iterdir():
        if place.is_dir():
            shutil.rmtree(place)
    assert score_log(log)["same"]


def test_two_exports_of_one_run_are_the_same_bytes(house: Running, log: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    live = house.context("live", Actor("trainer"))
    export(live, score_log(log)["run"], again)
    assert again.read_bytes() == log.read_bytes()


@pytest.mark.parametrize("kind", ["head", "file", "entry", "evidence", "score", "end"])
def test_a_changed_line_is_named(log: Path, kind: str) -> None:
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if json.loads(line)["kind"] == kind)
    lines[place] = json.dumps({**json.loads(lines[place]), "note": "x"}) + "\n"
    log.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(Refused, match=rf"line {place + 1} \({kind}\) was changed"):
        score_log(log)


def test_a_line_taken_out_is_named(log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:7] + lines[8:]), encoding="utf-8")
    with pytest.raises(Refused, match="line 8 "):
        score_log(log)


def test_a_cut_log_is_refused(log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(Refused, match="is cut"):
        score_log(log)


def _rehashed(log: Path, change: dict[str, object], kind: str) -> Path:
    """Someone who knows the format changes a line and mends all line hashes after it."""
    from emergency.service.drill_log import _chained

    def holdings():  # type: ignore[no-untyped-def]
        for line in log.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            del row["line_hash"]
            if row["kind"] == kind:
                row |= change
            yield row.pop("kind"), row

    out = log.with_suffix(".changed")
    out.write_text("".join(_chained(holdings())), encoding="utf-8")
    return out


def test_who_mends_the_hashes_of_a_changed_score_is_told_the_true_one(log: Path) -> None:
    stored = score_log(log)["score"]
    found = score_log(_rehashed(log, {"score": stored | {"overall": 100.0}}, "score"))
    assert not found["same"]
    assert found["differences"] == [f"/overall: recomputed {stored['overall']!r}, stored 100.0"]


def test_who_mends_the_hashes_of_a_changed_entry_breaks_the_journals_chain(log: Path) -> None:
    with pytest.raises(Refused, match="breaks the journal's chain"):
        score_log(_rehashed(log, {"happened_us": 0}, "entry"))


def test_evidence_of_another_run_is_seen(log: Path) -> None:
    with pytest.raises(Refused, match="evidence is not the one the journal names"):
        score_log(_rehashed(log, {"evidence": {}}, "evidence"))


@pytest.mark.parametrize("text", ["", "{}\n", "[1]\n", "nonsense\n", '{"kind": "head", "format": "other/1.0"}\n'])
def test_what_is_no_log_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "no.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"no\.jsonl"):
        score_log(path)


def test_a_log_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="drill export"):
        score_log(tmp_path / "none.jsonl")


def test_a_run_whose_workspace_was_played_anew_is_refused(running: Running, tmp_path: Path) -> None:
    """The same name of workspace, another roster: the old journal is gone and nothing stands in for it."""
    from emergency.service.demo import stock_pool

    live = running.context("live", Actor("trainer"))
    stock_pool(live, "texas-synthetic")
    first = run_script(live, "core-outage-2026", origin=live)["run"]
    stock_pool(live, "gd-2026-q3")
    assert run_script(live, "core-outage-2026", origin=live)["run"] != first
    with pytest.raises(Refused, match="play it again with the same roster"):
        export(live, first, tmp_path / "x.jsonl")
