"""Reports: what is owed to whom by when, and what was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame, report_writing, tag_suggest
from emergency.console.rooms.once_form import Once, once
from emergency.console.rooms.report_words import (
    KIND_TITLES,
    REPORT_STATES,
    STATES,
    VIAS,
    born_late,
    button,
    kept_start,
    spoken,
)
from emergency.domain.instant import from_us, to_us
from emergency.domain.report_form import TAGS
from emergency.domain.reporting_clock import Clock
from emergency.service import clocks, reporting
from emergency.service.clocks import RunningClock
from emergency.service.context import Conflict, Refused
from emergency.service.grading import Evaluation

SAID = "reports-said"


def show(desk: Desk) -> None:
    say = desk.say
    evaluation = frame.header(desk, say("Reports"))
    kind, text = st.session_state.pop(SAID, ("", ""))
    if kind:
        look.notice(kind, text)
    if evaluation is None:
        _nothing(desk)
        return
    running = clocks.running_clocks(desk.ctx, evaluation)
    handed = reporting.handed(desk.ctx, evaluation.incident.incident_id)
    chosen = st.session_state.get(report_writing.chosen_key(desk, evaluation.incident.incident_id))
    if chosen:
        report_writing.show(desk, evaluation, chosen)
        return
    look.kpi_strip(_kpis(desk, running, handed))
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        _owed(desk, evaluation, running)
    with right:
        _others(desk, evaluation, running)
        _tags(desk, evaluation)
    _handed_in(desk, handed)
    _clock_table(desk, evaluation)


def _nothing(desk: Desk) -> None:
    say = desk.say
    text = say("Clocks start when an incident is discovered. Report it first; its clocks and forms then stand here.")
    with look.needs_card("reports-none", say("Nothing is owed"), text):
        if st.button(say("Report the incident"), key="reports-begin"):
            frame.go("response")


def _kpis(desk: Desk, running: Sequence[RunningClock], handed: Sequence[dict[str, Any]]) -> list[look.Kpi]:
    say = desk.say
    waiting = [c for c in running if c.clock.waits]
    late = sum(c.state == "overdue" for c in waiting)
    following = clocks.next_clock(running)
    done = [r for r in handed if not r["corrects"]]
    in_time = sum(r["state"] == "in_time" for r in done)
    free = sum(r["state"] == "unasked" for r in done)
    missed = sum(c.state == "missed" and not c.strive for c in running)
    return [
        look.Kpi(
            say("Owed now"),
            str(len({(c.clock.to, c.kind) for c in waiting})),
            say("{count} past their limit", count=late) if late else say("none past its limit"),
            "bad" if late else "plain",
        ),
        look.Kpi(
            say("Next"),
            say(following.title) if following else "–",
            frame.left_text(desk, following) if following else say("no clock runs"),
        ),
        look.Kpi(say("Handed in"), str(len(done)), _in_time(desk, in_time, free)),
        look.Kpi(
            say("Late or missed"),
            str(sum(r["state"] == "late" for r in done) + missed),
            say("{count} never handed in", count=missed),
            "watch" if missed or any(r["state"] == "late" for r in done) else "plain",
        ),
    ]


def _in_time(desk: Desk, in_time: int, free: int) -> str:
    if free:
        return desk.say("{count} in time, {free} before any deadline", count=in_time, free=free)
    return desk.say("{count} in time", count=in_time)


# What is owed ---------------------------------------------------------------------------------------


def _owed(desk: Desk, evaluation: Evaluation, running: Sequence[RunningClock]) -> None:
    say = desk.say
    look.section(say("Owed now"))
    grouped: dict[str, list[RunningClock]] = {}
    for clock in running:
        if clock.clock.waits:
            grouped.setdefault(clock.kind, []).append(clock)
    if not grouped:
        st.caption(say("Nothing is owed at this moment."))
    order = sorted(grouped.items(), key=lambda pair: _urgency(pair[1]))
    for place, (kind, mine) in enumerate(order):
        _card(desk, evaluation, kind, mine, first=place == 0)


def _urgency(mine: Sequence[RunningClock]) -> tuple[int, int]:
    order = {"overdue": 0, "running": 1, "target_passed": 2}
    return min((order[c.state], c.clock.due_us) for c in mine)


def _card(desk: Desk, evaluation: Evaluation, kind: str, mine: Sequence[RunningClock], *, first: bool) -> None:
    say = desk.say
    tones = [frame.clock_tone(desk, c) for c in mine]
    tone = next((t for t in ("bad", "watch") if t in tones), "plain")
    lines = " · ".join(
        say(
            "{kind} {due}: {left}",
            kind=frame.kind_text(desk, c),
            due=desk.clock_text(c.due_at),
            left=frame.left_text(desk, c),
        )
        for c in mine
    )
    one = mine[0].clock
    small = say("{rules}, row {row} · {cause}", rules=one.rules, row=one.row, cause=clocks.cause_words(one))
    if not one.row:
        small = say("{rules} · {cause}", rules=one.rules, cause=clocks.cause_words(one))
    if one.every_s:
        small += " · " + say("number {number} of the series", number=one.number)
    with look.needs_card(f"owed-{kind}", say(KIND_TITLES[kind]), lines, small, tone):
        style: Literal["primary", "secondary"] = "primary" if first else "secondary"
        if st.button(button(say, kind), key=f"write-{kind}", type=style):
            report_writing.choose(desk, evaluation.incident.incident_id, kind)
            st.rerun()


def _others(desk: Desk, evaluation: Evaluation, running: Sequence[RunningClock]) -> None:
    """Reports that no clock asks for now can be written all the same."""
    say = desk.say
    owed = {c.kind for c in running if c.clock.waits}
    rest = [kind for kind in reporting.forms(desk.ctx) if kind not in owed]
    look.section(say("Write another"))
    with st.container(horizontal=True, gap="xsmall"):
        for kind in rest:
            if st.button(say(KIND_TITLES.get(kind, kind)), key=f"write-{kind}"):
                report_writing.choose(desk, evaluation.incident.incident_id, kind)
                st.rerun()


def _tags(desk: Desk, evaluation: Evaluation) -> None:
    """Kinds of event the regulator wants to hear of sooner, whatever their class."""
    say, incident_id = desk.say, evaluation.incident.incident_id
    worn = clocks.tags(desk.ctx, incident_id)
    known = clocks.known_tags(desk.ctx, evaluation.incident.jurisdiction)
    if not known and not worn:
        return
    look.section(say("Event tags"))
    tag_suggest.show(desk, evaluation, SAID)
    st.caption(
        say("A tag starts the regulator's shorter clocks from discovery. Taken back, it stops none that has begun.")
    )
    for tag in worn:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.html(look.pill(say(TAGS.get(tag, tag)), "watch"))
            if st.button(say("Take back"), key=f"untag-{tag}", type="tertiary"):
                _set_tag(desk, incident_id, tag, False, desk.ctx.actor.id)
    rest = [tag for tag in known if tag not in worn]
    if rest:
        with once("tag", border=False) as form:
            tag = st.selectbox(say("Tag"), rest, format_func=lambda key: say(TAGS.get(key, key)))
            source = st.text_input(say("Who said so"))
            if st.form_submit_button(say("Add the tag")):
                _set_tag(desk, incident_id, tag, True, source, form)


def _set_tag(desk: Desk, incident_id: str, tag: str, on: bool, source: str, form: Once | None = None) -> None:
    try:
        clocks.set_tag(desk.ctx, incident_id, tag, on=on, source=source)
        if form is not None:
            form.done()
        text = desk.say("Tag set; its clocks count from discovery.") if on else desk.say("Tag taken back.")
        st.session_state[SAID] = ("success", text)
    except (Refused, Conflict) as fault:
        st.session_state[SAID] = ("error", spoken(desk.say, fault))
    st.rerun()


# What was handed in ---------------------------------------------------------------------------------


def _handed_in(desk: Desk, handed: Sequence[dict[str, Any]]) -> None:
    say = desk.say
    look.section(say("Handed in"))
    if not handed:
        st.caption(say("Nothing has been handed in yet. What is handed in stays here as it was, with its hash."))
        return
    heads = [
        say("Report"),
        say("No."),
        say("Handed in"),
        say("How"),
        say("State"),
        say("By"),
        say("Text, sha256"),
        say("Missing"),
    ]
    look.table(heads, [_handed_row(desk, r) for r in handed], numbers=[1, 7])
    names = {r["report_id"]: f"{say(KIND_TITLES.get(r['kind'], r['kind']))} · {r['number']}" for r in handed}
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        chosen = st.selectbox(say("Look at"), list(names), format_func=lambda key: names[key], width=320)
        report_writing.downloads(desk, str(chosen))
        row = next(r for r in handed if r["report_id"] == chosen)
        if not row["corrects"] and st.button(
            say("Correct it"), help=say("A correction is a report of its own that names this one.")
        ):
            report_writing.choose(desk, row["incident_id"], row["kind"], row["report_id"])
            st.rerun()
    with st.expander(say("Text as handed in")):
        st.code(row["text"], language=None, wrap_lines=True)


def _handed_row(desk: Desk, row: dict[str, Any]) -> list[str | look.Cell]:
    say = desk.say
    state, tone = REPORT_STATES[row["state"]]
    due = desk.clock_text(from_us(row["due_us"])) if row["due_us"] else ""
    how = say(VIAS[row["via"]]) + (f" · {row['person']}" if row["person"] else "")
    told = say(state) + (f" · {say('due {time}', time=due)}" if due and row["state"] == "late" else "")
    return [
        say(KIND_TITLES.get(row["kind"], row["kind"])),
        str(row["number"]),
        desk.clock_text(from_us(row["handed_us"])),
        how,
        look.Cell(told, tone, framed=True),
        row["actor"],
        row["sha256"][:12],
        str(len(row["missing"])) if row["missing"] else "–",
    ]


def _clock_table(desk: Desk, evaluation: Evaluation) -> None:
    say = desk.say
    look.section(say("Clocks and their history"))
    known = clocks.ledger(desk.ctx, evaluation)
    if not known:
        st.caption(frame.no_clock(desk, evaluation.incident))
        return
    heads = [
        say("Report"),
        say("Due"),
        say("Kind"),
        say("State"),
        say("Because of"),
        say("Counted from"),
        say("Rule"),
    ]
    replacing = {c.superseded_by for c in known}
    look.table(heads, [_clock_row(desk, c, risen=c.id in replacing) for c in known])
    _rules(desk, known)
    i = evaluation.incident
    lines = [say("Discovered {time}.", time=desk.clock_text(i.discovered_at))]
    if i.occurred_at != i.discovered_at:
        lines.append(say("Occurred {time}; a rule may count from there instead.", time=desk.clock_text(i.occurred_at)))
    if (kept := kept_start(i, known)) is not None:
        lines.append(
            say(
                "The clocks keep {start}, the discovery they began with: correcting it to a later time moves no limit.",
                start=desk.clock_text(kept),
            )
        )
    lines.append(
        say("A graver class adds its shorter clock from the same start; the longer one stays here as superseded.")
    )
    st.caption(" ".join(lines))


def _whole(text: str) -> str:
    """A time that does not break between its words."""
    return text.replace(" ", "\u00a0")


def _rules(desk: Desk, known: Sequence[Clock]) -> None:
    """Where each deadline comes from, once."""
    sources = {_rule(c): c.source for c in known if c.row}
    with st.expander(desk.say("Where the deadlines come from")):
        look.table([desk.say("Rule"), desk.say("Source")], [[rule, source] for rule, source in sources.items()])


def _rule(clock: Clock) -> str:
    return f"{clock.rules} #{clock.row}" if clock.row else clock.rules


def _clock_row(desk: Desk, clock: Clock, *, risen: bool) -> list[str | look.Cell]:
    """``risen``: it took the place of a longer one."""
    say = desk.say
    state, tone = STATES[clock.state(to_us(desk.ctx.now()))]
    when = clock.met_us or clock.missed_us or clock.superseded_us or clock.lifted_us
    told = say(state) + (f" {desk.clock_text(from_us(when))}" if when else "")
    if born_late(clock, risen=risen):
        told += " · " + say("had passed when it began to apply")
    title = say(KIND_TITLES.get(clock.kind, clock.kind)) + (f" {clock.number}" if clock.every_s else "")
    return [
        title,
        _whole(desk.clock_text(from_us(clock.due_us))),
        say("target") if clock.strive else say("limit"),
        look.Cell(told, tone),
        say(clocks.cause_words(clock)),
        _whole(desk.clock_text(from_us(clock.started_us))),
        _rule(clock),
    ]
