"""The readiness board: what was exercised when and how it went, what never was, what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.drill.played import REAL, ROBOTS, by_people, played
from emergency.domain.drill.readiness import (
    ClauseState,
    Covered,
    Exercise,
    by_kind_and_level,
    by_role,
    clause_states,
)
from emergency.domain.instant import from_us
from emergency.domain.playbook import Playbook, Text
from emergency.library import NotOnShelf
from emergency.service import exercises, improvements
from emergency.service.context import Context
from emergency.service.panel import to_rate
from emergency.service.playbook_reading import shelf
from emergency.service.reviewing import INCIDENT
from emergency.store import records, reviews


@dataclass(frozen=True)
class Readiness:
    """kinds: kind -> level -> exercised. roles: (plan, role) -> exercised. clauses: of every plan in force.

    exercises: rehearsals by robots alone among them; they count for no kind, level, role or clause.
    left_out: exercises that the viewer is to rate before they see a score.
    """

    exercises: tuple[Exercise, ...]
    kind_titles: Mapping[str, Text]
    plans: Mapping[str, Playbook]
    kinds: Mapping[str, Mapping[int, Covered]]
    roles: Mapping[tuple[str, str], Covered]
    clauses: tuple[ClauseState, ...]
    open_items: int
    overdue_items: int
    left_out: int = 0

    @property
    def drills(self) -> tuple[Exercise, ...]:
        """Drills that people played."""
        return tuple(one for one in self.exercises if one.counts and not one.real)

    @property
    def rehearsed(self) -> tuple[Exercise, ...]:
        """Runs of robots alone."""
        return tuple(one for one in self.exercises if not one.counts)

    @property
    def never(self) -> tuple[ClauseState, ...]:
        return tuple(one for one in self.clauses if one.never)

    @property
    def failed_twice(self) -> tuple[ClauseState, ...]:
        return tuple(one for one in self.clauses if one.failed_twice)

    @property
    def changed(self) -> tuple[ClauseState, ...]:
        return tuple(one for one in self.clauses if one.changed)


def readiness(ctx: Context, withheld: frozenset[tuple[str, str]] = frozenset()) -> Readiness:
    """The board of this workspace; what was played and not kept yet is kept first.

    What the viewer is still to rate is left out: its score would be a hint. So are the exercises of ``withheld``
    (kind and id of their subject), which the caller names.
    """
    exercises.keep_missing(ctx)
    hidden = to_rate(ctx)
    with ctx.store.read() as connection:
        rows = [r for r in reviews.exercises(connection) if (r["subject_kind"], r["subject_id"]) not in withheld]
        runs = {run["run_id"]: run for run in records.runs(connection)}
    shown = [row for row in rows if (row["subject_kind"], row["subject_id"]) not in hidden]
    found = tuple(_exercise(row, runs.get(row["subject_id"])) for row in shown)
    plans = {one.plan.id: one.plan for one in shelf(ctx.content.library) if one.in_force}
    kinds = {kind.id: kind.title for kind in ctx.content.library.incident_kinds()}
    texts = _texts(ctx, plans, found)
    return Readiness(
        found,
        kinds,
        plans,
        by_kind_and_level(found, kinds),
        by_role(found, plans.values()),
        tuple(clause_states(found, plans.values(), texts)),
        sum(one.is_open for one in improvements.items(ctx)),
        len(improvements.overdue(ctx)),
        len(rows) - len(found),
    )


def _exercise(row: Mapping[str, Any], run: Mapping[str, Any] | None) -> Exercise:
    """run: as it was kept, which says who played; None of an incident, and of a run that is gone."""
    by = REAL if row["subject_kind"] == INCIDENT else ROBOTS if run is None else played(run)
    playbook_id, _, version = row["playbook"].partition("@")
    return Exercise(
        row["subject_id"],
        row["subject_kind"] == INCIDENT,
        row["title"],
        from_us(row["held_us"]),
        row["incident_kind"],
        row["level"],
        playbook_id,
        version,
        tuple(row["roles"]),
        {name: one["state"] for name, one in row["clauses"].items()},
        row["overall"],
        row["band"],
        by,
        tuple(sorted(by_people(run))) if run is not None else (),
    )


def _texts(
    ctx: Context, plans: Mapping[str, Playbook], found: tuple[Exercise, ...]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Content of every clause, in each version that was exercised or is in force."""
    wanted = {(plan.id, plan.version): plan for plan in plans.values()}
    texts = {key: {task.id: task for task in plan.tasks} for key, plan in wanted.items()}
    for one in found:
        key = (one.playbook_id, one.version)
        if key in texts or not one.version:
            continue
        try:
            plan = ctx.content.library.playbook(f"{one.playbook_id}@{one.version}")
        except NotOnShelf:
            continue  # the version is gone; nothing can be said of what changed
        texts[key] = {task.id: task for task in plan.tasks}
    return texts


__all__ = ["ClauseState", "Covered", "Exercise", "Readiness", "readiness"]
