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
    intake_saved,
    intake_waiting,
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
        file, proposed, mapping = _form(desk)
    with right:
        receipt = _result(desk, proposed is not None)
    if proposed and mapping == PROPOSE:
        _mapping(desk, file, proposed)
    elif proposed and not _is_in(file, mapping):
        if intake_saved.show(desk, file, proposed, mapping):
            _import(desk, file, proposed, mapping)
    elif receipt:
        intake_receipt.details(desk, receipt)
    placing.show(desk)
    intake_waiting.show(desk)
    joining.show(desk)
    figure_doubts.show(desk)
    intake_history.stages(desk)
    intake_history.history(desk)
    look.section(say("Files so far"))
    intake_receipt.earlier(desk)


def _to_live() -> None:
    st.session_state["workspace"] = "live"


def _form(desk: Desk) -> tuple[Any, Proposed | None, str]:
    """The upload, what is known of it, and the mapping it is to be read by."""
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
    chosen = desk.incident()
    whose.selectbox(
        say("Belongs to"),
        [None, *incidents],
        index=1 + list(incidents).index(chosen.incident_id) if chosen and chosen.incident_id in incidents else 0,
        format_func=lambda key: incidents.get(key, say("no incident yet")),
        key="intake-incident",
    )
    if file is None:
        st.button(say("Import"), type="primary", disabled=True, key="import")
    elif proposed and _is_in(file, mapping):
        _import(desk, file, proposed, mapping)
    return file, proposed, mapping


def _is_in(file: Any, mapping: str) -> bool:
    """Whether this upload was brought in by this mapping from here: then the receipt is what is looked at."""
    return st.session_state.get("import-of") == (file.file_id, mapping)


def _import(desk: Desk, file: Any, proposed: Proposed, mapping: str) -> None:
    if st.button(desk.say("Import"), type="secondary" if _is_in(file, mapping) else "primary", key="import"):
        _bring_in(desk, file, mapping, proposed.draft.encoding)


def _bring_in(desk: Desk, file: Any, mapping: str, encoding: str = "") -> None:
    started = intake_progress.start(desk, file, mapping, st.session_state.get("intake-incident"), encoding)
    st.session_state["import-of"] = (file.file_id, mapping) if started else None
    st.rerun()


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
    _bring_in(desk, file, asked[0])


def _result(desk: Desk, at_hand: bool) -> Receipt | None:
    """What came of the latest import; nothing, and no heading, while the first file is still being looked at."""
    if at_hand and not intake_progress.anything(desk):
        return None
    look.section(desk.say("Where every row went"))
    receipt = intake_progress.result(desk)
    if receipt is not None:
        intake_receipt.counts(desk, receipt)
    return receipt
