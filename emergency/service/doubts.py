"""Figures that were entered, imported or published and do not look right: shown to people, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from emergency.domain.figure_value import is_number, readable
from emergency.domain.level import METRICS, metric_name
from emergency.domain.suspect import KINDS, Doubt, Reading, average, falling, parts
from emergency.geo.regions import RegionSet
from emergency.service.context import Context
from emergency.service.figures import figures
from emergency.service.level_facts import Grounds
from emergency.store import incidents
from emergency.texts import N_, Message, Speaker

SNAPSHOT, REPORTS = "bulletin.snapshot", "claims.reported_total"
# Money that is held against the number of reports.
GROSS, PAYOUT = "loss.estimated_gross", "payout.property_estimated"
MONEY = ("loss.estimated_gross", "loss.direct", "payout.property_estimated")
PREFIXES = ("industry.", "forecast.")
SNAPSHOT_NAMES: Mapping[str, str] = {
    "bulletin.reported_claims": N_("Published number of reports"),
    "bulletin.settled_claims": N_("Published number of settled claims"),
    "bulletin.paid": N_("Published amount paid"),
}
Fact = Mapping[str, Any]


def figure_doubts(ctx: Context, incident_id: str | None = None) -> tuple[Doubt, ...]:
    """What looks wrong about the figures known now, of an incident and of the whole workspace."""
    with ctx.store.read() as connection:
        facts = incidents.facts(connection, incident_id=incident_id, now_us=ctx.now_us())
        incident = incidents.get(connection, incident_id) if incident_id else None
    found = doubts_of(facts, ctx)
    if incident is not None and facts:
        told = Grounds(ctx, incident, figures(ctx, incident_id)).doubts()
        # Where a total and parts of one statement do not fit it is said once.
        said = {d.where for d in found if d.kind == "parts"}
        found += tuple(d for d in told if d.kind != "parts" or d.where not in said)
    return found


def doubts_about(ctx: Context, metric: str, incident_id: str | None = None) -> tuple[Doubt, ...]:
    """What looks wrong now about one metric, for the person who has just entered it."""
    plain, _ = _apart(metric)
    related = {plain, *MONEY, REPORTS} if plain in (*MONEY, REPORTS) else {plain}
    floors = ctx.content.library.suspect().floors
    related |= {whole for part, whole in floors.items() if plain in (part, whole)}
    return tuple(d for d in figure_doubts(ctx, incident_id) if d.where.split("@")[0] in related)


def doubts_told(doubts: Iterable[Doubt], say: Speaker) -> list[dict[str, str]]:
    """Doubts for other systems: a code, figure and place for programs, a sentence for people."""
    return [{"code": d.kind, "where": d.where, "reason": say(d.message)} for d in doubts]


def doubts_of(facts: Sequence[Fact], ctx: Context) -> tuple[Doubt, ...]:
    """All doubts about facts as `emergency.store.incidents.facts` gives them, oldest first."""
    thresholds = ctx.content.library.suspect()
    facts = [f for f in facts if readable(str(f["metric"]), f["value"])]
    names = {m: metric_name(m) for m in METRICS} | {m: Message(n) for m, n in SNAPSHOT_NAMES.items()}
    found = falling(_readings(facts), thresholds, names)
    for reports, amount, where in _averages(facts):
        doubt = average(reports, amount, ctx.profile.currency, thresholds, where)
        found += [doubt] if doubt else []
    found += _beyond_loss(facts)
    for metric, total, some in _totals(facts, ctx.regions):
        what = names.get(metric, Message("{metric}", {"metric": metric}))
        doubt = parts(total, some, thresholds, what, metric)
        found += [doubt] if doubt else []
    return tuple(found)


def _apart(metric: str) -> tuple[str, str]:
    """A metric and whose figure it is: ``industry.casualties.deaths`` → (casualties.deaths, industry.)."""
    prefix = next((p for p in PREFIXES if metric.startswith(p)), "")
    return metric.removeprefix(prefix), prefix


def _numeric(value: Any) -> bool:
    return is_number(value)


def _readings(facts: Iterable[Fact]) -> Iterator[Reading]:
    for fact in facts:
        region = str(fact["region"] or "")
        if fact["metric"] == SNAPSHOT:
            value = fact["value"]
            counted = ("reported_claims", "settled_claims")
            pairs = [(f"bulletin.{k}", Decimal(value[k])) for k in counted if value.get(k) is not None]
            if value.get("paid_minor") is not None:
                pairs.append(("bulletin.paid", Decimal(value["paid_minor"]) / 100))
        elif _numeric(fact["value"]):
            metric, prefix = _apart(fact["metric"])
            pairs, region = [(metric, Decimal(str(fact["value"])))], prefix + region
        else:
            continue
        for metric, number in pairs:
            yield Reading(metric, region, str(fact["source"]), int(fact["as_of_us"]), number)


def _averages(facts: Sequence[Fact]) -> Iterator[tuple[int, Decimal, str]]:
    """(reports, whole units of money, where) of every snapshot, and of the newest pairs of entered figures."""
    newest: dict[tuple[str, str, str], Decimal] = {}
    for fact in facts:
        if fact["metric"] == SNAPSHOT:
            minor = fact["value"].get("estimated_minor")
            if minor:
                yield int(fact["value"]["reported_claims"]), Decimal(minor) / 100, f"{SNAPSHOT}@{fact['as_of_us']}"
        elif _numeric(fact["value"]):
            metric, prefix = _apart(fact["metric"])
            newest[(prefix, str(fact["region"] or ""), metric)] = Decimal(str(fact["value"]))
    for (prefix, region, metric), amount in newest.items():
        reports = newest.get((prefix, region, REPORTS))
        if metric in MONEY and reports:
            yield int(reports), amount, f"{metric}@{prefix}{region}"


def _beyond_loss(facts: Sequence[Fact]) -> list[Doubt]:
    """An own payout larger than the own gross loss it is part of: one of the two is out of date, or another's."""
    newest: dict[tuple[str, str], Decimal] = {}
    for fact in facts:
        if _numeric(fact["value"]):
            newest[(str(fact["region"] or ""), str(fact["metric"]))] = Decimal(str(fact["value"]))
    found = []
    for (region, metric), paid in newest.items():
        loss = newest.get((region, GROSS))
        if metric == PAYOUT and loss is not None and paid > loss:
            text = N_("{part} {some} is more than {whole} {total}; one of the two is out of date or not our own")
            gaps = {"part": metric_name(PAYOUT), "some": f"{paid:,}", "whole": metric_name(GROSS), "total": f"{loss:,}"}
            found.append(Doubt("floor", f"{PAYOUT}@{region}", Message(text, gaps)))
    return found


def _totals(facts: Sequence[Fact], regions: RegionSet) -> Iterator[tuple[str, Decimal, list[Decimal]]]:
    """(metric, total, parts): figures of one source and instant, of a place and of places in it."""
    groups: dict[tuple[str, str, int], dict[str | None, Decimal]] = {}
    for fact in facts:
        if _numeric(fact["value"]):
            key = (str(fact["metric"]), str(fact["source"]), int(fact["as_of_us"]))
            groups.setdefault(key, {})[fact["region"]] = Decimal(str(fact["value"]))
    for (metric, _, _), by_region in groups.items():
        above: dict[str | None, list[Decimal]] = {}
        for region, value in by_region.items():
            if region is not None:
                around = regions.ancestors(region) if regions.known(region) else ()
                nearest = next((a for a in around if a in by_region), None)
                above.setdefault(nearest, []).append(value)
        for place, some in above.items():
            if place in by_region and len(some) > 1:
                yield _apart(metric)[0], by_region[place], some


__all__ = ["KINDS", "Doubt", "doubts_about", "doubts_of", "doubts_told", "figure_doubts"]
