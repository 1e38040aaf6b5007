"""What keeps a playbook from being approved: said at once, with line and suggestion, whatever is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.library import Library
from emergency.library.edit import with_approval
from emergency.library.house_plans import Approved, House, plan_from

ROOT = Path(__file__).parents[2]
LIBRARY = Library(ROOT)
WHOLE = """\
format: playbook/1.0
id: small-storm
version: 1.2.0
title: {zh: 小预案, en: Small plan}
status: draft
owner: office
classification:
  incident_types: [natural_disaster]
  regions: ["440000"]
  rules: default@^1.0
activation:
  authority: {3: head, 2: manager, 1: commander}
  confirm_within: {3: 60m, 2: 30m, 1: 15m}
  stand_down: {hold: 24h, ratio: 0.8, step: 1, by: same_authority}
roles:
  commander: {group: command_centre, title: {zh: 总指挥}}
  claims-ops: {group: response_team, title: {zh: 理赔}}
  customer-care: {group: customer_support, title: {zh: 客户}}
  logistics: {group: logistics, title: {zh: 后勤}}
tasks:
  - {id: activate, title: {zh: 启动}, phase: activate, levels: [1, 2, 3], role: commander,
     due: {from: activation, within: 1h}, evidence: [{action: level.confirm}]}
  - {id: survey, title: {zh: 查勘}, phase: respond, levels: [1, 2], role: claims-ops,
     after: [activate], due: {from: task, within: 1h}, evidence: [{action: allocation.commit}]}
  - {id: report, title: {zh: 首报}, phase: report, levels: [1, 2], role: claims-ops, hard: true,
     due: {from: occurrence, within: 2h}, evidence: [{action: report.submit, match: {to: nfra, kind: first}}]}
  - {id: stock, title: {zh: 物资}, phase: respond, levels: [1, 2], role: logistics,
     due: {from: activation, within: 1h}, evidence: [{action: task.complete, match: {task: stock}}]}
resources:
  - {kind: surveyor, skill: motor, demand: {per_claims: 40, of: motor, horizon: 24h}, priority: 2}
comms:
  - {id: customers, audience: customers, channel: sms, role: customer-care, levels: [1, 2], first: 3h,
     approver: commander}
