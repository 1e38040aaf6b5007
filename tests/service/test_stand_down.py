"""The end of a response: what it asks, what it gives back, and that it can be taken back whole."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest

from emergency.domain.incident import Incident
from emergency.service import authority, callouts, clocks, compound, deciding, ending, shifts, watch
from emergency.service import closure as closing
from emergency.service import organisation as posts
from emergency.service.closure import closure
from emergency.service.command_history import history
from emergency.service.context import Actor, Context, FixedClock, Refused
from emergency.service.escalation import chores
from emergency.service.grading import confirm_level, evaluate
from emergency.service.measures import enable
from emergency.service.records import journal_entries, messages, verify_journal
from emergency.service.relief import measures_of
from emergency.service.response import activate, open_incident, perform, record_fact
from emergency.service.review_pack import measured, pack, reviews
from emergency.service.stand_down import Lowering, reopen, stand_down
from emergency.service.task_board import board
from emergency.store import incidents, people, plans, records, tasks
from emergency.texts import Message, speaker

FLOOD = "FLOOD-1"


@pytest.fixture
def boss(moving: Context, flood: Incident) -> Context:
    """On a clock that moves at every reading, the flood at level Ⅲ: a measure in force, two people on shift, a
    logistics chief; a shift of another one."""
    made = acting(moving, "branch-claims-manager")
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
        if line.metric.endswith("final_report"):
            to, kind = ("nfra", "final") if line.metric.startswith("regulator") else ("headquarters", "internal_final")
            perform(ctx, FLOOD, "report.submit", {"to": to, "kind": kind, "fields": {"place": "Harris"}})
        else:
            record_fact(ctx, line.metric, asked, incident_id=FLOOD, source="the duty manager, by phone")


def test_each_condition_is_shown_with_value_and_source(boss: Context) -> None:
    lines = {line.metric: line for line in closure(boss, incident(boss)).lines}
    survey = lines["backlog.survey_hours"]
    assert (survey.value, survey.met) == (0.0, True)
    assert "slots needed" in str(survey.source)
    others = [line for line in lines.values() if line.value is None]
    assert all((line.met, str(line.source)) == (None, "nobody has entered it yet") for line in others)


def test_the_conditions_are_reckoned_once_per_change_and_anew_after_each(
    boss: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    reckoned: list[str] = []
    once = closing.closure

    def counted(ctx: Context, one: Incident, *_: object) -> closing.Closure:
        reckoned.append(one.incident_id)
        return once(ctx, one)

    monkeypatch.setattr(closing, "closure", counted)
    assert closing.closure_shown(boss, incident(boss)) is closing.closure_shown(boss, incident(boss))
    assert len(reckoned) == 1
    meet_everything(boss)
    assert closing.closure_shown(boss, incident(boss)).met is True
    assert len(reckoned) == 2


def test_once_the_regulator_has_heard_of_it_the_final_report_is_asked_for_whatever_the_plan_says(boss: Context) -> None:
    perform(boss, FLOOD, "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "Harris"}})
    lines = {line.metric: line for line in closure(boss, incident(boss)).lines}
    assert lines["regulator.final_report"].met is False
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
    before = boss.now()
    stand_down(boss, FLOOD)
    closed = incident(boss)
    assert closed.response_level is None and closed.closed_at is not None
    assert before < closed.closed_at < boss.now()


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


def test_what_was_due_and_never_done_counts_against_what_was_done_in_time(boss: Context) -> None:
    stand_down(replace(boss, clock=FixedClock(boss.now() + timedelta(days=9))), FLOOD, "over")
    found = {str(m.name): m for m in measured(boss, incident(boss))}
    share = found["Done in time, % of what was due"]
    assert isinstance(share.value, float) and share.value < 50
    done = [o for o in board(boss, FLOOD).lines if o.look == "done"]
    assert f"{len(done)} of" in str(share.basis)


def test_publishing_the_review_closes_it_and_settles_its_task(boss: Context) -> None:
    stand_down(boss, FLOOD, "over")
    task = next(o for o in board(boss, FLOOD).lines if "aar.publish" in o.by_itself)
    perform(boss, FLOOD, "aar.publish", {"text": "what we learned"})
    assert reviews(boss, FLOOD)[0].state == "published"
    after = board(boss, FLOOD).line(task.task_id)
    assert after is not None and (after.look == "done" or after.waits)


def test_after_the_end_only_what_is_owed_then_is_taken_upwards(boss: Context) -> None:
    with boss.store.write() as connection:
        row = {"holder": "", "note": "", "after": [], "due_within_s": None, "critical": True, "hard": False}
        later_us = boss.now_us() + 3 * 3_600_000_000  # a task of the response that falls due after its end
        row |= {"task_id": "boats", "title": {"en": "Boats", "zh": "船"}, "phase": "respond", "role": "logistics"}
        row |= {"incident_id": FLOOD, "due_us": later_us, "evidence": [], "state": "open", "ordinal": 99, "level": 3}
        tasks.add(connection, [row])
    stand_down(boss, FLOOD, "over")
    before = {e.subject for e in journal_entries(boss) if e.action == "task.escalate"}
    chores(replace(boss, clock=FixedClock(boss.now() + timedelta(days=30))))
    climbed = {e.subject for e in journal_entries(boss) if e.action == "task.escalate"} - before
    due = {o.task_id: o.due_at for o in board(boss, FLOOD).lines}
    assert climbed
    assert f"{FLOOD}/boats" not in climbed, "nobody is chased for what ended with the response"
    assert all((at := due[s.partition("/")[2]]) is not None and at > boss.now() for s in climbed)
    assert not [e for e in journal_entries(boss) if e.action == "task.repeat" and e.happened_us > boss.now_us()]


def test_reopening_brings_all_of_it_back(boss: Context) -> None:
    before = held(boss)
    clocks.keep(boss, evaluate(boss, FLOOD))
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
    assert len(book.sheetnames) == 11
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


def test_call_outs_hand_overs_and_planned_turns_end_with_the_response_and_do_not_come_back(boss: Context) -> None:
    callouts.call_out(boss, FLOOD, "commander", ("Tang", "Li"))
    posts.offer_handover(boss, FLOOD, "logistics", "Bo", "all quiet")
    begun, ahead = boss.now() - timedelta(hours=1), boss.now() + timedelta(hours=20)
    shifts.plan_turn(boss, FLOOD, "logistics", "Ana", begun, begun + timedelta(hours=8))
    shifts.plan_turn(boss, FLOOD, "logistics", "Bo", ahead, ahead + timedelta(hours=8))
    done = stand_down(boss, FLOOD, "over")
    assert (done.calls, done.turns) == (2, 1)
    after = later(boss, 1)
    callouts.chores(after)
    assert [c.state for c in callouts.calls(after, FLOOD)] == ["withdrawn"]
    back = reopen(after, FLOOD, "the river rises again")
    assert (back.calls, back.turns) == (2, 1)
    callouts.chores(later(boss, 2))
    found = posts.organisation(later(boss, 2), FLOOD)
    assert [c.state for c in callouts.calls(boss, FLOOD)] == ["withdrawn"]
    assert [t.person for t in found.turns] == ["Ana"] and [h.state for h in found.handovers] == ["withdrawn"]
    with boss.store.read() as connection:
        assert {m["state"] for m in records.messages(connection) if m["event_key"].startswith("call/")} == {"withdrawn"}


def test_nobody_is_asked_about_a_level_after_the_end_and_afresh_once_it_is_open_again(boss: Context) -> None:
    record_fact(boss, "casualties.insured_deaths", 5, incident_id=FLOOD, source="county")
    watch.keep_up(boss)
    assert asked(boss) == 1
    stand_down(boss, FLOOD, "over")
    for hours in (1, 5, 20):
        watch.keep_up(later(boss, hours))
    assert asked(boss) == 1 and not incident(boss).provisional
    again = later(boss, 21)
    reopen(again, FLOOD, "the river rises again")
    watch.keep_up(again)
    assert asked(boss) == 2
    pending = authority.pending(again, incident(boss))
    assert pending is not None and pending.opened_at == again.now()


def asked(ctx: Context) -> int:
    return sum(e.action == "level.ask" for e in journal_entries(ctx))


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(hours=hours)))


def test_an_incident_that_commands_others_cannot_end_before_they_have_another_command(boss: Context) -> None:
    open_incident(boss, replace(incident(boss), incident_id="FLOOD-2", response_level=None, playbook="", version=1))
    compound.link(boss, "FLOOD-2", FLOOD)
    with pytest.raises(Refused, match="commands 1 open"):
        stand_down(boss, FLOOD, "over")
    assert incident(boss).is_open
    compound.unlink(boss, "FLOOD-2")
    stand_down(boss, FLOOD, "over")


def test_a_linked_incident_ends_by_itself_and_reopened_without_its_lead_stands_by_itself(boss: Context) -> None:
    posts.appoint(boss, FLOOD, "commander", "Zhao")
    other = replace(incident(boss), incident_id="FLOOD-2", response_level=None, playbook="", version=1)
    open_incident(boss, other)
    posts.appoint(boss, "FLOOD-2", "commander", "Sun")
    compound.link(later(boss, 1), FLOOD, "FLOOD-2")
    stand_down(later(boss, 2), FLOOD, "over")
    with boss.store.read() as connection:
        assert posts.holder(connection, "FLOOD-2", "commander") == "Sun"
    stand_down(acting(later(boss, 3), "branch-claims-manager"), "FLOOD-2", "over")
    reopen(later(boss, 4), FLOOD, "the river rises again")
    assert compound.leading_id(boss, FLOOD) == FLOOD
    with boss.store.read() as connection:
        assert posts.holder(connection, FLOOD, "commander") == "Zhao"


# Two people at level Ⅰ ----------------------------------------------------------------------------


def one_by(ctx: Context, person: str, role: str) -> Context:
    return replace(ctx, actor=Actor(person, person.title(), role))


@pytest.fixture
def grave(boss: Context) -> Context:
    """Ten insured dead: the rules propose Ⅰ while Ⅲ is in force; the commander at headquarters is there."""
    record_fact(boss, "casualties.insured_deaths", 10, incident_id=FLOOD, source="county")
    return one_by(boss, "sun", "hq-commander")


def test_one_person_alone_cannot_end_a_response_that_stands_at_a_proposed_i(grave: Context) -> None:
    asked_for = stand_down(grave, FLOOD, "handed to the state")
    assert isinstance(asked_for, Lowering) and (asked_for.actor, asked_for.role) == ("sun", "hq-commander")
    assert incident(grave).is_open and ending.request(grave, FLOOD) == asked_for
    assert deciding.request(grave, FLOOD) is None, "it is no request to lower a level"
    with pytest.raises(Refused, match="second person"):
        stand_down(grave, FLOOD, "handed to the state")
    with pytest.raises(Refused, match="role of the plan"):
        stand_down(one_by(grave, "li", "coordinator"), FLOOD)
    assert incident(grave).is_open
    stand_down(one_by(grave, "li", "logistics"), FLOOD)
    assert not incident(grave).is_open and ending.request(grave, FLOOD) is None


def test_the_end_is_a_decision_of_its_own_kind_with_both_people_and_the_role(grave: Context) -> None:
    stand_down(grave, FLOOD, "handed to the state")
    stand_down(one_by(grave, "li", "logistics"), FLOOD)
    last = history(grave, incident(grave))[-1]
    assert (last.kind, last.level, last.proposed) == ("stood_down", None, 1)
    assert (last.actor, last.role, last.second_actor) == ("sun", "hq-commander", "li")
    assert last.reason == "handed to the state"
    reopen(grave, FLOOD, "the river rises again")
    last = history(grave, incident(grave))[-1]
    assert (last.kind, last.level, last.actor, last.role) == ("reopened", 3, "sun", "hq-commander")


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("", "the state takes over"),
        ("the state takes over", "the state takes over"),
        ("no open claim", "the state takes over · no open claim"),
    ],
)
def test_the_history_of_an_end_by_two_gives_the_reason_of_both(grave: Context, second: str, told: str) -> None:
    stand_down(grave, FLOOD, "the state takes over")
    stand_down(one_by(grave, "li", "logistics"), FLOOD, second)
    assert history(grave, incident(grave))[-1].reason == told


def test_a_level_i_in_force_takes_two_to_end_even_where_the_rules_propose_nothing(boss: Context) -> None:
    hq = one_by(boss, "sun", "hq-commander")
    with hq.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(hq, connection, before, 1, {"incident": FLOOD, "level": 1}, {})
    assert isinstance(stand_down(hq, FLOOD, "over"), Lowering) and incident(hq).is_open


def test_a_request_to_end_is_withdrawn_by_whoever_made_it_and_a_level_decided_meanwhile_ends_it(grave: Context) -> None:
    stand_down(grave, FLOOD, "handed to the state")
    deciding.withdraw_request(grave, FLOOD)
    assert ending.request(grave, FLOOD) is None
    stand_down(grave, FLOOD, "handed to the state")
    confirm_level(grave, FLOOD, 1)
    assert ending.request(grave, FLOOD) is None and incident(grave).is_open
