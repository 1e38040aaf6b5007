"""Who somebody is stays with their browser: their name and their roles outlive a reload and a restart.

They are in a cookie, not in the address: an address is passed on, and whoever opens it would act in
another one's name. The server keeps nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import streamlit as st

COOKIE = "emergency-who"
KEPT_SECONDS = 180 * 86_400
MOST_SIGNS = 120

_SCRIPT = f"""
export default function (component) {{
  const said = `{COOKIE}=${{component.data.who}}`;
  if (!document.cookie.split("; ").includes(said)) {{
    document.cookie = `${{said}}; path=/; max-age={KEPT_SECONDS}; SameSite=Strict`;
  }}
}}
"""


@dataclass(frozen=True)
class Who:
    """A person as their browser knows them; roles by workspace."""

    name: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> str:
        """Letters that a cookie may hold."""
        return quote(json.dumps({"name": self.name, "roles": dict(self.roles)}, ensure_ascii=False), safe="")

    @staticmethod
    def read(text: str) -> Who:
        """What a browser sent; nobody where it cannot be read, as anybody may write what they like there."""
        try:
            found = json.loads(unquote(text))
            name, roles = found["name"], found["roles"]
            texts = [name, *roles, *roles.values()]
        except (ValueError, KeyError, TypeError, AttributeError):
            return Who()
        if not all(isinstance(one, str) and len(one) <= MOST_SIGNS and one.isprintable() for one in texts):
            return Who()
        return Who(name, roles)


def _component() -> Any:
    return st.components.v2.component("emergency.name_keeper", html="<span></span>", js=_SCRIPT)


_mount = _component()


def known() -> Who:
    """The person this browser belongs to."""
    return Who.read(st.context.cookies.get(COOKIE, ""))


def keep(who: Who) -> None:
    """Let the browser remember; draws nothing."""
    _mount(key="name-keeper", data={"who": who.written()}, height=1)
