"""Reporting clocks: which deadlines run, since when, and whether they were met.

The regulator's clocks follow the event class and the incident's tags, internal ones the response
level, situation reports the playbook's cadence. One file owns each deadline. What runs is kept in
rows, so that a class that changes leaves a history and nothing fires twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.level import CLASS_NAME, LEVEL_MARK, RuleSet, covers, reporting_clocks
from emergency.domain.level.condition import Condition
from emergency.domain.playbook import Playbook
from emergency.domain.report_form import TAGS
from emergency.domain.reporting_clock import (
    CADENCE,
    INTERNAL,
    REGULATOR,
    Clock,
    Deadline,
    Handed,
    Series,
    as_of,
    reconcile,
)
from emergency.service.context import Context, Refused
from emergency.service.grading import CLASS_RULES, RESPONSE_RULES, Evaluation, evaluate
from emergency.service.task_plan import follow_clocks
from emergency.store import incidents, journal, reports
from emergency.store.store import Connection
from emergency.texts import N_, Message

TITLES = {
    "phone": N_("Regulator by phone"),
    "first": N_("Regulator first report"),
    "follow_up": N_("Regulator follow-up report"),
    "final": N_("Regulator final report"),
    "internal": N_("Internal report"),
    "internal_final": N_("Final internal report"),
    "situation": N_("Situation report"),
}
ADDRESSEES = {"internal": INTERNAL, "internal_final": INTERNAL, "situation": CADENCE}
TAG = "event.tag"
GRAVEST_FIRST = (REGULATOR, INTERNAL, CADENCE)


@dataclass(frozen=True)
class RunningClock:
    """One deadline in force at an instant; ``strive`` marks a target (力争), the others are limits."""

    clock: Clock
    title: Message
    now: datetime
    replaced: tuple[Clock, ...] = ()

    @property
    def kind(self) -> str:
        return self.clock.kind

    @property
    def due_at(self) -> datetime:
        return from_us(self.clock.due_us)

    @property
    def strive(self) -> bool:
        return self.clock.strive

    @property
    def rules(self) -> str:
        """Id of the file that owns the deadline."""
        return self.clock.rules.partition("@")[0]

    @property
    def met_at(self) -> datetime | None:
        return None if self.clock.met_us is None else from_us(self.clock.met_us)

    @property
    def state(self) -> str:
        return self.clock.state(to_us(self.now))

    @property
    def met(self) -> bool:
        return self.state == "in_time"

    @property
    def missed(self) -> bool:
        """Handed in late, or not at all."""
        return self.state in ("late", "missed")


def running_clocks(ctx: Context, evaluation: Evaluation) -> tuple[RunningClock, ...]:
    """Every clock of an incident in force, soonest first; those handed in or missed included."""
    return _running(ctx, ledger(ctx, evaluation))


def known_clocks(ctx: Context, incident: Incident) -> tuple[RunningClock, ...]:
    """As `running_clocks`, by what the clocks themselves say: for an incident whose figures ask for nothing new."""
    with ctx.store.read() as connection:
        return _running(ctx, _now(ctx, connection, incident, ()))


def _running(ctx: Context, known: Sequence[Clock]) -> tuple[RunningClock, ...]:
    found = []
    for clock in known:
        if clock.in_force and clock.lifted_us is None:
            same = (clock.to, clock.kind, clock.number)
            replaced = tuple(c for c in known if not c.in_force and (c.to, c.kind, c.number) == same)
            found.append(RunningClock(clock, Message(TITLES.get(clock.kind, clock.kind)), ctx.now(), replaced))
    return tuple(found)


def next_clocks(clocks: Sequence[RunningClock]) -> tuple[RunningClock, ...]:
    """The gravest of each addressee that waits, the regulator's first: what is owed outside is never hidden.

    Of one addressee a passed limit comes first, else what comes due next, else a passed target.
    """
    order = {"overdue": 0, "running": 1, "target_passed": 2}
    found: dict[str, RunningClock] = {}
    for one in sorted(clocks, key=lambda c: (order.get(c.state, 3), c.due_at, c.strive)):
        if one.clock.waits:
            found.setdefault(one.clock.to, one)
    return tuple(sorted(found.values(), key=lambda c: GRAVEST_FIRST.index(c.clock.to)))


def next_clock(clocks: Sequence[RunningClock]) -> RunningClock | None:
    """The one to show in every room; the others are counted beside it."""
    return next(iter(next_clocks(clocks)), None)


def ledger(ctx: Context, evaluation: Evaluation) -> tuple[Clock, ...]:
    """All clocks of an incident as known now, superseded ones included; nothing is written."""
    with ctx.store.read() as connection:
        return _now(ctx, connection, evaluation.incident, wanted(ctx, connection, evaluation))


def keep(ctx: Context, evaluation: Evaluation) -> tuple[Clock, ...]:
    """Write what began, was replaced, met or missed since the last time, with its entries in the journal."""
    incident = evaluation.incident
    with ctx.store.read() as connection:
        asked = wanted(ctx, connection, evaluation)
    return _kept(ctx, incident, asked)


def keep_going(ctx: Context, incident: Incident) -> tuple[Clock, ...]:
    """As `keep`, by what the clocks themselves say: no figure has changed since they were last held against rules."""
    return _kept(ctx, incident, ())


def _kept(ctx: Context, incident: Incident, asked: Sequence[Deadline]) -> tuple[Clock, ...]:
    with ctx.store.read() as connection:
        found = _now(ctx, connection, incident, asked)
        if set(found) == set(_known(ctx, connection, incident.incident_id)):
            return found
    with ctx.store.write() as connection:
        before = {c.id: c for c in _known(ctx, connection, incident.incident_id)}
        found = _now(ctx, connection, incident, asked)
        changed = [c for c in found if before.get(c.id) != c]
        reports.keep_clocks(connection, incident.incident_id, changed)
        for clock in changed:
            _record(ctx, connection, incident.incident_id, before.get(clock.id), clock)
        follow_clocks(ctx, connection, incident, whole=bool(asked))
    return found


def _known(ctx: Context, connection: Connection, incident_id: str) -> list[Clock]:
    """The clocks kept, as known now: a demo's time may have been moved back."""
    known = (as_of(c, ctx.now_us()) for c in reports.clocks(connection, incident_id))
    return [c for c in known if c is not None]


