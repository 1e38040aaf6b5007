"""Goods of the pool: what stands where, what the plan asks for, and requests from asking to return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.allocation.travel import great_circle_minutes
from emergency.domain.incident import Incident
from emergency.domain.playbook import Text
from emergency.domain.resource_kind import resource_name
from emergency.domain.stock_ledger import (
    AVAILABLE,
    OPEN,
    OUT_OF_SERVICE,
    OUTSIDE,
    STATE_NAMES,
    STEPS,
    Balance,
    Move,
    Short,
    moves_of,
    replayed,
    steps_from,
)
from emergency.service.context import Conflict, Context, Refused
from emergency.service.goods_demand import GOODS as GOODS
from emergency.service.goods_demand import asked
from emergency.service.goods_demand import busiest_first as busiest_first
from emergency.store import incidents, stock
from emergency.store.store import Connection
from emergency.texts import Message

Row = dict[str, Any]
# An act at the depot itself, without a request: from where to where.
DEPOT_ACTS: Mapping[str, tuple[str, str]] = {
    "receive": (OUTSIDE, AVAILABLE),
    "write_off": (AVAILABLE, OUTSIDE),
    "to_service": (AVAILABLE, OUT_OF_SERVICE),
    "from_service": (OUT_OF_SERVICE, AVAILABLE),
}


@dataclass(frozen=True)
class Shelf:
    """Goods of one kind at one depot; reorder_at: below how many available ones more are ordered, None = never."""

    depot: str
    depot_name: Text
    region: str
    kind: str
    balance: Balance
    reorder_at: int | None
    lon: float
    lat: float

    @property
    def low(self) -> bool:
        return self.reorder_at is not None and self.balance.available < self.reorder_at


@dataclass(frozen=True)
class Wish:
    """What the plan asks of a kind at the confirmed level, and what of it is under way."""

    kind: str
    asked: int
    requested: int
    bound: int

    @property
    def missing(self) -> int:
        return max(0, self.asked - self.requested - self.bound)


@dataclass(frozen=True)
class Offer:
    """A depot that has some: how many are available and how far it is by road, in minutes."""

    shelf: Shelf
    minutes: int


def shelves(ctx: Context) -> tuple[Shelf, ...]:
    """Every kind at every depot, by kind."""
    with ctx.store.read() as connection:
        rows = stock.balances(connection)
    return tuple(
        Shelf(
            row["depot"],
            {"en": row["depot_name"], "zh": row["depot_name_zh"] or row["depot_name"]},
            row["region"],
            row["kind"],
            Balance(row["total"], row["committed"], row["in_transit"], row["out_of_service"]),
            row["reorder_at"],
            row["lon"],
            row["lat"],
        )
        for row in rows
    )


def added_up(of: Iterable[Shelf]) -> Balance:
    """All shelves together."""
    parts = [(s.balance.total, s.balance.committed, s.balance.in_transit, s.balance.out_of_service) for s in of]
    return Balance(*map(sum, zip(*parts, strict=True)))


def wishes(ctx: Context, incident: Incident) -> tuple[Wish, ...]:
    """Goods asked for at the confirmed level, by the playbook or by claims that wait; none before one is confirmed."""
    wanted = {one.kind: one.pieces for one in asked(ctx, incident)}
    with ctx.store.read() as connection:
        under_way = stock.requests(connection, incident.incident_id, OPEN)
    found = []
    for kind, count in wanted.items():
        mine = [(r["state"], r["count"]) for r in under_way if r["kind"] == kind and r["state"] != "returning"]
        requested = sum(n for state, n in mine if state == "requested")
        found.append(Wish(kind, count, requested, sum(n for _, n in mine) - requested))
    return tuple(found)


def requests(ctx: Context, incident_id: str | None = None, *, open_only: bool = False) -> list[Row]:
    """Requests as they stand, the oldest first; keys of the table goods_request."""
    with ctx.store.read() as connection:
        return stock.requests(connection, incident_id, OPEN if open_only else None)


def offers(ctx: Context, request: Mapping[str, Any]) -> tuple[Offer, ...]:
    """Depots that have some of what a request asks for, the nearest first."""
    regions = ctx.regions
    if not regions.known(request["region"]):
        return ()
    lon, lat = regions.point(request["region"])
    found = [
        Offer(shelf, int(great_circle_minutes(shelf.lon, shelf.lat, lon, lat)))
        for shelf in shelves(ctx)
        if shelf.kind == request["kind"] and shelf.balance.available
    ]
    return tuple(sorted(found, key=lambda offer: (offer.minutes, offer.shelf.depot)))


def moves(ctx: Context, depot: str, kind: str) -> list[Row]:
    """The ledger of a kind at a depot, in order."""
    with ctx.store.read() as connection:
        return stock.moves(connection, depot, kind)


def unbalanced(ctx: Context) -> list[tuple[str, str]]:
    """(depot, kind) whose balance is not what its moves add up to; none, unless somebody wrote past the console."""
    with ctx.store.read() as connection:
        rows = stock.moves(connection)
        held = {
            (r["depot"], r["kind"]): Balance(r["total"], r["committed"], r["in_transit"], r["out_of_service"])
            for r in stock.balances(connection)
        }
    added = replayed(Move(r["depot"], r["kind"], r["source"], r["target"], r["count"]) for r in rows)
    return sorted(key for key in {*held, *added} if held.get(key, Balance()) != added.get(key, Balance()))


# Acts ---------------------------------------------------------------------------------------------


def ask(ctx: Context, incident_id: str, kind: str, count: int, region: str, note: str = "") -> int:
    """Ask for goods for an incident; returns the request's number.

    Raises:
        Refused: the incident is not open, the region is not on the map, or the count is not above zero.
    """
    if count < 1:
        raise Refused(Message("ask for at least one piece"))
    if not ctx.regions.known(region):
        raise Refused(Message("choose the region the goods go to; {region} is not on the map", {"region": region}))
    with ctx.store.write() as connection:
        incident = incidents.get(connection, incident_id)
        if incident is None or not incident.is_open:
            raise Refused(Message("incident {incident} is not open; reopen it first", {"incident": incident_id}))
        body = {"incident": incident_id, "kind": kind, "count": count, "place": region, "note": note.strip()}
        ctx.record(connection, "goods.ask", incident_id, body)
        return _ask(ctx, connection, incident_id, kind, count, region, note.strip())


def _ask(ctx: Context, connection: Connection, incident_id: str, kind: str, count: int, region: str, note: str) -> int:
    now = ctx.now_us()
    return stock.ask(
        connection,
        incident_id=incident_id,
        region=region,
        kind=kind,
        count=count,
        note=note,
        asked_us=now,
        asked_by=ctx.actor.id,
        changed_us=now,
        changed_by=ctx.actor.id,
    )


def step(
    ctx: Context,
    request_id: int,
    act: str,
    *,
    version: int,
    depot: str = "",
    count: int | None = None,
    damaged: int = 0,
    used: int = 0,
) -> None:
    """Take a request one step on.

    Args:
        depot: which depot gives; only on "commit".
        count: on "commit" how many are committed; what is left of the request waits on as one of its own.
        damaged, used: of those that are back, how many go out of service or were used up.

    Raises:
        Refused: the step does not fit the state, or there is less than it takes. Conflict: somebody was faster.
    """
    with ctx.store.write() as connection:
        row = _current(connection, request_id, version)
        what = STEPS[act]
        if row["state"] != what.before:
            gaps = {"state": Message(STATE_NAMES[row["state"]])}
            raise Refused(Message("this request is {state}; look again what can be done with it", gaps))
        depot = depot if act == "commit" else row["depot"]
        taken = _taken(act, row["count"], count)
        body = _body(row, taken, depot) | ({"damaged": damaged, "used": used} if damaged or used else {})
        ctx.record(connection, f"goods.{act}", row["incident_id"], body)
        _carry_out(ctx, connection, row, what.after, _moves(what.act, depot, row["kind"], taken, damaged, used))
        values: Row = {"state": what.after, "depot": depot, "count": taken}
        _write(ctx, connection, row, values)
        if taken < row["count"]:
            rest = row["count"] - taken
            _ask(ctx, connection, row["incident_id"], row["kind"], rest, row["region"], row["note"])


def _taken(act: str, asked: int, count: int | None) -> int:
    taken = asked if count is None or act != "commit" else count
    if not 1 <= taken <= asked:
        raise Refused(Message("commit between 1 and {asked}", {"asked": asked}))
    return taken


def _moves(act: str, depot: str, kind: str, count: int, damaged: int, used: int) -> tuple[Move, ...]:
    try:
        return moves_of(STEPS[act], depot, kind, count, damaged=damaged, used=used)
    except ValueError:
        gaps = {"count": count}
        raise Refused(Message("of {count} pieces no more can be damaged or used up than came back", gaps)) from None


def undo(ctx: Context, request_id: int, *, version: int) -> None:
    """Take the last step of a request back, with what it moved.

    Raises:
        Refused: nothing was done with it yet, or the goods have gone on meanwhile. Conflict: somebody was faster.
    """
    with ctx.store.write() as connection:
        row = _current(connection, request_id, version)
        done = stock.moved_by(connection, request_id, version)
        before = next((s.before for s in STEPS.values() if s.after == row["state"] and _was(s.source, done)), "")
        if not before:
            raise Refused(Message("nothing was done with this request yet that could be taken back"))
        ctx.record(connection, "goods.undo", row["incident_id"], _body(row, row["count"], row["depot"]))
        _carry_out(ctx, connection, row, before, tuple(move.back for move in reversed(done)))
        _write(ctx, connection, row, {"state": before} | ({"depot": ""} if before == "requested" else {}))


def _was(source: str, done: list[Move]) -> bool:
    """Whether a step from that place is the one that made these moves; a step without any made none."""
    return done[0].source == source if done else not source


def at_depot(ctx: Context, act: str, depot: str, kind: str, count: int, note: str = "") -> None:
    """Goods come in, are written off, go to be mended or come back mended, without a request.

    Raises:
        Refused: there is less than that, or it would leave fewer than are listed one by one.
    """
    source, target = DEPOT_ACTS[act]
    if count < 1:
        raise Refused(Message("say how many; at least one"))
    with ctx.store.write() as connection:
        body = {"depot": depot, "kind": kind, "count": count, "note": note.strip()}
        ctx.record(connection, f"stock.{act}", depot, body)
        if act == "write_off":
            listed = stock.item_count(connection, depot, kind)
            if listed and stock.balance(connection, depot, kind).total - count < listed:
                gaps = {"listed": listed}
                raise Refused(Message("{listed} of them are listed by number; take the lost one off that list", gaps))
        _move(ctx, connection, (Move(depot, kind, source, target, count),), note=note.strip())


def set_reorder(ctx: Context, depot: str, kind: str, reorder_at: int | None) -> None:
    """Below how many available pieces a depot orders anew; None: never."""
    if reorder_at is not None and reorder_at < 0:
        raise Refused(Message("a reorder point is zero or more"))
    with ctx.store.write() as connection:
        ctx.record(connection, "stock.reorder", depot, {"depot": depot, "kind": kind, "count": reorder_at})
        stock.set_norm(connection, depot, kind, reorder_at)


def _current(connection: Connection, request_id: int, version: int) -> Row:
    row = stock.request(connection, request_id)
    if row is None:
        raise Refused(Message("there is no request {number}", {"number": request_id}))
    if row["version"] != version:
        raise Conflict(_overtaken(row))
    return row


def _overtaken(row: Row) -> Message:
    gaps = {"who": row["changed_by"], "what": resource_name(row["kind"]), "state": Message(STATE_NAMES[row["state"]])}
    return Message("{who} was faster: the request for {what} is {state} now; look again", gaps)


def _body(row: Row, count: int, depot: str) -> Row:
    return {
        "incident": row["incident_id"],
        "request": row["request_id"],
        "kind": row["kind"],
        "count": count,
        "depot": depot,
        "place": row["region"],
    }


def _carry_out(ctx: Context, connection: Connection, row: Row, state: str, moving: tuple[Move, ...]) -> None:
    _move(ctx, connection, moving, request_id=row["request_id"], version=row["version"] + 1, note=state)


def _move(ctx: Context, connection: Connection, moving: tuple[Move, ...], **of: Any) -> None:
    try:
        stock.move(connection, moving, at_us=ctx.now_us(), actor=ctx.actor.id, **of)
    except Short as short:
        raise Refused(short.message) from None


def _write(ctx: Context, connection: Connection, row: Row, values: Row) -> None:
    values = values | {"changed_us": ctx.now_us(), "changed_by": ctx.actor.id}
    if not stock.change(connection, row["request_id"], row["version"], **values):
        raise Conflict(_overtaken(row))


def next_steps(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Acts that fit the state of a request."""
    return tuple(what.act for what in steps_from(row["state"]))
