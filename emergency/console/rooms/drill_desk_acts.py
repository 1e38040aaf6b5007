"""Acts of the drill desk: done before anything is drawn, and said on the page drawn after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from emergency.console.desk import Desk
from emergency.service.context import Conflict, Refused
from emergency.texts import Message

SAID, ACTED = "drill-desk-said", "drill-desk-acted"


def do(act: Callable[..., Any], *given: Any, done: Message | None = None) -> None:
    """Do it, and keep what to say of it for the next page."""
    try:
        act(*given)
    except (Refused, Conflict) as fault:
        st.session_state[SAID] = ("error", message(fault))
    else:
        if done is not None:
            st.session_state[SAID] = ("success", done)


def redraw() -> None:
    """After an act in a part that is drawn alone the whole desk is drawn; in a draw of the whole it is at hand."""
    if st.session_state.pop(ACTED, False):
        st.rerun()


def message(fault: Exception) -> Any:
    return fault.args[0] if fault.args and isinstance(fault.args[0], Message) else Message(str(fault))


def button(label: str, key: str, act: Callable[[], Any], **looks: Any) -> None:
    """A button whose act is done before anything is drawn.

    The desk draws its parts anew every few seconds, and whoever presses two buttons in a row has the second overtake
    the page drawn for the first: an act that waits for its place on the page would be lost.
    """
    st.button(label, key=key, on_click=pressed, args=(act,), **looks)


def pressed(act: Callable[[], Any]) -> None:
    do(act)
    st.session_state[ACTED] = True


def now(desk: Desk, act: Callable[..., Any], *given: Any) -> None:
    do(act, *given)
    st.rerun()
