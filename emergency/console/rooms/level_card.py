"""The decision on the level: what is proposed and why, what it means, who decides until when, one button."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk, role_key
from emergency.console.rooms import report_form
from emergency.console.rooms.level_words import FAULTS, LEVELS, figure, said, spoken, way_ahead, why
from emergency.console.rooms.pressed import as_read
from emergency.domain.incident import Incident
from emergency.domain.level import LevelStretch, StepDown, metric_name
from emergency.service import authority, deciding
from emergency.service.authority import Asked, Pending
from emergency.service.grading import Evaluation, agree_to_lower, confirm_level
from emergency.service.lowered import Lowered, lowered
from emergency.service.response import playbook_of

STATES = {"asked": "watch", "silent": "plain", "waiting": "plain"}


def show(desk: Desk, evaluation: Evaluation, history: tuple[LevelStretch, ...]) -> None:
    incident = evaluation.incident
    if not incident.is_open:
        _closed(desk, incident)
        return
    waiting = authority.pending(desk.ctx, incident)
    asked = deciding.request(desk.ctx, incident.incident_id)
    if asked is not None:
        _second(desk, evaluation, asked)
    decided = lowered(desk.ctx, evaluation)
    if decided is not None and decided.same:
        _decided_against(desk, decided)
    elif evaluation.raises or incident.provisional:
        _proposal(desk, evaluation, waiting, decided)
    else:
        _in_force(desk, evaluation, history)
    _otherwise(desk, evaluation)


def _closed(desk: Desk, incident: Incident) -> None:
    """Nothing is proposed for what is over; what may happen next stands here."""
    say = desk.say
    text = say("Closed {time}.", time=desk.clock_text(incident.closed_at))
    small = say("The review and the way back are at the foot of this page.")
    with look.needs_card("level", say("The response has ended"), text, small, "ok"):
        st.button(say("Report another incident"), key="report-next", type="primary", on_click=report_form.ask)


# A proposal ---------------------------------------------------------------------------------------


def _decided_against(desk: Desk, decided: Lowered) -> None:
    """What people have lowered is not proposed again by the same figures."""
    say = desk.say
    title = say("{level} is in force", level=say(LEVELS[decided.level]))
    if decided.level is None:
        title = say("No response is in force")
    small = say("It is proposed again as soon as a figure behind it changes.")
    with look.needs_card("level", title, _who_lowered(desk, decided), small, "ok"):
        pass


def _who_lowered(desk: Desk, decided: Lowered) -> str:
    say = desk.say
    return say(
        "The proposed {proposed} was lowered to {level} by {who} at {time}, reason: {reason}",
        proposed=say(LEVELS[decided.proposed]),
        level=say(LEVELS[decided.level]),
        who=say(" and ").join(decided.by),
        time=desk.clock_text(decided.at),
        reason=decided.reason,
    )


def _proposal(desk: Desk, evaluation: Evaluation, waiting: Pending | None, decided: Lowered | None) -> None:
    say, incident = desk.say, evaluation.incident
    level = evaluation.proposed if evaluation.raises else incident.response_level
    title = say("{level} is proposed", level=say(LEVELS[level]))
    if incident.provisional and not evaluation.raises:
        title = say("{level} applies provisionally: nobody has confirmed it", level=say(LEVELS[level]))
    tone = "bad" if incident.provisional or level == 1 else "watch"
    small = _means(desk, incident, level)
    if decided is not None:
        figures = say(", ").join(say(metric_name(one)) for one in decided.changed)
        since = say("Since then another figure: {figures}.", figures=figures)
        small = f"{_who_lowered(desk, decided)} {since} {small}"
    with look.needs_card("level", title, why(desk, evaluation.response), small, tone):
        _button(desk, evaluation, level)
    if waiting is not None:
        _chain(desk, waiting)


def _means(desk: Desk, incident: Incident, level: int | None) -> str:
    """What confirming does: the playbook, its tasks, the first of them."""
    playbook = playbook_of(desk.ctx, incident)
    if playbook is None or level is None:
        return desk.say("No playbook fits this incident: a confirmed level lays out no tasks.")
    tasks = [t for t in playbook.tasks if level in t.levels]
    return desk.say(
        "Confirmed, it runs on “{title}” ({id} {version}) with {count} tasks.",
        title=desk.say.of(playbook.title),
        id=playbook.id,
        version=playbook.version,
        count=len(tasks),
    )


def _button(desk: Desk, evaluation: Evaluation, level: int | None) -> None:
    """The one thing to do next: confirm, or take the role in which one may."""
    say, incident = desk.say, evaluation.incident
    if authority.may_confirm(desk.ctx, incident, evaluation.proposed, level):
        read = (incident.incident_id, evaluation.proposed, level)
        if as_read(desk, say("Confirm {level}", level=say(LEVELS[level])), "confirm", read, type="primary"):
            _confirm(desk, evaluation, level, "")
        role = authority.title_of(desk.ctx, incident, desk.ctx.actor.role)
        st.caption(say("as {name}, {role}", name=look.plain(desk.ctx.actor.id), role=say.of(role)))
        return
    who = authority.who_decides(desk.ctx, incident, evaluation.proposed, level)
    if who is not None:
        role = authority.title_of(desk.ctx, incident, who)
        st.button(
            say("Act as: {role}", role=say.of(role)),
            key="take-role",
            type="primary",
            on_click=partial(_take_role, desk.ctx.store.name, who),
            help=say("The decision is recorded with your name and this role."),
        )
        st.caption(say("“{role}” decides; you act as “{mine}”.", role=say.of(role), mine=_mine(desk, incident)))


def _mine(desk: Desk, incident: Incident) -> str:
    return desk.say.of(authority.title_of(desk.ctx, incident, desk.ctx.actor.role))


def _take_role(workspace: str, role: str) -> None:
    st.session_state[role_key(workspace)] = role


def _chain(desk: Desk, waiting: Pending) -> None:
    """Who was asked and who comes next, in order, with times."""
    say = desk.say
    steps = []
    for one in waiting.people:
        tone, mine = STATES[one.state], _when(desk, one)
        steps.append(f'<li class="{one.state}">{look.pill(say.of(one.title), tone)}<span>{look.esc(mine)}</span></li>')
    end = say("then provisionally in force")
    if waiting.provisional_at:
        end = say("provisionally in force since {time}", time=desk.clock_text(waiting.provisional_at))
    steps.append(f'<li class="end"><span>{look.esc(end)}</span></li>')
    st.html(f'<ol class="em-chain" aria-label="{look.esc(say("Who is asked to confirm"))}">{"".join(steps)}</ol>')


def _when(desk: Desk, one: Asked) -> str:
    say = desk.say
    if one.asked_at is None or one.due_at is None:
        return say("not asked yet")
    until = desk.clock_text(one.due_at, day=one.due_at.date() != desk.ctx.now().date())
    if one.state == "asked":
        return say("asked {time}, until {until}", time=desk.clock_text(one.asked_at, day=False), until=until)
    return say("asked {time}, no answer", time=desk.clock_text(one.asked_at, day=False))


# A level in force ---------------------------------------------------------------------------------


def _in_force(desk: Desk, evaluation: Evaluation, history: tuple[LevelStretch, ...]) -> None:
    say, incident = desk.say, evaluation.incident
    if incident.response_level is None:
        if all(one.value is None for one in evaluation.response.indicators):
            small = say("Enter what is known under “Enter a figure”, or bring in claims; the rules look at it at once.")
            text = say("No figure these rules ask for is known, so nothing can be said of a level.")
            with look.needs_card("level", say("The rules have nothing to go by yet"), text, small, "plain"):
                pass
            return
        text = say("No indicator reaches a level.")
        ahead = way_ahead(desk, evaluation.response)
        with look.needs_card("level", say("The rules propose no response"), ahead or text, "", "ok"):
            pass
        return
    last = next((one for one in reversed(history) if not one.jurisdiction), None)
    title = say("{level} is in force", level=say(LEVELS[incident.response_level]))
    text = _agrees(desk, evaluation)
    small = ""
    if last is not None:
        role = say.of(authority.title_of(desk.ctx, incident, last.role)) if last.role else ""
        small = say(
            "Decided by {who} at {time}",
            who=" · ".join(filter(None, (last.actor, role))),
            time=desk.clock_text(last.since),
        )
    down = deciding.step_down_of(desk.ctx, evaluation)
    with look.needs_card("level", title, text, small, "ok"):
        if down is not None and down.possible(desk.ctx.now()):
            _down_button(desk, evaluation, down)
        if deciding.may_take_back(desk.ctx, incident):
            _act_button(desk, say("Take my decision back"), "take-back", lambda: deciding.take_back(desk.ctx, incident))
    if down is not None:
        _step_down(desk, evaluation, down)


def _agrees(desk: Desk, evaluation: Evaluation) -> str:
    say, proposed = desk.say, evaluation.proposed
    if proposed == evaluation.incident.response_level:
        return " ".join(filter(None, (why(desk, evaluation.response), way_ahead(desk, evaluation.response))))
    if proposed is None:
        return say("The rules no longer reach a level; it is stepped down one at a time.")
    return say("The rules now give {level}: {why}", level=say(LEVELS[proposed]), why=why(desk, evaluation.response))


def _down_button(desk: Desk, evaluation: Evaluation, down: StepDown) -> None:
    say = desk.say
    with st.popover(say("Step down to {level}", level=say(LEVELS[down.to]))):
        mine = f"down-reason-{evaluation.incident.incident_id}"
        reason = st.text_input(say("Reason (kept for the record)"), key=mine)
        if as_read(desk, say("Step down"), "step-down", (evaluation.incident.incident_id, down.to), type="primary"):
            _confirm(desk, evaluation, down.to, reason)


def _step_down(desk: Desk, evaluation: Evaluation, down: StepDown) -> None:
    """When the level may be stepped down from, and what holds it until then."""
    say = desk.say
    hold_s, ratio = deciding.hold_of(desk.ctx, evaluation.incident)
    hours, percent = f"{hold_s / 3600:g}", round(ratio * 100)
    if down.holders:
        currency = desk.ctx.content.library.rules(evaluation.response.rules).currency
        names = [
            say(
                "{metric} ({value})",
                metric=say(metric_name(one.metric)),
                value=figure(desk, one.metric, one.value, currency),
            )
            for one in down.holders[:3]
        ]
        text = say(
            "Not before every indicator has been below {percent} % of its threshold for {hours} h. Held by: {names}.",
            percent=percent,
            hours=hours,
            names=say("; ").join(names),
        )
    elif down.possible_at is not None and not down.possible(desk.ctx.now()):
        text = say(
            "Calm since {since}; may be stepped down from {when}, after {hours} h.",
            since=desk.clock_text(down.since),
            when=desk.clock_text(down.possible_at),
            hours=hours,
        )
    elif down.possible_at is not None:
        text = say("Calm since {since}; it may be stepped down one level.", since=desk.clock_text(down.since))
    else:
        text = say("No indicator is known, so nobody can say that it is calm.")
    st.caption(say("Step down: {text}", text=text))


# Two people, and deciding otherwise ---------------------------------------------------------------


def _second(desk: Desk, evaluation: Evaluation, asked: deciding.Lowering) -> None:
    say = desk.say
    title = say("{who} asks to lower the proposed Ⅰ to {mark}", who=asked.actor, mark=say(LEVELS[asked.level]))
    small = say("Asked at {time}; it takes a second person.", time=desk.clock_text(asked.asked_at))
    incident_id = evaluation.incident.incident_id
    with look.needs_card("second", title, asked.reason, small, "watch"):
        if asked.actor == desk.ctx.actor.id:
            _act_button(desk, say("Withdraw"), "withdraw", lambda: deciding.withdraw_request(desk.ctx, incident_id))
        else:
            _act_button(desk, say("Agree as the second"), "agree", lambda: agree_to_lower(desk.ctx, incident_id))


def _otherwise(desk: Desk, evaluation: Evaluation) -> None:
    say = desk.say
    refused = st.session_state.pop("override-refused", False)
    name = f"override-{evaluation.incident.incident_id}"
    with st.expander(say("Decide otherwise"), expanded=refused), st.form(name, border=False):
        level = st.selectbox(say("Level"), [1, 2, 3, None], format_func=lambda value: say(LEVELS[value]))
        reason = st.text_input(say("Reason (kept for the record)"))
        if evaluation.proposed == 1:
            st.caption(say("Lowering a proposed Ⅰ takes two people: your request waits here until another agrees."))
        if st.form_submit_button(say("Decide")):
            _confirm(desk, evaluation, level, reason)


def _confirm(desk: Desk, evaluation: Evaluation, level: int | None, reason: str) -> None:
    say, incident_id = desk.say, evaluation.incident.incident_id
    try:
        confirm_level(desk.ctx, incident_id, level, reason=reason)
    except FAULTS as fault:
        said("error", spoken(desk, fault))
        st.session_state["override-refused"] = bool(reason)
        st.rerun()
    if deciding.request(desk.ctx, incident_id):
        said("info", say("Asked. Another person has to agree before the level is lowered."))
    else:
        said("success", _decided(desk, level))
    st.rerun()


def _decided(desk: Desk, level: int | None) -> str:
    say = desk.say
    if level is None:
        return say("No response is in force")
    return say("{level} is in force; its tasks are laid out.", level=say(LEVELS[level]))


def _act_button(desk: Desk, label: str, key: str, act: Callable[[], object]) -> None:
    if st.button(label, key=key):
        try:
            act()
        except FAULTS as fault:
            said("error", spoken(desk, fault))
        st.rerun()
