"""What stands in the same place in every room: title, level, class, clock, as-of time."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.incident import Incident
from emergency.service.clocks import RunningClock, running_clocks
from emergency.service.grading import Evaluation, evaluate
from emergency.service.running import watermark
from emergency.texts import N_

CLASS_WORDS = {
    1: N_("Particularly major"),
    2: N_("Major"),
    3: N_("Fairly major"),
    None: N_("below the scale"),
}


def header(desk: Desk, title: str, evaluation: Evaluation | None = None) -> Evaluation | None:
    """Draw the head of a room for the chosen incident; returns its evaluation."""
    incident = desk.incident()
    if incident is not None and evaluation is None:
        evaluation = evaluate(desk.ctx, incident.incident_id)
    mark = watermark(desk.ctx.profile)
    look.page_header(
        title,
        subtitle(desk, incident),
        level_badge=look.level_badge(desk.say, incident.response_level) if incident else None,
        class_line=_class_line(desk, evaluation) if evaluation else None,
        clock_line=_clock_line(desk, evaluation) if evaluation else None,
        as_of_line=(desk.say("as of {time}", time=desk.clock_text(desk.ctx.now())), _freshness(desk)),
        watermark=desk.say(mark) if mark else None,
    )
    return evaluation


def subtitle(desk: Desk, incident: Incident | None) -> str:
    say, profile = desk.say, desk.ctx.profile
    parts = [say.of(incident.title) if incident else say("No incident is open"), say.of(profile.note)]
    return " · ".join(p for p in parts if p)


def _class_line(desk: Desk, evaluation: Evaluation) -> look.ClassLine | None:
    if evaluation.event_class is None:
        return None
    say = desk.say
    tag = say("industry figure") if evaluation.class_basis == "industry" else say("own figures: a floor")
    return look.ClassLine(say("event class"), say(CLASS_WORDS[evaluation.event_class.level]), tag)


def _clock_line(desk: Desk, evaluation: Evaluation) -> tuple[str, str, str] | None:
    clocks = running_clocks(desk.ctx, evaluation)
    waiting = [c for c in clocks if not c.met]
    if not waiting:
        return None
    first = min(waiting, key=lambda c: c.due_at)
    return (desk.say(first.title), left_text(desk, first), clock_tone(desk, first))


def clock_tone(desk: Desk, clock: RunningClock) -> str:
    if clock.met:
        return "ok"
    left = (clock.due_at - desk.ctx.now()).total_seconds()
    if left < 0:
        return "watch" if clock.strive else "bad"
    return "watch" if left < 3600 else "plain"


def left_text(desk: Desk, clock: RunningClock) -> str:
    seconds = int((clock.due_at - desk.ctx.now()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    span = f"{hours}:{minutes:02d}"
    if hours >= 48:
        span = desk.say("{days} d {hours} h", days=hours // 24, hours=hours % 24)
    return desk.say("due in {span}", span=span) if seconds >= 0 else desk.say("{span} overdue", span=span)


def _freshness(desk: Desk) -> str:
    kind = desk.ctx.profile.kind
    if kind == "live":
        return desk.say("live")
    return desk.say("demo time") if kind == "demo" else desk.say("drill time")


def go(room: str) -> None:
    """Walk to another room."""
    st.switch_page(st.session_state["pages"][room])
