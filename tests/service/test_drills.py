from __future__ import annotations

import json
from pathlib import Path

import pytest

from emergency.bootstrap import Running
from emergency.service.context import Actor, Refused
from emergency.service.drills import report, run_script, runs, validate
from emergency.service.readiness import readiness
from emergency.service.records import journal_entries, verify_journal
from tests.fixtures.played import Play

SHIPPED = ("harvey-2026", "typhoon-gd-2026", "core-outage-2026")


# Played once each: that the same play gives the same digits, and that acting pays, is shown on the three above.
PLAYED_ONCE = (
    "contract-dispute-2026",
    "data-leak-2026",
    "large-accident-2026",
    "mass-complaints-2026",
    "public-health-2026",
    "rain-henan-2026",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A drill is played once per database below; here the script is what varies."""
    return sqlite_url


@pytest.mark.parametrize("script", SHIPPED)
def test_the_same_file_seed_and_roster_give_the_same_answer_to_the_letter(play: Play, script: str) -> None:
    running, first = play(script)
    again = run_script(running.context("live", Actor("trainer")), script)
    assert json.dumps(again, sort_keys=True) == json.dumps(first, sort_keys=True)


@pytest.mark.parametrize("script", SHIPPED)
def test_acting_at_once_scores_above_acting_like_people_and_that_above_not_acting(play: Play, script: str) -> None:
    best, people, nobody = (play(script, auto)[1]["score"] for auto in ("best", "scripted", "none"))
    assert best["overall"] >= people["overall"] > nobody["overall"]
    assert best["timeliness"] == 100
    assert nobody["timeliness"] == 0


@pytest.mark.parametrize("script", PLAYED_ONCE)
def test_robots_play_a_shipped_drill_to_its_end_and_every_part_of_it_counts(play: Play, script: str) -> None:
    running, answer = play(script)
    scored = answer["score"]
    assert scored["void_share"] == 0
    assert 75 < scored["overall"] < 100
    assert all(0 < objective["score"] <= 100 for objective in scored["objectives"])
    assert all(outcome["effectiveness"] > 0 for outcome in scored["outcomes"])
    drill = running.context(answer["workspace"], Actor("trainer"))
    entries = [(e.action, e.facts()) for e in journal_entries(drill, 10_000)]
    assert not [body for action, body in entries if action == "drill.refused"]
    assert not [body for action, body in entries if action == "course.silent"]  # people called out have answered
    moved = [body for action, body in entries if action == "drill.resource"]
    assert [body["done"] for body in moved] == [body["asked"] for body in moved] != []
    sent = {body["inject"] for action, body in entries if action == "drill.inject"}
    assert len(sent & {"B01", "B02"}) == 1  # one side of the branch
    assert not sent & {"C01", "R01"}  # no help was needed; the reserve waits for the director's hand


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


def test_a_run_is_kept_and_its_report_can_be_read_again(play: Play) -> None:
    running, answer = play("harvey-2026")
    live = running.context("live", Actor("trainer"))
    assert [r["run_id"] for r in runs(live)] == [answer["run"]]
    assert report(live, answer["run"])["score"] == json.loads(json.dumps(answer["score"]))
    with pytest.raises(Refused, match="there is no run"):
        report(live, "nothing")


def test_every_outgoing_message_of_a_drill_says_that_it_is_one(play: Play) -> None:
    from emergency.service.records import messages

    running, answer = play("harvey-2026", "best")
    live = running.context("live", Actor("trainer"))
    drill = running.context(answer["workspace"], Actor("trainer"))
    sent = messages(drill)
    assert sent
    assert all(m["subject"].startswith("【演练】") and m["text"].startswith("【演练】") for m in sent)
    assert messages(live) == []
    assert verify_journal(drill).ok


def test_another_seed_is_another_run(running: Running) -> None:
    live = running.context("live", Actor("trainer"))
    assert run_script(live, "core-outage-2026", seed=1)["run"] != run_script(live, "core-outage-2026", seed=2)["run"]


def test_a_script_of_ones_own_under_its_own_id_is_played_kept_and_counted(running: Running, tmp_path: Path) -> None:
    own = tmp_path / "own.drill.yaml"
    text = Path("drills/core-outage-2026.drill.yaml").read_text("utf-8")
    own.write_text(text.replace("id: core-outage-2026", "id: our-outage", 1), "utf-8")
    live = running.context("live", Actor("trainer"))
    answer = run_script(live, own, auto="none")
    assert answer["run"].startswith("our-outage-") and answer["score"]["overall"] is not None
    assert report(live, answer["run"])["score"]["overall"] == answer["score"]["overall"]
    assert [one.id for one in readiness(live).exercises] == [answer["run"]]
    shipped = run_script(live, "core-outage-2026", auto="none")
    ours, theirs = (one for one in readiness(live).exercises)
    assert {ours.id, theirs.id} == {answer["run"], shipped["run"]}
    assert ours.clauses == theirs.clauses != {}


@pytest.mark.parametrize("script", sorted(Path("drills").glob("*.drill.yaml")))
def test_every_shipped_drill_is_valid(running: Running, script: Path) -> None:
    assert validate(running.content.library, script)["faults"] == []


def test_in_a_drill_late_tasks_climb_as_its_clock_moves_and_at_the_end_its_time_stands(play: Play) -> None:
    running, answer = play("core-outage-2026", "none")
    played = running.context(answer["workspace"], Actor("trainer"))
    acts = [e for e in journal_entries(played) if e.action in ("task.escalate", "clock.late")]
    assert {e.action for e in acts} == {"task.escalate", "clock.late"}
    assert len({e.happened_us for e in acts}) > 1, "not all at the end"
    assert played.now() == played.now() and max(e.happened_us for e in acts) <= played.now_us()


def test_a_run_on_todays_roster_and_one_on_the_scripts_own_live_side_by_side(running: Running) -> None:
    from emergency.service.demo import stock_pool

    live = running.context("live", Actor("trainer"))
    stock_pool(live, "texas-synthetic")
    own = run_script(live, "core-outage-2026", auto="none")
    forked = run_script(live, "core-outage-2026", auto="none", origin=live)
    assert own["workspace"] != forked["workspace"] and own["run"] != forked["run"]
    assert {r["run_id"] for r in runs(live)} == {own["run"], forked["run"]}
    for answer in (own, forked):
        entries = journal_entries(running.context(answer["workspace"], Actor("trainer")), 10_000)
        assert [e.facts()["run"] for e in entries if e.action == "drill.start"] == [answer["run"]]
