"""CAP 1.1 and 1.2 messages (OASIS; ITU-T X.1303): one ``alert`` element becomes one `Alert`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from emergency.domain.alert import SEVERITIES, STATUSES, Alert, Area, Circle, Info, Ring, cap_identity
from emergency.intake.alerts.guard import children, text
from emergency.intake.alerts.reading import Reading, Unusable, instant, moment, plain, short
from emergency.texts import N_, Message

KINDS = {"Alert": "alert", "Update": "update", "Cancel": "cancel"}
SCOPES = ("Public", "Restricted", "Private")
# Germany's weather service writes a hole in a polygon as a coded place of this name.
HOLE = "EXCLUDE_POLYGON"
# Half the way round the earth is 20,015 km; no warning area comes near this.
MOST_RING = 20_000  # corners
MOST_KM = 5_000


def read_alert(element: Element) -> Reading:
    """The alert, or the reason why it cannot be used; parts of its area that make no sense are said too."""
    notes: list[Message] = []
    try:
        return Reading((_alert(element, notes),), tuple(notes))
    except Unusable as fault:
        return Reading(reasons=(fault.message,))


def _alert(element: Element, notes: list[Message]) -> Alert:
    identifier, sender = _needed(element, "identifier"), _needed(element, "sender")
    sent = instant("sent", _needed(element, "sent"))
    status, kind = _one_of(element, "status", STATUSES), _kind(element)
    scope = _one_of(element, "scope", SCOPES)
    infos = tuple(_info(info, notes) for info in children(element, "info"))
    if not infos and kind != "cancel":
        raise Unusable(N_("alert {id} has no info block: it warns of nothing"), id=short(identifier))
    return Alert(
        source="cap",
        identity=cap_identity(sender, identifier, sent),
        sender=sender,
        status=status,
        message=kind,
        sent=sent,
        infos=infos,
        references=_references(text(element, "references")),
        scope=scope,
        note=plain(text(element, "note"), 500),
    )


def _needed(element: Element, name: str) -> str:
    found = plain(text(element, name), 500)
    if not found:
        raise Unusable(N_("{name} is missing, which every CAP alert must have"), name=name)
    return found


def _one_of(element: Element, name: str, allowed: tuple[str, ...]) -> str:
    found = _needed(element, name)
    if found not in allowed:
        raise Unusable(
            N_("{name} {written} is not one of {allowed}"), name=name, written=short(found), allowed=", ".join(allowed)
        )
    return found


def _kind(element: Element) -> str:
    found = _needed(element, "msgType")
    if found in ("Ack", "Error"):
        raise Unusable(N_("msgType {kind} answers another message; it warns of nothing"), kind=found)
    if found not in KINDS:
        raise Unusable(
            N_("{name} {written} is not one of {allowed}"),
            name="msgType",
            written=short(found),
            allowed=", ".join(KINDS),
        )
    return KINDS[found]


def _references(written: str) -> tuple[str, ...]:
    """``sender,identifier,sent`` separated by blanks; a triple that cannot be read refers to nothing."""
    found = []
    for triple in written.split():
        parts = triple.split(",")
        try:
            sender, identifier, sent = parts
            found.append(cap_identity(sender, identifier, instant("references", sent)))
        except (ValueError, Unusable):
            continue
    return tuple(dict.fromkeys(found))


def _info(element: Element, notes: list[Message]) -> Info:
    event = plain(text(element, "event"), 500)
    if not event:
        raise Unusable(N_("{name} is missing, which every CAP alert must have"), name="info/event")
    severity = text(element, "severity")
    return Info(
        event=event,
        severity=severity if severity in SEVERITIES else "Unknown",
        language=text(element, "language") or "en-US",
        urgency=plain(text(element, "urgency"), 40),
        certainty=plain(text(element, "certainty"), 40),
        responses=tuple(plain("".join(e.itertext()), 40) for e in children(element, "responseType")),
        codes=tuple(_pairs(element, "eventCode")),
        onset=moment("onset", text(element, "onset")) or _effective(element),
        expires=moment("expires", text(element, "expires")),
        issuer=plain(text(element, "senderName"), 500),
        headline=plain(text(element, "headline"), 500),
        description=plain(text(element, "description")),
        instruction=plain(text(element, "instruction")),
        parameters=tuple(_pairs(element, "parameter")),
        areas=tuple(read_area(area, notes) for area in children(element, "area")),
    )


def _effective(element: Element) -> datetime | None:
    return moment("effective", text(element, "effective"))


def _pairs(element: Element, name: str) -> Iterator[tuple[str, str]]:
    """``valueName`` and ``value`` of each child of that name; a child may hold several in turn."""
    for child in children(element, name):
        names = ["".join(e.itertext()).strip() for e in children(child, "valueName")]
        values = ["".join(e.itertext()).strip() for e in children(child, "value")]
        for key, value in zip(names, values, strict=False):
            yield plain(key, 200), plain(value, 2_000)


def read_area(element: Element, notes: list[Message]) -> Area:
    codes = [(name, value) for name, value in _pairs_whole(element) if value]
    return Area(
        description=plain(text(element, "areaDesc"), 500),
        rings=tuple(_rings((_whole(e) for e in children(element, "polygon")), notes)),
        excluded=tuple(_rings((value for name, value in codes if name == HOLE), notes)),
        circles=tuple(_circles((_whole(e) for e in children(element, "circle")), notes)),
        geocodes=tuple((name, plain(value, 500)) for name, value in codes if name != HOLE),
    )


def _pairs_whole(element: Element) -> Iterator[tuple[str, str]]:
    """Coded places; a hole may have more points than a text may have signs."""
    for child in children(element, "geocode"):
        names, values = children(child, "valueName"), children(child, "value")
        for name, value in zip(names, values, strict=False):
            yield plain(_whole(name), 200), _whole(value)


def _whole(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _rings(written: Iterator[str], notes: list[Message]) -> Iterator[Ring]:
    for one in written:
        if not one:
            continue
        try:
            ring = tuple(_place(pair) for pair in one.split())
        except ValueError:
            notes.append(
                Message(N_("a polygon is left out: {written} is not a list of lat,lon"), {"written": short(one)})
            )
            continue
        if len(ring) > MOST_RING:
            many = {"count": f"{len(ring):,}", "most": f"{MOST_RING:,}"}
            notes.append(Message(N_("a polygon is left out: {count} corners, at most {most} are read"), many))
            continue
        if ring[0] != ring[-1]:
            ring = (*ring, ring[0])
        if len(ring) < 4:
            notes.append(
                Message(N_("a polygon is left out: {written} has less than three corners"), {"written": short(one)})
            )
            continue
        yield ring


def _circles(written: Iterator[str], notes: list[Message]) -> Iterator[Circle]:
    for one in written:
        if not one:
            continue
        try:
            centre, radius = one.split()
            (lon, lat), km = _place(centre), float(radius)
            if not 0 <= km <= MOST_KM:
                raise ValueError(radius)
        except ValueError:
            notes.append(
                Message(
                    N_("a circle is left out: {written} is not lat,lon and a radius of up to {most} km"),
                    {"written": short(one), "most": f"{MOST_KM:,}"},
                )
            )
            continue
        yield Circle(lon, lat, km)


def _place(pair: str) -> tuple[float, float]:
    """``lat,lon`` as (lon, lat) in degrees."""
    lat, lon = (float(part) for part in pair.split(","))
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError(pair)
    return lon, lat
