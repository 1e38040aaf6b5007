"""Response: level and class with their traces, the decision, the playbook's tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.console.rooms.acts import act_form, fact_form
from emergency.domain.incident import KINDS, Incident
from emergency.domain.level import Grade, Indicator, metric_name, unit_of
from emergency.service.clocks import running_clocks
from emergency.service.context import Conflict, Refused
from emergency.service.grading import Evaluation, confirm_level, level_history
from emergency.service.response import complete_task, open_incident, playbook_of, reopen_task, tasks
from emergency.texts import N_

KIND_NAMES = {
    "natural_disaster": N_("natural disaster"),
    "accident": N_("accident"),
    "public_health": N_("public health event"),
    "system_failure": N_("system failure"),
    "customer_complaint": N_("customer complaints"),
    "contract_dispute": N_("contract dispute"),
}
LEVELS = {1: N_("Level Ⅰ"), 2: N_("Level Ⅱ"), 3: N_("Level Ⅲ"), None: N_("no response")}
PHASES = {
    "prepare": N_("prepare"),
    "activate": N_("activate"),
    "respond": N_("respond"),
    "report": N_("report"),
    "recover": N_("recover"),
}


def show(desk: Desk) -> None:
    say = desk.say
    incident = desk.incident()
    evaluation = frame.header(desk, say("Response"))
    _notice()
    if incident is None or evaluation is None:
        _report_form(desk)
        return
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        _trace(desk, say("Response level – the company's own rules"), evaluation.response, evaluation)
        _class(desk, evaluation)
    with right:
        _decide(desk, evaluation)
        _clocks(desk, evaluation)
    _tasks(desk, incident)
    left, right = st.columns(2, gap="medium")
    with left:
        act_form(desk, incident)
    with right:
        fact_form(desk, incident)
    _history(desk, incident)


def _notice() -> None:
    said = st.session_state.pop("response-said", None)
    if said:
        getattr(st, said[0])(said[1])


def said(kind: str, text: str) -> None:
    st.session_state["response-said"] = (kind, text)


def _value(desk: Desk, metric: str, value: Any, currency: str) -> str:
    if value is None:
        return "–"
    if unit_of(metric) == "money":
        return desk.money(round(float(value) * 100), currency)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _trace(desk: Desk, title: str, grade: Grade, evaluation: Evaluation) -> None:
    say = desk.say
    currency = desk.ctx.content.library.rules(grade.rules).currency
    look.section(title)
    rows: list[list[str | look.Cell]] = []
    for i in sorted(grade.indicators, key=lambda i: (i.level or 9, -(i.ratio or 0))):
        if i.value is None:
            continue
        rows.append(_indicator(desk, i, currency, evaluation))
    if not rows:
        st.caption(say("No figure of these rules is known yet; enter one below."))
    else:
        heads = [
            say("Row"),
            say("Indicator"),
            say("Value"),
            say("Reached"),
            say("Threshold"),
            say("To the next level"),
        ]
        look.table(heads, rows, numbers=[2, 4])
    unknown = [say(metric_name(i.metric)) for i in grade.indicators if i.value is None]
    if unknown:
        st.caption(say("Not known: {names}", names=say("; ").join(unknown)))
    st.caption(_sources(desk, grade, evaluation))


def _original(desk: Desk, metric: str, evaluation: Evaluation) -> str:
    """The figure as it came, where the rules read it in another currency."""
    found = next((c for c in evaluation.conversions if c.metric == metric), None)
    if found is None or not found.amount:
        return ""
    return f" ({desk.money(round(found.amount * 100), found.currency)})"


def _indicator(desk: Desk, i: Indicator, currency: str, evaluation: Evaluation) -> list[str | look.Cell]:
    say = desk.say
    reached = {1: ("Ⅰ", "bad"), 2: ("Ⅱ", "watch"), 3: ("Ⅲ", "plain"), None: ("–", "plain")}[i.level]
    ahead = "–"
    if i.next_level and i.distance is not None:
        ahead = say(
            "{distance} to {mark}",
            distance=_value(desk, i.step.metric if i.step else i.metric, i.distance, currency),
            mark={1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}[i.next_level],
        )
    return [
        str(i.row.number) if i.row else "–",
        say(metric_name(i.metric)) + (f" ({say(i.note)})" if i.note else ""),
        _value(desk, i.metric, i.value, currency) + _original(desk, i.metric, evaluation),
        look.Cell(reached[0], reached[1], framed=i.level is not None),
        _value(desk, i.metric, i.threshold, currency),
        ahead,
    ]


def _sources(desk: Desk, grade: Grade, evaluation: Evaluation) -> str:
    say = desk.say
    parts = [
        say(
            "Rules {rules}@{version}, file hash {hash}",
            rules=grade.rules,
            version=grade.version,
            hash=grade.sha256[:10],
        )
    ]
    seen = {c.to_currency: c for c in evaluation.conversions}
    parts += [
        say(
            "money converted {old}→{new} at {rate} ({day}, {source})",
            old=c.currency,
            new=c.to_currency,
            rate=c.rate,
            day=c.rate_date,
            source=c.source,
        )
        for c in seen.values()
        if desk.ctx.content.library.rules(grade.rules).currency == c.to_currency
    ]
    return " · ".join(parts)


def _class(desk: Desk, evaluation: Evaluation) -> None:
    say = desk.say
    if evaluation.event_class is None:
        look.section(say("Event class – the regulator's scale"))
        assert evaluation.class_note is not None
        st.caption(say(evaluation.class_note))
        return
    word = say(frame.CLASS_WORDS[evaluation.event_class.level])
    _trace(
        desk,
        say("Event class – the regulator's scale: {word}", word=word),
        evaluation.event_class,
        evaluation,
    )
    if evaluation.class_basis == "own":
        st.caption(
            say("On our own figures only, so a floor: enter an industry figure with its source when there is one.")
        )
    else:
        st.caption(say("On industry figures as published."))


def _decide(desk: Desk, evaluation: Evaluation) -> None:
    say = desk.say
    incident = evaluation.incident
    look.section(say("Decision"))
    proposed = evaluation.proposed
    mark = say(LEVELS[proposed])
    if not evaluation.differs:
        st.success(
            say("{level} is confirmed and is what the rules propose.", level=mark)
            if incident.response_level
            else say("The rules propose no response.")
        )
    elif st.button(say("Confirm {level}", level=mark), type="primary", key="confirm", width="stretch"):
        _confirm(desk, incident, proposed, "", "")
    playbook = playbook_of(desk.ctx, incident)
    if playbook and not incident.playbook:
        st.caption(
            say(
                "Opens playbook: {title} ({id} {version})",
                title=say.of(playbook.title),
                id=playbook.id,
                version=playbook.version,
            )
        )
    refused = st.session_state.pop("override-refused", False)
    with st.expander(say("Decide otherwise"), expanded=refused), st.form("override", border=False):
        level = st.selectbox(say("Level"), [1, 2, 3, None], format_func=lambda value: say(LEVELS[value]))
        reason = st.text_input(say("Reason (kept for the record)"))
        second = st.text_input(say("Second person (needed to lower a proposed Ⅰ)"))
        if st.form_submit_button(say("Decide")):
            _confirm(desk, incident, level, reason, second)


def _confirm(desk: Desk, incident: Incident, level: int | None, reason: str, second: str) -> None:
    say = desk.say
    try:
        confirm_level(desk.ctx, incident.incident_id, level, reason=reason, second_actor=second)
        said("success", say("{level} confirmed; its tasks are laid out below.", level=say(LEVELS[level])))
    except (Refused, Conflict) as fault:
        said("error", str(fault))
        st.session_state["override-refused"] = True
    st.rerun()


def _clocks(desk: Desk, evaluation: Evaluation) -> None:
    say = desk.say
    clocks = running_clocks(desk.ctx, evaluation)
    look.section(say("Reporting clocks"))
    if not clocks:
        st.caption(say("No clock runs: they start with a level or a class."))
        return
    rows: list[list[str | look.Cell]] = []
    for c in clocks:
        state = frame.left_text(desk, c)
        if c.met_at:
            state = say("submitted {time}", time=desk.clock_text(c.met_at)) + (say(", late") if c.missed else "")
        kind = say("target") if c.strive else say("limit")
        rows.append(
            [
                say(c.title),
                f"{desk.clock_text(c.due_at)} ({kind})",
                look.Cell(state, frame.clock_tone(desk, c)),
            ]
        )
    look.table([say("Report"), say("Due"), say("State")], rows)
    st.caption(say("Clocks start at discovery, {time}.", time=desk.clock_text(evaluation.incident.discovered_at)))


def _tasks(desk: Desk, incident: Incident) -> None:
    say = desk.say
    rows = tasks(desk.ctx, incident.incident_id)
    look.section(say("Tasks"))
    if not rows:
        st.caption(say("The playbook's tasks appear here once a level is confirmed."))
        return
    playbook = playbook_of(desk.ctx, incident)
    roles = {key: role.title for key, role in playbook.roles.items()} if playbook else {}
    done = sum(r["state"] == "done" for r in rows)
    st.progress(done / len(rows), say("{done} of {count} done", done=done, count=len(rows)))
    rows.sort(key=lambda r: (r["state"] == "done", r["due_at"] is None, r["due_us"] or 0))
    titles = {r["task_id"]: say.of(r["title"]) for r in rows}
    table: list[list[str | look.Cell]] = []
    for r in rows:
        table.append(
            [
                _state(desk, r),
                say.of(r["title"]) + (" ‼" if r["critical"] else ""),
                say.of(roles.get(r["role"], {"en": r["role"]})),
                say(PHASES[r["phase"]]),
                desk.clock_text(r["due_at"])
                if r["due_at"]
                else say("after {names}", names=say(", ").join(titles.get(a, a) for a in r["after"])),
                f"{desk.clock_text(r['done_at'])} · {r['done_by']}" if r["done_at"] else "",
            ]
        )
    heads = [say("State"), say("Task"), say("Role"), say("Phase"), say("Due"), say("Done")]
    look.table(heads, table)
    _finish_form(desk, incident, rows)


def _state(desk: Desk, row: dict[str, Any]) -> look.Cell:
    say = desk.say
    if row["state"] == "done":
        return look.Cell(say("done"), "ok", framed=True)
    return look.Cell(say("late"), "bad", framed=True) if row["late"] else look.Cell(say("open"), "plain", framed=True)


def _finish_form(desk: Desk, incident: Incident, rows: list[dict[str, Any]]) -> None:
    say = desk.say
    titles = {r["task_id"]: say.of(r["title"]) for r in rows}
    with (
        st.expander(say("Mark a task done, or open it again")),
        st.form("task", border=False, clear_on_submit=True),
    ):
        chosen = st.selectbox(say("Task"), list(titles), format_func=lambda key: titles[key])
        note = st.text_input(say("How was it done?"))
        left, right = st.columns(2)
        finish = left.form_submit_button(say("Done"), width="stretch")
        again = right.form_submit_button(say("Open again"), width="stretch")
    if finish or again:
        try:
            if finish:
                complete_task(desk.ctx, incident.incident_id, chosen, note)
            else:
                reopen_task(desk.ctx, incident.incident_id, chosen)
        except Refused as fault:
            said("error", str(fault))
        st.rerun()


def _history(desk: Desk, incident: Incident) -> None:
    say = desk.say
    rows = level_history(desk.ctx, incident.incident_id)
    if not rows:
        return
    from emergency.domain.instant import from_us

    look.section(say("Who decided what"))
    look.table(
        [say("Time"), say("Level"), say("Proposed"), say("By"), say("Reason")],
        [
            [
                desk.clock_text(from_us(r["decided_us"])),
                say(LEVELS[r["level"]]),
                say(LEVELS[r["proposed"]]),
                " + ".join(x for x in (r["actor"], r["second_actor"]) if x),
                r["reason"] or "–",
            ]
            for r in reversed(rows)
        ],
    )


def _jurisdiction(desk: Desk, province: str) -> str:
    """Country and province as the rule files write them: CN-410000, US-TX."""
    letters = desk.ctx.regions.licence(province)
    return f"US-{letters}" if letters else f"CN-{province}"


def _report_form(desk: Desk) -> None:
    """Report an incident in a minute."""
    say = desk.say
    st.info(say("No incident is open in this workspace. Report one; the rules then look at it."))
    now = desk.ctx.now().astimezone(desk.zone)
    with st.form("report"):
        left, right = st.columns(2)
        title = left.text_input(say("What happened?"))
        kind = right.selectbox(say("Kind"), KINDS, format_func=lambda key: say(KIND_NAMES[key]))
        place = left.text_input(say("Where?"))
        top = desk.ctx.regions.codes(desk.ctx.regions.levels[0])
        province = right.selectbox(
            say("Province or state whose rules apply"),
            top,
            index=None,
            format_func=desk.region,
            placeholder=say("choose one"),
        )
        day = left.date_input(say("Since (day)"), now.date())
        hour = right.time_input(say("Since (time)"), now.time().replace(second=0, microsecond=0))
        cause = left.text_input(say("First idea of the cause"))
        regions = right.multiselect(
            say("Regions in scope"),
            desk.ctx.regions.codes(desk.ctx.regions.levels[0]),
            format_func=desk.region,
        )
        if st.form_submit_button(say("Report the incident"), type="primary"):
            if province is None or not title.strip():
                said("error", say("Say what happened, and choose the province or state whose rules apply."))
                st.rerun()
            occurred = datetime.combine(day, hour, tzinfo=desk.zone)
            try:
                open_incident(
                    desk.ctx,
                    Incident(
                        incident_id=f"{kind.split('_')[0].upper()}-{now:%Y%m%d-%H%M}",
                        kind=kind,
                        perils=(),
                        title={"zh" if say.language == "zh_CN" else "en": title},
                        jurisdiction=_jurisdiction(desk, province),
                        place=place,
                        regions=tuple(regions),
                        cause=cause,
                        reporter=desk.ctx.actor.id,
                        occurred_at=occurred,
                        discovered_at=max(occurred, desk.ctx.now()),
                        opened_at=desk.ctx.now(),
                    ),
                )
            except (Refused, ValueError) as fault:
                said("error", str(fault))
            st.rerun()
