"""Moving people by hand: dragged on the map, clicked, or chosen from two lists – three ways to the same act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Marker, Moved
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import LINE_NAMES, SAID, act_button, refusal, target
from emergency.console.rooms.geography import markers_of
from emergency.service import moving
from emergency.service.allocation import REMOTE
from emergency.service.context import Conflict, Refused
from emergency.service.moving import Group
from emergency.service.plan_body import waits
from emergency.service.planning import shifts

COUNT = "move.count"
# Groups that can be taken by hand on the map; all are in the list.
ON_MAP = 14
SHIFTS_SHOWN = 8
APART = 0.15  # degrees


def _keys(shown: Mapping[str, Any]) -> tuple[str, str]:
    """Where from and where to, chosen for this plan; the next one begins with neither."""
    return f"move.from.{shown['plan_id']}", f"move.to.{shown['plan_id']}"


def markers(desk: Desk, found: Sequence[Group]) -> list[Marker]:
    """Bases and the people in the regions, each to be dragged where people may be taken from."""
    say, idle = desk.say, {g.place: g for g in found if g.idle}
    bases = []
    for one in markers_of(desk):
        free = idle.get(one.id)
        name = say("{base}: {n} free", base=one.name, n=len(free.people)) if free else one.name
        bases.append(Marker(one.id, one.lon, one.lat, name, "base", draggable=free is not None))
    regions = desk.ctx.regions
    out = [g for g in found if not g.idle and regions.known(g.place)][:ON_MAP]
    teams = [
        Marker(
            g.key,
            *_beside(regions.point(g.place), bases),
            say("{n} in {place}", n=len(g.people), place=desk.region(g.place)),
            "team",
            draggable=True,
        )
        for g in out
    ]
    return [*bases, *teams]


def _beside(point: tuple[float, float], bases: Sequence[Marker]) -> tuple[float, float]:
    """A little off where a base stands at the same place: both can be taken by hand."""
    lon, lat = point
    if any(abs(base.lon - lon) < APART and abs(base.lat - lat) < APART for base in bases):
        return lon - APART, lat + APART
    return point


def dropped(found: Sequence[Group], shown: Mapping[str, Any], moved: Moved) -> None:
    """A group was let go over a region: the form below asks how many."""
    taken(found, shown, moved.id)
    picked(shown, moved.region)


def taken(found: Sequence[Group], shown: Mapping[str, Any], marker: str) -> None:
    """A group was clicked: it is the one to take from."""
    key = marker if "/" in marker else f"{moving.BASE}/{marker}"
    if any(g.key == key for g in found):
        st.session_state[_keys(shown)[0]] = key


def picked(shown: Mapping[str, Any], region: str | None) -> None:
    """A region was clicked or dropped on: its neediest line is the place to go to."""
    cells = [c for c in shown["body"]["cells"] if c["region"] == region]
    if cells:
        short = _short(shown)
        neediest = max(cells, key=lambda c: (short.get(c["cell_id"], 0), c["slots"]))
        st.session_state[_keys(shown)[1]] = neediest["cell_id"]


def _short(shown: Mapping[str, Any]) -> dict[str, int]:
    return {s["cell_id"]: s["slots"] for s in shown["body"]["shortages"]}


def form(desk: Desk, shown: Mapping[str, Any], found: Sequence[Group]) -> None:
    """From where, to where, how many, who could go; the answer is a draft with its price."""
    say, short = desk.say, _short(shown)
    cells = {c["cell_id"]: c for c in shown["body"]["cells"] if c["region"] != REMOTE and waits(c["cell_id"])}
    sources = {g.key: g for g in found}
    if not cells or not sources:
        return
    begin, end = _keys(shown)
    for key, known in ((begin, sources), (end, cells)):
        if st.session_state.get(key) not in known:
            st.session_state[key] = None
    look.section(say("Move people"))
    first, second, third, fourth = st.columns([1.4, 1.4, 0.7, 0.9], vertical_alignment="bottom")
    source = first.selectbox(
        say("From"),
        list(sources),
        key=begin,
        format_func=lambda key: _source(desk, sources[key]),
        placeholder=say("choose, click or drag on the map"),
    )
    order = sorted(cells, key=lambda key: (-short.get(key, 0), key))
    to = second.selectbox(
        say("To"),
        order,
        key=end,
        format_func=lambda key: _place(desk, cells[key], short.get(key, 0)),
        placeholder=say("choose, or click on the map"),
    )
    here = {a["adjuster_id"] for a in shown["body"]["assignments"] if a["cell_id"] == to}
    others = [p for p in sources[source].people if p not in here] if source else []
    able = moving.able(desk.ctx, shown, others, to) if to else []
    most = max(1, len(able))
    wanted = min(most, int(st.session_state.get(COUNT, 1)))
    count = third.number_input(say("People to move"), 1, most, wanted, disabled=not able)
    st.session_state[COUNT] = int(count)
    if fourth.button(say("See what it costs"), type="primary", key="move-go", width="stretch", disabled=not able):
        _move(desk, shown, str(source), str(to), int(count))
    if source and to:
        st.caption(_told(desk, len(sources[source].people), able, int(count)))


def _source(desk: Desk, group: Group) -> str:
    n = len(group.people)
    if group.idle:
        name = next((m.name for m in markers_of(desk) if m.id == group.place), group.place)
        return desk.say("{base}: {n} free", base=name, n=n)
    return desk.say("{n} in {place}", n=n, place=desk.region(group.place))


def _place(desk: Desk, cell: Mapping[str, Any], short: int) -> str:
    say = desk.say
    gaps = {"place": target(desk, cell), "line": say(LINE_NAMES[cell["line"]]), "n": cell["slots"], "short": short}
    return say("{place}, {line}: {short} of {n} short" if short else "{place}, {line}: {n} asked, none short", **gaps)


def _told(desk: Desk, people: int, able: Sequence[tuple[str, int]], count: int) -> str:
    say = desk.say
    if not able:
        return say("None of the {n} may work there: skill, licence or a day's drive stand in the way.", n=people)
    minutes = able[min(count, len(able)) - 1][1]
    return say(
        "{able} of {n} may work there; the nearest {count} go, the last of them {hours} h {minutes} min away.",
        able=len(able),
        n=people,
        count=count,
        hours=minutes // 60,
        minutes=minutes % 60,
    )


def _move(desk: Desk, shown: Mapping[str, Any], source: str, to: str, count: int) -> None:
    say = desk.say
    try:
        with st.spinner(say("Solving over all open incidents …")):
            draft = moving.move(desk.ctx, shown["plan_id"], source, to, count)
        left = moving.unmet(draft)
        number = draft.plan_id
        done = say("Draft {plan} has them moved; look at its price, then publish it or put it away.", plan=number)
        more = say("These could not be moved: {names}.", names=say(", ").join(left)) if left else ""
        st.session_state[SAID] = ("warning" if left else "success", f"{done} {more}".strip())
        st.session_state[COUNT] = 1
    except (Refused, Conflict) as fault:
        st.session_state[SAID] = ("error", refusal(desk, fault))
    st.rerun()


def changes(desk: Desk, now: Mapping[str, Any] | None, shown: Mapping[str, Any]) -> None:
    """Who loses people and who gets some, against the plan in force."""
    say = desk.say
    found = shifts(now, shown)
    if now is None or not found:
        return
    look.section(say("Who loses people, who gets some"))
    rows = [*found[:SHIFTS_SHOWN], *(found[SHIFTS_SHOWN:][-SHIFTS_SHOWN:])]
    look.table(
        [say("Region"), say("now"), say("draft"), ""],
        [
            [
                desk.region(s.region),
                str(s.before),
                str(s.after),
                look.Cell(f"{s.after - s.before:+}", tone="watch" if s.after < s.before else "ok"),
            ]
            for s in rows
        ],
        numbers=[1, 2, 3],
    )
    if len(rows) < len(found):
        st.caption(say("{count} more rows; the file below has all.", count=len(found) - len(rows)))


def put_away(desk: Desk, draft: Mapping[str, Any]) -> None:
    """A button that ends a draft; the plan in force stands again before everybody."""
    say, number = desk.say, draft["plan_id"]
    done = say("Put away; it stays in the list of plans.")
    act_button(
        desk, say("Put draft {plan} away", plan=number), "put-away", partial(moving.put_away, desk.ctx, number), done
    )
