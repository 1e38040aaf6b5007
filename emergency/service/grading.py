"""The level and the class of an incident: proposed by rule files, decided by people.

Two values with two traces. The response level is the company's own; the event class is the
regulator's, on industry figures where there are any, and our own figures are only its floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from emergency.domain.drill.facts import Change
from emergency.domain.drill.facts import facts as grown
from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.domain.level import Grade, RuleSet, covers, grade, reporting_clocks, unit_of
from emergency.domain.level.trace import grade_record
from emergency.service.alerts import metrics_in_force
from emergency.service.context import Context, Refused
from emergency.service.figures import Figures, figures
from emergency.store import claims, incidents
from emergency.store.incidents import Conflict
from emergency.texts import N_, Message

RESPONSE_RULES = "default"
CLASS_RULES = "nfra-2022-15"
INJURY_LINES = ("personal_injury", "health")
# Facts said of the whole industry carry this before the metric's name.
INDUSTRY = "industry."


@dataclass(frozen=True)
class Conversion:
    """Money turned into the rules' currency, so that the trace can say how."""

    metric: str
    amount: Decimal
    currency: str
    converted: Decimal
    to_currency: str
    rate: Decimal
    rate_date: str
    source: str


@dataclass(frozen=True)
class Evaluation:
    """What the rules say of an incident at an instant.

    ``event_class`` is None where no class rules cover its jurisdiction; ``class_note`` says so.
    ``class_basis`` is ``industry`` or ``own`` (a floor).
    """

    incident: Incident
    as_of: datetime
    response: Grade
    event_class: Grade | None
    class_note: Message | None
    class_basis: str
    conversions: tuple[Conversion, ...]
    facts: Mapping[str, Any]

    @property
    def proposed(self) -> int | None:
        return self.response.level

    @property
    def differs(self) -> bool:
        return self.response.level is not None and self.response.level != self.incident.response_level


def evaluate(ctx: Context, incident_id: str, at: datetime | None = None) -> Evaluation:
    """Hold the live aggregates of an incident against both rule files."""
    incident = incident_named(ctx, incident_id)
    now = at or ctx.now()
    known = figures(ctx, incident_id, now)
    own, industry = _facts(ctx, incident, known)
    rules = ctx.content.library.rules(RESPONSE_RULES)
    response_facts, conversions = in_currency(ctx, own, rules, now)
    response = grade(rules, incident.kind, response_facts, overrides=_overrides(ctx, incident))
    class_rules = ctx.content.library.rules(CLASS_RULES)
    if not covers(class_rules, incident.jurisdiction):
        note = Message(
            N_("no event class: {rules} covers {covered}, not {jurisdiction}"),
            {
                "rules": class_rules.id,
                "covered": _jurisdiction(class_rules),
                "jurisdiction": incident.jurisdiction,
            },
        )
        return Evaluation(incident, now, response, None, note, "", conversions, own)
    basis = "industry" if industry else "own"
    class_facts, more = in_currency(ctx, own | industry, class_rules, now)
    event_class = grade(class_rules, incident.kind, class_facts)
    return Evaluation(incident, now, response, event_class, None, basis, (*conversions, *more), own | industry)


def incident_named(ctx: Context, incident_id: str) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, incident_id)
        if found is None:
            known = ", ".join(i.incident_id for i in incidents.every(connection)) or "none"
            raise Refused(f"there is no incident {incident_id!r} in workspace {ctx.store.name!r}; known: {known}")
    return found


def _jurisdiction(rules: RuleSet) -> str:
    return ", ".join(rules.jurisdiction)


def _overrides(ctx: Context, incident: Incident) -> Any:
    if incident.playbook:
        return ctx.content.library.playbook(incident.playbook).overrides
    found = ctx.content.library.playbooks_for(incident.kind, incident.perils, incident.regions)
    return found[0].overrides if found else ()


def _facts(ctx: Context, incident: Incident, known: Figures) -> tuple[dict[str, Any], dict[str, Any]]:
    """(our own facts, industry facts); money in whole units of the workspace's currency."""
    table = known.table
    own: dict[str, Any] = {}
    if len(table):
        injury = table["line"].isin(INJURY_LINES)
        own["claims.last_24h"] = int(table["last_24h"].sum())
        own["loss.estimated_gross"] = Decimal(int(table["estimated_minor"].sum())) / 100
        own["payout.property_estimated"] = Decimal(int(table.loc[~injury, "estimated_minor"].sum())) / 100
        own["payout.injury_estimated"] = Decimal(int(table.loc[injury, "estimated_minor"].sum())) / 100
        if not known.illustrative:
            own["regions.prefectures"] = int(table.loc[table["open"] > 0, "region"].nunique())
    with ctx.store.read() as connection:
        _injured, dead = claims.casualties(connection, now_us=to_us(known.as_of), incident=incident.incident_id)
        recorded = incidents.facts(connection, incident_id=incident.incident_id, now_us=to_us(known.as_of))
    if dead:
        own["casualties.insured_deaths"] = dead
    warned = metrics_in_force(ctx, incident.regions, known.as_of)
    own.update({metric: said.value for metric, said in warned.items()})
    # Of a warning and a figure somebody entered, the newer counts.
    recorded = [r for r in recorded if r["metric"] not in warned or r["as_of_us"] >= warned[r["metric"]].sent_us]
    industry: dict[str, Any] = {}
    for row in recorded:
        metric = str(row["metric"])
        if metric.startswith(INDUSTRY):
            industry[metric.removeprefix(INDUSTRY)] = row["value"]
        elif not isinstance(row["value"], dict):
            own[metric] = row["value"]
    ratio = demand_ratio(ctx, known)
    if ratio is not None:
        own.setdefault("capacity.demand_ratio", ratio)
    return _grown(own, recorded, known.as_of), industry


