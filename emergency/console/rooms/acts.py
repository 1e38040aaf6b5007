"""A short form of the Response room: write down an act that no room of the console does."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.act import ACTS
from emergency.domain.incident import Incident
from emergency.service import by_hand
from emergency.service.context import Conflict, Refused
from emergency.texts import N_, Message

FEW = 6  # regions that are named before the rest is counted
STEPS = {
    "blue": N_("blue"),
    "yellow": N_("yellow"),
    "orange": N_("orange"),
    "red": N_("red"),
    "green": N_("green"),
    "local": N_("local"),
    "provincial": N_("provincial"),
    "national": N_("national"),
    "general": N_("ordinary"),
    "larger": N_("fairly major"),
    "major": N_("major"),
    "tropical_depression": N_("tropical depression"),
    "tropical_storm": N_("tropical storm"),
    "severe_tropical_storm": N_("severe tropical storm"),
    "typhoon": N_("typhoon"),
    "severe_typhoon": N_("severe typhoon"),
    "super_typhoon": N_("super typhoon"),
}


def act_form(desk: Desk, incident: Incident) -> None:
    say = desk.say
    look.section(say("Record an act"))
    mine = f"act-{incident.incident_id}"
    action = st.selectbox(say("Act"), list(by_hand.WANTED), format_func=lambda key: say(ACTS[key].title), key=mine)
    st.caption(say("What a room of the console does – bulletins, reports, measures, posts – is recorded by that room."))
    with st.form(f"act-{incident.incident_id}-{action}"):
        body = _body(desk, action, incident)
        if st.form_submit_button(say("Record"), width="stretch"):
            _record(desk, incident, action, body)


def _record(desk: Desk, incident: Incident, action: str, body: dict[str, Any]) -> None:
    say = desk.say
    try:
        by_hand.record(desk.ctx, incident.incident_id, action, body)
        st.session_state["response-said"] = ("success", say("Recorded; any task it proves is done."))
        # An empty form the next time; what was refused stays to be mended.
        st.session_state["act-forms"] = st.session_state.get("act-forms", 0) + 1
    except (Refused, Conflict) as fault:
        first = fault.args[0] if fault.args else ""
        st.session_state["response-said"] = ("error", say(first) if isinstance(first, Message) else str(fault))
    st.rerun()


def _body(desk: Desk, action: str, incident: Incident) -> dict[str, Any]:
    say, turn = desk.say, st.session_state.get("act-forms", 0)
    # One incident's regions are not another's.
    mark = f"act-{incident.incident_id}-{action}-{turn}"
    if action == "map.footprint.publish":
        regions = desk.ctx.regions
        codes = list(dict.fromkeys(code for level in regions.levels for code in regions.codes(level)))
        scope = [code for code in incident.regions if code in codes]
        names = say(", ").join(regions.name(code, say.language) for code in scope[:FEW])
        more = say(" and {count} more regions", count=len(scope) - FEW) if len(scope) > FEW else ""
        st.caption(look.plain(say("In scope: {names}", names=names + more or "–")))
        # Fifty chips are a wall; whoever wants another area opens the list.
        with st.expander(say("Choose other regions"), expanded=len(scope) <= FEW):
            chosen = st.multiselect(
                say("Regions"),
                codes,
                scope,
                format_func=lambda code: regions.full_name(code, say.language),
                filter_mode="contains",
                select_all=False,
                key=mark,
                placeholder=say("choose"),
                label_visibility="collapsed",
            )
        return {"regions": chosen}
    if action == "case.assign":
        cases = st.text_input(say("Cases or line of business"), key=f"{mark}-cases")
        return {"lob": cases, "to": st.text_input(say("Handled by"), key=f"{mark}-to")}
    return {"text": st.text_area(say("Text"), key=mark)}
