"""The shift roster of an incident: who is planned in which post, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import instant, once
from emergency.service import shifts
from emergency.service.organisation import Organisation

Act = Callable[[Desk, Callable[[], object], str], None]


def section(desk: Desk, found: Organisation, act: Act) -> None:
    """Planned shifts, and the form that plans one."""
    say, now = desk.say, desk.ctx.now()
    look.section(say("Shift roster"))
    coming = [t for t in found.turns if t.end > now]
    if coming:
        titles = {key: say.of(role.title) for key, role in found.roles.items()}
        look.table(
            [say("From"), say("Until"), say("Post"), say("Person")],
            [[desk.clock_text(t.start), desk.clock_text(t.end), titles.get(t.role, t.role), t.person] for t in coming],
        )
    else:
        st.caption(say("No shift is planned. Plan the next one before rest is due."))
    with st.expander(say("Plan a shift, or take one out")):
        _plan(desk, found, act)
        for turn in coming[:12]:
            label = say("Take out {person}, {time}", person=turn.person, time=desk.clock_text(turn.start))
            if st.button(label, key=f"turn-{turn.duty_id}"):
                undo = ("organisation-undo-turn", turn.duty_id)
                st.session_state[undo[0]] = undo[1]
                act(desk, lambda t=turn: shifts.cancel_turn(desk.ctx, found.incident_id, t.duty_id), say("Taken out."))  # type: ignore[misc]
        undone = st.session_state.get("organisation-undo-turn")
        if undone and st.button(say("Put the last one back")):
            del st.session_state["organisation-undo-turn"]
            act(desk, lambda: shifts.cancel_turn(desk.ctx, found.incident_id, undone, back=True), say("Put back."))


def _plan(desk: Desk, found: Organisation, act: Act) -> None:
    say = desk.say
    here = (desk.ctx.now().astimezone(desk.zone) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    with once("plan-turn", border=False) as form:
        left, right = st.columns(2)
        role = left.selectbox(say("Post"), list(found.roles), format_func=lambda key: say.of(found.roles[key].title))
        person = right.text_input(say("Person"))
        start = instant(
            desk, form.key, say("From (day)"), say("From (time)"), ahead=True, start=here, places=(left, right)
        )
        most = int(found.rules.time_in_role.total_seconds() // 3600)
        hours = left.number_input(say("Hours"), 1, most, min(8, most))
        right.html("<div style='height:26px'></div>")
        if right.form_submit_button(say("Plan it"), type="primary", width="stretch"):
            end = start + timedelta(hours=int(hours))
            plan = form.taking(lambda: shifts.plan_turn(desk.ctx, found.incident_id, role, person, start, end))
            act(desk, plan, say("Planned."))
