"""An alert as it is stored, as its receipt tells it, and why it lies nowhere on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import Any

from emergency.domain.alert import Alert, Info, end_of, gravest, metrics
from emergency.domain.instant import from_us, to_us
from emergency.geo import footprint
from emergency.service.alert_places import all_hit, kept_place, regions_hit
from emergency.service.context import Context
from emergency.texts import N_, Message

# Why an alert hits no region, and what to do about it.
NOWHERE: Mapping[str, str] = {
    "no_outlines": N_(
        "taken, but no region of this workspace's map is hit: {headline}; the map has no outlines to hold its area "
        "against, install them with “emergency regions install” and it is placed by itself"
    ),
    "outside": N_(
        "taken, but no region of this workspace's map is hit: {headline}; it is listed as outside this map"
    ),
    "words_only": N_(
        "taken, but no region of this workspace's map is hit: {headline}; it says in words only where it holds "
        "({area}), so read it, and report an incident by hand if it means yours"
    ),
}
MOST_NAMED = 20  # of one file


def row_of(ctx: Context, alert: Alert) -> dict[str, Any]:
    """The row of an alert: every info block with the regions it hits and the metrics it gives."""
    places = [kept_place(info.areas) for info in alert.infos]
    blocks = [_block(ctx, alert, info, place) for info, place in zip(alert.infos, places, strict=True)]
    whole = footprint.shape(area for info in alert.infos for area in info.areas)
    first = alert.gravest
    steps: dict[str, list[str]] = {}
    for block in blocks:
        for metric, step in block["metrics"].items():
            steps.setdefault(metric, []).append(step)
    return {
        "source": alert.source,
        "identity": alert.identity,
        "references": list(alert.references),
        "message": alert.message,
        "event": first.event if first else "",
        "peril": next((i.peril for i in alert.infos if i.peril), ""),
        "severity": first.severity if first else "Unknown",
        "colour": alert.colour,
        "headline": first.headline if first else alert.note,
        "sent_us": to_us(alert.sent),
        "onset_us": to_us(alert.onset) if alert.onset else None,
        "expires_us": to_us(alert.expires),
        "regions": all_hit(blocks),
        "area": footprint.geojson(whole),
        "metrics": {metric: gravest(found, metric) for metric, found in steps.items()},
        "body": {
            "sender": alert.sender,
            "status": alert.status,
            "scope": alert.scope,
            "note": alert.note,
            "place": footprint.middle(whole),
            "infos": blocks,
            "places": places,
        },
        "received_us": ctx.now_us(),
    }


def _block(ctx: Context, alert: Alert, info: Info, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "language": info.language,
        "event": info.event,
        "peril": info.peril,
        "severity": info.severity,
        "urgency": info.urgency,
        "certainty": info.certainty,
        "colour": info.colour,
        "all_clear": info.all_clear,
        "issuer": info.issuer,
        "headline": info.headline,
        "description": info.description,
        "instruction": info.instruction,
        "parameters": [list(pair) for pair in info.parameters],
        "areas": [area.description for area in info.areas],
        "expires_us": to_us(end_of(alert, info)),
        "regions": regions_hit(ctx, place),
        "metrics": metrics(alert, info),
    }


def told(ctx: Context, row: Mapping[str, Any], receipt: str, state: str, ended: Sequence[str]) -> dict[str, Any]:
    """An alert as commands and the journal's reader see it; ``nowhere`` is a key of NOWHERE, or empty."""
    onset_us = row["onset_us"]
    if state == "in_force" and row["expires_us"] <= ctx.now_us():
        state = "expired"
    return {
        "source": row["source"],
        "identity": row["identity"],
        "status": row["body"]["status"],
        "message": row["message"],
        "event": row["event"],
        "peril": row["peril"],
        "severity": row["severity"],
        "colour": row["colour"],
        "headline": row["headline"],
        "sent": from_us(row["sent_us"]).isoformat(),
        "onset": from_us(onset_us).isoformat() if onset_us is not None else None,
        "expires": from_us(row["expires_us"]).isoformat(),
        "regions": list(row["regions"]),
        "nowhere": _nowhere(ctx, row),
        "metrics": dict(row["metrics"]),
        "receipt": receipt,
        "state": state,
        "ends": list(ended),
    }


def _nowhere(ctx: Context, row: Mapping[str, Any]) -> str:
    if row["regions"] or row["message"] == "cancel":
        return ""
    if row["area"]:
        return "outside" if ctx.regions.has_polygons else "no_outlines"
    coded = any(place["geocodes"] for place in row["body"].get("places", ()))
    return "outside" if coded else "words_only"


def said_nowhere(taken: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[Message]:
    """Why, for each alert that was taken and hits no region; ``taken`` are pairs of row and what is told of it."""
    found = [(row, told) for row, told in taken if told["nowhere"]]
    lines = list(starmap(_line, found[:MOST_NAMED]))
    if len(found) > MOST_NAMED:
        more = N_("{count} more hit no region of this workspace's map")
        lines.append(Message(more, {"count": len(found) - MOST_NAMED}))
    return lines


def _line(row: Mapping[str, Any], told: Mapping[str, Any]) -> Message:
    areas = [area for info in row["body"]["infos"] for area in info["areas"] if area]
    gaps = {
        "headline": (told["headline"] or told["event"])[:160],
        "area": ", ".join(dict.fromkeys(areas))[:160] or "–",
    }
    return Message(NOWHERE[told["nowhere"]], gaps)
