"""Two versions of a small plan: what is told of the change, and that nothing is told where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.playbook import Due, Playbook
from emergency.domain.playbook_difference import ADDED, CHANGED, REMOVED, differences
from emergency.domain.playbook_words import span, spans
from emergency.library import Library
from emergency.texts import speaker

LIBRARY = Library(Path(__file__).parents[2])
PLAN = LIBRARY.playbook("earthquake@1.0.0")
PLANS = {f"{plan.id}@{plan.version}": plan for plan in LIBRARY.playbooks()}
REFERENCES = sorted(PLANS)


def told(before: Playbook, after: Playbook) -> list[tuple[str, str, str, str, str]]:
    say = speaker("en")
    return [(d.place, d.kind, d.field, say(d.before), say(d.after)) for d in differences(before, after)]


def without(plan: Playbook, task: str) -> Playbook:
    return replace(plan, tasks=tuple(one for one in plan.tasks if one.id != task))


def test_a_plan_does_not_differ_from_itself_nor_by_its_approval() -> None:
    assert told(PLAN, replace(PLAN, version="9.0.0", status="draft", sha256="x")) == []


def test_a_due_time_that_changed_is_told_in_words() -> None:
    changed = tuple(
        replace(one, due=Due("activation", {1: 3600, 2: 7200, 3: 7200})) if one.id == "fnol-elsewhere" else one
        for one in PLAN.tasks
    )
    assert told(PLAN, replace(PLAN, tasks=changed)) == [
        ("tasks/fnol-elsewhere", CHANGED, "due", "2 h after activation", "Ⅰ 1 h · Ⅱ 2 h · Ⅲ 2 h after activation")
    ]


def test_a_task_taken_out_and_one_put_in_are_told_as_a_whole() -> None:
    less = without(PLAN, "recourse" if any(t.id == "recourse" for t in PLAN.tasks) else "fraud-watch")
    ((place, kind, _, before, after),) = told(PLAN, less)
    assert (place, kind, after) == ("tasks/fraud-watch", REMOVED, "–")
    assert "risk" in before
    ((place, kind, _, before, _),) = told(less, PLAN)
    assert (place, kind, before) == ("tasks/fraud-watch", ADDED, "–")


def test_resources_are_told_apart_by_kind_and_skill() -> None:
    rows = tuple(replace(r, priority=5) if r.skill == "home" else r for r in PLAN.resources)
    assert told(PLAN, replace(PLAN, resources=rows)) == [("resources/surveyor/home", CHANGED, "priority", "2", "5")]


@settings(max_examples=40)
@given(st.sampled_from(REFERENCES), st.sampled_from(REFERENCES))
def test_every_change_there_is_a_change_back(first: str, second: str) -> None:
    one, other = PLANS[first], PLANS[second]
    forth, back = differences(one, other), differences(other, one)
    swapped = {ADDED: REMOVED, REMOVED: ADDED, CHANGED: CHANGED}
    assert sorted((d.place, d.field, d.kind) for d in forth) == sorted(
        (d.place, d.field, swapped[d.kind]) for d in back
    )
    for language in ("en", "zh_CN"):
        say = speaker(language)
        assert all(say(d.clause) and say(d.before) and say(d.after) for d in forth)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(900, "15 min"), (3600, "1 h"), (5400, "1 h 30 min"), (86400, "1 d"), (90000, "25 h"), (0, "0 min")],
)
def test_spans_are_said_as_people_say_them(seconds: int, words: str) -> None:
    assert speaker("en")(span(seconds)) == words


def test_one_span_is_said_once_where_all_levels_have_it() -> None:
    assert speaker("zh_CN")(spans({1: 3600, 2: 3600})) == "1 小时"
    assert speaker("en")(spans({3: 3600, 1: 900})) == "Ⅰ 15 min · Ⅲ 1 h"
