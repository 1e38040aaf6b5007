"""Lists and wrappers of CAP messages: Atom feeds and EDXL-DE distributions.

A link in a feed is never followed here. An entry that only points elsewhere hands on
where to; an entry that carries the CAP fields itself is an alert.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

from emergency.domain.alert import SEVERITIES, STATUSES, Alert, Info, cap_identity
from emergency.intake.alerts.cap import KINDS, read_alert, read_area
from emergency.intake.alerts.guard import children, local, text
from emergency.intake.alerts.reading import Reading, Unusable, instant, moment, plain, short
from emergency.texts import N_, Message

CAP = "urn:oasis:names:tc:emergency:cap:"


def read_atom(feed: Element) -> Reading:
    """The alerts of an Atom feed; of a single entry too, which feeds hand out by itself."""
    entries = [feed] if local(feed) == "entry" else children(feed, "entry")
    if not entries:
        return Reading(reasons=(Message(N_("the feed lists no alert")),))
    found = Reading()
    empty = 0
    for entry in entries:
        inside = [e for content in children(entry, "content") for e in content.iter() if local(e) == "alert"]
        if inside:
            for element in inside:
                found += read_alert(element)
        elif any(child.tag.startswith("{" + CAP) for child in entry):
            found += _entry(entry)
        elif link := _link(entry):
            found += Reading(links=(link,))
        else:
            empty += 1
    if empty:
        found += Reading(reasons=(Message(N_("{count} entries hold neither an alert nor a link"), {"count": empty}),))
    return found


def _link(entry: Element) -> str:
    """Where the alert of an entry stands: a link said to be CAP, else the plain one, else its content's source."""
    links = [e for e in children(entry, "link") if e.get("rel", "alternate") in ("alternate", "enclosure", "related")]
    links.sort(key=lambda e: "cap" not in e.get("type", ""))
    places = [e.get("href", "") for e in links] + [e.get("src", "") for e in children(entry, "content")]
    return next((p.strip()[:1000] for p in places if p.strip()), "")


def _entry(entry: Element) -> Reading:
    """An index entry that carries CAP's fields beside Atom's own, as weather services write it."""
    notes: list[Message] = []
    try:
        return Reading((_indexed(entry, notes),), tuple(notes))
    except Unusable as fault:
        return Reading(reasons=(fault.message,))


def _indexed(entry: Element, notes: list[Message]) -> Alert:
    identifier = plain(text(entry, "id"), 500)
    if not identifier:
        raise Unusable(N_("an entry of the feed has no id"))
    sent = instant("updated", text(entry, "updated") or text(entry, "published"))
    status = text(entry, "status")
    if status not in STATUSES:
        raise Unusable(
            N_("{name} {written} is not one of {allowed}"),
            name="status",
            written=short(status),
            allowed=", ".join(STATUSES),
        )
    author = children(entry, "author")
    title, severity = plain(text(entry, "title"), 500), text(entry, "severity")
    info = Info(
        event=plain(text(entry, "event"), 500) or title or identifier,
        severity=severity if severity in SEVERITIES else "Unknown",
        language="en-US",
        urgency=plain(text(entry, "urgency"), 40),
        certainty=plain(text(entry, "certainty"), 40),
        onset=moment("onset", text(entry, "onset") or text(entry, "effective")),
        expires=moment("expires", text(entry, "expires")),
        headline=title,
        description=plain(text(entry, "summary")),
        areas=(read_area(entry, notes),),
    )
    sender = plain(text(author[0], "name"), 200) if author else ""
    return Alert(
        source="cap",
        identity=cap_identity(sender or "feed", identifier, sent),
        sender=sender or "feed",
        status=status,
        message=KINDS.get(text(entry, "msgType"), "alert"),
        sent=sent,
        infos=(info,),
    )


def read_distribution(root: Element) -> Reading:
    """The CAP alerts an EDXL-DE distribution carries; its own status binds them all."""
    inside = [element for element in root.iter() if local(element) == "alert"]
    if not inside:
        return Reading(reasons=(Message(N_("the EDXL distribution carries no CAP alert")),))
    status = text(root, "distributionStatus")
    found = Reading()
    for element in inside:
        found += read_alert(element)
    if status in STATUSES and status != "Actual":
        # What is sent round as an exercise is one, whatever the message inside says.
        return Reading(tuple(replace(alert, status=status) for alert in found.alerts), found.reasons)
    return found
