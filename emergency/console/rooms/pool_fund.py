"""The emergency fund: what is in it, what this incident may draw, who asked for what, and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.once_form import once
from emergency.console.rooms.task_acts import attempt
from emergency.domain.fund import ACCOUNT_NAMES, STATE_NAMES
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.written_number import minor_of
from emergency.service import fund
from emergency.service.relief import titles

ENTRIES_SHOWN = 30
OPEN = ("asked", "approved")


def panel(desk: Desk) -> None:
    incident = desk.incident()
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        _allowance(desk, incident)
        _drawdowns(desk)
        _ledger(desk)
    with right:
        if incident is not None and incident.is_open:
            _ask_form(desk, incident)
        _pay_in_form(desk)


def currency(desk: Desk) -> str:
    """The currency in which the plan of the incident gives money, else the workspace's own."""
    incident = desk.incident()
    found = fund.allowance(desk.ctx, incident) if incident is not None else None
    return found.currency if found else desk.ctx.profile.currency


def exact(minor: int, currency: str) -> str:
    """An amount to the cent: this is a ledger."""
    return f"{minor // 100:,}.{minor % 100:02} {currency}"


def _allowance(desk: Desk, incident: Incident | None) -> None:
    say = desk.say
    found = fund.allowance(desk.ctx, incident) if incident is not None else None
    if incident is None or found is None:
        st.caption(say("The plan of an incident gives money once its level is confirmed."))
        return
    books = fund.standing(desk.ctx, found.currency)
    look.table(
        [
            say("Incident"),
            say("Level"),
            say("The plan allows"),
            say("Asked for and drawn"),
            say("Left"),
            say("Free in the fund"),
        ],
        [
            [
                say.of(incident.title),
                LEVEL_MARK[found.level],
                exact(found.limit_minor, found.currency),
                exact(found.drawn_minor, found.currency),
                exact(found.left_minor, found.currency),
                look.Cell(
                    exact(books.free, found.currency), tone="watch" if books.free < found.left_minor else "plain"
                ),
            ]
        ],
        numbers=[2, 3, 4, 5],
    )
    rules = desk.ctx.content.library.fund_rules()
    line = rules.second_above.get(found.currency)
    who = say.of(titles(desk.ctx, incident, fund.approvers(desk.ctx, incident)))
    second = exact(line, found.currency) if line is not None else "0"
    st.caption(say("Plan {plan}. {who} approve; above {second} two of them.", plan=found.plan, who=who, second=second))


def _drawdowns(desk: Desk) -> None:
    say = desk.say
    rows = fund.drawdowns(desk.ctx)
    look.section(say("Drawdowns"))
    if not rows:
        st.caption(say("Nobody has asked for money."))
    for row in rows:
        if row["state"] in (*OPEN, "paid"):
            _card(desk, row)
    ended = [r for r in rows if r["state"] not in (*OPEN, "paid")]
    if ended:
        with st.expander(say("Ended ({n})", n=len(ended))):
            look.table(
                [say("No."), say("Amount"), say("For"), say("Payee"), say("State"), say("Why")],
                [
                    [
                        str(r["drawdown_id"]),
                        exact(r["amount_minor"], r["currency"]),
                        r["purpose"],
                        r["payee"],
                        say(STATE_NAMES[r["state"]]),
                        r["reason"] or "–",
                    ]
                    for r in ended
                ],
                numbers=[1],
            )


def _card(desk: Desk, row: Mapping[str, Any]) -> None:
    say, number = desk.say, row["drawdown_id"]
    title = say("{amount} for {purpose}", amount=exact(row["amount_minor"], row["currency"]), purpose=row["purpose"])
    state = say(STATE_NAMES[row["state"]])
    if row["state"] == "asked" and row["first_by"]:
        state = say("approved by {who}; a second person approves", who=row["first_by"])
    text = say("{state} · to {payee}", state=state, payee=row["payee"])
    signed = say(", ").join(filter(None, [row["first_by"], row["second_by"]]))
    asked = say("No. {number}, {who}, {time}", number=number, who=row["asked_by"], time=_time(desk, row["asked_us"]))
    small = f"{asked} · {say('approved by {who}', who=signed)}" if signed else asked
    tone = {"asked": "watch", "paid": "ok"}.get(row["state"], "plain")
    with look.needs_card(f"draw-{number}", title, text, small, tone):
        if row["state"] == "asked":
            _of_asked(desk, row)
        elif row["state"] == "approved":
            _button(desk, row, say("Paid"), fund.pay, say("Entered as paid."))
            _button(desk, row, say("Release unpaid"), fund.release, say("Released; the money is free again."))
        else:
            _give_back(desk, row)


