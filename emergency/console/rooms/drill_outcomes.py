"""What a run achieved: its figures between nobody acting and hindsight, and what each decision cost above the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.drill.measures import METRIC_NAMES, in_unit
from emergency.domain.drill.words import PARTS
from emergency.service.reviewing import Words, offset

DEAREST = 3  # decisions told in words above the table


def show(desk: Desk, run: Mapping[str, Any]) -> None:
    """Both tables of a kept run; nothing where its script judges no outcome and nobody was to be sent anywhere."""
    _outcomes(desk, run["score"])
    _decisions(desk, run)


def _outcomes(desk: Desk, score: Mapping[str, Any]) -> None:
    say = desk.say
    if not score["outcomes"]:
        return
    look.section(say("What it achieved, between nobody acting and hindsight"))
    look.table(
        [
            say("Figure"), say("Played"), say("Nobody moved"), say("Engine twice a day"), say("Hindsight"),
            say("Share achieved"),
        ],
        [
            [
                say(METRIC_NAMES.get(o["metric"], o["metric"])),
                *(_figure(desk, o, name) for name in ("value", "baseline", "engine", "oracle")),
                "–" if o["effectiveness"] is None else f"{o['effectiveness']:g} %",
            ]
            for o in score["outcomes"]
        ],
        numbers=[1, 2, 3, 4, 5],
    )  # fmt: skip
    if any(o.get("engine") is not None for o in score["outcomes"]):
        st.caption(say("Engine twice a day: the allocation engine every 12 hours, on what was on hand by then."))


def _figure(desk: Desk, outcome: Mapping[str, Any], name: str) -> str:
    found = in_unit(outcome["metric"], outcome.get(name))
    return found if isinstance(found, str) else desk.say(found)


def _decisions(desk: Desk, run: Mapping[str, Any]) -> None:
    """Every plan, and every moment at which none was made, beside the best plan of its minute."""
    say, words, rows = desk.say, Words(run, desk.say), run["score"].get("decisions", [])
    if not rows:
        return
    look.section(say("Decisions about people, and the best that could be known"))
    if whole := words.regret_of_all():
        st.text(whole)
    for row in sorted((row for row in rows if row["regret"]), key=lambda row: -row["regret"])[:DEAREST]:
        gaps = {"time": offset(row["at_s"]), "decision": words.decision(row), "minutes": f"{row['regret']:,}"}
        st.text(say("{time} {decision}: {minutes} min – {why}", **gaps, why=say("; ").join(words.why(row))))
    told = {
        say("Drill time"): [offset(row["at_s"]) for row in rows],
        say("Decision"): [words.decision(row) for row in rows],
        say("Regret (min)"): [row["regret"] for row in rows],
        say("Regret (%)"): [row["percent"] for row in rows],
        say("Mainly because"): [say("; ").join(words.why(row)) for row in rows],
        say("Cost (min)"): [row["cost"] for row in rows],
        say("Best knowable (min)"): [row["optimum"] for row in rows],
    }
    for (
        name,
        title,
    ) in PARTS.items():  # each alone may be below 0, as where a plan that leaves claims waiting drives less
        told[say("Of it: {part}", part=say(title))] = [(row["parts"] or {}).get(name) for row in rows]
    st.dataframe(pd.DataFrame(told), hide_index=True, height=min(420, 40 + 35 * len(rows)), column_config=_config(told))
    for note in words.regret_notes():
        st.caption(note)


def _config(told: Mapping[str, Any]) -> dict[str, Any]:
    """Figures with their thousands apart."""
    figures = [name for name, values in told.items() if not any(isinstance(value, str) for value in values)]
    return {name: st.column_config.NumberColumn(format="localized") for name in figures}


def led(desk: Desk, run: Mapping[str, Any]) -> None:
    """What the director did to the clock and the script, and when the server was away; nothing where nobody led."""
    say, words, rows = desk.say, Words(run, desk.say), run["review"].get("conduct", [])
    if rows:
        look.section(say("How the drill was led"))
        look.table(
            [say("Drill time"), say("What")], [[offset(row["at_s"]), words.spoken(row["what"])] for row in rows]
        )
