"""Play a script with people: make its workspace, sit down as its director, hand out the address and the code."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import frame
from emergency.domain.drill.script import DrillScript
from emergency.service import drill_live
from emergency.service.allocation import roster
from emergency.service.context import Conflict, FileFaults, Refused
from emergency.service.drill_board import signs
from emergency.service.drill_tick import live_drills

SAID = "drill-said"


def begin(desk: Desk, script: DrillScript, auto: str, seed: int, fork: bool) -> None:
    """The button; who presses it directs the drill."""
    say = desk.say

    def start() -> None:
        origin = desk.ctx if fork else None
        person = desk.ctx.actor.name
        try:
            chosen = f"{script.id}@{script.version}"
            made = drill_live.start(desk.ctx, chosen, person, auto=auto, seed=seed, origin=origin)
        except (Refused, Conflict, FileFaults) as fault:
            st.session_state[SAID] = str(fault)
            return
        drill_seat.keep_token(made["workspace"], made["token"])
        # The field of the workspace is drawn before the room: it is set before the page runs again.
        st.session_state["workspace"] = made["workspace"]

    if st.button(say("Play with people"), key="play-people", on_click=start, width="stretch", help=span(desk, script)):
        if SAID not in st.session_state:
            frame.go("drill_desk")
        st.rerun()


def going_on(desk: Desk) -> None:
    """Drills that are being played now, with a way into each."""
    say = desk.say
    found = [(one.store.name, signs(one)) for one in live_drills(desk.ctx)]
    open_ = [(name, about) for name, about in found if not about.ended]
    if not open_:
        return
    look.section(say("Being played now"))
    for name, about in open_:

        def enter(name: str = name) -> None:
            st.session_state["workspace"] = name

        title = f"{say.of(about.title)} · {drill_seat.drill_time(about.now_s)}"
        if st.button(look.plain(title), key=f"enter-{name}", on_click=enter, width="stretch", help=name):
            frame.go("drill_desk")


def span(desk: Desk, script: DrillScript) -> str:
    hours, speed = script.clock.duration_s / 3600, script.clock.speed
    return desk.say("{hours} h of drill time in {minutes} min", hours=f"{hours:g}", minutes=round(hours * 60 / speed))


def _strange(desk: Desk, script: DrillScript) -> int:
    """How many regions of the script's claims this workspace's map does not have."""
    codes = {region for stream in script.claim_streams for region in stream.regions}
    return sum(not desk.ctx.regions.known(code) for code in codes)


def near_first(desk: Desk, known: Mapping[str, DrillScript]) -> list[str]:
    """Ids of scripts: those whose claims lie on this workspace's map, then those of anywhere, then of elsewhere."""

    def rank(script: DrillScript) -> int:
        return 2 if _strange(desk, script) else 0 if script.claim_streams else 1

    return sorted(known, key=lambda key: (rank(known[key]), desk.say.of(known[key].title)))


def people_here(desk: Desk, script: DrillScript) -> bool:
    """Whether this workspace has people who could play the script's part: of its country, and any at all."""
    return desk.ctx.profile.kind != "drill" and not _strange(desk, script) and bool(roster(desk.ctx))