closure: {all: [{metric: backlog.survey_hours, op: le, value: 8}]}
"""


def told(text: str) -> list[str]:
    return [str(fault) for fault in LIBRARY.check_playbook(text.encode("utf-8", "surrogatepass"), "small.yaml")]


def test_a_plan_without_gaps_is_told_nothing() -> None:
    assert told(WHOLE) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("role: logistics,", "role: claims-op,", 27, "did you mean claims-ops?"),
        ("role: logistics,", "role: claims-ops,", 19, "nobody is asked to do anything as logistics"),
        ("after: [activate]", "after: [survey]", 24, "these tasks wait for each other: survey → survey"),
        ("action: allocation.commit", "action: alocation.commit", 24, "did you mean allocation.commit?"),
        ("within: 2h}", "deadline: frist}", 26, "did you mean first?"),
        ("kind: first", "kind: frist", 26, "did you mean first?"),
        ("due: {from: task, within: 1h}", "due: {from: activation, within: 30m}", 24, "due 30 min before activate"),
        ("to: nfra, kind: first", "to: association, kind: first", 25, "marked as a legal deadline, but no rule"),
        ("2: manager, ", "", 12, "level 2 has tasks or bulletins, but nothing under authority"),
        ("2: 30m, ", "", 13, "level 2 has tasks or bulletins, but nothing under confirm_within"),
        ("approver: commander", "approver: customer-care", 33, "customer-care approves what customer-care writes"),
        ("kind: surveyor", "kind: surveyer", 30, "did you mean surveyor?"),
        ("skill: motor", "skill: motr", 30, "did you mean motor?"),
        ("of: motor", "of: motos", 30, "did you mean motor?"),
        ("metric: backlog.survey_hours", "metric: backlog.survey_hour", 34, "did you mean backlog.survey_hours?"),
        ("value: 8}]", "value: 8}, {metric: backlog.survey_hours, op: ge, value: 9}]", 34, "cannot hold this"),
        ("title: {zh: 查勘}", "title: {en: Survey}", 23, "no Chinese text; write zh: beside en:"),
        ("task: stock", "task: survey", 28, "a task finished by hand is evidence of itself alone"),
        ("rules: default@^1.0", "rules: defalt@^1.0", 10, "did you mean default@1.0.0?"),
    ],
)
def test_each_gap_is_told_with_its_line_and_what_may_be_meant(old: str, new: str, line: int, message: str) -> None:
    assert WHOLE.count(old) == 1, old
    found = told(WHOLE.replace(old, new))
    fault = next((one for one in found if message in one), None)
    assert fault, found
    assert fault.startswith(f"small.yaml:{line}:"), fault


def test_what_is_wrong_with_the_form_and_with_the_meaning_is_told_at_once() -> None:
    text = WHOLE.replace("version: 1.2.0", "version: 1.2").replace("role: logistics,", "role: logistik,")
    found = told(text.replace("priority: 2", "priority: 7"))
    assert [one.split(":")[1] for one in found] == ["3", "19", "27", "30"]


def test_a_bound_that_is_met_at_one_value_is_no_contradiction() -> None:
    both = "value: 8}, {metric: backlog.survey_hours, op: ge, value: 8}]"
    assert told(WHOLE.replace("value: 8}]", both)) == []
    strict = both.replace("op: ge", "op: gt")
    assert any("cannot hold this" in one for one in told(WHOLE.replace("value: 8}]", strict)))


def test_what_is_no_yaml_is_told_where_it_breaks() -> None:
    (fault,) = told(WHOLE.replace("tasks:", "tasks: ["))
    assert int(fault.split(":")[1]) >= 20


@settings(max_examples=40)
@given(st.integers(0, len(WHOLE)), st.integers(0, 60), st.text(max_size=12))
def test_no_edit_ever_breaks_the_check(at: int, cut: int, put: str) -> None:
    text = WHOLE[:at] + put + WHOLE[at + cut :]
    for fault in LIBRARY.check_playbook(text.encode("utf-8", "surrogatepass"), "small.yaml"):
        assert str(fault)


@settings(max_examples=40)
@given(st.text(max_size=400))
def test_no_text_at_all_breaks_the_check(text: str) -> None:
    LIBRARY.check_playbook(text.encode("utf-8", "surrogatepass"), "any.yaml")


@settings(max_examples=15)
@given(st.dates(), st.dates())
def test_an_approval_written_into_a_file_is_read_back_and_nothing_else_changes(on: object, due: object) -> None:
    earlier = 'owner: office\napproved: {by: x1, on: "2026-01-01", review_due: "2027-01-01"}'
    for text in (WHOLE, WHOLE.replace("owner: office", earlier)):
        made = with_approval(text.encode(), "chief-claims-officer", str(on), str(due), "small.yaml").decode()
        plan, before = plan_from(made, "small"), plan_from(text, "small")
        assert (plan.status, plan.approved.by, plan.approved.on, plan.approved.review_due) == (  # type: ignore[union-attr]
            "approved",
            "chief-claims-officer",
            on,
            due,
        )
        assert (plan.tasks, plan.roles, plan.closure) == (before.tasks, before.roles, before.closure)


def test_what_the_house_approved_stands_beside_the_files_and_what_it_retired_is_not_proposed() -> None:
    text = with_approval(
        WHOLE.replace("small-storm", "typhoon-guangdong").replace("version: 1.2.0", "version: 1.9.0").encode(),
        "chief-claims-officer",
        "2026-11-23",
        "2027-11-23",
        "x",
    ).decode()
    sha256 = plan_from(text, "x").sha256
    house = House((Approved("typhoon-guangdong", "1.9.0", text, sha256),))
    library = Library(ROOT, house=lambda: house)
    assert library.playbook("typhoon-guangdong").version == "1.9.0"
    assert library.playbook("typhoon-guangdong@1.3.0").version == "1.3.0"
    assert library.playbooks_for("natural_disaster", ["typhoon"], ["441700"])[0].version == "1.9.0"
    assert library.playbook_text(sha256) == text
    gone = Library(ROOT, house=lambda: House(house.approved, {"typhoon-guangdong": "1.9.0"}))
    left = [one.id for one in gone.playbooks_for("natural_disaster", ["typhoon"], ["441700"])]
    assert left == ["catastrophe-general"]
    assert gone.playbook("typhoon-guangdong@1.9.0").status == "retired"
