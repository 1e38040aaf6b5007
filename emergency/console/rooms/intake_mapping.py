"""Intake: a file nobody has seen before; its columns proposed, ten masked rows, every choice open."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import intake_words
from emergency.console.rooms.intake_words import LINE_NAMES
from emergency.domain.claim import LINES
from emergency.service import mappings
from emergency.service.drafts import claim_sources
from emergency.service.mappings import AMOUNT_UNITS, COLUMN_NAMES, JOINED, KIND_NAMES, Draft, FileFault, Proposed
from emergency.service.waiting_messages import likely_source
from emergency.texts import N_, Message

UNIT_NAMES = {"": N_("choose"), **AMOUNT_UNITS}
ORDER_NAMES = {
    "ymd": N_("year, month, day"),
    "mdy": N_("month, day, year"),
    "dmy": N_("day, month, year"),
}
SYSTEM_NAMES = {"wgs84": N_("WGS84, as satellites give it"), "gcj02": N_("GCJ-02, from a Chinese web map")}
SET_NAMES = {"cn": N_("China"), "us": N_("United States")}
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030 / GBK",
    "big5": "Big5",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
}
ZONES = ("Asia/Shanghai", "America/Chicago", "America/New_York", "Europe/London", "UTC")
CURRENCIES = ("CNY", "USD", "HKD", "EUR", "GBP", "JPY", "MOP", "TWD")
# Usual ones first; the rest of a claim's columns can be opened.
FIRST = ("report_no", "loss_at", "line", "reported_at", "place", "lon", "lat", "estimated_minor", "status")


def spoken(desk: Desk, fault: Exception) -> str:
    """A fault in the language of the desk; one that has only English words in those."""
    found = getattr(fault, "messages", None) or [a for a in fault.args[:1] if isinstance(a, Message)]
    return spoken_all(desk, found) or str(fault)


def spoken_all(desk: Desk, messages: Sequence[Message]) -> str:
    return desk.say("; ").join(desk.say(m) for m in messages)


@contextmanager
def on_disk(file: Any) -> Iterator[Path]:
    """An uploaded file as a file, for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="emergency-upload-") as folder:
        path = Path(folder, Path(file.name).name[-120:])
        path.write_bytes(file.getbuffer())
        yield path


def proposed_for(desk: Desk, file: Any) -> Proposed | None:
    """The proposal for an uploaded file, worked out once; None where it cannot be read (and that is said)."""
    encoding = st.session_state.get(f"map.{file.file_id}.encoding") or ""
    rows_are = st.session_state.get(f"map.{file.file_id}.kind") or ""
    key = ("proposal", desk.ctx.store.name, file.file_id, encoding, rows_are)
    kept = st.session_state.get("proposal")
    if kept and kept[0] == key:
        return kept[1]
    try:
        with on_disk(file) as path:
            found = mappings.propose(desk.ctx, path, encoding, rows_are)
    except FileFault as fault:
        st.error(spoken(desk, fault))
        return None
    st.session_state["proposal"] = (key, found)
    return found


def editor(desk: Desk, file: Any, proposed: Proposed) -> tuple[str, Draft] | None:
    """The proposal, open to change; name and draft once somebody asks to save and import them."""
    say, prefix = desk.say, f"map.{file.file_id}"
    look.section(say("Which column is what"))
    st.caption(say("Proposed from the headers and the cells. Names, phones, identity and house numbers are masked."))
    for why in proposed.against:
        st.caption(look.plain(say(why)))
    _units(desk, proposed)
    _encoding(desk, prefix, proposed)
    preview, action = st.container(), st.container(key="em-mapping-action")
    rows_are = proposed.proposal.rows_are
    known = f"{prefix}.{proposed.proposal.reading.encoding}.{rows_are}"
    draft = _choices(desk, prefix, known, proposed)
    draft = intake_words.ask(desk, known, proposed, draft)
    with preview:
        _preview(desk, proposed, draft)
    with action:
        return _action(desk, file, prefix, proposed, draft)


def _units(desk: Desk, proposed: Proposed) -> None:
    """What the file says of its amounts outside their headers, and that it is proposed so."""
    say, proposal = desk.say, proposed.proposal
    for column, said in proposal.said.items():
        if column in proposal.units and said.words not in proposal.columns[column].header:
            unit = say(UNIT_NAMES[proposal.units[column]])
            st.caption(
                look.plain(
                    say(
                        "The file says “{words}”: {header} is proposed in {unit}.",
                        words=said.words,
                        unit=unit,
                        header=proposal.columns[column].header,
                    )
                )
            )


