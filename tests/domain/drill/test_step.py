"""Steps of small drills: each inject once, in order, whatever happens to the clock or the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.drill import step
from emergency.domain.drill.facts import Change, facts, of_claims
from emergency.domain.drill.script import Amount, Arrivals, ClaimStream, Effect, InitialState, SchedulePoint
from emergency.domain.drill.step import DrillState, after_act, due
from emergency.domain.drill.stream import arrivals
from emergency.domain.level.condition import Condition
from tests.domain.drill.scripts import HOUR, MINUTE, inject, script

LATE = ClaimStream(
    "late",
    "motor",
    {"441700": 1.0},
    Arrivals("schedule", points=(SchedulePoint(0, 1), SchedulePoint(600, 2))),
    Amount("fixed", "CNY", value=5_000),
)


def ids(found: step.Due) -> list[str]:
    return [one.id for one in found.injects]


def set_(metric: str, value: Any) -> Effect:
    return Effect("set", metric=metric, value=value)


def test_an_inject_comes_at_its_time_and_only_once() -> None:
    drill = script(inject("I1"), inject("I2", at_s=HOUR))
    first = due(drill, DrillState(), 0)
    assert ids(first) == ["I1"]
    assert ids(due(drill, first.state, HOUR - 1)) == []
    second = due(drill, first.state, HOUR)
    assert (ids(second), second.state.fired) == (["I2"], {"I1": 0, "I2": HOUR})
    assert ids(due(drill, second.state, HOUR)) == []


def test_what_was_jumped_over_comes_in_order_of_time() -> None:
    drill = script(inject("B", at_s=HOUR), inject("A", at_s=0), inject("C", at_s=HOUR))
    assert ids(due(drill, DrillState(), 2 * HOUR)) == ["A", "B", "C"]


def test_a_reserve_comes_only_when_players_are_stuck() -> None:
    stuck = Condition(
        join="all",
        parts=(Condition("sim.elapsed", "ge", "30m"), Condition("allocation.surveyor.committed", "eq", 0)),
    )
    drill = script(inject("C1", at_s=None, when=stuck, kind="contingency"))
    nothing, done = {"allocation.surveyor.committed": 0}, {"allocation.surveyor.committed": 12}
    assert ids(due(drill, DrillState(), 29 * MINUTE, nothing)) == []
    assert ids(due(drill, DrillState(), 30 * MINUTE, done)) == []
    assert ids(due(drill, DrillState(), 30 * MINUTE, nothing)) == ["C1"]
    assert ids(due(drill, DrillState(), 30 * MINUTE)) == [], "unknown is not zero"


def test_what_one_inject_sets_may_call_for_the_next() -> None:
    drill = script(
        inject("I2", at_s=None, when=Condition("casualties.serious", "ge", 9)),
        inject("I1", effects=(set_("casualties.serious", 9),)),
    )
    assert ids(due(drill, DrillState(), 0)) == ["I1", "I2"]


def test_a_branch_takes_one_way() -> None:
    drill = script(
        inject("I1", effects=(set_("media.reach", "local"),)),
        inject("calm", at_s=None, when=Condition("media.reach", "lt", "provincial")),
        inject("storm", at_s=None, when=Condition("media.reach", "ge", "provincial")),
    )
    assert ids(due(drill, DrillState(), 0)) == ["I1", "calm"]


def test_the_director_holds_releases_skips_and_fires() -> None:
    drill = script(inject("I1"), inject("I2"), inject("I3", at_s=2 * HOUR))
    state = step.skip(drill, step.hold(drill, DrillState(), "I1"), "I2")
    assert ids(due(drill, state, HOUR)) == []
    assert ids(due(drill, step.release(drill, state, "I1"), HOUR)) == ["I1"]
    state = step.fire(drill, state, "I3", 60)
    assert state.fired == {"I3": 60}
    with pytest.raises(ValueError, match="sent at 60 s"):
        step.fire(drill, state, "I3", 90)
    with pytest.raises(ValueError, match="no inject X"):
        step.hold(drill, state, "X")


def test_effects_mark_block_and_begin_streams() -> None:
    drill = script(
        inject(
            "I1",
            effects=(
                Effect("mark", name="impact"),
                Effect("block", edge="A-B", until_s=HOUR),
                Effect("resource", changes={"kind": "drone", "count": -4}),
                Effect("stream", changes={"id": "late"}, claims=LATE),
            ),
        )
    )
    got = due(drill, DrillState(), 0)
    assert (got.marks, got.blocked, got.lifted) == (("impact",), {"A-B": HOUR}, ())
    assert (got.resources, got.streams) == (({"kind": "drone", "count": -4},), ({"id": "late"},))
    assert step.marks(drill, got.state) == {"impact": 0}
    assert step.started_streams(drill, got.state) == ((0, LATE),)
    assert step.next_s(drill, got.state) == HOUR
    later = due(drill, got.state, HOUR)
    assert (later.blocked, later.lifted) == ({}, ("A-B",))


def test_the_drill_ends_at_its_end_and_not_after() -> None:
    drill = script(inject("I1"), duration_s=HOUR)
    got = due(drill, DrillState(), 5 * HOUR)
    assert (got.now_s, got.over) == (HOUR, True)
    assert step.next_s(drill, got.state) is None


def test_the_next_moment_is_a_timed_inject_or_one_a_condition_names() -> None:
    late = Condition("sim.elapsed", "ge", "30m")
    drill = script(inject("I1"), inject("C1", at_s=None, when=late), inject("I2", at_s=HOUR))
    state, moments = DrillState(), []
    while (moment := step.next_s(drill, state)) is not None:
        moments.append(moment)
        state = due(drill, state, moment).state
    assert moments == [0, 30 * MINUTE, HOUR, 4 * HOUR]
    assert state.fired == {"I1": 0, "C1": 30 * MINUTE, "I2": HOUR}


def test_time_never_steps_back() -> None:
    with pytest.raises(ValueError, match="step back"):
        due(script(inject("I1")), DrillState(at_s=60), 59)


def outage_facts(minute: int, *changes: Change) -> tuple[Any, Any]:
    known = facts(sorted(changes, key=lambda c: c.at_s), minute * MINUTE, {})
    return known.get("outage.one_province_minutes"), known.get("outage.multi_province_minutes")


def test_an_outage_grows_older_until_the_system_is_up() -> None:
    down = Change(0, "system.core_claims", "down")
    assert outage_facts(35, down) == (35, 0)
    assert outage_facts(50, down, Change(40 * MINUTE, "system.core_claims", "up")) == (0, 0)
    assert outage_facts(5) == (None, None)


def test_a_second_province_has_an_age_of_its_own() -> None:
    down, second = (
        Change(0, "system.core_claims", "down"),
        Change(5 * MINUTE, "system.core_claims.provinces", 2),
    )
    assert outage_facts(35, down, second) == (35, 30)
    told = Change(35 * MINUTE, "outage.multi_province_minutes", 30)
    assert outage_facts(35, down, told) == (35, 30)
    assert outage_facts(45, down, told) == (45, 40)


def test_an_outage_told_to_be_over_does_not_grow() -> None:
    told = Change(0, "outage.one_province_minutes", 35)
    assert outage_facts(10, told) == (45, 0)
    assert outage_facts(20, told, Change(10 * MINUTE, "outage.one_province_minutes", 0)) == (0, 0)


def test_a_failover_ends_the_outage_and_a_manual_log_is_remembered() -> None:
    drill = script(inject("I1", effects=(set_("system.core_claims", "down"),)))
    state = due(drill, DrillState(), 20 * MINUTE).state
    state = after_act(state, 30 * MINUTE, "policy.enable", {"name": "manual_fnol"})
    state = after_act(state, 60 * MINUTE, "system.failover", {})
    known = step.state_facts(drill, state, 90 * MINUTE)
    assert (known["policy.manual_fnol"], known["outage.one_province_minutes"]) == ("on", 0)
    assert after_act(state, 0, "aar.publish", {}) == state


def test_the_gravest_warning_stands_for_any() -> None:
    changes = [Change(0, "alert.cma.typhoon", "orange"), Change(0, "alert.cma.rainstorm", "red")]
    assert facts(changes, 0, {})["alert.cma.any"] == "red"


def test_facts_known_at_the_start_are_facts() -> None:
    drill = script(inject("I1"), initial_state=InitialState(facts={"exposure.policies_in_footprint": 5000}))
    assert step.state_facts(drill, DrillState(), 0)["exposure.policies_in_footprint"] == 5000


def test_claims_are_counted_without_their_duplicates() -> None:
    points = (SchedulePoint(HOUR, 4), SchedulePoint(30 * HOUR, 6))
    stream = ClaimStream(
        "injury", "personal_injury", {"441700": 0.5, "440800": 0.5}, Arrivals("schedule", points=points),
        Amount("fixed", "CNY", value=300_000), {"duplicate": 0.5},
    )  # fmt: skip
    claims = arrivals(stream, 1, 0, 36 * HOUR)
    assert len(claims["row"]) == 15
    early = of_claims(claims, 2 * HOUR)
    assert (early["claims.last_24h"], early["loss.estimated_gross"]) == (4, 1_200_000)
    late = of_claims(claims, 30 * HOUR, {"surveyor": 3})
    assert (late["claims.total"], late["claims.last_24h"], late["regions.prefectures"]) == (10, 6, 2)
    assert (late["payout.injury_estimated"], late["payout.property_estimated"]) == (3_000_000, 0)
    assert late["allocation.surveyor.committed"] == 3


@given(
    st.lists(st.integers(0, 3600), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=15),
)
@settings(deadline=None)
def test_no_inject_comes_twice_and_none_is_lost_through_jumps_and_killed_servers(
    times: list[int], steps: list[tuple[int, bool]]
) -> None:
    drill = script(*(inject(f"I{n}", at_s=at) for n, at in enumerate(times)), duration_s=3600)
    state, now, came = DrillState(), 0, []
    for wait, killed in [*steps, (3600, False)]:
        now += wait
        step_taken = due(drill, state, now)
        if killed:  # nothing was stored: the step is simply taken again from the stored state
            state = DrillState.from_json(json.loads(json.dumps(state.to_json(), sort_keys=True)))
            continue
        came += ids(step_taken)
        state = DrillState.from_json(json.loads(json.dumps(step_taken.state.to_json(), sort_keys=True)))
    assert sorted(came) == sorted(one.id for one in drill.injects)
    delivered = [state.fired[name] for name in came]
    assert delivered == sorted(delivered)
    assert all(state.fired[f"I{n}"] >= at for n, at in enumerate(times))
