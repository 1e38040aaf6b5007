"""A playbook: the prepared plan for one kind of incident, and what it lays out at a level.

A plan has four parts (classification, tasks, resources, communication) and its
roles belong to the four standing groups. Spans are whole seconds with ``_s`` in
the name; everything that differs by level is a mapping from level (1 gravest).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from emergency.domain.level.condition import Condition
from emergency.domain.level.rules import LEVELS, Override

Text = Mapping[str, str]

GROUPS = ("command_centre", "response_team", "customer_support", "logistics")
STATUSES = ("draft", "approved", "retired")
PHASES = ("prepare", "activate", "respond", "report", "recover")
ORIGINS = ("occurrence", "discovery", "activation", "impact", "task", "stand_down")
AUDIENCES = ("customers", "regulator", "media", "government", "staff", "reinsurers", "partners")
LOCATIONS = ("onsite", "any")
EVERYWHERE = "000000"
# To whom a report goes -> the kinds of report whose clock a rule file owns.
RULED_REPORTS: Mapping[str, tuple[str, ...]] = {
    "nfra": ("phone", "first", "follow_up", "final"),
    "headquarters": ("internal",),
}
# Templates of those reports, for the bulletins that carry them.
REPORT_TEMPLATES: Mapping[str, str] = {
    "nfra-phone-report": "phone",
    "nfra-first-report": "first",
    "nfra-follow-up-report": "follow_up",
    "nfra-final-report": "final",
}


def _one_of(what: str, found: str, allowed: tuple[str, ...]) -> None:
    if found not in allowed:
        raise ValueError(f"{what} {found!r} is not one of {', '.join(allowed)}")


@dataclass(frozen=True)
class Role:
    """One of the four standing groups does it; deputies take over when nobody answers."""

    id: str
    group: str
    title: Text
    deputies: int = 0
    skills: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _one_of(f"role {self.id}: group", self.group, GROUPS)


@dataclass(frozen=True)
class Evidence:
    """An act of the console's vocabulary that shows a task was done; `match`: what its body must say."""

    action: str
    match: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """When a task is due: so long after an origin, or at a deadline that a rule file owns.

    origin: one of ORIGINS; ``task`` = when all predecessors are done.
    within_s: level -> seconds; may be empty where `deadline` is given.
    deadline: kind of report (first, follow_up …) whose clock the level rules hold. That clock alone
        decides; where none runs the task is not due, whatever span may stand beside it.
    """

    origin: str
    within_s: Mapping[int, int] = field(default_factory=dict)
    deadline: str = ""

    def __post_init__(self) -> None:
        _one_of("due from", self.origin, ORIGINS)
        if not self.within_s and not self.deadline:
            raise ValueError("a due time is within a span, or at a deadline of the rules; neither is given")


@dataclass(frozen=True)
class Task:
    """One step of the plan. hard: a legal deadline, no credit after it."""

    id: str
    title: Text
    phase: str
    levels: tuple[int, ...]
    role: str
    due: Due
    evidence: tuple[Evidence, ...]
    after: tuple[str, ...] = ()
    repeat_every_s: Mapping[int, int] = field(default_factory=dict)
    critical: bool = False
    hard: bool = False
    forms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _one_of(f"task {self.id}: phase", self.phase, PHASES)
        if self.due.origin == "task" and not self.after:
            raise ValueError(f"task {self.id}: counts from its predecessors but has none")
        missing = set(self.levels) - set(self.due.within_s)
        if self.due.within_s and missing:
            raise ValueError(f"task {self.id}: no due time for level {sorted(missing)}")


@dataclass(frozen=True)
class ResourceRow:
    """What is needed of one kind, per region: by claims (one per `per_claims` of line `of` in
    `horizon_s`) or a fixed number by level; never below `least`."""

    kind: str
    priority: int
    skill: str = ""
    per_claims: float = 0.0
    of: str = ""
    horizon_s: int = 0
    fixed: Mapping[int, int] = field(default_factory=dict)
    least: Mapping[int, int] = field(default_factory=dict)
    max_travel_s: int | None = None
    location: str = "onsite"

    def __post_init__(self) -> None:
        _one_of(f"resource {self.kind}: location", self.location, LOCATIONS)
        if bool(self.fixed) == (self.per_claims > 0):
            raise ValueError(f"resource {self.kind}: ask either by claims or for a fixed number")
        if not self.fixed and self.horizon_s <= 0:
            raise ValueError(f"resource {self.kind}: a demand by claims needs the span they come in")

    def slots(self, level: int, claims_per_hour: float = 0.0) -> int:
        """Pieces or people needed at a level when so many claims (of line `of`) come in per hour."""
        if self.fixed:
            return self.fixed.get(level, 0)
        claims = claims_per_hour * self.horizon_s / 3600
        return max(math.ceil(claims / self.per_claims), self.least.get(level, 0))


@dataclass(frozen=True)
class Comms:
    """A bulletin: to whom, how, who writes and who approves.

    first_s: level -> seconds after activation; may be empty where `deadline` names a clock of the rules,
        which decides while it runs.
    """

    id: str
    audience: str
    channel: str
    role: str
    levels: tuple[int, ...]
    approver: str
    first_s: Mapping[int, int] = field(default_factory=dict)
    deadline: str = ""
    repeat_every_s: Mapping[int, int] = field(default_factory=dict)
    template: str = ""

    def __post_init__(self) -> None:
        _one_of(f"bulletin {self.id}: audience", self.audience, AUDIENCES)


@dataclass(frozen=True)
class Activation:
    """Who confirms which level within how long, and how a level is stepped down from."""

    authority: Mapping[int, str]
    confirm_within_s: Mapping[int, int]
    hold_s: int
    ratio: float = 0.8
    step: int = 1
    by: str = "same_authority"


