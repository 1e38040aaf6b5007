"""Step 3: evaluators rate alone, seal, and only then see one another and the machine."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.review_words import Case, Row, attempt
from emergency.domain.drill.panel import Rated
from emergency.domain.drill.words import BAND_TONES, BANDS
from emergency.service import panel as service
from emergency.service import panel_lead
from emergency.service.panel import Panel, Sheet
from emergency.service.reviewing import offset
from emergency.service.run_seats import notes_about, notes_of, same
from emergency.texts import N_

SHORT = N_("Fewer than two rate on their own: nobody can say how far evaluators would agree.")
AGREED = N_("Each rated alone and sealed. Same band {same}, within one band {near} of {count} pairs.")
AGREED_ONE = N_("Each rated alone and sealed. Same band {same}, within one band {near} of one pair.")


def show(case: Case) -> None:
    found = service.panel(case.desk.ctx, case.subject, service.bands(case.record))
    leads = panel_lead.leads(case.desk.ctx, case.subject)
    rates = found.mine is not None and found.mine.sealed_at is None
    if found.open and not rates:
        _opened(case, found)  # as wide as the page: a column for each evaluator
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        if found.mine is not None and rates:
            _rate(case, found.mine)
        elif found.open:
            _talked_over(case, found, leads=leads)
            _seen(case, found)
        else:
            _sealed(case, found)
    with right:
        _members(case, found, leads)
        if leads and not found.open:
            _open_without(case, found)
        _appoint(case, found)


def _objective(case: Case, one: str) -> str:
    return f"{one} {case.desk.say.of(case.words.texts.get(one, {}))}".strip()


def _rate(case: Case, sheet: Sheet) -> None:
    desk, say = case.desk, case.desk.say
    look.section(say("Your sheet, {name}", name=sheet.evaluator))
    st.caption(say("Rate by what you saw. Nobody sees it before all have sealed; you see no score before you have."))
    score = case.record["score"]
    mine = [n for n in notes_of(desk.ctx, case.subject) if same(n["author"], sheet.evaluator)]
    told = {one: [n for n in mine if notes_about(n, one, score)] for one in sheet.objectives}
    _own_notes(case, [n for n in mine if not any(n in of for of in told.values())])
    for one in sheet.objectives:
        before = sheet.marks.get(one, {})
        with st.form(f"rate-{case.key(one)}-{sheet.version}"):
            st.markdown(f"**{look.plain(_objective(case, one))}**")
            _own_notes(case, told[one])
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
    if left == 1:
        st.caption(say("One objective is still to be rated."))
    elif left:
        st.caption(say("{count} objectives are still to be rated.", count=left))


def _own_notes(case: Case, found: list[dict[str, Any]]) -> None:
    """What this evaluator noted in the drill, with its time."""
    for one in found:
        st.caption(look.plain(f"{offset(one['at_s'])} · {case.words.about(one['about'])}: {one['text']}"))


def _all_notes(case: Case) -> None:
    """Everybody's, once the results are open."""
    say, found = case.desk.say, notes_of(case.desk.ctx, case.subject)
    if not found:
        return
    look.section(say("Noted while it was played"))
    rows: list[Row] = [
        [offset(n["at_s"]), case.words.about(n["about"]), n["text"], f"{n['author']} ({case.words.code(n['code'])})"]
        for n in found
    ]
    look.table([say("Drill time"), say("About"), say("What was seen"), say("Noted by")], rows)


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
    _how_opened(case, found)
    names = sorted({name for one in found.rated for name in one.by})
    late = sorted({name for one in found.rated for name in one.late})
    rows: list[Row] = [
        [
            _objective(case, one.objective),
            *(one.by.get(name, "–") for name in names),
            *(look.Cell(one.late.get(name, "–"), "watch" if name in one.late else "plain") for name in late),
            _panel_band(case, one),
            one.machine or "–",
            _apart(case, one),
        ]
        for one in found.rated
    ]
    heads = [*names, *(say("{name}, afterwards", name=name) for name in late)]
    look.table([say("Objective"), *heads, say("Panel"), say("Machine"), say("Disagreement")], rows)
    st.caption(look.plain(_agreement(case, found)))
    if late:
        st.caption(
            look.plain(
                say("Rated after the results were open, so left out of every figure: {names}.", names=", ".join(late))
            )
        )


def _seen(case: Case, found: Panel) -> None:
    """What evaluators wrote beside their ratings, and what they had noted in the drill."""
    say = case.desk.say
    notes: list[Row] = [
        [_objective(case, name), sheet.evaluator, look.Cell(mark["band"], BAND_TONES[mark["band"]]), mark["note"]]
        for sheet in found.sheets
        for name, mark in sheet.marks.items()
        if mark["note"]
    ]
    if notes:
        look.section(say("What evaluators saw"))
        look.table([say("Objective"), say("Evaluator"), say("Rating"), say("What was seen")], notes)
    _all_notes(case)


def _how_opened(case: Case, found: Panel) -> None:
    """Whom the results were not waiting for and why, who was left out, and whether enough rated at all."""
    say = case.desk.say
    if found.opening is not None and found.opening.without:
        gaps = {"names": ", ".join(found.opening.without), "who": found.opening.by, "reason": found.opening.reason}
        look.notice("warning", say("Opened without {names}, by {who}: {reason}", **gaps))
    named = found.opening.without if found.opening else ()
    for one in panel_lead.left_out(case.desk.ctx, case.subject):
        if one.evaluator not in named:
            gaps = {"evaluator": one.evaluator, "who": one.by, "reason": one.reason}
            st.caption(look.plain(say("{evaluator} was left out by {who}: {reason}", **gaps)))
    if found.short:
        look.notice("warning", say(SHORT))


