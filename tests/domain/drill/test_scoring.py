"""Scores worked out by hand, and what must hold of every score."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.drill.answer import Act, Delivery, Truth, due_s, leapt, timeliness
from emergency.domain.drill.record import message_from
from emergency.domain.drill.scoring import OutcomeValue, Score, score, score_outcome
from emergency.domain.drill.script import AccuracySpec, Decay, Outcome, Scoring
from emergency.domain.level.condition import Condition
from emergency.texts import Message, speaker
from tests.domain.drill.scripts import HOUR, MINUTE, expectation, inject, level, outcome, script

LINEAR = Decay()


def confirm(minute: float, given: int = 2, **body: Any) -> Act:
    return Act(int(minute * MINUTE), "commander", "wang", "level.confirm", {"level": given, **body}, entry=5)


def commit(minute: float, **body: Any) -> Act:
    return Act(int(minute * MINUTE), "planning", "li", "allocation.commit", {"kind": "surveyor", **body})


@pytest.mark.parametrize(("minutes", "points"), [(0, 100), (30, 100), (36, 80), (45, 50), (60, 0), (90, 0)])
def test_a_thirty_minute_task_loses_credit_in_step_with_its_lateness(minutes: int, points: float) -> None:
    assert timeliness(minutes * MINUTE, 30 * MINUTE, LINEAR) == pytest.approx(points)


def test_a_hard_limit_gives_nothing_after_it_and_half_life_halves_each_half_limit() -> None:
    assert timeliness(30 * MINUTE, 30 * MINUTE, Decay("hard")) == 100
    assert timeliness(30 * MINUTE + 1, 30 * MINUTE, Decay("hard")) == 0
    assert timeliness(45 * MINUTE, 30 * MINUTE, Decay("half_life")) == 50
    assert timeliness(60 * MINUTE, 30 * MINUTE, Decay("half_life")) == 25


def test_a_small_drill_scored_by_hand() -> None:
    drill = script(
        inject("I1", expectation("E1", weight=10, accuracy=level(2), critical=True)),
        inject(
            "I2",
            expectation("E2", weight=30, objective="O2", role="planning", action="allocation.commit", within_s=HOUR),
            at_s=HOUR,
        ),
        outcomes=(outcome(target="oracle", floor="baseline"),),
    )
    got = score(
        drill,
        [confirm(36, given=1), commit(100)],
        [Delivery("I1", 0), Delivery("I2", HOUR)],
        {"K1": OutcomeValue(played=0.6, baseline=0.5, oracle=0.9)},
    ).to_json()
    first, second = got["objectives"]
    # O1: T 80 (36 of 30 min), A 70 (one too high), no outcome: (0.3·80 + 0.3·70) / 0.6 = 75.
    assert (first["timeliness"], first["accuracy"], first["effectiveness"]) == (80, 70, None)
    assert (first["score"], first["band"]) == (75, "S")
    # O2: T 100, E 100·(0.6−0.5)/(0.9−0.5) = 25: (0.3·100 + 0.4·25) / 0.7 = 57.1.
    assert (second["timeliness"], second["accuracy"], second["effectiveness"]) == (100, None, 25)
    assert (second["score"], second["band"]) == (57.1, "U")
    # Overall 0.4·75 + 0.6·57.14 = 64.3; T (10·80 + 30·100) / 40 = 95.
    assert (got["overall"], got["timeliness"], got["accuracy"], got["effectiveness"]) == (64.3, 95, 70, 25)
    assert (got["band"], got["passed"]) == ("M", False)
    assert got["expectations"][0]["entry"] == 5


def alone(*acts: Act, end_s: int | None = None, truth: Truth | None = None, **asked: Any) -> Score:
    """A drill of one expectation; O2 has no data and drops out."""
    return score(script(inject("I1", expectation(**asked))), acts, [Delivery("I1", 0)], {}, truth, end_s)


def test_time_that_was_jumped_counts_for_nobody() -> None:
    # Asked at 0 within 30 min; the clock goes from minute 10 to minute 50; confirmed at minute 70: 30 min of their own.
    leap = Truth(leaps=((10 * MINUTE, 50 * MINUTE),))
    assert (alone(confirm(70), truth=leap).answers[0].taken_s, alone(confirm(70)).answers[0].taken_s) == (1800, 4200)
    assert alone(confirm(70), truth=leap).marks.timeliness == 100
    # At 50 sharp they had 10 minutes; at 76 they are 6 minutes late.
    assert alone(confirm(50), truth=leap).answers[0].taken_s == 600
    assert alone(confirm(76), truth=leap).marks.timeliness == pytest.approx(80)


def test_what_had_too_little_time_left_by_a_jump_is_void_and_what_had_enough_is_missed() -> None:
    to_the_end = Truth(leaps=((10 * MINUTE, 4 * HOUR),))
    (void,) = alone(truth=to_the_end).answers
    assert void.void is not None and "moved on by 230 min" in speaker("en")(void.void)
    assert alone(truth=Truth(leaps=((10 * MINUTE, 3 * HOUR),))).answers[0].void is None, "40 minutes were left"


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=4), st.integers(0, 200))
def test_an_act_at_the_second_it_is_due_took_exactly_its_limit(cuts: list[tuple[int, int]], delivered: int) -> None:
    edges = sorted({edge for cut in cuts for edge in cut})
    leaps = list(zip(edges[::2], edges[1::2], strict=False))
    due = due_s(expectation(within_s=100), delivered, leaps)
    assert due - delivered - leapt(leaps, delivered, due) == 100


def test_an_outcome_says_nothing_where_nobody_could_act_for_more_than_a_fifth_of_the_drill() -> None:
    drill = script(
        inject("I1", expectation(objective="O2")), outcomes=(outcome(target="oracle", floor="baseline"),)
    )
    asked, value = [Delivery("I1", 0)], {"K1": OutcomeValue(played=0.6, baseline=0.5, oracle=0.9)}
    some, much = (Truth(leaps=((2 * MINUTE, end * MINUTE),)) for end in (50, 51))
    assert score(drill, [], asked, value, some).measured[0].points == pytest.approx(25)
    assert score(drill, [], asked, value, much).measured[0].void is not None
    done_before = score(drill, [confirm(1)], asked, value, much)
    assert done_before.measured[0].points == pytest.approx(25)


def test_nobody_acting_scores_nothing() -> None:
    got = alone(accuracy=level(2))
    assert (got.overall, got.band, got.passed) == (0, "U", False)
    assert (got.marks.timeliness, got.marks.accuracy, got.marks.coverage) == (0, 0, 0)


def test_an_act_before_the_inject_earns_nothing_unless_it_is_allowed() -> None:
    drill = script(inject("I1", expectation(), at_s=HOUR))
    early = [confirm(30)]
    assert score(drill, early, [Delivery("I1", HOUR)], {}).marks.timeliness == 0
    drill = script(inject("I1", expectation(allow_early=True), at_s=HOUR))
    got = score(drill, early, [Delivery("I1", HOUR)], {})
    assert (got.marks.timeliness, got.answers[0].taken_s) == (100, 0)


def test_the_first_matching_act_counts_and_a_later_correction_does_not() -> None:
    got = alone(confirm(10, given=3), confirm(20, given=2), accuracy=level(2))
    assert got.answers[0].accuracy == 40


def test_an_act_must_carry_the_fields_asked_for() -> None:
    asked = {"role": "planning", "action": "allocation.commit", "match": {"kind": "fnol_agent"}}
    assert not alone(commit(10), **asked).answers[0].performed
    assert alone(commit(10, kind="fnol_agent"), **asked).answers[0].performed
    asked |= {"match": {"urgent": "true"}}
    assert alone(commit(10, kind="x", urgent=True), **asked).answers[0].act


@pytest.mark.parametrize(
    ("role", "counts"), [("commander", True), ("commander/deputy", True), ("planning", False), ("director", False)]
)
def test_an_act_counts_only_in_the_role_that_was_asked_or_its_deputys(role: str, counts: bool) -> None:
    assert alone(replace(confirm(10), role=role)).answers[0].performed is counts


def test_one_act_may_answer_two_expectations_and_each_says_so() -> None:
    drill = script(inject("I1", expectation("E1"), expectation("E2")))
    got = score(drill, [confirm(5)], [Delivery("I1", 0)], {})
    assert [answer.shared_with for answer in got.answers] == [("E2",), ("E1",)]


def test_the_truth_of_a_level_may_be_what_the_rules_gave_at_that_minute() -> None:
    rules = Truth(level_at=lambda second: 3 if second < 20 * MINUTE else 1)
    assert alone(confirm(10, given=3), accuracy=level("rules"), truth=rules).answers[0].accuracy == 100
    assert alone(confirm(25, given=3), accuracy=level("rules"), truth=rules).answers[0].accuracy == 0


def test_a_message_nobody_ticked_off_against_the_list_is_for_evaluators_to_read_and_not_worth_nothing() -> None:
    spec = AccuracySpec("checklist", must=("hotline", "documents"))
    written, ticked = confirm(5), confirm(5, covers=["hotline"])
    assert alone(written, accuracy=spec).answers[0].accuracy is None
    assert alone(written, accuracy=spec, truth=Truth(ratings={"E1": {"eval-a": "S"}})).answers[0].accuracy == 80
    assert alone(ticked, accuracy=spec).answers[0].accuracy == 50


def test_what_evaluators_have_not_rated_is_left_out() -> None:
    spec = AccuracySpec("evaluator")
    assert alone(confirm(5), accuracy=spec).marks.accuracy is None
    rated = Truth(ratings={"E1": {"eval-a": "S"}})
    assert alone(confirm(5), accuracy=spec, truth=rated).marks.accuracy == 80


def test_accuracy_counts_in_full_only_from_four_fifths_done() -> None:
    drill = script(
        inject(
            "I1",
            expectation("E1", weight=40, accuracy=level(2)),
            expectation("E2", weight=60, action="aar.publish"),
        )
    )
    got = score(drill, [confirm(5)], [Delivery("I1", 0)], {})
    assert got.marks.coverage == 0.4
    assert got.marks.accuracy == 50


def test_one_missed_critical_action_caps_the_objective_and_two_make_it_u() -> None:
    done = expectation("E0", weight=1000)
    one = script(inject("I1", done, expectation("E1", weight=1, critical=True, action="report.submit")))
    got = score(one, [confirm(5)], [Delivery("I1", 0)], {}).objectives[0]
    assert (got.score, got.band, got.missed_critical) == (74.9, "M", ("E1",))
    two = script(
        inject(
            "I1",
            done,
            expectation("E1", weight=1, critical=True, action="report.submit"),
            expectation("E2", weight=1, critical=True, action="aar.publish"),
        )
    )
    got = score(two, [confirm(5)], [Delivery("I1", 0)], {}).objectives[0]
    assert (got.score, got.band) == (59.9, "U")


def test_an_objective_that_failed_holds_the_whole_at_m() -> None:
    drill = script(
        inject("I1", expectation("E1", objective="O1", action="aar.publish"), expectation("E2", objective="O2")),
        objectives=(
            script(inject("I1")).objectives[0].__class__("O1", "x", {"en": "x"}, 5),
            script(inject("I1")).objectives[0].__class__("O2", "y", {"en": "y"}, 95),
        ),
    )
    got = score(drill, [confirm(5)], [Delivery("I1", 0)], {})
    assert (got.overall, got.band) == (95, "M")


def test_a_contingency_that_had_to_be_fired_costs_its_points() -> None:
    stuck = Condition("sim.elapsed", "ge", 60)
    drill = script(
        inject("I1", expectation("E1")), inject("C1", at_s=None, when=stuck, kind="contingency", penalty=5.0)
    )
    without = score(drill, [confirm(5)], [Delivery("I1", 0)], {})
    fired = score(drill, [confirm(5)], [Delivery("I1", 0), Delivery("C1", 60)], {})
    assert (without.overall, fired.overall) == (100, 95)


def test_a_broken_hard_limit_keeps_the_band_below_p() -> None:
    drill = script(
        inject(
            "I1",
            expectation("E1", weight=99),
            expectation("E2", weight=1, action="report.submit", decay="hard"),
        )
    )
    got = score(drill, [confirm(5)], [Delivery("I1", 0)], {}).objectives[0]
    assert (got.score, got.band) == (99, "S")


def test_an_inject_not_delivered_counts_neither_way() -> None:
    drill = script(inject("I1", expectation("E1", weight=90)), inject("I2", expectation("E2", weight=10), at_s=HOUR))
    got = score(drill, [confirm(5)], [Delivery("I1", 0)], {})
    assert (got.overall, got.void_share) == (100, 0.1)
    assert got.to_json()["voids"][0]["id"] == "E2"


def test_above_a_fifth_of_void_weight_the_drill_is_not_rated() -> None:
    drill = script(inject("I1", expectation("E1", weight=79)), inject("I2", expectation("E2", weight=21), at_s=HOUR))
    got = score(drill, [confirm(5)], [Delivery("I1", 0)], {})
    assert (got.rated, got.overall, got.band, got.passed) == (False, None, None, None)
    assert "21 %" in str(got.reasons[0])


def test_a_fault_of_the_simulator_voids_even_what_was_done() -> None:
    drill = script(inject("I1", expectation("E1", weight=90)), inject("I2", expectation("E2", weight=10)))
    fault = Delivery("I2", 0, Message("The simulator stood still"))
    assert score(drill, [confirm(200)], [Delivery("I1", 0), fault], {}).answers[1].void is not None


def test_no_time_for_an_answer_voids_a_miss_but_not_a_hit() -> None:
    late = [Delivery("I1", 4 * HOUR - 10 * MINUTE)]
    drill = script(inject("I1", expectation("E1")))
    assert score(drill, [], late, {}).answers[0].void is not None
    assert score(drill, [confirm(235)], late, {}).overall == 100
    assert score(drill, [], [Delivery("I1", 0)], {}, end_s=20 * MINUTE).answers[0].void is not None


def test_a_condition_that_never_came_true_calls_for_nothing() -> None:
    drill = script(
        inject("I1", expectation("E1")),
        inject("I2", expectation("E2"), at_s=None, when=Condition("casualties.serious", "ge", 9)),
    )
    assert [a.expectation.id for a in score(drill, [confirm(5)], [Delivery("I1", 0)], {}).answers] == ["E1"]


@pytest.mark.parametrize(
    ("better", "target", "floor", "x", "points"),
    [
        ("higher", 0.9, 0.5, 0.7, 50),
        ("higher", 0.9, 0.5, 0.95, 100),
        ("higher", 0.9, 0.5, 0.1, 0),
        ("lower", 0.0, 30.0, 12.0, 60),
        ("lower", "oracle", "baseline", 700.0, 30),
    ],
)
def test_effect_is_the_share_of_the_way_from_floor_to_target(
    better: str, target: Any, floor: Any, x: float, points: float
) -> None:
    asked = outcome(better=better, target=target, floor=floor)
    assert score_outcome(asked, OutcomeValue(x, baseline=1000, oracle=0)).points == pytest.approx(points)


def test_an_outcome_nobody_could_change_is_void_not_perfect() -> None:
    asked = outcome(target="oracle", floor="baseline")
    assert score_outcome(asked, OutcomeValue(5, 5, 5)).points is None
    assert score_outcome(asked, OutcomeValue(None)).void is not None


def test_a_score_is_plain_json_and_its_sentences_can_be_spoken_again() -> None:
    record = json.loads(json.dumps(alone(confirm(5, given=1), accuracy=level(2)).to_json()))
    note = message_from(record["expectations"][0]["accuracy_note"])
    assert speaker("en")(note) == "Level Ⅰ was higher than the Ⅱ called for"
    assert speaker("zh_CN")(note) != speaker("en")(note)


MINUTES = st.integers(0, 239)


@st.composite
def plays(draw: st.DrawFn) -> tuple[Any, list[Act], dict[str, OutcomeValue]]:
    asked = [
        expectation(
            f"E{i}",
            objective=draw(st.sampled_from(["O1", "O2"])),
            weight=draw(st.integers(1, 20)),
            critical=draw(st.booleans()),
            decay=draw(st.sampled_from([None, "hard", "half_life", "linear"])),
            accuracy=draw(st.sampled_from([None, level(2), level(1)])),
            match={"n": i},
        )
        for i in range(draw(st.integers(1, 5)))
    ]
    drill = script(inject("I1", *asked), outcomes=(outcome(),))
    acts = [
        confirm(draw(MINUTES), given=draw(st.integers(1, 3)), n=i) for i in range(len(asked)) if draw(st.booleans())
    ]
    return drill, acts, {"K1": OutcomeValue(draw(st.none() | st.floats(-2, 2)))}


@given(plays())
@settings(deadline=None)
def test_every_score_lies_between_0_and_100_and_is_the_same_again(play: Any) -> None:
    drill, acts, values = play
    got = score(drill, acts, [Delivery("I1", 0)], values)
    for points in (got.overall, *(o.score for o in got.objectives), *vars_of(got)):
        assert points is None or 0 <= points <= 100
    assert got.to_json() == score(drill, acts[::-1], [Delivery("I1", 0)], values).to_json()


def vars_of(got: Score) -> list[float | None]:
    return [got.marks.timeliness, got.marks.accuracy, got.marks.effectiveness]


@given(plays(), st.data())
@settings(deadline=None)
def test_doing_the_same_earlier_never_scores_worse(play: Any, data: st.DataObject) -> None:
    drill, acts, values = play
    if not acts:
        return
    chosen = data.draw(st.integers(0, len(acts) - 1))
    sooner = [*acts]
    act = acts[chosen]
    sooner[chosen] = Act(data.draw(st.integers(0, act.at_s)), act.role, act.actor, act.action, act.body)
    before = score(drill, acts, [Delivery("I1", 0)], values)
    after = score(drill, sooner, [Delivery("I1", 0)], values)
    assert (after.overall or 0) >= (before.overall or 0) - 1e-9


@given(plays(), st.integers(1, 3))
@settings(deadline=None)
def test_doing_what_was_missed_never_loses_timeliness(play: Any, given_level: int) -> None:
    drill, acts, values = play
    done = {act.body["n"] for act in acts}
    missing = [i for i in range(len(drill.injects[0].expects)) if i not in done]
    if not missing:
        return
    more = [*acts, confirm(5, given=given_level, n=missing[0])]
    before = score(drill, acts, [Delivery("I1", 0)], values).marks.timeliness
    after = score(drill, more, [Delivery("I1", 0)], values).marks.timeliness
    assert before is not None and after is not None and after > before


def test_the_weights_of_the_dimensions_come_from_the_script() -> None:
    only_time = Scoring({"timeliness": 1.0, "accuracy": 0.0, "effectiveness": 0.0}, {"P": 90, "S": 75, "M": 60}, 74.9)
    drill = script(inject("I1", expectation("E1", accuracy=level(1))), scoring=only_time)
    assert score(drill, [confirm(5, given=3)], [Delivery("I1", 0)], {}).overall == 100


def ended(end_s: int, *kpis: Outcome, acts: tuple[Act, ...] = (), **more: Any) -> Score:
    """A drill of four hours that was ended: E1 at once, the plan asked for after an hour; O2 has the outcomes."""
    drill = script(
        inject("I1", expectation("E1", accuracy=level(2))),
        inject("I2", expectation("E2", objective="O2", role="planning", action="allocation.commit", **more), at_s=HOUR),
        outcomes=kpis,
    )
    delivered = [Delivery("I1", 0), *([Delivery("I2", HOUR)] if end_s >= HOUR else [])]
    values = {one.id: OutcomeValue(played=0.6, baseline=0.2, oracle=1.0) for one in kpis}
    return score(drill, [confirm(10), *acts], delivered, values, end_s=end_s)


AGAINST_ENGINE = outcome(target="oracle", floor="baseline")


@pytest.mark.parametrize(
    ("minutes", "kpi", "points"),
    [
        (240, outcome(), 50.0),  # played to its end: halfway from 0.4 to 0.8
        (239, outcome(), 50.0),  # a minute is no early end
        (230, outcome(), None),  # 0.4 and 0.8 are figures of four hours
        (230, AGAINST_ENGINE, 50.0),  # all plays were ended at the same minute: 0.6 of 0.2 to 1.0
        (192, AGAINST_ENGINE, 50.0),  # exactly a fifth of the drill is missing
        (191, AGAINST_ENGINE, None),
        (230, outcome(target=0.8, floor="baseline"), 200 / 3),
    ],
)
def test_what_an_early_end_cut_off_is_no_outcome(minutes: int, kpi: Outcome, points: float | None) -> None:
    found = ended(minutes * MINUTE, kpi, acts=(commit(70),)).measured[0]
    assert found.points == pytest.approx(points)
    assert (found.void is not None, found.cut) == (points is None, points is None)


def test_a_drill_is_not_rated_where_more_than_a_fifth_of_its_score_was_cut_off() -> None:
    """O1 weighs 40, O2 60; O2 has times and outcomes: 0.4 of 0.3 + 0.4 hang on what it achieves."""
    whole = ended(230 * MINUTE, outcome(), acts=(commit(70),))
    assert whole.overall is None and whole.void_share == 0
    assert str(whole.reasons[0]) == "Not rated: 34 % of the score hangs on figures that the early end cut off"
    half = ended(230 * MINUTE, outcome(), outcome("K2", target="oracle", floor="baseline"), acts=(commit(70),))
    assert half.overall is not None, "17 % are listed as void, the rest is rated"
    assert [one["id"] for one in half.to_json()["voids"]] == ["K1"]
    assert half.objectives[1].marks.effectiveness == pytest.approx(50)


def test_what_could_not_be_asked_or_done_any_more_is_void_and_listed() -> None:
    """Ended after 30 minutes: I2 never came. Ended after 75: E2 had a quarter of an hour of its half."""
    early = ended(30 * MINUTE)
    assert [str(a.void) for a in early.answers if a.void] == ["The inject was not delivered"]
    later = ended(75 * MINUTE)
    assert [one["id"] for one in later.to_json()["voids"]] == ["E2"]
    assert later.overall is None and str(later.reasons[0]) == "Not rated: 50 % of the weight is void"
    assert ended(75 * MINUTE, acts=(commit(70),)).overall == pytest.approx(100), "what was done stays"
