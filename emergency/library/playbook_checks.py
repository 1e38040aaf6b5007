"""What a playbook still lacks before somebody may approve it: everything at once, with lines.

The shelf reads any file whose form and references are right, so that one gap cannot take a plan away in an
emergency. Approval asks for more: every role has work, every level an authority, every bulletin a second pair of
eyes, nothing is asked for that no pool knows, and all of it can be read in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.claim import LINES
from emergency.domain.playbook import AUDIENCES, RULED_REPORTS
from emergency.domain.playbook_closure import CLOSURE_METRICS
from emergency.domain.playbook_order import too_early
from emergency.library import schema, strict_yaml
from emergency.library.faults import Fault, FileFaults
from emergency.library.incident_kinds import unknown_kinds
from emergency.library.playbooks import MEANING, owned_deadline, task_from
from emergency.library.reading import unknown
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import N_, Message

DEMANDED_OF = (*LINES, "all", "motor_flooded")
OWN_COMPLETION = "task.complete"
NO_WORK = N_("nobody is asked to do anything as {role}")
GIVE_WORK = N_("give the role a task or a bulletin, or take it out")
# A half-written file: what a check looks for may be missing or of another kind. Its form is told elsewhere.
HALF_WRITTEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Known:
    """What a playbook may name: rule files (id@version), kinds of report, of goods and people, of incident."""

    rules: tuple[str, ...]
    deadlines: frozenset[str]
    kinds: frozenset[str]
    measures: frozenset[str] | None
    templates: frozenset[str]
    allows: Callable[[str], bool]
    incident_kinds: tuple[str, ...]


def check(raw: bytes, path: str, known: Known) -> tuple[Fault, ...]:
    """Everything that is wrong with a playbook, in line order; never raises, whatever is written."""
    try:
        document = strict_yaml.parse(raw, path)
    except FileFaults as broken:
        return broken.faults
    found = schema.check(document, "playbook")
    looks: list[Callable[[Document], Iterator[Fault]]] = [*MEANING, *(partial(look, known=known) for look in LOOKS)]
    for look in looks:
        found += _gently(look, document)
    kept = {(fault.field, str(fault.message)): fault for fault in reversed(found)}
    return tuple(sorted(kept.values(), key=lambda fault: (fault.line, fault.column, fault.field)))


def _gently(look: Callable[[Document], Iterator[Fault]], document: Document) -> list[Fault]:
    found: list[Fault] = []
    with suppress(*HALF_WRITTEN):
        found.extend(look(document))
    return found


# Part 1: classification and activation ------------------------------------------------------------


def _rules(document: Document, known: Known) -> Iterator[Fault]:
    named = document.value["classification"]["rules"]
    if isinstance(named, str) and not known.allows(named):
        yield unknown(document, ("classification", "rules"), named, known.rules)


def _incident_kinds(document: Document, known: Known) -> Iterator[Fault]:
    named = document.value["classification"]["incident_types"]
    places = [(("classification", "incident_types", n), kind) for n, kind in enumerate(named)]
    yield from unknown_kinds(document, places, known.incident_kinds)


def _levels(document: Document, known: Known) -> Iterator[Fault]:
    raw = document.value
    used = {level for part in ("tasks", "comms") for one in raw[part] for level in one["levels"]}
    for name in ("authority", "confirm_within"):
        missing = sorted(level for level in used if str(level) not in raw["activation"][name])
        if missing:
            gaps = {"levels": ", ".join(map(str, missing)), "key": name}
            message = Message("level {levels} has tasks or bulletins, but nothing under {key}", gaps)
            said = Message("say who may confirm it and within what time")
            yield document.fault(("activation", name), message, said)
    for name in raw["activation"]["authority"]:
        if int(name) not in {level for task in raw["tasks"] for level in task["levels"]}:
            message = Message("level {level} can be confirmed, but no task is laid out for it", {"level": name})
            yield document.fault(("activation", "authority", name), message)


def _review(document: Document, known: Known) -> Iterator[Fault]:
    approved = document.value.get("approved")
    if approved and approved["review_due"] <= approved["on"]:
        gaps = {"on": approved["on"]}
        yield document.fault(("approved", "review_due"), Message("must lie after the approval of {on}", gaps))


# Part 2: roles and tasks --------------------------------------------------------------------------


def _roles(document: Document, known: Known) -> Iterator[Fault]:
    raw = document.value
    working = {task["role"] for task in raw["tasks"]} | {one[key] for one in raw["comms"] for key in WRITERS}
    for name in raw["roles"]:
        if name not in working:
            yield document.fault(("roles", name), Message(NO_WORK, {"role": name}), Message(GIVE_WORK))


WRITERS = ("role", "approver")


def _deadlines(document: Document, known: Known) -> Iterator[Fault]:
    for place, task in enumerate(document.value["tasks"]):
        at: Path_ = ("tasks", place)
        named = task["due"].get("deadline")
        if named is not None and named not in known.deadlines:
            yield unknown(document, (*at, "due", "deadline"), named, sorted(known.deadlines))
        if task.get("hard") is True and not named and not owned_deadline(task["evidence"]):
            message = Message("marked as a legal deadline, but no rule file owns it")
            said = Message("tie it to a report with a clock (evidence report.submit), or take hard out")
            yield document.fault((*at, "hard"), message, said)
    for place, row in enumerate(document.value["comms"]):
        first = row["first"]
        if isinstance(first, Mapping) and "deadline" in first and first["deadline"] not in known.deadlines:
            at = ("comms", place, "first", "deadline")
            yield unknown(document, at, first["deadline"], sorted(known.deadlines))


def _order(document: Document, known: Known) -> Iterator[Fault]:
    """Nobody can be in time with what is due before the work it waits for."""
    raw = document.value["tasks"]
    places = {task["id"]: place for place, task in enumerate(raw)}
    for one in too_early([task_from(task) for task in raw]):
        gaps = {"before": one.before, "level": one.level, "minutes": one.by_s // 60}
        message = Message("at level {level} it is due {minutes} min before {before}, which it waits for", gaps)
        said = Message("give it at least as long as {before}, or count it from its predecessors (from: task)", gaps)
        yield document.fault(("tasks", places[one.task], "due"), message, said)


def _evidence(document: Document, known: Known) -> Iterator[Fault]:
    for place, task in enumerate(document.value["tasks"]):
        for index, one in enumerate(task["evidence"]):
            at: Path_ = ("tasks", place, "evidence", index)
            if one["action"] in ACTS:
                yield from _match(document, at, task, one.get("match", {}), known)


def _match(
    document: Document, at: Path_, task: Mapping[str, Any], match: Mapping[str, Any], known: Known
) -> Iterator[Fault]:
    """Whether what the evidence asks of an act can ever be said by one."""
    action, here = task["evidence"][at[-1]]["action"], (*at, "match")
    if action == OWN_COMPLETION and match != {"task": task["id"]}:
        gaps = {"task": task["id"]}
        message = Message("a task finished by hand is evidence of itself alone", gaps)
        yield document.fault(at, message, Message("write match: {{task: {task}}}", gaps))
    if action == "comms.send" and match.get("audience", "customers") not in AUDIENCES:
        yield unknown(document, (*here, "audience"), match["audience"], AUDIENCES)
    if action == "allocation.commit" and match.get("kind", "surveyor") not in known.kinds:
        yield unknown(document, (*here, "kind"), match["kind"], sorted(known.kinds))
    if action == "policy.enable" and known.measures is not None and match.get("name") not in (None, *known.measures):
        yield unknown(document, (*here, "name"), match["name"], sorted(known.measures))
    kinds = RULED_REPORTS.get(match.get("to", ""), ())
    if action == "report.submit" and kinds and match.get("kind", kinds[0]) not in kinds:
        yield unknown(document, (*here, "kind"), match["kind"], kinds)


# Part 3: resources --------------------------------------------------------------------------------


def _resources(document: Document, known: Known) -> Iterator[Fault]:
    for place, row in enumerate(document.value["resources"]):
        at: Path_ = ("resources", place)
        if row["kind"] not in known.kinds:
            yield unknown(document, (*at, "kind"), row["kind"], sorted(known.kinds))
        if row["kind"] == "surveyor" and row.get("skill", LINES[0]) not in LINES:
            yield unknown(document, (*at, "skill"), row["skill"], LINES)
        if row["demand"].get("of", "all") not in DEMANDED_OF:
            yield unknown(document, (*at, "demand", "of"), row["demand"]["of"], DEMANDED_OF)


# Part 4: communication, closure, words ------------------------------------------------------------


def _approvers(document: Document, known: Known) -> Iterator[Fault]:
    for place, row in enumerate(document.value["comms"]):
        if row["approver"] == row["role"]:
            message = Message("{role} approves what {role} writes", {"role": row["role"]})
            said = Message("a bulletin needs a second pair of eyes: name another role as approver")
            yield document.fault(("comms", place, "approver"), message, said)


def _templates(document: Document, known: Known) -> Iterator[Fault]:
    for place, row in enumerate(document.value["comms"]):
        if known.templates and row.get("template") not in (None, *known.templates):
            yield unknown(document, ("comms", place, "template"), row["template"], sorted(known.templates))


def _closure(document: Document, known: Known) -> Iterator[Fault]:
    raw = document.value["closure"]
    yield from _reachable(document, ("closure",), raw)
    yield from _contradictions(document, ("closure",), raw)


def _reachable(document: Document, at: Path_, raw: Mapping[str, Any]) -> Iterator[Fault]:
    for join in ("all", "any"):
        for place, part in enumerate(raw.get(join, ())):
            yield from _reachable(document, (*at, join, place), part)
    if "not" in raw:
        yield from _reachable(document, (*at, "not"), raw["not"])
    if "metric" in raw and raw["metric"] not in CLOSURE_METRICS:
        gaps = {"metric": schema.shown(raw["metric"])}
        message = Message("nothing in the console ever gives {metric} a value, so the response could not end", gaps)
        yield document.fault((*at, "metric"), message, schema.near(raw["metric"], CLOSURE_METRICS))


LOWER, UPPER = ("ge", "gt", "eq"), ("le", "lt", "eq")


def _contradictions(document: Document, at: Path_, raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Bounds that all must hold and cannot hold together."""
    numbers = [
        (place, one)
        for place, one in enumerate(raw.get("all", ()))
        if isinstance(one.get("value"), (int, float)) and not isinstance(one["value"], bool)
    ]
    for place, one in numbers:
        for _, other in numbers:
            if one["metric"] != other["metric"] or one["op"] not in UPPER or other["op"] not in LOWER:
                continue
            strict = "lt" in (one["op"], other["op"]) or "gt" in (one["op"], other["op"])
            if one["value"] < other["value"] or (strict and one["value"] == other["value"]):
                gaps = {"metric": one["metric"]}
                message = Message("{metric} cannot hold this and the other bound together", gaps)
                yield document.fault((*at, "all", place), message)


def _chinese(document: Document, known: Known) -> Iterator[Fault]:
    """Texts that a Chinese reader would meet in English."""
    for at in _texts(document.value, ()):
        message = Message("no Chinese text; write zh: beside en:")
        yield document.fault(at, message)


def _texts(value: Any, at: Path_) -> Iterator[Path_]:
    if isinstance(value, Mapping):
        if "title" in value and isinstance(value["title"], Mapping) and not value["title"].get("zh"):
            yield (*at, "title")
        for key, one in value.items():
            yield from _texts(one, (*at, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _texts(one, (*at, place))


LOOKS = (
    _rules,
    _incident_kinds,
    _levels,
    _review,
    _roles,
    _deadlines,
    _order,
    _evidence,
    _resources,
    _approvers,
    _templates,
    _closure,
    _chinese,
)
