"""The parts of the drill desk that are drawn again and again: clock, list of injects, what is expected, figures."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.drill_seat import drill_time
from emergency.domain.act import ACTS
from emergency.domain.drill.names import POINTS, comes, in_reserve
from emergency.domain.drill.script import INJECT_KINDS, Expectation
from emergency.service import drill_board
from emergency.service.drill_board import HELD, RESERVE, SENT, SKIPPED, Asked, Board, InjectLine
from emergency.service.drill_seats import EVALUATOR, Seat
from emergency.texts import N_

REFRESH_SECONDS = 5
KINDS = dict(zip(INJECT_KINDS, (N_("background"), N_("expected act"), N_("contingency")), strict=True))
MOST_ASKED = 8


def clock(desk: Desk, found: Board) -> None:
    """Drill time, large; below it the hour it is there, and how the clock goes."""
    say = desk.say
    if found.ended:
        how = say("over")
    elif not found.started:
        how = say("not started")
    elif found.missing is not None:
        how = say("the director is asked")
    else:
        how = say("paused") if found.paused else say("{speed} ×", speed=f"{found.speed:g}")
    hour = found.script.clock.start + timedelta(seconds=found.now_s)
    st.html(
        f'<div class="em-drill-clock"><b>{look.esc(drill_time(found.now_s))}</b>'
        f"<span>{look.esc(desk.clock_text(hour))} · {look.esc(how)}</span></div>"
    )


def posts(desk: Desk, seat: Seat, found: Board) -> None:
    """Who plays which role; a robot where nobody does. The code is for those who give it away."""
    say = desk.say
    shown = []
    for post in found.posts:
        name = ", ".join(one["person"] for one in post.people)
        tone = "ok" if name else "watch"
        name = name or (say("robot") if post.robot else say("empty"))
        shown.append(f'<span class="em-{tone}">{look.esc(say.of(post.title))} · {look.esc(name)}</span>')
    code = look.esc(say("Code for controllers and evaluators: {code}", code=found.code)) if seat.leads else ""
    st.html(f'<div class="em-drill-posts">{" ".join(shown)}<small>{code}</small></div>')


@st.fragment(run_every=REFRESH_SECONDS)
def script(desk: Desk, seat: Seat) -> None:
    say, found = desk.say, drill_board.board(desk.ctx, seat)
    look.section(say("Script"))
    look.table(
        [say("At"), say("Kind"), say("Inject"), say("To"), say("State")],
        [_row(desk, found, line) for line in found.injects],
    )


def _row(desk: Desk, found: Board, line: InjectLine) -> list[str | look.Cell]:
    say, inject = desk.say, line.inject
    to = next((say.of(post.title) for post in found.posts if post.role == inject.to), inject.to)
    at = "–" if inject.at_s is None else drill_time(inject.at_s).removeprefix("T + ")
    kind = say(KINDS[inject.kind])
    if inject.when is not None and inject.kind != "contingency":
        kind = say("in reserve") if in_reserve(found.script, inject) else say("branch of the script")
    return [at, kind, f"{inject.id} {say.of(inject.body)}", to, _state(desk, found, line)]


def _state(desk: Desk, found: Board, line: InjectLine) -> look.Cell:
    say, inject = desk.say, line.inject
    if line.state == SENT:
        return _sent(desk, found, line)
    if line.state == HELD:
        return look.Cell(say("held"), "watch", framed=True)
    if line.state == SKIPPED:
        return look.Cell(say("struck out"), "plain", framed=True)
    if line.state == RESERVE and (waits := comes(found.script, inject)) is not None:
        return look.Cell(say(waits))
    minutes = max(0, (inject.at_s or 0) - found.now_s) // 60
    return look.Cell(say("in {n} min", n=minutes))


def _sent(desk: Desk, found: Board, line: InjectLine) -> look.Cell:
    say = desk.say
    sent = say("sent {time}", time=drill_time(line.sent_s or 0).removeprefix("T + "))
    if line.turns > 1:
        sent = say("{sent}, {n} times", sent=sent, n=line.turns)
    if not line.expected:
        return look.Cell(sent)
    if line.answered == line.expected:
        return look.Cell(say("{sent} · answered", sent=sent), "ok")
    late = any(not a.done and a.due_s < found.now_s for a in found.asked if a.answer.inject.id == line.inject.id)
    open_ = say("{sent} · {done} of {all} answered", sent=sent, done=line.answered, all=line.expected)
    return look.Cell(open_, "bad" if late else "watch")


@st.fragment(run_every=REFRESH_SECONDS)
def expected(desk: Desk, seat: Seat) -> None:
    say, found = desk.say, drill_board.board(desk.ctx, seat)
    look.section(say("Expected now"))
    if not found.asked:
        st.caption(say("Nothing is expected of anybody yet."))
    # What is open first, the soonest due on top; then what was done, the newest on top.
    still = sorted((a for a in found.asked if not a.done), key=lambda a: a.due_s)
    done = sorted((a for a in found.asked if a.done), key=lambda a: -(a.answer.act.at_s if a.answer.act else 0))
    cards = "".join(_card(desk, seat, found, one) for one in [*still, *done][:MOST_ASKED])
    st.html(f'<div class="em-drill-asked">{cards}</div>')


def _card(desk: Desk, seat: Seat, found: Board, one: Asked) -> str:
    say, asked = desk.say, one.answer.expectation
    role = next((say.of(post.title) for post in found.posts if post.role == asked.role), asked.role)
    title = f"{asked.id} {say(ACTS[asked.action].title)} · {role}" + (f" · {say('critical')}" if asked.critical else "")
    if one.done:
        tone, text = "ok", how_well(desk, seat, one)
    else:
        left_s = one.due_s - found.now_s
        tone = "bad" if left_s < 0 else "watch" if left_s < 600 else "plain"
        span, whole = _span(abs(left_s)), _span(asked.within_s)
        due = say("due in {span} of {whole}", span=span, whole=whole)
        text = say("{span} overdue", span=span) if left_s < 0 else due
    seen = f"<span>{look.esc(points)}</span>" if (points := _points_asked(desk, seat, asked)) else ""
    return f'<div class="em-drill-card {tone}"><b>{look.esc(title)}</b><span>{look.esc(text)}</span>{seen}</div>'


def _points_asked(desk: Desk, seat: Seat, asked: Expectation) -> str:
    """What an evaluator looks for in what is written: no room ticks it off."""
    say, spec = desk.say, asked.accuracy
    if seat.kind != EVALUATOR or spec is None or spec.type != "checklist":
        return ""
    between = say(", ")
    must, must_not = (
        between.join(say(POINTS[one]) if one in POINTS else one for one in points)
        for points in (spec.must, spec.must_not)
    )
    return say("look for: {must}; must not be said: {forbidden}", must=must, forbidden=must_not or "–")


def how_well(desk: Desk, seat: Seat, one: Asked) -> str:
    """How long an act took, and its points; an evaluator rates before they see any of the machine."""
    say, answer = desk.say, one.answer
    taken = say("{n} of {limit} min", n=(answer.taken_s or 0) // 60, limit=answer.expectation.within_s // 60)
    if seat.kind == EVALUATOR:
        return taken
    parts = [taken, say("timeliness {points}", points=f"{answer.timeliness:.0f}")]
    if answer.accuracy is not None:
        parts.append(say("accuracy {points}", points=f"{answer.accuracy:.0f}"))
    return " · ".join(parts)


def _span(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02d}"


@st.fragment(run_every=REFRESH_SECONDS)
def figures(desk: Desk, seat: Seat) -> None:
    """What can be said of the score before the end: only what is settled."""
    say, found = desk.say, drill_board.board(desk.ctx, seat)
    done = sum(one.done for one in found.asked)
    sent = sum(line.state == SENT for line in found.injects)
    people = sum(bool(post.people) for post in found.posts)
    others = say("the others: {who}", who=say("robots") if found.auto != "none" else say("nobody"))
    look.kpi_strip(
        [
            *marks(desk, seat, found),
            look.Kpi(say("Effectiveness"), "–", _effectiveness(desk, found)),
            look.Kpi(say("Injects sent"), f"{sent} / {len(found.injects)}", say("of the script")),
            look.Kpi(say("Acts done"), f"{done} / {len(found.asked)}", say("of those expected so far")),
            look.Kpi(say("Seats with people"), f"{people} / {len(found.posts)}", others),
        ]
    )


def marks(desk: Desk, seat: Seat, found: Board) -> list[look.Kpi]:
    """The points so far; none for an evaluator, who rates first."""
    say, known = desk.say, found.marks
    if seat.kind == EVALUATOR:
        return [look.Kpi(say(name), "–", say("shown once you have rated")) for name in ("Timeliness", "Accuracy")]
    settled = say("over what is settled; players do not see it")
    return [
        look.Kpi(say("Timeliness"), _points(known.timeliness), settled),
        look.Kpi(say("Accuracy"), _points(known.accuracy), settled),
    ]


def _effectiveness(desk: Desk, found: Board) -> str:
    """Why it is not there yet: it takes the whole course of the claims, played again twice."""
    if not found.script.outcomes:
        return desk.say("this script judges no outcome")
    if found.ended and found.scored:
        return desk.say("it stands in the report")
    return desk.say("with the regret, about a minute after the end: it takes every claim")


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
