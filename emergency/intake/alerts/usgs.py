"""Earthquakes of the United States Geological Survey: the GeoJSON feed and PAGER's XML (public domain).

An earthquake is known by its event id; a newer statement takes the older one's place. A
hypocentre is a point: the circles below stand in for the shaken area.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from emergency.domain.alert import Alert, Area, Circle, Info
from emergency.intake.alerts.guard import check_size, children
from emergency.intake.alerts.reading import Reading, Unusable, plain
from emergency.intake.faults import FileFault
from emergency.texts import N_, Message

# PAGER's colours say estimated deaths and loss; in the words of CAP.
SEVERITY = {"green": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme"}
# Magnitude from which on regions within so many kilometres count as hit (house rule, 2026-11-22).
REACH_KM = ((8.0, 400), (7.0, 200), (6.0, 100), (5.0, 50), (-10.0, 20))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_geojson(data: bytes) -> Reading:
    """The earthquakes of a summary feed or of one event."""
    check_size(data)
    try:
        root = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as fault:
        raise FileFault(Message(N_("byte {place} is not {encoding}, which the file claims to be; save it as UTF-8"),
                                {"place": fault.start, "encoding": "UTF-8"})) from fault  # fmt: skip
    except (ValueError, RecursionError) as fault:
        raise FileFault(Message(N_("not well-formed JSON: {fault}"), {"fault": str(fault)[:120]})) from fault
    features = _features(root)
    if not features:
        return Reading(reasons=(Message(N_("the feed lists no alert")),))
    found = Reading()
    for feature in features:
        try:
            found += Reading((_earthquake(feature),))
        except Unusable as fault:
            found += Reading(reasons=(fault.message,))
    return found


def _no_number(written: str) -> Any:
    raise ValueError(f"{written} is no number of JSON")


def _features(root: Any) -> list[Any]:
    kind = root.get("type") if isinstance(root, dict) else None
    if kind == "Feature":
        return [root]
    if kind == "FeatureCollection" and isinstance(root.get("features"), list):
        return list(root["features"])
    raise FileFault(Message(N_("no GeoJSON of earthquakes: a FeatureCollection or Feature is expected")))


def _earthquake(feature: Any) -> Alert:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    number = plain(str(feature.get("id") or ""), 60) if isinstance(properties, dict) else ""
    if not number or not isinstance(properties, dict) or "mag" not in properties:
        raise Unusable(N_("a feature has no id and magnitude: it is no earthquake"))
    lon, lat = _place(feature, number)
    happened, updated = _time(properties, "time", number), _time(properties, "updated", number)
    colour = str(properties.get("alert"))
    return _alert(
        number,
        happened=happened,
        sent=max(happened, updated),
        magnitude=_magnitude(properties.get("mag")),
        colour=colour if colour in SEVERITY else "",
        circle=(lon, lat),
        title=plain(str(properties.get("title") or properties.get("place") or ""), 500),
        place=plain(str(properties.get("place") or ""), 500),
        message="cancel" if properties.get("status") == "deleted" else "alert",
    )


def _place(feature: Any, number: str) -> tuple[float, float]:
    try:
        lon, lat = (float(v) for v in feature["geometry"]["coordinates"][:2])
    except (TypeError, KeyError, ValueError, OverflowError):
        lon = lat = math.nan
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise Unusable(N_("earthquake {number} has no place"), number=number)
    return lon, lat


def _time(properties: dict[str, Any], name: str, number: str) -> datetime:
    try:
        return _EPOCH + timedelta(milliseconds=int(properties[name]))
    except (KeyError, TypeError, ValueError, OverflowError) as fault:
        raise Unusable(N_("earthquake {number} has no {name}"), number=number, name=name) from fault


def _magnitude(written: Any) -> float | None:
    try:
        found = float(written)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def read_pager(root: Element) -> Reading:
    """PAGER's own product: the summary colour of one earthquake. A scenario is an exercise."""
    events = children(root, "event")
    if not events:
        return Reading(reasons=(Message(N_("the PAGER file names no event")),))
    told = events[0].attrib
    number = plain(told.get("eventcode", ""), 60)
    try:
        lon, lat = float(told["lon"]), float(told["lat"])
        if not (abs(lon) <= 180 and abs(lat) <= 90 and number):
            raise ValueError(number)
        happened, sent = _pager_time(told["event_timestamp"]), _pager_time(told["process_timestamp"])
    except (KeyError, ValueError):
        return Reading(reasons=(Message(N_("the PAGER file lacks event code, place or times")),))
    colour = told.get("alertlevel", "").lower()
    description = plain(told.get("event_description", ""), 300)
    magnitude = _magnitude(told.get("magnitude"))
    alert = _alert(
        number,
        happened=happened,
        sent=max(happened, sent),
        magnitude=magnitude,
        colour=colour if colour in SEVERITY else "",
        circle=(lon, lat),
        title=f"M {magnitude} - {description}" if magnitude is not None else description,
        place=description,
        message="alert",
        status="Exercise" if told.get("scenario", "0") not in ("0", "") else "Actual",
    )
    return Reading((alert,))


def _pager_time(written: str) -> datetime:
    """PAGER writes UTC without saying so."""
    found = datetime.fromisoformat(written)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _alert(
    number: str,
    *,
    happened: datetime,
    sent: datetime,
    magnitude: float | None,
    colour: str,
    circle: tuple[float, float],
    title: str,
    place: str,
    message: str,
    status: str = "Actual",
) -> Alert:
    km = next(km for least, km in REACH_KM if (magnitude or 0) >= least)
    info = Info(
        event="Earthquake",
        severity=SEVERITY.get(colour, "Unknown"),
        language="en",
        onset=happened,
        issuer="USGS",
        headline=title,
        parameters=(("PAGER color", colour), ("magnitude", "" if magnitude is None else f"{magnitude:g}")),
        areas=(Area(description=place, circles=(Circle(*circle, km),)),),
    )
    return Alert("usgs", number, "USGS", status, message, sent, (info,))
