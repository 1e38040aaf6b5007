"""The measured frontier of the stability slider: how many people move at which price, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.service import frontier
from emergency.service.context import Refused
from emergency.service.frontier import Point
from emergency.texts import Message

ACCENT, QUIET = "#1f5fa8", "#8a94a3"


def panel(desk: Desk, present: int) -> None:
    """The curve with the present price marked, and a sentence on the next step."""
    say = desk.say
    points = _points(desk, present)
    if isinstance(points, Message):
        st.caption(look.plain(say(points)))
        return
    if not points:
        st.caption(say("Nobody stands anywhere yet: the price of moving counts from the second plan on."))
        return
    if len({(p.moved, p.loss_minutes) for p in points}) > 1:
        st.altair_chart(_chart(desk, points, present), key="frontier")
    st.caption(look.plain(say(frontier.next_step(points, present))))


def _points(desk: Desk, present: int) -> tuple[Point, ...] | Message:
    """Solved once for each state of the workspace and each price; kept in the session."""
    key = (frontier.stamp(desk.ctx), present)
    kept = st.session_state.get("frontier.kept")
    if kept is None or kept[0] != key:
        try:
            found: tuple[Point, ...] | Message = frontier.frontier(desk.ctx, present)
        except Refused as fault:
            found = fault.args[0] if isinstance(fault.args[0], Message) else Message(str(fault))
        kept = st.session_state["frontier.kept"] = (key, found)
    points: tuple[Point, ...] | Message = kept[1]
    return points


def _chart(desk: Desk, points: Sequence[Point], present: int) -> Any:
    say = desk.say
    moved, loss, travel = say("people moved"), say("hours above free moving"), say("travel, one way (h)")
    # Prices that change nothing lie on one another: the lowest names the point, or the present one.
    at: dict[tuple[int, int], int] = {}
    for p in sorted(points, key=lambda p: (p.stability_minutes != present, p.stability_minutes)):
        at.setdefault((p.moved, round(p.loss_minutes / 60)), p.stability_minutes)
    labels = {price: f"{price}" for price in at.values()}
    table = pd.DataFrame(
        [
            {
                moved: p.moved,
                loss: round(p.loss_minutes / 60, 2),
                travel: round(p.travel_minutes / 60, 1),
                "price": p.stability_minutes,
                "label": labels.get(p.stability_minutes, ""),
                "here": p.stability_minutes == present,
            }
            for p in points
        ]
    )
    base = alt.Chart(table).encode(
        # Room for the label of the last dot, which else is cut off in a narrow column.
        x=alt.X(f"{moved}:Q", axis=alt.Axis(format="d", tickMinStep=1), scale=alt.Scale(padding=24)),
        y=alt.Y(f"{loss}:Q", axis=alt.Axis(titleLimit=220)),
        tooltip=[alt.Tooltip("price:Q", title=say("minutes")), moved, loss, travel],
    )
    here = alt.condition("datum.here", alt.value(ACCENT), alt.value(QUIET))
    size = alt.condition("datum.here", alt.value(110), alt.value(34))
    line = base.mark_line(color=QUIET, strokeWidth=1).encode(order="price:Q")
    dots = base.mark_point(filled=True, opacity=1).encode(color=here, size=size)
    words = base.mark_text(dx=4, dy=-9, align="left", fontSize=11).encode(text="label:N", color=here)
    return (line + dots + words).properties(height=200)
