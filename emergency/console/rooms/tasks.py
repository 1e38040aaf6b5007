"""Tasks: who does what until when, and what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame, task_acts
from emergency.console.rooms.task_graph import dot, tied
from emergency.console.rooms.task_words import GROUP_NAMES, LOOK_SIGNS, due_text, look_name, slack_text, slack_why
from emergency.domain.incident import Incident
from emergency.domain.playbook import GROUPS
from emergency.service.task_board import Board, TaskLine, board

MINE, ALL, DONE = "mine", "all", "done"
TABLE_PX = 610
# A row goes on in a second line only where it is higher than 64 px; a long name is never cut.
ROW_PX, LONG_ROW_PX = 36, 66
LETTERS = {"en": 44, "zh_CN": 21}  # of a title, in the width of its column


def show(desk: Desk) -> None:
    say = desk.say
    incident = desk.incident()
    frame.header(desk, say("Tasks"))
    task_acts.notice()
    if incident is None:
        st.info(say("No incident is open, so there are no tasks. Report one in the Response room."))
        if st.button(say("To the Response room")):
            frame.go("response")
        return
    found = board(desk.ctx, incident.incident_id)
    if not found.lines:
        st.info(say("The playbook lays out its tasks once a level is confirmed in the Response room."))
        task_acts.own_form(desk, incident, found)
        return
    _figures(desk, found)
    with st.container(key="em-stack-tasks"):
        left, right = st.columns([2.3, 1], gap="medium")
    with left:
        shown = _choose(desk, found)
        _table(desk, shown)
    with right:
        _panel(desk, incident, found, shown)
    _path(desk, found)
    with st.expander(say("How the tasks hang together"), expanded=True):
        st.graphviz_chart(dot(say, found), width="stretch")
        st.caption(_legend(desk, len(found.lines) - len(tied(found))))
    task_acts.own_form(desk, incident, found)


def _figures(desk: Desk, found: Board) -> None:
    say, actor = desk.say, desk.ctx.actor
    mine = [o for o in found.mine(actor.role, actor.id) if o.is_open]
    late = [o for o in found.lines if o.look == "late"]
    critical = sum(o.critical for o in late)
    done, asked = sum(o.look == "done" for o in found.lines), sum(o.look != "dropped" for o in found.lines)
    slack, tight = found.path_slack_s, found.tightest
    look.kpi_strip(
        [
            look.Kpi(
                say("Mine, still open"),
                str(len(mine)),
                say("{count} of them late", count=sum(o.look == "late" for o in mine)),
                "bad" if any(o.look == "late" for o in mine) else "plain",
                say("Held by you, or by nobody in the role you act in."),
            ),
            look.Kpi(
                say("Late"),
                str(len(late)),
                say("{count} critical", count=critical),
                "bad" if critical else "watch" if late else "ok",
            ),
            look.Kpi(say("Ready to begin"), str(sum(o.look == "ready" for o in found.lines)), say("wait for nobody")),
            look.Kpi(say("Done"), f"{done} / {asked}", say("dropped ones not counted")),
            look.Kpi(
                say("Slack on the critical path"),
                slack_text(say, slack),
                slack_why(desk, found, tight) if tight else say("tasks in the chain: {count}", count=len(found.path)),
                "plain" if slack is None else "bad" if slack < 0 else "watch" if slack < 3600 else "ok",
                say(
                    "The chain of tasks with the least time to spare before a critical deadline. A task is taken to "
                    "need {minutes} min (house rule) unless somebody said otherwise.",
                    minutes=found.work_s // 60,
                ),
            ),
        ]
    )


def _choose(desk: Desk, found: Board) -> Sequence[TaskLine]:
    """Mine first; then by group, all, and what is over."""
    say, actor = desk.say, desk.ctx.actor
    views = {MINE: [o for o in found.mine(actor.role, actor.id) if o.is_open]}
    views |= {group: [o for o in found.of_group(group) if o.is_open] for group in GROUPS}
    views[ALL] = [o for o in found.lines if o.is_open]
    views[DONE] = [o for o in found.lines if not o.is_open]
    names = {MINE: say("Mine"), ALL: say("All open"), DONE: say("Over")}
    names |= {group: say(GROUP_NAMES[group]) for group in GROUPS}
    first = MINE if views[MINE] else ALL
    chosen = st.segmented_control(
        say("Whose tasks"),
        list(views),
        default=first,
        format_func=lambda key: f"{names[key]} {len(views[key])}",
        key="tasks.view",
        label_visibility="collapsed",
    )
    return views[chosen or first]


def _table(desk: Desk, shown: Sequence[TaskLine]) -> None:
    say = desk.say
    if not shown:
        st.caption(say("Nothing here at the moment."))
        return
    # A table of other rows is another table: what was chosen in it must not stay on the same place.
    key = "tasks.table." + " ".join(o.task_id for o in shown)
    frame_ = pd.DataFrame(
        {
            say("State"): [f"{'!' if o.not_reached else LOOK_SIGNS[o.look]} {look_name(say, o)}" for o in shown],
            say("Task"): [task_acts.title(say, o) for o in shown],
            say("Due"): [due_text(desk, o) for o in shown],
            say("Slack"): [slack_text(say, o.slack_s) if o.is_open else "" for o in shown],
            say("Role"): [" · ".join(filter(None, (say.of(o.role_title), o.holder))) for o in shown],
        }
    )
    long = any(len(task_acts.title(say, o)) > LETTERS[say.language] for o in shown)
    row_px = LONG_ROW_PX if long else ROW_PX
    st.dataframe(
        frame_,
        hide_index=True,
        height=min(row_px * len(shown) + 38, TABLE_PX),
        row_height=row_px,
        on_select=lambda: _picked(shown, key),
        selection_mode="single-row",
        key=key,
        column_config={
            say("State"): st.column_config.TextColumn(width=78),
            say("Task"): st.column_config.TextColumn(width=310),
            say("Due"): st.column_config.TextColumn(width=118),
            say("Slack"): st.column_config.TextColumn(width=92),
            say("Role"): st.column_config.TextColumn(width=118),
        },
    )
    st.caption(say("Choose a row to act on it. ▲ critical, ◆ on the critical path, ↻ repeating."))


def _picked(shown: Sequence[TaskLine], key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows and rows[0] < len(shown):
        st.session_state["tasks.chosen"] = shown[rows[0]].task_id


def _panel(desk: Desk, incident: Incident, found: Board, shown: Sequence[TaskLine]) -> None:
    say = desk.say
    known = {o.task_id: o for o in found.lines}
    chosen = st.session_state.get("tasks.chosen")
    if chosen not in known:
        chosen = shown[0].task_id if shown else found.lines[0].task_id
        st.session_state["tasks.chosen"] = chosen
    st.selectbox(
        say("Task"),
        [o.task_id for o in found.lines],
        key="tasks.chosen",
        format_func=lambda key: f"{LOOK_SIGNS[known[key].look]} {task_acts.title(say, known[key])}",
        label_visibility="collapsed",
    )
    look.section(task_acts.title(say, known[st.session_state["tasks.chosen"]]))  # the field above cuts a long one
    task_acts.panel(desk, incident, found, known[st.session_state["tasks.chosen"]])


def _path(desk: Desk, found: Board) -> None:
    say = desk.say
    if not found.path:
        return
    look.section(say("Critical path"))
    chain = [line for task_id in found.path if (line := found.line(task_id))]
    look.table(
        [say("Step"), say("Task"), say("Role"), say("Due"), say("Slack")],
        [
            [
                str(number),
                task_acts.title(say, line),
                say.of(line.role_title),
                due_text(desk, line),
                look.Cell(slack_text(say, line.slack_s), "bad" if (line.slack_s or 0) < 0 else "plain"),
            ]
            for number, line in enumerate(chain, 1)
        ],
        numbers=[0],
    )


def _legend(desk: Desk, alone: int) -> str:
    """Forms and signs, and how many tasks are left out because nothing hangs on them."""
    say = desk.say
    signs = say(
        "✓ rounded: done · ▸ box: ready · … dashed: waiting · ‼ double frame: late · ∅ missed · "
        "thick line: critical path"
    )
    return f"{signs} · " + say("{count} tasks wait for nobody and hold nobody up; they are in the table", count=alone)
