"""Intake: a file on its way in. It goes on while nobody looks; any page of the workspace shows how far it is."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console.desk import Desk
from emergency.console.rooms.intake_mapping import spoken
from emergency.service.context import Refused
from emergency.service.import_jobs import ImportJob
from emergency.service.importing import mapping_named
from emergency.service.mappings import MappingFault
from emergency.service.progress import Progress
from emergency.service.receipts import Receipt

# A small file is in before anybody could read a bar.
AT_ONCE_SECONDS = 2.0
LOOK_EVERY_SECONDS = 1.0


def start(desk: Desk, file: Any, mapping: str, incident: str | None, encoding: str = "") -> bool:
    """Begin to bring an uploaded file in; a refusal is said where `result` says everything else.

    Args:
        encoding: as a person chose it; the mapping's own where it is empty.

    Returns:
        whether it is on its way, or in; a file that broke off is neither.
    """
    st.session_state["import-refusal"], st.session_state["import-mine"] = "", None
    try:
        job = desk.running.imports.start(
            desk.ctx,
            file.name,
            file.getbuffer(),
            mapping_named(desk.ctx, mapping, encoding),
            incident_id=incident,
            say=desk.say,
        )
    except (Refused, MappingFault) as fault:
        st.session_state["import-refusal"] = spoken(desk, fault)
        return False
    st.session_state["import-mine"] = job
    with st.spinner(desk.say("Reading {file} …", file=job.file_name)):
        job.wait(AT_ONCE_SECONDS)
    return job.fault is None


def anything(desk: Desk) -> bool:
    """Whether an import is on its way, has ended or was refused."""
    return bool(st.session_state.get("import-refusal")) or desk.running.imports.of(desk.ctx.store.name) is not None


def result(desk: Desk) -> Receipt | None:
    """The bar of an import on its way, or what came of the latest; its receipt once it has ended."""
    say = desk.say
    if refusal := st.session_state.get("import-refusal"):
        st.error(refusal)
    job: ImportJob | None = desk.running.imports.of(desk.ctx.store.name)
    if job is None:
        st.caption(say("After an import: rows = new + updated + duplicates + rejected, always."))
        return None
    if not job.ended:
        _bar(desk, job)
        return None
    mine: object = st.session_state.get("import-mine")
    if job.fault is not None and mine is job:
        _broken(desk, job)
    if job.receipt is None:
        return None
    st.caption(f"{job.file_name} · {job.actor}")
    if job.receipt.state == "stopped":
        st.warning(say("Stopped. The rows below are in and stay; import the file again to go on where it ended."))
    return job.receipt


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def _bar(desk: Desk, job: ImportJob) -> None:
    if job.ended:
        st.rerun()
    say = desk.say
    st.caption(f"{job.file_name} · {job.actor}")
    told = job.progress
    st.progress(told.share if told else 0.0, how_far(desk, told) if told else say("Looking through the file …"))
    if job.stopping:
        st.caption(say("It ends after the rows in hand; what is in stays."))
        return
    st.button(
        say("Cancel"),
        on_click=job.stop,
        key="import-cancel",
        help=say("Ends the import after the rows in hand. What is in stays, whole; import the file again to go on."),
    )
    st.caption(say("You can leave this page or close the browser; the import goes on."))


def how_far(desk: Desk, told: Progress) -> str:
    minutes, seconds = divmod(round(told.seconds_left), 60)
    return desk.say(
        "{rows} of about {expected} rows · {rate} rows/s · {left} left",
        rows=f"{told.rows:,}",
        expected=f"{told.rows_expected:,}",
        rate=f"{told.rows_per_second:,.0f}",
        left=f"{minutes}:{seconds:02}",
    )


def _broken(desk: Desk, job: ImportJob) -> None:
    say, fault = desk.say, job.fault
    assert fault is not None
    why = spoken(desk, fault)
    if job.progress is None:
        st.error(say("Nothing was imported. {fault}", fault=why))
        return
    st.error(
        say(
            "The import broke off after {rows} rows, which are in and stay. {fault}",
            rows=f"{job.progress.rows:,}",
            fault=why,
        )
    )
