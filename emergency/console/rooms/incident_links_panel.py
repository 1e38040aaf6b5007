"""Incidents under one command, side by side: level, class, claims and tasks of each; linked, led, let go."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import incident_words, report_form
from emergency.domain.incident import Incident
from emergency.service import compound
from emergency.service.compound import Entry
from emergency.service.context import Conflict, Refused
from emergency.service.response import every_incident
from emergency.service.side_by_side import Beside, beside
from emergency.texts import N_

ACTS = {
    compound.LINKED: N_("{who} put {incident} under {leading}"),
    compound.UNLINKED: N_("{who} let {incident} stand by itself"),
    compound.TAKEN_OVER: N_("{who} gave the lead to {incident}"),
}


def show(desk: Desk, incident: Incident) -> None:
    say = desk.say
    look.section(say("Under one command"))
    company = beside(desk.ctx, incident.incident_id)
    if len(company) > 1:
        table(desk, company, incident.incident_id)
    else:
        st.caption(say("The incident stands by itself."))
    _change(desk, incident, [one.incident.incident_id for one in company])
    acts = [a for a in compound.acts(desk.ctx, incident.incident_id) if "undo" not in a.facts()]
    for act in acts[:2]:
        _undo(desk, act)


def table(desk: Desk, company: tuple[Beside, ...], chosen: str) -> None:
    """One line for each incident; the leading one first."""
    say = desk.say
    marks = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", None: "–"}
    rows: list[list[str | look.Cell]] = []
    for place, one in enumerate(company):
        i = one.incident
        name = incident_words.title(desk, i) + (" ◂" if i.incident_id == chosen else "")
        rows.append(
            [
                look.Cell(say("leads"), "ok", framed=True) if place == 0 else "",
                name,
                incident_words.kind_title(desk, i.kind),
                marks[i.response_level],
                f"{one.open_claims:,}",
                look.Cell(str(one.late_tasks), "bad" if one.late_tasks else "plain"),
            ]
        )
    heads = ["", say("Incident"), say("Kind"), say("Level"), say("Open claims"), say("Late tasks")]
    look.table(heads, rows, numbers=[4, 5])


def _change(desk: Desk, incident: Incident, company: list[str]) -> None:
    say = desk.say
    if not incident.is_open:
        return
    under = incident.incident_id != company[0]
    others = {i.incident_id: say.of(i.title) for i in every_incident(desk.ctx, open_only=True)}
    free = [one for one in others if one not in company]
    with st.container(horizontal=True, gap="small"):
        if under and st.button(say("Let it lead"), key="take-over"):
            _act(desk, lambda: compound.take_over(desk.ctx, incident.incident_id), say("It leads now."))
        if under and st.button(say("Let it stand by itself"), key="unlink"):
            _act(desk, lambda: compound.unlink(desk.ctx, incident.incident_id), say("It stands by itself."))
    if free:
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        leading = left.selectbox(say("Put it under the command of"), free, format_func=lambda one: others[one])
        if right.button(say("Link"), key="link", width="stretch"):
            _act(desk, lambda: compound.link(desk.ctx, incident.incident_id, leading), say("Linked."))


def _undo(desk: Desk, act: Entry) -> None:
    say, facts = desk.say, act.facts()
    names = {i.incident_id: say.of(i.title) for i in every_incident(desk.ctx)}
    text, button = st.columns([4, 1], vertical_alignment="center")
    gaps = {"who": act.actor, "incident": names.get(act.subject, act.subject)}
    leading = names.get(facts["leading"], facts["leading"])
    text.caption(look.plain(say(ACTS[act.action], **gaps, leading=leading)))
    if button.button(say("Take back"), key=f"unlink-{act.seq}", width="stretch"):
        _act(desk, lambda: compound.undo(desk.ctx, act.seq), say("Taken back."))


def _act(desk: Desk, done: Any, success: str) -> None:
    try:
        done()
        st.session_state[report_form.SAID] = ("success", success)
    except (Refused, Conflict) as fault:
        st.session_state[report_form.SAID] = ("error", incident_words.spoken(desk, fault))
    st.rerun()