def _panel_band(case: Case, one: Rated) -> look.Cell:
    say = case.desk.say
    if one.settled is not None:
        return look.Cell(say("{band}, agreed", band=one.settled.band), "ok")
    if one.provisional:
        return look.Cell(say("{band}, provisional", band=one.panel), "bad")
    return look.Cell(one.panel or "–")


def _talked_over(case: Case, found: Panel, *, leads: bool) -> None:
    """What was agreed on where evaluators were far apart, and the form to put it down."""
    desk, say = case.desk, case.desk.say
    for one in found.rated:
        if one.settled is None:
            continue
        gaps = {"objective": _objective(case, one.objective), "band": say(BANDS[one.settled.band])}
        text = say("{objective}: talked over and settled at {band}, because {reason} ({who})", **gaps,
                   reason=one.settled.reason, who=one.settled.by)  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(look.plain(text))
            if leads and st.button(say("Take back"), key=f"unsettle-{case.key(one.objective)}"):
                back = partial(panel_lead.unsettle, desk.ctx, case.subject, one.objective)
                attempt(desk, back, say("Taken back: it is provisional again."))
    open_ = [one for one in found.rated if one.provisional]
    if open_ and not leads:
        st.caption(say("Talk it over; whoever directed the drill or appointed the evaluators puts down the result."))
    for one in open_ if leads else ():
        _settle(case, one)


def _settle(case: Case, one: Rated) -> None:
    desk, say = case.desk, case.desk.say
    with once("settle", case.key(f"settle.{one.objective}")) as form:
        st.markdown(f"**{look.plain(say('Talked over: {objective}', objective=_objective(case, one.objective)))}**")
        band_ = st.radio(
            say("Settled at"), list(BANDS), format_func=lambda key: say(BANDS[key]), horizontal=True, index=None,
            key=f"{form.key}.band",
        )  # fmt: skip
        why = st.text_input(say("Because"), key=f"{form.key}.why")
        if st.form_submit_button(say("Put down what was agreed")):
            settled = partial(panel_lead.settle, desk.ctx, case.subject, one.objective, band_ or "", why)
            attempt(desk, form.taking(settled), say("Put down; the ratings stay beside it."))


def _apart(case: Case, one: Rated) -> look.Cell:
    say = case.desk.say
    if one.settled is not None:
        return look.Cell(say("{steps} bands apart: talked over", steps=one.spread), "ok", framed=True)
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
    gaps = {"same": f"{100 * all_.same:.0f} %", "near": f"{100 * all_.near:.0f} %", "count": all_.joint}
    text = say(AGREED_ONE if all_.joint == 1 else AGREED, **gaps)
    if all_.kappa is None:
        return text + say(" Too few for kappa.")
    return text + say(" Quadratic-weighted kappa {kappa}.", kappa=f"{all_.kappa:.2f}")


def _members(case: Case, found: Panel, leads: bool) -> None:
    desk, say = case.desk, case.desk.say
    if not found.sheets:
        return
    look.section(say("Evaluators"))
    begun = any(one.sealed_at is not None for one in found.sheets)
    for one in found.sheets:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"member-{one.evaluator}"):
            sealed = one.sealed_at is not None
            state = look.pill(say("sealed"), "ok") if sealed else look.pill(say("rating"), "watch")
            late = look.pill(say("after the opening"), "watch") if one.late else ""
            st.html(f"<b>{look.esc(one.evaluator)}</b> {look.esc(', '.join(one.objectives))} {state} {late}")
            own = found.mine is not None and found.mine.evaluator == one.evaluator
            if not sealed and (own or leads):
                _take_off(desk, case, one, own=own, begun=begun)
    if found.short and not found.open:
        st.caption(say(SHORT))


def _take_off(desk: Desk, case: Case, one: Sheet, *, own: bool, begun: bool) -> None:
    """At once while nobody has sealed; from then on with a reason, which stands in the report."""
    say = desk.say
    words = say("Step back") if own else say("Take off")
    done = say("Taken off; appoint them again to undo.")
    key = f"dismiss-{one.evaluator}"
    if not begun:
        if st.button(words, key=key):
            attempt(desk, partial(panel_lead.dismiss, desk.ctx, case.subject, one.evaluator), done)
        return
    with st.popover(words), once("left-out", case.key(key)) as form:
        why = st.text_input(say("Why? It stands in the report."), key=f"{form.key}.why")
        if st.form_submit_button(words):
            away = partial(panel_lead.dismiss, desk.ctx, case.subject, one.evaluator, why)
            attempt(desk, form.taking(away), done)


def _open_without(case: Case, found: Panel) -> None:
    """The director does not wait for ever: a reason opens the results without those who have not sealed."""
    desk, say = case.desk, case.desk.say
    waiting = [one.evaluator for one in found.sheets if one.sealed_at is None]
    if not waiting or len(waiting) == len(found.sheets):
        return
    name = say("Open the results without {names}", names=", ".join(waiting))
    with st.expander(name), once("open-without", case.key("open-without")) as form:
        why = st.text_input(say("Why? It stands in the report."), key=f"{form.key}.why")
        if st.form_submit_button(say("Open the results")):
            act = partial(panel_lead.open_without, desk.ctx, case.subject, why)
            attempt(desk, form.taking(act), say("Open; what they seal later is shown as rated afterwards."))


def _appoint(case: Case, found: Panel) -> None:
    desk, say = case.desk, case.desk.say
    look.section(say("Appoint an evaluator"))
    if found.open:
        st.caption(say("The results are open: whoever rates now is shown apart and left out of every figure."))
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
