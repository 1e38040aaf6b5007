"""Which claims belong to the incident: dates, area, perils; how many that is; joined, taken back."""

from __future__ import annotations

from datetime import datetime, time

import streamlit as st

from emergency.console import look
from emergency.console.desk import FIRST_DAY, LAST_DAY, Desk
from emergency.console.rooms import joining_area
from emergency.console.rooms.intake_mapping import spoken
from emergency.domain.incident import Incident
from emergency.service import joining
from emergency.service.cat_code import set_cat_code
from emergency.service.context import Conflict, Refused
from emergency.service.joining import Preview, Rule
from emergency.texts import N_

PERIL_NAMES = {
    "flood": N_("flood"),
    "rainstorm": N_("rainstorm"),
    "waterlogging": N_("waterlogging"),
    "hurricane": N_("hurricane"),
    "typhoon": N_("typhoon"),
    "storm_surge": N_("storm surge"),
    "earthquake": N_("earthquake"),
    "hail": N_("hail"),
    "fire": N_("fire"),
    "wildfire": N_("wildfire"),
    "winter_storm": N_("snow and ice"),
    "landslide": N_("landslide"),
    "tornado": N_("tornado"),
}


def show(desk: Desk) -> None:
    """The panel for the chosen incident; nothing where there is none."""
    incident = desk.incident()
    if incident is None or not incident.is_open:
        return
    say = desk.say
    label = say("Claims of {incident}", incident=say.of(incident.title))
    with st.expander(look.plain(label), key="joining"):
        kind, text = st.session_state.pop("joining-said", ("", ""))
        if kind:
            look.notice(kind, look.plain(text))
        rule = _rule(desk, incident)
        found = _preview(desk, incident, rule) if rule is not None else None
        joining_area.map_below(desk, f"joining.{incident.incident_id}.area", found.by_region if found else ())
        _standing(desk, incident)
        _code(desk, incident)
        for act, claims in joining.acts(desk.ctx, incident.incident_id, 3):
            _undo(desk, act.seq, claims)


def _rule(desk: Desk, incident: Incident) -> Rule | None:
    say, regions = desk.say, desk.ctx.regions
    key = f"joining.{incident.incident_id}"
    standing = joining.standing(desk.ctx).get(incident.incident_id)
    own = standing or joining.rule_for(desk.ctx, incident)
    # A start that was corrected in the report is the start here, whatever the field held before.
    began = f"{key}.{own.since.isoformat()}"
    since, until = own.since.astimezone(desk.zone), max(own.until, desk.ctx.now()).astimezone(desk.zone)
    places = st.columns(4)
    first = places[0].date_input(say("Loss since (day)"), since.date(), FIRST_DAY, LAST_DAY, key=f"{began}.since")
    clock = since.time().replace(second=0, microsecond=0)
    at = places[1].time_input(say("Loss since (time)"), clock, key=f"{began}.at")
    last = places[2].date_input(say("until (day)"), until.date(), FIRST_DAY, LAST_DAY, key=f"{key}.until")
    perils = places[3].multiselect(
        say("Perils"),
        list(PERIL_NAMES),
        list(own.perils),
        format_func=lambda p: say(PERIL_NAMES[p]),
        key=f"{key}.perils",
        filter_mode="contains",
        select_all=False,
        placeholder=say("choose"),
    )
    codes = [*regions.codes(regions.levels[0]), *regions.codes(desk.ctx.profile.region_level)]
    codes = list(dict.fromkeys([*own.regions, *codes]))
    chosen = st.multiselect(
        say("In these regions and all that lies in them (empty: everywhere)"),
        codes,
        list(own.regions),
        format_func=lambda code: regions.full_name(code, say.language),
        key=f"{key}.regions",
        filter_mode="contains",
        select_all=False,
        placeholder=say("choose"),
    )
    st.session_state.setdefault(f"{key}.area", own.area)
    area = joining_area.text(desk, f"{key}.area")
    left, right = st.columns(2)
    blank = left.checkbox(say("Also claims that name no cause"), own.without_cause, key=f"{key}.blank")
    later = right.checkbox(
        say("Claims that come in later join as well"), standing is not None, key=f"{key}.standing.{standing is None}"
    )
    coarse = own.by_region
    if area.strip():
        label = say("Also claims of which only the region is known, where its middle lies in the area")
        coarse = left.checkbox(label, own.by_region, key=f"{key}.coarse")
    try:
        return Rule(
            since=datetime.combine(first, at, tzinfo=desk.zone),
            until=datetime.combine(last, time(23, 59, 59), tzinfo=desk.zone),
            regions=tuple(chosen),
            area=area.strip(),
            perils=tuple(perils),
            without_cause=blank,
            standing=later,
            by_region=coarse,
        )
    except Refused as fault:
        st.error(look.plain(spoken(desk, fault)))
        return None


