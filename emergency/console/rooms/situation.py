"""Situation: what changed, what is short, what is late, what needs me."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Label, Legend, dispatch_map
from emergency.console.desk import Desk
from emergency.console.rooms import (
    alerts,
    frame,
    incident_links_panel,
    lookback,
    published_totals,
    report_form,
    situation_figures,
)
from emergency.console.rooms.geography import geometry_of, markers_of, on_map, points_of, view_of
from emergency.service.alerts import Standing
from emergency.service.running import move_clock
from emergency.service.side_by_side import beside
from emergency.service.situation import Need, Situation, claims_elsewhere, everything, situation
from emergency.texts import N_

LAYERS = {
    "open": N_("Claims"),
    "loss": N_("Loss"),
    "overdue": N_("Overdue"),
    "short": N_("Short"),
    "alerts": N_("Alerts"),
}
FEW = 3  # cards that leave room beside the map
LAYER_NAMES = {
    "open": N_("open claims"),
    "loss": N_("estimated loss"),
    "overdue": N_("overdue claims"),
    "short": N_("slots short"),
}


def show(desk: Desk) -> None:
    incident = desk.incident()
    minute = lookback.at(desk, incident)
    past = lookback.then(desk, minute)
    with st.spinner(desk.say("Reading the figures …"), show_time=False):
        found = situation(past.ctx, incident.incident_id if incident else None)
    frame.header(past, desk.say("Situation"), found.evaluation)
    lookback.bar(desk, minute)
    shown = _claims_shown(past, found)
    look.kpi_strip(situation_figures.kpis(past, shown))
    warned = alerts.standing(past)
    left, right = st.columns([2.5, 1], gap="small")
    with left:
        _map(past, shown, warned)
        lookback.slider(desk, incident, minute)
        if minute is None:
            _demo_time(desk)
    with right:
        _needs(past, found)
        _company(past, found)
        alerts.listing(past, warned)
        situation_figures.card(past, shown)
    # Beside the map while few cards stand there, under it where they fill the side.
    with right if len(found.needs) <= FEW else left:
        look.section(desk.say("What changed"))
        look.changed_list(look.Change(desk.clock_text(at), desk.say(text)) for at, text in found.changes)
    situation_figures.table(past, shown)
    published_totals.listing(past)


def _claims_shown(desk: Desk, found: Situation) -> Situation:
    """Figures of this incident or, where the person asks for it, of every claim: some may belong to no incident yet."""
    if found.incident is None or not claims_elsewhere(desk.ctx, found.incident.incident_id):
        return found
    words = {False: desk.say("Claims of this incident"), True: desk.say("All claims")}
    st.session_state.setdefault(every_key(desk.ctx.store.name), False)
    every = st.segmented_control(
        desk.say("Which claims"),
        list(words),
        key=every_key(desk.ctx.store.name),
        required=True,
        format_func=words.__getitem__,
        label_visibility="collapsed",
    )
    return everything(desk.ctx) if every else found


def every_key(workspace: str) -> str:
    """Where it is remembered that the room shows all claims, not only those of the chosen incident."""
    return f"every.{workspace}"


def _company(desk: Desk, found: Situation) -> None:
    """The incidents under the same command, where there are others."""
    if found.incident is None:
        return
    company = beside(desk.ctx, found.incident.incident_id)
    if len(company) > 1:
        look.section(desk.say("Under one command"))
        incident_links_panel.beside_others(desk, company, found.incident.incident_id)


def _values(found: Situation, layer: str) -> dict[str, float]:
    pick = {
        "open": lambda r: r.open,
        "loss": lambda r: r.estimated_minor / 100,
        "overdue": lambda r: r.overdue,
        "short": lambda r: r.short,
    }[layer]
    return {r.code: float(pick(r)) for r in found.regions}


def _map(desk: Desk, found: Situation, warned: Sequence[Standing]) -> None:
    say = desk.say
    layer = st.segmented_control(
        say("Layer"),
        list(LAYERS),
        key="layer",
        default="open",
        format_func=lambda name: say(LAYERS[name]),
        label_visibility="collapsed",
        required=True,
    )
    values, legend, texts = _shades(desk, found, layer, warned)
    dispatch_map(
        "situation-map",
        say,
        legend,
        values,
        value_texts=texts,
        labels=_labels(desk, found),
        markers=[*markers_of(desk), *alerts.marks(desk, warned)],
        hatched=set(values) if found.illustrative and layer != "alerts" else (),
        selected=st.session_state.get("region"),
        view=view_of(desk, [r.code for r in found.regions if r.open]),
        fit=f"{desk.ctx.store.name}.{bool(found.regions)}",
        height=500,
        on_picked=_pick,
        **geometry_of(desk),
        points=points_of(desk),
    )
    source = say(desk.ctx.regions.source)
    st.caption(say("Pills: adjusters assigned / needed this shift. Outlines: {source}", source=source))


def _labels(desk: Desk, found: Situation) -> list[Label]:
    """Adjusters assigned and needed, in the regions the map shows."""
    some = [r for r in found.regions if r.needed][:14]
    assigned, needed, short = (
        on_map(desk, {r.code: getattr(r, name) for r in some}) for name in ("assigned", "needed", "short")
    )
    tones = {code: "short" if short[code] else "ok" for code in needed}
    return [Label(code, f"{assigned[code]:.0f}/{n:.0f}", tones[code]) for code, n in needed.items()]


def _shades(
    desk: Desk, found: Situation, layer: str, warned: Sequence[Standing]
) -> tuple[dict[str, float], Legend, dict[str, str]]:
    """What the chosen layer shades: figures by region, their legend, and what each tooltip says."""
    say = desk.say
    if layer == "alerts":
        return alerts.values(desk, warned), alerts.legend(say), alerts.texts(desk, warned)
    values = on_map(desk, _values(found, layer))
    as_text = (lambda v: desk.money(round(v * 100))) if layer == "loss" else "{:,.0f}".format
    name = say(LAYER_NAMES[layer])
    if found.illustrative:
        name = say("{layer} · illustrative split", layer=name)
    legend = Legend.covering(name, max(values.values(), default=0), as_text)
    texts = {code: f"{name}: {as_text(value)}" for code, value in values.items()}
    return values, legend, _doubting(desk, found, texts) if layer == "loss" else texts


def _doubting(desk: Desk, found: Situation, texts: dict[str, str]) -> dict[str, str]:
    """Beside a loss, what of it a doubted claim makes up."""
    doubted = on_map(desk, {r.code: r.doubted_minor for r in found.regions if r.doubted})
    marks = {code: desk.say("{amount} of it is doubted", amount=desk.money(round(v))) for code, v in doubted.items()}
    return texts | {code: f"{texts[code]} · {mark}" for code, mark in marks.items() if code in texts}


def _pick(code: str | None) -> None:
    st.session_state["region"] = code


def _demo_time(desk: Desk) -> None:
    """A demo's own time may be moved, also ahead: what has not happened yet in it happens."""
    if desk.ctx.profile.kind != "demo":
        return
    opened = desk.incident()
    if opened is None:
        return
    first = opened.occurred_at.astimezone(desk.zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    key = f"time.{desk.ctx.store.name}"
    now = desk.ctx.now().astimezone(desk.zone).replace(tzinfo=None)
    days = 36 if desk.ctx.profile.figures == "bulletins" else 21
    last = max(first + timedelta(days=days), now)
    st.session_state[key] = max(first, now)

    def moved() -> None:
        chosen: datetime = st.session_state[key]
        move_clock(desk.ctx, "set", chosen.replace(tzinfo=desk.zone))

    st.slider(
        desk.say("Demo time"),
        min_value=first,
        max_value=last,
        step=timedelta(hours=1),
        format="D MMM HH:mm" if desk.say.language == "en" else "M月D日 HH:mm",
        key=key,
        on_change=moved,
        help=desk.say("Moves the demo itself, forwards too; the slider above only looks back."),
    )


def _needs(desk: Desk, found: Situation) -> None:
    look.section(desk.say("Needs you"))
    if not found.needs:
        st.caption(desk.say("Nothing waits for a decision."))
    if found.incident is None and desk.ctx.known_at is None:
        _begin(desk)
    for place, need in enumerate(found.needs):
        _need(desk, need, place)


def _begin(desk: Desk) -> None:
    """The first steps, where nothing has happened yet."""
    say = desk.say
    with look.needs_card("begin", say("Nothing is open here"), say("Report an incident, or bring in claims first.")):
        if st.button(say("Report the incident"), key="begin-report"):
            report_form.ask()
            frame.go("response")
        if st.button(say("Bring in a claims file"), key="begin-import"):
            frame.go("intake")


BUTTONS = {
    "level": N_("Look and decide"),
    "shortage": N_("Plan who goes where"),
    "task": N_("Open the tasks"),
    "overdue": N_("Plan who goes where"),
    "unlocated": N_("Open the list"),
    "doubted": N_("Look at the files"),
    "outside": N_("Look at the files"),
}


def _need(desk: Desk, need: Need, place: int) -> None:
    say = desk.say
    small = say(need.small) if need.small else ""
    with look.needs_card(f"{need.kind}-{place}", say(need.title), say(need.text), small, need.tone):
        primary: Literal["primary", "secondary"] = "primary" if place == 0 else "secondary"
        if desk.ctx.known_at is not None:
            return  # it was to be decided then; nothing is decided there now
        if st.button(say(BUTTONS[need.kind]), key=f"need-{need.kind}-{place}", type=primary):
            frame.go(need.room)
