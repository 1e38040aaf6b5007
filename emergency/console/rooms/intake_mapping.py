"""Intake: a file nobody has seen before; its columns proposed, ten masked rows, every choice open."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.domain.claim import LINES
from emergency.service import mappings
from emergency.service.mappings import COLUMN_NAMES, Draft, FileFault, Proposed
from emergency.texts import N_, Message

UNIT_NAMES = {
    "": N_("choose"),
    "yuan": N_("yuan"),
    "wan": N_("ten thousand (万)"),
    "yi": N_("hundred million (亿)"),
    "usd": N_("US dollars"),
    "whole": N_("whole units of the row's currency"),
    "minor": N_("cents or fen"),
}
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
}
ORDER_NAMES = {
    "ymd": N_("year, month, day"),
    "mdy": N_("month, day, year"),
    "dmy": N_("day, month, year"),
}
SYSTEM_NAMES = {"wgs84": N_("WGS84, as satellites give it"), "gcj02": N_("GCJ-02, from a Chinese web map")}
ZONES = ("Asia/Shanghai", "America/Chicago", "America/New_York", "Europe/London", "UTC")
CURRENCIES = ("CNY", "USD", "HKD", "EUR", "GBP", "JPY", "MOP", "TWD")
# Usual ones first; the rest of a claim's columns can be opened.
FIRST = ("report_no", "loss_at", "line", "reported_at", "place", "region_given", "estimated_minor", "status")


def spoken(desk: Desk, fault: Exception) -> str:
    """A fault in the language of the desk; one that has only English words in those."""
    found = getattr(fault, "messages", None) or [a for a in fault.args[:1] if isinstance(a, Message)]
    return desk.say("; ").join(desk.say(m) for m in found) or str(fault)


@contextmanager
def on_disk(file: Any) -> Iterator[Path]:
    """An uploaded file as a file, for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="emergency-upload-") as folder:
        path = Path(folder, Path(file.name).name[-120:])
        path.write_bytes(file.getbuffer())
        yield path


def proposed_for(desk: Desk, file: Any) -> Proposed | None:
    """The proposal for an uploaded file, worked out once; None where it cannot be read (and that is said)."""
    encoding = st.session_state.get(f"map.{file.file_id}.encoding", "")
    key = ("proposal", desk.ctx.store.name, file.file_id, encoding)
    kept = st.session_state.get("proposal")
    if kept and kept[0] == key:
        return kept[1]
    try:
        with on_disk(file) as path:
            found = mappings.propose(desk.ctx, path, encoding)
    except FileFault as fault:
        st.error(spoken(desk, fault))
        return None
    st.session_state["proposal"] = (key, found)
    return found


def editor(desk: Desk, file: Any, proposed: Proposed) -> tuple[str, Draft] | None:
    """The proposal, open to change; name and draft once somebody asks to save and import them."""
    say, prefix = desk.say, f"map.{file.file_id}"
    look.section(say("Which column is what"))
    st.caption(say("Proposed from the headers and the cells. Names, phones and identity numbers are masked."))
    _encoding(desk, prefix, proposed)
    rows = pd.DataFrame(list(proposed.rows), columns=_unique(proposed.header))
    st.dataframe(rows, hide_index=True, height=min(390, 38 + 35 * max(1, len(rows))))
    draft = _choices(desk, f"{prefix}.{proposed.proposal.reading.encoding}", proposed)
    questions = mappings.open_questions(proposed, draft)
    if proposed.proposal.swapped:
        st.info(say("Longitude and latitude stood under each other's header; they are exchanged here."))
    for question in questions:
        st.warning(say(question))
    left, right = st.columns([1.4, 1], vertical_alignment="bottom")
    name = left.text_input(
        say("Save as"),
        _slug(file.name),
        key=f"{prefix}.name",
        help=say(
            "The name of this source. With the report number it tells a claim for good: use it for every later file."
        ),
    )
    if right.button(
        say("Save and import"), type="primary", disabled=bool(questions), key=f"{prefix}.save", width="stretch"
    ):
        return name.strip(), draft
    return None


