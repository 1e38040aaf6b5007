"""Stand-down: what must be met before the response ends, the end itself, the review – and the way back."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.task_acts import attempt
from emergency.domain.incident import Incident
from emergency.domain.playbook_closure import STATES
from emergency.service.closure import Closure, closure
from emergency.service.relief import measures_of, titles
from emergency.service.response import record_fact
from emergency.service.review_pack import measured, pack, reviews
from emergency.service.stand_down import may_stand_down, reopen, stand_down
from emergency.texts import N_

PLACE = "response-said"  # where the Response room keeps what it says next
REVIEW_STATES = {"open": N_("open"), "published": N_("published"), "withdrawn": N_("withdrawn")}


def section(desk: Desk, incident: Incident) -> None:
    """The whole of it, for the Response room."""
    if incident.is_open:
        _open(desk, incident)
    else:
        _closed(desk, incident)


def _open(desk: Desk, incident: Incident) -> None:
    say = desk.say
    found = closure(desk.ctx, incident)
    look.section(say("Stand-down"))
    look.table(
        [say("Closure condition"), say("Wanted"), say("Value"), say("State"), say("Source")],
        [
            [
                say(line.name),
                say(line.asked),
                _value(desk, line.value),
                _state(desk, line.met),
                say(line.source),
            ]
            for line in found.lines
        ],
        numbers=[2],
    )
    left, right = st.columns(2, gap="medium")
    with left:
        _figure_form(desk, incident, found)
    with right:
        _end_form(desk, incident, found)


def _value(desk: Desk, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, str) and value in STATES:
        return desk.say(STATES[value])
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _state(desk: Desk, met: bool | None) -> look.Cell:
    say = desk.say
    if met is None:
        return look.Cell(say("not known"), "watch", framed=True)
    return look.Cell(say("met"), "ok", framed=True) if met else look.Cell(say("not met"), "bad", framed=True)


def _figure_form(desk: Desk, incident: Incident, found: Closure) -> None:
    """What the console cannot count itself is entered here, with its source."""
    say = desk.say
    waiting = {line.metric: line for line in found.missing}
    if not waiting:
        st.caption(say("Every condition is met."))
        return
    with st.expander(say("Enter a figure that is missing")), st.form("closure-figure", border=False):
        metric = st.selectbox(say("Figure"), list(waiting), format_func=lambda key: say(waiting[key].name))
        text = st.text_input(say("Value"), placeholder=say("a number, or: submitted, yes, no"))
        source = st.text_input(say("Source"), help=say("Who said it, where; kept beside the figure."))
        if st.form_submit_button(say("Enter")):
            attempt(
                desk,
                lambda: record_fact(
                    desk.ctx, metric, _typed(desk, text), incident_id=incident.incident_id, source=source
                ),
                say("Entered; the conditions have looked at it."),
                PLACE,
            )


def _typed(desk: Desk, text: str) -> int | float | str:
    """A number where it is one; states in either language."""
    plain = text.strip().replace(",", "").replace("，", "")
    spoken = {desk.say(word): state for state, word in STATES.items()}
    if plain in spoken:
        return spoken[plain]
    try:
        return float(plain) if "." in plain else int(plain)
    except ValueError:
        return plain


def _end_form(desk: Desk, incident: Incident, found: Closure) -> None:
    say, ctx = desk.say, desk.ctx
    may = may_stand_down(ctx, incident)
    running = sum(m.state == "in_force" for m in measures_of(ctx, incident.incident_id))
    st.caption(
        say(
            "Ending the response restores {count} relief measures, frees every shift from today on, relieves every "
            "post, closes the incident and opens the after-action review. It can be taken back.",
            count=running,
        )
    )
    if may:
        st.caption(say("For {who} to end.", who=say.of(titles(ctx, incident, may))))
    with st.form("stand-down", border=False):
        reason = ""
        if found.met is not True:
            reason = st.text_input(say("Conditions are not met; end all the same because …"))
        if st.form_submit_button(say("End the response"), type="primary" if found.met else "secondary"):
            attempt(
                desk,
                lambda: stand_down(ctx, incident.incident_id, reason, version=incident.version),
                say("The response has ended; the review is open."),
                PLACE,
            )


def _closed(desk: Desk, incident: Incident) -> None:
    say, ctx = desk.say, desk.ctx
    look.section(say("The response has ended"))
    st.caption(say("Closed {time}.", time=desk.clock_text(incident.closed_at)))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        look.table(
            [say("How it went"), say("Value"), say("Counted from")],
            [[say(m.name), "–" if m.value is None else f"{m.value}", say(m.basis)] for m in measured(ctx, incident)],
            numbers=[1],
        )
    with right:
        for one in reviews(ctx, incident.incident_id):
            st.markdown(
                say(
                    "After-action review {number}: {state}, opened {time}, due {due}",
                    number=one.review_id,
                    state=say(REVIEW_STATES[one.state]),
                    time=desk.clock_text(one.opened_at),
                    due=desk.clock_text(one.due_at),
                )
            )
        if st.button(say("Put the review pack together"), width="stretch"):
            st.session_state["review-pack"] = pack(ctx, incident.incident_id, say.language)
        if "review-pack" in st.session_state:
            st.download_button(
                say("Save the review pack (workbook)"),
                st.session_state["review-pack"],
                f"review-{incident.incident_id}.xlsx",
                width="stretch",
            )
        with st.expander(say("Reopen the incident")), st.form("reopen", border=False):
            reason = st.text_input(say("Why?"))
            if st.form_submit_button(say("Reopen")):
                attempt(
                    desk,
                    lambda: reopen(ctx, incident.incident_id, reason, version=incident.version),
                    say("Open again, as it was: level, measures, shifts, posts."),
                    PLACE,
                )
