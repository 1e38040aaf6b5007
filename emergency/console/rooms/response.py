"""Response: what is proposed and who decides, level and class with their traces, and what was decided when."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import figure_form, frame, incident_card, level_card, level_trace, report_form, stand_down
from emergency.console.rooms.acts import act_form
from emergency.domain.incident import Incident
from emergency.service.clocks import RunningClock, running_clocks
from emergency.service.grading import Evaluation, level_history
from emergency.service.response import tasks


def show(desk: Desk) -> None:
    say = desk.say
    if report_form.asked():
        frame.bare(desk, say("Response"), say("A new incident"))
        _notice()
        report_form.show(desk, only=desk.incident() is None)
        return
    incident = desk.incident()
    evaluation = frame.header(desk, say("Response"))
    _notice()
    if incident is None or evaluation is None:
        report_form.show(desk, only=True)
        return
    history = level_history(desk.ctx, incident.incident_id)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        level_card.show(desk, evaluation, history)
        incident_card.unconfirmed(desk, incident)
    with right:
        _clocks(desk, evaluation)
        _tasks(desk, incident)
    level_trace.response(desk, evaluation)
    level_trace.by_law(desk, evaluation)
    level_trace.provinces(desk, evaluation, history)
    level_trace.history_table(desk, incident, history)
    incident_card.show(desk, incident)
    if incident.is_open:
        left, right = st.columns(2, gap="medium")
        with left:
            act_form(desk, incident)
        with right:
            figure_form.show(desk, evaluation)
    stand_down.section(desk, evaluation)


def _notice() -> None:
    said = st.session_state.pop("response-said", None)
    if said:
        look.notice(*said)


def _clocks(desk: Desk, evaluation: Evaluation) -> None:
    say = desk.say
    clocks = running_clocks(desk.ctx, evaluation)
    look.section(say("Reporting clocks"))
    if not clocks:
        st.caption(frame.no_clock(desk, evaluation.incident))
        return
    rows: list[list[str | look.Cell]] = []
    shown = _one_of_each(clocks)
    for c in shown:
        state = frame.left_text(desk, c)
        if c.met_at:
            state = say("submitted {time}", time=desk.clock_text(c.met_at)) + (say(", late") if c.missed else "")
        kind = say("target") if c.strive else say("limit")
        rows.append(
            [
                say(c.title),
                f"{desk.clock_text(c.due_at)} ({kind})",
                look.Cell(state, frame.clock_tone(desk, c)),
            ]
        )
    look.table([say("Report"), say("Due"), say("State")], rows)
    if len(clocks) > len(shown):
        st.caption(say("{count} clocks in all; the Reports room has every one.", count=len(clocks)))
    st.caption(say("Clocks start at discovery, {time}.", time=desk.clock_text(evaluation.incident.discovered_at)))


def _one_of_each(clocks: Sequence[RunningClock]) -> list[RunningClock]:
    """Of each kind of report what waits first, else what came last; situation reports by their newest."""
    found: dict[tuple[str, bool], RunningClock] = {}
    for clock in sorted(clocks, key=lambda c: (not c.clock.waits, c.due_at)):
        key = (clock.kind, clock.strive)
        if key not in found or (clock.kind == "situation" and clock.clock.waits):
            found[key] = clock
    return sorted(found.values(), key=lambda c: c.due_at)


def _tasks(desk: Desk, incident: Incident) -> None:
    """How far the plan is; the Tasks room has every one of them."""
    say = desk.say
    rows = tasks(desk.ctx, incident.incident_id)
    look.section(say("Tasks"))
    if not rows:
        st.caption(say("The playbook's tasks appear here once a level is confirmed."))
        return
    done = sum(r["state"] == "done" for r in rows)
    late = [r for r in rows if r["late"]]
    st.progress(done / len(rows), say("{done} of {count} done", done=done, count=len(rows)))
    if late:
        first = min(late, key=lambda r: r["due_us"])
        st.caption(say("{count} late; the first: {title}", count=len(late), title=say.of(first["title"])))
    if st.button(say("To the tasks"), key="to-tasks"):
        frame.go("tasks")
