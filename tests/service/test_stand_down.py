"""The end of a response: what it asks, what it gives back, and that it can be taken back whole."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest

from emergency.domain.incident import Incident
from emergency.service.closure import closure
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.escalation import chores
from emergency.service.grading import confirm_level
from emergency.service.measures import enable
from emergency.service.records import journal_entries, messages, verify_journal
from emergency.service.relief import measures_of
from emergency.service.response import activate, perform, record_fact
from emergency.service.review_pack import pack, reviews
from emergency.service.stand_down import reopen, stand_down
from emergency.service.task_board import board
from emergency.store import incidents, people, plans
from emergency.texts import Message, speaker

FLOOD = "FLOOD-1"


@pytest.fixture
def boss(ctx: Context, flood: Incident) -> Context:
    """The flood at level Ⅲ: a measure in force, two people on shift, a logistics chief; a shift of another one."""
    made = acting(ctx, "branch-claims-manager")
    with made.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(made, connection, before, 3, {"incident": FLOOD, "level": 3}, {})
        plan = plans.add_draft(
            connection, shift="2017-08-29", based_on=None, created=made.now(), actor="chen", body={"cells": []}
        )
        plans.hold(connection, [slot(plan, *one) for one in SHIFTS])
        people.hold(
            connection, incident_id=FLOOD, role="logistics", person="Ana", standing="holder", from_us=made.now_us()
        )
    enable(made, FLOOD, "fast_lane")
    return made


SHIFTS = (
    ("H-1", "2017-08-28", FLOOD),
    ("H-1", "2017-08-29", FLOOD),
    ("H-2", "2017-08-30", FLOOD),
    ("H-3", "2017-08-30", "OTHER"),
)


def slot(plan: int, person: str, shift: str, incident_id: str) -> dict[str, object]:
    return {
        "adjuster_id": person,
        "shift": shift,
        "plan_id": plan,
        "cell_id": "c",
        "incident_id": incident_id,
        "region": "48201",
        "line": "home",
        "minutes": 30,
    }


def acting(ctx: Context, role: str) -> Context:
    return replace(ctx, actor=Actor("chen", "Chen Yu", role))


def held(ctx: Context) -> list[tuple[str, str]]:
    with ctx.store.read() as connection:
        return [(s["adjuster_id"], s["shift"]) for s in plans.slots(connection)]


def incident(ctx: Context) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, FLOOD)
    assert found is not None
    return found


def meet_everything(ctx: Context) -> None:
    for line in closure(ctx, incident(ctx)).missing:
        asked = line.asked.values["value"]
        value = "submitted" if isinstance(asked, Message) else asked
        record_fact(ctx, line.metric, value, incident_id=FLOOD, source="the duty manager, by phone")


def test_each_condition_is_shown_with_value_and_source(boss: Context) -> None:
    lines = {line.metric: line for line in closure(boss, incident(boss)).lines}
    survey = lines["backlog.survey_hours"]
    assert (survey.value, survey.met) == (0.0, True)
    assert "slots needed" in str(survey.source)
    others = [line for line in lines.values() if line.value is None]
    assert all((line.met, str(line.source)) == (None, "nobody has entered it yet") for line in others)


def test_once_the_regulator_has_heard_of_it_the_final_report_is_asked_for_whatever_the_plan_says(boss: Context) -> None:
    perform(boss, FLOOD, "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "Harris"}})
    lines = {line.metric: line for line in closure(boss, incident(boss)).lines}
    assert lines["regulator.final_report"].met is None
    meet_everything(boss)
    assert closure(boss, incident(boss)).met is True


def test_a_final_report_in_the_journal_meets_its_condition(boss: Context) -> None:
    perform(boss, FLOOD, "report.submit", {"to": "nfra", "kind": "final", "fields": {"impact": "known"}})
    lines = {line.metric: line for line in closure(boss, incident(boss)).lines}
    assert lines["regulator.final_report"].met is True


def test_who_has_not_the_authority_is_told_who_has(boss: Context) -> None:
    with pytest.raises(Refused) as told:
        stand_down(acting(boss, "logistics"), FLOOD, "enough")
    message = told.value.args[0]
    assert isinstance(message, Message) and "理赔负责人" in speaker("zh_CN")(message)


def test_unmet_conditions_are_named_and_only_a_reason_overrides_them(boss: Context) -> None:
    with pytest.raises(Refused, match="conditions are not met"):
        stand_down(boss, FLOOD)
    stand_down(boss, FLOOD, "handed to the state branch")
    assert not incident(boss).is_open


def test_everything_met_it_ends_without_a_word(boss: Context) -> None:
    meet_everything(boss)
    assert closure(boss, incident(boss)).met is True
    stand_down(boss, FLOOD)
    assert (incident(boss).response_level, incident(boss).closed_at) == (None, boss.now())


def test_measures_people_and_posts_are_given_back_and_a_review_is_open(boss: Context) -> None:
    done = stand_down(boss, FLOOD, "over")
    assert (done.measures, done.slots, done.people) == (1, 2, 1)
    assert [m.state for m in measures_of(boss, FLOOD)] == ["restored"]
    assert held(boss) == [("H-1", "2017-08-28"), ("H-3", "2017-08-30")]
    with boss.store.read() as connection:
        assert [h["ended"] for h in people.holdings(connection, FLOOD)] == ["stood down"]
    (review,) = reviews(boss, FLOOD)
    assert review.state == "open" and review.due_at is not None and review.due_at > boss.now()
    acts = [e.action for e in reversed(journal_entries(boss))]
    assert acts[acts.index("incident.stand_down") :] == [
        "incident.stand_down",
        "measure.restore",
        "people.release",
        "post.leave",
        *[a for a in acts if a == "task.due"],
        "review.open",
    ]
    assert any("H-2 (2017-08-30)" in m["text"] for m in messages(boss))


def test_publishing_the_review_closes_it_and_settles_its_task(boss: Context) -> None:
    stand_down(boss, FLOOD, "over")
    task = next(o for o in board(boss, FLOOD).lines if "aar.publish" in o.by_itself)
    perform(boss, FLOOD, "aar.publish", {"text": "what we learned"})
    assert reviews(boss, FLOOD)[0].state == "published"
    after = board(boss, FLOOD).line(task.task_id)
    assert after is not None and (after.look == "done" or after.waits)


def test_after_the_end_only_what_falls_due_then_is_taken_upwards(boss: Context) -> None:
    stand_down(boss, FLOOD, "over")
    before = {e.subject for e in journal_entries(boss) if e.action == "task.escalate"}
    chores(replace(boss, clock=FixedClock(boss.now() + timedelta(days=30))))
    climbed = {e.subject for e in journal_entries(boss) if e.action == "task.escalate"} - before
    due = {o.task_id: o.due_at for o in board(boss, FLOOD).lines}
    assert climbed
    assert all((at := due[s.partition("/")[2]]) is not None and at > boss.now() for s in climbed)
    assert not [e for e in journal_entries(boss) if e.action == "task.repeat" and e.happened_us > boss.now_us()]


def test_reopening_brings_all_of_it_back(boss: Context) -> None:
    before = held(boss)
    due = {o.task_id: o.due_at for o in board(boss, FLOOD).lines if not o.reckoned}
    stand_down(boss, FLOOD, "over")
    with pytest.raises(Refused, match="say why"):
        reopen(boss, FLOOD, " ")
    back = reopen(boss, FLOOD, "the river rises again")
    assert (back.level, back.measures, back.slots, back.taken) == (3, 1, 2, ())
    assert (incident(boss).is_open, incident(boss).response_level) == (True, 3)
    assert held(boss) == before
    assert [m.state for m in measures_of(boss, FLOOD)] == ["in_force"]
    assert [r.state for r in reviews(boss, FLOOD)] == ["withdrawn"]
    with boss.store.read() as connection:
        standing = [h for h in people.holdings(connection, FLOOD) if h["until_us"] is None]
    assert [(h["role"], h["person"]) for h in standing] == [("logistics", "Ana")]
    again = {o.task_id: o.due_at for o in board(boss, FLOOD).lines if not o.reckoned and o.task_id in due}
    assert again == due
    assert verify_journal(boss).ok


def test_slots_others_have_taken_meanwhile_stay_with_them_and_are_named(boss: Context) -> None:
    stand_down(boss, FLOOD, "over")
    with boss.store.write() as connection:
        plans.hold(connection, [slot(1, "H-2", "2017-08-30", "OTHER")])
    back = reopen(boss, FLOOD, "again")
    assert (back.slots, back.taken) == (1, ("H-2 (2017-08-30)",))


def test_it_cannot_end_or_be_taken_back_twice(boss: Context) -> None:
    stand_down(boss, FLOOD, "over")
    with pytest.raises(Refused, match="closed already"):
        stand_down(boss, FLOOD, "over")
    reopen(boss, FLOOD, "again")
    with pytest.raises(Refused, match="nothing to take back"):
        reopen(boss, FLOOD, "again")
    stand_down(boss, FLOOD, "over now")
    assert [r.state for r in reviews(boss, FLOOD)] == ["open", "withdrawn"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_review_pack_holds_every_table_and_no_formula(boss: Context, language: str) -> None:
    from emergency.service.tasks import OwnTask, add_task

    add_task(boss, FLOOD, OwnTask("=HYPERLINK(1)", "logistics"))
    stand_down(boss, FLOOD, "over")
    book = openpyxl.load_workbook(io.BytesIO(pack(boss, FLOOD, language)))
    assert len(book.sheetnames) == 9
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not [c for c in cells if c.data_type == "f"]
    assert any("HYPERLINK" in str(c.value) for c in cells)
    whole = len(list(book.worksheets[-1].iter_rows())) - 1
    assert whole == len([e for e in journal_entries(boss) if e.subject.startswith(FLOOD) or FLOOD in e.body])


def test_nothing_is_decided_on_what_is_over(boss: Context) -> None:
    stand_down(boss, FLOOD, "handed to the state branch")
    with pytest.raises(Refused) as told:
        confirm_level(boss, FLOOD, 2, reason="again")
    assert "重新开启" in speaker("zh_CN")(told.value.args[0])
    assert incident(boss).response_level is None
