"""Small pieces of HTML that the views of the Playbooks room share; whatever comes from a file passes through `esc`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from emergency.console.look import esc
from emergency.domain.playbook import Playbook
from emergency.texts import N_, Speaker

_STYLE = Path(__file__).with_name("playbooks.css").read_text("utf-8")
MARKS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}

# Departments that own plans; offices of people have their titles in a file.
OWNERS = {
    "cat-office": N_("catastrophe office"),
    "claims-department": N_("claims department"),
    "health-claims-department": N_("health claims department"),
    "it-dept": N_("IT department"),
    "customer-service-department": N_("customer service department"),
    "legal-department": N_("legal department"),
}
Titles = Mapping[str, Mapping[str, str]]


def begin() -> None:
    st.html(f"<style>{_STYLE}</style>")


def part(number: int, title: str, note: str = "") -> str:
    return f'<div class="pb-part"><i>{number}</i><h3>{esc(title)}</h3><span>{esc(note)}</span></div>'


def pairs(rows: Iterable[tuple[str, Any]]) -> str:
    """A list of names and values; empty values are left out."""
    inner = "".join(f"<dt>{esc(name)}</dt><dd>{esc(value)}</dd>" for name, value in rows if value)
    return f'<dl class="pb-dl">{inner}</dl>'


def box(title: str, inner: str) -> str:
    return f'<div class="pb-box"><h4>{esc(title)}</h4>{inner}</div>'


def title_of(say: Speaker, plan: Playbook, titles: Titles, role: str) -> str:
    """A role of the plan or an office of the house in words; an unknown one by its id."""
    if role in plan.roles:
        return say.of(plan.roles[role].title)
    return say.of(titles[role]) if role in titles else role


def rows_html(heads: Iterable[str], body: str, kind: str = "") -> str:
    head = "".join(f"<th>{esc(text)}</th>" for text in heads)
    return f'<div class="em-table {kind}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
