"""Playbook files: what they become, and what is told of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.playbook import Due, Evidence
from emergency.library import load_playbook
from tests.library.small import PLAYBOOK, line_of, told

SURVEY = "{id: survey,"


def test_a_playbook_file_becomes_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "small.playbook.yaml"
    path.write_text(PLAYBOOK, encoding="utf-8")
    plan = load_playbook(path)
    assert (plan.id, plan.version, plan.rules, len(plan.sha256)) == ("small-storm", "1.2.0", "default@^1.0", 64)
    assert plan.activation.confirm_within_s == {3: 3600, 2: 1800, 1: 900}
    activate, survey = plan.tasks
    assert activate.due == Due("activation", {3: 3600, 2: 1800, 1: 900})
    assert (survey.due, survey.after, survey.levels) == (Due("task", {1: 3600, 2: 3600}), ("activate",), (1, 2))
    assert survey.evidence == (Evidence("allocation.commit"),)
    assert (plan.resources[0].per_claims, plan.resources[0].horizon_s) == (40, 86400)
    assert plan.comms[0].first_s == {1: 10800, 2: 10800}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("after: [activate]", "after: [activat]", "allowed: activate, survey (did you mean activate?)"),
        ("after: [activate]", "after: [survey]", "these tasks wait for each other: survey → survey"),
        ("after: [activate], ", "", "counts from its predecessors, but has none"),
        ("id: survey", "id: activate", "activate is already used in line 22"),
        ("role: claims-ops", "role: claims_ops", 'found "claims_ops"; allowed: commander, claims-ops'),
        ("{3: 60m, 2: 30m, 1: 15m}}", "{2: 30m, 1: 15m}}", "no span for level 3, which is listed under levels"),
        ("action: allocation.commit", "action: alocation.commit", "(did you mean allocation.commit?)"),
        ("group: logistics", "group: response_team", "nobody is in logistics"),
        ("approver: commander", "approver: boss", 'found "boss"; allowed: commander'),
        ("status: draft", "status: approved", "missing: approved"),
        ('regions: ["440000"]', "regions: [440000]", "found 440000; allowed: a region code in quotes"),
        ('regions: ["440000"]', 'regions: ["4400"]', 'found "4400"; allowed: a region code in quotes'),
        ("{en: Survey}", "{en: Survey, now}", "a half-width comma inside braces splits text"),
        ("{en: Survey}", "{en: 存储故障,两省中断}", "key 两省中断 is not known here; allowed: zh, en"),
        ("from: activation", "from: start", "allowed: occurrence, discovery, activation, impact, task, stand_down"),
        ("per_claims: 40", "per_claims: 0", "found 0; allowed: more than 0"),
        ("priority: 2", "priority: 7", "found 7; allowed: 1, 2, 3, 4, 5"),
        (
            "perils: [typhoon]",
            "overrides: [{level: 1, pre_event: true, when: {metric: alert.cma.any, op: eq, value: red}}]",
            "a pre_event override gives level 2 at most (write level: 2)",
        ),
        (
            "perils: [typhoon]",
            "overrides: [{level: 2, when: {metric: alert.cma.any, op: eq, value: rad}}]",
            "(did you mean red?)",
        ),
    ],
)
def test_a_wrong_playbook_says_where_what_and_what_else(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = told(load_playbook, tmp_path, PLAYBOOK, old, new)
    fault = next((one for one in found if message in one), None)
    assert fault, found
    near = line_of(PLAYBOOK, old)
    assert int(fault.split(":")[1]) in (1, 16, near, near + 1), (fault, near)


def test_a_longer_ring_of_tasks_is_named_in_order(tmp_path: Path) -> None:
    old = "within: {3: 60m, 2: 30m, 1: 15m}}"
    found = told(load_playbook, tmp_path, PLAYBOOK, old, f"{old}, after: [survey]")
    ring = next(one for one in found if "wait for each other" in one)
    assert ring.split(": ")[-1] in ("activate → survey → activate", "survey → activate → survey")


def test_a_deadline_of_the_rules_stands_in_place_of_a_span(tmp_path: Path) -> None:
    path = tmp_path / "small.playbook.yaml"
    text = PLAYBOOK.replace(
        "after: [activate], due: {from: task, within: 1h}", "due: {from: discovery, deadline: first}"
    )
    path.write_text(text.replace("first: 3h", "first: {deadline: first}"), encoding="utf-8")
    plan = load_playbook(path)
    assert plan.tasks[1].due == Due("discovery", deadline="first")
    assert (plan.comms[0].first_s, plan.comms[0].deadline) == ({}, "first")
