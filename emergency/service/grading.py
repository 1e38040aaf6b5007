"""The level and the class of an incident: proposed by rule files, decided by people.

Two values with two traces. The response level is the company's own; the event class is the
regulator's, on industry figures where there are any, and our own figures are only its floor.
Both are held against the whole incident and against each province it lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.level import Grade, RuleSet, covers, grade, reporting_clocks, still_near
from emergency.domain.level.history import LevelStretch
from emergency.domain.level.rules import LEVEL_MARK, Override
from emergency.service import command_history, deciding
from emergency.service.context import Context, Refused
from emergency.service.conversion import Conversion, in_currency
from emergency.service.figures import Figures, figures
from emergency.service.level_facts import INDUSTRY, Grounds, Known, Origin
from emergency.service.lookback import as_known
from emergency.store import incidents
from emergency.store.incidents import Conflict
from emergency.store.store import Connection
from emergency.texts import N_, Message

RESPONSE_RULES = "default"
CLASS_RULES = "nfra-2022-15"


@dataclass(frozen=True)
class ProvinceGrade:
    """Level and class of one province, by the same rules.

    Attributes:
        province: region code; jurisdiction: "CN-410000", "US-TX".
        near: metrics at the linkage ratio or more of the threshold of the level proposed elsewhere,
            where a neighbour has reached it: joint activation is offered.
        joint: the level at which that is offered; None where it is not.
    """

    province: str
    jurisdiction: str
    response: Grade
    event_class: Grade | None
    class_basis: str
    facts: Mapping[str, Any]
    near: tuple[str, ...] = ()
    joint: int | None = None


@dataclass(frozen=True)
class Evaluation:
    """What the rules say of an incident at an instant.

    ``event_class`` is None where no class rules cover its jurisdiction; ``class_note`` says so.
    ``class_basis`` is ``industry``, ``estimated`` (from market share) or ``own`` (a floor); ``basis``
    says it of each metric. ``upper`` is the level on the upper ends of estimates, where there are any.
    ``provinces`` is empty for an incident in one province: the whole is the province.
    """

    incident: Incident
    as_of: datetime
    response: Grade
    event_class: Grade | None
    class_note: Message | None
    class_basis: str
    conversions: tuple[Conversion, ...]
    facts: Mapping[str, Any]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    basis: Mapping[str, str] = field(default_factory=dict)
    forecast: Mapping[str, Any] = field(default_factory=dict)
    upper: Grade | None = None
    provinces: tuple[ProvinceGrade, ...] = ()

    @property
    def proposed(self) -> int | None:
        return self.response.level

    @property
    def raises(self) -> bool:
        """The rules ask for a graver level than the one in force."""
        return self.proposed is not None and (self.proposed < (self.incident.response_level or 4))

    @property
    def differs(self) -> bool:
        """Somebody has something to decide: another level is proposed, or nobody confirmed the one in force."""
        other = self.response.level is not None and self.response.level != self.incident.response_level
        return other or self.incident.provisional

    def estimate_of(self, metric: str) -> str:
        """How sure a figure is: a key of `level_facts.ESTIMATES`."""
        kind = self.basis.get(metric, "own")
        origin = self.origins.get(metric if kind == "own" else INDUSTRY + metric)
        return origin.estimate if origin else "stated"


def evaluate(ctx: Context, incident_id: str, at: datetime | None = None) -> Evaluation:
    """Hold the live aggregates of an incident against both rule files.

    The chores of one look ask several times: none of them changes what is graded, so one picture serves them all.
    """
    if ctx.tick is None or at is not None:
        return _evaluated(ctx, incident_id, at or ctx.now())
    asked = (incident_id, ctx.now())
    if asked not in ctx.tick:
        ctx.tick[asked] = _evaluated(ctx, incident_id, asked[1])
    found: Evaluation = ctx.tick[asked]
    return found


def _evaluated(ctx: Context, incident_id: str, now: datetime) -> Evaluation:
    incident = incident_named(ctx, incident_id)
    shown = figures(ctx, incident_id, now)
    grounds = Grounds(ctx, incident, shown)
    known = grounds.known()
    own = _with_capacity(ctx, dict(known.own), shown)
    rules = ctx.content.library.rules(RESPONSE_RULES)
    response_facts, conversions = in_currency(ctx, own, rules, now)
    overrides = _overrides(ctx, incident)
    response = grade(rules, incident.kind, response_facts, overrides=overrides)
    upper = None
    if known.upper:
        raised, _ = in_currency(ctx, own | dict(known.upper), rules, now)
        upper = grade(rules, incident.kind, raised, overrides=overrides)
    event_class, note, basis, more = _class(ctx, incident, incident.jurisdiction, known, now)
    return Evaluation(
        incident=incident,
        as_of=now,
        response=response,
        event_class=event_class,
        class_note=note,
        class_basis=_told_basis(event_class, basis),
        conversions=(*conversions, *more),
        facts=own | {m: v for m, v in known.for_class()[0].items() if basis.get(m, "own") != "own"},
        origins=known.origins,
        basis=basis,
        forecast=known.forecast,
        upper=upper,
        provinces=_by_province(ctx, incident, grounds, now),
    )


def incident_named(ctx: Context, incident_id: str) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, incident_id)
        if found is None:
            known = ", ".join(i.incident_id for i in incidents.every(connection)) or "none"
            gaps = {"incident": incident_id, "workspace": ctx.store.name, "known": known}
            raise Refused(Message("there is no incident {incident} in workspace {workspace}; known: {known}", gaps))
        return as_known(ctx, connection, found)


def _class(
    ctx: Context, incident: Incident, jurisdiction: str, known: Known, now: datetime
) -> tuple[Grade | None, Message | None, dict[str, str], tuple[Conversion, ...]]:
    """The regulator's class where its rules cover the place, else why there is none."""
    rules = ctx.content.library.rules(CLASS_RULES)
    if not covers(rules, jurisdiction):
        gaps = {"rules": rules.id, "covered": ", ".join(rules.jurisdiction), "jurisdiction": jurisdiction}
        return None, Message(N_("no event class: {rules} covers {covered}, not {jurisdiction}"), gaps), {}, ()
    if incident.kind not in rules.types:
        # Its tags may start clocks all the same; a class it cannot have.
        gaps = {"rules": rules.id, "kind": _kind_title(ctx, incident.kind)}
        return None, Message(N_("no event class: {rules} has none for this kind of incident ({kind})"), gaps), {}, ()
    facts, basis = known.for_class()
    converted, conversions = in_currency(ctx, facts, rules, now)
    return grade(rules, incident.kind, converted), None, basis, conversions


