"""What is known of an incident: its three times, place and cause; confirmed, corrected, linked, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import FIRST_DAY, LAST_DAY, Desk
from emergency.console.rooms import incident_links_panel, incident_words, report_form
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.service import incident_correction as correction
from emergency.service.context import Conflict, Refused
from emergency.service.incident_correction import Change
from emergency.service.incident_report import kinds
from emergency.texts import N_

FIELDS = {
    "kind": N_("Kind"),
    "perils": N_("Perils"),
    "title": N_("Title"),
    "jurisdiction": N_("Rules of"),
    "regions": N_("Regions"),
    "place": N_("Place"),
    "lon": N_("longitude"),
    "lat": N_("latitude"),
    "scope": N_("Scope of the incident"),
    "cause": N_("Cause"),
    "reporter": N_("Reported by"),
    "occurred_at": N_("Occurred"),
    "discovered_at": N_("Discovered"),
    "impact_at": N_("Impact"),
    "confirmed_at": N_("Confirmed"),
    "confirmed_by": N_("confirmed by"),
}


def show(desk: Desk, incident: Incident) -> None:
    """The card of the chosen incident, closed until somebody opens it."""
    say = desk.say
    label = say("{incident}: what is known, and what belongs to it", incident=incident_words.title(desk, incident))
    with st.expander(look.plain(label), key="incident-card"):
        left, right = st.columns([1.1, 1], gap="medium")
        with left:
            _facts(desk, incident)
            _correct(desk, incident)
            _corrections(desk, incident)
        with right:
            incident_links_panel.show(desk, incident)
            _end(desk, incident)
    if not incident.is_open and correction.is_withdrawn(desk.ctx, incident.incident_id):
        _restore(desk, incident)


def act(desk: Desk, done: Any, success: str) -> None:
    """Do something, say how it went, and draw anew."""
    try:
        done()
        st.session_state[report_form.SAID] = ("success", success)
    except (Refused, Conflict) as fault:
        st.session_state[report_form.SAID] = ("error", incident_words.spoken(desk, fault))
    st.rerun()


def unconfirmed(desk: Desk, incident: Incident) -> None:
    """At the top of the room: what the last act brought, and whether anybody confirmed that it is real."""
    report_form.said_before(desk)
    say = desk.say
    if incident.confirmed_at is not None or not incident.is_open:
        return
    text = say("Reported by {who}, discovered {time}.", who=incident.reporter or "–", time=_time(desk, incident))
    with look.needs_card("confirm-real", say("Nobody has confirmed yet that this is real"), text, tone="watch"):
        if st.button(say("It is real"), key="confirm-real"):
            act(
                desk,
                lambda: correction.confirm(desk.ctx, incident.incident_id),
                say("Confirmed as real, with your name and the time."),
            )


def _time(desk: Desk, incident: Incident) -> str:
    return desk.clock_text(incident.discovered_at)


def _facts(desk: Desk, incident: Incident) -> None:
    say = desk.say
    confirmed = say("not yet")
    if incident.confirmed_at:
        confirmed = f"{desk.clock_text(incident.confirmed_at)} · {incident.confirmed_by}"
    point = f" ({incident.lon:.3f}, {incident.lat:.3f})" if incident.lon is not None else ""
    perils = say(", ").join(incident_words.peril(say, one) for one in incident.perils)
    rows = [
        [say("Number"), incident.incident_id + (f" · {incident.cat_code}" if incident.cat_code else "")],
        [say("Kind"), incident_words.kind_title(desk, incident.kind) + (f" · {perils}" if perils else "")],
        [say("Occurred"), desk.clock_text(incident.occurred_at)],
        [say("Discovered"), desk.clock_text(incident.discovered_at)],
        [say("Confirmed"), confirmed],
        [say("Place"), (incident.place or "–") + point],
        [say("Regions"), _regions(desk, incident.regions) or "–"],
        [say("Scope of the incident"), incident.scope or "–"],
        [say("Cause"), incident.cause or "–"],
        [say("Reported by"), incident.reporter or "–"],
        [say("Rules of"), incident.jurisdiction],
    ]
    look.table([say("Report"), ""], rows)
    if incident.confirmed_at and incident.is_open:
        button = st.button(say("Take the confirmation back"), key="unconfirm-real", type="tertiary")
        if button:
            act(
                desk,
                lambda: correction.confirm(desk.ctx, incident.incident_id, real=False),
                say("The confirmation is taken back."),
            )


def _regions(desk: Desk, codes: tuple[str, ...]) -> str:
    names = desk.say(", ").join(desk.region(code) for code in codes[:8])
    return names + (f" … ({len(codes)})" if len(codes) > 8 else "")


def _correct(desk: Desk, incident: Incident) -> None:
    say, regions = desk.say, desk.ctx.regions
    known = {kind.id: kind for kind in kinds(desk.ctx)}
    # The form is drawn only where it is wanted: its lists are long.
    if not st.toggle(say("Correct the report"), key=f"correct-{incident.incident_id}"):
        return
    with st.form(f"correct-{incident.incident_id}-{incident.version}"):
        title = st.text_input(say("What happened?"), say.of(incident.title), max_chars=400)
        ids = list(dict.fromkeys([*known, incident.kind]))
        kind = st.selectbox(
            say("Kind"), ids, ids.index(incident.kind), format_func=lambda one: incident_words.kind_title(desk, one)
        )
        offered = list(dict.fromkeys([*(p for one in known.values() for p in one.perils), *incident.perils]))
        perils = st.multiselect(
            say("Perils"),
            offered,
            list(incident.perils),
            format_func=lambda p: incident_words.peril(say, p),
            filter_mode="contains",
            select_all=False,
            placeholder=say("choose"),
        )
        codes = list(dict.fromkeys([*incident.regions, *(c for level in regions.levels for c in regions.codes(level))]))
        scope = st.multiselect(
            say("Regions"),
            codes,
            list(incident.regions),
            format_func=lambda c: _full_name(desk, c),
            filter_mode="contains",
            select_all=False,
            placeholder=say("choose"),
        )
        place = st.text_input(say("Where, in words"), incident.place, max_chars=400)
        words = st.text_input(say("Scope of the incident"), incident.scope, max_chars=400)
        cause = st.text_input(say("Cause"), incident.cause, max_chars=400)
        occurred = _instant(desk, say("Occurred"), incident.occurred_at)
        discovered = _instant(desk, say("Discovered"), incident.discovered_at)
        if st.form_submit_button(say("Correct"), type="primary"):
            language = "zh" if say.language == "zh_CN" and incident.title.get("zh") else "en"
            if not incident.title.get(language):
                language = next(iter(incident.title))
            fields: dict[str, Any] = {
                "title": {**incident.title, language: title.strip()},
                "kind": kind,
                "perils": tuple(perils),
                "place": place.strip(),
                "scope": words.strip(),
                "cause": cause.strip(),
                "occurred_at": occurred,
                "discovered_at": discovered,
            }
            if tuple(scope) != incident.regions:
                fields["regions"] = tuple(scope)
            act(
                desk,
                lambda: correction.correct(desk.ctx, incident.incident_id, incident.version, **fields),
                say("Corrected; the rules look at it again."),
            )


def _full_name(desk: Desk, code: str) -> str:
    return desk.ctx.regions.full_name(code, desk.say.language) if desk.ctx.regions.known(code) else code


def _instant(desk: Desk, label: str, before: datetime) -> datetime:
    """A day and a minute; an untouched field leaves the seconds as they were."""
    local = before.astimezone(desk.zone)
    left, right = st.columns(2)
    shown = local.time().replace(second=0, microsecond=0)
    name = f"day-{label}-{before.isoformat()}"
    day = left.date_input(label, local.date(), key=name, min_value=FIRST_DAY, max_value=LAST_DAY)
    at = right.time_input(desk.say("at"), shown, step=60, key=f"at-{label}-{before.isoformat()}")
    return before if (day, at) == (local.date(), shown) else datetime.combine(day, at, tzinfo=desk.zone)


def _corrections(desk: Desk, incident: Incident) -> None:
    say = desk.say
    for change in correction.corrections(desk.ctx, incident.incident_id)[:5]:
        text, button = st.columns([4, 1], vertical_alignment="center")
        fields = say(", ").join(say(FIELDS.get(name, name)) for name in change.after)
        gaps = {"time": desk.clock_text(from_us(change.changed_us)), "who": change.actor, "fields": fields}
        text.caption(look.plain(say("{time} · {who} changed: {fields}", **gaps)))
        if _undoable(change) and button.button(say("Take back"), key=f"uncorrect-{change.change_id}", width="stretch"):
            act(
                desk,
                lambda change=change: correction.undo_correction(desk.ctx, incident.incident_id, change.change_id),
                say("The correction is taken back."),
            )


def _undoable(change: Change) -> bool:
    return "confirmed_by" not in change.after


def _end(desk: Desk, incident: Incident) -> None:
    say = desk.say
    with st.container(horizontal=True, gap="small"):
        st.button(say("Report another incident"), key="report-another", on_click=report_form.ask)
        if incident.is_open and incident.response_level is None:
            with st.popover(say("Reported by mistake")), st.form(f"withdraw-{incident.incident_id}", border=False):
                reason = st.text_input(say("Why (kept for the record)"))
                if st.form_submit_button(say("Withdraw the report")):
                    act(
                        desk,
                        lambda: correction.withdraw(desk.ctx, incident.incident_id, reason),
                        say("Withdrawn; it can be restored."),
                    )


def _restore(desk: Desk, incident: Incident) -> None:
    say = desk.say
    with look.needs_card("restore", say("This report was withdrawn as a mistake"), tone="plain"):
        if st.button(say("Restore the incident"), key="restore-incident"):
            act(desk, lambda: correction.restore(desk.ctx, incident.incident_id), say("The incident is open again."))
