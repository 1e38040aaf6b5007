"""What has been exercised and what has not: kinds, levels, roles and clauses of the plans in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.drill.played import PEOPLE, REAL, ROBOTS
from emergency.domain.playbook import Playbook, Text

LEVELS = (1, 2, 3)
FAILED = ("late", "missed")


@dataclass(frozen=True)
class Exercise:
    """One drill or incident. clauses: task -> done, late or missed. roles: those that acted.

    played: by whom, see `played.PLAYED`. people: roles of a drill in which people sat; what robots did beside them
    exercises nobody.
    """

    id: str
    real: bool
    title: Text
    held_at: datetime
    kind: str
    level: int | None
    playbook_id: str
    version: str
    roles: tuple[str, ...]
    clauses: Mapping[str, str]
    overall: float | None
    band: str
    played: str = PEOPLE
    people: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether anybody exercised: a run of robots alone is a rehearsal of the script."""
        return self.played != ROBOTS

    def exercised(self, role: str) -> bool:
        """Whether it was people who had this role."""
        return self.played in (PEOPLE, REAL) or role in self.people


@dataclass(frozen=True)
class Covered:
    """What is known of one kind, level or role: how often, when and how it went last; None = never.

    by_robots: how often robots alone rehearsed it, which counts for nothing else.
    """

    times: int
    last: Exercise | None
    by_robots: int = 0


@dataclass(frozen=True)
class ClauseState:
    """One clause of a plan in force. results: newest first. failed_twice: the last two times late or missed.

    changed: exercised last in another version whose words of this clause were others.
    """

    playbook_id: str
    task_id: str
    title: Text
    role: str
    critical: bool
    results: tuple[str, ...]
    last_at: datetime | None
    failed_twice: bool
    changed: bool

    @property
    def never(self) -> bool:
        return not self.results


def by_kind_and_level(exercises: Sequence[Exercise], kinds: Iterable[str]) -> dict[str, dict[int, Covered]]:
    """Kind -> level -> what was exercised of it."""
    return {
        kind: {level: _covered(e for e in exercises if e.kind == kind and e.level == level) for level in LEVELS}
        for kind in kinds
    }


def by_role(exercises: Sequence[Exercise], plans: Iterable[Playbook]) -> dict[tuple[str, str], Covered]:
    """Plan and role -> exercises of that plan in which people acted in the role."""
    return {
        (plan.id, role): _covered(
            e for e in exercises if e.playbook_id == plan.id and role in e.roles and (e.exercised(role) or not e.counts)
        )
        for plan in plans
        for role in plan.roles
    }


def clause_states(
    exercises: Sequence[Exercise], plans: Iterable[Playbook], texts: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[ClauseState]:
    """Every clause of the plans in force; of a drill that robots played in part, the clauses of people's roles.

    Args:
        texts: plan and version -> task -> its content, for every version that was exercised and those in force.
    """
    found = []
    for plan in plans:
        mine = sorted((e for e in exercises if e.playbook_id == plan.id), key=lambda e: e.held_at, reverse=True)
        for task in plan.tasks:
            played = [e for e in mine if task.id in e.clauses and e.exercised(task.role)]
            results = tuple(e.clauses[task.id] for e in played)
            found.append(
                ClauseState(
                    plan.id,
                    task.id,
                    task.title,
                    task.role,
                    task.critical,
                    results,
                    played[0].held_at if played else None,
                    len(results) > 1 and all(one in FAILED for one in results[:2]),
                    _changed(plan, task.id, played[0].version if played else plan.version, texts),
                )
            )
    return found


def _changed(plan: Playbook, task_id: str, version: str, texts: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    if version == plan.version or (plan.id, version) not in texts:
        return False
    return bool(texts[plan.id, version].get(task_id) != texts[plan.id, plan.version].get(task_id))


def _covered(found: Iterable[Exercise]) -> Covered:
    all_ = sorted(found, key=lambda e: e.held_at)
    held = [e for e in all_ if e.counts]
    return Covered(len(held), held[-1] if held else None, len(all_) - len(held))