def _record(ctx: Context, connection: Connection, incident_id: str, before: Clock | None, clock: Clock) -> None:
    """Reports have entries of their own; here is written what nobody did: a clock began, was replaced, ran out."""
    said = {"clock": clock.id, "kind": clock.kind, "due": from_us(clock.due_us).isoformat(), "incident": incident_id}
    if before is None or clock.started_us < before.started_us:
        ctx.record(connection, "clock.start", incident_id, said | {"rules": clock.rules, "cause": clock.cause})
    if clock.superseded_us is not None and (before is None or before.superseded_us is None):
        ctx.record(connection, "clock.supersede", incident_id, said | {"by": clock.superseded_by})
    if clock.missed_us is not None and (before is None or before.missed_us is None):
        ctx.record(connection, "clock.miss", incident_id, said)


def _now(ctx: Context, connection: Connection, incident: Incident, asked: Sequence[Deadline]) -> tuple[Clock, ...]:
    now_us = ctx.now_us()
    ended_us, pauses = ended(connection, incident.incident_id, now_us)
    starts = {
        "discovery": to_us(incident.discovered_at),
        "occurrence": to_us(incident.occurred_at),
        "activation": None if incident.activated_at is None else to_us(incident.activated_at),
        "impact": to_us(incident.impact_at or incident.occurred_at),
        "stand_down": ended_us,
    }
    kept = _known(ctx, connection, incident.incident_id)
    return reconcile(kept, asked, starts, handed_in(connection, incident.incident_id), now_us, ended_us, pauses)