def _encoding(desk: Desk, prefix: str, proposed: Proposed) -> None:
    """The choice of an encoding, with what each makes of the first rows, where nothing proves one."""
    if proposed.proposal.kind != "text":
        return
    known = list(dict.fromkeys(r.encoding for r in proposed.proposal.readings))
    if len(known) < 2 or proposed.proposal.reading.marked:
        return
    if not proposed.proposal.sure_of_encoding:
        st.warning(desk.say("No header tells the encoding. Choose the one under which the rows can be read."))
        heads = [desk.say("Encoding"), desk.say("First row"), desk.say("Second row")]
        look.table(heads, [[r.encoding, *_two_rows(r.header, r.rows)] for r in proposed.proposal.readings])
    place, _ = st.columns([1, 2])
    place.selectbox(desk.say("Encoding"), sorted(known, key=known.index), key=f"{prefix}.encoding")


def _two_rows(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[str]:
    return ["  ".join(header)[:80], "  ".join(rows[0])[:80] if rows else ""]


def _choices(desk: Desk, prefix: str, proposed: Proposed) -> Draft:
    say, draft = desk.say, proposed.draft
    headers = list(dict.fromkeys(h for h in proposed.header if h))
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    rest = [c for c in mappings.COLUMNS if c not in FIRST]
    with st.container(key="em-mapping"):
        _grid(desk, prefix, FIRST, headers, draft, columns, units)
        with st.expander(say("More columns"), expanded=any(c in draft.columns for c in rest if c != "policy_no")):
            _grid(desk, prefix, rest, headers, draft, columns, units)
        settings = _settings(desk, prefix, draft, "line" not in columns)
    parts = {c: p for c, p in draft.parts.items() if columns.get(c) == draft.columns.get(c)}
    return replace(draft, columns=columns, units=units, parts=parts, **settings)


def _grid(
    desk: Desk,
    prefix: str,
    names: Any,
    headers: list[str],
    draft: Draft,
    columns: dict[str, str],
    units: dict[str, str],
) -> None:
    say = desk.say
    places = st.columns(3)
    at = 0
    for name in names:
        needed = " *" if name in mappings.NEEDED else ""
        found = draft.columns.get(name, "")
        chosen = places[at % 3].selectbox(
            _capital(say(COLUMN_NAMES[name])) + needed,
            ["", *headers],
            index=headers.index(found) + 1 if found in headers else 0,
            format_func=lambda h: h or "–",
            key=f"{prefix}.column.{name}",
        )
        at += 1
        if chosen:
            columns[name] = chosen
        if chosen and name in mappings.AMOUNTS:
            said = draft.units.get(name, "")
            units[name] = places[at % 3].selectbox(
                say("Its unit *"),
                list(UNIT_NAMES),
                index=list(UNIT_NAMES).index(said),
                format_func=lambda u: say(UNIT_NAMES[u]),
                key=f"{prefix}.{name}.unit",
            )
            at += 1


def _settings(desk: Desk, prefix: str, draft: Draft, ask_line: bool) -> dict[str, str]:
    say = desk.say
    places = st.columns(5 if ask_line else 4)
    zones = list(dict.fromkeys((draft.timezone, *ZONES, *sorted(available_timezones()))))
    money = list(dict.fromkeys((draft.currency, *CURRENCIES)))
    found = {
        "timezone": places[0].selectbox(say("Times without an offset are of"), zones, key=f"{prefix}.zone"),
        "currency": places[1].selectbox(say("Currency"), money, key=f"{prefix}.currency"),
        "date_order": places[2].selectbox(
            say("Dates are written"),
            list(ORDER_NAMES),
            index=list(ORDER_NAMES).index(draft.date_order),
            format_func=lambda o: say(ORDER_NAMES[o]),
            key=f"{prefix}.order",
        ),
        "coordinates": places[3].selectbox(
            say("Coordinates"),
            list(SYSTEM_NAMES),
            index=list(SYSTEM_NAMES).index(draft.coordinates),
            format_func=lambda s: say(SYSTEM_NAMES[s]),
            key=f"{prefix}.system",
        ),
    }
    if ask_line:
        found["line"] = places[4].selectbox(
            say("Line of all rows"),
            LINES,
            index=LINES.index(draft.line or "property"),
            format_func=lambda line: say(LINE_NAMES[line]),
            key=f"{prefix}.line-of-all",
        )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unique(header: tuple[str, ...]) -> list[str]:
    """Column names for a table on the screen: blanks and repeats get their position."""
    return [h if h and header.index(h) == i else f"{h} #{i + 1}".strip() for i, h in enumerate(header)]


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")
    slug = re.sub(r"-?\d{4,}", "", slug).strip("-")
    return slug[:40] or "claims-list"
