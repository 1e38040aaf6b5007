"""A plan as text, with live faults by line: what is typed is handed over when the fingers rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from emergency.texts import Speaker

_HERE = Path(__file__).parent
_HTML = (
    '<div class="plan-editor"><div class="desk"><div class="gutter" aria-hidden="true"></div>'
    '<textarea spellcheck="false" wrap="off" autocapitalize="off" autocomplete="off"></textarea>'
    '<div class="state" role="status"></div></div><div class="faults" aria-live="polite"></div></div>'
)
_mount = st.components.v2.component(
    "emergency.plan_editor",
    html=_HTML,
    css=(_HERE / "plan_editor.css").read_text("utf-8"),
    js=(_HERE / "plan_editor.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class LineFault:
    """A fault as the editor shows it: its line, where in the plan, what, and what to try."""

    line: int
    place: str
    text: str
    suggestion: str = ""


def plan_editor(
    key: str,
    say: Speaker,
    text: str,
    faults: Sequence[LineFault],
    *,
    token: str,
    saved: str,
    on_typed: Callable[[str], None],
    height: int = 620,
) -> None:
    """Draw the editor.

    Args:
        key: unique on the page.
        text: shown when ``token`` is new; afterwards the text belongs to whoever types.
        saved: what is said once everything typed has been kept.
        on_typed: gets the whole text before the page is drawn again.
    """
    words = {
        "label": say("The plan as text"),
        "typing": say("typing …"),
        "saving": say("checking and keeping …"),
        "faults": say("{count} faults", count=len(faults)),
        "none": say("No faults: it may be approved"),
    }
    data = {"text": text, "token": token, "saved": saved, "height": height, "words": words}
    _mount(
        key=key,
        data={**data, "faults": [asdict(fault) for fault in faults]},
        on_typed_change=lambda: _typed(key, on_typed),
    )


def _typed(key: str, act: Callable[[str], None]) -> None:
    told = st.session_state[key].get("typed")
    if told:
        act(str(told["text"]))
