"""Improvement items: their cycle, who may close them, who is told when they are late, and what proves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.service import improvement_chores
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.improvements import (
    Item,
    add_item,
    change_item,
    checks,
    items,
    keep_proofs,
    keep_proofs_of,
    move_item,
    overdue,
    proposed,
    take_up,
    verifying,
)
from emergency.service.reviewing import RUN, Subject
from emergency.store import improvements as store
from emergency.store import journal, records, reviews


def expectation(points: float, id: str = "E1") -> dict[str, Any]:
    return {
        "id": id, "inject": "I1", "objective": "O1", "role": "commander", "action": "level.confirm", "weight": 10,
        "critical": False, "limit_s": 600, "delivered_s": 0, "acted_s": 60, "taken_s": 60, "by_role": "commander",
        "entry": 3, "performed": points > 0, "timeliness": points, "accuracy": None, "accuracy_note": None,
        "breach": False, "shared_with": [], "void": None,
    }  # fmt: skip


def keep_run(ctx: Context, run_id: str, points: float, seed: int = 1, sat: Mapping[str, int] | None = None) -> Subject:
    """A run of one expected action, kept as it stands. sat: role -> people; none where robots played."""
    people = {"commander": 1} if sat is None else sat
    held = {"held": {"started_us": ctx.now_us(), "roles": people}} if people else {}
    issue = {"id": "{expectation}: {role} took {taken}, the limit was {limit}",
             "values": {"expectation": "E1", "role": "commander", "action": "level.confirm", "taken": "0:30",
                        "limit": "0:10"}}  # fmt: skip
    draft = {"objective": "O1", "source": "E1", "issue": issue, "element": "training",
             "target_metric": "drill.storm.E1.timeliness", "target_value": 90.0,
             "owner_role": "commander"}  # fmt: skip
    score = {"overall": points, "timeliness": points, "accuracy": None, "effectiveness": None, "coverage": 1.0,
             "band": "P" if points >= 90 else "M", "passed": points >= 75, "objectives": [], "outcomes": [],
             "expectations": [expectation(points)], "voids": [], "void_share": 0.0, "reasons": []}  # fmt: skip
    with ctx.store.write() as connection:
        records.add_run(
            connection, run_id=run_id, drill_id="storm", drill_version="1.0.0", title={"en": "Storm", "zh": "风暴"},
            auto="people" if people else "scripted", seed=seed, workspace="drill-storm",
            finished_us=ctx.now_us(), score=score,
            review={"drafts": [draft] if points < 90 else [], "gaps": [], "objectives": [],
                    "overview": {"players": ["commander", "risk"], **held}},
            files={},
        )  # fmt: skip
    return Subject(RUN, run_id)


@pytest.fixture
def found(ctx: Context) -> Item:
    """An item taken up from a run in which the level came late."""
    subject = keep_run(ctx, "storm-1", 40.0)
    take_up(ctx, subject, proposed(ctx, subject)[0])
    return items(ctx, subject)[0]


def later(ctx: Context, days: float, who: str = "chen") -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(days=days)), actor=Actor(who, who, "hq-commander"))


def written(ctx: Context, item: Item, days: float = 10) -> Item:
    due_us = to_us(ctx.now() + timedelta(days=days))
    change_item(
        ctx, item, root_cause="nobody at the desk", action="a deputy on duty", owner="Li Na", due_us=due_us,
        verify_drill="storm",
    )  # fmt: skip
    return items(ctx)[0]


def test_an_item_takes_issue_target_and_figure_before_from_the_finding(ctx: Context, found: Item) -> None:
    assert (found.metric, found.target_value, found.before_value) == ("drill.storm.E1.timeliness", 90.0, 40.0)
    assert (found.state, found.element, found.verify_drill) == ("plan", "training", "storm")
    assert found.issue["id"].startswith("{expectation}")


def test_a_finding_becomes_one_item_only(ctx: Context, found: Item) -> None:
    subject = Subject(RUN, "storm-1")
    assert proposed(ctx, subject) == []
    with ctx.store.read() as connection:
        draft = records.run(connection, "storm-1")["review"]["drafts"][0]  # type: ignore[index]
    with pytest.raises(Conflict):
        take_up(ctx, subject, draft)


def test_nothing_is_begun_without_cause_action_owner_and_due_date(ctx: Context, found: Item) -> None:
    with pytest.raises(Refused, match="root cause, corrective action, owner, due date"):
        move_item(ctx, found, "do")
    move_item(ctx, written(ctx, found), "do")
    assert items(ctx)[0].state == "do"


def test_two_people_who_change_the_same_item_are_told(ctx: Context, found: Item) -> None:
    change_item(ctx, found, root_cause="one")
    with pytest.raises(Conflict, match="chen has changed item 1"):
        change_item(later(ctx, 0, "wang"), found, root_cause="two")
    assert items(ctx)[0].root_cause == "one"


def proven(ctx: Context, found: Item, points: float = 95.0) -> Item:
    move_item(ctx, written(ctx, found), "do")
    move_item(later(ctx, 0), items(ctx)[0], "check", "a rota was made")
    keep_run(later(ctx, 3), "storm-2", points, seed=2)
    keep_proofs(ctx, "storm-2")
    return items(ctx)[0]


def test_the_next_drill_says_before_after_and_whether_the_target_was_met(ctx: Context, found: Item) -> None:
    proven(ctx, found)
    with ctx.store.read() as connection:
        run = records.run(connection, "storm-2")
    (proof,) = verifying(ctx, run)  # type: ignore[arg-type]
    assert (proof.before, proof.after, proof.met) == (40.0, 95.0, True)
    assert checks(ctx)[found.item_id][0]["met"] is True


def test_robots_prove_nothing_of_what_people_did_badly(ctx: Context, found: Item) -> None:
    move_item(ctx, written(ctx, found), "do")
    move_item(later(ctx, 0), items(ctx)[0], "check", "a rota was made")
    for day, sat in enumerate(({}, {"risk": 2}), 1):  # nobody sat anywhere; nobody sat as commander
        keep_run(later(ctx, day), f"storm-{day + 1}", 100.0, sat=sat)
        (proof,) = keep_proofs(ctx, f"storm-{day + 1}")
        assert (proof.after, proof.met, proof.why_not) == (100.0, True, "robots")
    assert [one["why_not"] for one in checks(ctx)[found.item_id]] == ["robots", "robots"]
    with pytest.raises(Refused, match="no figure of the verifying drill"):
        move_item(ctx, items(ctx)[0], "act")


def test_nor_does_a_run_of_robots_send_an_item_back(ctx: Context, found: Item) -> None:
    move_item(ctx, written(ctx, found), "do")
    move_item(later(ctx, 0), items(ctx)[0], "check", "a rota was made")
    keep_run(later(ctx, 1), "storm-2", 10.0, sat={})
    keep_proofs(ctx, "storm-2")
    assert items(ctx)[0].state == "check"


def test_a_run_begun_before_the_work_was_declared_done_is_no_proof(ctx: Context, found: Item) -> None:
    move_item(ctx, written(ctx, found), "do")
    keep_run(later(ctx, 1), "storm-2", 95.0)
    (proof,) = keep_proofs(ctx, "storm-2")
    assert (proof.met, proof.why_not) == (True, "early")
    move_item(later(ctx, 2), items(ctx)[0], "check", "a rota was made")
    with pytest.raises(Refused, match="no figure of the verifying drill"):
        move_item(ctx, items(ctx)[0], "act")
    keep_run(later(ctx, 1.5), "storm-3", 95.0)  # people sat down before it was done and were kept after it
    assert [one.why_not for one in keep_proofs(later(ctx, 3), "storm-3")] == ["early"]


def test_work_that_is_done_again_wants_a_proof_again(ctx: Context, found: Item) -> None:
    proven(ctx, found)
    for state in ("plan", "do"):
        move_item(later(ctx, 4), items(ctx)[0], state)
    move_item(later(ctx, 5), items(ctx)[0], "check", "another rota")
    with pytest.raises(Refused, match="no figure of the verifying drill"):
        move_item(later(ctx, 6), items(ctx)[0], "act")


def test_a_real_incident_that_began_afterwards_proves_a_clause_of_its_plan(ctx: Context, found: Item) -> None:
    with ctx.store.write() as connection:
        metric = "clause.core-claims-outage.declare.timeliness"
        store.change(connection, found.item_id, found.version, metric=metric, source="declare")
    change_item(
        ctx, items(ctx)[0], root_cause="nobody at the desk", action="a deputy on duty", owner="Li Na",
        due_us=to_us(ctx.now()),
    )  # fmt: skip
    move_item(ctx, items(ctx)[0], "do")
    move_item(later(ctx, 0), items(ctx)[0], "check", "a rota was made")
    for day, points in ((-1, 100.0), (2, 95.0)):
        at = later(ctx, day).now()
        record = {
            "kind": "incident", "run_id": f"REAL{day}", "drill_id": f"REAL{day}",
            "finished_us": to_us(later(ctx, 3).now()), "score": {"expectations": [expectation(points, "declare")]},
            "review": {"overview": {"players": [], "held": {"from": at.isoformat()}}},
        }  # fmt: skip
        kept = {
            "title": {"en": "Outage"}, "held_us": 1, "incident_kind": "system_failure", "level": 2,
            "playbook": "core-claims-outage@1.2.0", "roles": ["commander"], "overall": 80.0, "band": "S",
            "clauses": {"declare": {"state": "done", "points": points}},
        }  # fmt: skip
        with ctx.store.write() as connection:
            reviews.keep_exercise(connection, ("incident", f"REAL{day}"), **kept)
        (proof,) = keep_proofs_of(later(ctx, 3), record)
        assert (proof.after, proof.why_not) == (points, "early" if day < 0 else "")
    move_item(later(ctx, 4), items(ctx)[0], "act")


def test_a_run_proves_nothing_of_the_findings_made_in_it_or_after_it(ctx: Context, found: Item) -> None:
    written(ctx, found)
    keep_run(later(ctx, -5), "storm-0", 95.0)
    for run_id in ("storm-1", "storm-0"):
        assert keep_proofs(ctx, run_id) == []


def test_a_target_that_was_missed_sends_the_item_back_to_plan(ctx: Context, found: Item) -> None:
    assert proven(ctx, found, points=60.0).state == "plan"


def test_without_a_figure_nothing_is_proven(ctx: Context, found: Item) -> None:
    move_item(ctx, written(ctx, found), "do")
    move_item(later(ctx, 0), items(ctx)[0], "check", "a rota was made")
    with pytest.raises(Refused, match="no figure of the verifying drill"):
        move_item(ctx, items(ctx)[0], "act")


def test_who_owns_an_item_does_not_close_it(ctx: Context, found: Item) -> None:
    item = proven(ctx, found)
    move_item(ctx, item, "act")
    for name in ("Li Na", "  li   NA "):
        with pytest.raises(Refused, match="somebody else"):
            move_item(later(ctx, 4, name), items(ctx)[0], "closed")
    move_item(later(ctx, 4, "wang"), items(ctx)[0], "closed")
    closed = items(ctx)[0]
    assert (closed.state, closed.closed_by) == ("closed", "wang")
    move_item(later(ctx, 4, "wang"), closed, "act")  # taken back
    assert items(ctx)[0].closed_at is None


def test_not_even_the_database_lets_an_owner_close(ctx: Context, found: Item) -> None:
    from sqlalchemy.exc import IntegrityError

    item = written(ctx, found)
    with pytest.raises(IntegrityError), ctx.store.write() as connection:
        store.change(connection, item.item_id, item.version, state="closed", closed_by="Li Na")


def test_dropping_asks_for_a_reason_and_can_be_taken_back(ctx: Context, found: Item) -> None:
    with pytest.raises(Refused, match="why it is dropped"):
        move_item(ctx, found, "dropped")
    move_item(ctx, found, "dropped", "the desk is closed for good")
    assert items(ctx)[0].evidence == "the desk is closed for good"
    move_item(ctx, items(ctx)[0], "plan")
    assert items(ctx)[0].is_open


def told(ctx: Context) -> list[tuple[int, str]]:
    with ctx.store.read() as connection:
        return [(one["stage"], one["told"]) for one in store.notices(connection, "improvement")]


def test_an_item_that_is_overdue_climbs_week_by_week_once_each(ctx: Context, found: Item) -> None:
    written(ctx, found, days=10)
    for day in (0, 1, 2, 3.5, 9.5, 10.1, 10.2, 17.5, 17.6, 24.5, 31.5):
        improvement_chores.chores(later(ctx, day))
    assert told(ctx) == [
        (-7, "Li Na"),
        (-1, "Li Na"),
        (0, "Li Na"),
        (1, "Li Na, commander"),
        (2, "Li Na, commander, general-manager"),
        (3, "Li Na, commander, general-manager"),
    ]
    with ctx.store.read() as connection:
        actions = [e.action for e in journal.entries(connection) if e.action.startswith("improvement.")]
        sent = [m["subject"] for m in records.messages(connection) if m["event_key"].startswith("improvement/")]
    assert actions.count("improvement.remind") == 2
    assert actions.count("improvement.escalate") == 4
    assert len(sent) == 6
    assert any("改进" in subject for subject in sent)


def test_what_is_done_or_moved_in_time_is_not_told_of(ctx: Context, found: Item) -> None:
    written(ctx, found, days=10)
    change_item(ctx, items(ctx)[0], due_us=to_us(ctx.now() + timedelta(days=60)))
    assert improvement_chores.chores(later(ctx, 20)) == 0
    move_item(ctx, items(ctx)[0], "dropped", "no need")
    assert improvement_chores.chores(later(ctx, 100)) == 0


def test_overdue_items_have_their_age(ctx: Context, found: Item) -> None:
    written(ctx, found, days=10)
    assert overdue(later(ctx, 9)) == []
    ((item, days),) = overdue(later(ctx, 22.5))
    assert (item.item_id, days) == (found.item_id, 12)
    assert overdue(later(ctx, 22.5), but=Subject(RUN, "storm-1")) == []


def test_an_item_in_a_persons_own_words_is_judged_by_somebody_else(ctx: Context, flood: Incident) -> None:
    keep_run(ctx, "storm-1", 95.0)
    add_item(ctx, Subject(RUN, "storm-1"), "The map was too small", element="equipment")
    item = written(ctx, items(ctx)[0])
    move_item(ctx, item, "do")
    move_item(ctx, items(ctx)[0], "check", "a larger screen")
    with pytest.raises(Refused, match="somebody other than Li Na"):
        move_item(later(ctx, 1, "Li Na"), items(ctx)[0], "act")
    move_item(later(ctx, 1, "wang"), items(ctx)[0], "act")
    assert items(ctx)[0].state == "act"


def test_every_step_stands_in_the_journal(ctx: Context, found: Item, at: Callable[[Context, str], Context]) -> None:
    move_item(ctx, written(ctx, found), "do")
    with ctx.store.read() as connection:
        actions = [e.action for e in journal.entries_of(connection, subject=f"improvement/{found.item_id}")]
    assert actions == ["improvement.add", "improvement.change", "improvement.move"]
