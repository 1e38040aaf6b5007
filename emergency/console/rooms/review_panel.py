"""Step 3: evaluators rate alone, seal, and only then see one another and the machine."""

from __future__ import annotations

from functools import partial

import streamlit as st

from emergency.console import look
from emergency.console.rooms.once_form import once
from emergency.console.rooms.review_words import Case, Row, attempt, band
from emergency.domain.drill.panel import Rated
from emergency.domain.drill.words import BANDS
from emergency.service import panel as service
from emergency.service.panel import Panel, Sheet


def show(case: Case) -> None:
    found = service.panel(case.desk.ctx, case.subject, service.bands(case.record))
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        if found.mine is not None and found.mine.sealed_at is None:
            _rate(case, found.mine)
        elif found.open:
            _opened(case, found)
        else:
            _sealed(case, found)
    with right:
        _members(case, found)
        _appoint(case)


def _objective(case: Case, one: str) -> str:
    return f"{one} {case.desk.say.of(case.words.texts.get(one, {}))}".strip()


def _rate(case: Case, sheet: Sheet) -> None:
    desk, say = case.desk, case.desk.say
    look.section(say("Your sheet, {name}", name=sheet.evaluator))
    st.caption(say("Rate by what you saw. Nobody sees it before all have sealed; you see no score before you have."))
    for one in sheet.objectives:
        before = sheet.marks.get(one, {})
        with st.form(f"rate-{case.key(one)}-{sheet.version}"):
            st.markdown(f"**{look.plain(_objective(case, one))}**")
            chosen = st.radio(
                say("Rating"), list(BANDS), format_func=lambda key: say(BANDS[key]), horizontal=True,
                index=list(BANDS).index(before["band"]) if before else None, key=f"band-{case.key(one)}",
                label_visibility="collapsed",
            )  # fmt: skip
            note = st.text_input(say("What you saw"), before.get("note", ""), key=f"saw-{case.key(one)}")
            if st.form_submit_button(say("Keep") if not before else say("Change")):
                done = say("Kept; you may change it until you seal.")
                keep = partial(service.rate, desk.ctx, case.subject, sheet, one, chosen or "", note)
                attempt(desk, keep, done)
    left = len(sheet.objectives) - sheet.rated
    if st.button(say("Seal my ratings"), type="primary", disabled=left > 0, key="seal"):
        attempt(desk, lambda: service.seal(desk.ctx, case.subject, sheet), say("Sealed."))
    if left:
        st.caption(say("{count} objectives are still to be rated.", count=left))


def _sealed(case: Case, found: Panel) -> None:
    say = case.desk.say
    look.section(say("The evaluators' panel"))
    if not found.sheets:
        st.info(say("Nobody is asked to rate yet. Appoint at least two evaluators; each rates alone."))
        return
    waiting = say(", ").join(s.evaluator for s in found.sheets if s.sealed_at is None)
    st.info(say("Still rating: {names}. Ratings are shown once everybody has sealed.", names=waiting))


def _opened(case: Case, found: Panel) -> None:
    say = case.desk.say
    look.section(say("Panel and machine"))
    names = sorted({name for one in found.rated for name in one.by})
    rows: list[Row] = [
        [
            _objective(case, one.objective),
            *(one.by.get(name, "–") for name in names),
            look.Cell(one.panel or "–"),
            one.machine or "–",
            _apart(case, one),
        ]
        for one in found.rated
    ]
    look.table([say("Objective"), *names, say("Panel"), say("Machine"), say("Disagreement")], rows)
    st.caption(look.plain(_agreement(case, found)))
    notes: list[Row] = [
        [_objective(case, name), sheet.evaluator, band(case.desk, mark["band"]), mark["note"]]
        for sheet in found.sheets
        for name, mark in sheet.marks.items()
        if mark["note"]
    ]
    if notes:
        look.section(say("What evaluators saw"))
        look.table([say("Objective"), say("Evaluator"), say("Rating"), say("What was seen")], notes)


def _apart(case: Case, one: Rated) -> look.Cell:
    say = case.desk.say
    if one.provisional:
        return look.Cell(
            say("{steps} bands apart: provisional until talked over", steps=one.spread), "bad", framed=True
        )
    if one.spread:
        return look.Cell(say("{steps} band apart", steps=one.spread), "watch", framed=True)
    if one.from_machine:
        return look.Cell(say("machine and panel differ"), "watch", framed=True)
    return look.Cell(say("agreed"), "ok", framed=True)


def _agreement(case: Case, found: Panel) -> str:
    say, all_ = case.desk.say, found.agreement
    if not all_.joint or all_.same is None or all_.near is None:
        return say("One evaluator; there is nobody to compare with.")
    text = say(
        "Each rated alone and sealed. Same band {same}, within one band {near} of {count} pairs.",
        same=f"{100 * all_.same:.0f} %",
        near=f"{100 * all_.near:.0f} %",
        count=all_.joint,
    )
    if all_.kappa is None:
        return text + say(" Too few for kappa.")
    return text + say(" Quadratic-weighted kappa {kappa}.", kappa=f"{all_.kappa:.2f}")


def _members(case: Case, found: Panel) -> None:
    say = case.desk.say
    if not found.sheets:
        return
    look.section(say("Evaluators"))
    for one in found.sheets:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"member-{one.evaluator}"):
            sealed = one.sealed_at is not None
            state = look.pill(say("sealed"), "ok") if sealed else look.pill(say("rating"), "watch")
            st.html(f"<b>{look.esc(one.evaluator)}</b> {look.esc(', '.join(one.objectives))} {state}")
            if not sealed and st.button(say("Take off"), key=f"dismiss-{one.evaluator}"):
                away = partial(service.dismiss, case.desk.ctx, case.subject, one.evaluator)
                attempt(case.desk, away, say("Taken off; appoint them again to undo."))


def _appoint(case: Case) -> None:
    desk, say = case.desk, case.desk.say
    look.section(say("Appoint an evaluator"))
    with once("appoint", case.key("appoint")) as form:
        name = st.text_input(say("Name, as they act in the console"), key=f"{form.key}.name")
        known = list(service.bands(case.record))
        chosen = st.multiselect(
            say("Rates"), known, known, format_func=lambda one: _objective(case, one), key=f"{form.key}.rates",
            placeholder=say("choose"),
        )  # fmt: skip
        if st.form_submit_button(say("Appoint"), width="stretch"):
            act = form.taking(lambda: service.appoint(desk.ctx, case.subject, name, chosen))
            attempt(desk, act, say("Appointed; they rate under their own name."))
