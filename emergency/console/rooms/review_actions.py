"""Step 5: corrective actions – who does what until when, and which drill shows that it helped."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import drill_seat, look
from emergency.console.desk import Desk
from emergency.console.rooms import review_change
from emergency.console.rooms.once_form import once
from emergency.console.rooms.review_words import Case, attempt, issue, number
from emergency.domain.drill.played import WHY_NOT
from emergency.domain.improvement import ELEMENTS, STATES, Item
from emergency.domain.instant import to_us
from emergency.service import improvements as service
from emergency.service.drills import scripts

TONES = {"plan": "watch", "do": "plain", "check": "plain", "act": "ok", "closed": "ok", "dropped": "plain"}
FIRST_DUE_DAYS = 30


def show(case: Case) -> None:
    """Findings nobody has taken up yet, and the items of this review."""
    desk, say = case.desk, case.desk.say
    mine = service.items(desk.ctx, case.subject)
    drafts = service.proposed(desk.ctx, case.subject)
    if drafts:
        look.section(say("Findings of the report"))
    for place, draft in enumerate(drafts):
        with look.needs_card(f"draft-{place}", case.words.spoken(draft["issue"]), say("not taken up yet")):
            if st.button(say("Make it an improvement item"), key=f"take-{case.key(str(place))}"):
                take = partial(service.take_up, desk.ctx, case.subject, draft)
                attempt(desk, take, say("Taken up; write down root cause, action, owner and due date."))
    look.section(say("Improvement items"))
    _table(desk, mine, case)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        _one(desk, mine, case)
    with right:
        _own(case)


def everything(desk: Desk) -> None:
    """Every item of this workspace, the overdue first."""
    say, now, withheld = desk.say, desk.ctx.now(), drill_seat.withheld(desk)
    found = [one for one in service.items(desk.ctx) if (one.subject_kind, one.subject_id) not in withheld]
    shown_ids = {one.item_id for one in found}
    late = {one.item_id: days for one, days in service.overdue(desk.ctx) if one.item_id in shown_ids}
    open_ = [one for one in found if one.is_open]
    kept = service.checks(desk.ctx).items()
    proven = [one for item_id, rows in kept if item_id in shown_ids for one in _proofs(rows)[-1:]]
    look.kpi_strip(
        [
            look.Kpi(say("Open items"), str(len(open_)), say("{count} in all", count=len(found))),
            look.Kpi(
                say("Overdue"),
                str(len(late)),
                say("the oldest {days} days", days=max(late.values())) if late else say("None is overdue."),
                "bad" if late else "ok",
            ),
            look.Kpi(say("Without an owner"), str(sum(not one.owner for one in open_)), say("of the open ones")),
            look.Kpi(
                say("Targets met"),
                f"{sum(c['met'] for c in proven)} / {len(proven)}",
                say("items a later drill gave a figure of"),
            ),
        ]
    )
    if not found:
        st.info(say("No improvement item yet. Each begins at a finding of a review."))
        return
    everybody = say("everybody")
    owners = [everybody, *sorted({one.owner for one in open_ if one.owner})]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        whose = st.selectbox(say("Owner"), owners, key="items.owner")
        over = st.checkbox(say("closed and dropped ones, too"), key="items.over")
    shown = [one for one in found if (over or one.is_open) and whose in (everybody, one.owner)]
    shown.sort(key=lambda one: (-late.get(one.item_id, -1), one.due_at or now + timedelta(days=9999), one.item_id))
    _table(desk, shown, None)
    _one(desk, shown, None)


def _table(desk: Desk, found: list[Item], case: Case | None) -> None:
    say, now = desk.say, desk.ctx.now()
    if not found:
        st.caption(say("No item here yet."))
        return
    checks = service.checks(desk.ctx)
    rows = [_row(desk, one, now, checks.get(one.item_id, []), case) for one in found]
    heads = [
        say("No."), say("Issue"), say("Element"), say("Owner"), say("Due"), say("Before → after"), say("Target"),
        say("State"),
    ]  # fmt: skip
    look.table(heads, rows, numbers=[0])


def _row(desk: Desk, one: Item, now: datetime, checks: list[dict[str, Any]], case: Case | None) -> list[Any]:
    say, days = desk.say, one.overdue_days(now)
    due = "–" if one.due_at is None else f"{one.due_at.astimezone(desk.zone):%Y-%m-%d}"
    if days is not None:
        due += say(" ({days} days late)", days=days)
    sign = "≥ " if one.better == "higher" else "≤ "
    after = look.Cell(f"{number(one.before_value)} → –")
    if checks:
        last = (_proofs(checks) or checks)[-1]
        tone = "plain" if last["why_not"] else "ok" if last["met"] else "bad"
        mark = f" ({say(WHY_NOT[last['why_not']])})" if last["why_not"] else ""
        after = look.Cell(f"{number(last['before_value'])} → {number(last['after_value'])}{mark}", tone)
    return [
        str(one.item_id),
        issue(desk, one, case.words if case else None),
        say(ELEMENTS[one.element]),
        one.owner or "–",
        look.Cell(due, "bad" if days is not None else "plain"),
        after if one.metric else "–",
        sign + number(one.target_value) if one.target_value is not None else "–",
        look.Cell(say(STATES[one.state]), TONES[one.state], framed=True),
    ]


def _proofs(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures that prove something; a robot's, or one of a run begun too early, is only shown."""
    return [row for row in rows if not row["why_not"]]


