"""Seats of the drill desk: taken, left, cleared; who sits where."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.console.rooms.drill_desk_acts import button, do, redraw
from emergency.service import drill_board, drill_seats
from emergency.service.drill_seats import Seat
from emergency.texts import N_, Message

REFRESH_SECONDS = 3


def nothing(desk: Desk) -> None:
    st.info(desk.say("Nobody plays a drill in this workspace. Start one in Drills, or choose its workspace above."))
    if st.button(desk.say("To the drills"), key="to-drills"):
        frame.go("drills")


def take(desk: Desk) -> None:
    say, signs = desk.say, drill_board.signs(desk.ctx)
    look.section(say("Take a seat: {title}", title=say.of(signs.title)))
    st.caption(look.plain(say.of(signs.scenario)))
    if signs.ended:
        st.info(say("The drill is over."))
        return
    kinds = list(drill_seats.KINDS)
    kind = st.radio(
        say("You are"), kinds, format_func=lambda one: say(drill_seats.KINDS[one]), horizontal=True, key="seat-kind"
    )
    sitting = drill_seats.seats(desk.ctx)
    with st.form("take-seat"):
        role = _which(desk, kind, signs, sitting)
        name = st.text_input(say("Your name"), value=st.session_state.get("actor", ""), max_chars=80)
        code = ""
        if kind in drill_seats.STAFF:
            code = st.text_input(say("Code of the director"), help=say("It stands on the director's desk."))
        sent = st.form_submit_button(say("Sit down"), type="primary")
    if sent:
        _sit(desk, kind, role, name, code)


def _which(desk: Desk, kind: str, signs: drill_board.Signs, sitting: list[dict[str, Any]]) -> str:
    say = desk.say
    if kind == drill_seats.PLAYER:
        who = {one["role"]: one["person"] for one in sitting if one["kind"] == kind}

        def words(role: str) -> str:
            title = say.of(signs.roles[role])
            return f"{title} · {who[role]}" if role in who else title

        # Five sit down in one minute: the list keeps its order and the choice its key, or who sits down next would be
        # put into another role than they chose. Nothing is chosen before somebody chooses.
        chosen = st.selectbox(
            say("Role"), list(signs.roles), index=None, format_func=words, key="seat-role", placeholder=say("choose")
        )
        return str(chosen or "")
    if kind == drill_seats.EVALUATOR:
        return str(st.selectbox(say("Evaluator"), signs.evaluators, key="seat-evaluator"))
    return ""


def _sit(desk: Desk, kind: str, role: str, name: str, code: str) -> None:
    def sit() -> None:
        word = drill_seats.take(desk.ctx, kind, role, name, code)
        drill_seat.keep_token(desk.ctx.store.name, word)

    there = [one["person"] for one in drill_seats.seats(desk.ctx) if (one["kind"], one["role"]) == (kind, role)]
    done = Message("You have your seat.")
    if there and kind == drill_seats.PLAYER:
        names = desk.say(", ").join(there)
        done = Message(N_("You have your seat; {names} sits there as well: agree who acts."), {"names": names})
    do(sit, done=done)
    st.rerun()


def leave(desk: Desk, seat: Seat) -> None:
    if st.button(desk.say("Leave the seat"), key="leave-seat"):
        do(drill_seats.leave, desk.ctx, seat)
        drill_seat.keep_token(desk.ctx.store.name, "")
        st.rerun()


@st.fragment(run_every=REFRESH_SECONDS)
def people(desk: Desk, seat: Seat) -> None:
    redraw()
    say, sitting, titles = desk.say, drill_seats.seats(desk.ctx), drill_board.signs(desk.ctx).roles
    with st.expander(say("Who sits where")):
        for one in sitting:
            words, clear = st.columns([4, 1], vertical_alignment="center")
            kind = say(drill_seats.KINDS[one["kind"]])
            role = say.of(titles[one["role"]]) if one["role"] in titles else one["role"]
            words.caption(look.plain(" · ".join(filter(None, (one["person"], kind, role)))))
            if one["seat_id"] != seat.seat_id:
                with clear:
                    away = partial(drill_seats.clear, desk.ctx, seat, one["seat_id"])
                    button(say("Clear"), f"clear-{one['seat_id']}", away)
