"""The content of an after-action report, from a drill small enough to see through."""

from __future__ import annotations

import json

import pytest

from emergency.domain.drill.answer import Act, Delivery
from emergency.domain.drill.measures import in_unit
from emergency.domain.drill.review import Review, after_action, timeline
from emergency.domain.drill.scoring import OutcomeValue, score
from emergency.domain.drill.words import duration
from emergency.texts import Message, speaker
from tests.domain.drill.scripts import HOUR, MINUTE, expectation, inject, level, outcome, script

DRILL = script(
    inject(
        "I1",
        expectation("E1", weight=10, accuracy=level(2)),
        expectation("E2", weight=10, action="aar.publish"),
    ),
    inject("I2", expectation("E3", objective="O2", action="allocation.commit", role="planning"), at_s=HOUR),
    outcomes=(outcome(),),
    hotwash=({"en": "Which step was slowest?"},),
)
ACTS = [
    Act(36 * MINUTE, "commander", "wang", "level.confirm", {"level": 1}, entry=11),
    Act(HOUR + 5 * MINUTE, "planning", "li", "allocation.commit", {"kind": "surveyor"}, entry=12),
]
DELIVERIES = [Delivery("I1", 0), Delivery("I2", HOUR)]


def review(value: float | None = 0.6) -> Review:
    found = score(DRILL, ACTS, DELIVERIES, {"K1": OutcomeValue(value)})
    return after_action(DRILL, found, timeline(DRILL, ACTS, DELIVERIES, found))


def test_the_timeline_tells_injects_and_acts_in_order_with_their_proof() -> None:
    told = [(moment.at_s, moment.id, moment.entry, moment.answers) for moment in review().timeline]
    assert told == [
        (0, "I1", None, ()),
        (36 * MINUTE, "level.confirm", 11, ("E1",)),
        (HOUR, "I2", None, ()),
        (HOUR + 5 * MINUTE, "allocation.commit", 12, ("E3",)),
    ]


def test_the_largest_loss_comes_first() -> None:
    # O1 has 40 points, half for time and half for accuracy. E2, half of the time, was missed: 10.
    # E1's accuracy 70 is all that was rated: 20 · 0.3 = 6; its time 80 of its half: 10 · 0.2 = 2.
    # O2 has 60 points, 4 of 7 for the outcome, half reached: 60 · 4/7 · 0.5 = 17.1.
    found = review().gaps
    assert [(gap.source, gap.dimension) for gap in found] == [
        ("K1", "effectiveness"),
        ("E2", "timeliness"),
        ("E1", "accuracy"),
        ("E1", "timeliness"),
    ]
    assert [gap.lost for gap in found] == pytest.approx([60 * 4 / 7 * 0.5, 10, 6, 2])
    assert len(review().top_gaps) == 3


def test_each_top_gap_becomes_the_draft_of_an_improvement() -> None:
    drafts = review().drafts
    assert [(d.source, d.element, d.owner_role) for d in drafts] == [
        ("K1", "organisation", "planning"),
        ("E2", "training", "commander"),
        ("E1", "planning", "commander"),
    ]
    assert drafts[1].target_metric == "drill.small.E2.timeliness"


def test_a_poor_outcome_goes_to_who_had_the_heaviest_act_of_its_objective() -> None:
    light = expectation("E1", objective="O2", role="it-ops", weight=3)
    heavy = expectation("E2", objective="O2", role="planning", weight=15)
    drill = script(inject("I1", light, heavy), outcomes=(outcome(),))
    found = score(drill, [], [Delivery("I1", 0)], {"K1": OutcomeValue(0.4)})
    drafts = {one.source: one.owner_role for one in after_action(drill, found, ()).drafts}
    assert drafts["K1"] == "planning"


def test_what_went_well_is_said_too() -> None:
    found = [str(strength) for strength in review().strengths]
    assert found == ["E3: planning took 5 min of 30 min (allocation.commit)"]


def test_a_void_outcome_is_listed_and_costs_nothing() -> None:
    found = review(None)
    assert all(gap.source != "K1" for gap in found.gaps)
    assert [str(void) for void in found.voids] == ["K1: There was nothing to measure"]


def test_the_verdict_says_passed_or_not() -> None:
    assert str(review().verdict).startswith("Not passed: ")
    assert speaker("zh_CN")(review().verdict).startswith("未通过")


def test_a_review_is_plain_json() -> None:
    record = json.loads(json.dumps(review().to_json()))
    assert record["bars"] == {"timeliness": 60.0, "accuracy": 58.3, "effectiveness": 50.0}
    assert record["hotwash"] == [{"en": "Which step was slowest?"}]


def test_a_drill_in_which_nobody_acted_still_has_a_report() -> None:
    nothing = score(DRILL, [], DELIVERIES, {})
    found = after_action(DRILL, nothing, timeline(DRILL, [], DELIVERIES))
    assert [gap.source for gap in found.top_gaps] == ["E3", "E1", "E2"]
    assert "did not do it" in str(found.top_gaps[0].text)


SPANS = [
    (0, "0 min", "0 分钟"),
    (45, "45 s", "45 秒"),
    (2160, "36 min", "36 分钟"),
    (2165, "36 min 5 s", "36 分 5 秒"),
    (7200, "2 h", "2 小时"),
    (5400, "1 h 30 min", "1 小时 30 分"),
    (90_061, "25 h 1 min 1 s", "25 小时 1 分 1 秒"),
]


@pytest.mark.parametrize(("seconds", "english", "chinese"), SPANS)
def test_a_span_is_told_in_one_form_in_each_language(seconds: int, english: str, chinese: str) -> None:
    assert [speaker(one)(duration(seconds)) for one in ("en", "zh_CN")] == [english, chinese]


VALUES = [
    ("claims.surveyed_within_24h", 0.6, "60.0 %"),
    ("claims.lost", 1234, "1,234 reports of loss"),
    ("claims.never_surveyed", 3, "3 claims"),
    ("demand.unmet_person_hours", 2.5, "2.5 person-hours"),
    ("allocation.surveyor.committed", 40, "40 people"),
    ("allocation.drone.committed", 2, "2 pieces"),
]


@pytest.mark.parametrize(("metric", "value", "text"), VALUES)
def test_a_figure_says_its_unit(metric: str, value: float, text: str) -> None:
    found = in_unit(metric, value)
    assert isinstance(found, Message) and speaker("en")(found) == text


def test_where_there_is_no_figure_there_is_no_unit_either() -> None:
    assert in_unit("claims.lost", None) == "–"