def ended(connection: Connection, incident_id: str, now_us: int) -> tuple[int | None, list[tuple[int, int]]]:
    """When the response ended (None while it runs), and its earlier ends that were taken back, as known at an instant.
    """
    ends = [(at, until) for at, until in reports.ends(connection, incident_id) if at <= now_us]
    known = [(at, until if until is not None and until <= now_us else None) for at, until in ends]
    last = known[-1][0] if known and known[-1][1] is None else None
    return last, [(at, until) for at, until in known if until is not None and until > at]


def handed_in(connection: Connection, incident_id: str) -> dict[Series, list[Handed]]:
    """Reports of an incident by addressee and kind, from the journal: whatever door they came in by."""
    found: dict[Series, list[Handed]] = {}
    for action in ("report.submit", "report.publish"):
        for entry in journal.entries_of(connection, subject=incident_id, action=action):
            body = entry.facts()
            kind = "situation" if action == "report.publish" else str(body.get("kind"))
            if not body.get("corrects"):
                by = str(body.get("report") or f"#{entry.seq}")
                found.setdefault((ADDRESSEES.get(kind, REGULATOR), kind), []).append(Handed(entry.happened_us, by))
    return found


# What the rules ask for -----------------------------------------------------------------------------


def wanted(ctx: Context, connection: Connection, evaluation: Evaluation) -> list[Deadline]:
    """Deadlines that the files ask for now, each with the file and row that own it."""
    incident = evaluation.incident
    library = ctx.content.library
    found: list[Deadline] = []
    rules = library.rules(CLASS_RULES)
    if covers(rules, incident.jurisdiction):
        event_class = evaluation.event_class.level if evaluation.event_class else None
        worn = tags_in(connection, incident.incident_id, ctx.now_us())
        found += _by_rules(rules, REGULATOR, event_class, worn)
    level = _level(connection, evaluation)
    found += _by_rules(library.rules(RESPONSE_RULES), INTERNAL, level, ())
    playbook = playbook_for(ctx, incident)
    if playbook and level and incident.activated_at is not None:
        found += _cadence(playbook, level, _in_force_since(connection, incident, ctx.now_us()))
    return found


def _level(connection: Connection, evaluation: Evaluation) -> int | None:
    """The level in force, else the one proposed; once the incident is closed, the last that was in force: a proposal
    that nobody took up asks for nothing after the end."""
    incident = evaluation.incident
    if incident.is_open:
        return incident.response_level or evaluation.proposed
    decided = [row for row in incidents.decisions(connection, incident.incident_id) if not row["jurisdiction"]]
    return next((int(row["level"]) for row in reversed(decided) if row["level"] is not None), None)


def playbook_for(ctx: Context, incident: Incident) -> Playbook | None:
    from emergency.service.response import playbook_of

    return playbook_of(ctx, incident)


def _by_rules(rules: RuleSet, to: str, level: int | None, worn: Sequence[str]) -> list[Deadline]:
    return [
        Deadline(
            to=to,
            kind=kind,
            within_s=within_s,
            strive=kind in row.strive,
            origin=row.origins.get(kind, "discovery"),
            every_s=row.every_s.get(kind, 0),
            rules=f"{rules.id}@{rules.version}",
            row=row.number,
            cause=_cause(row.when, rules, level, worn),
            source=row.source,
        )
        for row in reporting_clocks(rules, level, worn)
        for kind, within_s in row.deadlines_s.items()
        if kind in TITLES
    ]


def _cause(when: Condition, rules: RuleSet, level: int | None, worn: Sequence[str]) -> str:
    """What of the condition holds: ``tag:siege``, ``class:2`` or ``level:1``."""
    for leaf in when.comparisons():
        if leaf.metric == TAG:
            return "tag:" + ",".join(tag for tag in worn if tag in leaf.value)
    return f"{'class' if rules.value == 'class' else 'level'}:{level}"


def _in_force_since(connection: Connection, incident: Incident, now_us: int) -> int:
    """When the level in force was put in force; by the first activation where no decision says so."""
    assert incident.activated_at is not None
    since = to_us(incident.activated_at)
    level: int | None = None
    for row in incidents.decisions(connection, incident.incident_id):
        if not row["jurisdiction"] and row["decided_us"] <= now_us:
            if row["level"] != level:
                since = int(row["decided_us"])
            level = row["level"]
    return since


