"""Bulletins: what is said to whom, from one ledger of facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import (
    frame,
    words_compose,
    words_contacts,
    words_due,
    words_look,
    words_rumours,
    words_sent,
    words_warnings,
)
from emergency.console.rooms.intake_mapping import spoken
from emergency.domain.incident import Incident
from emergency.service import outbox, words
from emergency.service.context import Conflict, FileFaults, Refused
from emergency.service.grading import Evaluation
from emergency.service.words_contacts import report
from emergency.service.words_due import DueBulletin, due, templates
from emergency.service.words_rumours import WAITING, register
from emergency.texts import N_

VIEWS = {
    "write": N_("Write and approve"),
    "sent": N_("Sent"),
    "rumours": N_("Rumours"),
    "warnings": N_("Warnings to customers"),
    "contacts": N_("Contact test"),
}


def show(desk: Desk) -> None:
    evaluation = frame.header(desk, desk.say("Bulletins"))
    incident = desk.incident()
    _said()
    asked = due(desk.ctx, incident, evaluation) if incident and evaluation else []
    rows = words.every(desk.ctx, incident.incident_id if incident else None)
    if incident:
        rows += words.every(desk.ctx, None)
    dead = outbox.deliveries(desk.ctx, ("dead",))
    _numbers(desk, incident, asked, rows, dead)
    _faults(desk)
    view = st.segmented_control(
        desk.say("View"),
        list(VIEWS),
        key="words-view",
        default="write",
        format_func=lambda name: desk.say(VIEWS[name]),
        label_visibility="collapsed",
        required=True,
    )
    _view(desk, view, incident, evaluation, asked, rows, dead)


def _view(
    desk: Desk,
    view: str,
    incident: Incident | None,
    evaluation: Evaluation | None,
    asked: list[DueBulletin],
    rows: list[dict[str, Any]],
    dead: list[dict[str, Any]],
) -> None:
    if view == "write":
        words_due.waiting(desk, incident, asked, rows, act)
        words_compose.composer(desk, incident, rows, act)
    elif view == "sent":
        words_sent.sent(desk, rows, dead, act)
    elif view == "rumours":
        words_rumours.section(desk, incident, act)
    elif view == "warnings":
        words_warnings.section(desk, incident, act)
    else:
        words_contacts.section(desk, act)


def _said() -> None:
    kind, text = st.session_state.pop("words-said", ("", ""))
    if kind:
        look.notice(kind, text)


def act(desk: Desk, what: Callable[[], object], done: str) -> None:
    """Do one thing, keep the word on it for the next run of the page, and draw the page anew."""
    try:
        what()
        st.session_state["words-said"] = ("success", done)
    except (Conflict, Refused, FileFaults) as fault:
        st.session_state["words-said"] = ("error", spoken(desk, fault))
    st.rerun()


def _numbers(
    desk: Desk,
    incident: Incident | None,
    asked: list[DueBulletin],
    rows: list[dict[str, Any]],
    dead: list[dict[str, Any]],
) -> None:
    say, now = desk.say, desk.ctx.now()
    late = [d for d in asked if (d.left_s(now) or 0) < 0]
    ahead = [d for d in asked if d.due_at and d.due_at >= now]
    waiting = [r for r in rows if r["state"] == "submitted"]
    mine = [r for r in waiting if words_due.is_mine(desk, r)]
    rumours = [r for r in register(desk.ctx, incident.incident_id if incident else None) if r["state"] in WAITING]
    next_s = min((d.left_s(now) or 0 for d in ahead), default=None)
    note = (
        say("nothing else is due") if next_s is None else say("next due in {span}", span=words_due.span(desk, next_s))
    )
    look.kpi_strip(
        [
            look.Kpi(say("Late"), str(len(late)), note, "bad" if late else "plain"),
            look.Kpi(
                say("Waiting for approval"),
                str(len(waiting)),
                say("{count} for you", count=len(mine)),
                "watch" if waiting else "plain",
            ),
            look.Kpi(say("Sent bulletins"), str(sum(r["state"] == "sent" for r in rows)), _ways(desk)),
            look.Kpi(say("Dead letters"), str(len(dead)), say("not delivered"), "bad" if dead else "plain"),
            look.Kpi(
                say("Open rumours"),
                str(len(rumours)),
                say("without a published answer"),
                "watch" if rumours else "plain",
            ),
            _contact_kpi(desk),
        ]
    )


def _ways(desk: Desk) -> str:
    try:
        names = outbox.channel_names(desk.ctx)
    except FileFaults:
        return desk.say("the file of channels is broken")
    if names:
        return desk.say("channels: {names}", names=desk.say(", ").join(words_look.channel(desk, one) for one in names))
    return desk.say("into the folder, nothing leaves the machine")


def _contact_kpi(desk: Desk) -> look.Kpi:
    say, found = desk.say, report(desk.ctx)
    if found is None:
        return look.Kpi(say("Contact test"), "–", say("none has been held"))
    tone = "ok" if not found.waiting else "watch" if found.closed is None else "bad"
    when = desk.clock_text(found.started)
    return look.Kpi(say("Contact test"), f"{len(found.answered)} / {len(found.rows)}", when, tone)


def _faults(desk: Desk) -> None:
    """Files that cannot be used, with line and what to try; no value of theirs is shown."""
    _, broken = templates(desk.ctx)
    lines = [fault.spoken(desk.say) for one in broken for fault in one.faults]
    try:
        outbox.channels(desk.ctx)
    except FileFaults as fault:
        lines += [one.spoken(desk.say) for one in fault.faults]
    if lines:
        st.error(desk.say("Files that cannot be used:"))
        st.code("\n".join(lines), language=None)
