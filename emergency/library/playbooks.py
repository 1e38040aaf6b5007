"""Playbook files (``*.playbook.yaml``) → `Playbook`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.level import Override
from emergency.domain.playbook import (
    GROUPS,
    REPORT_TEMPLATES,
    RULED_REPORTS,
    Activation,
    Approval,
    Comms,
    Due,
    Evidence,
    Playbook,
    ResourceRow,
    Role,
    Task,
)
from emergency.library import schema, strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.reading import (
    by_level,
    condition,
    condition_faults,
    int_levels,
    real_date,
    seconds,
    twice,
    unknown,
)
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message


def load_playbook(path: Path) -> Playbook:
    """Read a playbook file by itself; whether its rules exist is the library's to say.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    document = read_playbook(path)
    return playbook_from(document)


def read_playbook(path: Path) -> Document:
    document = strict_yaml.load(path)
    faults = schema.check(document, "playbook") or list(meaning(document))
    if faults:
        raise FileFaults(document.path, faults)
    return document


def playbook_from(document: Document) -> Playbook:
    raw = document.value
    classification = raw["classification"]
    return Playbook(
        id=raw["id"],
        version=raw["version"],
        title=raw["title"],
        status=raw["status"],
        owner=raw["owner"],
        incident_types=tuple(classification["incident_types"]),
        regions=tuple(classification["regions"]),
        rules=classification["rules"],
        activation=_activation(raw["activation"]),
        roles={name: _role(name, role) for name, role in raw["roles"].items()},
        tasks=tuple(task_from(task) for task in raw["tasks"]),
        resources=tuple(_resource(row) for row in raw["resources"]),
        comms=tuple(_comms(row) for row in raw["comms"]),
        closure=condition(raw["closure"]),
        perils=tuple(classification.get("perils", ())),
        overrides=tuple(
            Override(one["level"], condition(one["when"]), one.get("pre_event", False))
            for one in classification.get("overrides", ())
        ),
        approved=_approval(raw["approved"]) if "approved" in raw else None,
        references=tuple(raw.get("references", ())),
        sha256=document.sha256,
    )


def _activation(raw: Mapping[str, Any]) -> Activation:
    down = raw["stand_down"]
    return Activation(
        authority=int_levels(raw["authority"]),
        confirm_within_s=by_level(raw["confirm_within"]),
        hold_s=seconds(down["hold"]),
        ratio=down["ratio"],
        step=down["step"],
        by=down["by"],
    )


def _approval(raw: Mapping[str, str]) -> Approval:
    return Approval(raw["by"], date.fromisoformat(raw["on"]), date.fromisoformat(raw["review_due"]))


def _role(name: str, raw: Mapping[str, Any]) -> Role:
    return Role(name, raw["group"], raw["title"], raw.get("deputies", 0), tuple(raw.get("skills", ())))


def task_from(raw: Mapping[str, Any]) -> Task:
    """One task as it is written."""
    levels = tuple(raw["levels"])
    due = raw["due"]
    # The published format asks for a span everywhere; beside a clock of the rules it says nothing.
    owned = due.get("deadline") or owned_deadline(raw["evidence"])
    return Task(
        id=raw["id"],
        title=raw["title"],
        phase=raw["phase"],
        levels=levels,
        role=raw["role"],
        due=Due("discovery", deadline=owned) if owned else Due(due["from"], by_level(due["within"], levels)),
        evidence=tuple(Evidence(one["action"], one.get("match", {})) for one in raw["evidence"]),
        after=tuple(raw.get("after", ())),
        repeat_every_s={} if owned else by_level(raw.get("repeat_every", {}), levels),
        critical=raw.get("critical", False),
        hard=raw.get("hard", False),
        forms=tuple(raw.get("forms", ())),
    )


def owned_deadline(evidence: list[Mapping[str, Any]]) -> str:
    """Kind of the report a task hands in where a rule file owns its clock; "" for every other task.

    So a plan refers to the rules without repeating their numbers: who hands in a first report to the
    regulator is bound to the clock of first reports.
    """
    for one in evidence:
        match = one.get("match", {})
        if one["action"] == "report.submit" and match.get("kind") in RULED_REPORTS.get(match.get("to"), ()):
            return str(match["kind"])
    return ""


def _resource(raw: Mapping[str, Any]) -> ResourceRow:
    demand = raw["demand"]
    return ResourceRow(
        kind=raw["kind"],
        priority=raw["priority"],
        skill=raw.get("skill", ""),
        per_claims=demand.get("per_claims", 0),
        of=demand.get("of", ""),
        horizon_s=seconds(demand["horizon"]) if "horizon" in demand else 0,
        fixed=int_levels(demand.get("fixed", {})),
        least=int_levels(raw.get("min", {})),
        max_travel_s=seconds(raw["max_travel"]) if "max_travel" in raw else None,
        location=raw.get("location", "onsite"),
    )


