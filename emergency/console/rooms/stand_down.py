"""Stand-down: what must be met before the response ends, the end itself, the review – and the way back."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import ending_card
from emergency.console.rooms.once_form import once
from emergency.console.rooms.task_acts import attempt
from emergency.domain.figure_value import WORDS
from emergency.domain.incident import Incident
from emergency.domain.playbook_closure import STATES
from emergency.domain.written_number import digits_of
from emergency.service.closure import Closure, closure_shown
from emergency.service.context import Conflict, Refused
from emergency.service.feed_facts import Figure, take_figure
from emergency.service.grading import Evaluation
from emergency.service.relief import measures_of, titles
from emergency.service.review_pack import measured, pack, reviews
from emergency.service.stand_down import Reopened, may_stand_down, reopen, stand_down
from emergency.texts import LANGUAGES, N_, Message, speaker

PLACE = "response-said"  # where the Response room keeps what it says next
REVIEW_STATES = {"open": N_("open"), "published": N_("published"), "withdrawn": N_("withdrawn")}


def section(desk: Desk, evaluation: Evaluation) -> None:
    """The whole of it, for the Response room."""
    incident = evaluation.incident
    if incident.is_open:
        _open(desk, evaluation)
    else:
        _closed(desk, incident)


def _open(desk: Desk, evaluation: Evaluation) -> None:
    say, incident = desk.say, evaluation.incident
    found = closure_shown(desk.ctx, incident, evaluation)
    look.section(say("Stand-down"))
    look.table(
        [say("Closure condition"), say("Wanted"), say("Value"), say("State"), say("Source")],
        [
            [
                say(line.name),
                say(line.asked),
                _value(desk, line.value),
                _state(desk, line.met),
                say(line.source),
            ]
            for line in found.lines
        ],
        numbers=[2],
    )
    left, right = st.columns(2, gap="medium")
    with left:
        _figure_form(desk, incident, found)
    with right:
        _end_form(desk, evaluation, found)


def _value(desk: Desk, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, str) and value in STATES:
        return desk.say(STATES[value])
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _state(desk: Desk, met: bool | None) -> look.Cell:
    say = desk.say
    if met is None:
        return look.Cell(say("not known"), "watch", framed=True)
    return look.Cell(say("met"), "ok", framed=True) if met else look.Cell(say("not met"), "bad", framed=True)


def _figure_form(desk: Desk, incident: Incident, found: Closure) -> None:
    """What the console cannot count itself is entered here, with its source."""
    say = desk.say
    if not found.missing:
        st.caption(say("Every condition is met."))
        return
    _known_itself(desk, found)
    waiting = {line.metric: line for line in found.to_enter}
    if not waiting:
        return
    name = f"closure-figure-{incident.incident_id}"
    # Drawn anew a line higher or lower it would fold up under the hand of whoever has just chosen a figure in it.
    opened = f"{name}-opened"
    with st.expander(say("Enter a figure that is missing"), expanded=bool(st.session_state.get(opened))):
        metric = st.selectbox(
            say("Figure"),
            list(waiting),
            format_func=lambda k: say(waiting[k].name),
            key=name,
            on_change=lambda: st.session_state.update({opened: True}),
        )
        with once(f"{name}-{metric}", border=False) as form:
            text = st.text_input(say("Value"), placeholder=_words_of(desk, metric))
            source = st.text_input(say("Source"), help=say("Who said it, where; kept beside the figure."))
            if st.form_submit_button(say("Enter")):
                attempt(
                    desk,
                    form.taking(lambda: _enter(desk, incident, metric, text, source)),
                    say("Entered; the conditions have looked at it."),
                    PLACE,
                )


def _known_itself(desk: Desk, found: Closure) -> None:
    """What the console knows of its own work is not typed; this says where it comes from."""
    say = desk.say
    for line in found.missing:
        if line.room is not None:
            text = say("{condition}: comes from the room “{room}” by itself", condition=say(line.name), room=line.room)
            st.caption(look.plain(text))


def _words_of(desk: Desk, metric: str) -> str:
    """What may be typed for a condition, in the reader's words."""
    say = desk.say
    if metric not in WORDS:
        return say("a number")
    return say(" or ").join(say(STATES[word]) for word in WORDS[metric])


def _enter(desk: Desk, incident: Incident, metric: str, text: str, source: str) -> None:
    """By the door all figures come in by: what is no figure of this kind is refused, with the reason."""
    if not text.strip():
        raise Refused(Message(N_("Not entered: no value was given. Where it is known to be none, enter 0.")))
    take_figure(desk.ctx, Figure(metric, _typed(text), source.strip(), incident.incident_id))


