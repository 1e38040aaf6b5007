"""What a run achieved: its figures between nobody acting and hindsight, and the regret; for drills and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.drill.measures import METRIC_NAMES, in_unit


def show(desk: Desk, score: Mapping[str, Any]) -> None:
    """The table of outcomes; nothing where the script judges none."""
    say = desk.say
    if not score["outcomes"]:
        return
    look.section(say("What it achieved, between nobody acting and hindsight"))
    look.table(
        [
            say("Figure"), say("Played"), say("Nobody moved"), say("Knowable then"), say("Regret"), say("Hindsight"),
            say("Share achieved"),
        ],
        [
            [
                say(METRIC_NAMES.get(o["metric"], o["metric"])),
                *(_figure(desk, o, name) for name in ("value", "baseline", "knowable", "regret", "oracle")),
                "–" if o["effectiveness"] is None else f"{o['effectiveness']:g} %",
            ]
            for o in score["outcomes"]
        ],
        numbers=[1, 2, 3, 4, 5, 6],
    )  # fmt: skip
    if any(o.get("regret") is not None for o in score["outcomes"]):
        st.caption(
            say(
                "Knowable then: the allocation engine twice a day, on what was on hand by then. Regret is what this "
                "run falls short of that; below 0 it did better."
            )
        )


def _figure(desk: Desk, outcome: Mapping[str, Any], name: str) -> str:
    found = in_unit(outcome["metric"], outcome.get(name), difference=name == "regret")
    return found if isinstance(found, str) else desk.say(found)
