"""Lines and places of a plan in words, and what is said after an act in this room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st

from emergency.console.desk import Desk
from emergency.domain.allocation.ahead import is_ahead
from emergency.domain.allocation.pool import LANGUAGES
from emergency.domain.claim import LINES
from emergency.service.allocation import REMOTE
from emergency.service.context import Conflict, Refused
from emergency.service.reserve import SURVEYOR
from emergency.texts import N_, Message

SAID = "allocation-said"
LINE_NAMES = {
    "motor": N_("motor"),
    "property": N_("property"),
    "home": N_("home"),
    "agriculture": N_("agriculture"),
    "engineering": N_("engineering"),
    "marine": N_("marine"),
    "liability": N_("liability"),
    "personal_injury": N_("personal injury"),
    "health": N_("health"),
    "fnol_agent": N_("report-taking seats"),
    "it_engineer": N_("IT engineers"),
    "counsellor": N_("counsellors"),
    SURVEYOR: N_("reserve at home"),
}


def lines_by_need(shown: Mapping[str, Any] | None) -> list[str]:
    """Every line, those a plan is asked for most first."""
    asked: Counter[str] = Counter()
    for cell in shown["body"]["cells"] if shown else ():
        asked[cell["line"]] += cell["slots"]
    return sorted(LINES, key=lambda line: (-asked[line], line))


def at_work_in(desk: Desk, region: str) -> str:
    """A region by its name; people of a desk work anywhere."""
    return desk.say("at the desk, anywhere") if region == REMOTE else desk.region(region)


def target(desk: Desk, cell: Mapping[str, Any]) -> str:
    """Where a cell is."""
    if cell["region"] == REMOTE:
        return desk.say("at the desk, anywhere")
    place = desk.region(cell["region"])
    if is_ahead(cell["cell_id"]):
        return desk.say("{place}, ahead of claims", place=place)
    if cell.get("above_minor") is not None:
        amount = desk.money(cell["above_minor"], cell["currency"])
        place = desk.say("{place}, losses above {amount}", place=place, amount=amount)
    if cell.get("language"):
        language = desk.say(LANGUAGES.get(cell["language"], cell["language"]))
        place = desk.say("{place}, speaking {language}", place=place, language=language)
    return place


def refusal(desk: Desk, fault: Exception) -> str:
    """Why not, in the person's language."""
    said = fault.args[0] if fault.args else ""
    return desk.say(said) if isinstance(said, Message) else str(fault)


def attempted(desk: Desk, act: Callable[[], object], done: str, place: str = SAID) -> None:
    """Do it, and keep for the head of the room what came of it; as a callback, before the page is drawn."""
    try:
        act()
        st.session_state[place] = ("success", done)
    except (Refused, Conflict) as fault:
        st.session_state[place] = ("error", refusal(desk, fault))


def act_button(
    desk: Desk, text: str, key: str, act: Callable[[], object], done: str, *, primary: bool = False, place: str = SAID
) -> None:
    """A button whose act is that of the page it stood on.

    The page is drawn anew at a click, from what is in the store by then: an act made of that would be another than the
    one that was read and pressed where somebody else has acted in between. So what is pressed is bound here.
    """
    look_as: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    st.button(text, key=key, type=look_as, width="stretch", on_click=attempted, args=(desk, act, done, place))


def attempt(desk: Desk, act: Callable[[], object], done: str) -> None:
    """Do it and say so at the head of the room, or say why not; the page is drawn anew."""
    attempted(desk, act, done)
    st.rerun()


assert set(LINES) <= set(LINE_NAMES)
