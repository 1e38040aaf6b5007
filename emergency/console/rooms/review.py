"""Review: five steps from the hotwash to corrective actions, for drills and real incidents alike."""

from __future__ import annotations

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import (
    frame,
    review_actions,
    review_compare,
    review_dates,
    review_hotwash,
    review_panel,
    review_readiness,
    review_report,
    review_training,
    review_voices,
)
from emergency.console.rooms.review_words import OPEN, Case, notice
from emergency.domain.drill.words import MANNERS
from emergency.service.context import Refused
from emergency.service.panel import must_rate_first
from emergency.service.reviewing import INCIDENT, RUN, Listed, Subject, record_of, subjects
from emergency.texts import N_

VIEWS = {
    "review": N_("One review"),
    "items": N_("Improvement items"),
    "compare": N_("Run against run"),
    "readiness": N_("Readiness"),
    "dates": N_("Drill calendar"),
    "training": N_("Training records"),
}
STEPS = {
    "hotwash": N_("1 Hotwash"),
    "voices": N_("2 Self-rating"),
    "panel": N_("3 Evaluators' panel"),
    "report": N_("4 Report"),
    "actions": N_("5 Corrective actions"),
}
# What shows the machine's score; an evaluator sees it once their own sheet is sealed.
SCORED = ("hotwash", "report", "actions")


def show(desk: Desk) -> None:
    say = desk.say
    frame.bare(desk, say("Review"), say("Drills and real incidents: what happened, why, and what changes"))
    notice()
    if asked := st.session_state.pop(OPEN, None):  # another room led here
        st.session_state["review.view"] = "review"
        st.session_state["review.subject"], st.session_state["review.step"] = asked
    view = st.segmented_control(
        say("What to look at"),
        list(VIEWS),
        key="review.view",
        default="review",
        format_func=lambda key: say(VIEWS[key]),
        label_visibility="collapsed",
        required=True,
    )
    if view == "review":
        _review(desk)
    elif view == "items":
        review_actions.everything(desk)
    else:
        {
            "compare": review_compare.show,
            "readiness": review_readiness.show,
            "dates": review_dates.show,
            "training": review_training.show,
        }[view or "readiness"](desk)


def _review(desk: Desk) -> None:
    say = desk.say
    known = subjects(desk.ctx)
    if not known:
        st.info(say("Nothing to review yet: play a drill in the Drills room, or activate the response to an incident."))
        return
    chosen = _choose(desk, known)
    if chosen.subject.key in drill_seat.withheld(desk):
        st.info(say(drill_seat.PLAYS_IT))
        return
    try:
        case = Case(desk, chosen.subject, record_of(desk.ctx, chosen.subject))
    except Refused as fault:
        look.notice("error", say(fault.args[0]))
        return
    step = st.segmented_control(
        say("Step"),
        list(STEPS),
        key="review.step",
        default="hotwash",
        format_func=lambda key: say(STEPS[key]),
        label_visibility="collapsed",
        required=True,
    )
    if step in SCORED and must_rate_first(desk.ctx, chosen.subject):
        st.info(say("You are an evaluator here: rate and seal your sheet under “3 Evaluators' panel” first."))
        return
    {
        "hotwash": review_hotwash.show,
        "voices": review_voices.show,
        "panel": review_panel.show,
        "report": review_report.show,
        "actions": review_actions.show,
    }[step or "hotwash"](case)


def _choose(desk: Desk, known: list[Listed]) -> Listed:
    """The subject a person chose; else the newest."""
    names = {f"{one.subject.kind}/{one.subject.id}": one for one in known}
    if st.session_state.get("review.subject") not in names:
        st.session_state["review.subject"] = next(iter(names))
    chosen = st.selectbox(
        desk.say("Drill run or incident"),
        list(names),
        key="review.subject",
        format_func=lambda key: name_of(desk, names[key]),
    )
    return names[chosen]


def name_of(desk: Desk, one: Listed) -> str:
    """A subject in one line: drill or incident, title, when, how it was played; no score, an evaluator reads it."""
    say = desk.say
    kind = say("Incident") if one.subject.kind == INCIDENT else say("Drill")
    parts = [kind, say.of(one.title), desk.clock_text(one.held_at)]
    if one.subject.kind == RUN:
        parts += [say(MANNERS.get(one.manner, one.manner)), say("seed {seed}", seed=one.seed)]
    if one.published:
        parts.append(say("published"))
    return " · ".join(parts)


__all__ = ["Subject", "name_of", "show"]
