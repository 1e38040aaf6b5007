"""What each plan of a drill cost above the best that could be known: of robots, of people, and worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emergency.bootstrap import Running
from emergency.domain.instant import to_us
from emergency.service import allocation, dispatching, drill_live, drill_tick, moving
from emergency.service.context import Actor
from emergency.service.drill_decisions import published
from emergency.service.drill_log import export, score_log
from emergency.service.drill_play import decide
from emergency.service.drills import report
from emergency.service.running import context
from emergency.store import journal, tables
from tests.fixtures.played import Play
from tests.service.test_drill_live import House

TYPHOON, HOUR = "typhoon-gd-2026", 3600
Row = Mapping[str, Any]


def decisions(score: Row, kind: str) -> list[Row]:
    return [one for one in score["decisions"] if one["kind"] == kind]


def test_the_engines_own_plans_have_no_regret_and_the_time_between_them_has(play: Play) -> None:
    score = play(TYPHOON)[1]["score"]
    made, stood = decisions(score, "published"), decisions(score, "stood")
    assert [one["regret"] for one in made] == [0, 0, 0]
    assert [one["plan"] for one in made] == [1, 2, 3] and not any(one["by_hand"] for one in made)
    # At 6, 26 and 29 h the time for a plan runs out; at 12 and 24 h a shift begins.
    assert [one["at_s"] // HOUR for one in stood] == [6, 12, 24, 26, 29]
    assert stood[-1]["regret"] > 0 and stood[-1]["plan"] == 2, "claims came in, and nobody was sent to them yet"
    assert all(one["regret"] >= 0 and sum(one["parts"].values()) == one["regret"] for one in score["decisions"])
    assert score["regret"]["regret"] == sum(one["regret"] for one in score["decisions"])


def test_doing_nothing_is_not_free(play: Play) -> None:
    score = play(TYPHOON, "none")[1]["score"]
    assert decisions(score, "published") == []
    stood = decisions(score, "stood")
    assert len(stood) == 5 and all(one["plan"] is None and one["regret"] > 0 for one in stood)
    assert stood[-1]["parts"]["claims"] > stood[-2]["parts"]["claims"] > 0, "more claims wait, and it costs more"


def test_a_plan_whose_people_were_changed_since_is_void_and_not_guessed_at(play: Play) -> None:
    """Somebody strikes the skills of everybody out of the roster after the drill."""
    running, answer = play(TYPHOON)
    drill = context(running.content, answer["workspace"], Actor("trainer"))
    with drill.store.write() as connection:
        entries = list(journal.entries(connection))
        connection.execute(tables.adjuster.update().values(skills="[]"))
    found = published(drill, entries, to_us(drill.now()))
    assert len(found) == 3 and all(one.void is not None and one.instance is None for one in found)


@pytest.fixture
def storm(running: Running) -> House:
    """People play the typhoon; it is an hour after landfall, and the level is confirmed."""
    house = House(running, TYPHOON)
    drill_live.startex(house.ctx, house.director)
    drill_live.jump(house.ctx, house.director, 25 * HOUR)
    house.goes_on(12)
    decide(house.plays("commander"), "DRILL-typhoon-gd-2026", "commander", "rules")
    return house


def _sent_to_one_place(house: House) -> dict[str, Any]:
    """A plan in which everybody of the largest group is moved by hand to the place that asks least; its body."""
    planning = house.plays("planning")
    draft = allocation.propose(planning)
    shown = allocation.latest_draft(planning)
    assert shown is not None
    cells = [c for c in draft.cells if c.line == "motor" and c.region != allocation.REMOTE]
    first = next(g for g in moving.groups(planning, shown) if not g.idle)
    far = min((c for c in cells if c.region != first.place), key=lambda c: (c.slots, c.cell_id))
    fit = moving.able(planning, shown, first.people, far.cell_id)
    moved = moving.move(planning, draft.plan_id, first.key, far.cell_id, len(fit))
    dispatching.commit(planning, moved.plan_id)
    stored = allocation.plan_in_force(planning)
    assert stored is not None
    return stored["body"]  # type: ignore[no-any-return]


def test_people_who_move_others_by_hand_are_told_what_it_cost(storm: House, tmp_path: Path) -> None:
    body = _sent_to_one_place(storm)
    drill_live.set_speed(storm.ctx, storm.director, 120)
    storm.goes_on(70)
    drill_live.jump(storm.ctx, storm.director, 32 * HOUR)
    drill_live.end(storm.ctx, storm.director)
    run = drill_tick.score_ended(storm.ctx)
    assert run is not None
    score = report(storm.live, run)["score"]
    (made,) = decisions(score, "published")
    assert made["by_hand"] and made["role"] == "planning" and made["void"] is None
    assert made["regret"] > 0 and made["cost"] - made["optimum"] == made["regret"]
    kept = {name: minutes for name, minutes in body["cost"].items() if name not in ("total", "broken_pins")}
    assert made["cost"] == sum(kept.values()), "what the plan said it cost when it was made by hand"
    # What came at 25 h asked for plans by 27 and 30 h; 12, 24 and 30 h were jumped over, and nobody could plan then.
    assert [one["at_s"] // HOUR for one in decisions(score, "stood")] == [27]
    found = score_log(_log(storm, run, tmp_path))
    assert found["same"] and found["score"]["decisions"] == score["decisions"]


def _log(house: House, run: str, folder: Path) -> Path:
    out = folder / "run.jsonl"
    export(house.live, run, out)
    return out
