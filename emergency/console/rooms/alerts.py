"""Alerts on the Situation room: a layer of the map, marks, and a short list with severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Legend, Marker
from emergency.console.desk import Desk
from emergency.console.rooms import frame, report_form
from emergency.domain.alert import COLOURS
from emergency.service.alerts import Standing, in_force, outside, touched
from emergency.service.response import every_incident
from emergency.texts import N_, Speaker

# A warning's colour in words: it is never told by colour alone.
COLOUR_WORDS: Mapping[str, str] = {
    "": N_("no colour"),
    "green": N_("green"),
    "blue": N_("blue"),
    "yellow": N_("yellow"),
    "orange": N_("orange"),
    "red": N_("red"),
}
TONES: Mapping[str, str] = {"red": "bad", "orange": "watch", "yellow": "watch"}
PERIL_WORDS: Mapping[str, str] = {
    "hurricane": N_("Hurricane"),
    "typhoon": N_("Typhoon"),
    "rainstorm": N_("Rainstorm"),
    "tsunami": N_("Tsunami"),
    "earthquake": N_("Earthquake"),
    "flood": N_("Flood"),
    "tornado": N_("Tornado"),
    "snow": N_("Snow and ice"),
    "hail": N_("Hail"),
    "thunderstorm": N_("Thunderstorm"),
    "wind": N_("Strong wind"),
    "heat": N_("Heat"),
    "drought": N_("Drought"),
    "wildfire": N_("Wildfire"),
    "volcano": N_("Volcano"),
    "landslide": N_("Landslide"),
}
MOST_ROWS = 6
MOST_OFFERED = 2
MOST_MARKS = 60
MOST_BEYOND = 30


def standing(desk: Desk) -> tuple[Standing, ...]:
    """Alerts in force now, gravest first."""
    return in_force(desk.ctx)


def values(desk: Desk, alerts: Sequence[Standing]) -> dict[str, float]:
    """Region of the map → rank of the gravest colour in force there: 1 blue or none, 2 yellow, 3 orange, 4 red."""
    found: dict[str, float] = {}
    for alert in alerts:
        rank = float(max(1, COLOURS.index(alert.colour))) if alert.colour else 1.0
        for code in _on_the_map(desk, alert):
            found[code] = max(found.get(code, 0.0), rank)
    return found


def _on_the_map(desk: Desk, alert: Standing) -> set[str]:
    """The regions an alert hits on the level the map shows; a province hit is every city in it."""
    regions, level = desk.ctx.regions, desk.ctx.profile.region_level
    known = {code for code in alert.regions if regions.known(code)}
    fine = {code for code in known if regions.stands_on(code, level)}
    coarse = known - fine
    if coarse:
        fine.update(code for code in regions.codes(level) if coarse.intersection(regions.ancestors(code)))
    return fine


def legend(say: Speaker) -> Legend:
    words = ("none", "blue", "yellow", "orange", "red")
    return Legend(
        say("alerts in force"),
        (2, 3, 4),
        tuple(say("none") if word == "none" else say(COLOUR_WORDS[word]) for word in words),
    )


def texts(desk: Desk, alerts: Sequence[Standing]) -> dict[str, str]:
    """Region → what its tooltip says of the gravest alert there."""
    found: dict[str, str] = {}
    for alert in alerts:
        for code in _on_the_map(desk, alert):
            found.setdefault(code, _line(desk, alert))
    return found


def marks(desk: Desk, alerts: Sequence[Standing]) -> list[Marker]:
    """A mark in the middle of each alert's area, or in the first region it names."""
    found = []
    for alert in alerts[:MOST_MARKS]:
        lon, lat = alert.place or desk.ctx.regions.point(alert.regions[0])
        found.append(Marker(f"alert-{alert.alert_id}", lon, lat, _line(desk, alert), "alert"))
    return found


def _open(desk: Desk, alerts: Sequence[Standing]) -> None:
    """One click from an alert to a report that it fills; none for those that have an incident."""
    say = desk.say
    taken = {i.alert_id for i in every_incident(desk.ctx)}
    for alert in (a for a in alerts if a.alert_id not in taken and not a.exercise):
        name = str(alert.text(say.language)["headline"] or alert.event)
        label = say("Open an incident: {alert}", alert=name if len(name) < 44 else f"{name[:42]}…")
        if st.button(look.plain(label), key=f"alert-incident-{alert.alert_id}", width="stretch"):
            report_form.ask(alert.alert_id)
            frame.go("response")


def listing(desk: Desk, alerts: Sequence[Standing]) -> None:
    """The gravest alerts over the incident's regions, and how many there are elsewhere."""
    say, incident = desk.say, desk.incident()
    scope = incident.regions if incident else ()
    here = [a for a in alerts if not scope or touched(desk.ctx.regions, a.regions, scope)]
    beyond = outside(desk.ctx)
    if not alerts and not beyond:
        return
    look.section(say("Alerts in force"))
    rows: list[list[str | look.Cell]] = [
        [
            look.Cell(say(COLOUR_WORDS[alert.colour]), TONES.get(alert.colour, "plain"), framed=True),
            say("{alert} · until {time}", alert=_line(desk, alert, colour=False), time=desk.clock_text(alert.expires)),
        ]
        for alert in here[:MOST_ROWS]
    ]
    if rows:
        look.table([say("Severity"), say("Alert")], rows)
    if desk.ctx.known_at is None:
        _open(desk, here[:MOST_OFFERED])
    more, elsewhere = len(here) - len(rows), len(alerts) - len(here)
    notes = [say("{count} more here", count=more)] if more else []
    notes += [say("{count} outside the incident's regions", count=elsewhere)] if elsewhere else []
    if notes:
        st.caption(" · ".join(notes))
    if beyond:
        _beyond(desk, beyond)


def _beyond(desk: Desk, alerts: Sequence[Standing]) -> None:
    """Alerts that hit no region of this map: one quiet line, and their names for who wants them."""
    say = desk.say
    with st.expander(say("{count} in force outside this map", count=len(alerts))):
        if not desk.ctx.regions.has_polygons:
            st.caption(
                say("This map has no outlines to hold an alert's area against: emergency regions install brings them.")
            )
        look.table([say("Alert")], [[_line(desk, alert)] for alert in alerts[:MOST_BEYOND]])
        if len(alerts) > MOST_BEYOND:
            st.caption(say("{count} more", count=len(alerts) - MOST_BEYOND))


def _line(desk: Desk, alert: Standing, *, colour: bool = True) -> str:
    """What, as its issuer says it, and who: in the reader's language where the issuer speaks it."""
    say, text = desk.say, alert.text(desk.say.language)
    headline, issuer = str(text["headline"])[:120], alert.issuer[:60]
    what = str(text["event"])
    if not str(text["language"]).lower().startswith(say.language[:2]) and alert.peril in PERIL_WORDS:
        what = say(PERIL_WORDS[alert.peril])
    parts = [say("exercise")] if alert.exercise else []
    parts += [say(COLOUR_WORDS[alert.colour])] if colour else []
    # What the headline says already is not said twice.
    parts += [part for part in (what,) if part.lower() not in headline.lower()]
    parts += [headline]
    parts += [part for part in (issuer,) if part.lower() not in headline.lower()]
    return " · ".join(part for part in parts if part)
