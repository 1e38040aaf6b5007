"""Two versions of a playbook side by side: what was added, taken out or changed, clause by clause, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain import playbook_words as words
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.playbook import Activation, Comms, Playbook, ResourceRow, Role, Task
from emergency.domain.resource_kind import resource_name
from emergency.texts import N_, Message

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
PARTS: Mapping[str, str] = {
    "classification": N_("1 · Classification and levels"),
    "tasks": N_("2 · Tasks"),
    "resources": N_("3 · Resources"),
    "comms": N_("4 · Communication"),
}
NOTHING = Message("–")


@dataclass(frozen=True)
class Difference:
    """One change.

    Attributes:
        part: key of PARTS. place: of the clause in the file, ``tasks/rescue``.
        kind: added, removed or changed. clause: its name. field: what of it, "" for the whole clause.
    """

    part: str
    place: str
    kind: str
    clause: Message
    field: str
    before: Message
    after: Message


Shown = Mapping[str, Callable[[Any], Message]]


def _plain(text: Any) -> Message:
    return Message("{text}", {"text": text}) if text not in ("", None, ()) else NOTHING


def _title(texts: Mapping[str, str]) -> Message:
    return Message("{title}", {"title": dict(texts)})


def _yes(value: bool) -> Message:
    return Message("yes") if value else Message("no")


def _list(found: Any) -> Message:
    return _plain(", ".join(map(str, found)))


def _spans(found: Mapping[int, int]) -> Message:
    return words.spans(found) if found else NOTHING


def _own_rows(plan: Playbook) -> Message:
    rows = [(LEVEL_MARK[one.level], words.condition(one.when)) for one in plan.overrides]
    return (
        words.joined(Message("{mark}: {when}", {"mark": mark, "when": when}) for mark, when in rows)
        if rows
        else NOTHING
    )


TASK_FIELDS: Shown = {
    N_("title"): lambda t: _title(t.title),
    N_("phase"): lambda t: words.named(words.PHASE_NAMES, t.phase),
    N_("levels"): lambda t: _plain(words.levels(t.levels)),
    N_("who"): lambda t: _plain(t.role),
    N_("due"): lambda t: words.due(t.due),
    N_("after"): lambda t: _list(t.after),
    N_("repeated every"): lambda t: _spans(t.repeat_every_s),
    N_("critical"): lambda t: _yes(t.critical),
    N_("legal deadline"): lambda t: _yes(t.hard),
    N_("evidence"): lambda t: words.joined((words.evidence(e) for e in t.evidence), N_("{left} or {right}")),
    N_("forms"): lambda t: _list(t.forms),
}
ROLE_FIELDS: Shown = {
    N_("title"): lambda r: _title(r.title),
    N_("group"): lambda r: words.named(words.GROUP_NAMES, r.group),
    N_("deputies"): lambda r: _plain(r.deputies or ""),
    N_("skills"): lambda r: _list(r.skills),
}
RESOURCE_FIELDS: Shown = {
    N_("how many"): words.demand,
    N_("priority"): lambda r: _plain(r.priority),
    N_("longest way"): lambda r: words.span(r.max_travel_s) if r.max_travel_s else NOTHING,
    N_("place"): lambda r: Message("on site") if r.location == "onsite" else Message("anywhere"),
}
COMMS_FIELDS: Shown = {
    N_("to"): lambda c: words.named(words.AUDIENCE_NAMES, c.audience),
    N_("channel"): lambda c: words.named(words.CHANNEL_NAMES, c.channel),
    N_("who"): lambda c: _plain(c.role),
    N_("approver"): lambda c: _plain(c.approver),
    N_("levels"): lambda c: _plain(words.levels(c.levels)),
    N_("first"): words.first,
    N_("repeated every"): lambda c: _spans(c.repeat_every_s),
    N_("template"): lambda c: _plain(c.template),
}
WHOLE_FIELDS: Shown = {
    N_("title"): lambda p: _title(p.title),
    N_("kinds of incident"): lambda p: words.joined(words.named(words.KIND_NAMES, k) for k in p.incident_types),
    N_("perils"): lambda p: _list(p.perils),
    N_("regions"): lambda p: _list(p.regions),
    N_("rules"): lambda p: _plain(p.rules),
    N_("own level rows"): lambda p: _own_rows(p),
    N_("owner"): lambda p: _plain(p.owner),
    N_("references"): lambda p: _list(p.references),
}
ACTIVATION_FIELDS: Shown = {
    N_("authority"): lambda a: _plain(", ".join(f"{LEVEL_MARK[n]} {a.authority[n]}" for n in sorted(a.authority))),
    N_("confirm within"): lambda a: _spans(a.confirm_within_s),
    N_("hold before stand-down"): lambda a: words.span(a.hold_s),
    N_("share of the threshold"): lambda a: _plain(f"{a.ratio:g}"),
}
CLOSURE_FIELDS: Shown = {N_("the response ends when"): lambda p: words.condition(p.closure)}


def differences(before: Playbook, after: Playbook) -> tuple[Difference, ...]:
    """Every change from one version to another, in the order of the parts.

    Version, status, approval and hash are not compared: they always differ.
    """
    whole = Message("the plan as a whole")
    return (
        *_fields("classification", "classification", whole, before, after, WHOLE_FIELDS),
        *_fields(
            "classification",
            "activation",
            Message("activation"),
            before.activation,
            after.activation,
            ACTIVATION_FIELDS,
        ),
        *_clauses("classification", "roles", dict(before.roles), dict(after.roles), _role, ROLE_FIELDS),
        *_clauses("tasks", "tasks", _by_id(before.tasks), _by_id(after.tasks), _task, TASK_FIELDS),
        *_clauses(
            "resources", "resources", _rows(before), _rows(after), lambda r: resource_name(r.kind), RESOURCE_FIELDS
        ),
        *_clauses("comms", "comms", _by_id(before.comms), _by_id(after.comms), _bulletin, COMMS_FIELDS),
        *_fields("comms", "closure", Message("closure"), before, after, CLOSURE_FIELDS),
    )


def _by_id(found: tuple[Any, ...]) -> dict[str, Any]:
    return {one.id: one for one in found}


def _rows(plan: Playbook) -> dict[str, ResourceRow]:
    """Resource rows have no id; kind and skill tell them apart, then their order."""
    found: dict[str, ResourceRow] = {}
    for row in plan.resources:
        key = f"{row.kind}/{row.skill}" if row.skill else row.kind
        count = sum(1 for known in found if known.split("#")[0] == key)
        found[f"{key}#{count + 1}" if count else key] = row
    return found


def _role(one: Role) -> Message:
    return _title(one.title)


def _task(one: Task) -> Message:
    return _title(one.title)


def _bulletin(one: Comms) -> Message:
    gaps = {"audience": words.named(words.AUDIENCE_NAMES, one.audience), "id": one.id}
    return Message("bulletin {id} to {audience}", gaps)


def _clauses(
    part: str, at: str, before: dict[str, Any], after: dict[str, Any], name: Callable[[Any], Message], shown: Shown
) -> Iterator[Difference]:
    for key in [*after, *(k for k in before if k not in after)]:
        place = f"{at}/{key}"
        if key not in before:
            yield Difference(part, place, ADDED, name(after[key]), "", NOTHING, _summary(after[key]))
        elif key not in after:
            yield Difference(part, place, REMOVED, name(before[key]), "", _summary(before[key]), NOTHING)
        else:
            yield from _fields(part, place, name(after[key]), before[key], after[key], shown)


def _summary(one: Task | Role | ResourceRow | Comms) -> Message:
    """A clause in a line, for what came or went as a whole."""
    if isinstance(one, Task):
        gaps = {"levels": words.levels(one.levels), "role": one.role, "due": words.due(one.due)}
        return Message("{levels} · {role} · {due}", gaps)
    if isinstance(one, ResourceRow):
        return words.demand(one)
    if isinstance(one, Comms):
        gaps = {"levels": words.levels(one.levels), "role": one.role, "due": words.first(one)}
        return Message("{levels} · {role} · {due}", gaps)
    return words.named(words.GROUP_NAMES, one.group)


def _fields(
    part: str, place: str, clause: Message, before: Playbook | Activation | Any, after: Any, shown: Shown
) -> Iterator[Difference]:
    for field, show in shown.items():
        old, new = show(before), show(after)
        if old != new:
            yield Difference(part, place, CHANGED, clause, field, old, new)
