"""Where the plan leads: the shifts to come, and what next best for a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import LINE_NAMES, target
from emergency.service.gaps import answers


def shifts(desk: Desk, shown: Mapping[str, Any]) -> None:
    """One row for each shift the plan was carried on to; plans of earlier times have none."""
    rows = shown["body"].get("outlook") or []
    if not rows:
        return
    say = desk.say
    look.section(say("If it goes on like this"))
    look.table(
        [
            say("Shift"),
            say("Claims waiting"),
            say("surveyed in it"),
            say("still to come"),
            say("People"),
            say("Slots short"),
            say("Travel, one way (hours)"),
            say("People moved"),
        ],
        [
            [
                say("this one") if row["number"] == 1 else f"+{row['number'] - 1}",
                f"{row['waiting']:,}",
                f"{row['surveyed']:,}",
                f"{row['arriving']:,}",
                f"{row['people']:,}",
                f"{row['short']:,}",
                f"{row['travel_minutes'] / 60:,.1f}",
                f"{row['moves']:,}",
            ]
            for row in rows
        ],
        numbers=[1, 2, 3, 4, 5, 6, 7],
    )
    st.caption(
        say(
            "Later shifts are planned by the same engine from where the one before leaves off, people staying where "
            "they worked. What is still to come follows the reporting curve of data/rules/reporting.yaml; the course "
            "of one event is easily half or double of it. Only this shift is published."
        )
    )


def gaps(desk: Desk, shown: Mapping[str, Any], named: Callable[[Desk, str, Mapping[str, Any]], str]) -> None:
    """Choose a gap, read what would fill it.

    Args:
        named: puts places into a sentence instead of the ids of cells.
    """
    say = desk.say
    short = {s["cell_id"]: s["slots"] for s in shown["body"]["shortages"]}
    referred = {r["cell_id"]: r["slots"] for r in shown["body"].get("referrals", ())}
    if not short and not referred:
        return
    cells = {c["cell_id"]: c for c in shown["body"]["cells"]}
    look.section(say("What next best for a gap?"))
    chosen = st.selectbox(
        say("Gap in the plan"),
        sorted({*short, *referred}, key=lambda cell_id: (-short.get(cell_id, 0), cell_id)),
        index=None,
        placeholder=say("choose a gap"),
        format_func=lambda key: say(
            "{place}, {line}: {count} short" if key in short else "{place}, {line}: {count} referred",
            place=target(desk, cells[key]),
            line=say(LINE_NAMES[cells[key]["line"]]),
            count=short.get(key) or referred[key],
        ),
        label_visibility="collapsed",
        key="gap",
    )
    if chosen:
        with st.spinner(say("Solving over all open incidents …")):
            told = answers(desk.ctx, shown, chosen)
        for sentence in told:
            st.text(named(desk, say(sentence), cells))
