"""Playbooks: the prepared plans, read, compared, written, approved and kept alive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import (
    frame,
    playbooks_compare,
    playbooks_edit,
    playbooks_feedback,
    playbooks_look,
    playbooks_read,
)
from emergency.console.rooms.incident_words import kind_title
from emergency.console.rooms.playbooks_edit import act, said
from emergency.console.rooms.playbooks_look import Titles
from emergency.domain import playbook_words as words
from emergency.domain.playbook import Playbook
from emergency.service import playbook_feedback, playbooks
from emergency.service.authority import titles as office_titles
from emergency.service.playbook_reading import (
    REVIEW_AHEAD_DAYS,
    Shelved,
    days_to_review,
    shelf,
    text_of,
)
from emergency.service.relief import catalogue

VIEWS = ("read", "norm", "compare", "edit", "feedback")
TONES = {"approved": "ok", "draft": "watch", "retired": "plain"}


def show(desk: Desk) -> None:
    say = desk.say
    frame.header(desk, say("Playbooks"))
    playbooks_look.begin()
    said()
    _follow()
    on_shelf = shelf(desk.ctx.content.library)
    today = playbooks.office(desk.ctx).now().date()
    heads = _heads(on_shelf, [kind.id for kind in desk.ctx.content.library.incident_kinds()])
    _figures(desk, heads, today)
    rail, page = st.columns([1, 3.1], gap="medium")
    with rail:
        chosen = _choose(desk, heads, today)
    with page:
        _page(desk, on_shelf, chosen, today)


def _follow() -> None:
    """What an act asked to see next; widgets of the last run may not be changed any more, so it is done here."""
    opened = st.session_state.pop("playbooks.open", None)
    if opened is not None:
        st.session_state["playbooks.draft"] = opened
        st.session_state["playbooks.view"] = "edit"
    shown = st.session_state.pop("playbooks.show", None)
    if shown:
        playbook_id, _, version = shown.partition("@")
        st.session_state["playbooks.id"] = playbook_id
        st.session_state[f"playbooks.version.{playbook_id}"] = version
        st.session_state["playbooks.view"] = "read"


def _heads(on_shelf: tuple[Shelved, ...], order: Sequence[str]) -> list[Shelved]:
    """One per playbook: the version in force, else the newest; in the order of the kinds of incident."""
    best: dict[str, Shelved] = {}
    for one in on_shelf:
        if one.plan.id not in best or one.in_force:
            best[one.plan.id] = one

    def place(one: Shelved) -> tuple[int, str]:
        kind = one.plan.incident_types[0]
        return (order.index(kind) if kind in order else len(order), one.plan.id)

    return sorted(best.values(), key=place)


def _figures(desk: Desk, heads: list[Shelved], today: date) -> None:
    say = desk.say
    force = [one for one in heads if one.in_force]
    kinds = {kind for one in force for kind in one.plan.incident_types}
    every = desk.ctx.content.library.incident_kinds()
    missing = [say.of(kind.title) for kind in every if kind.id not in kinds]
    days = {one.plan.id: days_to_review(one.plan, today) for one in force}
    late = [d for d in days.values() if d is not None and d < 0]
    soon = [d for d in days.values() if d is not None and 0 <= d <= REVIEW_AHEAD_DAYS]
    waiting = sum(one.state == "open" for one in playbook_feedback.feedback(desk.ctx))
    drafts = len(playbooks.drafts(desk.ctx))
    look.kpi_strip(
        [
            look.Kpi(say("Plans in force"), str(len(force)), say("new incidents open these")),
            look.Kpi(
                say("Kinds of incident covered"),
                f"{len(every) - len(missing)} / {len(every)}",
                say("missing: {kinds}", kinds=say(", ").join(missing)) if missing else say("every kind of the house"),
                "bad" if missing else "ok",
            ),
            look.Kpi(
                say("Reviews overdue"),
                str(len(late)),
                say("{count} more due within 30 days", count=len(soon)),
                "bad" if late else "watch" if soon else "ok",
            ),
            look.Kpi(
                say("Remarks waiting"),
                str(waiting),
                say("{count} drafts being written", count=drafts),
                "watch" if waiting else "plain",
            ),
        ]
    )


def _choose(desk: Desk, heads: list[Shelved], today: date) -> Shelved:
    """The rail: every plan under its kind, with what needs doing."""
    say = desk.say
    by_id = {one.plan.id: one for one in heads}
    if st.session_state.get("playbooks.id") not in by_id:
        st.session_state["playbooks.id"] = _fitting(desk, heads)
    look.section(say("The plans of the house"))
    chosen = st.radio(
        say("The plans of the house"),
        list(by_id),
        format_func=lambda key: look.plain(say.of(by_id[key].plan.title)),
        captions=[look.plain(_caption(desk, one, today)) for one in heads],
        key="playbooks.id",
        label_visibility="collapsed",
    )
    st.caption(
        say(
            "Playbooks belong to the house: what is approved here counts in every workspace, and an open incident "
            "keeps the version it began with."
        )
    )
    return by_id[chosen]


def _fitting(desk: Desk, heads: list[Shelved]) -> str:
    """The plan of the incident before us, else the first."""
    incident = desk.incident()
    opened = incident.playbook.partition("@")[0] if incident else ""
    if incident and not opened:
        found = desk.ctx.content.library.playbooks_for(incident.kind, incident.perils, incident.regions)
        opened = found[0].id if found else ""
    return opened if any(one.plan.id == opened for one in heads) else heads[0].plan.id


def _caption(desk: Desk, one: Shelved, today: date) -> str:
    say, plan = desk.say, one.plan
    kind = kind_title(desk, plan.incident_types[0])
    days = days_to_review(plan, today) if one.in_force else None
    state = say(words.STATUS_NAMES[plan.status]) if plan.status != "approved" else ""
    if days is not None and days < 0:
        state = say("‼ review overdue")
    elif days is not None and days <= REVIEW_AHEAD_DAYS:
        state = say("! review in {days} days", days=days)
    return " · ".join(part for part in (kind, plan.version, state) if part)


def _page(desk: Desk, on_shelf: tuple[Shelved, ...], head: Shelved, today: date) -> None:
    say = desk.say
    names = {
        "read": say("Read"),
        "norm": say("Against the norm"),
        "compare": say("Compare versions"),
        "edit": say("Write"),
        "feedback": say("Feedback"),
    }
    versions = {one.plan.version: one for one in on_shelf if one.plan.id == head.plan.id}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state.setdefault("playbooks.view", "read")
        view = st.segmented_control(
            say("View"),
            VIEWS,
            required=True,
            format_func=names.__getitem__,
            key="playbooks.view",
            label_visibility="collapsed",
        )
        key = f"playbooks.version.{head.plan.id}"
        if st.session_state.get(key) not in versions:
            st.session_state[key] = head.plan.version
        if view in ("read", "norm", "feedback"):
            st.selectbox(
                say("Version"),
                list(versions),
                format_func=lambda v: f"{v} · {say(words.STATUS_NAMES[versions[v].plan.status])}",
                key=key,
                label_visibility="collapsed",
                width=210,
            )
    shown = versions[st.session_state[key]]
    titles = office_titles(desk.ctx)
    if view == "edit":
        playbooks_edit.edit(desk, head.plan.id, head.reference, titles)
        return
    if view == "compare":
        playbooks_compare.compare(desk, head.plan.id)
        return
    _head(desk, shown, titles, today)
    if view == "norm":
        playbooks_feedback.norm(desk, shown.plan)
    elif view == "feedback":
        playbooks_feedback.remarks(desk, shown.plan)
    else:
        _acts(desk, head, shown)
        measures = {key: one.name for key, one in catalogue(desk.ctx).measures.items()}
        playbooks_read.document(desk, shown.plan, titles, measures)


def _head(desk: Desk, shown: Shelved, titles: Titles, today: date) -> None:
    say, plan = desk.say, shown.plan
    facts = [say("owner: {owner}", owner=_office(desk, titles, plan.owner))]
    if plan.approved:
        facts.append(
            say("approved {date} by {who}", date=_day(desk, plan.approved.on), who=_approver(desk, plan, titles))
        )
        days = days_to_review(plan, today) or 0
        due = say("review due {date}", date=_day(desk, plan.approved.review_due))
        if shown.in_force and days <= REVIEW_AHEAD_DAYS:
            due += " · " + (
                say("{days} days overdue ‼", days=-days) if days < 0 else say("in {days} days !", days=days)
            )
        facts.append(due)
    status = say("in force") if shown.in_force else say(words.STATUS_NAMES[plan.status])
    if plan.status == "approved" and not shown.in_force:
        status = say("earlier version")
    playbooks_read.plan_head(
        desk,
        plan,
        titles,
        facts,
        status,
        "ok" if shown.in_force else TONES[plan.status] if plan.status != "approved" else "plain",
    )


def _office(desk: Desk, titles: Titles, office: str) -> str:
    return desk.say.of(titles[office]) if office in titles else desk.say(words.named(playbooks_look.OWNERS, office))


def _approver(desk: Desk, plan: Playbook, titles: Titles) -> str:
    assert plan.approved is not None
    person = playbooks.decisions(desk.ctx)[0].get((plan.id, plan.version), {}).get("approver", "")
    office = _office(desk, titles, plan.approved.by)
    return (
        f"{person}（{office}）"
        if person and desk.say.language == "zh_CN"
        else f"{person}, {office}"
        if person
        else office
    )


def _day(desk: Desk, day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if desk.say.language == "zh_CN" else f"{day.day} {day:%b %Y}"


def _acts(desk: Desk, head: Shelved, shown: Shelved) -> None:
    say, plan = desk.say, shown.plan
    with st.container(horizontal=True, gap="xsmall"):
        if st.button(say("Write the next version"), type="primary", key="next-version"):
            made = act(desk, lambda: playbooks.begin_draft(desk.ctx, head.reference))
            if made:
                st.session_state["playbooks.open"] = made.draft_id
            st.rerun()
        text = text_of(desk.ctx.content.library, shown.reference)
        name = f"{plan.id}-{plan.version}.playbook.yaml"
        st.download_button(say("The file"), text, name, "application/yaml", key="download", on_click="ignore")
        if head.plan.status == "retired":
            if st.button(say("Bring back into use"), key="bring-back"):
                act(desk, lambda: playbooks.bring_back(desk.ctx, plan.id), say("It is in use again."))
                st.rerun()
            return
        with st.popover(say("Retire")):
            reason = st.text_input(say("Why is it retired?"), key=f"retire.{plan.id}")
            if st.button(say("Retire this playbook"), key="retire"):
                act(desk, lambda: playbooks.retire(desk.ctx, plan.id, reason), say("Retired; it can be brought back."))
                st.rerun()
