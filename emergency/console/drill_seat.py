"""Where this browser sits in a drill that people play, and what stands of it in every room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk, role_key
from emergency.domain.improvement import retested
from emergency.service import drill_board, drill_seats
from emergency.service.drill_course import is_live_drill, open_drill
from emergency.service.drill_seats import Seat
from emergency.service.drills import played_here, runs
from emergency.service.records import Entry
from emergency.service.reviewing import RUN
from emergency.texts import N_

# What a browser keeps of its seat stands beside its roles, one word for each drill.
PREFIX = "seat/"
REFRESH_SECONDS = 5
MOST_SEATS = 8
PLAYS_IT = N_("You play this script now; its reports open again when the drill is over.")


def token(workspace: str) -> str:
    kept: Mapping[str, str] = st.session_state.get("roles", {})
    return kept.get(PREFIX + workspace, "")


def keep_token(workspace: str, word: str) -> None:
    """The browser remembers its seat; an empty word forgets it. A cookie is small: the newest few are kept."""
    kept = dict(st.session_state.get("roles", {}))
    seats = {name: value for name, value in kept.items() if name.startswith(PREFIX) and name != PREFIX + workspace}
    seats |= {PREFIX + workspace: word} if word else {}
    others = {name: value for name, value in kept.items() if not name.startswith(PREFIX)}
    st.session_state["roles"] = others | dict(list(seats.items())[-MOST_SEATS:])


def seated(desk: Desk) -> Desk:
    """The desk as its seat allows; elsewhere than in a drill that people play it stays as it is."""
    if not is_live_drill(desk.ctx):
        return desk
    seat = drill_seats.seat_of(desk.ctx, token(desk.ctx.store.name))
    if seat is not None and not st.session_state.get("actor", "").strip():
        # Whoever gave their name to sit down has it in every other workspace too: there they rate, or own an item.
        st.session_state["actor"] = seat.person
    wanted = st.session_state.get(role_key(desk.ctx.store.name)) or desk.ctx.actor.role
    ctx = drill_seats.in_seat(desk.ctx, seat, wanted)
    if seat is None:
        ctx = replace(ctx, actor=replace(desk.ctx.actor))
    return replace(desk, ctx=ctx, seat=seat, in_drill=True)


def roles(desk: Desk, known: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """The roles this browser may act in: those of its seat, with the words they have elsewhere."""
    if not desk.in_drill:
        return dict(known)
    seat, own = desk.seat, desk.ctx.actor.role
    if seat is None or not seat.plays:
        title = desk.say(drill_seats.KINDS[seat.kind if seat else drill_seats.OBSERVER])
        return {own: {"en": title, "zh": title}}
    names = drill_seats.roles_of(open_drill(desk.ctx), seat)
    titles = drill_board.signs(desk.ctx).roles
    return {name: known.get(name) or titles.get(name) or {"en": name, "zh": name} for name in names}


def may_read(desk: Desk, entry: Entry) -> bool:
    """Whether the journal shows this entry here: what the director did with the list is not for players."""
    if not desk.in_drill or (desk.seat is not None and desk.seat.sees_injects) or _over(desk):
        return True
    if not entry.action.startswith("drill."):
        return True
    mine = desk.seat.role if desk.seat is not None and desk.seat.plays else ""
    return entry.action in ("drill.inject", "drill.spontaneous") and entry.facts().get("to") in (mine, "all")


def _over(desk: Desk) -> bool:
    return drill_board.signs(desk.ctx).ended


def drill_time(seconds: int) -> str:
    """T + 25:06, hours and minutes of drill time."""
    hours, minutes = divmod(max(0, seconds) // 60, 60)
    return f"T + {hours:02d}:{minutes:02d}"


@st.fragment(run_every=REFRESH_SECONDS)
def strip(desk: Desk) -> None:
    """In the sidebar of every room: drill time, whether it stands, and how much waits in the inbox."""
    say, found = desk.say, drill_board.signs(desk.ctx)
    state = say("over") if found.ended else say("not started") if not found.started else ""
    state = state or (say("paused") if found.paused else say("running"))
    st.caption(look.plain(f"{drill_time(found.now_s)} · {state}"))
    seat: Seat | None = desk.seat
    if seat is None:
        st.caption(look.plain(say("You have no seat in this drill: open Drill desk.")))
    elif seat.plays and (waiting := drill_seats.unread(desk.ctx, seat)):
        st.markdown(f"**{look.plain(say('{n} new in your inbox', n=waiting))}**")


def plays_now(desk: Desk) -> frozenset[str]:
    """Scripts in which this browser has a player's seat, and that are not over: their reports would tell too much.

    A retest counts as the script it was made of: all but one of its injects are the same.
    """
    found = set()
    for name in st.session_state.get("roles", {}):
        workspace = name.removeprefix(PREFIX)
        if name == workspace or not desk.running.content.workspaces.exists(workspace):
            continue
        ctx = desk.running.context(workspace, desk.ctx.actor)
        seat = drill_seats.seat_of(ctx, token(workspace)) if is_live_drill(ctx) else None
        if seat is not None and seat.plays and not (about := drill_board.signs(ctx)).ended:
            found.add(retested(about.drill_id))
    return frozenset(found)


def tells(desk: Desk, drill_id: str, playing: frozenset[str] | None = None) -> bool:
    """Whether a script, or a run of it, tells this browser what is to come: it plays that one, or a retest."""
    return retested(drill_id) in (plays_now(desk) if playing is None else playing)


def withheld(desk: Desk) -> frozenset[tuple[str, str]]:
    """Keys of the kept runs of those scripts: what any room says of them would tell what is to come."""
    if not (playing := plays_now(desk)):
        return frozenset()
    return frozenset((RUN, run["run_id"]) for run in runs(desk.ctx) if tells(desk, run["drill_id"], playing))


def told_here(desk: Desk) -> bool:
    """Whether this is the place of an earlier play of such a script: its journal tells what is to come.

    The drill that goes on here guards itself, seat by seat.
    """
    if desk.ctx.profile.kind != "drill" or (desk.in_drill and not _over(desk)):
        return False
    return tells(desk, played_here(desk.ctx))
