"""The chosen task: what is known of it and what can be done with it; a form for a task of one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame, record_look
from emergency.console.rooms.once_form import instant, once
from emergency.console.rooms.task_words import due_text, look_name, look_tone, slack_why, span
from emergency.domain.act import ACTS
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.service.context import Conflict, Refused
from emergency.service.escalation import STEP_NAMES
from emergency.service.record_words import reader
from emergency.service.task_board import Board, TaskLine, evidence
from emergency.service.tasks import OwnTask, add_task, assign_task, complete_task, drop_task, reopen_task
from emergency.texts import Message, Speaker

SAID = "tasks-said"


def notice() -> None:
    said = st.session_state.pop(SAID, None)
    if said:
        look.notice(*said)


def attempt(desk: Desk, act: Callable[[], object], done: str, place: str = SAID) -> None:
    """Do it and say so at the head of the room, or say in the person's language why not."""
    try:
        act()
        st.session_state[place] = ("success", done)
    except (Refused, Conflict, ValueError) as fault:
        first = fault.args[0] if fault.args else ""
        st.session_state[place] = ("error", desk.say(first) if isinstance(first, Message) else str(fault))
    st.rerun()


def title(say: Speaker, line: TaskLine) -> str:
    marks = ("▲" if line.critical else "") + ("◆" if line.on_path else "") + ("↻" if line.repeat_every_s else "")
    number = f" #{line.occurrence}" if line.occurrence > 1 else ""
    return f"{say.of(line.title)}{number} {marks}".strip()


def panel(desk: Desk, incident: Incident, found: Board, line: TaskLine) -> None:
    _known(desk, found, line)
    if line.look in ("done", "dropped"):
        _again(desk, incident, line)
    elif incident.is_open or line.is_open:
        _acts(desk, incident, line)
    _past(desk, line)


def _known(desk: Desk, found: Board, line: TaskLine) -> None:
    say = desk.say
    by = "".join(f" · {one}" for one in record_look.persons(desk, [line.done_by]))
    rows: list[list[str | look.Cell]] = [
        [say("State"), look.Cell(look_name(say, line), look_tone(line), framed=True)],
        [say("Role"), " · ".join([say.of(line.role_title), *record_look.persons(desk, [line.holder])])],
        [say("Done") if line.done_at else say("Due"), due_text(desk, line) + by],
    ]
    if line.is_open:
        rows.append([say("Slack"), slack_why(desk, found, line) if line.slack_s is not None else "–"])
    if line.waits:
        names = [say.of(one.title) if (one := found.line(w)) else w for w in line.waits]
        rows.append([say("Waits for"), say(", ").join(names)])
    if line.opens_at and line.is_open and line.opens_at > found.as_of:
        rows.append([say("Counts from"), desk.clock_text(line.opens_at)])
    if line.repeat_every_s:
        rows.append([say("Repeats every"), span(say, line.repeat_every_s)])
    if line.was_due:
        rows.append([say("Was due"), say(", ").join(desk.clock_text(at) for at in line.was_due)])
    if line.by_itself and line.is_open:
        names = [say(ACTS[a].title) if a in ACTS else a for a in line.by_itself]
        rows.append([say("Settled by"), say(", ").join(names)])
    if line.note:
        rows.append([say("Note"), line.note])
    look.table([say("What"), say("As it stands")], rows)


def _acts(desk: Desk, incident: Incident, line: TaskLine) -> None:
    say, ctx, key = desk.say, desk.ctx, incident.incident_id
    with once(f"done-{line.task_id}", f"done-{key}-{line.task_id}", border=False) as form:
        note = st.text_input(say("How was it done?"), placeholder=say("a word of evidence; kept for the record"))
        if st.form_submit_button(say("Done"), type="primary", width="stretch"):
            done = form.taking(lambda: complete_task(ctx, key, line.task_id, note, line.version))
            attempt(desk, done, say("Task done."))
    if line.look == "missed":
        return
    with st.container(horizontal=True, gap="xsmall"):
        if line.holder != ctx.actor.id and st.button(say("Take it"), key=f"take-{line.task_id}"):
            attempt(desk, lambda: assign_task(ctx, key, line.task_id, ctx.actor.id, line.version), say("It is yours."))
        if line.holder and st.button(say("Hand back"), key=f"back-{line.task_id}"):
            attempt(desk, lambda: assign_task(ctx, key, line.task_id, "", line.version), say("Handed back."))
        with st.popover(say("Assign")), st.form(f"assign-{line.task_id}", border=False):
            person = st.text_input(say("To whom"))
            if st.form_submit_button(say("Assign")):
                attempt(desk, lambda: assign_task(ctx, key, line.task_id, person, line.version), say("Assigned."))
        with st.popover(say("Drop")), st.form(f"drop-{line.task_id}", border=False):
            reason = st.text_input(say("Why is it not done?"))
            stop = bool(line.repeat_every_s) and st.checkbox(say("and do not repeat it"))
            if st.form_submit_button(say("Drop")):
                attempt(
                    desk,
                    lambda: drop_task(ctx, key, line.task_id, reason, stop_repeating=stop, version=line.version),
                    say("Dropped; it can be opened again."),
                )


