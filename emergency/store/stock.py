"""The stock ledger of one workspace: balances, the moves that made them, single pieces, requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from emergency.domain.stock_ledger import AVAILABLE, COMMITTED, IN_TRANSIT, OUT_OF_SERVICE, OUTSIDE, Balance, Move
from emergency.store.pool_tables import goods_request, stock_item, stock_move, stock_norm
from emergency.store.tables import base, stock

Row = dict[str, Any]


def begin(connection: Connection, at_us: int = 0, actor: str = "") -> None:
    """Forget what was moved, and write what stands in stock now as the first moves of a new ledger."""
    connection.execute(delete(stock_move))
    moves = []
    for row in connection.execute(select(stock).order_by(stock.c.depot, stock.c.kind)):
        parts = (
            (OUTSIDE, AVAILABLE, row.total),
            (AVAILABLE, COMMITTED, row.committed),
            (AVAILABLE, IN_TRANSIT, row.in_transit),
            (AVAILABLE, OUT_OF_SERVICE, row.out_of_service),
        )
        moves += [Move(row.depot, row.kind, source, target, count) for source, target, count in parts if count]
    if moves:
        connection.execute(insert(stock_move), [_row(move, at_us, actor) for move in moves])


def _row(move: Move, at_us: int, actor: str, request_id: int | None = None, version: int | None = None) -> Row:
    return {
        "at_us": at_us,
        "depot": move.depot,
        "kind": move.kind,
        "source": move.source,
        "target": move.target,
        "count": move.count,
        "request_id": request_id,
        "request_version": version,
        "actor": actor,
        "note": "",
    }


def balance(connection: Connection, depot: str, kind: str) -> Balance:
    """What stands at a depot; nothing where the kind was never there. Held until the transaction ends."""
    query = select(stock).where(stock.c.depot == depot, stock.c.kind == kind).with_for_update()
    row = connection.execute(query).one_or_none()
    return Balance() if row is None else Balance(row.total, row.committed, row.in_transit, row.out_of_service)


def move(
    connection: Connection,
    moves: Iterable[Move],
    *,
    at_us: int,
    actor: str,
    request_id: int | None = None,
    version: int | None = None,
    note: str = "",
) -> None:
    """Move goods: balance and ledger in one transaction.

    Raises:
        emergency.domain.stock_ledger.Short: there is less than a move takes; nothing is moved.
    """
    for one in moves:
        before = balance(connection, one.depot, one.kind)
        after = before.moved(one.source, one.target, one.count)
        values = {name: getattr(after, name) for name in ("total", "committed", "in_transit", "out_of_service")}
        here = (stock.c.depot == one.depot, stock.c.kind == one.kind)
        if not connection.execute(update(stock).where(*here).values(**values)).rowcount:
            connection.execute(insert(stock).values(depot=one.depot, kind=one.kind, **values))
        row = _row(one, at_us, actor, request_id, version) | {"note": note}
        connection.execute(insert(stock_move).values(**row))


def moves(connection: Connection, depot: str | None = None, kind: str | None = None) -> list[Row]:
    """Every move in order, of a depot and a kind or of all."""
    query = select(stock_move).order_by(stock_move.c.move_id)
    if depot is not None:
        query = query.where(stock_move.c.depot == depot)
    if kind is not None:
        query = query.where(stock_move.c.kind == kind)
    return [dict(r._mapping) for r in connection.execute(query)]


def balances(connection: Connection) -> list[Row]:
    """Every depot and kind: balance, reorder point (None where there is none), and the depot's name and place."""
    query = (
        select(
            stock,
            stock_norm.c.reorder_at,
            base.c.name.label("depot_name"),
            base.c.name_zh.label("depot_name_zh"),
            base.c.region,
            base.c.lon,
            base.c.lat,
        )
        .join(base, base.c.base_id == stock.c.depot)
        .outerjoin(stock_norm, (stock_norm.c.depot == stock.c.depot) & (stock_norm.c.kind == stock.c.kind))
        .order_by(stock.c.kind, stock.c.depot)
    )
    return [dict(r._mapping) for r in connection.execute(query)]


