"""Changes of people and goods written into a workspace: the roster, the depots, and the ledger of what was counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.pool_difference import Change, counted
from emergency.domain.slot_course import ACKNOWLEDGED, CALLED, STATE_NAMES
from emergency.domain.stock_ledger import Short
from emergency.service.context import Conflict, Context, Refused
from emergency.service.staff import shift_of
from emergency.store import goods_plan, plans, pool, roster, slot_course, stock
from emergency.store.store import Connection
from emergency.texts import N_, Message

Row = dict[str, Any]
COLUMNS = {"authority": "authority_minor", "rest_until": "rest_until_us"}


@dataclass(frozen=True)
class Written:
    """What taking it back needs. before: id -> row of the store of people changed or taken off; new: ids entered."""

    before: Mapping[str, Row]
    new: tuple[str, ...]


def engaged(ctx: Context, connection: Connection) -> dict[str, Message]:
    """People somebody counts on -> why: a shift of today or later, a call-out, their being on site."""
    shift, found = shift_of(ctx), dict[str, Message]()
    for row in plans.slots(connection):
        if row["shift"] >= shift:
            found.setdefault(row["adjuster_id"], Message(N_("holds the shift of {day}"), {"day": row["shift"]}))
    for who in goods_plan.crew(connection, shift):
        found[who] = Message(N_("goes with a kit of the goods plan today"))
    live = [*slot_course.of_shift(connection, shift, (CALLED, ACKNOWLEDGED)), *slot_course.on_site(connection)]
    for row in live:
        gaps = {"state": Message(STATE_NAMES[row["state"]]), "day": row["shift"]}
        found[row["adjuster_id"]] = Message(N_("{state}, shift of {day}"), gaps)
    return found


def write(
    ctx: Context, connection: Connection, changes: Sequence[Change], people: Mapping[str, Row], name: str
) -> Written:
    """Write changes in an open transaction: first what others stand on, last what others stood on.

    Args:
        people: id -> row of the store for everybody new or changed.
        name: what the list is called, for the ledger.

    Raises:
        Refused: goods were committed or sent off meanwhile. Conflict: somebody changed a person meanwhile.
    """

    def each(table: str, act: Callable[[Change], None], *whats: str) -> None:
        for change in changes:
            if change.table == table and change.what in whats:
                act(change)

    before: dict[str, Row] = {}
    each("bases", lambda c: pool.put_base(connection, _base(c)), "new", "changed")
    each("adjusters", lambda c: _person(ctx, connection, c, people, before), "new", "changed", "gone")
    each("items", lambda c: _drop(connection, c), "gone")
    each("stock", lambda c: stock.shelve(connection, *c.key), "new")
    each("stock", lambda c: _count(ctx, connection, c, name), "new", "changed", "gone")
    each("items", lambda c: stock.put_item(connection, **_item(c)), "new", "changed")
    each("stock", lambda c: stock.unshelve(connection, *c.key), "gone")
    each("bases", lambda c: pool.drop_base(connection, c.key[0]), "gone")
    return Written(before, tuple(c.key[0] for c in changes if c.table == "adjusters" and c.what == "new"))


def _base(change: Change) -> Row:
    after = dict(change.after or {})
    return after | {"lon": float(after["lon"]), "lat": float(after["lat"])}


def _drop(connection: Connection, change: Change) -> None:
    stock.drop_item(connection, *change.key)


def _item(change: Change) -> Row:
    after = dict(change.after or {})
    return after | {"count": int(after["count"])}


def _person(
    ctx: Context, connection: Connection, change: Change, people: Mapping[str, Row], before: dict[str, Row]
) -> None:
    who = change.key[0]
    known = roster.get(connection, who)
    if known is not None:
        before[who] = known
    if change.what == "new":
        entered = {"entered_us": ctx.now_us(), "entered_by": ctx.actor.id}
        roster.add(connection, entered | people[who])
    elif change.what == "gone":
        roster.remove(connection, who)
    else:
        columns = [COLUMNS.get(name, name) for name, _, _ in change.fields]
        values = {column: people[who][column] for column in columns}
        if known is None or not roster.change(connection, who, known["version"], values):
            gaps = {"id": who}
            raise Conflict(Message(N_("{id} is not on the roster any more; look at it again"), gaps))


def _count(ctx: Context, connection: Connection, change: Change, name: str) -> None:
    """What was counted otherwise goes through the ledger, so that a balance stays what its moves add up to."""
    depot, kind = change.key
    after = change.after or {}
    total, out = int(after.get("total", 0)), int(after.get("out_of_service", 0))
    try:
        moves = counted(depot, kind, stock.balance(connection, depot, kind), total, out)
        stock.move(connection, moves, at_us=ctx.now_us(), actor=ctx.actor.id, note=name)
    except (Short, ValueError):
        gaps = {"kind": kind, "depot": depot}
        text = N_("{kind} at {depot} have been committed or sent off meanwhile; look at the preview again")
        raise Refused(Message(text, gaps)) from None
    reorder = after.get("reorder_at", "")
    stock.set_norm(connection, depot, kind, int(reorder) if reorder else None)
