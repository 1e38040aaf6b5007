"""Claims without a place: looked at, put on the map or into a region, taken back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.components.dispatch_map import Legend, dispatch_map
from emergency.console.desk import Desk
from emergency.console.rooms.geography import fit_of, geometry_of, incident_view, points_of
from emergency.console.rooms.intake_mapping import spoken
from emergency.console.rooms.intake_words import LINE_NAMES
from emergency.service import placing
from emergency.service.context import Refused
from emergency.service.placing import Placed, Waiting
from emergency.texts import N_

SHOWN = 100
WIDTHS = {
    N_("Report number"): 96,
    N_("Place in words"): 122,
    N_("The address names"): 112,
    N_("Line"): 46,
    N_("Waiting (h)"): 74,
}
HOW = {"list": N_("from the list"), "map": N_("on the map"), "address": N_("by address")}


def show(desk: Desk) -> None:
    """The queue, where there is one."""
    say = desk.say
    waiting, total = placing.queue(desk.ctx, limit=SHOWN)
    turn = _turn([w.claim_id for w in waiting])
    acts = placing.acts(desk.ctx)
    if not total and not acts:
        return
    look.section(say("Waiting for a place"))
    _said(desk)
    if total:
        _queue(desk, waiting, total, turn)
    else:
        st.caption(say("Every claim has a place."))
    for act in acts[:3]:
        _undo(desk, act)


def _said(desk: Desk) -> None:
    kind, text = st.session_state.pop("placing-said", ("", ""))
    if kind:
        look.notice(kind, text)


def _turn(ids: list[int]) -> int:
    """Names the fields of the queue until a row of it goes: the grid knows marked rows by their number alone, and
    once a row has gone the same number is another claim, which nobody has marked."""
    before, turn = st.session_state.get("placing-rows", ([], 0))
    if ids[: len(before)] != before:
        turn = _cleared()
    st.session_state["placing-rows"] = (ids, turn)
    return turn


def _cleared() -> int:
    """Nothing is marked, no region and no point is chosen; the number of the fields that come now."""
    st.session_state.pop("placing-region", None)
    ids, turn = st.session_state.get("placing-rows", ([], 0))
    st.session_state["placing-rows"] = (ids, turn + 1)
    return int(turn) + 1


def _queue(desk: Desk, waiting: list[Waiting], total: int, turn: int) -> None:
    say = desk.say
    named = sum(1 for w in waiting if w.suggested)
    if named:
        whole = total <= len(waiting)
        label = say("Place {n} by their addresses", n=named) if whole else say("Place all whose address names a region")
        if st.button(label, type="primary", key="place-by-address"):
            _act(desk, lambda: placing.place_by_address(desk.ctx))
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        st.caption(say("{total} claims wait; the {shown} that wait longest:", total=total, shown=len(waiting)))
        chosen = st.dataframe(
            _table(desk, waiting),
            hide_index=True,
            height=470,
            on_select="rerun",
            selection_mode="multi-row",
            key=f"placing-table.{turn}",
            column_config=_widths(desk),
        )
    rows = chosen["selection"]["rows"]
    claims = [waiting[i] for i in rows if i < len(waiting)]
    with right:
        region = _place(desk, claims, turn)
        _map(desk, region, waiting, turn)


def _table(desk: Desk, waiting: list[Waiting]) -> pd.DataFrame:
    say, regions, now = desk.say, desk.ctx.regions, desk.ctx.now()
    return pd.DataFrame(
        {
            say("Report number"): [w.report_no for w in waiting],
            say("Place in words"): [w.place or "–" for w in waiting],
            say("The address names"): [
                regions.full_name(w.suggested, say.language) if w.suggested else "–" for w in waiting
            ],
            say("Line"): [say(LINE_NAMES.get(w.line, w.line)) for w in waiting],
            say("Waiting (h)"): [int((now - w.known_at).total_seconds() // 3600) for w in waiting],
        }
    )


def _widths(desk: Desk) -> dict[str, Any]:
    """Pixels, so that the last column stands on a narrow screen too."""
    return {desk.say(name): st.column_config.Column(width=px) for name, px in WIDTHS.items()}


def _place(desk: Desk, claims: list[Waiting], turn: int) -> str | None:
    """The choice of a place; the region chosen so far."""
    say, regions = desk.say, desk.ctx.regions
    if not claims:
        st.caption(say("Mark one or more rows, then click their region on the map or choose it from the list."))
    picked = st.session_state.get("placing-region")
    suggested = {w.suggested for w in claims} - {None}
    proposed = picked or (suggested.pop() if len(suggested) == 1 else None)
    codes = list(dict.fromkeys(code for level in reversed(regions.levels) for code in regions.codes(level)))
    region = st.selectbox(
        say("Region"),
        [None, *codes],
        index=codes.index(proposed) + 1 if proposed in codes else 0,
        format_func=lambda code: regions.full_name(code, say.language) if code else say("choose, or type to search"),
        key=f"placing-choice.{turn}.{proposed}",
    )
    point = st.text_input(
        say("or a point: longitude, latitude"), key=f"placing-point.{turn}", placeholder="113.62, 34.75"
    )
    ready = bool(claims) and bool(region or point.strip())
    label = say("Place {n} claims here", n=len(claims))
    if st.button(label, disabled=not ready, key=f"place.{turn}", type="primary") and ready:
        ids = [w.claim_id for w in claims]
        if point.strip():
            _at_point(desk, ids, point)
        else:
            how = "map" if region == picked else "list"
            _act(desk, lambda: placing.place_in(desk.ctx, ids, str(region), how=how))
    return region


def _at_point(desk: Desk, ids: list[int], text: str) -> None:
    try:
        lon, lat = (float(x) for x in text.replace("，", ",").split(","))
    except ValueError:
        st.error(desk.say("Write the point as longitude, latitude in degrees, like 113.62, 34.75."))
        return
    _act(desk, lambda: placing.place_at(desk.ctx, ids, lon, lat))


def _map(desk: Desk, region: str | None, waiting: list[Waiting], turn: int) -> None:
    say, regions = desk.say, desk.ctx.regions
    level = desk.ctx.profile.region_level
    named = Counter(c for w in waiting if w.suggested and (c := regions.at_level(w.suggested, level)))
    dispatch_map(
        f"placing-map.{turn}",
        say,
        Legend.covering(say("Waiting claims whose address names the region"), max(named.values(), default=1)),
        named,
        selected=regions.at_level(region, level) if region else None,
        view=incident_view(desk, [code for code, _ in named.most_common(10)]),
        fit=fit_of(desk),
        height=250,
        on_picked=_pick,
        **geometry_of(desk),
        points=points_of(desk),
    )
    st.caption(say("Outlines: {source}", source=say(desk.ctx.regions.source)))


def _pick(code: str | None) -> None:
    st.session_state["placing-region"] = code


def _act(desk: Desk, act: object) -> None:
    say = desk.say
    try:
        done: Placed = act()  # type: ignore[operator]
    except Refused as fault:
        st.session_state["placing-said"] = ("error", spoken(desk, fault))
    else:
        st.session_state["placing-said"] = ("success", say("{n} claims have a place now.", n=done.claims))
        _cleared()
    st.rerun()


def _undo(desk: Desk, act: object) -> None:
    say = desk.say
    facts = act.facts()  # type: ignore[attr-defined]
    seq = act.seq  # type: ignore[attr-defined]
    text, button = st.columns([4, 1], vertical_alignment="center")
    where = ", ".join(desk.region(code) for code in facts["regions"][:3]) + (" …" if len(facts["regions"]) > 3 else "")
    text.caption(
        say(
            "Entry {seq}: {n} claims placed {how}: {where}",
            seq=seq,
            n=facts["claims"],
            how=say(HOW[facts["how"]]),
            where=where,
        )
    )
    if button.button(say("Take back"), key=f"unplace-{seq}", width="stretch"):
        try:
            back, left = placing.undo(desk.ctx, seq)
        except Refused as fault:
            st.session_state["placing-said"] = ("error", spoken(desk, fault))
        else:
            kept = say(" {n} were changed since and stay.", n=left) if left else ""
            st.session_state["placing-said"] = ("success", say("{n} claims wait again.", n=back) + kept)
        st.rerun()
