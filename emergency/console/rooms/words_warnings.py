"""Warnings before the event: who is exposed, the text, the list for the gateway."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import words_look
from emergency.console.rooms.intake_mapping import spoken
from emergency.domain.incident import Incident
from emergency.service import words_warnings as warnings
from emergency.service.alerts import Standing
from emergency.service.context import Refused
from emergency.service.words_approval import STATES


def section(desk: Desk, incident: Incident | None, act: Any) -> None:
    say = desk.say
    found = warnings.warnings(desk.ctx)
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        alert = _choose(desk, found)
        regions = _regions(desk, incident, alert)
        _exposed(desk, regions)
    with right:
        _text(desk, alert, act)
        _list(desk, regions)
    drafts = warnings.drafts(desk.ctx)
    if drafts:
        look.section(say("Warnings written"))
        rows: list[list[str | look.Cell]] = [
            [
                str(d["bulletin_id"]),
                say.of(d["subject"]),
                say(", ").join(words_look.channel(desk, one) for one in d["channels"]),
                look.Cell(say(STATES[d["state"]]), framed=True),
            ]
            for d in drafts
        ]
        look.table([say("No."), say("Subject"), say("Channels"), say("State")], rows)


def _choose(desk: Desk, found: tuple[Standing, ...]) -> Standing | None:
    say = desk.say
    look.section(say("Warned regions"))
    if not found:
        st.caption(say("No alert is in force here; choose the regions yourself."))
        return None
    language = desk.say.language
    return st.selectbox(
        say("Alert"),
        found,
        format_func=lambda a: f"{a.text(language).get('headline') or a.event} · {a.issuer}",
        key="warning-alert",
    )


def _regions(desk: Desk, incident: Incident | None, alert: Standing | None) -> list[str]:
    # Those that come into question: thousands of counties would only slow the room down.
    top = desk.ctx.regions.codes(desk.ctx.regions.levels[0])
    mine = incident.regions if incident else ()
    insured = warnings.insured_regions(desk.ctx)
    options = list(dict.fromkeys([*(alert.regions if alert else ()), *mine, *insured, *top]))
    key = f"warning-regions-{alert.alert_id if alert else 0}"
    chosen: list[str] = st.multiselect(
        desk.say("Regions"),
        options,
        list(alert.regions) if alert else [],
        format_func=desk.region,
        key=key,
        filter_mode="contains",
        select_all=False,
        placeholder=desk.say("choose"),
    )
    return chosen


def _exposed(desk: Desk, regions: list[str]) -> None:
    say = desk.say
    rows = warnings.exposed(desk.ctx, regions)
    look.section(say("Policies in force there"))
    if not rows:
        st.caption(say("None are known; bring in a statement of policies in Intake, by region and line."))
        return
    total = sum(r.policies for r in rows)
    st.text(say("{count} policies in {regions} regions", count=f"{total:,}", regions=len({r.region for r in rows})))
    table: list[list[str | look.Cell]] = [
        [desk.region(r.region), r.line, f"{r.policies:,}", desk.money(r.sum_insured_minor, r.currency)]
        for r in rows[:40]
    ]
    look.table([say("Region"), say("Line"), say("Policies"), say("Sum insured")], table, numbers=[2, 3])


def _text(desk: Desk, alert: Standing | None, act: Any) -> None:
    say = desk.say
    look.section(say("What customers are told"))
    st.caption(say("The text follows the peril of the alert; it is approved and sent like every bulletin."))
    if st.button(say("Write the warning"), type="primary"):
        peril = alert.peril if alert else ""
        act(
            desk, lambda: _opened(warnings.begin_warning(desk.ctx, peril)), say("A warning waits in Write and approve.")
        )


def _opened(number: int) -> None:
    st.session_state["words-open"] = number


def _list(desk: Desk, regions: list[str]) -> None:
    say = desk.say
    look.section(say("List for the SMS gateway"))
    text = say("A CSV of policyholders (phone, region code; name, line, policy number where known). It is not kept.")
    file = st.file_uploader(text, type=["csv"], key="warning-file")
    if file is None or not st.button(say("Make the list"), key="warning-make"):
        return
    try:
        made = warnings.sending_list(desk.ctx, file.getvalue(), regions)
    except Refused as fault:
        st.error(spoken(desk, fault))
        return
    gaps = {
        "rows": f"{made.rows:,}",
        "outside": f"{made.outside:,}",
        "twice": f"{made.twice:,}",
        "unusable": f"{made.unusable:,}",
    }
    st.success(
        say("{rows} numbers to warn; {outside} outside the regions, {twice} twice, {unusable} not usable.", **gaps)
    )
    st.caption(say("Written to {file}", file=f"outgoing/{desk.ctx.store.name}/lists/{made.path.name}"))
    table = [list(row) for row in made.preview]
    look.table([say("Name"), say("Phone"), say("Policy"), say("Region"), say("Line")], table)
