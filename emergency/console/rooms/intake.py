"""Intake: a file comes in, and everybody sees where each of its rows went."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import frame, intake_mapping, joining, placing
from emergency.domain.instant import from_us
from emergency.service.context import Refused
from emergency.service.importing import FileFault, Progress, Receipt, import_claims, mapping_named
from emergency.service.mappings import MappingFault, Proposed, masked_preview, save
from emergency.service.record_files import RecordReceipt, import_records
from emergency.service.records import imports
from emergency.service.response import every_incident

KINDS = ["csv", "tsv", "txt", "xlsx", "xls", "json", "geojson", "jsonl", "ndjson"]
# Not the name of a mapping: names have no space.
PROPOSE = " propose"


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Intake"))
    if desk.ctx.profile.figures != "claims":
        st.info(say("This workspace replays published totals; it takes no claims files. Choose another workspace."))
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        look.section(say("Bring in a claims file"))
        file, proposed = _form(desk)
    with right:
        _result(desk)
    if proposed:
        _mapping(desk, file, proposed)
    placing.show(desk)
    joining.show(desk)
    look.section(say("Files so far"))
    _receipts(desk)


def _form(desk: Desk) -> tuple[Any, Proposed | None]:
    """The upload and what is known of it; the file, where it needs a mapping made first."""
    say = desk.say
    file = st.file_uploader(say("Claims file (CSV, TSV, XLSX, JSON or GeoJSON)"), type=KINDS, key="claims-file")
    proposed = intake_mapping.proposed_for(desk, file) if file else None
    known = sorted(desk.ctx.content.library.mappings())
    options = [*known, *([PROPOSE] if proposed else [])]
    default = (proposed.fitting[0] if proposed.fitting else PROPOSE) if proposed else "plain"
    mapping = st.selectbox(
        say("How its columns are read"),
        options,
        index=options.index(default) if default in options else 0,
        key=f"mapping.{file.file_id if file else ''}.{default}",
        format_func=lambda name: say("propose it from this file") if name == PROPOSE else name,
        help=say("A mapping is a readable file in data/mappings; it says which column is what, in which unit."),
    )
    incidents = {i.incident_id: say.of(i.title) for i in every_incident(desk.ctx, open_only=True)}
    incident = st.selectbox(
        say("Belongs to"),
        [None, *incidents],
        index=min(1, len(incidents)),
        format_func=lambda key: incidents.get(key, say("no incident yet")),
        key="intake-incident",
    )
    if mapping == PROPOSE:
        return file, proposed
    if st.button(say("Import"), type="primary", disabled=proposed is None, key="import"):
        _run(desk, file, mapping, incident)
    return None, None


def _mapping(desk: Desk, file: Any, proposed: Proposed) -> None:
    asked = intake_mapping.editor(desk, file, proposed)
    if asked is None:
        return
    try:
        save(desk.ctx, *asked)
    except (MappingFault, Refused) as fault:
        st.error(intake_mapping.spoken(desk, fault))
        return
    st.session_state.pop("proposal", None)  # the mapping just saved fits the file now
    _run(desk, file, asked[0], st.session_state.get("intake-incident"))
    st.rerun()


def _run(desk: Desk, file: Any, mapping: str, incident: str | None) -> None:
    say = desk.say
    bar = st.progress(0.0, say("Reading {file} …", file=file.name))

    def show_progress(p: Progress) -> None:
        share = min(1.0, p.bytes_read / p.bytes_total) if p.bytes_total else 0.0
        rate = p.rows / p.seconds if p.seconds else 0
        left = p.seconds * (1 - share) / share if share else 0
        bar.progress(
            share,
            say(
                "{rows} rows · {rate} rows/s · {left} s left",
                rows=f"{p.rows:,}",
                rate=f"{rate:,.0f}",
                left=f"{left:.0f}",
            ),
        )

    st.session_state["receipt"], st.session_state["receipt-fault"] = None, None
    try:
        with intake_mapping.on_disk(file) as path:
            chosen = mapping_named(desk.ctx, mapping)
            bring_in = import_claims if chosen.kind == "claims" else import_records
            st.session_state["receipt"] = bring_in(
                desk.ctx,
                path,
                chosen,
                incident_id=incident,
                progress=show_progress,
                say=say,
            )
    except (FileFault, MappingFault, Refused) as fault:
        st.session_state["receipt-fault"] = intake_mapping.spoken(desk, fault)
    bar.empty()


def _result(desk: Desk) -> None:
    receipt: Receipt | None = st.session_state.get("receipt")
    say = desk.say
    look.section(say("Where every row went"))
    if fault := st.session_state.get("receipt-fault"):
        st.error(say("Nothing was imported. {fault}", fault=fault))
        return
    if receipt is None:
        st.caption(say("After an import: rows = new + updated + duplicates + rejected, always."))
        return
    look.table(
        [say("Rows"), ""],
        [
            [say("in the file"), f"{receipt.rows:,}"],
            [say("new"), f"{receipt.new:,}"],
            [say("updated"), f"{receipt.updated:,}"],
            [say("duplicates (repeated, or here already unchanged)"), f"{receipt.duplicates:,}"],
            [say("rejected"), look.Cell(f"{receipt.rejected:,}", "watch" if receipt.rejected else "plain")],
            [
                say("accepted without a place"),
                look.Cell(f"{receipt.unlocated:,}", "watch" if receipt.unlocated else "plain"),
            ],
        ],
        numbers=[1],
    )
    if isinstance(receipt, RecordReceipt):
        st.caption(
            say(
                "{changed} claims follow a newer message; {waiting} messages wait for claims not here yet.",
                changed=f"{receipt.claims_changed:,}",
                waiting=f"{receipt.waiting:,}",
            )
        )
        for doubt in receipt.doubts:
            st.warning(doubt)
    if receipt.rejects_file:
        path = Path(receipt.rejects_file)
        st.download_button(say("Save the rejects, to mend and import again"), path.read_bytes(), path.name, "text/csv")
        st.caption(say("Personal fields are masked here; the saved file has the rows as they came."))
        st.dataframe(masked_preview(desk.ctx, path), hide_index=True, height=200)


def _receipts(desk: Desk) -> None:
    say = desk.say
    rows = imports(desk.ctx)
    if not rows:
        st.caption(say("No file has come in yet."))
        return
    states = {"running": say("not finished"), "done": say("done"), "stopped": say("stopped")}
    st.dataframe(
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
    )
