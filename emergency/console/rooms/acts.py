"""Two short forms of the Response room: record an act, enter a figure no claim carries."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.act import ACTS
from emergency.domain.incident import Incident
from emergency.domain.level import METRICS, metric_name, scale_of, unit_of
from emergency.service.context import Refused
from emergency.service.response import perform, record_fact
from emergency.texts import N_

# Acts with a door of their own are not recorded by hand.
BY_HAND = [a for a in ACTS if a not in ("level.confirm", "allocation.commit", "task.complete")]
AUDIENCES = {
    "customers": N_("customers"),
    "regulator": N_("regulator"),
    "media": N_("media"),
    "staff": N_("staff"),
}
MEASURES = {
    "fast_lane": N_("fast lane for claims"),
    "fewer_documents": N_("fewer documents"),
    "advance_payment": N_("advance payment"),
    "no_policy_needed": N_("claims without the policy at hand"),
    "anywhere": N_("claims handled anywhere"),
    "manual_fnol": N_("manual log of reports"),
}
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
REPORT_FIELDS = ("incident_type", "occurred_at", "place", "impact", "initial_cause", "measures", "contact")


def act_form(desk: Desk, incident: Incident) -> None:
    say = desk.say
    look.section(say("Record an act"))
    action = st.selectbox(say("Act"), BY_HAND, format_func=lambda key: say(ACTS[key].title), key="act")
    with st.form(f"act-{action}", clear_on_submit=True):
        body = _body(desk, action, incident)
        if st.form_submit_button(say("Record"), width="stretch"):
            try:
                perform(desk.ctx, incident.incident_id, action, body)
                st.session_state["response-said"] = ("success", say("Recorded; tasks it proves are done."))
            except Refused as fault:
                st.session_state["response-said"] = ("error", str(fault))
            st.rerun()


def _body(desk: Desk, action: str, incident: Incident) -> dict[str, Any]:
    say = desk.say
    if action == "comms.send":
        audience = st.selectbox(say("To"), list(AUDIENCES), format_func=lambda key: say(AUDIENCES[key]))
        return {"audience": audience, "text": st.text_area(say("Text")), "subject": say.of(incident.title)}
    if action == "report.submit":
        kinds = {
            "internal": say("internal report"),
            "first": say("first report"),
            "follow_up": say("follow-up report"),
            "final": say("final report"),
        }
        kind = st.selectbox(say("Report"), list(kinds), format_func=lambda key: kinds[key])
        given = {
            "incident_type": incident.kind,
            "occurred_at": incident.occurred_at.isoformat(),
            "place": incident.place,
            "impact": st.text_input(say("Impact so far")),
            "initial_cause": st.text_input(say("First idea of the cause"), incident.cause),
            "measures": st.text_input(say("Measures taken")),
            "contact": st.text_input(say("Contact"), desk.ctx.actor.id),
        }
        return {
            "to": "headquarters" if kind == "internal" else "nfra",
            "kind": kind,
            "fields": {k: v for k, v in given.items() if v},
        }
    if action == "policy.enable":
        name = st.selectbox(say("Measure"), list(MEASURES), format_func=lambda key: say(MEASURES[key]))
        return {"name": name}
    if action == "map.footprint.publish":
        regions = desk.ctx.regions
        codes = regions.codes(desk.ctx.profile.region_level)
        return {"regions": st.multiselect(say("Regions"), codes, format_func=desk.region)}
    if action == "case.assign":
        return {"lob": st.text_input(say("Line")), "to": st.text_input(say("To"))}
    return {"text": st.text_area(say("Text"))}


def fact_form(desk: Desk, incident: Incident) -> None:
    say = desk.say
    look.section(say("Enter a figure"))
    metric = st.selectbox(say("Figure"), sorted(METRICS), format_func=lambda key: say(metric_name(key)), key="metric")
    with st.form(f"fact-{metric}", clear_on_submit=True):
        if unit_of(metric) == "ordinal":
            steps = list((scale_of(metric) or ("", ()))[1])
            value: Any = st.selectbox(
                say("Value"), steps, format_func=lambda step: say(STEPS.get(str(step).lower(), str(step)))
            )
        else:
            value = st.number_input(say("Value"), min_value=0.0, step=1.0)
            value = int(value) if float(value).is_integer() else value
        industry = st.checkbox(say("Industry-wide figure, not our own"))
        source = st.text_input(say("Source"), help=say("Who said it, where; kept beside the figure."))
        if st.form_submit_button(say("Enter"), width="stretch"):
            try:
                record_fact(
                    desk.ctx,
                    f"industry.{metric}" if industry else metric,
                    value,
                    incident_id=incident.incident_id,
                    source=source,
                )
                st.session_state["response-said"] = ("success", say("Entered; the rules have looked at it."))
            except Refused as fault:
                st.session_state["response-said"] = ("error", str(fault))
            st.rerun()
