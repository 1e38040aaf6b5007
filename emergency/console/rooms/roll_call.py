"""The safety roll call: everybody deployed, one by one, until all are accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.domain.slot_course import STATE_NAMES
from emergency.service import roll_call
from emergency.service.organisation import Organisation
from emergency.service.roll_call import Deployed, RollAnswer, RollCall
from emergency.texts import N_

Act = Callable[[Desk, Callable[[], object], str], None]
# What a person is while nobody has said how they are: never asked, asked, asked in vain.
UNASKED = (N_("not yet asked"), "plain")
ASKED = (N_("asked, no answer yet"), "watch")
SILENT = (N_("not reached"), "bad")
STATES = {
    "unknown": ASKED,
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
    out = roll_call.deployed(desk.ctx, incident_id)
    if running is None:
        _last(desk, incident_id, rolls, act)
        with st.form("open-roll", border=False):
            reason = st.text_input(say("Reason"), placeholder=say("e.g. aftershock, levee breach"))
            if st.form_submit_button(say("Ask everybody deployed")):
                done = say("Asked; answers are entered here as they come.")
                act(desk, lambda: roll_call.open_roll(desk.ctx, incident_id, reason), done)
        _everybody(desk, (), out, found, out)
        return
    _open(desk, incident_id, running, found, act)
    asked = {a.person for a in running.answers}
    fresh = tuple(one for one in out if one.person not in asked)
    _everybody(desk, running.answers, fresh, found, out)
    with st.container(horizontal=True, gap="small"):
        if fresh and st.button(say("Ask the {n} who came since", n=len(fresh)), key="ask-rest"):
            done = say("Asked; answers are entered here as they come.")
            act(desk, lambda: roll_call.ask_rest(desk.ctx, incident_id, running.roll_id), done)
    _close(desk, incident_id, running, act)


def _close(desk: Desk, incident_id: str, roll: RollCall, act: Act) -> None:
    """With somebody not reached it asks why it ends all the same, and does not look complete."""
    say, summary = desk.say, roll.summary
    left = len(summary.missing) + len(summary.unreachable)
    done, reason = say("Closed; everybody is accounted for."), ""
    with once(f"close-roll-{roll.roll_id}", border=False) as form:
        if left:
            done = say("Closed with {n} not reached; its task says so. It can be opened again.", n=left)
            reason = st.text_input(say("{n} of {asked} not reached; it ends because …", n=left, asked=summary.asked))
        if st.form_submit_button(say("Close the roll call")):
            closing = form.taking(lambda: roll_call.close_roll(desk.ctx, incident_id, roll.roll_id, reason))
            act(desk, closing, done)


def _last(desk: Desk, incident_id: str, rolls: tuple[RollCall, ...], act: Act) -> None:
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
    if left and st.button(say("Open this roll call again"), key="reopen-roll"):
        done = say("It is open again, and the task its end had settled as well.")
        act(desk, lambda: roll_call.reopen_roll(desk.ctx, incident_id, rolls[0].roll_id), done)


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
    with once(f"roll-{roll.roll_id}", border=False) as form:
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
            say("State"), [s for s in FIRST if s != "unknown"], index=2, format_func=lambda s: say(STATES[s][0])
        )
        note = right.text_input(say("Word of them, or where they are"))
        if st.form_submit_button(say("Record"), type="primary"):

            def record() -> None:
                for person in who:
                    roll_call.answer_roll(desk.ctx, incident_id, roll.roll_id, person, state, note)

            act(desk, form.taking(record), say("{n} recorded.", n=len(who)))


def _name(desk: Desk, people: list[RollAnswer], key: str) -> str:
    found = next(a for a in people if a.person == key)
    return f"{found.name} · {desk.say(_state(desk, found)[0])}"


def _state(desk: Desk, answer: RollAnswer) -> tuple[str, str]:
    return SILENT if answer.silent(desk.ctx.now()) else STATES[answer.state]


def _everybody(
    desk: Desk,
    asked: Sequence[RollAnswer],
    unasked: Sequence[Deployed],
    found: Organisation,
    out: Sequence[Deployed],
) -> None:
    """Everyone deployed, those to worry about first; who was never asked is said to be just that."""
    say = desk.say
    if not asked and not unasked:
        return
    people = sorted(asked, key=lambda a: (not a.silent(desk.ctx.now()), FIRST.index(a.state), a.name))
    rows: list[list[str | look.Cell]] = []
    course = {one.person: one.course for one in out}
    for one in people:
        word, tone = _state(desk, one)
        at = desk.clock_text(one.at, day=False) if one.state != "unknown" else "–"
        state = look.Cell(say(word), tone, framed=True)
        where = _where(desk, one.whereabouts, found, course.get(one.person, ""))
        rows.append([one.name, where, state, at, one.note or "–"])
    for other in unasked:
        state = look.Cell(say(UNASKED[0]), UNASKED[1], framed=True)
        rows.append([other.name, _where(desk, other.whereabouts, found, other.course), state, "–", "–"])
    with st.container(key="roll-table"):
        look.table([say("Person"), say("Where"), say("State"), say("Since"), say("Note")], rows)
    st.caption(say("{count} people are deployed: in posts, on shifts and with published assignments.", count=len(rows)))


def _where(desk: Desk, whereabouts: str, found: Organisation, course: str) -> str:
    """The post or the region; of somebody sent out, how far they have come."""
    role = found.roles.get(whereabouts)
    place = desk.say.of(role.title) if role else desk.region(whereabouts)
    return f"{place} · {desk.say(STATE_NAMES[course])}" if course else place
