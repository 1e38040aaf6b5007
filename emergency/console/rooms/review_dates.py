"""The drill calendar: dates, who is invited to play what, invitations as files for any calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import instant, once
from emergency.console.rooms.review_words import Row, attempt
from emergency.service import drill_dates as service
from emergency.service.drill_dates import EVERY_MONTHS, PEOPLE, ROBOTS, DrillDate, Guest
from emergency.service.drills import scripts
from emergency.texts import N_

MANNERS = {PEOPLE: N_("people play, by invitation"), ROBOTS: N_("robots play, by itself at that time")}
STATES = {"planned": N_("planned"), "held": N_("held"), "cancelled": N_("called off")}
TONES = {"planned": "plain", "held": "ok", "cancelled": "watch"}
MINUTES = 60


def show(desk: Desk) -> None:
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        _dates(desk)
    with right:
        _new(desk)


def _dates(desk: Desk) -> None:
    say, found = desk.say, service.dates(desk.ctx)
    look.section(say("Dates"))
    if not found:
        st.caption(say("No drill is planned yet."))
        return
    rows: list[Row] = [
        [
            desk.clock_text(one.starts_at),
            say.of(one.title),
            say(MANNERS[one.manner]),
            ", ".join(g.name for g in one.guests) or "–",
            look.Cell(say(STATES[one.state]), TONES[one.state], framed=True),
        ]
        for one in found
    ]
    look.table([say("When"), say("Drill"), say("How"), say("Invited"), say("State")], rows)
    by_id = {one.date_id: one for one in found}
    chosen = st.selectbox(
        say("Work on date"), list(by_id), key="dates.chosen",
        format_func=lambda key: f"{desk.clock_text(by_id[key].starts_at)} · {say.of(by_id[key].title)}",
    )  # fmt: skip
    if chosen is not None:
        _one(desk, by_id[chosen])


def _one(desk: Desk, one: DrillDate) -> None:
    say = desk.say
    if one.fault is not None:
        st.warning(say("It was not played: {fault}", fault=one.fault))
    if one.every_months:
        every = say("comes again every month")
        more = say("comes again every {months} months", months=one.every_months)
        st.caption(every if one.every_months == 1 else more)
    if one.run_id:
        st.caption(say("became run {run}", run=one.run_id))
    with st.container(horizontal=True, gap="small"):
        name = f"drill-{one.drill_id}-{one.starts_at:%Y%m%d}.ics"
        raw = service.invitation(desk.ctx, one, say.language)
        st.download_button(say("Invitation (.ics)"), raw, name, "text/calendar", key=f"ics-{one.date_id}")
        if one.state == "planned" and st.button(say("Call off"), key=f"cancel-{one.date_id}"):
            attempt(desk, lambda: service.cancel_date(desk.ctx, one), _said(desk, one, say("Called off.")))
        if one.state == "cancelled" and st.button(say("Plan it again"), key=f"again-{one.date_id}"):
            attempt(desk, lambda: service.plan_again(desk.ctx, one), _said(desk, one, say("Planned again.")))
    if one.state == "planned":
        with st.form(f"move-date-{one.date_id}-{one.version}"):
            key = f"move-date-{one.date_id}-{one.version}"
            when = instant(desk, key, say("Day"), say("Time"), ahead=True, start=one.starts_at)
            if st.form_submit_button(say("Move to this time")):
                attempt(desk, lambda: service.move_date(desk.ctx, one, when), _said(desk, one, say("Moved.")))


def _new(desk: Desk) -> None:
    say, known = desk.say, scripts(desk.ctx)
    look.section(say("Plan a drill"))
    if not known:
        st.caption(say("No drill script is in order."))
        return
    with once("drill-date") as form:
        drill = st.selectbox(
            say("Drill"), list(known), format_func=lambda key: say.of(known[key].title), key=f"{form.key}.drill"
        )
        when = instant(desk, f"{form.key}.when", say("Day"), say("Time"), ahead=True, start=_soon(desk))
        one, two = st.columns(2)
        minutes = one.number_input(say("Minutes"), 10, 7 * 24 * 60, MINUTES, key=f"{form.key}.minutes")
        every = two.selectbox(
            say("Again"), [None, *EVERY_MONTHS], key=f"{form.key}.every",
            format_func=lambda n: _interval(desk, n),
        )  # fmt: skip
        manner = st.radio(
            say("How"), list(MANNERS), format_func=lambda key: say(MANNERS[key]), key=f"{form.key}.manner"
        )
        place = st.text_input(say("Place"), key=f"{form.key}.place")
        st.caption(say("Who is invited to play what; the mail address goes into the invitation alone."))
        columns = {"name": say("Name of the person"), "role": say("Role"), "address": say("Mail")}
        people = st.data_editor(
            pd.DataFrame({name: pd.Series(dtype="str") for name in columns}), num_rows="dynamic", hide_index=True,
            column_config=columns, key=f"{form.key}.people", width="stretch",
        )  # fmt: skip
        if st.form_submit_button(say("Plan and invite"), type="primary", width="stretch"):
            guests = [
                Guest(str(row["name"]).strip(), str(row["role"] or ""), str(row["address"] or ""))
                for row in people.fillna("").to_dict("records")
                if str(row["name"]).strip()
            ]
            act = form.taking(
                lambda: service.plan_date(
                    desk.ctx, drill or "", when, minutes=int(minutes), manner=manner or PEOPLE, place=place,
                    guests=guests, every_months=every,
                )
            )  # fmt: skip
            done = say("Planned; those invited are told. The invitation is beside the date.")
            nobody = say("Planned. Nobody is invited yet: hand on the invitation that is beside the date.")
            attempt(desk, act, done if guests or manner == ROBOTS else nobody)


def _soon(desk: Desk) -> datetime:
    """A time that can be kept: an hour after the next full hour."""
    return desk.ctx.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)


def _interval(desk: Desk, months: int | None) -> str:
    say = desk.say
    if not months:
        return say("once")
    return say("every month") if months == 1 else say("every {months} months", months=months)


def _said(desk: Desk, one: DrillDate, what: str) -> str:
    """What was done, and who hears of it."""
    say = desk.say
    return f"{what} {say('Those invited are told.') if one.guests else say('Nobody is invited.')}"
