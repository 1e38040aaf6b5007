"""Step 4: the report as a page – verdict, bars, objectives, gaps, overdue earlier actions – and as documents."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.rooms import drill_outcomes
from emergency.console.rooms.pressed import as_read
from emergency.console.rooms.review_words import Case, Row, attempt, band, number
from emergency.domain.drill.played import WHY_NOT
from emergency.domain.drill.words import BAND_TONES, DIMENSIONS
from emergency.service import review_report as service
from emergency.service.context import Refused
from emergency.service.learning import learning
from emergency.service.reviewing import Facts, offset

MET = {True: "ok", False: "bad", None: "plain"}


def show(case: Case) -> None:
    found = learning(case.desk.ctx, case.subject, case.record)
    _verdict(case)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        _objectives(case)
        _gaps(case)
    with right:
        _overdue(case, found)
        _proofs(case, found)
        _conclusion(case)
        _documents(case)
    drill_outcomes.show(case.desk, _with_decisions(case))
    _observed(case, found)
    _timeline(case)
    drill_outcomes.led(case.desk, case.record)


def _with_decisions(case: Case) -> dict[str, Any]:
    """The record; of a real incident its plans are solved again when asked for, which takes a moment."""
    say, record = case.desk.say, dict(case.record)
    if not case.real or record["score"].get("decisions"):
        return record
    if not st.button(say("Hold the plans against the best that could be known"), key=case.key("decisions")):
        return record
    found = service.decided(case.desk.ctx, case.subject, record)
    if not found["score"].get("decisions"):
        st.caption(say("Nobody published a plan for people here."))
    return found


def _verdict(case: Case) -> None:
    say, score = case.desk.say, case.record["score"]
    if case.record["review"]["overview"].get("running"):
        st.info(case.words.still_running())
    look.kpi_strip(
        [
            look.Kpi(
                say("Overall"), number(score["overall"]), band(case.desk, score["band"]).text,
                BAND_TONES.get(score["band"], "plain"),
            ),
            *(
                look.Kpi(say(name), number(score[key]), say("of 100") if score[key] is not None else say("n/a"))
                for key, name in DIMENSIONS.items()
            ),
        ]
    )  # fmt: skip
    st.text(case.words.spoken(case.record["review"]["verdict"]))
    first = Facts(case.record, say).told_first()
    st.caption(look.plain(" · ".join(say("{label}: {value}", label=label, value=text) for label, text in first)))


def _objectives(case: Case) -> None:
    say, words = case.desk.say, case.words
    look.section(say("Objectives"))
    rows: list[Row] = [
        [
            f"{o['id']} {say.of(words.texts.get(o['id'], {}))}",
            band(case.desk, o["band"]),
            number(o["score"]),
            *(number(o[name]) for name in DIMENSIONS),
        ]
        for o in case.record["score"]["objectives"]
    ]
    heads = [say("Objective"), say("Rating"), say("Score"), *(say(n) for n in DIMENSIONS.values())]
    look.table(heads, rows, numbers=[2, 3, 4, 5])


def _gaps(case: Case) -> None:
    say, found = case.desk.say, case.record["review"]["gaps"][:3]
    if found:
        look.section(say("The three largest gaps"))
        rows = [[case.words.spoken(g["text"]), say(DIMENSIONS[g["dimension"]]), number(g["lost"])] for g in found]
        look.table([say("Gap"), say("Dimension"), say("Points lost")], rows, numbers=[2])


def issue(case: Case, kept: dict[str, Any]) -> str:
    return str(kept["text"]) if "text" in kept else case.words.spoken(kept)


def _overdue(case: Case, found: dict[str, Any]) -> None:
    say = case.desk.say
    look.section(say("Overdue earlier actions"))
    if not found["overdue"]:
        st.caption(say("None is overdue."))
        return
    rows: list[Row] = [
        [f"{o['number']}", issue(case, o["issue"]), o["owner"] or "–", look.Cell(f"{o['days']}", "bad")]
        for o in found["overdue"]
    ]
    look.table([say("No."), say("Issue"), say("Owner"), say("Days late")], rows, numbers=[3])


def _proofs(case: Case, found: dict[str, Any]) -> None:
    say = case.desk.say
    if not found["proofs"]:
        return
    look.section(say("What became of earlier improvement items"))
    met = {True: say("target met"), False: say("target missed"), None: say("no figure in this run")}
    words = case.words
    rows: list[Row] = [
        [
            f"{one['number']} {issue(case, one['issue'])}",
            f"{number(one['before'])} → {number(one['after'])}",
            ("≥ " if one["better"] == "higher" else "≤ ") + words.points(one["target"]),
            look.Cell(say(WHY_NOT[one["why_not"]]))
            if one["why_not"] and one["met"] is not None
            else look.Cell(met[one["met"]], MET[one["met"]], framed=True),
        ]
        for one in found["proofs"]
    ]
    look.table([say("Item"), say("Before → after"), say("Target"), say("Result")], rows)


def _conclusion(case: Case) -> None:
    desk, say = case.desk, case.desk.say
    kept = service.kept(desk.ctx, case.subject)
    look.section(say("Conclusion"))
    if kept and kept["published_us"]:
        st.text(kept["conclusion"])
        st.caption(say("Published by {who}.", who=kept["published_by"]))
        if st.button(say("Take the report back"), key="report-back"):
            attempt(desk, lambda: service.take_back(desk.ctx, case.subject), say("Taken back; it can be changed."))
        return
    version = kept["version"] if kept else None
    with st.form(f"{case.key('conclusion')}.{version or 0}"):
        text = st.text_area(
            say("What is to be learnt from this?"), kept["conclusion"] if kept else "", height=110,
            key=f"{case.key('conclude')}.{version or 0}",
        )  # fmt: skip
        if st.form_submit_button(say("Keep")):
            attempt(desk, lambda: service.conclude(desk.ctx, case.subject, text, version), say("Kept."))
    if as_read(desk, say("Publish the report"), "report-publish", version or 0, type="primary", width="stretch"):
        done = say("Published; the task of the review is done.") if case.real else say("Published.")
        attempt(desk, lambda: service.publish(desk.ctx, case.subject), done)


def _documents(case: Case) -> None:
    """Made when asked for: the map replay plays the field again, which takes a moment."""
    desk, say = case.desk, case.desk.say
    names = {"docx": say("After-action report (Word)"), "pdf": say("After-action report (PDF)")}
    if not case.real:
        names["html"] = say("Map replay (HTML)")
    key = f"{case.key('documents')}.{say.language}"
    if not st.button(say("Prepare documents"), key=case.key("prepare")):
        return
    made = {}
    for form in names:
        try:
            made[form] = service.document_of(desk.ctx, case.subject, form, say.language)
        except Refused as fault:
            st.warning(say(fault.args[0]))
    for form, raw in made.items():
        suffix, media = service.FORMATS[form]
        name = f"{case.subject.id}.{say.language}.{suffix}"
        # Taking one along leaves the others there; any other act makes them anew.
        st.download_button(names[form], raw, name, media, key=f"{key}.{form}", width="stretch", on_click="ignore")


def _observed(case: Case, found: dict[str, Any]) -> None:
    """What was noted in the drill, by code as in the document."""
    say, words = case.desk.say, case.words
    if not found["observations"]:
        return
    look.section(say("Noted while it was played"))
    rows: list[Row] = [
        [offset(one["at_s"]), words.about(one["about"]), one["text"], words.code(one["code"])]
        for one in found["observations"]
    ]
    look.table([say("Drill time"), say("About"), say("What was seen"), say("Noted by")], rows)


def _timeline(case: Case) -> None:
    say, words = case.desk.say, case.words
    rows = case.record["review"]["timeline"]
    look.section(say("Timeline"))
    kinds = {"inject": say("asked") if case.real else say("inject"), "act": say("act")}
    st.dataframe(
        pd.DataFrame(
            {
                say("Time"): [offset(r["at_s"]) for r in rows],
                say("Kind"): [kinds[r["kind"]] for r in rows],
                say("Role"): [words.role(r["role"]) for r in rows],
                say("What"): [_what(case, r) for r in rows],
                say("Journal entry"): ["" if r["entry"] is None else f"#{r['entry']}" for r in rows],
            }
        ),
        hide_index=True,
        height=min(420, 40 + 35 * len(rows)),
    )


def _what(case: Case, row: dict[str, Any]) -> str:
    words = case.words
    if case.real:
        named = [words.expectation(one) for one in row["answers"]]
        return case.desk.say.of(row["text"]) if row["text"] else ", ".join(named) or words.what(row)
    answers = f" → {', '.join(row['answers'])}" if row["answers"] else ""
    return words.what(row) + answers