def items(connection: Connection) -> list[Row]:
    """Single pieces and batches, by kind and number."""
    query = select(stock_item).order_by(stock_item.c.kind, stock_item.c.item)
    return [dict(r._mapping) for r in connection.execute(query)]


def item_count(connection: Connection, depot: str, kind: str) -> int:
    query = select(func.coalesce(func.sum(stock_item.c.count), 0)).where(
        stock_item.c.depot == depot, stock_item.c.kind == kind
    )
    return int(connection.execute(query).scalar_one())


def put_item(connection: Connection, **values: Any) -> None:
    """Enter a piece or batch, or change what is known of it."""
    key = (stock_item.c.kind == values["kind"], stock_item.c.item == values["item"])
    if not connection.execute(update(stock_item).where(*key).values(**values)).rowcount:
        connection.execute(insert(stock_item).values(**values))


def drop_item(connection: Connection, kind: str, item: str) -> Row | None:
    key = (stock_item.c.kind == kind, stock_item.c.item == item)
    row = connection.execute(select(stock_item).where(*key)).one_or_none()
    connection.execute(delete(stock_item).where(*key))
    return None if row is None else dict(row._mapping)


def set_norm(connection: Connection, depot: str, kind: str, reorder_at: int | None) -> None:
    connection.execute(delete(stock_norm).where(stock_norm.c.depot == depot, stock_norm.c.kind == kind))
    if reorder_at is not None:
        connection.execute(insert(stock_norm).values(depot=depot, kind=kind, reorder_at=reorder_at))


def shelve(connection: Connection, depot: str, kind: str) -> None:
    """A kind that a depot keeps from now on, none of it there yet."""
    connection.execute(insert(stock).values(depot=depot, kind=kind, total=0))


def unshelve(connection: Connection, depot: str, kind: str) -> None:
    """A kind that a depot keeps no more; only where none is left there. What was moved stays in the ledger."""
    set_norm(connection, depot, kind, None)
    connection.execute(delete(stock).where(stock.c.depot == depot, stock.c.kind == kind, stock.c.total == 0))


def forget(connection: Connection) -> None:
    """Everything that hangs on the bases, before they are replaced."""
    for table in (stock_item, stock_norm, stock_move):
        connection.execute(delete(table))


# Requests -----------------------------------------------------------------------------------------


def ask(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(goods_request).values(state="requested", **values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def request(connection: Connection, request_id: int) -> Row | None:
    query = select(goods_request).where(goods_request.c.request_id == request_id).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else dict(row._mapping)


def requests(
    connection: Connection, incident_id: str | None = None, states: Sequence[str] | None = None
) -> list[Row]:
    """Requests, the oldest first."""
    query = select(goods_request).order_by(goods_request.c.request_id)
    if incident_id is not None:
        query = query.where(goods_request.c.incident_id == incident_id)
    if states is not None:
        query = query.where(goods_request.c.state.in_(states))
    return [dict(r._mapping) for r in connection.execute(query)]


def change(connection: Connection, request_id: int, version: int, **values: Any) -> bool:
    """Write it unless somebody else changed it since it was read; False where somebody did."""
    done = connection.execute(
        update(goods_request)
        .where(goods_request.c.request_id == request_id, goods_request.c.version == version)
        .values(version=version + 1, **values)
    )
    return bool(done.rowcount)


def moved_by(connection: Connection, request_id: int, version: int) -> list[Move]:
    """What the act that made this version of a request moved."""
    query = (
        select(stock_move)
        .where(stock_move.c.request_id == request_id, stock_move.c.request_version == version)
        .order_by(stock_move.c.move_id)
    )
    # A row has a method of the name `count`.
    rows = (r._mapping for r in connection.execute(query))
    return [Move(r["depot"], r["kind"], r["source"], r["target"], r["count"]) for r in rows]
