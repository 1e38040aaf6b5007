"""One rule file owns each deadline: the tasks of a plan are due when its clock is, and not due without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.library import strict_yaml
from emergency.library.playbooks import RULED_REPORTS, playbook_from
from emergency.service import clock_watch, clocks, escalation
from emergency.service.context import Actor, Context, FixedClock
from emergency.service.grading import confirm_level, evaluate
from emergency.service.records import journal_entries
from emergency.service.response import open_incident, perform, record_fact
from emergency.service.task_board import TaskLine, board

NOON = datetime.fromisoformat("2017-08-28T12:00:00-05:00")
PLANS = sorted((Path(__file__).parents[2] / "playbooks").glob("*.playbook.yaml"))


@pytest.fixture
def henan(ctx: Context, flood: Incident) -> Context:
    """HENAN, discovered at noon, at level Ⅱ since one o'clock; nobody knows an industry figure yet."""
    found = replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",), perils=("rainstorm",))
    open_incident(ctx, found)
    yuan = replace(
        ctx, profile=replace(ctx.profile, currency="CNY"), actor=Actor("sun", "Sun Yan", "cat-committee-chair")
    )
    made = later(yuan, 1)
    authority = clocks.playbook_for(made, found)
    assert authority is not None
    made = replace(made, actor=Actor("sun", "Sun Yan", authority.activation.authority[1]))
    confirm_level(made, "HENAN", 2, reason="the river rises")
    clock_watch.clock_chores(made)
    return made


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(NOON + timedelta(hours=hours)))


def line(ctx: Context, task_id: str) -> TaskLine:
    found = board(ctx, "HENAN").line(task_id)
    assert found is not None
    return found


def hours(ctx: Context, task_id: str) -> float | None:
    due = line(ctx, task_id).due_at
    return None if due is None else (due - NOON) / timedelta(hours=1)


def industry(ctx: Context, yuan: int) -> Context:
    record_fact(ctx, "industry.payout.property_estimated", yuan, incident_id="HENAN", source="provincial bureau")
    clock_watch.clock_chores(ctx)
    return ctx


@pytest.mark.parametrize("path", PLANS, ids=lambda p: p.name.partition(".")[0])
def test_no_shipped_plan_repeats_a_number_that_a_rule_file_owns(path: Path) -> None:
    for task in playbook_from(strict_yaml.load(path)).tasks:
        ruled = [e for e in task.evidence if e.match.get("kind") in RULED_REPORTS.get(str(e.match.get("to")), ())]
        if ruled:
            assert (task.due.deadline, task.due.within_s, task.repeat_every_s) == (ruled[0].match["kind"], {}, {})


def test_without_a_regulator_clock_the_report_is_not_due_and_nobody_is_sent_after_it(henan: Context) -> None:
    assert hours(henan, "regulator-first") is None and line(henan, "regulator-first").clock == "regulator"
    days = later(henan, 90)
    clock_watch.clock_chores(days)
    escalation.chores(days)
    climbed = {e.subject for e in journal_entries(days) if e.action == "task.escalate"}
    assert climbed and not any("regulator" in one for one in climbed)


def test_with_the_clock_it_is_due_when_the_clock_is_and_a_graver_class_brings_it_nearer(henan: Context) -> None:
    industry(henan, 20_000_000)
    assert hours(henan, "regulator-first") == 24
    graver = industry(later(henan, 1.5), 60_000_000)
    assert (hours(graver, "regulator-first"), hours(graver, "regulator-follow-up")) == (2, 24)
    assert line(graver, "regulator-first").was_due[-1] == NOON + timedelta(hours=24)
    found = {c.kind: c.due_at for c in clocks.running_clocks(graver, evaluate(graver, "HENAN")) if not c.strive}
    assert line(graver, "regulator-first").due_at == found["first"]


def test_the_internal_report_counts_from_discovery_as_its_rules_say(henan: Context) -> None:
    assert hours(henan, "internal-report") == 1


def test_a_follow_up_comes_again_when_its_clock_says_so(henan: Context) -> None:
    ctx = industry(henan, 60_000_000)
    perform(ctx, "HENAN", "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "Zhengzhou"}})
    day = later(ctx, 20)
    perform(day, "HENAN", "report.submit", {"to": "nfra", "kind": "follow_up", "fields": {"place": "Zhengzhou"}})
    clock_watch.clock_chores(day)
    assert line(day, "regulator-follow-up").look == "done"
    assert hours(day, "regulator-follow-up#2") == 44
    clock_watch.clock_chores(day)
    assert len([o for o in board(day, "HENAN").lines if o.task_id.startswith("regulator-follow-up")]) == 2
