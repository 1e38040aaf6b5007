"""The shipped files of relief measures and task rules, and what is said of broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.library import FileFaults, Library
from emergency.library.relief import load_relief_measures, load_task_rules

SEVEN = (
    "fast_lane",
    "fewer_documents",
    "quick_small_claims",
    "advance_payment",
    "no_policy_needed",
    "anywhere",
    "assessment_authority",
)


def test_the_seven_measures_of_the_trade_are_there_with_both_texts_and_a_source(repository: Path) -> None:
    found = load_relief_measures(repository / "data/relief-measures.yaml").measures
    assert set(SEVEN) <= set(found)
    assert all(found[name].kind == "relief" and found[name].source for name in SEVEN)


def test_every_measure_a_playbook_asks_for_can_be_enabled_by_name(repository: Path) -> None:
    known = load_relief_measures(repository / "data/relief-measures.yaml").measures
    asked = {
        str(e.match["name"])
        for book in Library(repository).playbooks()
        for task in book.tasks
        for e in task.evidence
        if e.action == "policy.enable" and "name" in e.match
    }
    assert asked - set(known) == set()


def test_task_rules_say_a_span_and_a_source_for_each_step_and_level(repository: Path) -> None:
    rules = load_task_rules(repository / "data/rules/tasking.yaml")
    for level in (1, 2, 3):
        spans = rules.escalate_s[level]
        assert spans["deputy"] < spans["commander"] < spans["next_tier"]
    assert all(rules.escalate_s[1][s] < rules.escalate_s[3][s] for s in ("deputy", "commander", "next_tier"))
    assert set(rules.sources) == {"work", "review", "deputy", "commander", "next_tier"}


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("lasts: 30d", "lasts: long", "allowed: a span"),
        ("id: fewer_documents", "id: fast_lane", "two measures fast_lane"),
        ("kind: relief", "kind: relief\n    colour: red", "found colour"),
    ],
)
def test_a_fault_in_the_measures_is_named_with_its_line(
    repository: Path, tmp_path: Path, before: str, after: str, why: str
) -> None:
    text = (repository / "data/relief-measures.yaml").read_text("utf-8")
    broken = tmp_path / "relief-measures.yaml"
    changed = text.replace(before, after, 1)
    broken.write_text(changed, "utf-8")
    with pytest.raises(FileFaults, match=why) as told:
        load_relief_measures(broken)
    wrong = after.splitlines()[-1].strip()
    place = changed[: changed.rindex(wrong) if wrong == "colour: red" else text.index(before)].count("\n") + 1
    assert told.value.faults[0].line == place


def test_a_missing_step_of_escalation_is_named(repository: Path, tmp_path: Path) -> None:
    text = (repository / "data/rules/tasking.yaml").read_text("utf-8")
    broken = tmp_path / "tasking.yaml"
    broken.write_text(text.replace("1: 15m, 2: 30m, 3: 2h}", "1: 15m, 2: 30m}"), "utf-8")
    with pytest.raises(FileFaults, match="commander needs a span"):
        load_task_rules(broken)
