"""The end of a response at level Ⅰ takes two people: what waits, and what is said after asking."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.task_acts import attempt
from emergency.service import deciding, ending
from emergency.service.grading import Evaluation


def waiting(desk: Desk, evaluation: Evaluation, place: str) -> str:
    """Show the request that waits, with its withdrawal; returns what to say once the response was asked to end."""
    say, incident = desk.say, evaluation.incident
    ended = say("The response has ended; the review is open.")
    if not ending.takes_two(incident, evaluation.proposed):
        return ended
    asked = ending.request(desk.ctx, incident.incident_id)
    if asked is None:
        st.caption(say("At level Ⅰ, in force or proposed, a second person has to end the response as well."))
        return say("Asked; the response ends when a second person does the same.")
    text = say(
        "{who} asks to end the response: {reason}. It ends when another person agrees by doing the same.",
        who=asked.actor,
        reason=asked.reason or "–",
    )
    with look.needs_card("ending-asked", text, "", desk.clock_text(asked.asked_at), "watch"):
        if asked.actor == desk.ctx.actor.id and st.button(say("Withdraw the request"), key="ending-withdraw"):
            attempt(
                desk,
                lambda: deciding.withdraw_request(desk.ctx, incident.incident_id),
                say("The request is withdrawn."),
                place,
            )
    return ended
