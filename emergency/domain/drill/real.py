"""A real incident as a drill that was not written beforehand: scored by the same rules as one that was.

Every task the response owed is an expected action, its clock's start the moment it was delivered; every asking for a
level as well. What happened outside the console is not known and not scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emergency.domain.drill.answer import Act, Delivery
from emergency.domain.drill.script import (
    AccuracySpec,
    Clock,
    DrillScript,
    Expectation,
    Inject,
    Objective,
    Scoring,
    Staff,
    SuccessCriteria,
    Text,
)
from emergency.texts import N_

# Phases of the plan as objectives, in the order of a response: capability, and what it says.
OBJECTIVES: dict[str, tuple[str, str]] = {
    "prepare": ("preparation", N_("Prepare before it strikes")),
    "activate": ("activation", N_("Declare the right level and open the response in time")),
    "respond": ("resourcing", N_("Do what the plan asks, in time")),
    "report": ("reporting", N_("Report in time")),
    "recover": ("recovery", N_("Recover and conclude")),
}
# As the shipped drills (house rule, 2026-11); a dimension with nothing to judge is left out and its weight shared.
SCORING = Scoring({"timeliness": 0.4, "accuracy": 0.3, "effectiveness": 0.3}, {"P": 90, "S": 75, "M": 60}, 74.9)
CRITERIA = SuccessCriteria(min_overall=75, no_objective_below=60, no_critical_missed=True)
CRITICAL_WEIGHT = 2.0  # a critical task weighs as two others (house rule, 2026-11)


@dataclass(frozen=True)
class Owed:
    """Something a response owed.

    id: of the task, or ``level-<n>``. start_s, done_s: seconds since the incident occurred; done_s None = never done.
    level, right: of a confirmed level, what was confirmed and what the rules had proposed.
    """

    id: str
    title: Text
    phase: str
    role: str
    start_s: int
    limit_s: int
    done_s: int | None
    done_by: str = ""
    entry: int | None = None
    critical: bool = False
    hard: bool = False
    level: int | None = None
    right: int | None = None

    def __post_init__(self) -> None:
        if self.limit_s <= 0:
            raise ValueError(f"{self.id}: the time it has must be above 0 seconds, not {self.limit_s}")
        if self.phase not in OBJECTIVES:
            raise ValueError(f"{self.id}: phase {self.phase!r} is not one of {', '.join(OBJECTIVES)}")

    @property
    def action(self) -> str:
        return "level.confirm" if self.right is not None else "task.complete"

    @property
    def weight(self) -> float:
        return CRITICAL_WEIGHT if self.critical else 1.0


def script_of(
    incident_id: str,
    title: Text,
    playbook: str,
    start: datetime,
    duration_s: int,
    owed: Sequence[Owed],
    names: dict[str, Text],
) -> DrillScript:
    """The script that would have asked for exactly this. names: phase -> the objective's words."""
    playbook_id, _, version = playbook.partition("@")
    phases = [phase for phase in OBJECTIVES if any(one.phase == phase for one in owed)]
    total = sum(one.weight for one in owed) or 1.0
    return DrillScript(
        id=playbook_id or incident_id,
        version=version or "0",
        title=title,
        playbook=playbook,
        type="full_scale",
        clock=Clock(start, max(1, duration_s), 1.0, 0),
        scenario=title,
        objectives=tuple(
            Objective(
                phase,
                OBJECTIVES[phase][0],
                names[phase],
                100 * sum(one.weight for one in owed if one.phase == phase) / total,
            )
            for phase in phases
        ),
        players=dict.fromkeys((one.role for one in owed), "team"),
        staff=Staff((), ()),
        injects=tuple(_inject(one) for one in owed),
        scoring=SCORING,
        success_criteria=CRITERIA,
        announced=False,
    )


def _inject(one: Owed) -> Inject:
    return Inject(
        id=f"@{one.id}",
        kind="expected_action",
        sender="",
        to=one.role,
        channel="system",
        body=one.title,
        at_s=one.start_s,
        expects=(
            Expectation(
                id=one.id,
                role=one.role,
                action=one.action,
                objective=one.phase,
                within_s=one.limit_s,
                weight=one.weight,
                match={"owed": one.id},
                decay="hard" if one.hard else None,
                critical=one.critical,
                allow_early=True,
                accuracy=None if one.right is None else AccuracySpec("ordinal_level", truth=one.right),
            ),
        ),
    )


def acts_of(owed: Sequence[Owed]) -> list[Act]:
    """What was done, as acts."""
    return [
        Act(one.done_s, one.role, one.done_by, one.action, {"owed": one.id, "level": one.level}, one.entry)
        for one in owed
        if one.done_s is not None
    ]


def deliveries_of(owed: Sequence[Owed]) -> list[Delivery]:
    return [Delivery(f"@{one.id}", one.start_s) for one in owed]
