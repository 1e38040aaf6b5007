"""The emergency fund: paid in, asked for, approved by who may, paid out, given back; it balances to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.fund import ENDOWMENT, FREE, RESERVED, SPENT, STATE_NAMES, Books, Entry, books, drawn
from emergency.domain.incident import Incident
from emergency.domain.level import DEPUTY
from emergency.domain.playbook import Text
from emergency.domain.resource_kind import FUND
from emergency.service.context import Conflict, Context, Refused, same_person
from emergency.service.relief import COMMANDER, titles
from emergency.service.task_plan import playbook_of
from emergency.store import fund, incidents
from emergency.store.store import Connection
from emergency.texts import Message

Row = dict[str, Any]
# More than any house has: a slip of the pen, and still within what both databases count exactly.
MOST_MINOR = 10**15


@dataclass(frozen=True)
class Allowance:
    """What may be drawn for an incident: limit of the plan at the level in force, and what is drawn of it; minor
    units. plan: id@version of the playbook that says so."""

    level: int
    limit_minor: int
    drawn_minor: int
    currency: str
    plan: str

    @property
    def left_minor(self) -> int:
        return max(0, self.limit_minor - self.drawn_minor)


def standing(ctx: Context, currency: str | None = None) -> Books:
    """The books of a currency, of the workspace's unless one is named."""
    with ctx.store.read() as connection:
        return books(fund.entries(connection), currency or ctx.profile.currency)


def ledger(ctx: Context) -> list[Row]:
    """Every entry in order; keys of the table fund_entry."""
    with ctx.store.read() as connection:
        return fund.rows(connection)


def drawdowns(ctx: Context, incident_id: str | None = None) -> list[Row]:
    """Drawdowns, the newest first; keys of the table drawdown."""
    with ctx.store.read() as connection:
        return fund.drawdowns(connection, incident_id)


def allowance(ctx: Context, incident: Incident) -> Allowance | None:
    """None where no level is in force, or the plan gives no money at it."""
    with ctx.store.read() as connection:
        return _allowance(ctx, connection, incident)


def _allowance(ctx: Context, connection: Connection, incident: Incident) -> Allowance | None:
    playbook = playbook_of(ctx, incident)
    if playbook is None or incident.response_level is None:
        return None
    units = sum(row.slots(incident.response_level) for row in playbook.resources if row.kind == FUND and row.fixed)
    if not units:
        return None
    currency = ctx.content.library.rules(playbook.rules).currency
    used = drawn(fund.entries(connection), incident.incident_id, currency)
    waiting = sum(
        row["amount_minor"]
        for row in fund.drawdowns(connection, incident.incident_id)
        if row["state"] == "asked" and row["currency"] == currency
    )
    plan = f"{playbook.id}@{playbook.version}"
    return Allowance(incident.response_level, units * 100, used + waiting, currency, plan)


def approvers(ctx: Context, incident: Incident) -> tuple[str, ...]:
    """Roles that may approve for this incident now: whoever commands, and the authority of its level or a graver."""
    playbook = playbook_of(ctx, incident)
    tiers: Mapping[int, str] = playbook.activation.authority if playbook and playbook.activation else {}
    at = incident.response_level or 3
    return tuple(dict.fromkeys([COMMANDER, *(tiers[tier] for tier in range(at, 0, -1) if tier in tiers)]))


def second_needed(ctx: Context, minor: int, currency: str) -> bool:
    """Whether an amount takes a second approver."""
    return ctx.content.library.fund_rules().second_needed(minor, currency)


# Acts ---------------------------------------------------------------------------------------------


def pay_in(ctx: Context, minor: int, note: str, currency: str | None = None) -> None:
    """Put money into the fund. Raises Refused without an amount or without saying where it comes from."""
    if not 0 < minor <= MOST_MINOR:
        raise Refused(Message("say how much; more than nothing, and no more than the house can have"))
    if not note.strip():
        raise Refused(Message("say where the money comes from: the decision, or the account"))
    code = currency or ctx.profile.currency
    with ctx.store.write() as connection:
        fund.hold(connection)
        ctx.record(connection, "fund.pay_in", "", {"amount_minor": minor, "currency": code, "note": note.strip()})
        _book(ctx, connection, Entry(ENDOWMENT, FREE, minor, code), None, note.strip())


