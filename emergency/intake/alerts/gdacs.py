"""The RSS of GDACS, the Global Disaster Alert and Coordination System (free to use, with its name said).

An event is known by type and number; a newer episode takes the older one's place. The feed gives
a point, and a box for the picture that is no footprint; the circles below stand in for it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from emergency.domain.alert import Alert, Area, Circle, Info
from emergency.intake.alerts.guard import children, local, text
from emergency.intake.alerts.reading import Reading, Unusable, plain, short
from emergency.texts import N_, Message

# Event type → what it is, and how far around its point regions count as hit (house rule, 2026-11-22).
EVENTS = {
    "EQ": ("Earthquake", 100),
    "TC": ("Tropical cyclone", 300),
    "FL": ("Flood", 100),
    "VO": ("Volcanic eruption", 50),
    "DR": ("Drought", 300),
    "WF": ("Wildfire", 50),
    "TS": ("Tsunami", 100),
}
# GDACS has three colours; these are the CAP severities it gives them in its own CAP messages.
SEVERITY = {"Green": "Minor", "Orange": "Severe", "Red": "Extreme"}


def is_gdacs(root: Element) -> bool:
    return local(root) == "rss" and any("gdacs" in element.tag for element in root.iter())


def read_gdacs(root: Element) -> Reading:
    items = [item for channel in children(root, "channel") for item in children(channel, "item")]
    if not items:
        return Reading(reasons=(Message(N_("the feed lists no alert")),))
    found = Reading()
    for item in items:
        try:
            found += Reading((_event(item),))
        except Unusable as fault:
            found += Reading(reasons=(fault.message,))
    return found


def _event(item: Element) -> Alert:
    kind, number, level = text(item, "eventtype"), text(item, "eventid"), text(item, "alertlevel").capitalize()
    title = plain(text(item, "title"), 500)
    if kind not in EVENTS or not number:
        raise Unusable(N_("{title}: no event type and number of GDACS"), title=short(title))
    if level not in SEVERITY:
        raise Unusable(
            N_("{title}: alert level {level} is not Green, Orange or Red"), title=short(title), level=short(level)
        )
    name, km = EVENTS[kind]
    sent = _time("pubDate", text(item, "datemodified") or text(item, "pubDate"))
    lon, lat = _point(item, title)
    info = Info(
        event=name,
        severity=SEVERITY[level],
        language="en",
        onset=_time("fromdate", text(item, "fromdate")) if text(item, "fromdate") else None,
        issuer="GDACS",
        headline=title,
        description=plain(text(item, "description")),
        parameters=(
            ("alertlevel color", level),
            ("episode", plain(text(item, "episodeid"), 40)),
            ("severity", plain(text(item, "severity"), 200)),
        ),
        areas=(Area(description=plain(text(item, "country"), 500), circles=(Circle(lon, lat, km),)),),
    )
    return Alert("gdacs", f"{kind}{plain(number, 40)}", "GDACS", "Actual", "alert", sent, (info,))


def _time(name: str, written: str) -> datetime:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError) as fault:
        raise Unusable(N_("{name} {written} is no time"), name=name, written=short(written)) from fault
    # The feed writes GMT throughout; Python gives "-0000" no zone.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _point(item: Element, title: str) -> tuple[float, float]:
    """Longitude and latitude: ``georss:point`` has latitude first, ``geo:Point`` names them."""
    named = children(item, "Point")
    written = f"{text(named[0], 'lat')} {text(named[0], 'long')}" if named else text(item, "point")
    try:
        lat, lon = (float(part) for part in written.split())
    except ValueError:
        raise Unusable(N_("{title}: no point, so nobody can say where"), title=short(title)) from None
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Unusable(N_("{title}: no point, so nobody can say where"), title=short(title))
    return lon, lat
