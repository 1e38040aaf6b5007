"""Choices that stay as they are while somebody is in another room, or reads on in the other language.

Streamlit forgets a field that is not drawn, and a list of choices goes on showing the words it was chosen in. A field
that is set anew is remembered, and speaks the language of the page.
"""

from __future__ import annotations

import streamlit as st

# Fields of the forms people write in for long; no button has a key that begins so.
KEPT = ("report.", "typed-", "warning-regions-", "role.", "incident.")
DRAWN = "kept-drawn"


def keep_choices(room: str, language: str) -> None:
    """Call before a room is drawn; acts where the room or the language is another than at the last draw."""
    before = st.session_state.get(DRAWN)
    st.session_state[DRAWN] = (room, language)
    if before in (None, (room, language)):
        return
    for key in [str(one) for one in st.session_state]:
        if key.startswith(KEPT):
            st.session_state[key] = st.session_state[key]