def ask(ctx: Context, incident_id: str, minor: int, purpose: str, payee: str) -> int:
    """Ask for money for an incident; returns the drawdown's number.

    Raises:
        Refused: no level in force, above what the plan allows, or no purpose or payee.
    """
    if not purpose.strip() or not payee.strip():
        raise Refused(Message("say what the money is for and who gets it"))
    if not 0 < minor <= MOST_MINOR:
        raise Refused(Message("say how much; more than nothing, and no more than the house can have"))
    with ctx.store.write() as connection:
        fund.hold(connection)
        incident = incidents.get(connection, incident_id)
        if incident is None or not incident.is_open:
            raise Refused(Message("incident {incident} is not open; reopen it first", {"incident": incident_id}))
        found = _allowance(ctx, connection, incident)
        if found is None:
            raise Refused(Message("the plan gives no money before a level is confirmed; confirm one in Response"))
        if minor > found.left_minor:
            gaps = {"left": _amount(found.left_minor), "limit": _amount(found.limit_minor), "currency": found.currency}
            raise Refused(
                Message("of {limit} {currency} at this level {left} are left; ask for less, or raise the level", gaps)
            )
        body = {"incident": incident_id, "amount_minor": minor, "currency": found.currency}
        body |= {"purpose": purpose.strip(), "payee": payee.strip()}
        ctx.record(connection, "fund.ask", incident_id, body)
        return fund.ask(
            connection,
            incident_id=incident_id,
            purpose=purpose.strip(),
            payee=payee.strip(),
            currency=found.currency,
            amount_minor=minor,
            asked_us=ctx.now_us(),
            asked_by=ctx.actor.id,
        )


def approve(ctx: Context, drawdown_id: int, *, version: int) -> bool:
    """Approve as first or second person; True once it is approved and the money reserved.

    Raises:
        Refused: a role that may not, the one who asked, the same person twice, or the fund has less.
        Conflict: somebody was faster.
    """
    with ctx.store.write() as connection:
        row, incident = _current(connection, drawdown_id, version, ("asked",))
        _check_approver(ctx, incident, row)
        second = bool(row["first_by"])
        enough = second or not second_needed(ctx, row["amount_minor"], row["currency"])
        _record(ctx, connection, row, "fund.approve", {"last": enough})
        who: Row = {"second_by" if second else "first_by": ctx.actor.id}
        who |= {"second_us" if second else "first_us": ctx.now_us()}
        if enough:
            _book(ctx, connection, _entry(row, FREE, RESERVED), drawdown_id, row["purpose"])
        _write(connection, row, who | ({"state": "approved"} if enough else {}))
        return enough


def _check_approver(ctx: Context, incident: Incident, row: Row) -> None:
    may = approvers(ctx, incident)
    if ctx.actor.role.removesuffix(DEPUTY) not in may:
        who: Text = titles(ctx, incident, may)
        raise Refused(Message("money is for {who} to approve. Choose that role, or ask them", {"who": who}))
    if any(same_person(ctx.actor.id, row[who]) for who in ("asked_by", "first_by")):
        gaps = {"who": ctx.actor.id}
        raise Refused(Message("{who} has asked for this or approved it already; another person approves", gaps))


def refuse(ctx: Context, drawdown_id: int, reason: str, *, version: int) -> None:
    """Turn a drawdown down. Raises Refused without a reason or for a role that may not."""
    if not reason.strip():
        raise Refused(Message("say why it is refused"))
    with ctx.store.write() as connection:
        row, incident = _current(connection, drawdown_id, version, ("asked",))
        if ctx.actor.role.removesuffix(DEPUTY) not in approvers(ctx, incident):
            who = titles(ctx, incident, approvers(ctx, incident))
            raise Refused(Message("money is for {who} to approve. Choose that role, or ask them", {"who": who}))
        _record(ctx, connection, row, "fund.refuse", {"reason": reason.strip()})
        _write(connection, row, {"state": "refused", "reason": reason.strip()})


def withdraw(ctx: Context, drawdown_id: int, *, version: int) -> None:
    """Take back what was asked for, before it is approved."""
    with ctx.store.write() as connection:
        row, _ = _current(connection, drawdown_id, version, ("asked",))
        _record(ctx, connection, row, "fund.withdraw", {})
        _write(connection, row, {"state": "withdrawn"})


