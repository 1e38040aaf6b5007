"""One report being written: fields filled from the facts, kept while somebody types, and handed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from emergency.console import look
from emergency.console.components.typing_keeper import keep_typing
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.pressed import as_read
from emergency.console.rooms.report_words import KIND_TITLES, VIAS, sentence, spoken
from emergency.domain.report_form import gap_name
from emergency.domain.report_text import plain_text
from emergency.service import report_check, report_export, reporting
from emergency.service.context import Conflict, Refused
from emergency.service.grading import Evaluation
from emergency.service.reporting import CONSOLE, PHONE, DraftField, Prepared

SHORT = ("unit", "signatory", "contact", "phone", "incident_type", "place")
SAID = "report-writing-said"
CORRECTS = "report-corrects"


def chosen_key(desk: Desk, incident_id: str) -> str:
    return f"report.{desk.ctx.store.name}.{incident_id}"


def choose(desk: Desk, incident_id: str, kind: str, corrects: str = "") -> None:
    """Open the form of a kind of report; ``corrects`` names the report it is a correction of."""
    st.session_state[chosen_key(desk, incident_id)] = kind
    st.session_state[CORRECTS] = corrects


def show(desk: Desk, evaluation: Evaluation, kind: str) -> None:
    say, incident_id = desk.say, evaluation.incident.incident_id
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if st.button(say("Back to what is owed"), key="report-back", icon=":material/arrow_back:"):
            st.session_state.pop(chosen_key(desk, incident_id), None)
            st.rerun()
    try:
        prepared = reporting.prepare(desk.ctx, incident_id, kind, evaluation)
    except Refused as fault:
        st.error(spoken(say, fault))
        return
    look.section(_title(desk, prepared))
    kind_said, text = st.session_state.pop(SAID, ("", ""))
    if kind_said:
        look.notice(kind_said, text)
    left, right = st.columns([1.75, 1], gap="small")
    with left:
        _fields(desk, prepared)
    with right:
        _hand_in(desk, prepared, evaluation)
        _missing(desk, prepared)
    _sources(desk, prepared)
    with st.expander(say("As plain text, to paste into the portal")):
        st.code(plain_text(reporting.paper_of(desk.ctx, prepared)), language=None, wrap_lines=True)
    keep_typing("typing-keeper")


def _title(desk: Desk, prepared: Prepared) -> str:
    return desk.say(
        "{title}, no. {number} · to {authority}",
        title=prepared.form.kinds[prepared.kind],
        number=prepared.number,
        authority=prepared.authority.name,
    )


# Fields ---------------------------------------------------------------------------------------------


def _fields(desk: Desk, prepared: Prepared) -> None:
    st.caption(desk.say("Filled from the facts. What you write is kept while you type, also if the server stops."))
    for field in prepared.fields:
        _field(desk, prepared, field)


def _field(desk: Desk, prepared: Prepared, field: DraftField) -> None:
    one = field.filled.field
    key = f"report-{prepared.incident.incident_id}-{prepared.kind}-{prepared.number}-{one.id}"
    shown = _shown(field)
    # Only what changed elsewhere is put in, so that nobody's typing is overwritten by its own echo. It is the first
    # value, too: a browser that missed the run that put it in would hand back an empty box.
    if st.session_state.get(key) != shown:
        st.session_state[key] = shown
    changed = partial(_save, desk, prepared, field, key)
    label, official = _label(desk, field), _official(desk, prepared, field)
    if one.id in SHORT:
        st.text_input(label, shown, key=key, on_change=changed, placeholder="" if shown else field.text, help=official)
    else:
        line = 46 if prepared.language == "zh" else 90
        height = min(260, 68 + 23 * (len(field.text) // line))
        hint = desk.say.of(one.hint) or ("" if shown else field.text)
        st.text_area(label, shown, key=key, on_change=changed, height=height, placeholder=hint, help=official)
    _beside(desk, prepared, field)


def _shown(field: DraftField) -> str:
    """What stands in the box: nothing where only a person can know it, so that nobody types beside a mark."""
    only_a_mark = not field.written and field.filled.field.by_person and field.missing
    return "" if only_a_mark else field.text


def _label(desk: Desk, field: DraftField) -> str:
    return desk.say.of(field.filled.field.title) + (" :red[‼]" if field.missing else "")


def _official(desk: Desk, prepared: Prepared, field: DraftField) -> str | None:
    """What the report itself calls it, for whoever reads the form in another language."""
    mine = "zh" if desk.say.language == "zh_CN" else "en"
    return None if prepared.language == mine else look.plain(field.filled.field.title[prepared.language])


def _beside(desk: Desk, prepared: Prepared, field: DraftField) -> None:
    """The same in the other language; where somebody wrote, who it was and the way back to the facts."""
    say = desk.say
    other = "en" if prepared.language == "zh" else "zh"
    if not field.written:
        if field.text.strip() and not field.filled.field.by_person:
            st.html(f'<p class="em-beside">{look.esc(field.filled.text[other])}</p>')
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.html(f'<p class="em-beside">{look.esc(say("written by {who}", who=field.by))}</p>')
        st.button(
            say("Back to the facts"),
            key=f"facts-{field.filled.field.id}",
            type="tertiary",
            on_click=partial(_discard, desk, prepared, field.filled.field.id),
        )


def _save(desk: Desk, prepared: Prepared, field: DraftField, key: str) -> None:
    text = str(st.session_state[key])
    incident_id, name = prepared.incident.incident_id, field.filled.field.id
    try:
        if text == field.filled.text[prepared.language] or (not text and field.filled.field.by_person):
            reporting.discard(desk.ctx, incident_id, prepared.kind, name)
        else:
            reporting.save_field(desk.ctx, incident_id, prepared.kind, name, text, field.version)
    except Conflict as fault:
        yours = desk.say("Yours was: “{text}”", text=text)
        st.session_state[SAID] = ("warning", f"{spoken(desk.say, fault)} {yours}")


def _discard(desk: Desk, prepared: Prepared, field: str) -> None:
    reporting.discard(desk.ctx, prepared.incident.incident_id, prepared.kind, field)


# Handing in -----------------------------------------------------------------------------------------


def _hand_in(desk: Desk, prepared: Prepared, evaluation: Evaluation) -> None:
    say = desk.say
    publishes = prepared.form.addressee == "cadence"
    corrects = st.session_state.get(CORRECTS, "")
    look.section(say("Publish it") if publishes else say("Record that it was handed in"))
    if corrects:
        st.info(say("Corrects {report}. The one handed in before stays as it was.", report=corrects))
    via, person = CONSOLE, ""
    if not publishes:
        vias = [PHONE] if prepared.kind == PHONE else [v for v in VIAS if v != CONSOLE]
        via = st.selectbox(say("How"), vias, format_func=lambda v: say(VIAS[v]), key=f"handed-via-{prepared.kind}")
        person = st.text_input(say("Who took it"), key="handed-person", help=say("Needed for a report by phone."))
    now = desk.ctx.now().astimezone(desk.zone).replace(tzinfo=None, second=0, microsecond=0)
    at = st.datetime_input(say("At what time"), value=now, key=f"handed-{prepared.kind}-{prepared.number}", step=60)
    despite = "" if corrects else _despite(desk, prepared, evaluation)
    # What others have written since was not read; one's own last word may have come with this very press.
    others = {f.filled.field.id: (f.by, f.text) for f in prepared.fields if f.by not in ("", desk.ctx.actor.id)}
    label = say("Publish") if publishes else say("Handed in")
    if as_read(desk, label, "handed-in", others, type="primary"):
        _submit(desk, prepared, via, person, at, corrects, despite)
    with st.container(horizontal=True, gap="xsmall"):
        for form, media in report_export.FORMATS.items():
            name = report_export.file_name(prepared.incident.incident_id, prepared.kind, prepared.number, form)
            make = partial(report_export.draft_file, desk.ctx, prepared, form)
            label = say("Draft as {form}", form=form.upper())
            st.download_button(label, make, name, media, key=f"draft-{form}", on_click="ignore")


def _despite(desk: Desk, prepared: Prepared, evaluation: Evaluation) -> str:
    """What speaks against a final report now, and the reason to hand it in all the same; empty where nothing does."""
    found = report_check.objections(desk.ctx, prepared, evaluation)
    if not found:
        return ""
    for one in found:
        st.warning(sentence(desk.say(one)))
    return st.text_input(desk.say("It goes all the same because …"), key=f"despite-{prepared.kind}-{prepared.number}")


def _submit(desk: Desk, prepared: Prepared, via: str, person: str, at: Any, corrects: str, despite: str) -> None:
    say, now = desk.say, desk.ctx.now()
    given = at.replace(tzinfo=desk.zone) if isinstance(at, datetime) else now
    # The field holds whole minutes: this minute means now.
    handed_at = now if abs((now - given).total_seconds()) < 60 else given
    try:
        row = reporting.submit(
            desk.ctx, prepared, via=via, person=person, handed_at=handed_at, corrects=corrects, despite=despite
        )
    except (Refused, Conflict) as fault:
        st.session_state[SAID] = ("error", spoken(say, fault))
        st.rerun()
    values = {"title": say(KIND_TITLES.get(prepared.kind, prepared.kind)), "number": row["number"]}
    done = {
        "in_time": say("{title} no. {number} is recorded, in time.", **values),
        "late": say("{title} no. {number} is recorded as late.", **values),
    }
    text = done.get(row["state"], say("{title} no. {number} is recorded.", **values))
    st.session_state["reports-said"] = ("warning" if row["state"] == "late" else "success", text)
    st.session_state.pop(chosen_key(desk, prepared.incident.incident_id), None)
    st.session_state.pop(CORRECTS, None)
    st.rerun()


def _missing(desk: Desk, prepared: Prepared) -> None:
    say = desk.say
    if not prepared.missing:
        return
    titles = {f.filled.field.id: f.filled.field.title for f in prepared.fields}
    look.section(say("Still missing"))
    final = prepared.kind in report_check.FINALS
    if final:
        st.caption(say("Nothing follows a final report: fill each gap, or say why it is not available."))
    else:
        st.caption(say("Marked in the text and never guessed. It can be handed in as it is; what is missing follows."))
    key = "zh" if say.language == "zh_CN" else "en"
    names = {
        (field, gap): say.of(titles[field]) if gap == field else gap_name(gap)[key] for field, gap in prepared.missing
    }
    st.html(f'<p class="em-missing">{look.esc(say(", ").join(dict.fromkeys(names.values())))}</p>')
    if final:
        _declare(desk, prepared, names)


def _declare(desk: Desk, prepared: Prepared, names: Mapping[tuple[str, str], str]) -> None:
    """A gap that nobody can fill: the reason takes its place in the text."""
    say = desk.say
    with once("not-available", f"not-available-{prepared.kind}-{prepared.number}", border=False) as form:
        pair = st.selectbox(say("Not available"), list(names), format_func=lambda one: names[one])
        reason = st.text_input(say("Why it is not available"))
        if st.form_submit_button(say("Put the reason in its place")):
            try:
                report_check.declare(desk.ctx, prepared, *pair, reason)
                form.done()
            except (Refused, Conflict) as fault:
                st.session_state[SAID] = ("error", spoken(say, fault))
            st.rerun()


def _sources(desk: Desk, prepared: Prepared) -> None:
    """Every figure of the text with where it is from and the time it belongs to."""
    say = desk.say
    found = {gap: f for one in prepared.fields for gap, f in one.filled.figures.items() if f.cited}
    if not found:
        return
    look.section(say("Figures and their sources"))
    rows: list[list[str | look.Cell]] = []
    for f in found.values():
        as_of = desk.clock_text(datetime.fromisoformat(f.as_of))
        rows.append([say.of(f.name), say.of(f.shown), _short(say.of(f.source)), as_of])
    look.table([say("Figure"), say("Value"), say("Source"), say("As of")], rows, numbers=[1])


def _short(source: str) -> str:
    """A source for a narrow column; the paper has its whole address."""
    return urlsplit(source).netloc or source


def downloads(desk: Desk, report_id: str) -> None:
    """A kept report as Word, PDF and text; made when somebody asks for it."""
    incident_id, kind, number = report_id.rsplit("/", 2)
    for form, media in report_export.FORMATS.items():
        name = report_export.file_name(incident_id, kind, int(number), form)
        make = partial(report_export.kept_file, desk.ctx, report_id, form)
        st.download_button(form.upper(), make, name, media, key=f"kept-{form}", on_click="ignore")
