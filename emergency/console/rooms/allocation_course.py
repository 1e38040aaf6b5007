"""Who was sent out by the plan in force: called, acknowledged, on site, released – one by one or many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import LINE_NAMES, at_work_in, attempted
from emergency.console.rooms.record_look import persons
from emergency.domain.slot_course import CALLED, RECALLED, STATE_NAMES, after
from emergency.service import slot_course
from emergency.service.slot_course import Course
from emergency.texts import N_

LATE = "late"
FILTERS = {
    "": N_("everybody"),
    LATE: N_("no answer in time"),
    "called": N_("called out"),
    "acknowledged": N_("acknowledged"),
    "on_site": N_("on site"),
    "released": N_("released"),
    "declined": N_("cannot come"),
}
BUTTONS = {
    "acknowledge": N_("Acknowledged ({n})"),
    "arrive": N_("On site ({n})"),
    "release": N_("Released ({n})"),
    "decline": N_("Cannot come ({n})"),
}
OUTBOX = {
    "queued": N_("call-outs in the outbox: {n}"),
    "sending": N_("call-outs being sent: {n}"),
    "sent": N_("call-outs sent: {n}"),
    "dead": N_("call-outs not delivered: {n}"),
    "withdrawn": N_("call-outs held back: {n}"),
}


def panel(desk: Desk, in_force: Mapping[str, Any]) -> None:
    """The course of everybody of the plan in force; nothing where the plan sends nobody."""
    say, plan_id = desk.say, in_force["plan_id"]
    everyone = slot_course.courses(desk.ctx, plan_id)
    if not everyone:
        return
    look.section(say("Sent out by plan {plan}", plan=plan_id))
    _counts(desk, everyone)
    shown = _filtered(desk, everyone)
    if not shown:
        st.caption(say("Nobody is in that state there."))
        return
    chosen = _table(desk, plan_id, shown)
    _acts(desk, plan_id, chosen)


def _counts(desk: Desk, everyone: Sequence[Course]) -> None:
    say, now = desk.say, desk.ctx.now()
    count = Counter(c.state for c in everyone)
    late = [c for c in everyone if c.silent(now)]
    until = max((c.answer_by for c in everyone if c.state == CALLED and c not in late), default=None)
    waiting = say("answers due {time}", time=desk.clock_text(until)) if until else say("nobody is waited for")
    told = say("{n} have not answered in time", n=len(late)) if late else waiting
    gone = count["declined"] + count[RECALLED]
    look.kpi_strip(
        [
            look.Kpi(say("Called out, no answer yet"), f"{count[CALLED]}", told, "bad" if late else "plain"),
            look.Kpi(say("Acknowledged, on the way"), f"{count['acknowledged']}", _messages(desk, everyone)),
            look.Kpi(
                say("On site"),
                f"{count['on_site']}",
                say("of {n} sent out", n=len(everyone) - gone),
                "ok" if count["on_site"] else "plain",
            ),
            look.Kpi(say("Released"), f"{count['released']}", say("free again from the next shift on")),
            look.Kpi(say("Cannot come"), f"{count['declined']}", say("their places are open: propose again")),
        ]
    )


def _messages(desk: Desk, everyone: Sequence[Course]) -> str:
    """How far the call-outs have come on their way out."""
    states = Counter(slot_course.call_outs(desk.ctx, everyone))
    return desk.say(", ").join(desk.say(OUTBOX[state], n=n) for state, n in states.items() if state in OUTBOX)


def _filtered(desk: Desk, everyone: Sequence[Course]) -> list[Course]:
    say, now = desk.say, desk.ctx.now()
    count = Counter(c.state for c in everyone) + Counter({LATE: sum(c.silent(now) for c in everyone)})
    offered = ["", *(key for key in FILTERS if key and count[key])]
    left, right = st.columns([2.4, 1], vertical_alignment="bottom")
    key = f"course.state.{desk.ctx.store.name}"
    if st.session_state.get(key) not in offered:
        st.session_state[key] = ""
    state = left.segmented_control(
        say("State"),
        offered,
        key=key,
        required=True,
        format_func=lambda one: f"{say(FILTERS[one])} {count[one] if one else len(everyone)}",
        label_visibility="collapsed",
    )
    places = sorted({c.region for c in everyone})
    place = right.selectbox(
        say("Region"),
        places,
        index=None,
        key=f"course.region.{desk.ctx.store.name}",
        format_func=lambda region: at_work_in(desk, region),
        placeholder=say("all regions"),
        label_visibility="collapsed",
    )
    found = [c for c in everyone if place is None or c.region == place]
    if state == LATE:
        return [c for c in found if c.silent(now)]
    return [c for c in found if not state or c.state == state]


def _table(desk: Desk, plan_id: int, shown: Sequence[Course]) -> list[Course]:
    """The rows; returns those that were marked, or all where none is."""
    say, now = desk.say, desk.ctx.now()
    by = sorted({c.by for c in shown if c.by})
    names = dict(zip(by, persons(desk, by), strict=True))
    rows = [
        {
            say("Person"): c.adjuster_id,
            say("Person's name"): c.name,
            say("Where"): at_work_in(desk, c.region),
            say("Line"): say(LINE_NAMES[c.line]),
            say("State"): say(FILTERS[LATE]) if c.silent(now) else say(STATE_NAMES[c.state]),
            say("Since"): desk.clock_text(c.since),
            say("Entered by"): names.get(c.by, "–"),
            say("Calls"): c.calls,
            say("Answer by"): desk.clock_text(c.answer_by, day=False) if c.state == CALLED else "–",
            say("Note"): c.note or "–",
        }
        for c in shown
    ]
    marks = st.dataframe(
        pd.DataFrame(rows),
        key=f"course.rows.{plan_id}.{sum(c.version for c in shown)}.{len(shown)}",
        hide_index=True,
        height=min(38 + 35 * len(rows), 300),
        on_select="rerun",
        selection_mode="multi-row",
    )
    picked = [shown[n] for n in marks["selection"]["rows"] if n < len(shown)]
    if not picked:
        st.caption(say("What is entered goes for all {n} shown; mark rows to choose single people.", n=len(shown)))
        return list(shown)
    st.caption(say("{n} people marked.", n=len(picked)))
    return picked


def _acts(desk: Desk, plan_id: int, chosen: Sequence[Course]) -> None:
    say = desk.say
    st.text_input(
        say("Note"),
        key=_note(plan_id),
        placeholder=say("note, e.g. how they answered"),
        max_chars=200,
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, gap="small", key="course-acts"):
        for act, label in BUTTONS.items():
            able = [c for c in chosen if after(c.state, act) is not None]
            _button(
                desk,
                f"course-{act}",
                say(label, n=len(able)),
                able,
                partial(_entered, desk, plan_id, act),
                say("Entered for {n} people.", n=len(able)),
            )
        silent = [c for c in chosen if c.state == CALLED]
        again = say("Called out again; their time to answer begins anew.")
        call = lambda people: slot_course.call_again(desk.ctx, plan_id, people)  # noqa: E731
        _button(desk, "course-call", say("Call again ({n})", n=len(silent)), silent, call, again)
        back = [c for c in chosen if c.before and c.state != RECALLED]
        undo = lambda people: slot_course.take_back(desk.ctx, plan_id, people)  # noqa: E731
        done = say("Taken back for {n} people.", n=len(back))
        _button(desk, "course-undo", say("Take back the last entry ({n})", n=len(back)), back, undo, done)


def _entered(desk: Desk, plan_id: int, act: str, people: Mapping[str, int]) -> int:
    """The note is read when it is entered: it may have been typed after the buttons were drawn."""
    done = slot_course.enter(desk.ctx, plan_id, act, people, str(st.session_state.get(_note(plan_id), "")))
    st.session_state[_note(plan_id)] = ""
    return done


def _note(plan_id: int) -> str:
    return f"course.note.{plan_id}"


def _button(
    desk: Desk, key: str, label: str, people: Sequence[Course], act: Callable[[Mapping[str, int]], object], done: str
) -> None:
    # In a callback: a click that comes while the page is still being drawn is not lost.
    versions = {c.adjuster_id: c.version for c in people}
    st.button(label, key=key, disabled=not people, on_click=attempted, args=(desk, partial(act, versions), done))
