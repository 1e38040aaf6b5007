"""What was exercised and what was not: kinds, levels, roles, clauses; who trained, with what result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from emergency.bootstrap import Running
from emergency.domain.drill.readiness import Exercise, by_kind_and_level, by_role, clause_states
from emergency.domain.playbook import Playbook
from emergency.service import exercises
from emergency.service.context import Actor, Context
from emergency.service.playbook_reading import shelf
from emergency.service.readiness import readiness


def outage(ctx: Context) -> Playbook:
    return next(one.plan for one in shelf(ctx.content.library) if one.plan.id == "core-claims-outage" and one.in_force)


def held(day: int, clauses: dict[str, str], *, version: str = "1.1.0", level: int = 2, **more: Any) -> Exercise:
    at = datetime(2026, 1, day, tzinfo=UTC)
    roles = more.get("roles", ("commander",))
    return Exercise(
        f"x{day}", False, {"en": "X"}, at, "system_failure", level, "core-claims-outage", version, roles,
        clauses, 80, "S", more.get("played", "people"), more.get("people", ()),
    )  # fmt: skip


def test_kinds_and_levels_have_their_last_exercise(ctx: Context) -> None:
    found = by_kind_and_level([held(1, {}), held(2, {}), held(3, {}, level=3)], ["system_failure", "accident"])
    two = found["system_failure"][2]
    assert (two.times, two.last.id if two.last else "") == (2, "x2")
    assert found["accident"][1].last is None


def test_a_clause_is_never_exercised_failed_twice_or_changed(ctx: Context) -> None:
    plan = outage(ctx)
    texts = {task.id: task for task in plan.tasks}
    before = dict(texts) | {"failover": replace(texts["failover"], critical=not texts["failover"].critical)}
    played = [
        held(1, {"declare": "done", "failover": "done"}, version="1.0.0"),
        held(2, {"declare": "late"}),
        held(3, {"declare": "missed"}),
    ]
    known = {(plan.id, plan.version): texts, (plan.id, "1.0.0"): before}
    by_id = {one.task_id: one for one in clause_states(played, [plan], known)}
    assert by_id["declare"].results == ("missed", "late", "done")
    assert by_id["declare"].failed_twice
    assert not by_id["declare"].changed
    assert by_id["failover"].changed
    assert not by_id["failover"].failed_twice
    assert by_id["diagnose"].never
    assert sum(not one.never for one in by_id.values()) == 2


def test_roles_count_in_the_plan_they_acted_in(ctx: Context) -> None:
    plan = outage(ctx)
    found = by_role([held(1, {}), held(2, {}, roles=("it-ops",))], [plan])
    assert found[plan.id, "commander"].times == 1
    assert found[plan.id, "risk"].times == 0


def test_runs_of_robots_alone_are_no_exercise(ctx: Context) -> None:
    plan = outage(ctx)
    played = [
        held(1, {"declare": "done"}),
        held(2, {"declare": "missed"}, played="robots"),
        held(3, {"declare": "missed"}, played="robots"),
    ]
    two = by_kind_and_level(played, ["system_failure"])["system_failure"][2]
    assert (two.times, two.last.id if two.last else "", two.by_robots) == (1, "x1", 2)
    (declare,) = [one for one in clause_states(played, [plan], {}) if one.task_id == "declare"]
    assert declare.results == ("done",) and not declare.failed_twice
    seat = by_role(played, [plan])[plan.id, "commander"]
    assert (seat.times, seat.by_robots) == (1, 2)


def test_of_a_drill_that_robots_joined_the_roles_of_people_count(ctx: Context) -> None:
    plan = outage(ctx)
    of = {task.id: task.role for task in plan.tasks}
    mixed = held(
        1, dict.fromkeys(of, "done"), roles=tuple(plan.roles), played="mixed", people=("commander",)
    )  # fmt: skip
    states = {one.task_id: one for one in clause_states([mixed], [plan], {})}
    assert {name for name, one in states.items() if not one.never} == {
        t for t, role in of.items() if role == "commander"
    }
    roles = by_role([mixed], [plan])
    assert [role for (_, role), one in roles.items() if one.times] == ["commander"]
    assert by_kind_and_level([mixed], ["system_failure"])["system_failure"][2].times == 1


def test_a_clause_nobody_asked_for_was_not_missed() -> None:
    rows = [
        {"task_id": "a", "evidence": [{"action": "report.submit", "match": {"kind": "first"}}]},
        {"task_id": "b", "evidence": [{"action": "report.submit", "match": {"kind": "final"}}]},
        {"task_id": "c", "evidence": [{"action": "level.confirm"}]},
    ]
    missed = {name: {"state": "missed", "points": 0.0} for name in "abc"} | {"d": {"state": "late", "points": 10.0}}
    found = exercises.only_asked(missed, rows, [("report.submit", {"kind": "first"})])
    assert set(found) == {"a", "d"}


def test_a_played_drill_stands_on_the_board(play: Callable[..., tuple[Running, dict[str, Any]]]) -> None:
    running, answer = play("core-outage-2026")
    ctx = running.context("live", Actor("trainer"))
    found = readiness(ctx)
    (one,) = found.exercises
    assert (one.id, one.kind, one.playbook_id) == (answer["run"], "system_failure", "core-claims-outage")
    assert set(one.roles) == {"commander", "claims-ops"}
    assert one.clauses["manual-fnol"] == "done"
    # Robots played: it stands on the board as what it is, and nothing has been exercised by it.
    assert (one.played, found.drills, found.rehearsed) == ("robots", (), (one,))
    assert one.level is not None and found.kinds["system_failure"][one.level].by_robots == 1
    assert not any(cell.times for levels in found.kinds.values() for cell in levels.values())
    assert len(found.never) == len(found.clauses)
    assert exercises.trainings(ctx) == []  # robots are not trained
