"""What a playbook lays out, in a plan of a few tasks."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emergency.domain.level import Condition
from emergency.domain.playbook import (
    GROUPS,
    Activation,
    Due,
    Evidence,
    Playbook,
    ResourceRow,
    Role,
    Task,
    holds_in,
    satisfies,
    tasks_for,
)

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)
HOUR = 3600
CLOCKS = {"discovery": NOON, "activation": NOON + timedelta(hours=1)}
CONFIRM = Evidence("level.confirm")


def task(name: str, due: Due, levels: tuple[int, ...] = (1, 2, 3), **more: Any) -> Task:
    return Task(name, {"en": name}, "respond", levels, "claims", due, (CONFIRM,), **more)


def within(origin: str, hours: int) -> Due:
    return Due(origin, dict.fromkeys((1, 2, 3), hours * HOUR))


def playbook(*tasks: Task, **more: Any) -> Playbook:
    given: dict[str, Any] = {
        "id": "small",
        "version": "1.0.0",
        "title": {"en": "Small"},
        "status": "draft",
        "owner": "office",
        "incident_types": ("natural_disaster",),
        "regions": ("440000",),
        "rules": "default@1.0.0",
        "activation": Activation({1: "boss"}, {1: 900}, 24 * HOUR),
        "roles": {group: Role(group, group, {"en": group}) for group in GROUPS},
        "tasks": tasks,
        "resources": (),
        "comms": (),
        "closure": Condition("backlog.survey_hours", "le", 8),
    }
    return Playbook(**{**given, **more})


def test_tasks_are_due_so_long_after_their_origin() -> None:
    plan = playbook(task("warn", within("activation", 2)), task("report", within("discovery", 1)))
    found = tasks_for(plan, 2, CLOCKS)
    assert [(one.id, one.due_at) for one in found] == [
        ("warn", NOON + timedelta(hours=3)),
        ("report", NOON + timedelta(hours=1)),
    ]


def test_each_level_has_its_own_span_and_its_own_tasks() -> None:
    confirm = task("confirm", Due("activation", {1: 900, 2: 1800, 3: 3600}))
    grave = task("prestage", Due("activation", {1: HOUR, 2: HOUR}), levels=(1, 2))
    plan = playbook(confirm, grave)
    assert [one.id for one in tasks_for(plan, 3, CLOCKS)] == ["confirm"]
    due = tasks_for(plan, 1, CLOCKS)[0].due_at
    assert due == CLOCKS["activation"] + timedelta(minutes=15)


def test_a_clock_that_has_not_started_gives_no_due_time() -> None:
    plan = playbook(task("triage", within("impact", 4)), task("close", within("stand_down", 120)))
    assert [(one.due_at, one.due_within_s) for one in tasks_for(plan, 2, CLOCKS)] == [(None, None)] * 2


def test_occurrence_is_discovery_where_nobody_knows_it() -> None:
    plan = playbook(task("declare", within("occurrence", 1)))
    earlier = NOON - timedelta(hours=3)
    assert tasks_for(plan, 2, CLOCKS)[0].due_at == NOON + timedelta(hours=1)
    assert tasks_for(plan, 2, {**CLOCKS, "occurrence": earlier})[0].due_at == NOON - timedelta(hours=2)


def test_a_successor_waits_for_its_predecessors() -> None:
    plan = playbook(task("first", within("activation", 1)), task("then", within("task", 2), after=("first",)))
    then = tasks_for(plan, 2, CLOCKS)[1]
    assert (then.due_at, then.due_within_s, then.after) == (None, 2 * HOUR, ("first",))


def test_a_successor_of_nothing_at_this_level_counts_from_activation() -> None:
    first = task("first", Due("activation", {1: HOUR}), levels=(1,))
    plan = playbook(first, task("then", within("task", 2), after=("first",)))
    (then,) = tasks_for(plan, 2, CLOCKS)
    assert (then.due_at, then.due_within_s, then.after) == (NOON + timedelta(hours=3), None, ())


def test_a_deadline_of_the_rules_comes_from_the_rules() -> None:
    plan = playbook(task("regulator", Due("discovery", deadline="first"), hard=True))
    assert tasks_for(plan, 2, CLOCKS)[0].due_at is None
    assert tasks_for(plan, 2, CLOCKS, {"first": 2 * HOUR})[0].due_at == NOON + timedelta(hours=2)


def test_where_no_clock_of_the_rules_runs_a_span_beside_it_makes_nothing_due() -> None:
    plan = playbook(task("regulator", Due("activation", {1: HOUR, 2: HOUR, 3: HOUR}, deadline="first"), hard=True))
    assert tasks_for(plan, 2, CLOCKS)[0].due_at is None
    assert tasks_for(plan, 2, CLOCKS, {"first": 24 * HOUR})[0].due_at == NOON + timedelta(hours=24)


def test_a_due_time_needs_a_span_or_a_deadline() -> None:
    with pytest.raises(ValueError, match="neither is given"):
        Due("activation")


def test_there_is_no_level_four() -> None:
    with pytest.raises(ValueError, match="not one of 1, 2, 3"):
        tasks_for(playbook(), 4, CLOCKS)


@pytest.mark.parametrize(
    ("action", "body", "fits"),
    [
        ("report.submit", {"to": "nfra", "kind": "first", "fields": {}}, True),
        ("report.submit", {"to": "nfra", "kind": "follow_up"}, False),
        ("report.submit", {"to": "nfra"}, False),
        ("report.publish", {"to": "nfra", "kind": "first"}, False),
        ("report.submit", {"to": ["tdi", "nfra"], "kind": "first"}, True),
    ],
)
def test_evidence_is_the_act_and_what_it_says(action: str, body: dict[str, Any], fits: bool) -> None:
    asked = Evidence("report.submit", {"to": "nfra", "kind": "first"})
    assert satisfies(asked, action, body) is fits
    assert satisfies(dataclasses.asdict(asked), action, body) is fits


@pytest.mark.parametrize(
    ("code", "region", "inside"),
    [
        ("440000", "441700", True),
        ("440000", "450000", False),
        ("441700", "441702", True),
        ("441700", "440000", False),
        ("000000", "48201", True),
        ("48", "48201", True),
        ("48", "480000", False),
        ("48201", "48201", True),
        ("48201", "482010", False),
        ("410000", "CN-410100", True),
    ],
)
def test_a_region_code_takes_in_what_lies_inside(code: str, region: str, inside: bool) -> None:
    assert holds_in(code, region) is inside


def test_a_playbook_fits_by_type_peril_and_region() -> None:
    plan = playbook(perils=("typhoon", "flood"))
    assert plan.fits("natural_disaster", ("flood",), ("441700",))
    assert plan.fits("natural_disaster")
    assert not plan.fits("accident")
    assert not plan.fits("natural_disaster", ("earthquake",))
    assert not plan.fits("natural_disaster", ("flood",), ("410100",))
    assert not dataclasses.replace(plan, status="retired").fits("natural_disaster")


def test_need_follows_claims_but_not_below_the_least() -> None:
    """90 claims an hour make 2,160 a day: 54 people at 40 each."""
    by_claims = ResourceRow("surveyor", 2, "motor", per_claims=40, of="motor", horizon_s=24 * HOUR, least={2: 5})
    assert [by_claims.slots(2, rate) for rate in (90, 90.1, 1)] == [54, 55, 5]
    assert by_claims.slots(3) == 0
    fixed = ResourceRow("it_engineer", 1, fixed={1: 8, 2: 5})
    assert [fixed.slots(level, 1000) for level in (1, 2, 3)] == [8, 5, 0]


def test_a_playbook_is_whole_at_birth() -> None:
    with pytest.raises(ValueError, match="nobody is in logistics"):
        playbook(roles={group: Role(group, group, {}) for group in GROUPS[:3]})
    with pytest.raises(ValueError, match="by whom"):
        playbook(status="approved")
    with pytest.raises(ValueError, match=r"no due time for level \[3\]"):
        task("half", Due("activation", {1: 1, 2: 1}))
    with pytest.raises(ValueError, match="has none"):
        task("lost", within("task", 1))
