"""An event tag that figures speak for: confirmed by a person, or set aside."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.level_words import FAULTS, figure, spoken
from emergency.domain.level import metric_name
from emergency.domain.report_form import TAGS
from emergency.domain.tag_rule import Suggestion
from emergency.service import clocks
from emergency.service.grading import Evaluation
from emergency.service.tag_suggestions import set_aside, suggestions


def show(desk: Desk, evaluation: Evaluation, place: str) -> None:
    """One card for each. place: session key where the room keeps what it says next."""
    for one in suggestions(desk.ctx, evaluation):
        _card(desk, evaluation, one, place)


def _card(desk: Desk, evaluation: Evaluation, one: Suggestion, place: str) -> None:
    say, ctx, incident_id = desk.say, desk.ctx, evaluation.incident.incident_id
    currency, name = ctx.profile.currency, say(TAGS[one.tag])
    title = say("Is this “{tag}”?", tag=name)
    text = say(
        "{metric} is {value}; from {threshold} on it is suggested. "
        "Confirmed, it starts the regulator's shorter clocks.",
        metric=say(metric_name(one.metric)),
        value=figure(desk, one.metric, one.value, currency),
        threshold=figure(desk, one.metric, one.threshold, currency),
    )
    with look.needs_card(f"tag-{one.tag}", title, text, say.of(one.source), "watch"):
        if st.button(say("Yes, set the tag"), key=f"tag-yes-{one.tag}", type="primary"):
            source = f"{ctx.actor.id}; {one.metric} {one.value}"
            _act(
                desk,
                lambda: clocks.set_tag(ctx, incident_id, one.tag, on=True, source=source),
                say("Tag set; its clocks count from discovery."),
                place,
            )
        if st.button(say("No, set it aside"), key=f"tag-no-{one.tag}"):
            said = say("Set aside; it is not asked again. The tag can still be added by hand.")
            _act(desk, lambda: set_aside(ctx, incident_id, one.tag), said, place)


def _act(desk: Desk, act: Callable[[], object], done: str, place: str) -> None:
    try:
        act()
        st.session_state[place] = ("success", done)
    except FAULTS as fault:
        st.session_state[place] = ("error", spoken(desk, fault))
    st.rerun()
