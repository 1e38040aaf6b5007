"""An area for claims to join by: drawn on the map, or written as corners or GeoJSON. One text holds it."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from emergency.console.components.dispatch_map import Drawing, Legend, dispatch_map
from emergency.console.desk import Desk
from emergency.console.rooms.geography import fit_of, geometry_of, incident_view, points_of
from emergency.service import joining


def text(desk: Desk, key: str) -> str:
    """The field in which the area stands, with what changes it; returns the text."""
    say = desk.say
    box, side = st.columns([2.4, 1], vertical_alignment="bottom")
    area = box.text_area(
        say("and in a drawn area: one longitude, latitude a line, or GeoJSON (empty: none)"), height=88, key=key
    )
    with side:
        st.toggle(say("Draw on the map"), key=_drawing(key))
        with st.container(horizontal=True, gap="xsmall"):
            none = not area.strip()
            changes = ((say("Take back the last corner"), "last", _shorten), (say("Clear"), "clear", _clear))
            for label, name, act in changes:
                st.button(label, on_click=act, args=(key,), disabled=none, key=f"{key}.{name}")
    return area


def map_below(desk: Desk, key: str, joining_now: Iterable[tuple[str, int]]) -> None:
    """The map to draw on, shaded by the claims that would join; shown while drawing is on."""
    if not st.session_state.get(_drawing(key)):
        return
    say, level = desk.say, desk.ctx.profile.region_level
    counted: dict[str, int] = {}
    for code, n in joining_now:
        at = desk.ctx.regions.at_level(code, level) if desk.ctx.regions.known(code) else None
        if at:
            counted[at] = counted.get(at, 0) + n
    area = str(st.session_state.get(key, ""))
    corners = joining.corners_of(area)
    shapes = joining.outline(area) if not corners else None
    dispatch_map(
        "joining-map",
        say,
        Legend.covering(say("claims that would join"), max(counted.values(), default=1)),
        counted,
        view=incident_view(desk),
        fit=fit_of(desk),
        height=420,
        drawing=Drawing(corners, active=True, shapes=shapes),
        on_drew=lambda drawn: _keep(key, drawn),
        attribution=say(desk.ctx.regions.source),
        **geometry_of(desk),
        points=points_of(desk),
    )
    st.caption(
        say(
            "Each click is a corner; the area closes by itself from the third on. "
            "By keyboard: move the map with the arrows, Enter sets a corner in its middle, Backspace takes one back."
        )
    )


def _drawing(key: str) -> str:
    return f"{key}.drawing"


def _keep(key: str, drawn: Iterable[tuple[float, float]]) -> None:
    st.session_state[key] = joining.written(drawn)


def _shorten(key: str) -> None:
    st.session_state[key] = joining.written(joining.corners_of(st.session_state[key])[:-1])


def _clear(key: str) -> None:
    st.session_state[key] = ""
