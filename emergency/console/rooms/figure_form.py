"""Entering a figure no claim carries: whose it is, how sure, who said it and when it held."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import once_form
from emergency.console.rooms.acts import STEPS
from emergency.console.rooms.level_words import FAULTS, said, spoken
from emergency.domain.figure_value import SHARES
from emergency.domain.incident import Incident
from emergency.domain.level import METRICS, metric_name, scale_of, unit_of
from emergency.service.doubts import doubts_about
from emergency.service.feed_facts import Figure, take_figure
from emergency.service.grading import Evaluation
from emergency.service.level_facts import FORECAST, INDUSTRY, MARKET_SHARE, UPPER
from emergency.texts import N_

WHOSE = {
    "own": N_("our own, or said of the place"),
    "industry": N_("of the whole industry"),
    "forecast": N_("a forecast, not counted"),
}
PREFIX = {"own": "", "industry": INDUSTRY, "forecast": FORECAST}
WHOLE = ("persons", "claims", "count", "minutes")
UNIT_NAMES = {"minutes": N_("minutes"), "persons": N_("persons")}
SURE = {"stated": N_("as stated"), "central": N_("central estimate"), UPPER: N_("upper estimate")}

CURRENCY_NAMES = {"CNY": N_("yuan"), "USD": N_("US dollars")}

def show(desk: Desk, evaluation: Evaluation) -> None:
    say, incident = desk.say, evaluation.incident
    look.section(say("Enter a figure"))
    # What this incident's rules ask for stands first, in their order; every other figure may still be entered.
    asked = list(dict.fromkeys(one.metric for one in evaluation.response.indicators if one.metric in METRICS))
    metrics = [*asked, *sorted(set(METRICS) - set(asked), key=lambda m: say(metric_name(m))), MARKET_SHARE]
    mine = f"metric-{incident.incident_id}"
    metric = st.selectbox(say("Figure"), metrics, format_func=lambda key: _name(desk, key), key=mine)
    with once_form.once(f"fact-{incident.incident_id}-{metric}") as form:
        value = _value(desk, metric)
        left, right = st.columns(2, vertical_alignment="bottom")
        whose, sure = "own", "stated"
        if metric != MARKET_SHARE and unit_of(metric) != "ordinal":
            whose = left.selectbox(say("Whose figure"), list(WHOSE), format_func=lambda key: say(WHOSE[key]))
            sure = right.selectbox(say("How sure"), list(SURE), format_func=lambda key: say(SURE[key]))
        where = st.selectbox(
            say("Place, if it is of a part only"), _places(desk, incident), format_func=lambda c: _place(desk, c)
        )
        as_of = once_form.instant(desk, form.key, say("As of (day)"), say("As of (time)"))
        source = st.text_input(say("Source"), help=say("Who said it, where; kept beside the figure."))
        if st.form_submit_button(say("Enter"), width="stretch"):
            _enter(desk, incident, PREFIX[whose] + metric, value, where, as_of, source, sure, form)


def _name(desk: Desk, metric: str) -> str:
    return desk.say("Our share of the market") if metric == MARKET_SHARE else desk.say(metric_name(metric))


def _value(desk: Desk, metric: str) -> Any:
    """What was typed. No field has bounds of its own: a browser keeps what lies outside to itself, and the figure
    before it would be sent; the door refuses it with a sentence."""
    say = desk.say
    if metric == MARKET_SHARE:
        percent = st.number_input(
            say("Per cent"),
            value=None,
            help=say("From it and our own payout the industry's is estimated, and marked as an estimate."),
        )
        return None if percent is None else round(percent / 100, 6)
    if unit_of(metric) == "ordinal":
        steps = list((scale_of(metric) or ("", ()))[1])
        words = {one: say(STEPS.get(str(one).lower(), str(one))) for one in steps}
        return st.selectbox(say("Value"), steps, None, lambda one: words[one], placeholder=say("choose"))
    label = say("Value")
    if unit_of(metric) == "money":
        code = desk.ctx.profile.currency
        label = say("Value, in {currency}", currency=say(CURRENCY_NAMES[code]) if code in CURRENCY_NAMES else code)
    elif unit_of(metric) in UNIT_NAMES:
        label = say("Value, in {unit}", unit=say(UNIT_NAMES[unit_of(metric)]))
    if metric in SHARES:
        percent = st.number_input(say("Per cent"), value=None, step=1.0)
        return None if percent is None else round(percent / 100, 6)
    if unit_of(metric) in WHOLE:
        return st.number_input(label, value=None, step=1)
    value = st.number_input(label, value=None, step=1.0)
    return int(value) if value is not None and float(value).is_integer() else value


def _places(desk: Desk, incident: Incident) -> list[str]:
    """Nowhere in particular, then the provinces and regions in scope."""
    regions = desk.ctx.regions
    known = [c for c in incident.regions if regions.known(c)]
    above = {regions.at_level(c, regions.levels[0]) for c in known} - {None}
    return ["", *sorted({str(c) for c in above} | set(known))]


def _place(desk: Desk, code: str) -> str:
    return desk.region(code) if code else desk.say("the whole incident")


def _enter(
    desk: Desk,
    incident: Incident,
    metric: str,
    value: Any,
    where: str,
    as_of: datetime | None,
    source: str,
    sure: str,
    form: once_form.Once,
) -> None:
    say = desk.say
    if value is None:
        said("error", say("Not entered: no value was given. Where it is known to be none, enter 0."))
        st.rerun()
    figure = Figure(
        metric=metric,
        value=value,
        source=source.strip(),
        incident_id=incident.incident_id,
        region=where or None,
        as_of=as_of,
        confidence="" if sure == "stated" else sure,
    )
    try:
        take_figure(desk.ctx, figure)
    except FAULTS as fault:
        said("error", spoken(desk, fault))
    else:
        doubts = [say(d.message) for d in doubts_about(desk.ctx, metric, incident.incident_id)]
        form.done()
        entered = say("Entered; the rules have looked at it.")
        said("warning" if doubts else "success", "  \n".join([entered, *doubts]))
    st.rerun()