def _again(desk: Desk, incident: Incident, line: TaskLine) -> None:
    say = desk.say
    if st.button(say("Open again"), key=f"again-{line.task_id}", width="stretch"):
        attempt(
            desk,
            lambda: reopen_task(desk.ctx, incident.incident_id, line.task_id, line.version),
            say("Open again; the earlier entry stays."),
        )


def _past(desk: Desk, line: TaskLine) -> None:
    """The entry that proves it, and who was told when it was late."""
    say = desk.say
    if line.entry is not None:
        with st.popover(say("Evidence: journal entry {seq}", seq=line.entry), width="stretch"):
            _entry(desk, line.entry)
    if line.told:
        look.changed_list(
            look.Change(desk.clock_text(t.at), say("told: {who} ({step})", who=t.title, step=say(STEP_NAMES[t.step])))
            for t in reversed(line.told)
        )


def _entry(desk: Desk, seq: int) -> None:
    say, found = desk.say, evidence(desk.ctx, seq)
    if found is None:
        st.caption(say("This entry is not there."))
        return
    told = reader(desk.ctx).told(found)
    rows = [
        [say("Act"), record_look.act(desk, found)],
        [say("Who"), record_look.spoken(desk, told.who)],
        [say("Happened"), desk.clock_text(from_us(found.happened_us))],
        [say("Recorded"), desk.clock_text(from_us(found.recorded_us))],
        [say("Details"), record_look.facts(desk, told)[:600]],
        [say("Hash"), found.hash[:16] + "…"],
    ]
    look.table([say("Entry"), str(seq)], rows)
    if st.button(say("To the journal"), key=f"journal-{seq}"):
        st.session_state["journal.entry"] = seq
        frame.go("journal")


def due_at_first(now: datetime) -> datetime:
    """The full hour two hours ahead, on the day it falls."""
    return (now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)


def own_form(desk: Desk, incident: Incident, found: Board) -> None:
    """A task in the writer's own words."""
    say = desk.say
    roles = {key: role.title for key, role in found.roles.items()} or {"commander": {"en": "Commander", "zh": "总指挥"}}
    titles = {o.task_id: title(say, o) for o in found.lines}
    now = desk.ctx.now().astimezone(desk.zone)
    with st.expander(say("Add a task of your own")), once("own-task", border=False) as form:
        left, right = st.columns(2)
        words = left.text_input(say("What is to be done?"))
        own = desk.ctx.actor.role
        place = list(roles).index(own) if own in roles else 0
        role = right.selectbox(say("Role"), list(roles), index=place, format_func=lambda key: say.of(roles[key]))
        due = instant(
            desk,
            form.key,
            say("Due (day)"),
            say("Due (time)"),
            ahead=True,
            start=due_at_first(now),
            places=(left, right),
        )
        after = left.multiselect(
            say("After"), list(titles), format_func=lambda key: titles[key], select_all=False, placeholder=say("choose")
        )
        holder = right.text_input(say("With whom (may stay empty)"))
        work = left.number_input(say("Work expected, minutes (0: nobody can say)"), min_value=0, step=15)
        repeat = right.number_input(say("Repeat every … minutes (0: once)"), min_value=0, step=60)
        critical = left.checkbox(say("Critical"))
        if st.form_submit_button(say("Add"), type="primary"):
            attempt(
                desk,
                form.taking(
                    lambda: add_task(
                        desk.ctx,
                        incident.incident_id,
                        OwnTask(
                            words,
                            role,
                            due,
                            tuple(after),
                            critical=critical,
                            work_minutes=int(work) or None,
                            repeat_minutes=int(repeat),
                            holder=holder,
                        ),
                    )
                ),
                say("Added to the board."),
            )
