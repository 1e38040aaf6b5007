"""Journal entries in words: who, about what, and the facts a reader asks for, with names in place of ids.

The journal itself and its file keep every id as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.domain.level import CLASS_NAME
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.playbook import Text
from emergency.domain.playbook_words import AUDIENCE_NAMES, CHANNEL_NAMES, KIND_NAMES, RECIPIENTS, REPORT_NAMES
from emergency.domain.report_form import TAGS
from emergency.library.authorities import load_authorities
from emergency.service.context import Context, FileFaults
from emergency.service.relief import catalogue
from emergency.service.what_changed import name_of_figure, names
from emergency.service.words_rumours import VERDICTS
from emergency.store import incidents, measures, pool, tasks
from emergency.store.journal import Entry
from emergency.texts import N_, Message

# Whoever has not said their name: one person in both languages, so that no second one appears with the language.
NAMELESS = "协调员 Coordinator"
Words = Message | Text | str | datetime
_SELF: Mapping[str, str] = {
    "system": N_("the console itself"),
    "api": N_("HTTP interface"),
    "drill-director": N_("Drill director"),
    "second": N_("the second person"),
    "duty": N_("duty desk"),
    "command": N_("those in command"),
    NAMELESS: N_("Coordinator (no name given)"),
}
_DEPUTY = "/deputy"
_NUMBERED: Mapping[str, str] = {
    "bulletin": N_("Bulletin {number}"),
    "rumour": N_("Rumour {number}"),
    "plan": N_("Plan {number}"),
    "goods-plan": N_("Goods plan {number}"),
    "contact-test": N_("Contact test {number}"),
}
_KINDS: Mapping[str, str] = {
    **KIND_NAMES,
    **REPORT_NAMES,
    "situation": N_("situation report"),
    "confirmed": N_("as proposed"),
    "overridden": N_("other than proposed"),
    "correction": N_("correction"),
    "own": N_("free text"),
}
_STANDING = {"holder": N_("holds the post"), "deputy": N_("deputises")}
_ANSWERS = {
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "safe": N_("safe"),
    "needs_help": N_("needs help"),
    "unreachable": N_("unreachable"),
    "silent": N_("asked, no answer"),
}
_YES = {True: N_("yes"), False: N_("no")}
# Reasons the console gives itself, not a person.
_WHY: Mapping[str, str] = {
    "clock": N_("its reporting clock"),
    "level": N_("the level in force"),
    "reopen": N_("the response was reopened"),
    "stand_down": N_("the response has ended"),
    "stood down": N_("the response has ended"),
    "impact": N_("the disaster has struck"),
    "led": N_("the post is held at the leading incident"),
}
# Key of a body -> what it is called; what is not named here stands in the file only.
LABELS: Mapping[str, str] = {
    "title": N_("what"),
    "incident": N_("incident"),
    "kind": N_("kind"),
    "level": N_("level"),
    "before": N_("before"),
    "proposed": N_("proposed"),
    "jurisdiction": N_("jurisdiction"),
    "place": N_("place"),
    "scope": N_("scope"),
    "cause": N_("cause"),
    "reporter": N_("reported by"),
    "occurred_at": N_("occurred"),
    "due": N_("due"),
    "due_us": N_("due"),
    "start": N_("from"),
    "end": N_("until"),
    "person": N_("person"),
    "giver": N_("handed over by"),
    "taker": N_("taken over by"),
    "order": N_("in this order"),
    "standing": N_("standing"),
    "answer": N_("answer"),
    "state": N_("state"),
    "told": N_("told"),
    "to": N_("to"),
    "audience": N_("to"),
    "channel": N_("by"),
    "authors": N_("written by"),
    "approver": N_("approved by"),
    "approver_role": N_("approval by"),
    "second_actor": N_("agreed by"),
    "subject": N_("subject"),
    "text": N_("text"),
    "heard": N_("heard"),
    "where": N_("where"),
    "verdict": N_("verdict"),
    "metric": N_("figure"),
    "figure": N_("figure"),
    "value": N_("value"),
    "source": N_("source"),
    "region": N_("region"),
    "name": N_("measure"),
    "playbook": N_("playbook"),
    "version": N_("version"),
    "occurrence": N_("time"),
    "reason": N_("reason"),
    "why": N_("reason"),
    "note": N_("note"),
    "lob": N_("cases"),
    "file": N_("file"),
    "rows": N_("rows"),
    "new": N_("new"),
    "updated": N_("updated"),
    "gone": N_("taken off"),
    "kept": N_("not in the list, stays all the same"),
    "duplicates": N_("twice"),
    "rejected": N_("rejected"),
    "unlocated": N_("without a place"),
    "adjusters": N_("adjusters"),
    "people": N_("people"),
    "asked": N_("asked"),
    "safe": N_("safe"),
    "missing": N_("not heard of"),
    "unreachable": N_("unreachable"),
    "messages": N_("messages"),
    "hours": N_("hours"),
    "days": N_("days"),
}
_TIMES = ("due", "due_us", "start", "end", "occurred_at")
_LEVELS = ("level", "before", "proposed")
_PERSONS = ("person", "giver", "taker", "approver", "approver_role", "second_actor", "authors", "order", "told", "to")


@dataclass(frozen=True)
class Told:
    """One entry as it is read: every part a message, a pair of both languages, a name or an instant."""

    who: Words
    about: tuple[Words, ...]
    facts: tuple[tuple[Message, tuple[Words, ...]], ...]


@dataclass(frozen=True)
class Reader:
    """What the ids of one workspace are called.

    incidents, roles, plans, measures: id -> title. tasks: incident/task -> title. adjusters: id -> name.
    enabled: incident/measure/number -> title.
    """

    ctx: Context
    incidents: Mapping[str, Text] = field(default_factory=dict)
    roles: Mapping[str, Text] = field(default_factory=dict)
    plans: Mapping[str, Text] = field(default_factory=dict)
    tasks: Mapping[str, Text] = field(default_factory=dict)
    adjusters: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Text] = field(default_factory=dict)
    enabled: Mapping[str, Text] = field(default_factory=dict)

    def person(self, one: str) -> Words:
        """A person, a role or the console itself, by name; whoever is none of these by what they call themselves."""
        if one in _SELF:
            return Message(_SELF[one])
        if one in self.adjusters:
            return self.adjusters[one]
        if one in self.roles:
            return self.roles[one]
        if one in AUDIENCE_NAMES or one in RECIPIENTS:
            return Message({**AUDIENCE_NAMES, **RECIPIENTS}[one])
        if one.endswith(_DEPUTY) and one.removesuffix(_DEPUTY) in self.roles:
            return Message(N_("deputy of {role}"), {"role": self.roles[one.removesuffix(_DEPUTY)]})
        if one.startswith("api:"):
            return Message(N_("HTTP interface, key {key}"), {"key": one.removeprefix("api:")})
        return one

    def people(self, said: str) -> tuple[Words, ...]:
        """Those a message went to, from the line it was addressed by."""
        return tuple(self.person(one.strip()) for one in said.split(",") if one.strip())

    def subject(self, said: str) -> tuple[Words, ...]:
        """What an entry is about, the wider first: the incident, then its post or task."""
        if said in self.incidents:
            return (self.incidents[said],)
        first, _, rest = said.partition("/")
        if first in self.incidents and rest:
            part = self.tasks.get(said) or self.enabled.get(said) or self.roles.get(rest) or rest
            return (self.incidents[first], part)
        if first in _NUMBERED and rest.isdigit():
            return (Message(_NUMBERED[first], {"number": rest}),)
        if said in self.plans:
            return (self.plans[said],)
        if said == self.ctx.store.name:
            return (self.ctx.profile.title,)
        return (said,)

    def told(self, entry: Entry) -> Told:
        facts = entry.facts()
        about = self.subject(entry.subject)
        shown = []
        for key, label in LABELS.items():
            if key not in facts or (key == "incident" and facts[key] in entry.subject):
                continue
            value = self._value(entry.action, key, facts[key])
            if value:
                shown.append((Message(label), value))
        return Told(self.person(entry.actor), about, tuple(shown))

    def _value(self, action: str, key: str, value: Any) -> tuple[Words, ...]:
        """One value in words; empty where it says nothing to a reader."""
        if value is None or value == "" or value == []:
            return ()
        if key in _LEVELS:
            return (LEVEL_MARK.get(value, "–"),) if isinstance(value, int) else ()
        if key in _TIMES:
            return _instant(value)
        if key in _PERSONS:
            several = value if isinstance(value, list) else str(value).split(", ")
            return tuple(self.person(str(one)) for one in several)
        if isinstance(value, bool):
            return (Message(_YES[value]),)
        return self._named(action, key, value)

    def _named(self, action: str, key: str, value: Any) -> tuple[Words, ...]:
        closed: Mapping[str, Mapping[str, str]] = {
            "kind": _KINDS,
            "audience": AUDIENCE_NAMES,
            "standing": _STANDING,
            "verdict": VERDICTS,
        }
        if key in closed:
            return (Message(closed[key][value]),) if value in closed[key] else ()
        if key in ("answer", "state"):
            return (Message(_ANSWERS[value]),) if value in _ANSWERS else (str(value),) if key == "answer" else ()
        if key == "channel":
            return (Message(CHANNEL_NAMES[value]),) if value in CHANNEL_NAMES else (str(value),)
        if key in ("metric", "figure"):
            return (name_of_figure(str(value).removeprefix("industry.")),)
        if key in ("region", "jurisdiction"):
            return self._region(str(value))
        return self._free(action, key, value)

    def _free(self, action: str, key: str, value: Any) -> tuple[Words, ...]:
        if key == "incident":
            return (self.incidents.get(value, str(value)),)
        if key in ("reason", "why") and value in _WHY:
            return (Message(_WHY[value]),)
        if key == "cause" and action.startswith("clock."):
            return (_clock_cause(str(value)),)
        if key == "name":
            known = self.measures.get(str(value)) if action.startswith(("policy.", "measure.")) else None
            return (known,) if known else ()
        if key == "playbook":
            name, _, version = str(value).partition("@")
            return (self.plans.get(name, name), version) if version else (self.plans.get(name, name),)
        if key == "title" and isinstance(value, dict):
            return (value,)
        if isinstance(value, int):
            return (f"{value:,}",)
        return (str(value),) if isinstance(value, str | float) else ()

    def _region(self, code: str) -> tuple[Words, ...]:
        bare = code.partition("-")[2] or code
        known = next((one for one in (code, bare) if self.ctx.regions.known(one)), None)
        return (names(self.ctx.regions, known) if known else code,)


def _clock_cause(cause: str) -> Message:
    """``class:1``, ``level:2`` or ``tag:siege,run`` in words."""
    what, _, value = cause.partition(":")
    if what == "tag":
        first, *more = (Message(TAGS.get(tag, tag)) for tag in value.split(","))
        for one in more:
            first = Message("{first}, {second}", {"first": first, "second": one})
        return Message("tag: {tags}", {"tags": first})
    step = int(value) if value.isdigit() else 0
    if what == "class":
        return Message("event class {class_}", {"class_": Message(CLASS_NAME.get(step, value))})
    return Message("response level {mark}", {"mark": LEVEL_MARK.get(step, value)})


def _instant(value: Any) -> tuple[Words, ...]:
    if isinstance(value, int):
        return (from_us(value),)
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return (str(value),)
    return (found,) if found.tzinfo else (str(value),)


def reader(ctx: Context) -> Reader:
    """What the ids of this workspace are called now."""
    plans = {plan.id: plan for plan in ctx.content.library.playbooks()}
    roles: dict[str, Text] = dict(load_authorities(ctx.content.data / "rules" / "authorities.csv"))
    roles |= {"coordinator": {"en": "Coordinator", "zh": "协调员"}, "operator": {"en": "Operator", "zh": "操作员"}}
    for plan in plans.values():
        roles = {name: role.title for name, role in plan.roles.items()} | roles
    with ctx.store.read() as connection:
        known = incidents.every(connection)
        rows = [row for one in known for row in tasks.of(connection, one.incident_id)]
        enabled = {f"{row['incident_id']}/measure/{row['measure_id']}": row["name"] for row in measures.of(connection)}
        adjusters = {row["adjuster_id"]: row["name"] for row in pool.adjusters(connection)}
    named = _measures(ctx)
    return Reader(
        ctx,
        incidents={one.incident_id: one.title for one in known},
        roles=roles,
        plans={name: plan.title for name, plan in plans.items()},
        tasks={f"{row['incident_id']}/{row['task_id']}": row["title"] for row in rows},
        adjusters=adjusters,
        measures=named,
        enabled={subject: named[name] for subject, name in enabled.items() if name in named},
    )


def _measures(ctx: Context) -> dict[str, Text]:
    """A broken file of measures is said where they are used; the record is read all the same."""
    try:
        return {name: one.name for name, one in catalogue(ctx).measures.items()}
    except FileFaults:
        return {}


def spoken_names(ctx: Context, ones: Iterable[str]) -> tuple[Words, ...]:
    """Persons and roles by name, without reading the store: what bulletins and tasks say of who did it."""
    quick = Reader(ctx)
    return tuple(quick.person(one) for one in ones if one)
