"""Drill desk: seats are taken here; the director leads from here, players find their inbox, evaluators note."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from textwrap import shorten
from typing import Any

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import drill_board_look, frame
from emergency.console.rooms.drill_desk_acts import ACTED, SAID, button, do, now, redraw
from emergency.console.rooms.drill_desk_seats import REFRESH_SECONDS, leave, nothing, people, take
from emergency.console.rooms.once_form import once
from emergency.console.rooms.review_words import lead_to
from emergency.domain.act import ACTS as PLAYED
from emergency.domain.drill.names import CHANNELS, SENDERS
from emergency.service import drill_board, drill_live, drill_seats
from emergency.service.drill_board import HELD, RESERVE, SENT, SKIPPED, WAITING, Board
from emergency.service.drill_seats import Seat
from emergency.service.reviewing import RUN, Subject
from emergency.texts import N_

BRIEF = 60  # letters of an inject where it is named in passing
ACTS: dict[str, tuple[str, Callable[..., Any], tuple[str, ...]]] = {
    "fire": (N_("Fire now"), drill_live.fire, (WAITING, RESERVE, HELD, SKIPPED)),
    "hold": (N_("Hold"), drill_live.hold, (WAITING, RESERVE)),
    "skip": (N_("Strike out"), drill_live.skip, (WAITING, RESERVE, HELD)),
    "release": (N_("Let go"), drill_live.release, (HELD, SKIPPED)),
    "resend": (N_("Send again"), drill_live.resend, (SENT,)),
}


def show(desk: Desk) -> None:
    st.session_state.pop(ACTED, None)
    frame.header(desk, desk.say("Drill desk"))
    if said := st.session_state.pop(SAID, None):
        kind, text = said
        look.notice(kind, desk.say(text))
    if not desk.in_drill:
        nothing(desk)
    elif desk.seat is None:
        take(desk)
    elif desk.seat.sees_injects:
        _lead(desk, desk.seat)
    else:
        _play(desk, desk.seat)


# Playing --------------------------------------------------------------------------------------------


def _play(desk: Desk, seat: Seat) -> None:
    say, signs = desk.say, drill_board.signs(desk.ctx)
    title = say.of(signs.roles[seat.role]) if seat.plays else say(drill_seats.KINDS[seat.kind])
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        _inbox(desk, seat)
    with right:
        look.section(say("Your seat"))
        st.markdown(f"**{look.plain(title)}** · {look.plain(seat.person)}")
        if seat.plays:
            st.caption(say("Act in the rooms as you would on the day: what you do there is what counts."))
        else:
            st.caption(say("You watch: every room is open to you, nothing can be changed from here."))
        st.caption(look.plain(say.of(signs.scenario)))
        leave(desk, seat)


@st.fragment(run_every=REFRESH_SECONDS)
def _inbox(desk: Desk, seat: Seat) -> None:
    say, found = desk.say, drill_seats.inbox(desk.ctx, seat)
    signs = drill_board.signs(desk.ctx)
    look.section(say("Inbox"))
    if signs.ended:
        st.info(say("The drill is over. Thank you; the hotwash begins."))
        _over(desk, seat, scored=signs.scored)
    elif not signs.started:
        st.info(say("The drill has not begun. What reaches you will stand here."))
    elif not found:
        st.caption(say("Nothing yet."))
    for one in found:
        new = seat.plays and one["read_s"] is None
        channel = say(CHANNELS.get(one["channel"], one["channel"]))
        sender = say(SENDERS[one["sender"]]) if one["sender"] in SENDERS else one["sender"]
        about = [drill_seat.drill_time(one["at_s"]), sender, channel]
        if one["kind"] == "again":
            about.append(say("sent again"))
        if one["read_s"] is not None:
            about.append(say("read by {person}", person=one["read_by"]))
        mark = say("【演练】EXERCISE")
        with look.needs_card(
            f"inbox-{one['delivery_id']}", f"{mark} {say.of(one['body'])}", small=" · ".join(about),
            tone="watch" if new else "plain",
        ):  # fmt: skip
            if new:
                read = partial(drill_seats.mark_read, desk.ctx, seat, one["delivery_id"])
                st.button(say("Read"), key=f"read-{one['delivery_id']}", on_click=do, args=(read,))


# Leading and evaluating -----------------------------------------------------------------------------


def _lead(desk: Desk, seat: Seat) -> None:
    _course(desk, seat)
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        drill_board_look.script(desk, seat)
        if seat.leads:
            _inject_acts(desk, seat)
    with right:
        drill_board_look.expected(desk, seat)
        _note(desk, seat)
        if seat.leads:
            if not drill_board.signs(desk.ctx).ended:
                _make_up(desk, seat)
            people(desk, seat)
        leave(desk, seat)
    drill_board_look.figures(desk, seat)


@st.fragment(run_every=REFRESH_SECONDS)
def _course(desk: Desk, seat: Seat) -> None:
    """The clock and what moves it; a gap asks before anything else."""
    redraw()
    found = drill_board.board(desk.ctx, seat)
    _whole_at_the_end(desk, ended=found.ended)
    if found.missing is not None:
        _gap(desk, seat, found)
    with st.container(border=True, key="drill-course"):
        clock, acts, people = st.columns([1.1, 3, 1.9], vertical_alignment="center")
        with clock:
            drill_board_look.clock(desk, found)
        with acts, st.container(horizontal=True, gap="xsmall"):
            if found.ended:
                _over(desk, seat, scored=found.scored)
            elif seat.leads and found.missing is None:
                _clock_acts(desk, seat, found)
        with people:
            drill_board_look.posts(desk, seat, found)


def _whole_at_the_end(desk: Desk, *, ended: bool) -> None:
    """When the drill ends while somebody looks, the whole desk is drawn once more: what leads it is gone."""
    key = f"drill-ended.{desk.ctx.store.name}"
    before, st.session_state[key] = st.session_state.get(key, ended), ended
    if ended and not before:
        st.rerun()


def _clock_acts(desk: Desk, seat: Seat, found: Board) -> None:
    say = desk.say
    if not found.started:
        button(say("Start the drill"), "startex", partial(drill_live.startex, desk.ctx, seat), type="primary")
    elif found.paused:
        button(say("Resume"), "resume", partial(drill_live.resume, desk.ctx, seat), type="primary")
    else:
        button(say("Pause"), "pause", partial(drill_live.pause, desk.ctx, seat), type="primary")
    with st.popover(f"{found.speed:g} ×", key="course-speed"):
        speeds = sorted({*drill_live.SPEEDS, found.speed})
        wanted = st.select_slider(
            say("Drill minutes in one minute"),
            speeds,
            value=found.speed,
            format_func=lambda one: f"{one:g} ×",
            key="drill-speed",
        )
        if wanted != found.speed:
            faster = lambda: drill_live.set_speed(desk.ctx, seat, float(st.session_state["drill-speed"]))  # noqa: E731
            button(say("Set the speed"), "set-speed", faster)
    if found.started:
        # Always there: what stands beside it must not come under the pointer when the last inject has gone.
        onwards = partial(drill_live.jump, desk.ctx, seat, found.next_s or found.now_s)
        button(say("Jump to next"), "jump-next", onwards, disabled=found.next_s is None)
        with st.popover(say("Jump …"), key="course-jump"):
            _jump(desk, seat, found)
        with st.popover(say("End"), key="course-end"):
            st.caption(say("What could not be done any more will be void; what was done stays."))
            button(say("End the drill now"), "endex", partial(drill_live.end, desk.ctx, seat))


def _jump(desk: Desk, seat: Seat, found: Board) -> None:
    say, end_s = desk.say, found.script.clock.duration_s
    soon, last = found.now_s // 60 + 10, end_s // 60
    st.number_input(
        say("To minute of drill time"), min_value=0, max_value=last, value=min(soon, last), key="drill-jump-to"
    )
    st.caption(
        say(
            "Jumped time counts for nobody: what was asked and is not done gets that much more. If that is above a "
            "fifth of the drill, what it was to achieve is not rated."
        )
    )
    button(
        say("Jump"),
        "jump",
        lambda: drill_live.jump(desk.ctx, seat, int(st.session_state["drill-jump-to"]) * 60),
    )


def _gap(desk: Desk, seat: Seat, found: Board) -> None:
    say = desk.say
    assert found.missing is not None
    seconds, would_be_s = found.missing
    text = say(
        "The server was away or stood still. The clock stands at {now}; it would be {would_be}.",
        now=drill_seat.drill_time(found.now_s),
        would_be=drill_seat.drill_time(would_be_s),
    )
    minutes = seconds // 60
    span = say("{minutes} min", minutes=minutes) if minutes else say("{n} s", n=seconds)
    title = say("Nobody kept time for {span}. What shall become of it?", span=span)
    with look.needs_card("gap", title, text, _missed(desk, found), tone="bad"):
        for how, words in drill_live.ANSWERS.items():
            if seat.leads:
                answer = partial(drill_live.answer_gap, desk.ctx, seat, how)
                button(say(words), f"gap-{how}", answer, help=say(drill_live.MEANING[how]))


def _missed(desk: Desk, found: Board) -> str:
    """What was due while nobody kept time, in words."""
    say = desk.say
    if not found.missed:
        return say("No inject was due in between.")
    bodies = {line.inject.id: say.of(line.inject.body) for line in found.injects}
    named = [f"{one} {shorten(bodies[one], BRIEF, placeholder=' …')}" for one in found.missed]
    return say("Due in between: {injects}", injects=say("; ").join(named))


# What comes next for each kind of seat: the words of the button, and the step of the review.
NEXT = {
    drill_seats.DIRECTOR: (N_("Read the report"), "report"),
    drill_seats.CONTROLLER: (N_("Read the report"), "report"),
    drill_seats.EVALUATOR: (N_("Rate what you saw"), "panel"),
    drill_seats.PLAYER: (N_("To the hotwash"), "hotwash"),
    drill_seats.OBSERVER: (N_("To the hotwash"), "hotwash"),
}


def _over(desk: Desk, seat: Seat, *, scored: bool) -> None:
    """The way to the review of this very run, under the name one sat here with."""
    if not scored:
        st.caption(desk.say("The drill is over; its score is being worked out …"))
        return
    words, step = NEXT[seat.kind]
    if st.button(desk.say(words), type="primary", key="read-report"):
        signs = drill_board.signs(desk.ctx)
        st.session_state["actor"] = seat.person
        lead_to(Subject(RUN, signs.run_id), step, signs.home)


def _inject_acts(desk: Desk, seat: Seat) -> None:
    say, found = desk.say, drill_board.board(desk.ctx, seat)
    lines = {line.inject.id: line for line in found.injects}
    if not lines or found.ended:
        return
    first = next((k for k, line in lines.items() if line.state != SENT), next(iter(lines)))
    chosen = st.selectbox(
        say("Inject"),
        list(lines),
        index=list(lines).index(first),
        key="drill-inject",
        format_func=lambda key: f"{key} · {say.of(lines[key].inject.body)}",
    )
    with st.container(horizontal=True, gap="xsmall"):
        for name, (words, act, states) in ACTS.items():
            if lines[chosen].state in states:
                button(say(words), f"inject-{name}", partial(_of_chosen, act, desk, seat))


def _of_chosen(act: Callable[..., Any], desk: Desk, seat: Seat) -> None:
    """What stands in the list when the button is pressed, also where the page has not been drawn for it yet."""
    act(desk.ctx, seat, st.session_state["drill-inject"])


def _note(desk: Desk, seat: Seat) -> None:
    say, found = desk.say, drill_board.board(desk.ctx, seat)
    look.section(say("Notes, stamped with drill time"))
    about = _abouts(desk, found)
    with once("drill-note", border=False) as form:
        text = st.text_area(say("What you saw"), max_chars=drill_seats.LONGEST_NOTE, height=80, key=f"{form.key}.text")
        chosen = st.selectbox(say("About"), list(about), format_func=about.__getitem__, key=f"{form.key}.about")
        if st.form_submit_button(say("Note it")):
            now(desk, form.taking(lambda: drill_seats.note(desk.ctx, seat, text, chosen)))
    for one in reversed(drill_seats.notes(desk.ctx, seat)[-6:]):
        of = about.get(one["about"], one["about"])
        line = f"{drill_seat.drill_time(one['at_s'])} · {one['author']} · {of}: {one['text']}"
        words, back = st.columns([3, 1], vertical_alignment="center")
        words.caption(look.plain(line))
        if one["seat_id"] == seat.seat_id:
            with back:
                undo = partial(drill_seats.take_back_note, desk.ctx, seat, one["note_id"])
                button(say("Take back"), f"note-back-{one['note_id']}", undo)


def _abouts(desk: Desk, found: Board) -> dict[str, str]:
    """What a note may be about, by its words: the drill, an objective, something expected of a role."""
    say = desk.say
    titles = {post.role: say.of(post.title) for post in found.posts}
    objectives = {one.id: f"{one.id} {say.of(one.text)}" for one in found.script.objectives}
    expected = {
        one.id: f"{one.id} {titles.get(one.role, one.role)}: {say(PLAYED[one.action].title)}"
        for _, one in found.script.expectations()
    }
    return {"": say("the drill as a whole"), **objectives, **expected}


def _make_up(desk: Desk, seat: Seat) -> None:
    say, signs = desk.say, drill_board.signs(desk.ctx)
    title = say("Make up an inject; it is never scored")
    with st.expander(title), once("make-up", border=False) as form:
        to = st.selectbox(
            say("To"),
            ["all", *signs.roles],
            format_func=lambda one: say("all players") if one == "all" else say.of(signs.roles[one]),
            key=f"{form.key}.to",
        )
        channel = st.selectbox(
            say("By"), list(CHANNELS), format_func=lambda one: say(CHANNELS[one]), key=f"{form.key}.by"
        )
        text = st.text_area(say("What they are told"), height=80, key=f"{form.key}.text")
        if st.form_submit_button(say("Send")):
            now(desk, form.taking(lambda: drill_live.spontaneous(desk.ctx, seat, to, text, channel)))
