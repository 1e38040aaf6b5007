"""A finding changes the plan by the plan's own way, and is tried again by a script that is in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emergency.domain.improvement import is_retest_of, retested
from emergency.library.strict_yaml import parse
from emergency.service import playbook_feedback, playbooks, retest
from emergency.service.context import Context, Refused
from emergency.service.drills import run_script
from emergency.service.improvements import Item, items, proof_in
from emergency.service.playbook_proposal import about, clause, difference, draft_with, fault_of, plans, propose, span
from emergency.service.retest import retest_script, shelve
from tests.service.test_improvement import keep_run

TEXT = """\
tasks:
  - {id: one, title: A}
  - {id: declare, title: B,
     due: {within: 45m}}
  # a comment of the next
  - id: three
    title: C

comms: []
"""


@pytest.fixture
def found(ctx: Context) -> Item:
    from emergency.service.improvements import proposed, take_up

    subject = keep_run(ctx, "storm-1", 40.0)
    take_up(ctx, subject, proposed(ctx, subject)[0])
    return items(ctx)[0]


def test_a_clause_ends_where_the_next_begins() -> None:
    assert span(TEXT, "one") == (1, 2)
    assert span(TEXT, "declare") == (2, 4)
    assert span(TEXT, "three") == (5, 7)
    assert span(TEXT, "decl") is None


def test_every_task_of_every_plan_in_force_is_found_word_for_word(ctx: Context) -> None:
    for plan in plans(ctx):
        for task in plan.tasks:
            text = clause(ctx, plan.id, task.id).text
            (entry,) = parse(text.encode(), "clause").value
            assert entry["id"] == task.id


def test_a_change_becomes_a_remark_with_its_difference(ctx: Context, found: Item) -> None:
    old = clause(ctx, "core-claims-outage", "declare")
    wanted = old.text.replace("within: 45m", "within: 15m")
    assert difference(old, old.text) == ""
    number = propose(ctx, found, old, wanted, "the level came late")
    (remark,) = [f for f in playbook_feedback.feedback(ctx) if f.feedback_id == number]
    assert (remark.clause, remark.source, remark.state) == ("tasks/declare", "drill", "open")
    lines = remark.text.splitlines()
    assert any(line.startswith("-") and "within: 45m" in line for line in lines)
    assert any(line.startswith("+") and "within: 15m" in line for line in lines)
    assert items(ctx)[0].feedback_id == number


def test_a_finding_opens_the_plan_of_its_run_at_the_task_that_asks_for_the_act(ctx: Context, found: Item) -> None:
    run = run_script(ctx, "core-outage-2026", auto="none")
    at = {"subject_kind": "run", "subject_id": run["run"]}
    finding = replace(found, source="E02", metric="drill.core-outage-2026.E02.timeliness", **at)
    assert about(ctx, finding) == ("core-claims-outage", "manual-fnol")
    assert about(ctx, replace(finding, source="K1")) == ("core-claims-outage", "")
    of_clause = replace(found, metric="clause.core-claims-outage.declare.timeliness")
    assert about(ctx, of_clause) == ("core-claims-outage", "declare")


def test_a_value_that_is_none_is_said_before_anything_is_handed_in(ctx: Context) -> None:
    old = clause(ctx, "core-claims-outage", "declare")
    assert fault_of(ctx, old, old.text) is None
    fault = fault_of(ctx, old, old.text.replace("within: 45m", "within: banana"))
    assert fault is not None and "banana" in str(fault)


def test_what_would_break_the_plan_is_refused(ctx: Context, found: Item) -> None:
    old = clause(ctx, "core-claims-outage", "declare")
    with pytest.raises(Refused, match="not be in order"):
        propose(ctx, found, old, old.text.replace("role: commander", "role: nobody"), "")
    with pytest.raises(Refused, match="nothing differs"):
        propose(ctx, found, old, old.text, "")


def test_a_change_is_written_into_the_draft_of_the_next_version(ctx: Context, found: Item) -> None:
    old = clause(ctx, "core-claims-outage", "declare")
    draft_id = draft_with(ctx, old, old.text.replace("within: 45m", "within: 15m"))
    draft = playbooks.draft(ctx, draft_id)
    assert "due: {from: occurrence, within: 15m}" in draft.text
    with pytest.raises(Refused, match="writing in this clause"):
        draft_with(ctx, old, old.text.replace("within: 45m", "within: 10m"))


def test_the_finding_of_a_drill_is_asked_for_once_more(ctx: Context, found: Item, tmp_path: Path) -> None:
    item = replace(found, source="E01", metric="drill.core-outage-2026.E01.timeliness")
    made = retest_script(ctx, item, "core-outage-2026")
    (tmp_path / made.file).write_text(made.text, encoding="utf-8")
    script = ctx.content.library.drill(tmp_path / made.file)
    assert not made.in_place
    assert script.title["en"] == "Core claims outage: tabletop – retest of item 1"
    shipped = ctx.content.library.drill("core-outage-2026")
    assert len(script.injects) == len(shipped.injects) + 1
    last = script.injects[-1]
    assert (last.id, last.at_s, last.expects[0].id) == ("R1", (30 + 2 * 15) * 60, "E01-R1")
    assert last.expects[0].accuracy == next(e for _, e in shipped.expectations() if e.id == "E01").accuracy


def test_what_can_be_done_once_is_asked_for_in_its_own_place_and_a_good_team_earns_it(
    ctx: Context, found: Item
) -> None:
    item = replace(found, item_id=2, source="E02", metric="drill.core-outage-2026.E02.timeliness")
    made = retest_script(ctx, item, "core-outage-2026")
    assert made.in_place
    kept = shelve(ctx, made)
    assert kept.reference == "core-outage-2026-retest-2@1.0.1"
    script = ctx.content.library.drill("core-outage-2026-retest-2")
    shipped = ctx.content.library.drill("core-outage-2026")
    asked = {e.id: (inject.id, e) for inject, e in script.expectations()}
    before = next(e for _, e in shipped.expectations() if e.id == "E02")
    assert asked["E02-R2"] == ("I01", replace(before, id="E02-R2")), "the same limit, from the same moment"
    assert "E02" not in asked and len(script.injects) == len(shipped.injects)
    run = run_script(ctx, "core-outage-2026-retest-2", auto="best")
    assert (run["score"]["overall"], run["score"]["band"]) == (100.0, "P")
    assert is_retest_of(run["drill"], run["score"], item)
    assert not [name for name in ctx.content.workspaces.names() if name.startswith("check-")]


def test_what_the_best_player_cannot_earn_again_is_refused(
    ctx: Context, found: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = replace(found, source="E01", metric="drill.core-outage-2026.E01.timeliness")
    tried: list[str] = []
    monkeypatch.setattr(retest, "_earned", lambda _ctx, script, name: bool(tried.append(name)))
    with pytest.raises(Refused, match="not even the best player could do E01"):
        retest_script(ctx, item, "core-outage-2026")
    assert tried == ["E01-R1", "E01-R1"], "by one more inject, and in its own place"


def test_a_finding_is_asked_for_again_only_where_it_was_made_and_each_has_a_retest_of_its_own(
    ctx: Context, found: Item
) -> None:
    first = replace(found, source="E01", metric="drill.core-outage-2026.E01.timeliness")
    second = replace(first, item_id=2, source="E03", metric="drill.core-outage-2026.E03.timeliness")
    names = [retest_script(ctx, one, "core-outage-2026").file for one in (first, second)]
    assert names == ["core-outage-2026-retest-1.drill.yaml", "core-outage-2026-retest-2.drill.yaml"]
    assert "E01" in {e.id for _, e in ctx.content.library.drill("data-leak-2026").expectations()}
    with pytest.raises(Refused, match="neither in the drill"):
        retest_script(ctx, first, "data-leak-2026")


def test_a_retest_shows_what_became_of_its_own_finding_and_of_no_other(ctx: Context, found: Item) -> None:
    item = replace(found, item_id=7, source="E01", metric="drill.core-outage-2026.E01.timeliness")
    asked = [{"id": "E01", "timeliness": 100.0, "void": None}, {"id": "E01-R7", "timeliness": 40.0, "void": None}]
    record = {"drill_id": "core-outage-2026-retest-7", "score": {"expectations": asked}}
    assert is_retest_of("core-outage-2026-retest-7", record["score"], item)
    assert proof_in(item, record, {}) == 40.0, "the second time counts, not the first"
    other = replace(item, item_id=8)
    assert not is_retest_of("core-outage-2026-retest-7", record["score"], other)
    assert not is_retest_of("core-outage-2026-retest-7", {"expectations": asked[:1]}, item), "another house's item 7"
    assert [retested(one) for one in ("a", "a-retest-1", "a-retest-1-retest-22")] == ["a", "a", "a"]


def test_the_finding_of_an_incident_is_asked_for_by_its_clause(ctx: Context, found: Item) -> None:
    item = replace(found, source="failover", metric="clause.core-claims-outage.failover.timeliness")
    text = retest_script(ctx, item, "core-outage-2026").text
    assert '"action": "system.failover"' in text
    with pytest.raises(Refused, match="neither in the drill"):
        retest_script(ctx, replace(item, source="nothing"), "core-outage-2026")
