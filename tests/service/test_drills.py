from __future__ import annotations

import json
from pathlib import Path

import pytest

from emergency.bootstrap import Running
from emergency.service.context import Actor, Refused
from emergency.service.drills import report, run_script, runs, validate
from emergency.service.records import verify_journal

SHIPPED = ("harvey-2026", "typhoon-gd-2026", "core-outage-2026")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A drill is played once per database below; here the script is what varies."""
    return sqlite_url


@pytest.mark.parametrize("script", SHIPPED)
def test_the_same_file_seed_and_roster_give_the_same_answer_to_the_letter(running: Running, script: str) -> None:
    live = running.context("live", Actor("trainer"))
    first = json.dumps(run_script(live, script), sort_keys=True)
    assert json.dumps(run_script(live, script), sort_keys=True) == first


@pytest.mark.parametrize("script", SHIPPED)
def test_acting_at_once_scores_above_acting_like_people_and_that_above_not_acting(
    running: Running, script: str
) -> None:
    live = running.context("live", Actor("trainer"))
    best, people, nobody = (run_script(live, script, auto=a)["score"] for a in ("best", "scripted", "none"))
    assert best["overall"] >= people["overall"] > nobody["overall"]
    assert best["timeliness"] == 100
    assert nobody["timeliness"] == 0


def test_a_drill_leaves_the_workspace_it_was_forked_from_byte_identical(running: Running, tmp_path: Path) -> None:
    from emergency.service.demo import stock_pool

    live = running.context("live", Actor("trainer"))
    stock_pool(live, "texas-synthetic")
    keep = running.content.workspaces.open("keep")
    kept = running.context("keep", Actor("trainer"))

    def image() -> list[str]:
        driver = live.store.engine.raw_connection().driver_connection
        return list(driver.iterdump())

    before = image()
    answer = run_script(kept, "harvey-2026", origin=live)
    assert image() == before
    assert answer["workspace"].startswith("drill-")
    assert keep.name == "keep"


def test_a_run_is_kept_and_its_report_can_be_read_again(running: Running) -> None:
    live = running.context("live", Actor("trainer"))
    answer = run_script(live, "harvey-2026")
    assert [r["run_id"] for r in runs(live)] == [answer["run"]]
    assert report(live, answer["run"])["score"] == json.loads(json.dumps(answer["score"]))
    with pytest.raises(Refused, match="there is no run"):
        report(live, "nothing")


def test_every_outgoing_message_of_a_drill_says_that_it_is_one(running: Running) -> None:
    from emergency.service.records import messages

    live = running.context("live", Actor("trainer"))
    answer = run_script(live, "harvey-2026", auto="best")
    drill = running.context(answer["workspace"], Actor("trainer"))
    sent = messages(drill)
    assert sent
    assert all(m["subject"].startswith("【演练】") and m["text"].startswith("【演练】") for m in sent)
    assert messages(live) == []
    assert verify_journal(drill).ok


def test_another_seed_is_another_run(running: Running) -> None:
    live = running.context("live", Actor("trainer"))
    assert run_script(live, "core-outage-2026", seed=1)["run"] != run_script(live, "core-outage-2026", seed=2)["run"]


@pytest.mark.parametrize("script", sorted(Path("drills").glob("*.drill.yaml")))
def test_every_shipped_drill_is_valid(running: Running, script: Path) -> None:
    assert validate(running.content.library, script)["faults"] == []
