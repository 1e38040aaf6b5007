"""What was done before a level was confirmed counts for the tasks that are laid out then, with its own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service import clocks, words, words_approval, words_due
from emergency.service.context import Actor, Context, FixedClock
from emergency.service.grading import confirm_level, evaluate
from emergency.service.response import open_incident, perform, record_fact
from emergency.service.task_board import TaskLine, board
from emergency.store import incidents

NOON = datetime.fromisoformat("2017-08-28T12:00:00-05:00")
FIRST = {"to": "nfra", "kind": "first", "fields": {"place": "Zhengzhou"}}
MAJOR = 60_000_000


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(NOON + timedelta(hours=hours)))


@pytest.fixture
def henan(ctx: Context, flood: Incident) -> Context:
    """An event of the regulator's classes, discovered at noon; it is one o'clock and no level is in force."""
    open_incident(ctx, replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",)))
    one = later(replace(ctx, profile=replace(ctx.profile, currency="CNY")), 1)
    for figure in ("house.name", "house.hotline", "house.website", "house.contact"):
        record_fact(one, figure, "Example", source="house")
    record_fact(
        one, "industry.payout.property_estimated", MAJOR, incident_id="HENAN", source="provincial bureau"
    )
    return one


def line(ctx: Context, task_id: str) -> TaskLine:
    found = board(ctx, "HENAN").line(task_id)
    assert found is not None, task_id
    return found


def incident(ctx: Context) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, "HENAN")
    assert found is not None
    return found


def asked(ctx: Context) -> dict[str, words_due.DueBulletin]:
    return {one.row.id: one for one in words_due.due(ctx, incident(ctx))}


def test_a_first_report_handed_in_before_the_level_settles_its_task_with_its_own_time(henan: Context) -> None:
    perform(replace(henan, actor=Actor("li", "Li", "risk")), "HENAN", "report.submit", FIRST)
    clocks.keep(henan, evaluate(henan, "HENAN"))
    confirm_level(later(henan, 1.5), "HENAN", 2, reason="as seen")
    done = line(later(henan, 1.5), "regulator-first")
    assert (done.look, done.done_by, done.done_at) == ("done", "li", henan.now())
    assert line(later(henan, 1.5), "regulator-follow-up").look == "ready"


def test_a_bulletin_on_the_same_clock_is_asked_for_no_more(henan: Context) -> None:
    confirm_level(henan, "HENAN", 2, reason="as seen")
    before = asked(henan)["regulator"].due_at
    assert before is not None and before < NOON + timedelta(hours=30)
    two = later(henan, 2)
    perform(two, "HENAN", "report.submit", FIRST)
    after = asked(two)["regulator"]
    assert (after.last_at, after.due_at) == (two.now(), two.now() + timedelta(hours=24))


def test_a_bulletin_sent_before_the_level_is_the_first_of_its_row(henan: Context) -> None:
    texts = {"en": "We are there.", "zh": "我们在。"}
    number = words.begin(henan, incident(henan), audience="customers", kind="own", subject=texts, body=texts)
    words_approval.submit(henan, number)
    role = words.get(henan, number)["approver_role"]
    words_approval.approve(replace(henan, actor=Actor("li", "Li", role)), number, words.get(henan, number)["version"])
    words_approval.send(henan, number)
    after = later(henan, 1.1)
    confirm_level(after, "HENAN", 2, reason="as seen")
    assert asked(after)["customers"].last_at == henan.now()
    assert asked(after)["staff"].last_at is None


def test_a_plan_of_a_milder_level_is_not_what_a_graver_one_asks_for(henan: Context) -> None:
    confirm_level(henan, "HENAN", 3, reason="as seen")
    new = {o.task_id for o in board(henan, "HENAN").lines}
    perform(henan, "HENAN", "case.assign", {"lob": "personal_injury"})
    perform(henan, "HENAN", "report.submit", FIRST)
    two = later(henan, 2)
    confirm_level(two, "HENAN", 2, reason="graver")
    added = [o for o in board(two, "HENAN").lines if o.task_id not in new]
    assert added and not [o.task_id for o in added if "case.assign" in o.by_itself and o.look == "done"]
