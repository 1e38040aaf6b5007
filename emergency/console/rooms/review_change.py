"""What may follow from an item: a change of the plan, and a script that tests the finding again."""

from __future__ import annotations

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms.review_words import attempt, issue
from emergency.domain.improvement import Item
from emergency.service import playbook_proposal as service
from emergency.service import retest as service_retest
from emergency.service.context import FileFaults, Refused
from emergency.service.drills import scripts
from emergency.texts import N_

IN_PLACE = N_(
    "Checked: the best player earns it. This act can be done only once in a course, so the script asks for it where it "
    "always did, and that is the retest."
)
ONE_MORE = N_("Checked: the best player earns it. The last inject of the script is the retest.")


def show(desk: Desk, item: Item) -> None:
    say = desk.say
    with st.expander(say("Propose a change of the plan"), key=f"change-{item.item_id}"):
        _change(desk, item)
    with st.expander(say("Test it again: a script that asks for it once more"), key=f"retest-{item.item_id}"):
        _retest(desk, item)


def _change(desk: Desk, item: Item) -> None:
    say = desk.say
    if item.feedback_id is not None:
        st.caption(say("Proposed already, as remark {number} on the plan.", number=item.feedback_id))
    known = {plan.id: plan for plan in service.plans(desk.ctx)}
    guess, asks = service.about(desk.ctx, item)
    plan = st.selectbox(
        say("Plan"), list(known), list(known).index(guess) if guess in known else None,
        placeholder=say("choose"), format_func=lambda key: f"{say.of(known[key].title)} {known[key].version}",
        key=f"plan-{item.item_id}",
    )  # fmt: skip
    if plan is None:
        return
    tasks = {task.id: task for task in known[plan].tasks}
    task = st.selectbox(
        say("Clause"), list(tasks), list(tasks).index(asks) if plan == guess and asks in tasks else None,
        placeholder=say("choose"), format_func=lambda key: say.of(tasks[key].title),
        key=f"clause-{item.item_id}-{plan}",
    )  # fmt: skip
    if task is None:
        return
    try:
        found = service.clause(desk.ctx, plan, task)
    except Refused as fault:
        st.warning(say(fault.args[0]))
        return
    key = f"{item.item_id}-{plan}-{task}"
    wanted = st.text_area(say("As it should be"), found.text, key=f"wanted-{key}", height=120)
    shown = service.difference(found, wanted)
    st.code(shown or say("no change yet"), language="diff")
    wrong = service.fault_of(desk.ctx, found, wanted) if shown else None
    if wrong is not None:
        look.notice("error", say(wrong))
    blocked = not shown or wrong is not None
    with st.container(horizontal=True, gap="small"):
        why = issue(desk, item)
        if st.button(say("Hand in as a remark on the plan"), key=f"propose-{key}", disabled=blocked):
            attempt(
                desk,
                lambda: service.propose(desk.ctx, item, found, wanted, why),
                say("Handed in; it waits with the remarks on this plan."),
            )
        if st.button(say("Write it into a draft"), key=f"draft-{key}", disabled=blocked):
            attempt(
                desk,
                lambda: service.draft_with(desk.ctx, found, wanted),
                say("It stands in the draft of the next version; somebody else approves it in Playbooks."),
            )


def _retest(desk: Desk, item: Item) -> None:
    say = desk.say
    known = {name: one for name, one in scripts(desk.ctx).items() if not drill_seat.tells(desk, name)}
    if not known:
        st.caption(say("No drill script is in order."))
        return
    script = st.selectbox(
        say("Script"), list(known), list(known).index(item.verify_drill) if item.verify_drill in known else 0,
        format_func=lambda key: say.of(known[key].title), key=f"retest-script-{item.item_id}",
    )  # fmt: skip
    made = f"retest-{item.item_id}-{script}"
    if st.button(say("Make the script"), key=f"make-{made}"):
        try:
            with st.spinner(say("The best player plays it; only what can be earned is handed out.")):
                st.session_state[made] = service_retest.retest_script(desk.ctx, item, script or "")
        except Refused as fault:
            st.session_state.pop(made, None)
            look.notice("error", say(fault.args[0]))
        except FileFaults as fault:
            st.session_state.pop(made, None)
            look.notice("error", fault.faults[0].spoken(say))
    if made in st.session_state:
        _made(desk, st.session_state[made], made)


def _made(desk: Desk, found: service_retest.Retest, key: str) -> None:
    """What was made, and the two ways to have it."""
    say = desk.say
    st.caption(say(IN_PLACE) if found.in_place else say(ONE_MORE))
    with st.container(horizontal=True, gap="small"):
        if st.button(say("Put it on the shelf"), type="primary", key=f"shelve-{key}"):
            done = say("It is on the shelf: play it in Drills; its run shows what became of this item.")
            attempt(desk, lambda: service_retest.shelve(desk.ctx, found), done)
        st.download_button(say("Download the script"), found.text.encode(), found.file, "application/yaml",
                           key=f"load-{key}")  # fmt: skip