def _kind_title(ctx: Context, kind: str) -> Any:
    return {one.id: one.title for one in ctx.content.library.incident_kinds()}.get(kind, kind)


def _told_basis(event_class: Grade | None, basis: Mapping[str, str]) -> str:
    """What the class rests on: its deciding figure, else the best figure there is."""
    if event_class is None:
        return ""
    decided = event_class.decided_by
    if decided is not None and decided.metric in basis:
        return basis[decided.metric]
    read = {basis[i.metric] for i in event_class.indicators if i.metric in basis}
    return next((kind for kind in ("industry", "estimated") if kind in read), "own")


def _overrides(ctx: Context, incident: Incident) -> tuple[Override, ...]:
    if incident.playbook:
        return ctx.content.library.playbook(incident.playbook).overrides
    found = ctx.content.library.playbooks_for(incident.kind, incident.perils, incident.regions)
    return found[0].overrides if found else ()


def _with_capacity(ctx: Context, own: dict[str, Any], known: Figures) -> dict[str, Any]:
    ratio = demand_ratio(ctx, known)
    if ratio is not None:
        own.setdefault("capacity.demand_ratio", ratio)
    return own


def demand_ratio(ctx: Context, known: Figures) -> float | None:
    """Slots the open claims ask for ÷ slots the pool can give in one shift."""
    from emergency.service.allocation import demand_slots, pool_slots

    capacity = pool_slots(ctx)
    if not capacity:
        return None
    # Cut, never rounded up: a threshold is not reached by rounding.
    return demand_slots(ctx, known) * 1000 // capacity / 1000


# Provinces ----------------------------------------------------------------------------------------


def _by_province(ctx: Context, incident: Incident, grounds: Grounds, now: datetime) -> tuple[ProvinceGrade, ...]:
    """Each province by itself; where only one is touched the whole says it all."""
    codes = grounds.provinces()
    if len(codes) < 2:
        return ()
    rules = ctx.content.library.rules(RESPONSE_RULES)
    found = []
    for code in codes:
        known, jurisdiction = grounds.known(code), jurisdiction_of(ctx, code)
        facts, _ = in_currency(ctx, known.own, rules, now)
        response = grade(rules, incident.kind, facts)
        event_class, _, basis, _ = _class(ctx, incident, jurisdiction, known, now)
        told = _told_basis(event_class, basis)
        found.append(ProvinceGrade(code, jurisdiction, response, event_class, told, known.own))
    return tuple(_linked(ctx, one, found, rules) for one in found)


