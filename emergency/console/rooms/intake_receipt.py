"""Intake: where every row of a file went, what of it looks wrong, and the files to take away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk, incident_key
from emergency.console.rooms import frame
from emergency.console.rooms.intake_mapping import ENCODING_NAMES, spoken
from emergency.console.rooms.situation import every_key
from emergency.domain.instant import from_us
from emergency.service.context import Refused
from emergency.service.mappings import COLUMN_NAMES
from emergency.service.receipts import FlagLine, Receipt, flags_of, masked_preview, reading_of
from emergency.service.record_files import RecordReceipt
from emergency.service.records import imports

SHOWN_KINDS = 12
SYSTEMS = {"wgs84": "WGS84", "gcj02": "GCJ-02 → WGS84"}


def counts(desk: Desk, receipt: Receipt) -> None:
    """The sum that always holds, and the way to the map."""
    say = desk.say

    def watched(number: int) -> look.Cell:
        return look.Cell(f"{number:,}", "watch" if number else "plain")

    same = receipt.duplicates - receipt.repeated
    look.table(
        [say("Rows"), ""],
        [
            [say("in the file"), f"{receipt.rows:,}"],
            [say("new"), f"{receipt.new:,}"],
            [say("updated"), f"{receipt.updated:,}"],
            [say("accepted: new and updated"), f"{receipt.accepted:,}"],
            [say("duplicates: here already, unchanged"), f"{same:,}"],
            [say("duplicates: repeated in the file"), watched(receipt.repeated)],
            [say("rejected"), watched(receipt.rejected)],
            [say("accepted without a place"), watched(receipt.unlocated)],
        ],
        numbers=[1],
    )
    st.caption(
        say(
            "{rows} = {new} new + {updated} updated + {duplicates} duplicates + {rejected} rejected · {seconds} s",
            rows=f"{receipt.rows:,}",
            new=f"{receipt.new:,}",
            updated=f"{receipt.updated:,}",
            duplicates=f"{receipt.duplicates:,}",
            rejected=f"{receipt.rejected:,}",
            seconds=f"{receipt.seconds:.1f}",
        )
        + " · "
        + say(
            "{accepted} accepted = {new} new + {updated} updated",
            accepted=f"{receipt.accepted:,}",
            new=f"{receipt.new:,}",
            updated=f"{receipt.updated:,}",
        )
        + " · "
        + _read_as(receipt.encoding, receipt.crs_source)
    )
    if isinstance(receipt, RecordReceipt):
        if receipt.kind == "messages":
            st.caption(
                say(
                    "{changed} claims follow a newer message; {waiting} messages wait for claims of {source} that are"
                    " not here yet.",
                    changed=f"{receipt.claims_changed:,}",
                    waiting=f"{receipt.waiting:,}",
                    source=receipt.source,
                )
            )
        for doubt in receipt.doubts:
            st.warning(doubt)
    if receipt.accepted > receipt.unlocated:
        told = (desk.ctx.store.name, receipt.incident_id)
        if st.button(say("See them on the map"), icon=":material/radar:", key="see-map", on_click=_look_at, args=told):
            frame.go("situation")


def _look_at(workspace: str, incident: str | None) -> None:
    """The Situation room opens on the claims that came in: of their incident, or all where they have none."""
    if incident is not None:
        st.session_state[incident_key(workspace)] = incident
    st.session_state[every_key(workspace)] = incident is None


def _read_as(encoding: str, crs: str) -> str:
    return " · ".join(filter(None, (ENCODING_NAMES.get(encoding, encoding.upper()), SYSTEMS.get(crs, crs))))


def details(desk: Desk, receipt: Receipt) -> None:
    """Rejects and flags by kind with row numbers, and every such row as a file."""
    say = desk.say
    if receipt.rejects:
        look.section(say("Rejected, by reason"))
        _kinds(desk, receipt.rejects, titled=False)
    if receipt.flags:
        look.section(say("Taken, but look"))
        _kinds(desk, receipt.flags)
    _files(desk, receipt)
    if receipt.rejects_file:
        with st.expander(say("The rejected rows, masked")):
            st.dataframe(masked_preview(desk.ctx, Path(receipt.rejects_file)), hide_index=True, height=200)


def _kinds(desk: Desk, kinds: Sequence[FlagLine], *, titled: bool = True) -> None:
    say = desk.say
    heads = [say("What about it")] if titled else []
    numbered = kinds and all(k.above is not None for k in kinds if k.row_numbers)
    heads += [say("Rows"), say("Rows in the file") if numbered else say("Data rows, 1 = the first")]
    heads += [say("Column"), say("The cell says")]
    heads.append(say("What was done, or what to look at") if titled else say("Why"))
    look.table(
        heads,
        [
            [
                *([say(k.title)] if titled else []),
                f"{k.rows:,}" if k.rows else "–",
                _numbers(k),
                k.field or "–",
                _said(desk, k),
                say(k.note) if titled else _example(desk, k, say(k.note)),
            ]
            for k in kinds[:SHOWN_KINDS]
        ],
        numbers=[1 if titled else 0],
    )
    if len(kinds) > SHOWN_KINDS:
        st.caption(say("{n} more kinds; the file lists them all.", n=len(kinds) - SHOWN_KINDS))


def _said(desk: Desk, kind: FlagLine) -> str:
    """The cell; of rows that repeat another the columns in which they differ."""
    if kind.code != "repeated" or not kind.value:
        return _example(desk, kind, kind.value) if kind.value else "–"
    columns = [desk.say(COLUMN_NAMES[c]) for c in kind.value.split(", ") if c in COLUMN_NAMES]
    return desk.say("another {columns}", columns=desk.say(", ").join(columns))


def _example(desk: Desk, kind: FlagLine, what: str) -> str:
    """What the first row says, named as that row's where the others say something else."""
    if kind.alike or not kind.row_numbers:
        return what
    return desk.say("for example row {row}: {what}", row=kind.shown_rows[0], what=what)


