"""Situation: what changed, what is short, what is late, what needs me."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Label, Legend, dispatch_map
from emergency.console.desk import Desk
from emergency.console.rooms import alerts, frame, incident_links_panel, lookback, report_form
from emergency.console.rooms.geography import geometry_of, markers_of, on_map, points_of, view_of
from emergency.service.alerts import Standing
from emergency.service.figures import OVERDUE_HOURS, snapshots
from emergency.service.running import move_clock
from emergency.service.side_by_side import beside
from emergency.service.situation import Need, RegionFigures, Situation, situation
from emergency.texts import N_

LAYERS = {
    "open": N_("Claims"),
    "loss": N_("Loss"),
    "overdue": N_("Overdue"),
    "short": N_("Short"),
    "alerts": N_("Alerts"),
}
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
    look.kpi_strip(_kpis(past, found))
    warned = alerts.standing(past)
    left, right = st.columns([2.5, 1], gap="small")
    with left:
        _map(past, found, warned)
        lookback.slider(desk, incident, minute)
        if minute is None:
            _demo_time(desk)
        _table(past, found)
    with right:
        _needs(past, found)
        _company(past, found)
        alerts.listing(past, warned)
        _card(past, found)
        look.section(desk.say("What changed"))
        look.changed_list(look.Change(desk.clock_text(at), desk.say(text)) for at, text in found.changes)
    _published(past)


def _company(desk: Desk, found: Situation) -> None:
    """The incidents under the same command, where there are others."""
    if found.incident is None:
        return
    company = beside(desk.ctx, found.incident.incident_id)
    if len(company) > 1:
        look.section(desk.say("Under one command"))
        incident_links_panel.table(desk, company, found.incident.incident_id)


def _published(desk: Desk) -> None:
    """What others have published so far, as they published it; a total that falls is not smoothed."""
    say = desk.say
    rows = snapshots(desk.ctx)
    if not rows:
        return
    look.section(say("Published totals, {region}", region=desk.region(rows[-1].region)))
    table: list[list[str | look.Cell]] = []
    for before, row in zip((None, *rows), rows, strict=False):
        fell = before is not None and row.reported_claims < before.reported_claims
        table.append(
            [
                desk.clock_text(row.as_of),
                look.Cell(f"{row.reported_claims:,}", "watch" if fell else "plain"),
                "–" if row.settled_claims is None else f"{row.settled_claims:,}",
                "–" if row.estimated_minor is None else desk.money(row.estimated_minor),
                "–" if row.paid_minor is None else desk.money(row.paid_minor),
                say("the cumulative count fell") if fell else row.scope,
                row.source,
            ]
        )
    heads = [
        say("As of"),
        say("Reported"),
        say("Settled"),
        say("Estimated loss"),
        say("Paid"),
        say("Scope"),
        say("Source"),
    ]
    look.table(heads, list(reversed(table)), numbers=[1, 2, 3, 4])


def _kpis(desk: Desk, found: Situation) -> list[look.Kpi]:
    say = desk.say
    backlog = found.needed / found.assigned if found.assigned else None
    published = found.published
    first = look.Kpi(
        say("Open claims"),
        f"{found.open:,}",
        say("{count} in the last hour", count=f"+{found.last_hour:,}"),
        help=say("Claims known at the as-of time whose status is neither paid, closed, cancelled nor declined."),
    )
    if published:
        first = look.Kpi(
            say("Reported, industry"),
            f"{published.reported_claims:,}",
            say("published {time}", time=desk.clock_text(published.as_of)),
            help=say(
                "As published: {scope}; own share assumed {share} %.",
                scope=published.scope,
                share=round(desk.ctx.profile.own_share * 100),
            ),
        )
    loss_minor = published.estimated_minor if published else found.estimated_minor
    return [
        first,
        look.Kpi(
            say("Waiting > {hours} h for survey", hours=OVERDUE_HOURS),
            f"{found.overdue:,}",
            say("of {count} open", count=f"{found.open:,}"),
            "bad" if found.overdue else "plain",
            help=say("Our own service target (house rule), counted from the report."),
        ),
        look.Kpi(
            say("Survey backlog"),
            say("{days} days", days=f"{backlog:.1f}") if backlog else "–",
            say("at the strength of this shift") if backlog else say("nobody is assigned yet"),
            "watch" if backlog and backlog > 3 else "plain",
        ),
        look.Kpi(
            say("Adjusters assigned"),
            f"{found.assigned:,} / {found.adjusters_available:,}",
            say("{count} in the roster", count=found.adjusters_total),
        ),
        look.Kpi(
            say("Short"),
            say("{count} slots", count=f"{found.short:,}"),
            " · ".join(f"{desk.region(r.code)} {r.short}" for r in _shortest(found)) or _nobody_short(desk, found),
            "bad" if found.short else "ok" if found.assigned else "plain",
            help=say("One slot is one person for one shift. Needed minus assigned, by region."),
        ),
        look.Kpi(
            say("Estimated loss, industry") if published else say("Estimated loss"),
            desk.money(loss_minor) if loss_minor else "–",
            say("sum of the claims' estimates") if not published else say("as published"),
        ),
    ]


def _nobody_short(desk: Desk, found: Situation) -> str:
    return desk.say("nobody is short") if found.needed else desk.say("nothing is asked for")


def _shortest(found: Situation) -> list[RegionFigures]:
    return sorted((r for r in found.regions if r.short), key=lambda r: (-r.short, r.code))[:3]


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
    st.caption(say("Pills: adjusters assigned / needed this shift. Outlines: {source}", source=desk.ctx.regions.source))


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
    return values, legend, {code: f"{name}: {as_text(value)}" for code, value in values.items()}


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


def _card(desk: Desk, found: Situation) -> None:
    """The region somebody picked on the map or in the table."""
    code = st.session_state.get("region")
    if not code:
        return
    look.section(desk.region(code))
    row = found.by_code.get(code)
    if row is None:
        st.caption(desk.say("No claims are known here."))
        return
    say = desk.say
    look.table(
        [say("Figure"), ""],
        [
            [say("Open claims"), f"{row.open:,}"],
            [say("in the last 24 h"), f"{row.last_24h:,}"],
            [say("Overdue"), look.Cell(f"{row.overdue:,}", "bad" if row.overdue else "plain")],
            [say("Estimated loss"), desk.money(row.estimated_minor)],
            [say("Assigned / needed"), f"{row.assigned} / {row.needed}"],
            [say("Short"), look.Cell(str(row.short), "bad" if row.short else "plain")],
            [
                say("Oldest waits"),
                say("{hours} h", hours=row.oldest_hours) if row.oldest_hours is not None else "–",
            ],
        ],
        numbers=[1],
    )


def _table(desk: Desk, found: Situation) -> None:
    say = desk.say
    if not found.regions:
        if found.open:
            st.info(say("All {count} open claims wait for a place; Intake lists them.", count=f"{found.open:,}"))
        elif desk.ctx.profile.kind == "demo":
            st.info(say("No claims are known at this time; move the demo's time forward."))
        else:
            st.info(say("No claims are known yet; bring in a file in Intake."))
        return
    loss = f"{say('Estimated loss')} ({found.currency})"
    frame_ = pd.DataFrame(
        {
            say("Region"): [desk.region(r.code) for r in found.regions],
            say("Open"): [r.open for r in found.regions],
            say("Last 24 h"): [list(r.trend) for r in found.regions],
            say("Overdue"): [r.overdue for r in found.regions],
            loss: [r.estimated_minor / 100 for r in found.regions],
            say("Assigned"): [r.assigned for r in found.regions],
            say("Needed"): [r.needed for r in found.regions],
            say("Short"): [r.short for r in found.regions],
            say("Clears in (days)"): [r.clear_days for r in found.regions],
            say("Oldest (h)"): [r.oldest_hours for r in found.regions],
        }
    )
    chosen = st.dataframe(
        frame_,
        hide_index=True,
        height=320,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        key="regions-table",
        column_config={
            say("Last 24 h"): st.column_config.LineChartColumn(width="small"),
            loss: st.column_config.NumberColumn(format="compact"),
        },
    )
    rows = chosen["selection"]["rows"]
    if rows and st.session_state.get("region") != found.regions[rows[0]].code:
        st.session_state["region"] = found.regions[rows[0]].code
        st.rerun()
