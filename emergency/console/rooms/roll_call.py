"""The safety roll call: everybody deployed, one by one, until all are accounted for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.service import callouts
from emergency.service.callouts import RollAnswer, RollCall
from emergency.service.organisation import Organisation
from emergency.texts import N_

Act = Callable[[Desk, Callable[[], object], str], None]
STATES = {
    "unknown": (N_("not heard of"), "watch"),
    "safe": (N_("safe"), "ok"),
    "needs_help": (N_("needs help"), "bad"),
    "unreachable": (N_("unreachable"), "bad"),
}
FIRST = ("needs_help", "unreachable", "unknown", "safe")


def section(desk: Desk, incident_id: str, rolls: tuple[RollCall, ...], found: Organisation, act: Act) -> None:
    """The open roll call, or the way to open one."""
    say = desk.say
    look.section(say("Safety roll call"))
    running = next((r for r in rolls if r.closed_at is None), None)
    if running is None:
        _last(desk, rolls)
        with st.form("open-roll", border=False):
            left, right = st.columns([2, 1], vertical_alignment="bottom")
            reason = left.text_input(say("Reason"), placeholder=say("e.g. aftershock, levee breach"))
            if right.form_submit_button(say("Ask everybody deployed"), width="stretch"):
                done = say("Asked; answers are entered here as they come.")
                act(desk, lambda: callouts.open_roll(desk.ctx, incident_id, reason), done)
        return
    _open(desk, incident_id, running, found, act)


def _last(desk: Desk, rolls: tuple[RollCall, ...]) -> None:
    say = desk.say
    if not rolls:
        st.caption(say("Nobody has been asked yet. It asks all who hold a post or are assigned in this shift."))
        return
    last = rolls[0].summary
    text = say(
        "Last: {time}, {safe} of {asked} safe",
        time=desk.clock_text(rolls[0].opened_at),
        safe=last.safe,
        asked=last.asked,
    )
    left = [*last.needs_help, *last.unreachable, *last.missing]
    st.caption(text + (say("; open at its end: {names}", names=say(", ").join(left)) if left else ""))


def _open(desk: Desk, incident_id: str, roll: RollCall, found: Organisation, act: Act) -> None:
    say = desk.say
    summary = roll.summary
    heard = summary.asked - len(summary.missing)
    st.progress(
        heard / summary.asked,
        say(
            "{heard} of {asked} heard of; answers due {time}",
            heard=heard,
            asked=summary.asked,
            time=desk.clock_text(roll.answer_by),
        ),
    )
    people = sorted(roll.answers, key=lambda a: (FIRST.index(a.state), a.name))
    with st.form(f"roll-{roll.roll_id}", border=False, clear_on_submit=True):
        who = st.multiselect(
            say("Person"),
            [a.person for a in people],
            format_func=lambda key: _name(desk, people, key),
            placeholder=say("choose one or more"),
            filter_mode="contains",
            select_all=False,
        )
        left, right = st.columns([1, 1.4])
        state = left.selectbox(
            say("State"), [s for s in FIRST if s != "unknown"], index=2 - 0, format_func=lambda s: say(STATES[s][0])
        )
        note = right.text_input(say("Word of them, or where they are"))
        if st.form_submit_button(say("Record"), type="primary"):

            def record() -> None:
                for person in who:
                    callouts.answer_roll(desk.ctx, incident_id, roll.roll_id, person, state, note)

            act(desk, record, say("{n} recorded.", n=len(who)))
    rows = [_row(desk, a, found) for a in people[:40]]
    look.table([say("Person"), say("Where"), say("State"), say("Since"), say("Note")], rows)
    if len(people) > len(rows):
        st.caption(say("and {n} more, all {state}", n=len(people) - len(rows), state=say(STATES[people[-1].state][0])))
    if st.button(say("Close the roll call"), key="close-roll"):
        done = say("Closed. Who was not heard of stays named in its record.")
        act(desk, lambda: callouts.close_roll(desk.ctx, incident_id, roll.roll_id), done)


def _name(desk: Desk, people: list[RollAnswer], key: str) -> str:
    found = next(a for a in people if a.person == key)
    return f"{found.name} · {desk.say(STATES[found.state][0])}"


def _row(desk: Desk, answer: RollAnswer, found: Organisation) -> list[str | look.Cell]:
    word, tone = STATES[answer.state]
    role = found.roles.get(answer.whereabouts)
    where = desk.say.of(role.title) if role else desk.region(answer.whereabouts)
    return [
        answer.name,
        where,
        look.Cell(desk.say(word), tone, framed=True),
        desk.clock_text(answer.at, day=False),
        answer.note or "–",
    ]
