"""What may follow from an item: a change of the plan, and a script that tests the finding again."""

from __future__ import annotations

import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms.review_words import attempt, issue
from emergency.domain.improvement import Item
from emergency.service import playbook_proposal as service
from emergency.service.context import FileFaults, Refused
from emergency.service.drills import scripts
from emergency.service.retest import retest_script


def show(desk: Desk, item: Item) -> None:
    say = desk.say
    with st.expander(say("Propose a change of the plan"), key=f"change-{item.item_id}"):
        _change(desk, item)
    with st.expander(say("Test it again: a script with one more inject"), key=f"retest-{item.item_id}"):
        _retest(desk, item)


def _change(desk: Desk, item: Item) -> None:
    say = desk.say
    if item.feedback_id is not None:
        st.caption(say("Proposed already, as remark {number} on the plan.", number=item.feedback_id))
    known = {plan.id: plan for plan in service.plans(desk.ctx)}
    guess = item.metric.split(".")[1] if item.metric.startswith("clause.") else ""
    plan = st.selectbox(
        say("Plan"), list(known), list(known).index(guess) if guess in known else 0,
        format_func=lambda key: f"{say.of(known[key].title)} {known[key].version}", key=f"plan-{item.item_id}",
    )  # fmt: skip
    if plan is None:
        return
    tasks = {task.id: task for task in known[plan].tasks}
    task = st.selectbox(
        say("Clause"), list(tasks), list(tasks).index(item.source) if item.source in tasks else 0,
        format_func=lambda key: say.of(tasks[key].title), key=f"clause-{item.item_id}-{plan}",
    )  # fmt: skip
    try:
        found = service.clause(desk.ctx, plan, task or "")
    except Refused as fault:
        st.warning(say(fault.args[0]))
        return
    key = f"{item.item_id}-{plan}-{task}"
    wanted = st.text_area(say("As it should be"), found.text, key=f"wanted-{key}", height=120)
    shown = service.difference(found, wanted)
    st.code(shown or say("no change yet"), language="diff")
    with st.container(horizontal=True, gap="small"):
        why = issue(desk, item)
        if st.button(say("Hand in as a remark on the plan"), key=f"propose-{key}", disabled=not shown):
            attempt(
                desk,
                lambda: service.propose(desk.ctx, item, found, wanted, why),
                say("Handed in; it waits with the remarks on this plan."),
            )
        if st.button(say("Write it into a draft"), key=f"draft-{key}", disabled=not shown):
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
            st.session_state[made] = retest_script(desk.ctx, item, script or "")
        except Refused as fault:
            look.notice("error", say(fault.args[0]))
        except FileFaults as fault:
            look.notice("error", fault.faults[0].spoken(say))
    if made in st.session_state:
        name, text = st.session_state[made]
        st.caption(say("Checked. Put it into the folder of the drills; its last inject is the new one."))
        st.download_button(name, text.encode(), name, "application/yaml", key=f"load-{made}")
