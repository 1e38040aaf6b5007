"""Writing the next version: faults as you type, kept at every rest of the fingers, approved by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.components.plan_editor import LineFault, plan_editor
from emergency.console.desk import Desk
from emergency.console.rooms.playbooks_look import Titles
from emergency.service import playbooks
from emergency.service.playbook_reading import Fault, check_text, plan_of
from emergency.service.playbooks import Conflict, Draft, Refused
from emergency.texts import Message

APPROVERS = ("chief-claims-officer", "chief-risk-officer", "cio", "general-counsel", "general-manager")
NEXT_REVIEW_DAYS = 365


def spoken(desk: Desk, fault: Exception) -> str:
    """A refusal in the language of the desk."""
    first = fault.args[0] if fault.args else ""
    return desk.say(first) if isinstance(first, Message) else str(first)


def act(desk: Desk, what: Callable[[], Any], done: str = "") -> Any:
    """Do it and keep what is to be said after the page is drawn again."""
    try:
        found = what()
    except (Refused, Conflict) as fault:
        st.session_state["playbooks.said"] = ("error", spoken(desk, fault))
        return None
    if done:
        st.session_state["playbooks.said"] = ("success", done)
    return found if found is not None else True


def said() -> None:
    """What the last act had to say."""
    told = st.session_state.pop("playbooks.said", None)
    if told:
        {"error": st.error, "success": st.success}[told[0]](told[1])


def open_editor(draft: Draft) -> None:
    st.session_state["playbooks.draft"] = draft.draft_id
    st.session_state["playbooks.view"] = "edit"


def edit(desk: Desk, playbook_id: str, reference: str, titles: Titles) -> None:
    """The drafts of the house, and one of them open."""
    say = desk.say
    known = playbooks.drafts(desk.ctx)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if known:
            ids = [one.draft_id for one in known]
            wanted = st.session_state.get("playbooks.draft")
            if wanted not in ids:
                st.session_state["playbooks.draft"] = next(
                    (d.draft_id for d in known if d.playbook_id == playbook_id), ids[0]
                )
            names = {one.draft_id: _name(desk, one) for one in known}
            st.selectbox(say("Draft"), ids, format_func=lambda key: names[key], key="playbooks.draft", width=420)
        has_draft = any(one.playbook_id == playbook_id for one in known)
        words = say("Write the next version of {reference}", reference=reference)
        if not has_draft and st.button(words, type="primary", key="begin"):
            made = act(desk, lambda: playbooks.begin_draft(desk.ctx, reference))
            if made:
                st.session_state["playbooks.open"] = made.draft_id
            st.rerun()
    with st.expander(say("Take in a file, or bring a draft back")):
        _take_in(desk)
    if known:
        _writing(desk, st.session_state["playbooks.draft"], titles)
    else:
        st.info(say("No draft is open. Begin the next version of the playbook chosen on the left, or take in a file."))


def _name(desk: Desk, draft: Draft) -> str:
    when = desk.clock_text(draft.changed_at)
    return f"{draft.playbook_id} · {draft.changed_by} · {when}"


def _take_in(desk: Desk) -> None:
    say = desk.say
    file = st.file_uploader(say("A playbook file"), type=["yaml", "yml"], key="playbooks.file")
    if file is not None and st.button(say("Take in as a draft"), key="take-in"):
        made = act(desk, lambda: playbooks.import_draft(desk.ctx, file.name, bytes(file.getbuffer())))
        if made:
            st.session_state["playbooks.open"] = made.draft_id
        st.rerun()
    for one in playbooks.drafts(desk.ctx, "discarded")[:5]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_name(desk, one))
            if st.button(say("Bring back"), key=f"restore-{one.draft_id}"):
                if act(desk, partial(playbooks.restore_draft, desk.ctx, one.draft_id)):
                    st.session_state["playbooks.open"] = one.draft_id
                st.rerun()


@st.fragment
def _writing(desk: Desk, draft_id: int, titles: Titles) -> None:
    """The editor and what belongs to it; typing draws only this again."""
    say = desk.say
    try:
        draft = playbooks.draft(desk.ctx, draft_id)
    except Refused as fault:
        st.error(spoken(desk, fault))
        return
    seen = st.session_state.setdefault(
        f"playbooks.seen.{draft_id}", {"revision": draft.revision, "load": 0, "clash": ""}
    )

    def typed(text: str) -> None:
        try:
            seen["revision"] = playbooks.save_draft(desk.ctx, draft_id, text, seen["revision"]).revision
            seen["clash"] = ""
        except (Conflict, Refused) as fault:
            seen["clash"] = spoken(desk, fault)

    if seen["clash"]:
        st.warning(say("Not kept: {why}", why=seen["clash"]))
        if st.button(say("Load it again"), key="reload"):
            seen.update(revision=draft.revision, load=seen["load"] + 1, clash="")
            st.rerun(scope="fragment")
    faults = _checked(desk, draft)
    plan_editor(
        f"plan-editor-{draft_id}",
        say,
        draft.text,
        [_line(desk, fault) for fault in faults],
        token=f"{draft_id}/{seen['load']}",
        saved=say("kept {time}", time=desk.clock_text(draft.changed_at)),
        on_typed=typed,
    )
    _approval(desk, draft, faults, titles)


def _checked(desk: Desk, draft: Draft) -> tuple[Fault, ...]:
    """Faults of the text, worked out once per saved change."""
    kept = st.session_state.get("playbooks.checked")
    state = (draft.draft_id, draft.revision)
    if kept is None or kept[0] != state:
        kept = (state, check_text(desk.ctx.content.library, draft.text, draft.playbook_id))
        st.session_state["playbooks.checked"] = kept
    return kept[1]


def _line(desk: Desk, fault: Fault) -> LineFault:
    say = desk.say
    place = say("line {line}", line=fault.line) + (f" · {fault.field}" if fault.field else "")
    return LineFault(fault.line, place, say(fault.message), say(fault.suggestion) if fault.suggestion else "")


def _approval(desk: Desk, draft: Draft, faults: tuple[Fault, ...], titles: Titles) -> None:
    say = desk.say
    plan = plan_of(draft.text, draft.playbook_id)
    reference = f"{plan.id} {plan.version}" if plan else draft.playbook_id
    look.section(say("Approve {reference}", reference=reference))
    st.caption(
        say(
            "Written by {authors}. Somebody else approves; from then on new incidents open this version.",
            authors=say(", ").join(draft.authors),
        )
    )
    with st.form("approve", border=False):
        person, office, day = st.columns([1, 1.2, 0.8], vertical_alignment="bottom")
        approver = person.text_input(say("Approved by (name)"))
        by = office.selectbox(
            say("In the office of"),
            list(dict.fromkeys((plan.approved.by if plan and plan.approved else APPROVERS[0], *APPROVERS))),
            format_func=lambda key: say.of(titles[key]) if key in titles else key,
        )
        today = playbooks.office(desk.ctx).now().date()
        due = day.date_input(
            say("Next review"),
            today + timedelta(days=NEXT_REVIEW_DAYS),
            min_value=today + timedelta(days=1),
            key=f"review-{draft.draft_id}-{draft.revision}",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            go = st.form_submit_button(say("Approve and put in force"), type="primary")
            away = st.form_submit_button(say("Put the draft away"))
            if faults:
                st.caption(say("{count} faults are left; they must be mended first.", count=len(faults)))
    if go:
        made = act(
            desk,
            lambda: playbooks.approve(
                desk.ctx, draft.draft_id, draft.revision, approver=approver, by=by, review_due=due
            ),
        )
        if made:
            st.session_state["playbooks.said"] = ("success", say("{reference} is in force.", reference=made))
            st.session_state["playbooks.show"] = made
        st.rerun()
    if away:
        act(
            desk,
            lambda: playbooks.discard_draft(desk.ctx, draft.draft_id),
            say("Put away; it can be brought back below."),
        )
        st.rerun()