def _comms(raw: Mapping[str, Any]) -> Comms:
    levels, first = tuple(raw["levels"]), raw["first"]
    owned = REPORT_TEMPLATES.get(raw.get("template", ""), "") if raw["audience"] == "regulator" else ""
    owned = first["deadline"] if isinstance(first, Mapping) and "deadline" in first else owned
    return Comms(
        id=raw["id"],
        audience=raw["audience"],
        channel=raw["channel"],
        role=raw["role"],
        levels=levels,
        approver=raw["approver"],
        first_s={} if owned else by_level(first, levels),
        deadline=owned,
        repeat_every_s=by_level(raw["repeat_every"], levels) if "repeat_every" in raw else {},
        template=raw.get("template", ""),
    )


# What a schema cannot see -------------------------------------------------------------------------


def meaning(document: Document) -> Iterator[Fault]:
    """Why the file cannot be used though its form is right."""
    for one in MEANING:
        yield from one(document)


def _tasks(document: Document) -> Iterator[Fault]:
    raw = document.value
    yield from twice(document, ("tasks",))
    known = [task["id"] for task in raw["tasks"]]
    for place, task in enumerate(raw["tasks"]):
        yield from _task_faults(document, ("tasks", place), task, known, raw["roles"])


def _bulletins(document: Document) -> Iterator[Fault]:
    raw = document.value
    yield from twice(document, ("comms",))
    for place, row in enumerate(raw["comms"]):
        yield from _comms_faults(document, ("comms", place), row, raw["roles"])


def _closure(document: Document) -> Iterator[Fault]:
    yield from condition_faults(document, ("closure",))


def _dates(document: Document) -> Iterator[Fault]:
    for name in ("on", "review_due") if "approved" in document.value else ():
        yield from real_date(document, ("approved", name))


def _groups(document: Document) -> Iterator[Fault]:
    roles = document.value["roles"]
    missing = set(GROUPS) - {role["group"] for role in roles.values()}
    if missing:
        gaps = {"missing": ", ".join(sorted(missing)), "allowed": ", ".join(GROUPS)}
        message = Message("nobody is in {missing}; the four standing groups are {allowed}", gaps)
        yield document.fault(("roles",), message, Message("add a role of that group"))


def _task_faults(
    document: Document, at: Path_, task: Mapping[str, Any], known: list[str], roles: Mapping[str, Any]
) -> Iterator[Fault]:
    if task["role"] not in roles:
        yield unknown(document, (*at, "role"), task["role"], roles)
    for place, name in enumerate(task.get("after", ())):
        if name not in known:
            yield unknown(document, (*at, "after", place), name, known)
    if task["due"]["from"] == "task" and not task.get("after"):
        message = Message("counts from its predecessors, but has none")
        yield document.fault((*at, "due"), message, Message("add after: [...], or count from activation"))
    for key, value in (("due", task["due"].get("within")), ("repeat_every", task.get("repeat_every"))):
        yield from _levels_missing(document, (*at, key), value, task["levels"])
    for place, one in enumerate(task["evidence"]):
        if one["action"] not in ACTS:
            yield unknown(document, (*at, "evidence", place, "action"), one["action"], ACTS)


def _levels_missing(document: Document, at: Path_, value: Any, levels: list[int]) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        return
    missing = [level for level in levels if str(level) not in value]
    if missing:
        gaps = {"levels": ", ".join(map(str, missing))}
        yield document.fault(at, Message("no span for level {levels}, which is listed under levels", gaps))


def _cycle(document: Document) -> Iterator[Fault]:
    tasks = document.value["tasks"]
    after = {task["id"]: list(task.get("after", ())) for task in tasks}
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        ring = error.args[1]
        place = next(place for place, task in enumerate(tasks) if task["id"] == ring[0])
        gaps = {"ring": " → ".join(reversed(ring))}
        yield document.fault(("tasks", place, "after"), Message("these tasks wait for each other: {ring}", gaps))


def _comms_faults(document: Document, at: Path_, row: Mapping[str, Any], roles: Mapping[str, Any]) -> Iterator[Fault]:
    for key in ("role", "approver"):
        if row[key] not in roles:
            yield unknown(document, (*at, key), row[key], roles)
    first = row["first"]
    if not (isinstance(first, Mapping) and "deadline" in first):
        yield from _levels_missing(document, (*at, "first"), first, row["levels"])
    yield from _levels_missing(document, (*at, "repeat_every"), row.get("repeat_every"), row["levels"])


def _classification(document: Document) -> Iterator[Fault]:
    raw = document.value["classification"]
    for place, one in enumerate(raw.get("overrides", ())):
        at: Path_ = ("classification", "overrides", place)
        yield from condition_faults(document, (*at, "when"))
        if one.get("pre_event") and one["level"] == 1:
            message = Message("a pre_event override gives level 2 at most")
            yield document.fault((*at, "level"), message, Message("write level: 2"))


# Each looks at one part, so that a check of a half-written file can go on where another one stops.
MEANING: tuple[Callable[[Document], Iterator[Fault]], ...] = (
    _groups,
    _tasks,
    _cycle,
    _bulletins,
    _classification,
    _closure,
    _dates,
)