def release(ctx: Context, drawdown_id: int, *, version: int) -> None:
    """Give approved money back unpaid."""
    with ctx.store.write() as connection:
        row, _ = _current(connection, drawdown_id, version, ("approved",))
        _record(ctx, connection, row, "fund.release", {})
        _book(ctx, connection, _entry(row, RESERVED, FREE), drawdown_id, row["purpose"])
        _write(connection, row, {"state": "released"})


def pay(ctx: Context, drawdown_id: int, *, version: int) -> None:
    """Say that approved money was paid."""
    with ctx.store.write() as connection:
        row, _ = _current(connection, drawdown_id, version, ("approved",))
        _record(ctx, connection, row, "fund.pay", {})
        _book(ctx, connection, _entry(row, RESERVED, SPENT), drawdown_id, row["purpose"])
        _write(connection, row, {"state": "paid"})


def give_back(ctx: Context, drawdown_id: int, minor: int, note: str, *, version: int) -> None:
    """Money that was paid comes back, all of it or a part; a payment entered by mistake is undone so, too.

    Raises:
        Refused: more than was paid and has not come back yet.
    """
    with ctx.store.write() as connection:
        row, _ = _current(connection, drawdown_id, version, ("paid",))
        back = sum(
            r["amount_minor"]
            for r in fund.rows(connection)
            if r["drawdown_id"] == drawdown_id and (r["source"], r["target"]) == (SPENT, FREE)
        )
        if not 0 < minor <= row["amount_minor"] - back:
            gaps = {"left": _amount(row["amount_minor"] - back), "currency": row["currency"]}
            raise Refused(Message("of this payment {left} {currency} can still come back", gaps))
        _record(ctx, connection, row, "fund.give_back", {"amount_minor": minor, "note": note.strip()})
        entry = Entry(SPENT, FREE, minor, row["currency"], row["incident_id"])
        _book(ctx, connection, entry, drawdown_id, note.strip())
        _write(connection, row, {})


def _current(connection: Connection, drawdown_id: int, version: int, states: tuple[str, ...]) -> tuple[Row, Incident]:
    fund.hold(connection)
    row = fund.get(connection, drawdown_id)
    if row is None:
        raise Refused(Message("there is no drawdown {number}", {"number": drawdown_id}))
    if row["version"] != version or row["state"] not in states:
        raise Conflict(_overtaken(row))
    incident = incidents.get(connection, row["incident_id"])
    assert incident is not None, "a drawdown refers to an incident by key"
    return row, incident


def _overtaken(row: Row) -> Message:
    gaps = {"number": row["drawdown_id"], "state": Message(STATE_NAMES[row["state"]])}
    return Message("drawdown {number} is {state} now; somebody was faster. Look again", gaps)


def _entry(row: Row, source: str, target: str) -> Entry:
    return Entry(source, target, row["amount_minor"], row["currency"], row["incident_id"])


def _record(ctx: Context, connection: Connection, row: Row, action: str, more: Row) -> None:
    body = {"incident": row["incident_id"], "drawdown": row["drawdown_id"], "amount_minor": row["amount_minor"]}
    body |= {"currency": row["currency"], "purpose": row["purpose"], "payee": row["payee"]}
    ctx.record(connection, action, row["incident_id"], body | more)


def _book(ctx: Context, connection: Connection, entry: Entry, drawdown_id: int | None, note: str) -> None:
    """One entry, unless the books could not bear it."""
    try:
        books([*fund.entries(connection), entry], entry.currency)
    except ValueError:
        free = books(fund.entries(connection), entry.currency).free
        gaps = {"free": _amount(free), "currency": entry.currency}
        raise Refused(Message("the fund has {free} {currency} left; pay more in first", gaps)) from None
    fund.book(connection, entry, at_us=ctx.now_us(), actor=ctx.actor.id, drawdown_id=drawdown_id, note=note)


def _write(connection: Connection, row: Row, values: Row) -> None:
    if not fund.change(connection, row["drawdown_id"], row["version"], **values):
        raise Conflict(_overtaken(row))


def _amount(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02}"
