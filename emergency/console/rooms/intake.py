"""Intake: a file comes in, and everybody sees where each of its rows went."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import (
    figure_doubts,
    frame,
    intake_history,
    intake_mapping,
    intake_progress,
    intake_receipt,
    joining,
    placing,
)
from emergency.service.context import Refused
from emergency.service.mappings import MappingFault, Proposed, save
from emergency.service.receipts import Receipt
from emergency.service.response import every_incident

KINDS = ["csv", "tsv", "txt", "xlsx", "xls", "json", "geojson", "jsonl", "ndjson"]
# Not the name of a mapping: names have no space.
PROPOSE = " propose"


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Intake"))
    if desk.ctx.profile.figures != "claims":
        st.info(say("This workspace replays published totals; it takes no claims files. Choose another workspace."))
        st.button(say("Go to the live workspace"), on_click=_to_live, key="to-live")
        figure_doubts.show(desk)
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        look.section(say("Bring in a claims file"))
        file, proposed = _form(desk)
    with right:
        receipt = _result(desk)
    if proposed:
        _mapping(desk, file, proposed)
    elif receipt:
        intake_receipt.details(desk, receipt)
    placing.show(desk)
    joining.show(desk)
    figure_doubts.show(desk)
    intake_history.stages(desk)
    intake_history.history(desk)
    look.section(say("Files so far"))
    intake_receipt.earlier(desk)


def _to_live() -> None:
    st.session_state["workspace"] = "live"


def _form(desk: Desk) -> tuple[Any, Proposed | None]:
    """The upload and what is known of it; the file, where it needs a mapping made first."""
    say = desk.say
    file = st.file_uploader(say("Claims file (CSV, TSV, XLSX, JSON or GeoJSON)"), type=KINDS, key="claims-file")
    proposed = intake_mapping.proposed_for(desk, file) if file else None
    known = sorted(desk.ctx.content.library.mappings())
    options = [*known, *([PROPOSE] if proposed else [])]
    default = (proposed.fitting[0] if proposed.fitting else PROPOSE) if proposed else "plain"
    how, whose = st.columns(2)
    mapping = how.selectbox(
        say("How its columns are read"),
        options,
        index=options.index(default) if default in options else 0,
        key=f"mapping.{file.file_id if file else ''}.{default}",
        format_func=lambda name: say("propose it from this file") if name == PROPOSE else name,
        help=say("A mapping is a readable file in data/mappings; it says which column is what, in which unit."),
    )
    incidents = {i.incident_id: say.of(i.title) for i in every_incident(desk.ctx, open_only=True)}
    incident = whose.selectbox(
        say("Belongs to"),
        [None, *incidents],
        index=min(1, len(incidents)),
        format_func=lambda key: incidents.get(key, say("no incident yet")),
        key="intake-incident",
    )
    if mapping == PROPOSE:
        return file, proposed
    if st.button(say("Import"), type="primary", disabled=proposed is None, key="import"):
        intake_progress.start(desk, file, mapping, incident)
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
    intake_progress.start(desk, file, asked[0], st.session_state.get("intake-incident"))
    st.rerun()


def _result(desk: Desk) -> Receipt | None:
    look.section(desk.say("Where every row went"))
    receipt = intake_progress.result(desk)
    if receipt is not None:
        intake_receipt.counts(desk, receipt)
    return receipt
