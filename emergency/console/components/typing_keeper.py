"""Text fields are handed to the server while somebody types, not only when they leave the field.

A field is handed over when its writer pauses, by the key that Streamlit itself listens to; never in
the middle of a composition, so that Chinese input methods are left in peace.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

PAUSE_MS = 1200

_SCRIPT = f"""
export default function (component) {{
  const root = document;
  if (root.emergencyTypingKeeper) return;
  const waiting = new WeakMap();
  const hand = (field) => {{
    if (!field.isConnected || field.dataset.composing === "yes") return;
    const area = field.tagName === "TEXTAREA";
    field.dispatchEvent(new KeyboardEvent("keydown", {{
      key: "Enter", code: "Enter", keyCode: 13, which: 13, ctrlKey: area, bubbles: true, cancelable: true,
    }}));
  }};
  const later = (field) => {{
    clearTimeout(waiting.get(field));
    waiting.set(field, setTimeout(() => hand(field), {PAUSE_MS}));
  }};
  const ours = (field) => field.closest?.('[class*="st-key-report-"], [class*="st-key-typed-"]');
  root.addEventListener("compositionstart", (e) => {{ if (ours(e.target)) e.target.dataset.composing = "yes"; }});
  root.addEventListener("compositionend", (e) => {{
    if (!ours(e.target)) return;
    e.target.dataset.composing = "";
    later(e.target);
  }});
  root.addEventListener("input", (e) => {{ if (ours(e.target) && !e.isComposing) later(e.target); }});
  root.emergencyTypingKeeper = true;
}}
"""


def _component() -> Any:
    return st.components.v2.component("emergency.typing_keeper", html="<span></span>", js=_SCRIPT)


_mount = _component()


def keep_typing(key: str) -> None:
    """Watch the text fields of the page whose keys begin with ``report`` or ``typed-``; draws nothing."""
    _mount(key=key, height=1)