def _typed(text: str) -> int | float | str:
    """A number where it is one; states in the words of either language; else the text, which is refused as it is."""
    plain = text.strip()
    spoken = {speaker(one)(word).casefold(): state for one in LANGUAGES for state, word in STATES.items()}
    if plain.casefold() in spoken:
        return spoken[plain.casefold()]
    number = digits_of(plain)
    if number is None:
        return plain
    return float(number) if "." in number else int(number)


def _end_form(desk: Desk, evaluation: Evaluation, found: Closure) -> None:
    say, ctx, incident = desk.say, desk.ctx, evaluation.incident
    may = may_stand_down(ctx, incident)
    running = sum(m.state == "in_force" for m in measures_of(ctx, incident.incident_id))
    st.caption(
        say(
            "Ending the response restores {count} relief measures, frees every shift from today on, relieves every "
            "post, closes the incident and opens the after-action review. It can be taken back.",
            count=running,
        )
    )
    st.caption(
        say(
            "Call-outs that wait for an answer are withdrawn and planned turns are taken out; these do not come back "
            "when the incident is reopened."
        )
    )
    if may:
        st.caption(say("For {who} to end.", who=say.of(titles(ctx, incident, may))))
    said = ending_card.waiting(desk, evaluation, PLACE)
    with st.form(f"stand-down-{incident.incident_id}", border=False):
        reason = ""
        if found.met is not True:
            reason = st.text_input(say("Conditions are not met; end all the same because …"))
        if st.form_submit_button(say("End the response"), type="primary" if found.met else "secondary"):
            attempt(
                desk,
                lambda: stand_down(ctx, incident.incident_id, reason, version=incident.version),
                said,
                PLACE,
            )


def _closed(desk: Desk, incident: Incident) -> None:
    say, ctx = desk.say, desk.ctx
    look.section(say("The response has ended"))
    st.caption(say("Closed {time}.", time=desk.clock_text(incident.closed_at)))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        look.table(
            [say("How it went"), say("Value"), say("Counted from")],
            [[say(m.name), "–" if m.value is None else f"{m.value}", say(m.basis)] for m in measured(ctx, incident)],
            numbers=[1],
        )
    with right:
        for one in reviews(ctx, incident.incident_id):
            st.markdown(
                say(
                    "After-action review {number}: {state}, opened {time}, due {due}",
                    number=one.review_id,
                    state=say(REVIEW_STATES[one.state]),
                    time=desk.clock_text(one.opened_at),
                    due=desk.clock_text(one.due_at),
                )
            )
        kept = f"review-pack-{incident.incident_id}"
        if st.button(say("Put the review pack together"), width="stretch"):
            st.session_state[kept] = pack(ctx, incident.incident_id, say.language)
        if kept in st.session_state:
            st.download_button(
                say("Save the review pack (workbook)"),
                st.session_state[kept],
                f"review-{incident.incident_id}.xlsx",
                width="stretch",
            )
        with st.expander(say("Reopen the incident")), st.form(f"reopen-{incident.incident_id}", border=False):
            reason = st.text_input(say("Why?"))
            if st.form_submit_button(say("Reopen")):
                _reopen(desk, incident, reason)


def _reopen(desk: Desk, incident: Incident, reason: str) -> None:
    """Open again, and say what stays undone."""
    say = desk.say
    try:
        found = reopen(desk.ctx, incident.incident_id, reason, version=incident.version)
        st.session_state[PLACE] = ("success", _again(desk, found))
    except (Refused, Conflict) as fault:
        first = fault.args[0] if fault.args else ""
        st.session_state[PLACE] = ("error", say(first) if isinstance(first, Message) else str(fault))
    st.rerun()


def _again(desk: Desk, found: Reopened) -> str:
    say = desk.say
    owed = say(
        "Limits that still lie ahead stand as they were; what came due while it was ended counts from {time}. After "
        "the next end a final report is owed anew.",
        time=desk.clock_text(desk.ctx.now()),
    )
    words = say("Open again, as it was: level, measures, shifts, posts.") + " " + owed
    if not (found.calls or found.turns):
        return words
    rest = say(
        "{calls} call-outs and hand-overs and {turns} planned turns stay cancelled; make them anew in Organisation.",
        calls=found.calls,
        turns=found.turns,
    )
    return f"{words} {rest}"
