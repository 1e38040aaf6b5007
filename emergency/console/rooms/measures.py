"""Relief measures: what is in force, what can be enabled, what was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.console.rooms.once_form import instant, once
from emergency.console.rooms.task_acts import attempt, notice
from emergency.console.rooms.task_words import span
from emergency.domain.claim import LINES
from emergency.domain.incident import Incident
from emergency.domain.money import MARKS
from emergency.domain.relief import ReliefMeasure
from emergency.service import measures
from emergency.service.relief import (
    Cost,
    InForce,
    Scope,
    catalogue,
    cost,
    default_scope,
    may_enable,
    measures_of,
    titles,
)
from emergency.texts import N_

LINE_NAMES = {
    "motor": N_("motor"),
    "property": N_("commercial property"),
    "home": N_("home"),
    "agriculture": N_("agriculture"),
    "engineering": N_("engineering"),
    "marine": N_("marine and cargo"),
    "liability": N_("liability"),
    "personal_injury": N_("personal accident"),
    "health": N_("health"),
}
STATE_NAMES = {
    "in_force": N_("in force"),
    "ended": N_("ended"),
    "restored": N_("restored at stand-down"),
    "undone": N_("taken back"),
}


def show(desk: Desk) -> None:
    say = desk.say
    incident = desk.incident()
    frame.header(desk, say("Relief measures"))
    notice()
    if incident is None:
        st.info(say("No incident is open, so there is nothing to ease. Report one in the Response room."))
        if st.button(say("To the Response room")):
            frame.go("response")
        return
    every = measures_of(desk.ctx, incident.incident_id)
    running = [m for m in every if m.state == "in_force"]
    known = catalogue(desk.ctx).measures
    costs = {m.measure_id: cost(desk.ctx, m) for m in every if m.state != "undone"}
    _figures(desk, running, costs)
    left, right = st.columns([1.45, 1], gap="medium")
    with left:
        look.section(say("In force"))
        if not running:
            st.caption(say("None yet. The first thing customers hear from an insurer is what it makes easier."))
        for one in running:
            _card(desk, one, costs[one.measure_id])
    with right:
        _form(desk, incident, known)
    _history(desk, [m for m in every if m.state != "in_force"], costs)
    _shelf(desk, incident, known)


def _figures(desk: Desk, running: list[InForce], costs: dict[int, Cost]) -> None:
    say, now = desk.say, desk.ctx.now()
    soon = [m for m in running if m.scope.ends_at and m.scope.ends_at - now < timedelta(hours=24)]
    counted = [c.minor for c in costs.values() if c.minor is not None]
    first = min((m.started_at for m in running), default=None)
    since = say("since {time}", time=desk.clock_text(first)) if first else ""
    look.kpi_strip(
        [
            look.Kpi(say("Measures in force"), str(len(running)), since),
            look.Kpi(
                say("End within 24 hours"), str(len(soon)), say("extend or let end"), "watch" if soon else "plain"
            ),
            look.Kpi(
                say("Paid under them so far"),
                desk.money(sum(counted)) if counted else "–",
                say("advances and small claims; the rest is not measurable"),
            ),
        ]
    )


def _card(desk: Desk, one: InForce, spent: Cost) -> None:
    say, now = desk.say, desk.ctx.now()
    left_s = None if one.scope.ends_at is None else int((one.scope.ends_at - now).total_seconds())
    soon = left_s is not None and left_s < 86400
    ends = say("until ended")
    if one.scope.ends_at is not None and left_s is not None:
        ends = say("until {time}, {span} left", time=desk.clock_text(one.scope.ends_at), span=span(say, left_s))
    paid = desk.money(spent.minor, spent.currency) + " · " if spent.minor is not None else ""
    small = say(
        "{scope} · {claims} claims reported meanwhile · {paid}{note}",
        scope=scope_text(desk, one.scope),
        claims=f"{spent.claims:,}",
        paid=paid,
        note=say(spent.note),
    )
    with look.needs_card(
        f"measure-{one.measure_id}",
        say.of(one.title),
        say(
            "Since {time}, enabled by {actor}; {ends}.",
            time=desk.clock_text(one.started_at),
            actor=one.actor,
            ends=ends,
        ),
        small,
        "watch" if soon else "ok",
    ):
        _buttons(desk, one)
        with st.popover(say("Customer text")):
            _text_form(desk, one)


def _buttons(desk: Desk, one: InForce) -> None:
    say, ctx, key = desk.say, desk.ctx, one.measure_id
    with st.popover(say("Extend")), once(f"extend-{key}", border=False) as form:
        ends = (one.scope.ends_at or ctx.now()).astimezone(desk.zone) + timedelta(days=7)
        until = instant(
            desk, form.key, say("New planned end (day)"), say("New planned end (time)"), ahead=True, start=ends
        )
        if st.form_submit_button(say("Extend")):
            extend = form.taking(lambda: measures.extend(ctx, key, until, version=one.version))
            attempt(desk, extend, say("Extended."))
    with st.popover(say("End")), st.form(f"end-{key}", border=False):
        reason = st.text_input(say("Why now?"))
        if st.form_submit_button(say("End it")):
            attempt(
                desk,
                lambda: measures.end(ctx, key, reason, version=one.version),
                say("Ended; it can be resumed below."),
            )
    if st.button(say("Take back"), key=f"undo-{key}", help=say("It was a slip: as if it had not been enabled.")):
        attempt(desk, lambda: measures.undo_enable(ctx, key, version=one.version), say("Taken back."))


def _text_form(desk: Desk, one: InForce) -> None:
    say = desk.say
    with st.form(f"text-{one.measure_id}", border=False):
        zh = st.text_area("中文", one.text.get("zh", ""), height=120)
        en = st.text_area("English", one.text.get("en", ""), height=120)
        if st.form_submit_button(say("Save the text")):
            attempt(
                desk,
                lambda: measures.reword(desk.ctx, one.measure_id, {"zh": zh, "en": en}, version=one.version),
                say("Text saved; the earlier one is in the journal."),
            )


def scope_text(desk: Desk, scope: Scope) -> str:
    """Where it holds, for which lines, up to what."""
    say = desk.say
    where = say(", ").join(desk.region(code) for code in scope.regions) or say("all regions of the incident")
    lines = say(", ").join(say(LINE_NAMES[line]) for line in scope.lines) or say("all lines")
    parts = [where, lines]
    if scope.limit_minor is not None:
        amount = f"{MARKS.get(desk.ctx.profile.currency, '')}{scope.limit_minor // 100:,}"
        parts.append(say("up to {amount} a claim", amount=amount))
    return " · ".join(parts)


def _form(desk: Desk, incident: Incident, shelf: Mapping[str, ReliefMeasure]) -> None:
    say, ctx = desk.say, desk.ctx
    look.section(say("Enable a measure"))
    if not incident.is_open:
        st.caption(say("The incident is closed; reopen it in the Response room first."))
        return
    name = st.selectbox(
        say("Measure"), list(shelf), format_func=lambda key: say.of(shelf[key].name), key="measures.name"
    )
    measure = shelf[name]
    st.caption(say.of(measure.changes))
    may = may_enable(ctx, incident, measure)
    allowed = ctx.actor.role.removesuffix("/deputy") in may
    who = say.of(titles(ctx, incident, may))
    st.caption(
        say("May enable it: {who}. You may.", who=who)
        if allowed
        else say("May enable it: {who}. Choose one of these roles in the sidebar.", who=who)
    )
    scope = default_scope(ctx, measure)
    with st.form(f"enable-{name}"):
        regions, lines = _where(desk, incident, name, scope)
        left, right = st.columns(2)
        limit = left.number_input(
            say("Limit per claim, {currency} (0: none)", currency=ctx.profile.currency),
            min_value=0,
            value=(scope.limit_minor or 0) // 100,
            step=1000,
        )
        span_days = measure.lasts_s // 86400
        days = right.number_input(say("For how many days (0: until ended)"), min_value=0, value=span_days)
        zh = st.text_area("对客户 · 中文", measure.text["zh"], height=90)
        en = st.text_area("To customers · English", measure.text["en"], height=90)
        reason = st.text_input(say("Reason (kept for the record)"))
        if st.form_submit_button(say("Enable"), type="primary", width="stretch"):
            chosen = Scope(
                tuple(regions),
                tuple(lines),
                int(limit) * 100 or None,
                ctx.now() + timedelta(days=int(days)) if days else None,
            )
            attempt(
                desk,
                lambda: measures.enable(
                    ctx, incident.incident_id, name, chosen, text={"zh": zh, "en": en}, reason=reason
                ),
                say("“{measure}” is in force; any task it proves is done.", measure=say.of(measure.name)),
            )


def _where(desk: Desk, incident: Incident, name: str, scope: Scope) -> tuple[list[str], list[str]]:
    """Regions and lines a measure is to hold for."""
    say, regions = desk.say, desk.ctx.regions
    chosen = st.multiselect(
        say("Regions (none: all of the incident)"),
        list(incident.regions) or list(regions.codes(regions.levels[0])),
        format_func=desk.region,
        key=f"regions-{name}",
        filter_mode="contains",
        select_all=False,
        placeholder=say("choose"),
    )
    lines = st.multiselect(
        say("Lines (none: all)"),
        list(LINES),
        list(scope.lines),
        format_func=lambda key: say(LINE_NAMES[key]),
        filter_mode="contains",
        select_all=False,
        placeholder=say("choose"),
    )
    return chosen, lines


def _history(desk: Desk, past: list[InForce], costs: dict[int, Cost]) -> None:
    say = desk.say
    if not past:
        return
    look.section(say("No longer in force"))
    look.table(
        [say("Measure"), say("Scope"), say("From"), say("Until"), say("How it ended"), say("Claims"), say("Paid")],
        [
            [
                say.of(m.title),
                scope_text(desk, m.scope),
                desk.clock_text(m.started_at),
                desk.clock_text(m.ended_at),
                say("{state} · {who}", state=say(STATE_NAMES[m.state]), who=m.ended_by)
                + (f" · {m.reason}" if m.reason else ""),
                f"{costs[m.measure_id].claims:,}" if m.measure_id in costs else "",
                _paid(desk, costs.get(m.measure_id)),
            ]
            for m in past
        ],
        numbers=[5, 6],
    )
    back = {m.measure_id: m for m in past if m.state in ("ended", "undone")}
    if back:
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            chosen = st.selectbox(
                say("Resume one"),
                list(back),
                format_func=lambda key: f"{say.of(back[key].title)} · {desk.clock_text(back[key].ended_at)}",
            )
            if st.button(say("Resume")):
                attempt(
                    desk,
                    lambda: measures.resume(desk.ctx, chosen, version=back[chosen].version),
                    say("In force again."),
                )


def _paid(desk: Desk, spent: Cost | None) -> str:
    if spent is None:
        return ""
    return desk.money(spent.minor, spent.currency) if spent.minor is not None else desk.say("not measurable")


def _shelf(desk: Desk, incident: Incident, shelf: Mapping[str, ReliefMeasure]) -> None:
    """Everything that could be enabled, with who may and where the practice is from."""
    say = desk.say
    with st.expander(say("All measures, who may enable them, and their source")):
        look.table(
            [say("Measure"), say("What it changes"), say("Who may now"), say("Source")],
            [
                [
                    say.of(m.name),
                    say.of(m.changes),
                    say.of(titles(desk.ctx, incident, may_enable(desk.ctx, incident, m))),
                    m.source,
                ]
                for m in shelf.values()
            ],
        )