def _result(desk: Desk, row: dict[str, Any]) -> str:
    if row["why_not"]:
        return desk.say(WHY_NOT[row["why_not"]])
    return desk.say("target met") if row["met"] else desk.say("target missed")


def _one(desk: Desk, found: list[Item], case: Case | None) -> None:
    """The item a person chose: its fields, its next step, what may follow from it."""
    say = desk.say
    if not found:
        return
    by_id = {one.item_id: one for one in found}
    chosen = st.selectbox(
        say("Work on item"),
        list(by_id),
        format_func=lambda key: f"{key} · {issue(desk, by_id[key], case.words if case else None)}",
        key=f"item.{case.subject.id if case else 'all'}",
    )
    item = by_id[chosen]
    _steps(desk, item)
    if item.is_open:
        _write(desk, item)
        review_change.show(desk, item)


def _write(desk: Desk, item: Item) -> None:
    say, key = desk.say, f"item-{item.item_id}-{item.version}"
    known = scripts(desk.ctx)
    with st.form(key):
        cause = st.text_area(say("Root cause"), item.root_cause, key=f"{key}.cause", height=70)
        action = st.text_area(say("Corrective action"), item.action, key=f"{key}.action", height=70)
        one, two, three = st.columns(3)
        owner = one.text_input(say("Owner"), item.owner, key=f"{key}.owner")
        begin = (item.due_at or desk.ctx.now() + timedelta(days=FIRST_DUE_DAYS)).astimezone(desk.zone).date()
        due = two.date_input(say("Due"), begin, key=f"{key}.due")
        element = three.selectbox(
            say("Element"), list(ELEMENTS), list(ELEMENTS).index(item.element), key=f"{key}.element",
            format_func=lambda name: say(ELEMENTS[name]),
        )  # fmt: skip
        four, five = st.columns([1, 2])
        target = four.number_input(say("Target"), value=item.target_value, key=f"{key}.target")
        options = ["", *known]
        verify = five.selectbox(
            say("Verifying drill"), options,
            options.index(item.verify_drill) if item.verify_drill in options else 0, key=f"{key}.verify",
            format_func=lambda name: say.of(known[name].title) if name else say("none; a person judges"),
        )  # fmt: skip
        done = st.text_area(say("What was done"), item.evidence, key=f"{key}.evidence", height=70)
        if st.form_submit_button(say("Keep"), type="primary"):
            end = datetime.combine(due, time(23, 59), tzinfo=desk.zone)
            written = {
                "root_cause": cause, "action": action, "owner": owner, "due_us": to_us(end), "element": element,
                "target_value": target, "verify_drill": verify, "evidence": done,
            }  # fmt: skip
            attempt(desk, lambda: service.change_item(desk.ctx, item, **written), say("Kept."))


def _steps(desk: Desk, item: Item) -> None:
    """The next step of the cycle, and the way back."""
    say = desk.say
    names = {
        ("plan", "do"): say("Begin the work"),
        ("do", "check"): say("It is done: have it checked"),
        ("check", "act"): say("The proof is there"),
        ("act", "closed"): say("Close"),
        ("closed", "act"): say("Open again"),
        ("dropped", "plan"): say("Take it up again"),
        ("do", "plan"): say("Back to planning"),
        ("check", "plan"): say("Back to planning"),
        ("act", "check"): say("Back to check"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"item-steps-{item.item_id}"):
        for (state, to), name in names.items():
            if state == item.state and st.button(
                name,
                key=f"move-{item.item_id}-{to}",
                type="primary" if to in ("do", "check", "act", "closed") else "secondary",
            ):
                attempt(desk, partial(service.move_item, desk.ctx, item, to), say("Moved on."))
        if item.state in ("plan", "do", "check"):
            why = st.text_input(
                say("Why drop it"), key=f"drop-why-{item.item_id}", placeholder=say("why it is dropped"),
                label_visibility="collapsed",
            )  # fmt: skip
            if st.button(say("Drop"), key=f"drop-{item.item_id}"):
                attempt(desk, lambda: service.move_item(desk.ctx, item, "dropped", why), say("Dropped."))
    if item.state == "closed":
        st.caption(say("Closed by {who}; its owner is {owner}.", who=item.closed_by, owner=item.owner or "–"))
    _proof(desk, item)


def _proof(desk: Desk, item: Item) -> None:
    say, rows = desk.say, service.checks(desk.ctx).get(item.item_id, [])
    if rows:
        frame = pd.DataFrame(
            {
                say("Run"): [r["run_id"] for r in rows],
                say("Before"): [number(r["before_value"]) for r in rows],
                say("After"): [number(r["after_value"]) for r in rows],
                say("Result"): [_result(desk, r) for r in rows],
            }
        )
        st.dataframe(frame, hide_index=True)


def _own(case: Case) -> None:
    """An item in one's own words."""
    desk, say = case.desk, case.desk.say
    look.section(say("Another issue, in your own words"))
    with once("own-item", case.key("own")) as form:
        text = st.text_area(say("Issue"), key=f"{form.key}.text", height=80)
        element = st.selectbox(
            say("Element"), list(ELEMENTS), format_func=lambda name: say(ELEMENTS[name]), key=f"{form.key}.element"
        )
        if st.form_submit_button(say("Add"), width="stretch"):
            act = form.taking(lambda: service.add_item(desk.ctx, case.subject, text, element=element or "planning"))
            attempt(desk, act, say("Added."))
