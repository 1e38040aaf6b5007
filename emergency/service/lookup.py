"""What other systems may ask: one claim, masked; the incidents with level, class and clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.access import masking
from emergency.domain.instant import from_us
from emergency.domain.level import Grade
from emergency.domain.level.trace import reason
from emergency.service.claim_history import Version, versions_of
from emergency.service.clocks import RunningClock, running_clocks
from emergency.service.compound import links
from emergency.service.context import Context, Refused
from emergency.service.doubts import doubts_told, figure_doubts
from emergency.service.figures import Foreign
from emergency.service.grading import CLASS_RULES, RESPONSE_RULES, Evaluation, evaluate
from emergency.service.response import every_incident
from emergency.service.situation import Situation, situation
from emergency.store import feed
from emergency.texts import Message, Speaker

# Claim column -> how it is shown to a reader outside the console.
MASKED: Mapping[str, Any] = {
    "policy_no": masking.number,
    "place": masking.place,
    "lon": masking.degrees,
    "lat": masking.degrees,
}
INSTANTS = ("loss_at", "reported_at", "keyed_at")
SHOWN = (
    *("source", "report_no", "version", "policy_no", "line", "cause", *INSTANTS, "channel", "place"),
    *("region", "precision", "lon", "lat", "currency", "estimated_minor", "paid_minor", "injured", "dead", "status"),
)
MARKS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}


def masked_claim(ctx: Context, source: str, report_no: str) -> dict[str, Any] | None:
    """A claim as a reader may see it; ``masked`` names the fields of which a part is hidden."""
    if "\0" in report_no:  # no claim has one, and PostgreSQL will not be asked for it
        return None
    with ctx.store.read() as connection:
        row = feed.one_claim(connection, source, report_no)
        if row is None:
            return None
        last = versions_of(connection, row)[-1]
    found = {name: row[name] for name in SHOWN}
    for name in INSTANTS:
        found[name] = None if row[name] is None else from_us(row[name]).isoformat()
    for name, mask in MASKED.items():
        found[name] = mask(row[name])
    return found | {"incident": row["incident_id"], "masked": sorted(MASKED), "made": _made(last)}


def _made(version: Version) -> dict[str, Any]:
    """When a version was made and what made it: the claim's own sender, messages about it or somebody here."""
    by = "messages" if version.messages else "placing" if version.placed else "sender" if version.brought_by else ""
    return {
        "at": version.since.isoformat() if version.since else None,
        "by": by or "unknown",
        "messages": [{"kind": m.kind, "at": m.at.isoformat()} for m in version.messages],
    }


def incidents_answer(ctx: Context, say: Speaker, *, open_only: bool = False) -> list[dict[str, Any]]:
    """Every incident with two values that are never one: the response level and the event class."""
    return [
        _incident(ctx, evaluate(ctx, i.incident_id), say) for i in every_incident(ctx) if i.is_open or not open_only
    ]


def _incident(ctx: Context, evaluation: Evaluation, say: Speaker) -> dict[str, Any]:
    i = evaluation.incident
    clocks = running_clocks(ctx, evaluation)
    return {
        "incident_id": i.incident_id,
        "title": dict(i.title),
        "kind": i.kind,
        "perils": list(i.perils),
        "cat_code": i.cat_code,
        "jurisdiction": i.jurisdiction,
        "regions": list(i.regions),
        "place": i.place,
        "scope": i.scope,
        "cause": i.cause,
        "occurred_at": i.occurred_at.isoformat(),
        "discovered_at": i.discovered_at.isoformat(),
        "confirmed_at": i.confirmed_at.isoformat() if i.confirmed_at else None,
        "leading": links(ctx).get(i.incident_id),
        "closed_at": i.closed_at.isoformat() if i.closed_at else None,
        "as_of": evaluation.as_of.isoformat(),
        "playbook": i.playbook or None,
        "response_level": _level(ctx, evaluation, clocks, say),
        "event_class": _class(ctx, evaluation, clocks, say),
    }


def _level(ctx: Context, evaluation: Evaluation, clocks: tuple[RunningClock, ...], say: Speaker) -> dict[str, Any]:
    confirmed, proposed = evaluation.incident.response_level, evaluation.proposed
    return {
        "confirmed": confirmed,
        "confirmed_mark": MARKS.get(confirmed or 0),
        "provisional": evaluation.incident.provisional,
        "proposed": proposed,
        "proposed_mark": MARKS.get(proposed or 0),
        "reason": _reason(ctx, evaluation.response, say),
        "rules": f"{evaluation.response.rules}@{evaluation.response.version}",
        "clocks": [_clock(c, say) for c in clocks if c.rules == RESPONSE_RULES],
    }