def _linked(ctx: Context, one: ProvinceGrade, every: list[ProvinceGrade], rules: RuleSet) -> ProvinceGrade:
    """The province with the offer to be activated together with a neighbour that has reached a level."""
    if rules.linkage.scope != "adjacent":
        return one
    reached = [
        other.response.level
        for other in every
        if other.response.level and ctx.regions.adjacent(one.province, other.province)
    ]
    level = min(reached, default=None)
    if level is None or (one.response.level or 4) <= level:
        return one
    near = still_near(one.response.indicators, level, rules.linkage.ratio)
    if not near:
        return one
    return replace(one, near=tuple(dict.fromkeys(i.metric for i in near)), joint=level)


def jurisdiction_of(ctx: Context, province: str) -> str:
    """Country and province as the rule files write them: CN-410000, US-TX."""
    letters = ctx.regions.licence(province)
    return f"US-{letters}" if letters else f"CN-{province}"


# Deciding -----------------------------------------------------------------------------------------


def confirm_level(ctx: Context, incident_id: str, level: int | None, *, reason: str = "") -> Evaluation:
    """Confirm the proposed level, or decide otherwise with a reason.

    Who lowers a proposed Ⅰ only asks for it: the request waits, visible to all, until a second
    person agrees (`deciding.agree`) or it is withdrawn.

    Raises:
        Refused: not (yet) theirs to decide; another level than proposed without a reason; down more
            than one step, or before the hold is over.
        Conflict: someone else decided in the meantime.
    """
    evaluation = evaluate(ctx, incident_id)
    return _decided(ctx, evaluation, deciding.Wish(level, reason))


def agree_to_lower(ctx: Context, incident_id: str) -> Evaluation:
    """Be the second person who lowers a proposed Ⅰ; the level the first asked for is in force then.

    Raises:
        Refused: nobody has asked, the same person, or not theirs to decide.
    """
    evaluation = evaluate(ctx, incident_id)
    asked = deciding.request(ctx, incident_id)
    if asked is None:
        raise Refused(Message(N_("nobody asks to lower the level of this incident; it may have been withdrawn")))
    return _decided(ctx, evaluation, deciding.Wish(asked.level, asked.reason, asked))


def _decided(ctx: Context, evaluation: Evaluation, wish: deciding.Wish) -> Evaluation:
    incident_id = evaluation.incident.incident_id
    if not evaluation.incident.is_open:
        raise Refused(Message(N_("incident {incident} is closed; reopen it first"), {"incident": incident_id}))
    with ctx.store.write() as connection:
        before = incidents.get(connection, incident_id)
        if before is None or before.version != evaluation.incident.version:
            raise Conflict(_changed(connection, incident_id))
        deciding.decide(ctx, connection, evaluation, wish, deadlines_s(ctx, evaluation, wish.level))
    return evaluate(ctx, incident_id)


def _changed(connection: Connection, incident_id: str) -> Message:
    """Who was quicker, and what they decided."""
    decisions = [d for d in incidents.decisions(connection, incident_id) if not d["jurisdiction"]]
    if not decisions:
        text = N_("incident {incident} was changed while you were looking; look again and decide")
        return Message(text, {"incident": incident_id})
    mark = LEVEL_MARK.get(decisions[-1]["level"] or 0, "–")
    gaps = {"who": decisions[-1]["actor"], "mark": mark}
    return Message(N_("{who} decided {mark} while you were looking; look again and decide"), gaps)


def deadlines_s(ctx: Context, evaluation: Evaluation, level: int | None) -> dict[str, int]:
    """Report kind -> seconds from discovery, of the clocks that run: the limit, the target where there is no limit.

    Clocks that start elsewhere, as that of a final report, are kept by `clocks` alone.
    """
    library = ctx.content.library
    running = list(reporting_clocks(library.rules(RESPONSE_RULES), level))
    rules = library.rules(CLASS_RULES)
    if evaluation.event_class and covers(rules, evaluation.incident.jurisdiction):
        running += reporting_clocks(rules, evaluation.event_class.level)
    found: dict[str, tuple[bool, int]] = {}
    for clock in running:
        for kind, within_s in clock.deadlines_s.items():
            if clock.origins.get(kind, "discovery") == "discovery":
                one = (kind in clock.strive, within_s)
                found[kind] = min(one, found.get(kind, one))
    return {kind: within_s for kind, (_, within_s) in found.items()}


def level_history(ctx: Context, incident_id: str) -> tuple[LevelStretch, ...]:
    """Who decided which level when, provisional stretches included, oldest first."""
    return command_history.history(ctx, incident_named(ctx, incident_id))


__all__ = [
    "CLASS_RULES",
    "INDUSTRY",
    "RESPONSE_RULES",
    "Conversion",
    "Evaluation",
    "ProvinceGrade",
    "agree_to_lower",
    "confirm_level",
    "deadlines_s",
    "demand_ratio",
    "evaluate",
    "in_currency",
    "incident_named",
    "jurisdiction_of",
    "level_history",
]