def _numbers(kind: FlagLine) -> str:
    shown = kind.shown_rows[:8]
    return ", ".join(map(str, shown)) + (" …" if kind.rows > len(shown) else "") if shown else "–"


def _files(desk: Desk, receipt: Receipt) -> None:
    say = desk.say
    with st.container(horizontal=True):
        if receipt.rejects_file:
            path = Path(receipt.rejects_file)
            st.download_button(
                say("Save the rejects, to mend and import again"),
                path.read_bytes(),
                path.name,
                "text/csv",
                type="primary",
                help=say(
                    "Mend the cells named in the file and drop it here again: the mapping is remembered, and rows"
                    " that are in already count as duplicates. It holds the rows as they came, unmasked."
                ),
            )
        if receipt.rows_file:
            path = Path(receipt.rows_file)
            st.download_button(say("Save the list of all these rows"), path.read_bytes(), path.name, "text/csv")


def earlier(desk: Desk) -> None:
    """The receipts so far; one that is marked shows what it had to say."""
    say = desk.say
    rows = imports(desk.ctx)
    if not rows:
        st.caption(say("No file has come in yet."))
        return
    states = {"running": say("not finished"), "done": say("done"), "stopped": say("stopped")}
    chosen = st.dataframe(
        pd.DataFrame(
            {
                say("Time"): [desk.clock_text(from_us(r["started_us"])) for r in rows],
                say("File"): [r["file_name"] for r in rows],
                say("Mapping"): [r["mapping"] for r in rows],
                say("Rows"): [r["rows"] for r in rows],
                say("New"): [r["new"] for r in rows],
                say("Updated"): [r["updated"] for r in rows],
                say("Duplicates"): [r["duplicates"] for r in rows],
                say("Rejected"): [r["rejected"] for r in rows],
                say("No place"): [r["unlocated"] for r in rows],
                say("By"): [r["actor"] for r in rows],
                say("State"): [states[r["state"]] for r in rows],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="receipts-table",
    )
    marked = [rows[i] for i in chosen["selection"]["rows"] if i < len(rows)]
    if marked:
        _again(desk, marked[0]["import_id"], marked[0]["rejects_file"])
    else:
        st.caption(say("Mark a row to see how its file was read and what looked wrong."))


def _again(desk: Desk, import_id: str, rejects_file: str) -> None:
    say = desk.say
    try:
        flags, reading = flags_of(desk.ctx, import_id), reading_of(desk.ctx, import_id)
    except Refused as fault:
        st.error(spoken(desk, fault))
        return
    if reading:
        st.caption(
            say(
                "Read as {form}; times without an offset {zone}; money {currency}.",
                form=_read_as(reading["encoding"], reading["crs_source"]),
                zone=reading["timezone"],
                currency=reading["currency"],
            )
        )
    if flags:
        _kinds(desk, flags)
    elif reading:
        st.caption(say("Nothing about its rows looked wrong."))
    with st.container(horizontal=True):
        for label, name in (
            (say("Save the rejects, to mend and import again"), rejects_file),
            (say("Save the list of all these rows"), reading["rows_file"] if reading else ""),
        ):
            if name and Path(name).is_file():
                st.download_button(label, Path(name).read_bytes(), Path(name).name, "text/csv", key=f"again.{name}")
