"""What stands in the form an incident is reported by, from the first letter until it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

import streamlit as st

from emergency.console.desk import Desk
from emergency.service import typed

ASKED, ALERT = "report.asked", "report.alert"


def field_key(name: str) -> str:
    return f"report.{name}"


def value(name: str, otherwise: Any = "") -> Any:
    return st.session_state.get(field_key(name), otherwise)


def forget() -> None:
    for key in [k for k in st.session_state if str(k).startswith("report.") and k not in (ASKED, ALERT)]:
        del st.session_state[key]


# What a person fills in; the rest of the form follows from it.
FIELDS: tuple[str, ...] = (
    *("kind", "title", "day", "time", "found-day", "found-time", "regions", "place", "province"),
    *("perils", "cause", "scope", "reporter", "real", "under"),
)


def form_name() -> str:
    """The name it is kept under: the form of an alert is another than one that was opened by hand."""
    return f"incident-report/{st.session_state.get(ALERT) or ''}"


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as they can be kept: days and times as text."""
    return {
        name: one.isoformat() if isinstance(one, date | time) else one
        for name in FIELDS
        if (one := values.get(name)) is not None
    }


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    known: dict[str, type[date] | type[time]] = {"day": date, "found-day": date, "time": time, "found-time": time}
    return {name: known[name].fromisoformat(one) if name in known else one for name, one in values.items()}


def keep(desk: Desk) -> None:
    """Whatever differs from what stood there first, or was kept last, is kept: a killed server loses nothing of it."""
    now = plain({name: value(name, None) for name in FIELDS})
    if now != value("last", value("first")):
        typed.keep(desk.ctx, form_name(), now)
        st.session_state[field_key("last")] = now


def begun_before(desk: Desk) -> None:
    begun = value("begun", None)
    if begun is None:
        return
    say = desk.say
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(say("Begun {time} and not sent yet; look at the times again.", time=desk.clock_text(begun)))
        st.button(say("Begin anew"), key="report-anew", type="tertiary", on_click=_anew, args=(desk,))


def _anew(desk: Desk) -> None:
    typed.let_go(desk.ctx, form_name())
    forget()