@dataclass(frozen=True)
class Approval:
    by: str
    on: date
    review_due: date


@dataclass(frozen=True)
class Playbook:
    """A whole playbook file. `rules` is the level-rule file it works with, ``default@1.0.0``."""

    id: str
    version: str
    title: Text
    status: str
    owner: str
    incident_types: tuple[str, ...]
    regions: tuple[str, ...]
    rules: str
    activation: Activation
    roles: Mapping[str, Role]
    tasks: tuple[Task, ...]
    resources: tuple[ResourceRow, ...]
    comms: tuple[Comms, ...]
    closure: Condition
    perils: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    approved: Approval | None = None
    references: tuple[str, ...] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        _one_of(f"playbook {self.id}: status", self.status, STATUSES)
        missing = set(GROUPS) - {role.group for role in self.roles.values()}
        if missing:
            raise ValueError(f"playbook {self.id}: nobody is in {', '.join(sorted(missing))}")
        if self.status == "approved" and self.approved is None:
            raise ValueError(f"playbook {self.id}: approved, but by whom and when is not said")

    def fits(self, incident_type: str, perils: Iterable[str] = (), regions: Iterable[str] = ()) -> bool:
        """Whether it is meant for an incident; unnamed perils or regions rule nothing out."""
        perils, regions = tuple(perils), tuple(regions)
        return (
            self.status != "retired"
            and incident_type in self.incident_types
            and (not perils or not self.perils or bool(set(perils) & set(self.perils)))
            and (not regions or any(holds_in(code, region) for code in self.regions for region in regions))
        )


def holds_in(code: str, region: str) -> bool:
    """Whether a playbook's region code takes in a region.

    Six digits (GB/T 2260): ``440000`` takes in ``441700``, ``000000`` every region. Two
    digits (US state): takes in the five-digit counties that begin with it. A leading
    country (``CN-``) is left out of account.
    """
    region = region.rpartition("-")[2]
    if code in (EVERYWHERE, region):
        return True
    if len(code) == 2:
        return len(region) == 5 and region.startswith(code)
    stem = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return len(code) == len(region) == 6 and region.startswith(stem)


@dataclass(frozen=True)
class PlannedTask:
    """A task laid out for a level.

    due_at: None until its predecessors are done, or where its clock has not started.
    due_within_s: seconds from the last predecessor's end; None unless it counts from there.
    after: predecessors that are part of the same level.
    repeat_every_s: None for a task done once.
    """

    id: str
    role: str
    title: Text
    phase: str
    due_at: datetime | None
    after: tuple[str, ...]
    critical: bool
    hard: bool
    evidence: tuple[Evidence, ...]
    due_within_s: int | None = None
    repeat_every_s: int | None = None
    forms: tuple[str, ...] = ()


def tasks_for(
    playbook: Playbook,
    level: int,
    clocks: Mapping[str, datetime | None],
    deadlines_s: Mapping[str, int] | None = None,
) -> tuple[PlannedTask, ...]:
    """The tasks of a level in the order written, with their due times.

    Args:
        clocks: origin -> aware instant (occurrence, discovery, activation, impact,
            stand_down); missing or None where it has not come.
        deadlines_s: report kind -> seconds from discovery, of the clocks that run for the
            incident (`reporting_clocks`). A task tied to a deadline that does not run has no
            due time: no rule asks for it yet.

    Raises:
        ValueError: no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is not one of 1, 2, 3")
    chosen = [task for task in playbook.tasks if level in task.levels]
    among = {task.id for task in chosen}
    return tuple(_planned(task, level, among, clocks, deadlines_s or {}) for task in chosen)


def _planned(
    task: Task,
    level: int,
    among: set[str],
    clocks: Mapping[str, datetime | None],
    deadlines_s: Mapping[str, int],
) -> PlannedTask:
    after = tuple(one for one in task.after if one in among)
    within_s = deadlines_s.get(task.due.deadline) if task.due.deadline else task.due.within_s.get(level)
    # With every predecessor left out at this level the work can begin at activation.
    origin = "activation" if task.due.origin == "task" and not after else task.due.origin
    if task.due.deadline:
        origin = "discovery"  # where the clocks of the rules start
    return PlannedTask(
        id=task.id,
        role=task.role,
        title=task.title,
        phase=task.phase,
        due_at=_due_at(origin, within_s, clocks),
        after=after,
        critical=task.critical,
        hard=task.hard,
        evidence=task.evidence,
        due_within_s=within_s if origin == "task" else None,
        # What a clock repeats comes again when the clock says so.
        repeat_every_s=None if task.due.deadline else task.repeat_every_s.get(level),
        forms=task.forms,
    )


def _due_at(origin: str, within_s: int | None, clocks: Mapping[str, datetime | None]) -> datetime | None:
    """Occurrence and discovery stand in for each other where only one is known."""
    start = clocks.get(origin)
    if start is None and origin in ("occurrence", "discovery"):
        start = clocks.get("discovery" if origin == "occurrence" else "occurrence")
    if start is None or within_s is None:
        return None
    return start + timedelta(seconds=within_s)


def satisfies(evidence: Evidence | Mapping[str, Any], action: str, body: Mapping[str, Any]) -> bool:
    """Whether an act is this piece of evidence: same action, and its body says what is asked.

    Where the body holds a list, one of its members is enough. Evidence may come as
    it is stored, ``{"action", "match"}``.
    """
    if isinstance(evidence, Mapping):
        evidence = Evidence(str(evidence["action"]), evidence.get("match") or {})
    return evidence.action == action and all(_says(body.get(key), asked) for key, asked in evidence.match.items())


def _says(found: Any, asked: Any) -> bool:
    return asked in found if isinstance(found, (list, tuple, set, frozenset)) else bool(found == asked)
