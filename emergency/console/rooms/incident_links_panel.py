"""Incidents under one command, side by side: level, class, claims and tasks of each; linked, led, let go."""

from __future__ import annotations

from functools import partial
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
        level = say("{level}, provisional", level=marks[i.response_level]) if i.provisional else marks[i.response_level]
        name = incident_words.title(desk, i) + (" ◂" if i.incident_id == chosen else "")
        rows.append(
            [
                look.Cell(say("leads"), "ok", framed=True) if place == 0 else "",
                name,
                incident_words.kind_title(desk, i.kind),
                level,
                f"{one.open_claims:,}",
                look.Cell(str(one.late_tasks), "bad" if one.late_tasks else "plain"),
            ]
        )
    heads = ["", say("Incident"), say("Kind"), say("Level"), say("Open claims"), say("Late tasks")]
    look.table(heads, rows, numbers=[4, 5])


def beside_others(desk: Desk, company: tuple[Beside, ...], chosen: str) -> None:
    """The same in a narrow column: each with its level, open claims and late tasks."""
    say = desk.say
    marks = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", None: "–"}
    rows: list[list[str | look.Cell]] = []
    for place, one in enumerate(company):
        name = incident_words.title(desk, one.incident)
        if place == 0:
            name = say("{incident} (leads)", incident=name)
        mark = marks[one.incident.response_level]
        level = say("{level}, provisional", level=mark) if one.incident.provisional else mark
        late = look.Cell(str(one.late_tasks), "bad" if one.late_tasks else "plain")
        if one.incident.response_level:
            name = f"{name} · {level}"
        rows.append([f"▸ {name}" if one.incident.incident_id == chosen else name, f"{one.open_claims:,}", late])
    look.table([say("Incident"), say("Open"), say("Late")], rows, numbers=[1, 2])


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
    if not under:
        _followers(desk, [one for one in company[1:] if one in others], others)
    if free:
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        leading = left.selectbox(say("Put it under the command of"), free, format_func=lambda one: others[one])
        if right.button(say("Link"), key="link", width="stretch"):
            _act(desk, lambda: compound.link(desk.ctx, incident.incident_id, leading), say("Linked."))


def _followers(desk: Desk, led: list[str], names: dict[str, str]) -> None:
    """What the leading incident commands: each can be given the lead, or let stand by itself."""
    say = desk.say
    for one in led:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if st.button(say("Give the lead to “{incident}”", incident=look.plain(names[one])), key=f"lead-{one}"):
                _act(desk, partial(compound.take_over, desk.ctx, one), say("It leads now."))
            label = say("Let “{incident}” stand by itself", incident=look.plain(names[one]))
            if st.button(label, key=f"free-{one}"):
                _act(desk, partial(compound.unlink, desk.ctx, one), say("It stands by itself."))


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