def _cadence(playbook: Playbook, level: int, asked_us: int) -> list[Deadline]:
    """The playbook's situation reports at a level: the first is the next that comes due once the level is in force."""
    return [
        Deadline(
            to=CADENCE,
            kind="situation",
            within_s=task.due.within_s[level],
            origin=task.due.origin,
            every_s=task.repeat_every_s.get(level, 0),
            rules=f"{playbook.id}@{playbook.version}",
            cause=f"level:{level}",
            source=task.id,
            asked_us=asked_us,
        )
        for task in playbook.tasks
        if level in task.levels
        and task.due.within_s
        and task.due.origin != "task"
        and any(e.action == "report.publish" for e in task.evidence)
    ]


def cause_words(clock: Clock) -> Message:
    """Why a clock runs: the class, the level or the tags."""
    what, _, value = clock.cause.partition(":")
    if what == "tag":
        spoken = Message("{tags}", {"tags": Message(TAGS.get(first := value.split(",")[0], first))})
        for tag in value.split(",")[1:]:
            spoken = Message("{first}, {second}", {"first": spoken, "second": Message(TAGS.get(tag, tag))})
        return Message("tag: {tags}", {"tags": spoken})
    level = int(value) if value.isdigit() else 0
    if what == "class":
        return Message("event class {class_}", {"class_": Message(CLASS_NAME.get(level, value))})
    return Message("response level {mark}", {"mark": LEVEL_MARK.get(level, value)})


# Tags -----------------------------------------------------------------------------------------------


def tags_in(connection: Connection, incident_id: str, now_us: int) -> list[str]:
    """Tags the incident wears at an instant, as people or messages said."""
    worn: dict[str, bool] = {}
    for row in incidents.facts(connection, incident_id=incident_id, now_us=now_us):
        if row["metric"] == TAG:
            value = row["value"]
            said = value if isinstance(value, dict) else {"tag": value, "on": True}
            for tag in said["tag"] if isinstance(said["tag"], list) else [said["tag"]]:
                worn[str(tag)] = bool(said.get("on", True))
    return [tag for tag, on in worn.items() if on]


def known_tags(ctx: Context, jurisdiction: str = "") -> tuple[str, ...]:
    """The tags that the rule file gives a clock; none where it does not hold in the jurisdiction."""
    rules = ctx.content.library.rules(CLASS_RULES)
    if jurisdiction and not covers(rules, jurisdiction):
        return ()
    named = [
        str(v) for row in rules.reporting for leaf in row.when.comparisons() if leaf.metric == TAG for v in leaf.value
    ]
    return tuple(dict.fromkeys(named))


def tags(ctx: Context, incident_id: str) -> list[str]:
    with ctx.store.read() as connection:
        return tags_in(connection, incident_id, ctx.now_us())


def set_tag(ctx: Context, incident_id: str, tag: str, *, on: bool, source: str) -> None:
    """Say that an incident is of a kind the regulator wants to hear of sooner, or that it is not.

    A tag taken back stops no clock that has begun: what was owed stays owed.

    Raises:
        Refused: a tag no rule knows, or nobody named who said so.
    """
    if tag not in known_tags(ctx):
        raise Refused(Message(N_("no rule knows the tag {tag}"), {"tag": tag}))
    if not source.strip():
        raise Refused(Message(N_("say who said so; it starts a clock of the regulator")))
    with ctx.store.write() as connection:
        incidents.add_fact(
            connection,
            incident_id=incident_id,
            metric=TAG,
            value={"tag": tag, "on": on},
            region=None,
            source=source,
            as_of=ctx.now(),
            recorded=ctx.now(),
            actor=ctx.actor.id,
        )
        said = {"metric": TAG, "value": tag, "on": on, "source": source, "incident": incident_id}
        ctx.record(connection, "fact.record", incident_id, said)
    keep(ctx, evaluate(ctx, incident_id))
