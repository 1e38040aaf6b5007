"""Playbooks in the console: drafted by one, approved by another, in force from then on, reminded of in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.domain.incident import Incident
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.grading import confirm_level
from emergency.service.playbook_feedback import add_feedback, feedback, settle_feedback
from emergency.service.playbook_reading import check_text, shelf, text_of
from emergency.service.playbook_review import remind, stage_of
from emergency.service.playbooks import (
    Draft,
    approve,
    begin_draft,
    bring_back,
    decisions,
    discard_draft,
    draft,
    drafts,
    import_draft,
    restore_draft,
    retire,
    save_draft,
)
from emergency.service.records import journal_entries, messages, verify_journal
from emergency.service.response import open_incident
from emergency.texts import Message

NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
DUE = date(2027, 11, 23)


@pytest.fixture
def live(running: Running) -> Context:
    return at_noon(running, "li")


def at_noon(running: Running, who: str, when: datetime = NOON) -> Context:
    return replace(running.context("live", Actor(who)), clock=FixedClock(when))


def approved(ctx: Context, change: Callable[[str], str] = str, reference: str = "earthquake") -> str:
    made = begin_draft(ctx, reference)
    made = save_draft(ctx, made.draft_id, change(made.text), made.revision)
    by = replace(ctx, actor=Actor("wang"))
    return approve(by, made.draft_id, made.revision, approver="wang", by="chief-claims-officer", review_due=DUE)


def sentence(refusal: pytest.ExceptionInfo[Exception]) -> str:
    """Refusals are messages, so that each reader gets them in their own language."""
    assert isinstance(refusal.value.args[0], Message)
    return str(refusal.value.args[0])


def earthquake(**more: object) -> Incident:
    given: dict[str, object] = {
        "incident_id": "QUAKE-1",
        "kind": "natural_disaster",
        "perils": ("earthquake",),
        "title": {"zh": "地震"},
        "jurisdiction": "CN-510000",
        "regions": ("510100",),
        "occurred_at": NOON,
        "discovered_at": NOON,
        "opened_at": NOON,
    }
    return Incident(**{**given, **more})  # type: ignore[arg-type]


def test_a_draft_is_the_next_version_with_every_comment_of_the_one_before(live: Context) -> None:
    made = begin_draft(live, "earthquake@1.0.0")
    before = text_of(live.content.library, "earthquake@1.0.0")
    changed = [(a, b) for a, b in zip(before.splitlines(), made.text.splitlines(), strict=True) if a != b]
    assert changed == [("version: 1.0.0", "version: 1.1.0"), ("status: approved", "status: draft")]
    assert begin_draft(live, "earthquake").draft_id == made.draft_id, "one open draft is gone on with"
    assert check_text(live.content.library, made.text, "draft") == ()


def test_what_was_typed_is_kept_when_the_server_dies(live: Context, running: Running) -> None:
    made = begin_draft(live, "earthquake")
    save_draft(live, made.draft_id, made.text + "# 写到一半", made.revision)
    again = build(Config(home=running.config.home, database_url=running.config.database_url))
    try:
        assert draft(at_noon(again, "li"), made.draft_id).text.endswith("# 写到一半")
    finally:
        again.close()


def test_two_who_write_at_once_are_told_of_each_other(live: Context) -> None:
    made = begin_draft(live, "earthquake")
    save_draft(replace(live, actor=Actor("zhao")), made.draft_id, made.text + "# zhao", made.revision)
    with pytest.raises(Conflict) as refusal:
        save_draft(live, made.draft_id, made.text + "# li", made.revision)
    assert sentence(refusal) == "zhao changed this draft at 04:00 UTC; load it again before you go on"
    assert draft(live, made.draft_id).authors == ("li", "zhao")


def test_of_many_who_save_at_the_same_moment_one_is_kept_and_the_others_are_told(live: Context) -> None:
    made = begin_draft(live, "earthquake")
    gate = threading.Barrier(4)
    kept: list[str] = []

    def one(who: str) -> None:
        gate.wait()
        try:
            save_draft(replace(live, actor=Actor(who)), made.draft_id, f"{made.text}# {who}", made.revision)
            kept.append(who)
        except Conflict:
            pass

    threads = [threading.Thread(target=one, args=(f"writer-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = draft(live, made.draft_id)
    assert [now.changed_by] == kept
    assert (now.revision, now.text.rpartition("# ")[2]) == (made.revision + 1, kept[0])


def test_an_approved_version_is_what_new_incidents_open_and_an_open_one_keeps_its_own(live: Context) -> None:
    chief = replace(live, actor=Actor("zhang", "zhang", "hq-commander"))
    open_incident(live, earthquake())
    confirm_level(chief, "QUAKE-1", 2, reason="figures of the government")
    made = approved(
        live, lambda text: text.replace("within: 2h}, repeat_every: {3: 24h", "within: 1h}, repeat_every: {3: 24h")
    )
    assert made == "earthquake@1.1.0"
    open_incident(live, earthquake(incident_id="QUAKE-2"))
    confirm_level(chief, "QUAKE-2", 2, reason="figures of the government")
    from emergency.service.response import every_incident

    assert {i.incident_id: i.playbook for i in every_incident(live)} == {
        "QUAKE-1": "earthquake@1.0.0",
        "QUAKE-2": "earthquake@1.1.0",
    }
    confirm_level(chief, "QUAKE-1", 1, reason="worse")
    assert next(i for i in every_incident(live) if i.incident_id == "QUAKE-1").playbook == "earthquake@1.0.0"


def test_the_approved_version_counts_in_every_workspace_and_outlives_a_restart(live: Context, running: Running) -> None:
    approved(live)
    running.content.workspaces.open("other")
    other = running.context("other", Actor("chen"))
    assert other.content.library.playbook("earthquake").version == "1.1.0"
    again = build(Config(home=running.config.home, database_url=running.config.database_url))
    try:
        plan = again.content.library.playbook("earthquake")
        assert (plan.version, plan.status, plan.approved and plan.approved.review_due) == ("1.1.0", "approved", DUE)
    finally:
        again.close()


def test_nobody_approves_what_they_wrote(live: Context) -> None:
    made = begin_draft(live, "earthquake")
    made = save_draft(replace(live, actor=Actor("Zhao")), made.draft_id, made.text + "\n", made.revision)
    for author in ("li", "zhao ", ""):
        with pytest.raises(Refused) as refusal:
            approve(live, made.draft_id, made.revision, approver=author, by="cio", review_due=DUE)
        assert "somebody else must approve it" in sentence(refusal) or "say who approves" in sentence(refusal)
    assert live.content.library.playbook("earthquake").version == "1.0.0"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("role: safety,", "role: saftey,", "faults are left, the first: nobody is asked to do anything as safety"),
        ("version: 1.1.0", "version: 1.0.0", "version 1.0.0 is not newer than 1.0.0"),
        ("tasks:\n", "tasks: [\n", "the text has faults"),
    ],
)
def test_what_has_faults_or_is_not_newer_is_not_approved(live: Context, old: str, new: str, message: str) -> None:
    made = begin_draft(live, "earthquake")
    assert old in made.text
    made = save_draft(live, made.draft_id, made.text.replace(old, new), made.revision)
    with pytest.raises(Refused) as refusal:
        approve(live, made.draft_id, made.revision, approver="wang", by="cio", review_due=DUE)
    assert message in sentence(refusal)


def test_a_review_in_the_past_is_no_review(live: Context) -> None:
    made = begin_draft(live, "earthquake")
    with pytest.raises(Refused, match="later day"):
        approve(live, made.draft_id, made.revision, approver="wang", by="cio", review_due=date(2026, 11, 23))


def test_who_approves_another_text_than_the_one_seen_is_stopped(live: Context) -> None:
    seen = begin_draft(live, "earthquake")
    save_draft(live, seen.draft_id, seen.text + "\n# later", seen.revision)
    with pytest.raises(Conflict):
        approve(live, seen.draft_id, seen.revision, approver="wang", by="cio", review_due=DUE)


def test_two_who_approve_at_once_make_one_version(live: Context) -> None:
    made = begin_draft(live, "earthquake")
    answers: list[str] = []

    def one() -> None:
        try:
            answers.append(approve(live, made.draft_id, made.revision, approver="wang", by="cio", review_due=DUE))
        except (Conflict, Refused):
            answers.append("refused")

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["earthquake@1.1.0", "refused"]
    assert list(decisions(live)[0]) == [("earthquake", "1.1.0")]


def test_a_file_goes_out_and_comes_in_the_same(live: Context) -> None:
    reference = approved(live)
    text = text_of(live.content.library, reference)
    taken = import_draft(live, "earthquake.playbook.yaml", text.encode())
    assert (taken.playbook_id, taken.text) == ("earthquake", text)
    broken = import_draft(live, "旧预案.yaml", "没有格式".encode())
    assert (broken.playbook_id, broken.text) == ("imported", "没有格式")
    with pytest.raises(Refused, match="UTF-8"):
        import_draft(live, "x.yaml", b"\xff\xfe\x00")


def test_a_draft_put_away_comes_back(live: Context) -> None:
    made: Draft = begin_draft(live, "earthquake")
    discard_draft(live, made.draft_id)
    assert drafts(live) == []
    with pytest.raises(Conflict):
        save_draft(live, made.draft_id, "x", made.revision)
    restore_draft(live, made.draft_id)
    assert draft(live, made.draft_id).text == made.text


def test_a_retired_plan_is_opened_no_more_until_it_is_brought_back_or_a_newer_one_approved(live: Context) -> None:
    library = live.content.library
    with pytest.raises(Refused, match="say why"):
        retire(live, "large-accident", " ")
    retire(live, "large-accident", "replaced by the group's plan")
    assert library.playbooks_for("accident") == ()
    assert library.playbook("large-accident@1.0.0").status == "retired"
    bring_back(live, "large-accident")
    assert [plan.id for plan in library.playbooks_for("accident")] == ["large-accident"]
    retire(live, "large-accident", "again")
    approved(live, reference="large-accident")
    assert [plan.version for plan in library.playbooks_for("accident")] == ["1.1.0"]


def test_what_people_said_is_kept_until_it_is_taken_up_or_declined_with_a_reason(live: Context) -> None:
    said = {"clause": "tasks/roll-call", "source": "staff", "said_by": "周敏", "text": "两小时点不完名"}
    add_feedback(live, "earthquake", "1.0.0", **said)  # type: ignore[arg-type]
    (one,) = feedback(live, "earthquake")
    assert (one.clause, one.said_by, one.state) == ("tasks/roll-call", "周敏", "open")
    with pytest.raises(Refused, match="say why it is declined"):
        settle_feedback(live, one, "declined")
    settle_feedback(live, one, "declined", "由省公司代点")
    with pytest.raises(Conflict) as refusal:
        settle_feedback(replace(live, actor=Actor("zhao")), one, "taken")
    assert sentence(refusal) == "li has settled this remark in the meantime: not taken up"
    settle_feedback(live, feedback(live)[0], "open")
    assert (feedback(live)[0].state, feedback(live)[0].settled_at) == ("open", None)
    with pytest.raises(Refused, match="who said it"):
        add_feedback(live, "earthquake", "1.0.0", source="customer", said_by="", text="x")


@pytest.mark.parametrize(
    ("days", "stage"), [(30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (1, 1), (0, 0), (-1, -1), (-7, -1), (-8, -2)]
)
def test_reminders_come_at_thirty_fourteen_seven_and_one_day_and_weekly_after(days: int, stage: int) -> None:
    assert stage_of(days) == stage


def test_a_review_is_reminded_of_once_per_stage_however_often_the_job_runs(live: Context, running: Running) -> None:
    assert remind(live) == 0
    near = at_noon(running, "system", datetime.fromisoformat("2027-02-01T09:00:00+08:00"))
    assert [remind(near) for _ in range(3)] == [1, 0, 0]
    (sent,) = [m for m in messages(live) if m["event_key"].startswith("playbook-review/")]
    assert "核心理赔系统中断应急预案" in sent["text"] and "28" in sent["text"]
    late = at_noon(running, "system", datetime.fromisoformat("2027-03-02T09:00:00+08:00"))
    assert [remind(late), remind(late)] == [1, 0]
    assert len([e for e in journal_entries(live) if e.action == "playbook.remind"]) == 2


def test_every_act_stands_in_the_journal_of_the_house(live: Context) -> None:
    approved(live)
    retire(live, "earthquake", "x")
    bring_back(live, "earthquake")
    acts = [e.action for e in reversed(journal_entries(live))]
    assert acts == ["playbook.draft", "playbook.approve", "playbook.retire", "playbook.unretire"]
    assert verify_journal(live).ok


def test_from_a_demo_the_house_s_plans_are_changed_not_the_demo_s(ctx: Context) -> None:
    made = begin_draft(ctx, "flood-texas")
    assert [d.draft_id for d in drafts(ctx)] == [made.draft_id]
    assert [e for e in journal_entries(ctx) if e.action.startswith("playbook.")] == []
    assert [one.plan.version for one in shelf(ctx.content.library) if one.plan.id == "flood-texas"] == [
        "1.1.0",
        "1.0.0",
    ]