def _encoding(desk: Desk, prefix: str, proposed: Proposed) -> None:
    """The choice of an encoding, with what each makes of the first rows; asked where nothing proves one."""
    say, readings = desk.say, proposed.proposal.readings
    known = {r.encoding: r for r in reversed(readings)}
    if proposed.proposal.kind != "text" or len(known) < 2 or proposed.proposal.sure_of_encoding:
        return
    st.warning(say("No header tells the encoding. Choose the one under which the rows can be read."))
    order = sorted(known, key=list(ENCODING_NAMES).index)
    chosen = st.session_state.get(f"{prefix}.encoding")
    st.radio(
        say("Encoding"),
        order,
        index=order.index(chosen) if chosen in order else None,
        format_func=lambda name: ENCODING_NAMES[name],
        captions=[_sample(known[name].header, mappings.shown_sample(desk.ctx, known[name], 1)) for name in order],
        key=f"{prefix}.encoding",
    )


def _sample(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first row, and of the second only cells without digits: no number of a person is shown."""
    second = [cell for cell in (rows[0] if rows else ()) if cell and not any(c.isdigit() for c in cell)]
    plain = "  ".join([*header, "|", *(cell[:1] + "*" if len(cell) < 5 else cell[:6] for cell in second)])[:150]
    return re.sub(r"([\\`*_{}\[\]<>#|$~:])", r"\\\1", plain)


def _preview(desk: Desk, proposed: Proposed, draft: Draft) -> None:
    """Ten rows under their headers, and under each header what it is taken as."""
    say = desk.say
    taken: dict[str, list[str]] = {}
    for column, headers in draft.headers.items():
        for i, header in enumerate(headers, 1):
            part = f" {i}/{len(headers)}" if len(headers) > 1 else ""
            unit = UNIT_NAMES.get(draft.units.get(column, ""), "") if draft.units.get(column) else ""
            name = say("{column}, in {unit}", column=say(COLUMN_NAMES[column]), unit=say(unit)) if unit else ""
            taken.setdefault(header, []).append((name or say(COLUMN_NAMES[column])) + part)
    unsure = {g.header for c, g in proposed.proposal.columns.items() if g.by_cells and draft.columns.get(c) == g.header}
    row: list[str | look.Cell] = [
        _taken_as(say(", ").join(taken[h]), h in unsure) if h in taken else say("not read") for h in proposed.header
    ]
    with st.container(key="em-preview"):
        look.table(proposed.header, [row, *mappings.shown_rows(desk.ctx, proposed.proposal, draft.headers)])


def _taken_as(columns: str, unsure: bool) -> look.Cell:
    return look.Cell(f"{columns} ?" if unsure else columns, "watch" if unsure else "ok", framed=True)


def _action(desk: Desk, file: Any, prefix: str, proposed: Proposed, draft: Draft) -> tuple[str, Draft] | None:
    say = desk.say
    questions = mappings.open_questions(proposed, draft)
    if proposed.proposal.swapped:
        st.info(say("Longitude and latitude stood under each other's header; they are exchanged here."))
    if questions:
        st.warning("  \n".join(say(q) for q in questions))
    for doubt in (*mappings.warnings(proposed, draft), *mappings.doubts(desk.ctx, draft)):
        st.warning(say(doubt))
    lost = [
        shown
        for column, words in draft.words.items()
        for word, shown in mappings.shown_words(desk.ctx, draft.columns.get(column, ""), list(words)).items()
        if not words[word]
    ]
    if lost:
        st.info(say("Rows with {words} will be rejected: say below what they mean.", words=say(", ").join(lost[:6])))
    left, middle, right = st.columns([1.4, 1.4, 1], vertical_alignment="bottom")
    name = left.text_input(
        say("Save as"),
        _slug(file.name),
        key=f"{prefix}.name",
        help=say(
            "The name of this source. With the report number it tells a claim for good: use it for every later file."
        ),
    )
    known = desk.ctx.content.library.mappings()
    with middle:
        if draft.rows_are == "messages":
            draft = replace(draft, source=_source(desk, prefix, proposed, draft))
        elif name.strip() in known:
            st.caption(say("There is a mapping of this name: it is replaced, and its claims stay of the same source."))
    label = say("Save and import")
    if questions:
        label = say("One question first") if len(questions) == 1 else say("{n} questions first", n=len(questions))
    if right.button(label, type="primary", disabled=bool(questions), key=f"{prefix}.save", width="stretch"):
        return name.strip(), draft
    return None


def _source(desk: Desk, prefix: str, proposed: Proposed, draft: Draft) -> str:
    """Whose claims messages speak of: proposed is the source that has most of their numbers."""
    sources, header = claim_sources(desk.ctx), proposed.proposal.reading.header
    number = draft.columns.get("report_no", "")
    rows = proposed.proposal.reading.rows if number in header else ()
    likely = likely_source(desk.ctx, [row[header.index(number)] for row in rows])
    sources = [*([likely] if likely and likely not in sources else []), *sources]
    return str(
        st.selectbox(
            desk.say("About claims of"),
            sources,
            index=sources.index(likely) if likely else 0,
            key=f"{prefix}.source",
        )
    )


def _choices(desk: Desk, prefix: str, known: str, proposed: Proposed) -> Draft:
    say, draft = desk.say, proposed.draft
    headers = list(dict.fromkeys(h for h in proposed.header if h))
    columns: dict[str, str] = {}
    more: dict[str, tuple[str, ...]] = {}
    units: dict[str, str] = {}
    names = draft.columns_of_kind
    first = [c for c in (FIRST if draft.rows_are == "claims" else names) if c in names]
    rest = [c for c in names if c not in first]
    with st.container(key="em-mapping"):
        place, _ = st.columns([1, 2])
        place.selectbox(
            say("What a row of this file is"),
            list(KIND_NAMES),
            index=list(KIND_NAMES).index(draft.rows_are),
            format_func=lambda kind: _capital(say(KIND_NAMES[kind])),
            key=f"{prefix}.kind",
        )
        _grid(desk, known, first, headers, draft, columns, more, units)
        if rest:
            with st.expander(say("More columns"), expanded=any(c in draft.columns for c in rest if c != "policy_no")):
                _grid(desk, known, rest, headers, draft, columns, more, units)
        settings = _settings(desk, known, draft, "line" in names and "line" not in columns)
    parts = {c: p for c, p in draft.parts.items() if columns.get(c) == draft.columns.get(c)}
    return replace(draft, columns=columns, more=more, units=units, parts=parts, **settings)


def _grid(
    desk: Desk,
    prefix: str,
    names: Sequence[str],
    headers: list[str],
    draft: Draft,
    columns: dict[str, str],
    more: dict[str, tuple[str, ...]],
    units: dict[str, str],
) -> None:
    say = desk.say
    places = st.columns(4)
    at = 0
    for name in names:
        needed = " *" if name in draft.needed else ""
        found = draft.columns.get(name, "")
        if name in JOINED:
            chosen, *rest = _joined(desk, places[at % 4], prefix, name, headers, draft) or [""]
            at += 1
            if chosen:
                columns[name], more[name] = chosen, tuple(rest)
            continue
        chosen = places[at % 4].selectbox(
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
            said = draft.units.get(name, "") if chosen == found else mappings.said_unit(chosen)
            units[name] = places[at % 4].selectbox(
                say("Its unit *"),
                list(UNIT_NAMES),
                index=list(UNIT_NAMES).index(said),
                format_func=lambda u: say(UNIT_NAMES[u]),
                key=f"{prefix}.{name}.unit.{chosen}",
            )
            at += 1


def _joined(desk: Desk, place: Any, prefix: str, name: str, headers: list[str], draft: Draft) -> list[str]:
    """The column of a place or a time, or the several it is joined from, in the order they are chosen."""
    say = desk.say
    found = draft.headers.get(name, ())
    return list(
        place.multiselect(
            _capital(say(COLUMN_NAMES[name])) + (" *" if name in draft.needed else ""),
            headers,
            default=[h for h in found if h in headers],
            max_selections=JOINED[name],
            placeholder="–",
            key=f"{prefix}.column.{name}",
            help=say("Several columns are joined in this order: province, city, county, street.")
            if name == "place"
            else say("A day and its time of day may stand in two columns: choose the day first."),
        )
    )


def _settings(desk: Desk, prefix: str, draft: Draft, ask_line: bool) -> dict[str, Any]:
    say = desk.say
    places = st.columns(6 if ask_line else 5)
    sets = desk.ctx.content.regions.names()
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
            help=say(
                "Amap, Tencent and most Chinese apps give GCJ-02, 100 to 700 m off. It is turned into WGS84 by the"
                " published formula, inverted to less than 1 cm; the formula itself is good to about a metre."
            ),
        ),
    }
    found["regions"] = places[4].selectbox(
        say("Its places lie in"),
        sets,
        index=sets.index(draft.regions) if draft.regions in sets else 0,
        format_func=lambda name: say(SET_NAMES[name]) if name in SET_NAMES else name,
        key=f"{prefix}.regions",
    )
    if ask_line:
        found["line"] = places[5].selectbox(
            say("Line of all rows"),
            LINES,
            index=LINES.index(draft.line or "property"),
            format_func=lambda line: say(LINE_NAMES[line]),
            key=f"{prefix}.line-of-all",
        )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _slug(name: str) -> str:
    """A name for a source from a file's name: without dates and numbers, which change from file to file."""
    slug = re.sub(r"[^a-z0-9\u4e00-\u9fff]+", "-", Path(name).stem.lower()).strip("-")
    slug = re.sub(r"-?\d{4,}", "", slug).strip("-")
    return slug[:40] or "claims-list"
