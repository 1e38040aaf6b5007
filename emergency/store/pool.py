"""Bases, adjusters and stock of one workspace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from emergency.domain.stock_ledger import AVAILABLE, OUT_OF_SERVICE, Move
from emergency.store import stock as ledger
from emergency.store.pool_tables import stock_item, stock_norm
from emergency.store.tables import adjuster, base, stock


def replace(
    connection: Connection,
    *,
    bases: Sequence[dict[str, Any]],
    adjusters: Sequence[dict[str, Any]],
    goods: Sequence[dict[str, Any]],
    norms: Sequence[dict[str, Any]] = (),
    items: Sequence[dict[str, Any]] = (),
) -> None:
    """Put a whole pool in place of what was there; the ledger of the goods begins anew.

    norms: depot, kind, reorder_at; items: the columns of a piece or batch.
    """
    ledger.forget(connection)
    for table in (stock, adjuster, base):
        connection.execute(delete(table))
    if bases:
        connection.execute(insert(base), list(bases))
    if adjusters:
        packed = [a | {"skills": json.dumps(a["skills"]), "licences": json.dumps(a["licences"])} for a in adjusters]
        connection.execute(insert(adjuster), packed)
    if goods:
        connection.execute(insert(stock), list(goods))
    if norms:
        connection.execute(insert(stock_norm), list(norms))
    if items:
        connection.execute(insert(stock_item), list(items))
    ledger.begin(connection)


def bases(connection: Connection) -> list[dict[str, Any]]:
    return [dict(r._mapping) for r in connection.execute(select(base).order_by(base.c.base_id))]


def adjusters(connection: Connection) -> list[dict[str, Any]]:
    """Every adjuster with the region of the base: keys of the table plus ``region``."""
    query = (
        select(adjuster, base.c.region, base.c.name.label("base_name"), base.c.name_zh.label("base_name_zh"))
        .join(base, base.c.base_id == adjuster.c.base_id)
        .order_by(adjuster.c.adjuster_id)
    )
    rows = connection.execute(query)
    keys = tuple(rows.keys())
    every = (dict(zip(keys, row, strict=True)) for row in rows)
    return [row | {"skills": list(_words(row["skills"])), "licences": list(_words(row["licences"]))} for row in every]


@lru_cache(maxsize=4096)
def _words(stored: str) -> tuple[str, ...]:
    """A list of words as it is stored; a thousand people have a few dozen lists between them."""
    return tuple(json.loads(stored))


def goods(connection: Connection) -> list[dict[str, Any]]:
    return [dict(r._mapping) for r in connection.execute(select(stock).order_by(stock.c.kind, stock.c.depot))]


def put_base(connection: Connection, row: dict[str, Any]) -> None:
    """A new base, or a known one as it is now."""
    if not connection.execute(update(base).where(base.c.base_id == row["base_id"]).values(**row)).rowcount:
        connection.execute(insert(base).values(**row))


def drop_base(connection: Connection, base_id: str) -> None:
    """Nothing and nobody may stand there any more."""
    connection.execute(delete(base).where(base.c.base_id == base_id))


def set_status(connection: Connection, adjuster_id: str, status: str) -> int:
    done = connection.execute(
        update(adjuster)
        .where(adjuster.c.adjuster_id == adjuster_id)
        .values(status=status, version=adjuster.c.version + 1)
    )
    return int(done.rowcount)


def take_out_of_service(connection: Connection, kind: str, region: str, count: int, *, at_us: int, actor: str) -> int:
    """Mark goods of a kind in a region as out of service; returns how many there were to mark."""
    depots = connection.execute(
        select(stock.c.depot)
        .join(base, base.c.base_id == stock.c.depot)
        .where(stock.c.kind == kind, base.c.region == region)
        .order_by(stock.c.depot)
    ).scalars()
    marked = 0
    for depot in depots.all():
        take = min(ledger.balance(connection, depot, kind).available, count - marked)
        if take > 0:
            move = Move(depot, kind, AVAILABLE, OUT_OF_SERVICE, take)
            ledger.move(connection, [move], at_us=at_us, actor=actor)
            marked += take
    return marked
