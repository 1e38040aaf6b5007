"""The rumour register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.record_look import persons
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.service import words_rumours as rumours
from emergency.service.words_due import AUDIENCE_NAMES
from emergency.service.words_rumours import PUBLIC, STATES, VERDICTS, WAITING

TONES = {"open": "bad", "answered": "watch", "approved": "watch", "published": "ok", "closed": "plain"}


def section(desk: Desk, incident: Incident | None, act: Any) -> None:
    say = desk.say
    incident_id = incident.incident_id if incident else None
    rows = rumours.register(desk.ctx, incident_id)
    left, right = st.columns([1.7, 1], gap="medium")
    with right:
        _hear(desk, incident_id, act)
    with left:
        look.section(say("Rumours without a published answer"))
        waiting = [r for r in rows if r["state"] in WAITING]
        if not waiting:
            st.caption(say("No rumour waits for an answer."))
        for row in waiting:
            _rumour(desk, row, act)
    done = [r for r in rows if r["state"] not in WAITING]
    if done:
        look.section(say("Answered rumours"))
        _table(desk, done)


def _hear(desk: Desk, incident_id: str | None, act: Any) -> None:
    say = desk.say
    look.section(say("Take a rumour in"))
    with once("hear") as form:
        heard = st.text_area(say("What is said"), height=90)
        where = st.text_input(say("Where it was heard"))
        if st.form_submit_button(say("Take it in"), width="stretch"):
            hear = form.taking(lambda: rumours.hear(desk.ctx, incident_id, heard, where))
            act(desk, hear, say("It is in the register."))


def _rumour(desk: Desk, row: Mapping[str, Any], act: Any) -> None:
    say, ctx, number, version = desk.say, desk.ctx, row["rumour_id"], row["version"]
    heard = say("heard {time}: {where}", time=desk.clock_text(from_us(row["heard_us"])), where=row["heard_where"])
    title = say("{number}. {state}", number=number, state=say(STATES[row["state"]]))
    text = f"“{row['heard']}”"
    if row["answer"]:
        text += "  →  " + say("{verdict}: {answer}", verdict=say(VERDICTS[row["verdict"]]), answer=row["answer"])
    with look.needs_card(f"rumour-{number}", title, text, heard, TONES[row["state"]]), st.container():
        if row["state"] == "answered":
            st.caption(
                say(
                    "Goes to {audience}; for {role} to approve.",
                    audience=say(AUDIENCE_NAMES[row["audience"] or PUBLIC]),
                    role=say.of(rumours.approver_title(ctx, row)),
                )
            )
            why_not = rumours.why_not(ctx, row)
            if why_not is not None:
                st.caption(look.plain(say("Not for you to approve: {why}.", why=why_not)))
            if st.button(say("Approve the answer"), key=f"rumour-approve-{number}", disabled=why_not is not None):
                act(desk, lambda: rumours.approve(ctx, number, version), say("Approved; publish it and say where."))
        if row["state"] == "approved":
            _publish(desk, row, act)
        with (
            st.expander(say("Answer"), expanded=row["state"] == "open"),
            st.form(f"answer-{number}-{version}", border=False),
        ):
            verdict = st.selectbox(say("The rumour is"), list(VERDICTS), format_func=lambda key: say(VERDICTS[key]))
            answer = st.text_area(say("What is true"), row["answer"], height=80)
            audience = st.selectbox(
                say("To whom the answer goes"),
                list(AUDIENCE_NAMES),
                index=list(AUDIENCE_NAMES).index(row["audience"] or PUBLIC),
                format_func=lambda key: say(AUDIENCE_NAMES[key]),
            )
            if st.form_submit_button(say("Keep the answer")):
                act(
                    desk,
                    lambda: rumours.answer(ctx, number, version, verdict, answer, audience),
                    say("The answer waits for approval."),
                )
            if st.form_submit_button(say("Close without answer (the text says why)")):
                act(desk, lambda: rumours.close(ctx, number, version, answer), say("Closed."))


def _publish(desk: Desk, row: Mapping[str, Any], act: Any) -> None:
    say, number = desk.say, row["rumour_id"]
    with st.form(f"publish-{number}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        where = st.text_input(say("Published where"))
        if st.form_submit_button(say("Published")):
            act(desk, lambda: rumours.publish(desk.ctx, number, row["version"], where), say("Kept."))


def _table(desk: Desk, rows: list[dict[str, Any]]) -> None:
    say = desk.say
    table: list[list[str | look.Cell]] = []
    for r in rows:
        when = f" · {desk.clock_text(from_us(r['published_us']))}" if r["published_us"] else ""
        published = r["published_where"] + when
        verdict = say(VERDICTS[r["verdict"]]) if r["verdict"] else "–"
        state = look.Cell(say(STATES[r["state"]]), TONES[r["state"]], framed=True)
        names = " / ".join(persons(desk, (r["answered_by"], r["approved_by"])))
        table.append([str(r["rumour_id"]), r["heard"], r["heard_where"], verdict, r["answer"], names, published, state])
    heads = [
        say("No."),
        say("What is said"),
        say("Where it was heard"),
        say("The rumour is"),
        say("Answer"),
        say("Written / approved"),
        say("Published where"),
        say("State"),
    ]
    look.table(heads, table)
