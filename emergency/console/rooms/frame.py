"""What stands in the same place in every room: title, level, class, clock, as-of time."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.service.clocks import RunningClock, cause_words, next_clock, running_clocks
from emergency.service.grading import Evaluation, evaluate
from emergency.service.running import watermark
from emergency.texts import N_

# The countdown of the next limit goes on by itself, in every room.
COUNTDOWN_SECONDS = 20

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
    _head(desk, title, incident, evaluation)
    return evaluation


@st.fragment(run_every=COUNTDOWN_SECONDS)
def _head(desk: Desk, title: str, incident: Incident | None, evaluation: Evaluation | None) -> None:
    """The head by itself, drawn again as time passes; the room below stays as it is."""
    mark = watermark(desk.ctx.profile)
    clock = next_clock(running_clocks(desk.ctx, evaluation)) if evaluation else None
    look.page_header(
        title,
        subtitle(desk, incident),
        level_badge=_badge(desk, incident) if incident else None,
        class_line=_class_line(desk, evaluation) if evaluation else None,
        clock_line=_clock_line(desk, clock) if clock else None,
        as_of_line=(desk.say("as of {time}", time=desk.clock_text(desk.ctx.now())), _freshness(desk)),
        watermark=desk.say(mark) if mark else None,
        clock_help=_clock_help(desk, clock) if clock else "",
    )


def _badge(desk: Desk, incident: Incident) -> look.LevelBadge:
    return look.level_badge(desk.say, incident.response_level, provisional=incident.provisional)


def subtitle(desk: Desk, incident: Incident | None) -> str:
    say, profile = desk.say, desk.ctx.profile
    parts = [say.of(incident.title) if incident else say("No incident is open"), say.of(profile.note)]
    return " · ".join(p for p in parts if p)


def _class_line(desk: Desk, evaluation: Evaluation) -> look.ClassLine | None:
    if evaluation.event_class is None:
        return None
    say = desk.say
    tags = {"industry": say("industry figure"), "estimated": say("industry figure, estimated from market share")}
    tag = tags.get(evaluation.class_basis, say("own figures: a floor"))
    return look.ClassLine(say("event class"), say(CLASS_WORDS[evaluation.event_class.level]), tag)


def _clock_line(desk: Desk, clock: RunningClock) -> tuple[str, str, str]:
    what = desk.say("{report} · {kind}", report=clock.title, kind=kind_text(desk, clock))
    return (what, left_text(desk, clock), clock_tone(desk, clock))


def kind_text(desk: Desk, clock: RunningClock) -> str:
    """Whether it is a target, which turns amber, or a limit."""
    return desk.say("target") if clock.strive else desk.say("limit")


def _clock_help(desk: Desk, clock: RunningClock) -> str:
    """Where the clock comes from, and the longer ones it took the place of."""
    say, one = desk.say, clock.clock
    lines = [
        say(
            "due {time}, counted from {start}",
            time=desk.clock_text(clock.due_at),
            start=desk.clock_text(from_us(one.started_us)),
        ),
        say("by {rules}, {cause}", rules=one.rules, cause=cause_words(one)),
    ]
    for old in clock.replaced:
        lines.append(
            say(
                "took the place of {kind} {time} ({cause}), superseded {when}",
                kind=say("target") if old.strive else say("limit"),
                time=desk.clock_text(from_us(old.due_us)),
                cause=cause_words(old),
                when=desk.clock_text(from_us(old.superseded_us or 0)),
            )
        )
    return "\n".join(lines)


def clock_tone(desk: Desk, clock: RunningClock) -> str:
    """Green once in time, amber within the last hour or past a target, red past a limit."""
    tones = {"in_time": "ok", "late": "bad", "missed": "bad", "overdue": "bad", "target_passed": "watch"}
    soon = (clock.due_at - desk.ctx.now()).total_seconds() < 3600
    return tones.get(clock.state, "watch" if soon else "plain")


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