def _grown(own: dict[str, Any], recorded: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """Facts that follow from others with time: an outage grows older by itself."""
    changes = [Change(int(r["as_of_us"]) // 1_000_000, str(r["metric"]), r["value"]) for r in recorded]
    return grown([c for c in changes if c.metric in own], to_us(now) // 1_000_000, own)


def demand_ratio(ctx: Context, known: Figures) -> float | None:
    """Slots the open claims ask for ÷ slots the pool can give in one shift."""
    from emergency.service.allocation import demand_slots, pool_slots

    capacity = pool_slots(ctx)
    if not capacity:
        return None
    # Cut, never rounded up: a threshold is not reached by rounding.
    return demand_slots(ctx, known) * 1000 // capacity / 1000


def in_currency(
    ctx: Context, facts: Mapping[str, Any], rules: RuleSet, now: datetime
) -> tuple[dict[str, Any], tuple[Conversion, ...]]:
    """Money facts in the rules' currency, by the house's dated rate."""
    if ctx.profile.currency == rules.currency:
        return {k: _number(v) for k, v in facts.items()}, ()
    rate = ctx.content.library.rates().rate(now.date(), ctx.profile.currency, rules.currency)
    converted: dict[str, Any] = {}
    done = []
    for metric, value in facts.items():
        if unit_of(metric) != "money" or value is None:
            converted[metric] = _number(value)
            continue
        amount = Decimal(str(value))
        result = (amount * rate.value).quantize(Decimal(1))
        converted[metric] = int(result)
        done.append(
            Conversion(
                metric,
                amount,
                ctx.profile.currency,
                result,
                rules.currency,
                rate.value,
                rate.on.isoformat(),
                rate.source,
            )
        )
    return converted, tuple(done)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def confirm_level(
    ctx: Context, incident_id: str, level: int | None, *, reason: str = "", second_actor: str = ""
) -> Evaluation:
    """Confirm the proposed level, or decide otherwise with a reason.

    Raises:
        Refused: another level than proposed without a reason; a proposed Ⅰ lowered by one person alone.
        Conflict: someone else decided in the meantime.
    """
    from emergency.service.response import activate

    evaluation = evaluate(ctx, incident_id)
    _may_decide(ctx, evaluation, level, reason, second_actor)
    with ctx.store.write() as connection:
        before = incidents.get(connection, incident_id)
        if before is None or before.version != evaluation.incident.version:
            raise Conflict(f"incident {incident_id} was changed by someone else; reload and decide again")
        trace = grade_record(evaluation.response)
        incidents.add_decision(
            connection,
            incident_id=incident_id,
            level=level,
            proposed=evaluation.proposed,
            reason=reason,
            grade=trace,
            decided=ctx.now(),
            actor=ctx.actor.id,
            second_actor=second_actor,
        )
        body = {
            "incident": incident_id,
            "level": level,
            "proposed": evaluation.proposed,
            "before": before.response_level,
            "reason": reason,
            "second_actor": second_actor,
            "rules": f"{evaluation.response.rules}@{evaluation.response.version}",
            "decided_by": trace["decided_by"],
        }
        activate(ctx, connection, before, level, body, deadlines_s(ctx, evaluation, level))
    return evaluate(ctx, incident_id)


def deadlines_s(ctx: Context, evaluation: Evaluation, level: int | None) -> dict[str, int]:
    """Report kind -> seconds from discovery, of the clocks that run; the shorter where two rules own one."""
    library = ctx.content.library
    running = list(reporting_clocks(library.rules(RESPONSE_RULES), level))
    if evaluation.event_class:
        running += reporting_clocks(library.rules(CLASS_RULES), evaluation.event_class.level)
    found: dict[str, int] = {}
    for clock in running:
        for kind, within_s in clock.deadlines_s.items():
            found[kind] = min(within_s, found.get(kind, within_s))
    return found


def _may_decide(ctx: Context, evaluation: Evaluation, level: int | None, reason: str, second_actor: str) -> None:
    if level not in (None, 1, 2, 3):
        raise Refused(f"level {level!r} must be 1, 2, 3 or none")
    if level != evaluation.proposed and not reason.strip():
        raise Refused("deciding otherwise than the rules propose needs a reason; write one sentence")
    lowered = evaluation.proposed == 1 and level != 1
    if lowered and (not second_actor.strip() or second_actor.strip() == ctx.actor.id):
        raise Refused("lowering a proposed level Ⅰ needs two people; name the second")


def level_history(ctx: Context, incident_id: str) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return incidents.decisions(connection, incident_id)
