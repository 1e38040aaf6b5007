"""Robot players act at their time and know what a right act carries."""

from __future__ import annotations

from typing import Any

import pytest

from emergency.domain import act as acts
from emergency.domain.drill.answer import Act, Delivery
from emergency.domain.drill.robots import MANNERS, planned_acts, right_body
from emergency.domain.drill.scoring import score
from emergency.domain.drill.script import AccuracySpec, DrillScript
from tests.domain.drill.scripts import HOUR, expectation, inject, level, script

REGIONS = AccuracySpec("set_f1", truth=("a", "b"), field="regions")
POINTS = AccuracySpec("checklist", must=("hotline", "documents"), must_not=("coverage_promise",))
FIELDS = AccuracySpec("fields", required=("place", "contact"))
RULES = AccuracySpec("constraints", rules=("skills_match",))
COST = AccuracySpec("numeric", truth=5.0, field="cost", tolerance=0.1)
ASKED = (
    expectation("E1", accuracy=level(2)),
    expectation("E2", action="map.footprint.publish", accuracy=REGIONS),
    expectation("E3", action="comms.send", match={"audience": "customers"}, accuracy=POINTS),
    expectation("E4", action="report.submit", match={"to": "nfra", "kind": "first"}, accuracy=FIELDS),
    expectation("E5", role="planning", action="allocation.commit", match={"kind": "surveyor"}, accuracy=RULES),
    expectation("E6", action="policy.enable", match={"name": "manual_fnol"}),
    expectation("E7", action="report.publish", match={"cost": 5}, accuracy=COST),
)
DRILL = script(inject("I1", *ASKED))


def played(drill: DrillScript, manner: str, seed: int = 7) -> Any:
    found = planned_acts(drill, "I1", 0, manner, seed)
    done = [Act(one.at_s, one.role, "robot", one.action, as_done(dict(one.body))) for one in found]
    return score(drill, done, [Delivery("I1", 0)], {})


def as_done(body: dict[str, Any]) -> dict[str, Any]:
    """What the service adds on the way: the plan's own check."""
    return {"assignments": 10, "violations": {}, **body}


def test_the_best_player_scores_everything_a_script_allows() -> None:
    got = played(DRILL, "best")
    assert (got.overall, got.marks.coverage) == (100, 1)
    assert all(answer.taken_s == 0 for answer in got.answers)


def test_a_trained_team_scores_well_but_not_in_full() -> None:
    overall = [played(DRILL, "scripted", seed).overall for seed in range(20)]
    assert min(overall) >= 50
    assert any(points < 100 for points in overall)


def test_nobody_plays_nothing() -> None:
    assert planned_acts(DRILL, "I1", 0, "none", 7) == ()


def test_the_same_seed_makes_the_same_team() -> None:
    assert planned_acts(DRILL, "I1", 60, "scripted", 7) == planned_acts(DRILL, "I1", 60, "scripted", 7)
    assert planned_acts(DRILL, "I1", 60, "scripted", 7) != planned_acts(DRILL, "I1", 60, "scripted", 8)


def test_robots_fill_only_empty_seats() -> None:
    assert {one.role for one in planned_acts(DRILL, "I1", 0, "best", 7, roles=["planning"])} == {"planning"}


def test_times_count_from_the_delivery() -> None:
    early, late = (planned_acts(DRILL, "I1", at, "scripted", 7) for at in (0, HOUR))
    assert [b.at_s - a.at_s for a, b in zip(early, late, strict=True)] == [HOUR] * len(ASKED)


def test_every_act_carries_what_the_console_asks_for() -> None:
    for action in acts.ACTS:
        body = right_body(DRILL, expectation(action=action))
        missing = acts.faults(action, body)
        # The script has no streams here, so there are no regions to publish.
        assert missing == () or action == "map.footprint.publish"


def test_a_level_by_the_rules_is_left_to_the_rules() -> None:
    assert right_body(DRILL, expectation(accuracy=level("rules")))["level"] == "rules"


def test_an_unknown_manner_or_inject_is_refused() -> None:
    assert MANNERS == ("none", "scripted", "best")
    with pytest.raises(ValueError, match="genius"):
        planned_acts(DRILL, "I1", 0, "genius", 7)
    with pytest.raises(ValueError, match="no inject"):
        planned_acts(DRILL, "I9", 0, "best", 7)
