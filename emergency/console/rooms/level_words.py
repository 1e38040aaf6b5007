"""How a level, a figure and a way ahead are said in a room."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console.desk import Desk
from emergency.domain.level import Grade, Indicator, metric_name, scale_of, unit_of
from emergency.domain.level.metric import PER_CENT, per_cent
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.level.trace import ahead
from emergency.service.context import Conflict, Refused
from emergency.texts import N_, Message

LEVELS = {1: N_("Level Ⅰ"), 2: N_("Level Ⅱ"), 3: N_("Level Ⅲ"), None: N_("no response")}
TONES = {1: "bad", 2: "watch", 3: "plain", None: "plain"}
FAULTS = (Refused, Conflict)


def said(kind: str, text: str) -> None:
    """Keep a word for the top of the Response room at its next run."""
    st.session_state["response-said"] = (kind, text)


def spoken(desk: Desk, fault: Exception) -> str:
    """A refusal in the language of the desk; one that has only English words in those."""
    found = [a for a in fault.args[:1] if isinstance(a, Message)]
    return desk.say(found[0]) if found else str(fault)


def figure(desk: Desk, metric: str, value: Any, currency: str) -> str:
    if value is None:
        return "–"
    if unit_of(metric) == "money":
        return desk.money(round(float(value) * 100), currency)
    if metric in PER_CENT and isinstance(value, int | float):
        return per_cent(value)
    if scale_of(metric):
        from emergency.console.rooms.acts import STEPS

        return desk.say(STEPS.get(str(value).lower(), str(value)))
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def mark(level: int | None) -> str:
    return LEVEL_MARK.get(level or 0, "–")


def way_ahead(desk: Desk, grade: Grade) -> str:
    """“¥6.20 M (estimated gross loss) or 2 insured deaths to Ⅱ”, or nothing."""
    currency = desk.ctx.content.library.rules(grade.rules).currency
    found = ahead(grade, lambda amount: desk.money(round(float(amount) * 100), currency))
    return desk.say(found) if found else ""


def why(desk: Desk, grade: Grade) -> str:
    """Why a level is proposed, in one sentence."""
    by = grade.decided_by
    if by is None:
        return desk.say("No indicator reaches a level.")
    return because(desk, by, desk.ctx.content.library.rules(grade.rules).currency)


def because(desk: Desk, by: Indicator, currency: str) -> str:
    gaps = {
        "metric": desk.say(metric_name(by.metric)),
        "value": figure(desk, by.metric, by.value, currency),
        "threshold": figure(desk, by.metric, by.threshold, currency),
        "mark": mark(by.level),
    }
    if by.row is None:
        return desk.say("{metric} is {value}; the playbook asks for {mark}.", **{k: gaps[k] for k in _BY_PLAN})
    return desk.say("{metric} is {value}; {mark} begins at {threshold}.", **gaps)


_BY_PLAN = ("metric", "value", "mark")
