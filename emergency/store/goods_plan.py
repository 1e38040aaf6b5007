"""Plans for goods: drafts, the one in force, what publishing did to requests and to the fund."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from emergency.store.goods_plan_tables import goods_plan, goods_plan_act, goods_plan_money
from emergency.store.pool_tables import drawdown, goods_request
from emergency.store.tables import assignment_slot

Row = dict[str, Any]
_LOCK = 14_2026  # any fixed number: who publishes waits for whoever publishes now


def hold(connection: Connection) -> None:
    """Nobody else publishes until this transaction ends; SQLite lets one write at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def add(connection: Connection, body: Mapping[str, Any], **values: Any) -> int:
    packed = json.dumps(body, ensure_ascii=False, sort_keys=True)
    done = connection.execute(insert(goods_plan).values(state="draft", body=packed, **values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def get(connection: Connection, plan_id: int) -> Row | None:
    row = connection.execute(select(goods_plan).where(goods_plan.c.plan_id == plan_id)).one_or_none()
    return None if row is None else dict(row._mapping) | {"body": json.loads(row.body)}


def in_force(connection: Connection) -> Row | None:
    return _one(connection, goods_plan.c.in_force == 1)


def latest_draft(connection: Connection) -> Row | None:
    """The newest draft, if nothing was published after it."""
    draft = _one(connection, goods_plan.c.state == "draft")
    current = in_force(connection)
    return None if draft is None or (current and current["plan_id"] > draft["plan_id"]) else draft


def _one(connection: Connection, where: Any) -> Row | None:
    query = select(goods_plan.c.plan_id).where(where).order_by(goods_plan.c.plan_id.desc()).limit(1)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else get(connection, found)


def mark(connection: Connection, plan_id: int, state: str, **values: Any) -> None:
    """A plan's state; only a published one is in force."""
    values = {"in_force": 1 if state == "published" else None, **values}
    connection.execute(update(goods_plan).where(goods_plan.c.plan_id == plan_id).values(state=state, **values))


def note_act(connection: Connection, **values: Any) -> None:
    connection.execute(insert(goods_plan_act).values(**values))


def acts(connection: Connection, plan_id: int) -> list[Row]:
    """What publishing a plan did to requests, in order."""
    query = select(goods_plan_act).where(goods_plan_act.c.plan_id == plan_id).order_by(goods_plan_act.c.act_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def own_requests(connection: Connection) -> list[Row]:
    """Open requests plans asked for or committed, with the ``site_id`` they are for, the oldest first."""
    last: dict[int, Row] = {}
    query = (
        select(goods_plan_act, goods_request.c.state, goods_request.c.version.label("now"))
        .join(goods_request, goods_request.c.request_id == goods_plan_act.c.request_id)
        .where(goods_request.c.state.in_(("requested", "committed", "in_transit", "deployed")))
        .order_by(goods_plan_act.c.act_id)
    )
    for row in connection.execute(query):
        last[row.request_id] = dict(row._mapping)
    return [last[number] for number in sorted(last)]


def crew(connection: Connection, shift: str) -> list[str]:
    """People whose shift is held for a kit of the plan in force."""
    query = (
        select(assignment_slot.c.adjuster_id)
        .join(goods_plan, goods_plan.c.crew_plan_id == assignment_slot.c.plan_id)
        .where(assignment_slot.c.shift == shift, goods_plan.c.in_force == 1)
        .order_by(assignment_slot.c.adjuster_id)
    )
    return list(connection.execute(query).scalars())


def note_money(connection: Connection, plan_id: int, drawdown_id: int) -> None:
    connection.execute(insert(goods_plan_money).values(plan_id=plan_id, drawdown_id=drawdown_id))


def money(connection: Connection, plan_id: int) -> list[Row]:
    """Drawdowns a plan rests on, by number; keys of the table drawdown."""
    query = (
        select(drawdown)
        .join(goods_plan_money, goods_plan_money.c.drawdown_id == drawdown.c.drawdown_id)
        .where(goods_plan_money.c.plan_id == plan_id)
        .order_by(drawdown.c.drawdown_id)
    )
    return [dict(r._mapping) for r in connection.execute(query)]
