"""What people are sent by and what holds them back: roads shut or slow, a reserve at home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import act_button
from emergency.console.rooms.geography import places_at_work
from emergency.console.rooms.once_form import instant, once
from emergency.console.rooms.task_acts import attempt
from emergency.service import reserve, roads
from emergency.service.roads import Trouble

SAID = "allocation-said"
LASTS = timedelta(hours=12)  # what the form begins with


def panel(desk: Desk) -> None:
    """Both lists with their forms, folded: what is in force stands in the heading."""
    say = desk.say
    known, held = roads.troubles(desk.ctx), reserve.floors(desk.ctx)
    heading = say(
        "Roads: {roads} shut or slow · held back at home: {people}", roads=len(known), people=sum(held.values())
    )
    with st.expander(heading, key="allocation-roads"):
        left, right = st.columns(2, gap="medium")
        with left:
            _roads(desk, known)
        with right:
            _reserve(desk, dict(held))


def _roads(desk: Desk, known: tuple[Trouble, ...]) -> None:
    say = desk.say
    for n, trouble in enumerate(known):
        line, button = st.columns([3, 1], vertical_alignment="center")
        line.text(_told(desk, trouble))
        with button:
            opened = say("{one} – {other} counts as open; the next proposal may use it.", **_ends(desk, trouble))
            act = partial(roads.open_road, desk.ctx, trouble, say("the console"))
            act_button(desk, say("Road is open"), f"road-open-{n}", act, opened)
    if not known:
        st.caption(say("No road is known to be shut or slow. People go round what is."))
    _road_form(desk)


def _ends(desk: Desk, trouble: Trouble) -> dict[str, str]:
    return {"one": desk.region(trouble.one), "other": desk.region(trouble.other)}


def _told(desk: Desk, trouble: Trouble) -> str:
    say = desk.say
    gaps = {
        **_ends(desk, trouble),
        "until": desk.clock_text(trouble.until),
        "source": trouble.source,
        "percent": trouble.percent,
    }
    if trouble.percent:
        return say("{one} – {other}: {percent} % of the usual speed until {until} ({source})", **gaps)
    return say("{one} – {other}: shut until {until} ({source})", **gaps)


def _region(desk: Desk, place: DeltaGenerator, label: str, codes: Sequence[str], key: str) -> str | None:
    return place.selectbox(
        label, codes, index=None, format_func=desk.region, key=key, placeholder=desk.say("type a name")
    )


def _road_form(desk: Desk) -> None:
    say, ctx = desk.say, desk.ctx
    with once("road") as form:
        first, second = st.columns(2)
        codes = places_at_work(desk)
        one = _region(desk, first, say("Between"), codes, f"{form.key}.one")
        other = _region(desk, second, say("and"), codes, f"{form.key}.other")
        percent = st.number_input(
            say("Of the usual speed is left (%, 0 = shut)"), 0, 99, 0, 10, key=f"{form.key}.percent"
        )
        until = instant(desk, f"{form.key}.until", say("Until, day"), say("time"), ahead=True, start=ctx.now() + LASTS)
        source = st.text_input(say("Said by"), key=f"{form.key}.source", placeholder=say("traffic police, own people"))
        if st.form_submit_button(say("Enter the road")):
            attempt(
                desk,
                form.taking(lambda: roads.close_road(ctx, one or "", other or "", until, source, int(percent))),
                say("Entered; the next proposal goes round it."),
                SAID,
            )


def _reserve(desk: Desk, held: dict[str, int]) -> None:
    say, ctx = desk.say, desk.ctx
    if held:
        rows: list[list[str | look.Cell]] = [[desk.region(region), f"{people:,}"] for region, people in held.items()]
        look.table([say("Stay at home in"), say("People")], rows, numbers=[1])
    else:
        st.caption(say("Nobody is held back: everybody may be sent."))
    homes = sorted({str(a["region"]) for a in reserve.homes(ctx)})
    with once("reserve") as form:
        region = st.selectbox(
            say("Of the people based in"),
            homes,
            index=None,
            format_func=desk.region,
            key=f"{form.key}.region",
            placeholder=say("choose a region"),
        )
        people = st.number_input(say("stay (0 = all may go)"), 0, 100_000, 0, key=f"{form.key}.people")
        reason = st.text_input(say("because"), key=f"{form.key}.reason")
        if st.form_submit_button(say("Hold back")):
            attempt(
                desk,
                form.taking(lambda: reserve.hold_back(ctx, region or "", int(people), reason)),
                say("Set; the next proposal keeps to it."),
                SAID,
            )