def _class(
    ctx: Context, evaluation: Evaluation, clocks: tuple[RunningClock, ...], say: Speaker
) -> dict[str, Any] | None:
    found = evaluation.event_class
    if found is None:
        return None
    return {
        "class": found.level,
        "mark": MARKS.get(found.level or 0),
        "basis": evaluation.class_basis,
        "reason": _reason(ctx, found, say),
        "rules": f"{found.rules}@{found.version}",
        "clocks": [_clock(c, say) for c in clocks if c.rules == CLASS_RULES],
    }


def _reason(ctx: Context, grade: Grade, say: Speaker) -> str | None:
    if grade.decided_by is None:
        return None
    return say(reason(grade.decided_by, ctx.content.library.rules(grade.rules).currency))


def _clock(clock: RunningClock, say: Speaker) -> dict[str, Any]:
    return {
        "kind": clock.kind,
        "title": say(clock.title),
        "due_at": clock.due_at.isoformat(),
        "strive": clock.strive,
        "met_at": clock.met_at.isoformat() if clock.met_at else None,
        "missed": clock.missed,
    }


def situation_of(ctx: Context, incident_id: str | None) -> Situation:
    """The situation of one incident, or of the first open one.

    Raises:
        Refused: no such incident.
    """
    found = situation(ctx, incident_id)
    if incident_id is not None and found.incident is None:
        known = ", ".join(i.incident_id for i in every_incident(ctx)) or "none"
        gaps = {"incident": incident_id, "workspace": ctx.store.name, "known": known}
        raise Refused(Message("there is no incident {incident} in workspace {workspace}; known: {known}", gaps))
    return found


def regions_answer(ctx: Context, found: Situation, say: Speaker) -> dict[str, Any]:
    """The figures by region, and what looks wrong about those that were entered or published."""
    about = found.incident.incident_id if found.incident else None
    return region_figures(ctx, found) | {"doubts": doubts_told(figure_doubts(ctx, about), say)}


def region_figures(ctx: Context, found: Situation) -> dict[str, Any]:
    """Totals and one object for each region with claims; money in minor units."""
    return {
        "as_of": found.as_of.isoformat(),
        "incident": found.incident.incident_id if found.incident else None,
        "currency": found.currency,
        "open": found.open,
        "unlocated": found.unlocated,
        "outside_map": found.outside.open if found.outside else 0,
        "estimated_minor": found.estimated_minor,
        "doubted_minor": found.doubted_minor,
        "foreign": [_foreign(f) for f in found.foreign],
        "illustrative": found.illustrative,
        "regions": [_region(ctx, r) for r in found.regions],
    }


def _region(ctx: Context, r: Any) -> dict[str, Any]:
    return {
        "code": r.code,
        "name": ctx.regions.name(r.code, "en"),
        "name_zh": ctx.regions.name(r.code, "zh_CN"),
        "open": r.open,
        "overdue": r.overdue,
        "last_hour": r.last_hour,
        "last_24h": r.last_24h,
        "estimated_minor": r.estimated_minor,
        "doubted_minor": r.doubted_minor,
        "assigned": r.assigned,
        "needed": r.needed,
        "short": r.short,
    }


def _foreign(f: Foreign) -> dict[str, Any]:
    rate = None if f.rate is None else float(f.rate)
    return {"currency": f.currency, "claims": f.claims, "estimated_minor": f.estimated_minor, "rate": rate}


def situation_layer(ctx: Context, found: Situation) -> dict[str, Any]:
    """The situation as a GeoJSON layer (RFC 7946): one feature for each region with claims.

    The totals, which belong to no region, are members of the collection beside its features.
    """
    known = region_figures(ctx, found)
    shapes = _shapes(ctx, [r["code"] for r in known["regions"]])
    features = [
        {
            "type": "Feature",
            "id": r["code"],
            "geometry": shapes.get(r["code"]),
            "properties": r | {"currency": found.currency, "as_of": known["as_of"]},
        }
        for r in known.pop("regions")
    ]
    return {"type": "FeatureCollection", **known, "source": ctx.regions.source, "features": features}


def _shapes(ctx: Context, codes: list[str]) -> dict[str, Any]:
    """Outlines of regions, or their points where the set has no outlines."""
    regions = ctx.regions
    known = [code for code in codes if regions.known(code)]
    if not regions.has_polygons:
        return {code: {"type": "Point", "coordinates": list(regions.point(code))} for code in known}
    found: dict[str, Any] = {}
    for level in sorted({regions.level_of(code) for code in known}):
        frame = regions.frame(level)
        some = frame[frame["code"].isin(known)]
        found |= {c: g.__geo_interface__ for c, g in zip(some["code"], some.geometry, strict=True)}
    return found
