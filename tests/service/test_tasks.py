"""Tasks from report to stand-down, in a world of one small playbook's worth of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.escalation import chores
from emergency.service.grading import confirm_level
from emergency.service.records import journal_entries, messages
from emergency.service.response import activate, mark_impact, open_incident, perform, record_fact
from emergency.service.task_board import board
from emergency.service.tasks import OwnTask, add_task, assign_task, complete_task, drop_task, reopen_task
from emergency.store import incidents, tasks
from emergency.texts import Message, speaker

At = Callable[[Context, str], Context]
HOUR = 3600


@pytest.fixture
def opened(ctx: Context, flood: Incident) -> Context:
    """The flood at level Ⅲ, confirmed at noon; the playbook of Texas floods lays out its tasks."""
    raise_to(ctx, 3)
    return ctx


def lines(ctx: Context) -> dict[str, str]:
    return {one.task_id: one.look for one in board(ctx, "FLOOD-1").lines}


def row(ctx: Context, task_id: str) -> dict[str, object]:
    with ctx.store.read() as connection:
        found = tasks.get(connection, "FLOOD-1", task_id)
    assert found is not None
    return found


def raise_to(ctx: Context, level: int) -> None:
    """Put a level in force; who may decide it is tried elsewhere."""
    with ctx.store.write() as connection:
        before = incidents.get(connection, "FLOOD-1")
        assert before is not None
        activate(ctx, connection, before, level, {"incident": "FLOOD-1", "level": level}, {"first": 2 * HOUR})


def test_the_confirming_act_settles_its_own_task_and_its_entry_is_kept_as_evidence(opened: Context) -> None:
    done = [one for one in board(opened, "FLOOD-1").lines if one.look == "done"]
    assert [one.by_itself for one in done] == [("level.confirm",)]
    entry = next(e for e in journal_entries(opened) if e.seq == done[0].entry)
    assert entry.action == "level.confirm"


def test_a_graver_level_adds_its_tasks_and_keeps_what_was_done(opened: Context, at: At) -> None:
    before = lines(opened)
    raise_to(at(opened, "2017-08-29T14:00:00-05:00"), 1)
    after = lines(opened)
    assert set(before) < set(after)
    assert {t for t, state in before.items() if state == "done"} <= {t for t, s in after.items() if s == "done"}


def test_what_a_graver_level_counts_from_activation_is_not_late_at_birth(opened: Context, at: At) -> None:
    third_day = at(opened, "2017-08-31T14:00:00-05:00")
    before = set(lines(third_day))
    raise_to(third_day, 1)
    playbook = board(third_day, "FLOOD-1")
    content = third_day.content.library.playbooks_for("natural_disaster", ("flood",), ("48201",))[0]
    origin = {t.id: t.due.origin for t in content.tasks}
    new = [o for o in playbook.lines if o.task_id not in before and origin.get(o.task_id) == "activation"]
    assert all(o.look != "late" for o in new)


def test_an_open_task_is_tightened_by_a_graver_level_and_keeps_its_old_due_time(opened: Context, at: At) -> None:
    old = row(opened, "sitrep")["due_us"]
    with opened.store.write() as connection:
        tasks.change(connection, "FLOOD-1", "sitrep", due_us=int(str(old)) + 30 * HOUR * 1_000_000)
    raise_to(at(opened, "2017-08-29T12:30:00-05:00"), 1)
    line = board(opened, "FLOOD-1").line("sitrep")
    assert line is not None and line.due_at is not None
    assert to_us(line.due_at) == old
    assert [to_us(was) for was in line.was_due] == [int(str(old)) + 30 * HOUR * 1_000_000]


def test_a_milder_level_never_loosens_an_open_task(opened: Context, at: At) -> None:
    raise_to(at(opened, "2017-08-29T12:10:00-05:00"), 1)
    graver = {o.task_id: o.due_at for o in board(opened, "FLOOD-1").lines if o.is_open and not o.reckoned}
    raise_to(at(opened, "2017-08-29T12:20:00-05:00"), 3)
    milder = {o.task_id: o.due_at for o in board(opened, "FLOOD-1").lines if o.is_open}
    assert all(milder[task] == due for task, due in graver.items() if due is not None)


def test_a_task_is_taken_handed_on_and_handed_back(opened: Context) -> None:
    assign_task(opened, "FLOOD-1", "sitrep", "chen")
    assign_task(opened, "FLOOD-1", "sitrep", "li")
    assign_task(opened, "FLOOD-1", "sitrep", "")
    acts = [e.action for e in journal_entries(opened) if e.subject == "FLOOD-1/sitrep"]
    assert acts == ["task.hand_back", "task.assign", "task.take"]


def test_two_people_who_act_on_one_task_are_told_of_each_other(opened: Context) -> None:
    seen = int(str(row(opened, "sitrep")["version"]))
    assign_task(replace(opened, actor=Actor("li", "Li", "planning")), "FLOOD-1", "sitrep", "li", version=seen)
    with pytest.raises(Conflict) as told:
        complete_task(opened, "FLOOD-1", "sitrep", "sent by hand", version=seen)
    message = told.value.args[0]
    assert isinstance(message, Message) and message.values["actor"] == "li"
    assert "li" in speaker("zh_CN")(message)


def test_without_a_word_of_evidence_nothing_is_done_by_hand(opened: Context) -> None:
    with pytest.raises(Refused, match="how the task was done"):
        complete_task(opened, "FLOOD-1", "sitrep", "  ")


def test_a_completion_is_taken_back_and_both_entries_stay(opened: Context) -> None:
    complete_task(opened, "FLOOD-1", "footprint", "on paper")
    reopen_task(opened, "FLOOD-1", "footprint")
    assert row(opened, "footprint")["state"] == "open"
    acts = [e.action for e in journal_entries(opened) if e.subject == "FLOOD-1/footprint"]
    assert acts == ["task.reopen", "task.complete"]


def test_a_dropped_task_says_why_and_holds_nobody_up(opened: Context) -> None:
    with pytest.raises(Refused, match="say why"):
        drop_task(opened, "FLOOD-1", "footprint", "")
    after = [o for o in board(opened, "FLOOD-1").lines if "footprint" in o.waits]
    drop_task(opened, "FLOOD-1", "footprint", "the state has published one")
    assert row(opened, "footprint")["note"] == "the state has published one"
    still = [o.task_id for o in board(opened, "FLOOD-1").lines if "footprint" in o.waits]
    assert after and not still


def test_a_task_of_ones_own_stands_on_the_board_with_its_role_and_predecessor(opened: Context) -> None:
    due = datetime.fromisoformat("2017-08-29T18:00:00-05:00")
    own = OwnTask("Open the gym in Katy", "logistics", due, ("sitrep",), critical=True, work_minutes=90)
    task_id = add_task(opened, "FLOOD-1", own)
    line = board(opened, "FLOOD-1").line(task_id)
    assert line is not None
    assert (line.title["en"], line.look, line.waits, line.own) == ("Open the gym in Katy", "waiting", ("sitrep",), True)
    with pytest.raises(Refused, match="no task"):
        add_task(opened, "FLOOD-1", OwnTask("x", "logistics", after=("nowhere",)))
    with pytest.raises(Refused, match="due before it was written down"):
        add_task(opened, "FLOOD-1", OwnTask("x", "logistics", opened.now()))


def test_the_next_of_a_repeating_task_appears_when_it_is_done_and_only_once(opened: Context) -> None:
    complete_task(opened, "FLOOD-1", "sitrep", "sent")
    reopen_task(opened, "FLOOD-1", "sitrep")
    complete_task(opened, "FLOOD-1", "sitrep", "sent again")
    found = sorted(t for t in lines(opened) if t.startswith("sitrep"))
    assert found == ["sitrep", "sitrep#2"]
    first, second = row(opened, "sitrep"), row(opened, "sitrep#2")
    assert int(str(second["due_us"])) - int(str(first["due_us"])) == int(str(first["repeat_every_s"])) * 1_000_000
    assert second["opens_us"] == first["due_us"]


def test_one_act_proves_one_occurrence_and_none_before_its_time(opened: Context) -> None:
    """The first fell due an hour ago, the second falls due a day later; a third report counts for nothing yet."""
    opened = replace(opened, clock=FixedClock(from_us(int(str(row(opened, "sitrep")["due_us"]))) + timedelta(hours=1)))
    for text in ("the late one", "tonight's", "one more, minutes later"):
        perform(opened, "FLOOD-1", "report.publish", {"text": text})
    assert {t: s for t, s in lines(opened).items() if t.startswith("sitrep")} == {
        "sitrep": "done",
        "sitrep#2": "done",
        "sitrep#3": "waiting",
    }


def test_doing_a_repeating_task_by_hand_proves_that_occurrence_alone(opened: Context) -> None:
    proof = [{"action": "task.complete", "match": {"task": "sitrep"}}]
    with opened.store.write() as connection:
        for task_id in ("sitrep", "sitrep#2"):
            tasks.change(connection, "FLOOD-1", task_id, evidence=proof, opens_us=None)
    complete_task(opened, "FLOOD-1", "sitrep", "said on the phone")
    assert (row(opened, "sitrep")["state"], row(opened, "sitrep#2")["state"]) == ("done", "open")


def test_occurrences_nobody_did_are_recorded_as_missed(opened: Context) -> None:
    every_s = int(str(row(opened, "sitrep")["repeat_every_s"]))
    due_us = int(str(row(opened, "sitrep")["due_us"]))
    later = replace(opened, clock=FixedClock(from_us(due_us) + timedelta(seconds=2 * every_s + 60)))
    chores(later)
    states = {t: s for t, s in lines(later).items() if t.startswith("sitrep")}
    assert states == {"sitrep": "missed", "sitrep#2": "missed", "sitrep#3": "late", "sitrep#4": "ready"}
    before = len(journal_entries(later))
    chores(later)
    assert len(journal_entries(later)) == before


def test_a_late_task_goes_to_the_deputy_then_the_commander_then_the_next_tier_each_once(opened: Context) -> None:
    due = board(opened, "FLOOD-1").line("footprint")
    assert due is not None and due.due_at is not None
    for minutes in (0, 31, 31, 121, 481, 900):
        chores(replace(opened, clock=FixedClock(due.due_at + timedelta(minutes=minutes))))
    line = board(opened, "FLOOD-1").line("footprint")
    assert line is not None
    assert [t.step for t in line.told] == ["deputy", "commander", "next_tier"]
    mine = [m for m in messages(opened) if m["event_key"].startswith("task/FLOOD-1/footprint/")]
    assert len(mine) == 3
    assert all("Late task" in m["subject"] and "逾期" in m["subject"] for m in mine)
    entries = [e for e in journal_entries(opened) if e.action == "task.escalate" and "footprint" in e.subject]
    assert len(entries) == 3


def test_a_task_whose_time_had_passed_before_it_was_asked_for_goes_up_step_by_step_from_then(
    ctx: Context, flood: Incident
) -> None:
    """Core outage at Ⅰ, found three and a half hours late: at once only the deputies, each in their time after that."""
    before = ctx.now() - timedelta(hours=3.5)
    outage = replace(
        flood, incident_id="OUT", kind="system_failure", perils=(), occurred_at=before, discovered_at=before
    )
    open_incident(ctx, outage)
    record_fact(ctx, "outage.one_province_minutes", 400, incident_id="OUT", source="it duty")
    confirm_level(ctx, "OUT", 1)
    repeating = [r for r in rows_of(ctx, "OUT") if r["repeat_every_s"] and r["due_us"]]
    assert repeating and all(int(r["due_us"]) > ctx.now_us() for r in repeating), "nothing that repeats is born late"
    open_ = [r for r in rows_of(ctx, "OUT") if r["state"] == "open" and r["due_us"] is not None]
    late = {str(r["task_id"]) for r in open_ if r["due_us"] < ctx.now_us()}
    assert late
    for minutes, steps in ((0, {"deputy"}), (14, {"deputy"}), (16, {"deputy", "commander"})):
        chores(replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes))))
        told = [m["event_key"].split("/") for m in messages(ctx) if m["event_key"].startswith("task/OUT/")]
        assert {step for _, _, task_id, step in told if task_id in late} == steps
        assert {task_id for _, _, task_id, _ in told} >= late
    said = {m["event_key"].split("/")[2]: m["text"] for m in messages(ctx) if m["event_key"].startswith("task/OUT/")}
    assert all("had passed when the task was asked for" in said[task_id] for task_id in late)


def rows_of(ctx: Context, incident_id: str) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return tasks.of(connection, incident_id)


def test_a_holders_deputy_is_told_by_name(opened: Context) -> None:
    from emergency.store import people

    with opened.store.write() as connection:
        role = str(row(opened, "footprint")["role"])
        people.hold(connection, incident_id="FLOOD-1", role=role, person="Ana", standing="deputy", from_us=1)
    due = board(opened, "FLOOD-1").line("footprint")
    assert due is not None and due.due_at is not None
    chores(replace(opened, clock=FixedClock(due.due_at + timedelta(minutes=31))))
    mine = [m for m in messages(opened) if m["event_key"] == "task/FLOOD-1/footprint/deputy"]
    assert [m["audience"] for m in mine] == [f"{role}/deputy, Ana"]


def test_when_the_disaster_strikes_what_counts_from_it_counts_from_then(opened: Context, at: At) -> None:
    struck = at(opened, "2017-08-29T20:00:00-05:00")
    mark_impact(struck, "FLOOD-1")
    with struck.store.read() as connection:
        incident = incidents.get(connection, "FLOOD-1")
    assert incident is not None and incident.impact_at == struck.now()
    assert any(o.due_at and o.due_at > struck.now() and o.was_due for o in board(struck, "FLOOD-1").lines)


def test_the_slack_on_the_board_is_the_time_left_less_the_work_before_it(opened: Context) -> None:
    """One number in every place: what the countdown says, less what is still to be done."""
    found = board(opened, "FLOOD-1")
    reckoned = [o for o in found.lines if o.slack_s is not None and o.wanted_at is not None and o.before_s is not None]
    assert reckoned and {o.task_id for o in reckoned} == {o.task_id for o in found.lines if o.slack_s is not None}
    for one in reckoned:
        assert one.wanted_at is not None and one.before_s is not None
        assert one.slack_s == int((one.wanted_at - found.as_of).total_seconds()) - one.before_s
    assert found.tightest is not None and found.tightest.slack_s == found.path_slack_s
