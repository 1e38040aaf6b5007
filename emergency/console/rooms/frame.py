"""What stands in the same place in every room: title, level, class, clock, as-of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import ASKED, Desk
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import Grade
from emergency.service.clocks import RunningClock, cause_words
from emergency.service.ending import ended_by
from emergency.service.grading import Evaluation, evaluate
from emergency.service.owed import Owed, gravest, owed_everywhere, reports_beside
from emergency.service.running import on_time, watermark
from emergency.texts import N_

# The countdown of the next limit goes on by itself, in every room.
COUNTDOWN_SECONDS = 20
DRILL_SECONDS = 5
# Letters of an incident's name beside its clock, and lines that the help of the clock has room for.
INCIDENT_ROOM = {"en": 24, "zh_CN": 12}
MOST_LINES = 14

CLASS_WORDS = {
    1: N_("Particularly major"),
    2: N_("Major"),
    3: N_("Fairly major"),
    None: N_("below the scale"),
}
NO_BASIS = N_("not graded: no figure yet")


def header(desk: Desk, title: str, evaluation: Evaluation | None = None) -> Evaluation | None:
    """Draw the head of a room for the chosen incident; returns its evaluation."""
    incident = desk.incident()
    if incident is not None and evaluation is None:
        evaluation = evaluate(desk.ctx, incident.incident_id)
    _often(desk, _head)(desk, title, incident, [evaluation])
    return evaluation


def bare(desk: Desk, title: str, about: str) -> None:
    """The head of a room that is about no incident yet: no level of another one, but what is owed everywhere."""
    _often(desk, _bare)(desk, title, about)


def _often(desk: Desk, draw: Callable[..., None]) -> Callable[..., None]:
    """The head as a part of the page that is drawn again by itself; in a drill, whose clock runs fast, more often."""
    return st.fragment(draw, run_every=DRILL_SECONDS if desk.in_drill else COUNTDOWN_SECONDS)


def _bare(desk: Desk, title: str, about: str) -> None:
    desk = replace(desk, ctx=on_time(desk.ctx))
    mark = watermark(desk.ctx.profile)
    as_of = (desk.say("as of {time}", time=desk.clock_text(desk.ctx.now())), _freshness(desk))
    found = owed_everywhere(desk.ctx)
    look.page_header(
        title, about, as_of_line=as_of, watermark=desk.say(mark) if mark else None, **_clocks(desk, found, None)
    )


def _head(desk: Desk, title: str, incident: Incident | None, known: list[Evaluation | None]) -> None:
    """The head by itself, drawn again as time passes; the room below stays as it is.

    Args:
        known: what the page has worked out just now, taken away at the first draw; later ones look anew, as somebody
            may have decided, or moved the clock of a drill, in the meantime.
    """
    if known:
        evaluation = known.pop()
    else:
        desk = replace(desk, ctx=on_time(desk.ctx))
        incident = desk.incident()
        evaluation = evaluate(desk.ctx, incident.incident_id) if incident else None
    mark = watermark(desk.ctx.profile)
    look.page_header(
        title,
        subtitle(desk, incident),
        level_badge=_badge(desk, incident) if incident else None,
        class_line=_class_line(desk, evaluation) if evaluation else None,
        as_of_line=(desk.say("as of {time}", time=desk.clock_text(desk.ctx.now())), _freshness(desk)),
        watermark=desk.say(mark) if mark else None,
        **_clocks(desk, owed_everywhere(desk.ctx, evaluation), incident),
    )


def _badge(desk: Desk, incident: Incident) -> look.LevelBadge:
    """The level in force; of a response that is over, that it ended, when and by whom."""
    if incident.response_level is None and (over := ended_by(desk.ctx, incident)) is not None:
        who = " · ".join(filter(None, (over.actor, over.second_actor)))
        words = desk.say("Response ended {time}, {who}", time=desk.clock_text(over.since), who=who)
        return look.LevelBadge(None, words)
    if incident.closed_at is not None:
        return look.LevelBadge(None, desk.say("Response ended {time}", time=desk.clock_text(incident.closed_at)))
    return look.level_badge(desk.say, incident.response_level, provisional=incident.provisional)


def subtitle(desk: Desk, incident: Incident | None) -> str:
    say, profile = desk.say, desk.ctx.profile
    parts = [say.of(incident.title) if incident else say("No incident is open"), say.of(profile.note)]
    return " · ".join(p for p in parts if p)


def _class_line(desk: Desk, evaluation: Evaluation) -> look.ClassLine | None:
    if evaluation.event_class is None:
        return None
    say = desk.say
    if not has_figures(evaluation.event_class):
        return look.ClassLine(say("event class"), say(class_word(evaluation.event_class)))
    tags = {"industry": say("industry figure"), "estimated": say("industry figure, estimated from market share")}
    tag = tags.get(evaluation.class_basis, say("own figures: a floor"))
    return look.ClassLine(say("event class"), say(class_word(evaluation.event_class)), tag)


def has_figures(grade: Grade) -> bool:
    """Whether anything is known that the rules could go by."""
    return any(one.value is not None for one in grade.indicators)


def class_word(grade: Grade) -> str:
    """A class in words; nothing is below a scale as long as no figure says so."""
    return CLASS_WORDS[grade.level] if grade.level or has_figures(grade) else NO_BASIS


def _clocks(desk: Desk, found: Sequence[Owed], chosen: Incident | None) -> dict[str, Any]:
    """For the head: the gravest clock of each addressee over all incidents, what is overdue first, the gravest of the
    incident looked at among them, and how many reports are owed beside."""
    shown = gravest(found, chosen.incident_id if chosen else "")
    if not shown:
        return {}
    named = {one.incident.incident_id for one in found} != ({chosen.incident_id} if chosen else set())
    lines = [_line(desk, one, named=named) for one in shown]
    count, late = reports_beside(found, shown)
    if late:
        lines.append((desk.say("{count} more owed, {late} overdue", count=count, late=late), "", "plain"))
    elif count:
        lines.append((desk.say("{count} more owed", count=count), "", "plain"))
    return {"clock_line": lines[0], "more_clocks": lines[1:], "clock_help": _clocks_help(desk, found, shown[0])}


def _line(desk: Desk, one: Owed, *, named: bool) -> tuple[str, str, str]:
    what = desk.say("{report} · {kind}", report=one.clock.title, kind=kind_text(desk, one.clock))
    if named:
        what = desk.say("{incident}: {clock}", incident=_short(desk, one.incident), clock=what)
    return what, left_text(desk, one.clock), clock_tone(desk, one.clock)


def _short(desk: Desk, incident: Incident) -> str:
    """As much of an incident's name as the corner has room for."""
    name, room = desk.say.of(incident.title), INCIDENT_ROOM[desk.say.language]
    return name if len(name) <= room else name[: room - 1] + "…"


def _clocks_help(desk: Desk, found: Sequence[Owed], first: Owed) -> str:
    """Where the first clock comes from; then everything that waits, whole."""
    lines = [_clock_help(desk, first.clock)]
    for one in found:
        if one is not first:
            what = desk.say("{report} · {kind}", report=one.clock.title, kind=kind_text(desk, one.clock))
            lines.append(f"{desk.say.of(one.incident.title)} · {what}: {left_text(desk, one.clock)}")
    return "\n".join(lines[:MOST_LINES])


def no_clock(desk: Desk, incident: Incident) -> str:
    """Where none runs: what starts one, and from when it counts then."""
    return desk.say(
        "No report is owed yet: class, level and tags say which are. Once they do, they count from discovery, {time}.",
        time=desk.clock_text(incident.discovered_at),
    )


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


def go(room: str, workspace: str = "") -> None:
    """Walk to another room, in another workspace where one is named."""
    if workspace:
        st.session_state[ASKED] = workspace
    st.switch_page(st.session_state["pages"][room])