def _preview(desk: Desk, incident: Incident, rule: Rule) -> Preview | None:
    say = desk.say
    corners = joining.corners_of(rule.area)
    if 0 < len(corners) < 3:
        st.caption(say("{n} corners so far; three make an area.", n=len(corners)))
        return None
    try:
        found = joining.preview(desk.ctx, incident.incident_id, rule)
    except Refused as fault:
        st.error(look.plain(spoken(desk, fault)))
        return None
    heads = [say("Would join"), say("Here already"), say("In another incident"), say("Without a place")]
    row = [f"{found.joining:,}", f"{found.already:,}", f"{found.elsewhere:,}", f"{found.unplaced:,}"]
    if rule.area:
        heads.insert(1, say("of these only the region known"))
        row.insert(1, f"{found.regional:,}")
    look.table(heads, [row], numbers=list(range(len(row))))
    if found.by_region:
        most = [f"{desk.region(code)} {n:,}" for code, n in found.by_region[:6]]
        st.caption(say("Most of them: {regions}", regions=say("; ").join(most)))
    if found.earlier:
        st.caption(say("{n} more losses lie in the 30 days before this start.", n=f"{found.earlier:,}"))
    # What is pressed is what was drawn: a callback is given the rule and the preview of the page as it was seen.
    st.button(
        _press(desk, found, rule),
        type="primary",
        key="join",
        disabled=not found.joining and not rule.standing,
        on_click=_join,
        args=(desk, incident.incident_id, rule, found),
    )
    return found


def _press(desk: Desk, found: Preview, rule: Rule) -> str:
    """What pressing does, in words."""
    say, n = desk.say, f"{found.joining:,}"
    if not rule.standing:
        return say("Let {n} claims join", n=n)
    if not found.joining:
        return say("Let claims that come in later join")
    return say("Let {n} claims join, and those that come in later", n=n)


def _join(desk: Desk, incident_id: str, rule: Rule, seen: Preview) -> None:
    try:
        done = joining.join(desk.ctx, incident_id, rule, seen)
    except Refused as fault:
        st.session_state["joining-said"] = ("error", spoken(desk, fault))
    else:
        st.session_state["joining-said"] = ("success", desk.say("{n} claims joined.", n=f"{done.claims:,}"))


def _standing(desk: Desk, incident: Incident) -> None:
    """The rule by which later claims join, and the way to end it."""
    say = desk.say
    if incident.incident_id not in joining.standing(desk.ctx):
        return
    text, button = st.columns([4, 1], vertical_alignment="center")
    text.caption(say("A rule stands: claims that come in, or get a place, join by themselves."))
    if button.button(say("End the rule"), key="end-joining", width="stretch"):
        try:
            joining.stop(desk.ctx, incident.incident_id)
            st.session_state["joining-said"] = ("success", say("Later claims no longer join by themselves."))
        except Refused as fault:
            st.session_state["joining-said"] = ("error", spoken(desk, fault))
        st.rerun()


def _code(desk: Desk, incident: Incident) -> None:
    say = desk.say
    text, button = st.columns([3, 1], vertical_alignment="bottom")
    code = text.text_input(say("Catastrophe code"), incident.cat_code, key=f"cat-code.{incident.incident_id}")
    if button.button(
        say("Set the code"), key="set-cat-code", disabled=code.strip() == incident.cat_code, width="stretch"
    ):
        try:
            set_cat_code(desk.ctx, incident.incident_id, code)
            st.session_state["joining-said"] = ("success", say("The code is set."))
        except (Conflict, Refused) as fault:
            st.session_state["joining-said"] = ("error", spoken(desk, fault))
        st.rerun()


def _undo(desk: Desk, seq: int, claims: int) -> None:
    say = desk.say
    text, button = st.columns([4, 1], vertical_alignment="center")
    text.caption(say("Entry {seq}: {n} claims joined", seq=seq, n=f"{claims:,}"))
    if button.button(say("Take back"), key=f"unjoin-{seq}", width="stretch"):
        try:
            back, left = joining.undo(desk.ctx, seq)
            kept = say(" {n} were changed since and stay.", n=left) if left else ""
            st.session_state["joining-said"] = ("success", say("{n} claims set free.", n=back) + kept)
        except Refused as fault:
            st.session_state["joining-said"] = ("error", spoken(desk, fault))
        st.rerun()