def _time(desk: Desk, at_us: int) -> str:
    return desk.clock_text(from_us(at_us))


def _button(desk: Desk, row: Mapping[str, Any], label: str, act: Callable[..., object], done: str) -> None:
    number = row["drawdown_id"]
    if st.button(label, key=f"draw-{act.__name__}-{number}"):
        attempt(desk, lambda: act(desk.ctx, number, version=row["version"]), done)


def _of_asked(desk: Desk, row: Mapping[str, Any]) -> None:
    say, number = desk.say, row["drawdown_id"]
    _button(desk, row, say("Approve"), fund.approve, say("Approved."))
    with st.popover(say("Refuse")):
        reason = st.text_input(say("Why?"), key=f"draw-why-{number}")
        if st.button(say("Refuse"), key=f"draw-refuse-{number}"):
            attempt(desk, lambda: fund.refuse(desk.ctx, number, reason, version=row["version"]), say("Refused."))
    if row["asked_by"] == desk.ctx.actor.id:
        _button(desk, row, say("Withdraw"), fund.withdraw, say("Withdrawn."))


def _give_back(desk: Desk, row: Mapping[str, Any]) -> None:
    say, number = desk.say, row["drawdown_id"]
    with st.popover(say("Money came back")), once(f"draw-back-{number}", border=False) as form:
        whole = f"{row['amount_minor'] // 100}.{row['amount_minor'] % 100:02}"
        amount = st.text_input(say("Amount in {currency}", currency=row["currency"]), whole, key=f"{form.key}.amount")
        note = st.text_input(say("Note"), key=f"{form.key}.note")
        if st.form_submit_button(say("Enter")):
            back = form.taking(lambda: fund.give_back(desk.ctx, number, minor_of(amount), note, version=row["version"]))
            attempt(desk, back, say("Entered; the money is free again."))


def _ask_form(desk: Desk, incident: Incident) -> None:
    say = desk.say
    look.section(say("Ask for money"))
    with once("fund-ask") as form:
        label = say("Amount in {currency}", currency=currency(desk))
        amount = st.text_input(label, key=f"{form.key}.amount", placeholder="50,000.00")
        purpose = st.text_input(say("For"), key=f"{form.key}.purpose")
        payee = st.text_input(say("Payee"), key=f"{form.key}.payee")
        if st.form_submit_button(say("Ask for it"), type="primary"):
            ask = form.taking(lambda: fund.ask(desk.ctx, incident.incident_id, minor_of(amount), purpose, payee))
            attempt(desk, ask, say("Asked. It waits for approval."))


def _pay_in_form(desk: Desk) -> None:
    say, code = desk.say, currency(desk)
    with st.expander(say("Pay into the fund")), once("fund-in", border=False) as form:
        amount = st.text_input(say("Amount in {currency}", currency=code), key=f"{form.key}.amount")
        note = st.text_input(say("Where it comes from"), key=f"{form.key}.note")
        if st.form_submit_button(say("Pay in")):
            attempt(
                desk,
                form.taking(lambda: fund.pay_in(desk.ctx, minor_of(amount), note, code)),
                say("Paid in."),
            )


def _ledger(desk: Desk) -> None:
    say = desk.say
    rows = fund.ledger(desk.ctx)
    with st.expander(say("Ledger ({n} entries)", n=len(rows))):
        look.table(
            [say("Time"), say("From"), say("To"), say("Amount"), say("For"), say("By")],
            [
                [
                    _time(desk, row["at_us"]),
                    say(ACCOUNT_NAMES[row["source"]]),
                    say(ACCOUNT_NAMES[row["target"]]),
                    exact(row["amount_minor"], row["currency"]),
                    row["note"],
                    row["actor"],
                ]
                for row in reversed(rows[-ENTRIES_SHOWN:])
            ],
            numbers=[3],
        )
        st.caption(say("All accounts of a currency add up to zero; only what was paid in is below it."))
