"""Buttons that know what was read when they were pressed.

A click has the page drawn anew before the room can act on it, from what is in the store by then. Where somebody else,
or a figure, has changed it in between, the act would be another than the one that was read and pressed. So a button
remembers what it stood on, and who presses it gets that back.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk

T = TypeVar("T")
PRESSED, RUN = "pressed.what", "pressed.run"


def begin_run() -> None:
    """Call once where the page begins: a press counts for the page drawn for it and for no later one."""
    st.session_state[RUN] = int(st.session_state.get(RUN, 0)) + 1


def _press(key: str, read: object) -> None:
    st.session_state[PRESSED] = (key, read, int(st.session_state.get(RUN, 0)))


def pressed(label: str, key: str, read: T, **looks: Any) -> T | None:
    """Draw a button; where it was pressed, what was read on the page it was pressed on.

    Args:
        read: whatever the act rests on, not None: a level, a version, a whole draft.
    """
    st.button(label, key=key, on_click=partial(_press, key, read), **looks)
    name, found, run = st.session_state.get(PRESSED, ("", None, 0))
    if name != key:
        return None
    del st.session_state[PRESSED]
    # A part of a page that is drawn alone does not begin a run.
    return found if int(st.session_state.get(RUN, 0)) - run <= 1 else None


def as_read(desk: Desk, label: str, key: str, read: object, **looks: Any) -> bool:
    """Draw a button; whether it was pressed and all is as it was read. Where it is not, that is said."""
    was = pressed(label, key, read, **looks)
    if was is not None and was != read:
        look.notice("warning", desk.say("This has changed since you read it, and nothing was done; look at it again."))
    return was is not None and was == read
