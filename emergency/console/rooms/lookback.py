"""The time slider: map and numbers as they were known at an earlier minute, and the way back to now."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.incident import Incident
from emergency.service.lookback import first_minute, looking_back
from emergency.texts import N_

# Steps a person takes from one minute to another.
STEPS = (
    (N_("−1 h"), -60),
    (N_("−10 min"), -10),
    (N_("−1 min"), -1),
    (N_("+1 min"), 1),
    (N_("+10 min"), 10),
    (N_("+1 h"), 60),
)
MINUTE = timedelta(minutes=1)


def _key(desk: Desk) -> str:
    return f"known-at.{desk.ctx.store.name}"


def at(desk: Desk, incident: Incident | None) -> datetime | None:
    """The minute somebody looks at; None for now."""
    chosen: datetime | None = st.session_state.get(_key(desk))
    first = first_minute(desk.ctx, incident)
    if chosen is None or first is None or chosen >= desk.ctx.now():
        return None
    return max(chosen, first)


def then(desk: Desk, minute: datetime | None) -> Desk:
    """The desk of that minute; what is asked of it is answered from what was known then."""
    return desk if minute is None else dataclasses.replace(desk, ctx=looking_back(desk.ctx, minute))


def bar(desk: Desk, minute: datetime | None) -> None:
    """Says plainly that this is not now, and leads back."""
    if minute is None:
        return
    say = desk.say
    said = say("You are looking at {time}: everything is shown as it was known then.", time=desk.clock_text(minute))
    with st.container(key="em-lookback", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="em-lookback" role="status"><b>{look.esc(said)}</b></div>')
        st.button(say("Back to now"), key="back-to-now", type="primary", on_click=_go, args=(desk, None))


def slider(desk: Desk, incident: Incident | None, minute: datetime | None) -> None:
    """From the incident's beginning to now, by the minute; for fingers in steps, for a known time as a field."""
    say, key = desk.say, _key(desk)
    now = _minute(desk.ctx.now())
    first = first_minute(desk.ctx, incident)
    if first is None or _minute(first) >= now:
        return
    zone = desk.zone
    begin, end = (one.astimezone(zone).replace(tzinfo=None) for one in (_minute(first), now))
    shown = end if minute is None else min(max(_minute(minute).astimezone(zone).replace(tzinfo=None), begin), end)
    st.session_state[f"{key}.slider"] = shown

    def moved() -> None:
        chosen: datetime = st.session_state[f"{key}.slider"]
        _go(desk, None if chosen >= end else chosen.replace(tzinfo=zone))

    st.slider(
        say("Known at"),
        min_value=begin,
        max_value=end,
        value=shown,
        step=MINUTE,
        format="D MMM HH:mm" if say.language == "en" else "M月D日 HH:mm",
        key=f"{key}.slider",
        on_change=moved,
        help=say("Map and numbers as they were known at that minute: facts, claims, level, people and tasks."),
    )
    if minute is not None:
        _steps(desk, minute, first)


def _steps(desk: Desk, minute: datetime, first: datetime) -> None:
    say, key = desk.say, _key(desk)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        for label, minutes in STEPS:
            to = minute + timedelta(minutes=minutes)
            outside = to < first or to > desk.ctx.now()
            st.button(say(label), key=f"step{minutes}", on_click=_go, args=(desk, to), disabled=outside)
        local = minute.astimezone(desk.zone).replace(tzinfo=None, second=0, microsecond=0)
        st.session_state[f"{key}.exact"] = local

        def typed() -> None:
            chosen: datetime | None = st.session_state[f"{key}.exact"]
            if chosen is not None:
                _go(desk, chosen.replace(tzinfo=desk.zone))

        st.datetime_input(say("or this minute"), local, key=f"{key}.exact", step=MINUTE, on_change=typed)


def _go(desk: Desk, to: datetime | None) -> None:
    st.session_state[_key(desk)] = to


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
