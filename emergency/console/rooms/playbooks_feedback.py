"""What staff, customers and the regulator say of a plan, and where the plan answers the norm."""

from __future__ import annotations

from functools import partial

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.look import esc
from emergency.console.rooms.once_form import once
from emergency.console.rooms.playbooks_edit import act
from emergency.console.rooms.playbooks_look import rows_html
from emergency.domain import playbook_words as words
from emergency.domain.playbook import Playbook
from emergency.domain.resource_kind import resource_name
from emergency.service import playbook_feedback
from emergency.service.playbook_feedback import SOURCES, STATES, Feedback
from emergency.service.playbook_reading import coverage
from emergency.texts import N_

PLACES = {
    "activation/authority": N_("who confirms which level"),
    "approved/review_due": N_("date of the next review"),
    "classification/incident_types": N_("kinds of incident"),
}
SHOWN = 4  # places named per clause; the rest is counted


def remarks(desk: Desk, plan: Playbook) -> None:
    """Remarks on the plan with what became of them, and a form for a new one."""
    say = desk.say
    known = playbook_feedback.feedback(desk.ctx, plan.id)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        look.section(say("Remarks on this plan"))
        if not known:
            st.caption(say("Nothing yet. What is said here is looked through when the next version is written."))
        for one in known:
            _remark(desk, plan, one)
    with right:
        _form(desk, plan)


def _remark(desk: Desk, plan: Playbook, one: Feedback) -> None:
    say = desk.say
    who = f"{say(SOURCES[one.source])} · {one.said_by} · {desk.clock_text(one.received_at)} · {one.version}"
    clause = clause_name(desk, plan, one.clause) if one.clause else say("the plan as a whole")
    ended = (
        f"<p><b>{esc(say(STATES[one.state]))}</b>: {esc(one.reason or '–')} <small>{esc(one.settled_by)}</small></p>"
    )
    st.html(
        f'<div class="pb-remark {one.state}"><small>{esc(who)}</small><p><b>{esc(clause)}</b></p>'
        f"<p>{esc(one.text)}</p>{ended if one.state != 'open' else ''}</div>"
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        if one.state != "open":
            if st.button(say("Open again"), key=f"reopen-{one.feedback_id}"):
                act(desk, partial(playbook_feedback.settle_feedback, desk.ctx, one, "open"))
                st.rerun()
            return
        reason = st.text_input(
            say("What is done about it"),
            key=f"reason-{one.feedback_id}",
            placeholder=say("what is done about it, or why not"),
            label_visibility="collapsed",
        )
        for state, name in (("taken", say("Take up")), ("declined", say("Decline"))):
            if st.button(name, key=f"{state}-{one.feedback_id}"):
                act(desk, partial(playbook_feedback.settle_feedback, desk.ctx, one, state, reason))
                st.rerun()


def _form(desk: Desk, plan: Playbook) -> None:
    say = desk.say
    look.section(say("Keep a remark"))
    clauses = [
        "",
        *(f"tasks/{t.id}" for t in plan.tasks),
        *(f"comms/{c.id}" for c in plan.comms),
        "resources",
        "activation",
        "closure",
    ]
    with once("remark", f"remark-{plan.id}") as form:
        source = st.selectbox(say("Source"), list(SOURCES), format_func=lambda key: say(SOURCES[key]))
        said_by = st.text_input(say("Who said it"))
        clause = st.selectbox(
            say("About"),
            clauses,
            format_func=lambda key: clause_name(desk, plan, key) if key else say("the plan as a whole"),
        )
        text = st.text_area(say("The remark"), height=120)
        if st.form_submit_button(say("Keep it"), type="primary", width="stretch"):
            act(
                desk,
                form.taking(
                    lambda: playbook_feedback.add_feedback(
                        desk.ctx, plan.id, plan.version, clause=clause, source=source, said_by=said_by, text=text
                    )
                ),
                say("Kept; it waits for the next version."),
            )
            st.rerun()


def clause_name(desk: Desk, plan: Playbook, place: str) -> str:
    """A place in the plan in words."""
    say = desk.say
    part, _, name = place.partition("/")
    if place in PLACES:
        return say(PLACES[place])
    if part == "tasks":
        return next((say.of(t.title) for t in plan.tasks if t.id == name), name)
    if part == "comms":
        audience = next((c.audience for c in plan.comms if c.id == name), name)
        return say("bulletin to {audience}", audience=words.named(words.AUDIENCE_NAMES, audience))
    if part == "resources":
        return say(resource_name(name)) if name else say("Resources")
    if part == "roles":
        return say.of(plan.roles[name].title) if name in plan.roles else name
    return {"activation": say("activation"), "closure": say("closure")}.get(part, place)


def norm(desk: Desk, plan: Playbook) -> None:
    """Every requirement of the norm's chapter 6 and where this plan answers it."""
    say = desk.say
    found = coverage(plan)
    met = sum(bool(one.places) for one in found)
    st.caption(
        say(
            "Requirements of chapter 6 of the norm, in our words: {met} of {count} have their place in this plan.",
            met=met,
            count=len(found),
        )
    )
    body = ""
    for one in found:
        names = [clause_name(desk, plan, place) for place in one.places]
        rest = say(" and {count} more", count=len(names) - SHOWN) if len(names) > SHOWN else ""
        where = (
            esc(say("; ").join(dict.fromkeys(names[:SHOWN])) + rest) if names else look.pill(say("not answered"), "bad")
        )
        body += f"<tr><td>§{esc(one.clause.section)}</td><td>{esc(say(one.clause.words))}</td><td>{where}</td></tr>"
    st.html(rows_html([say("Section"), say("What the norm asks"), say("Where in this plan")], body, "pb-norm"))
