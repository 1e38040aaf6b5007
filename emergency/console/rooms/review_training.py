"""Training records: who played which role, and with what result."""

from __future__ import annotations

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms.review_words import number
from emergency.domain.instant import from_us
from emergency.service.exercises import trainings


def show(desk: Desk) -> None:
    say = desk.say
    found = trainings(desk.ctx, drill_seat.withheld(desk))
    if not found:
        st.info(
            say("No record yet. One is kept for everybody who plays a role in a drill or holds a post in an incident.")
        )
        return
    everybody = say("everybody")
    people = [everybody, *sorted({one["person"] for one in found})]
    who = st.selectbox(say("Person"), people, key="training.person")
    shown = [one for one in found if who in (everybody, one["person"])]
    look.table(
        [say("Day"), say("Person"), say("Role"), say("Drill or incident"), say("Asked"), say("Done"), say("In time"),
         say("Points for time")],
        [
            [
                f"{from_us(one['held_us']).astimezone(desk.zone):%Y-%m-%d}",
                one["person"],
                say.of(one["role_title"]) or one["role"],
                say.of(one["title"]),
                str(one["asked"]),
                str(one["done"]),
                str(one["in_time"]),
                number(one["points"]),
            ]
            for one in shown
        ],
        numbers=[4, 5, 6, 7],
    )  # fmt: skip
    st.caption(say("Roles are scored; a record says what was asked of the role while this person played it."))
