"""What a plan for goods costs, asked of the fund in the act that publishes it; approved by people, as all money."""

from __future__ import annotations

from typing import Any

from emergency.domain.fund import FREE, RESERVED, Entry
from emergency.service.context import Context, Refused
from emergency.service.goods_plan import cost_by_incident
from emergency.store import fund, goods_plan
from emergency.store.store import Connection
from emergency.texts import Message, speaker

Row = dict[str, Any]
LIVING = ("asked", "approved", "paid")


def ask_money(ctx: Context, connection: Connection, draft: Row, current: Row | None) -> None:
    """Rest on what the plan before asked for; where that is not the sum any more, ask anew for the difference."""
    fund.hold(connection)
    before: dict[str, list[Row]] = {}
    for row in goods_plan.money(connection, current["plan_id"]) if current else ():
        if row["state"] in LIVING:
            before.setdefault(row["incident_id"], []).append(row)
    costs = _costs(draft)
    for incident in sorted({*costs, *before}):
        rows, cost = before.get(incident, []), costs.get(incident, 0)
        if sum(row["amount_minor"] for row in rows) != cost:
            rows, cost = _released(ctx, connection, rows), cost - _paid(rows)
            if cost > 0:
                number = _ask(ctx, connection, draft, incident, cost)
                goods_plan.note_money(connection, draft["plan_id"], number)
        for row in rows:
            goods_plan.note_money(connection, draft["plan_id"], row["drawdown_id"])


def _costs(draft: Row) -> dict[str, int]:
    """By incident, in currencies in which a fund is kept."""
    body = draft["body"]
    found = cost_by_incident(body["sites"], body["loads"])
    return {one: cost for one, cost in found.items() if _currency(body, one) not in body["unlimited"]}


def _currency(body: Row, incident: str) -> str:
    return str(body["money"].get(f"incident {incident}", ""))


def _paid(rows: list[Row]) -> int:
    return sum(row["amount_minor"] for row in rows if row["state"] == "paid")


def _released(ctx: Context, connection: Connection, rows: list[Row]) -> list[Row]:
    """Withdraw what waits, release what is reserved; what is paid stays and is returned."""
    for row in rows:
        if row["state"] == "approved":
            entry = Entry(RESERVED, FREE, row["amount_minor"], row["currency"], row["incident_id"])
            purpose, number = row["purpose"], row["drawdown_id"]
            fund.book(connection, entry, at_us=ctx.now_us(), actor=ctx.actor.id, drawdown_id=number, note=purpose)
        if row["state"] in ("asked", "approved"):
            act = "withdraw" if row["state"] == "asked" else "release"
            after = "withdrawn" if row["state"] == "asked" else "released"
            told = {"drawdown": row["drawdown_id"], "amount_minor": row["amount_minor"], "currency": row["currency"]}
            ctx.record(connection, f"fund.{act}", row["incident_id"], told)
            fund.change(connection, row["drawdown_id"], row["version"], state=after)
    return [row for row in rows if row["state"] == "paid"]


def _ask(ctx: Context, connection: Connection, draft: Row, incident: str, minor: int) -> int:
    currency = _currency(draft["body"], incident)
    say = speaker("zh_CN" if currency == "CNY" else "en")
    purpose = say(Message("use of goods, goods plan {plan}", {"plan": draft["plan_id"]}))
    payee = say(Message("hauliers and operators"))
    body = {"incident": incident, "amount_minor": minor, "currency": currency, "purpose": purpose, "payee": payee}
    ctx.record(connection, "fund.ask", incident, body)
    return fund.ask(
        connection,
        incident_id=incident,
        purpose=purpose,
        payee=payee,
        currency=currency,
        amount_minor=minor,
        asked_us=ctx.now_us(),
        asked_by=ctx.actor.id,
    )


def give_back_money(ctx: Context, connection: Connection, stored: Row, earlier: Row | None) -> None:
    """What a plan asked for goes back; what the earlier plan rests on stays, and what that lacks is asked anew.

    Raises:
        Refused: some of it was paid.
    """
    fund.hold(connection)
    rests = goods_plan.money(connection, earlier["plan_id"]) if earlier else []
    shared = {row["drawdown_id"] for row in rests}
    rows = [row for row in goods_plan.money(connection, stored["plan_id"]) if row["drawdown_id"] not in shared]
    if _paid(rows):
        raise Refused(Message("money of this plan was paid out; give it back in the Pool room first"))
    _released(ctx, connection, rows)
    for incident, cost in (_costs(earlier) if earlier else {}).items():
        mine = [row["amount_minor"] for row in rests if row["incident_id"] == incident and row["state"] in LIVING]
        if earlier and cost > sum(mine):
            number = _ask(ctx, connection, earlier, incident, cost - sum(mine))
            goods_plan.note_money(connection, earlier["plan_id"], number)
