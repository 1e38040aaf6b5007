"""The board for management: which kinds, levels, roles and clauses were exercised when, and how it went."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms.review_words import Row, number
from emergency.domain.drill.played import PLAYED
from emergency.domain.drill.readiness import LEVELS, ClauseState, Covered, Exercise
from emergency.domain.drill.words import BAND_TONES
from emergency.domain.level.rules import LEVEL_MARK
from emergency.service.readiness import Readiness, readiness
from emergency.texts import N_

STATES = {"done": N_("in time"), "late": N_("late"), "missed": N_("not done")}
STATE_TONES = {"done": "ok", "late": "watch", "missed": "bad"}
MOST = 12
ROBOTS_DO_NOT_COUNT = N_(
    "Rehearsed by robots alone: {count}. Nobody learns from that, so it counts for no kind, level, role or clause "
    "here; of drills that robots joined, the roles that people played count."
)


def show(desk: Desk) -> None:
    withheld = drill_seat.withheld(desk)
    found = readiness(desk.ctx, withheld)
    _figures(desk, found)
    if withheld:
        st.caption(desk.say(drill_seat.PLAYS_IT))
    if found.left_out:
        st.caption(
            desk.say("Left out until you have sealed your sheet: {count} that you evaluate.", count=found.left_out)
        )
    if found.rehearsed:
        st.caption(desk.say(ROBOTS_DO_NOT_COUNT, count=len(found.rehearsed)))
    _kinds(desk, found)
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        _clauses(desk, found)
    with right:
        _roles(desk, found)
        _last(desk, found)


def _figures(desk: Desk, found: Readiness) -> None:
    say = desk.say
    cells = [one for levels in found.kinds.values() for one in levels.values()]
    real = sum(e.real for e in found.exercises)
    look.kpi_strip(
        [
            look.Kpi(say("Kind and level exercised"), f"{sum(c.times > 0 for c in cells)} / {len(cells)}"),
            look.Kpi(
                say("Clauses never exercised"), str(len(found.never)),
                say("of {count} in force", count=len(found.clauses)), "watch" if found.never else "ok",
            ),
            look.Kpi(
                say("Failed twice running"), str(len(found.failed_twice)), say("late or missed"),
                "bad" if found.failed_twice else "ok",
            ),
            look.Kpi(
                say("Changed since last exercised"), str(len(found.changed)), say("clauses"),
                "watch" if found.changed else "ok",
            ),
            look.Kpi(
                say("Open items"), str(found.open_items), say("{count} overdue", count=found.overdue_items),
                "bad" if found.overdue_items else "plain",
            ),
            look.Kpi(say("Drills with people"), str(len(found.drills)), say("{count} real", count=real)),
        ]
    )  # fmt: skip


def _kinds(desk: Desk, found: Readiness) -> None:
    say = desk.say
    look.section(say("Kinds of incident by level"))
    rows: list[Row] = [
        [say.of(found.kind_titles[kind]), *(_cell(desk, levels[level]) for level in LEVELS)]
        for kind, levels in found.kinds.items()
    ]
    heads = [say("Kind"), *(say("Level {mark}", mark=LEVEL_MARK[level]) for level in LEVELS)]
    look.table(heads, rows)


def _cell(desk: Desk, one: Covered) -> look.Cell:
    say = desk.say
    robots = " · " + say("by robots: {count}", count=one.by_robots) if one.by_robots else ""
    if one.last is None:
        return look.Cell(say("never") + robots, "watch")
    day = f"{one.last.held_at.astimezone(desk.zone):%Y-%m-%d}"
    gaps = {"times": one.times, "day": day, "points": number(one.last.overall)}
    once = one.times == 1
    text = say("once, {day}: {points}", **gaps) if once else say("{times} times, last {day}: {points}", **gaps)
    return look.Cell(text + robots, BAND_TONES.get(one.last.band, "plain"))


def _clauses(desk: Desk, found: Readiness) -> None:
    say = desk.say
    look.section(say("Clauses that need a drill"))
    parts = (
        ("failed", say("Failed twice running"), found.failed_twice),
        ("changed", say("Changed since last exercised"), found.changed),
        ("never", say("Never exercised"), found.never),
    )
    names = {key: f"{title} · {len(rows)}" for key, title, rows in parts}
    chosen = st.segmented_control(
        say("Which clauses"), list(names), default=next((k for k, _, rows in parts if rows), "never"),
        format_func=names.__getitem__, key="readiness.part", label_visibility="collapsed", required=True,
    )  # fmt: skip
    rows = next(rows for key, _, rows in parts if key == chosen)
    if not rows:
        st.caption(say("none found"))
        return
    # What is critical comes first.
    ordered = sorted(rows, key=lambda one: (not one.critical, one.playbook_id))
    whole = st.checkbox(say("show all {count}", count=len(rows)), key="readiness.all") if len(rows) > MOST else True
    _clause_table(desk, found, ordered if whole else ordered[:MOST])


def _clause_table(desk: Desk, found: Readiness, rows: Iterable[ClauseState]) -> None:
    say = desk.say
    look.table(
        [say("Clause"), say("Plan"), say("Role"), say("Last results")],
        [
            [
                ("▲ " if one.critical else "") + say.of(one.title),
                say.of(found.plans[one.playbook_id].title),
                say.of(found.plans[one.playbook_id].roles[one.role].title),
                look.Cell(
                    ", ".join(say(STATES[r]) for r in one.results[:3]) or say("never"),
                    STATE_TONES[one.results[0]] if one.results else "watch",
                ),
            ]
            for one in rows
        ],
    )
    st.caption(say("▲ critical"))


def _roles(desk: Desk, found: Readiness) -> None:
    say = desk.say
    played = {key: one for key, one in found.roles.items() if one.times}
    look.section(say("Roles that acted: {count} of {all}", count=len(played), all=len(found.roles)))
    if not played:
        st.caption(say("none found"))
        return
    rows: list[Row] = [
        [
            say.of(found.plans[plan].roles[role].title),
            say.of(found.plans[plan].title),
            str(one.times),
            f"{one.last.held_at.astimezone(desk.zone):%Y-%m-%d}" if one.last else "–",
        ]
        for (plan, role), one in played.items()
    ]
    look.table([say("Role"), say("Plan"), say("Times"), say("Last")], rows, numbers=[2])


def _what(desk: Desk, one: Exercise) -> str:
    """Drill or incident, its name, and of a drill who played it."""
    say, name = desk.say, desk.say.of(one.title)
    return f"{say('Incident')} · {name}" if one.real else f"{say('Drill')} · {name} · {say(PLAYED[one.played])}"


def _last(desk: Desk, found: Readiness) -> None:
    say = desk.say
    look.section(say("Last drills and incidents"))
    rows: list[Row] = [
        [
            f"{e.held_at.astimezone(desk.zone):%Y-%m-%d}",
            _what(desk, e),
            LEVEL_MARK[e.level] if e.level else "–",
            look.Cell(f"{number(e.overall)} {e.band}", BAND_TONES.get(e.band, "plain") if e.counts else "plain"),
        ]
        for e in sorted(found.exercises, key=lambda e: e.held_at, reverse=True)[:MOST]
    ]
    if rows:
        look.table([say("Day"), say("What"), say("Level"), say("Points")], rows)
    else:
        st.caption(say("No drill was played and no response activated yet."))
