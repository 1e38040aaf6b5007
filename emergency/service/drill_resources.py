"""People and goods that an inject takes away or brings: off and onto the drill's roster, out of and into its stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emergency.domain.drill.hindsight import is_away
from emergency.domain.drill.script import ResourceChange
from emergency.domain.drill.world import SeatChange
from emergency.domain.slot_course import DECLINED, LIVE
from emergency.domain.stock_ledger import AVAILABLE, OUTSIDE, Move
from emergency.service.context import Context
from emergency.service.staff import shift_of
from emergency.store import incident_links, pool, roster, slot_course, stock
from emergency.store.journal import Entry
from emergency.store.store import Connection

CHANGED = "drill.resource"
OFF, THERE = "off", "available"
Row = Mapping[str, Any]


def apply(ctx: Context, inject: str, what: ResourceChange) -> dict[str, Any]:
    """Do what an inject says of people or goods; what is not there cannot be taken, and the journal says so.

    People who go leave the place a plan gave them, those with a place first: the drill is to be felt. People who
    come are those of that skill who went before, then new ones, lent for the drill.

    Returns:
        The journal entry's body: ``done`` with its sign, ``people``, and ``seats`` given up at the telephones.
    """
    with ctx.store.write() as connection:
        body: dict[str, Any] = {"inject": inject, "kind": what.kind, "region": what.region, "asked": what.count}
        if what.of_people:
            body |= _leave(ctx, connection, inject, what) if what.count < 0 else _come(ctx, connection, inject, what)
        else:
            body["done"] = _goods(ctx, connection, what)
        ctx.record(connection, CHANGED, what.kind, body)
    return body


def _leave(ctx: Context, connection: Connection, inject: str, what: ResourceChange) -> dict[str, Any]:
    shift = shift_of(ctx)
    placed = {row["adjuster_id"]: row for row in slot_course.of_shift(connection, shift, LIVE)}
    there = [one for one in _skilled(connection, what) if one["status"] == THERE]
    going = sorted(there, key=lambda one: (one["adjuster_id"] not in placed, one["adjuster_id"]))[: -what.count]
    names = [one["adjuster_id"] for one in going]
    for who in names:
        pool.set_status(connection, who, OFF)
    given_up = [placed[who] for who in names if who in placed]
    for row in given_up:
        ended = {"ended_us": ctx.now_us(), "ended_by": ctx.actor.id}
        slot_course.step(connection, row, state=DECLINED, before=row["state"], note=inject, **ended)
        slot_course.free(connection, row["plan_id"], [row["adjuster_id"]])
    seats = sum(row["line"] == "fnol_agent" for row in given_up)
    return {"done": -len(names), "people": names, "seats": seats}


def _come(ctx: Context, connection: Connection, inject: str, what: ResourceChange) -> dict[str, Any]:
    went = {who for entry in changes(connection) for who in entry.facts().get("people", ())}
    back = [one["adjuster_id"] for one in _skilled(connection, what) if one["status"] == OFF]
    names = [who for who in back if who in went][: what.count]
    for who in names:
        pool.set_status(connection, who, THERE)
    base = _base(connection, what.region)
    fresh = range(1, what.count - len(names) + 1) if base is not None else ()
    for number in fresh:
        names.append(f"{inject}-{what.kind}-{number}")
        lent = {"origin": "mutual_aid", "lender": inject, "entered_us": ctx.now_us(), "entered_by": ctx.actor.id}
        row = {"adjuster_id": names[-1], "name": names[-1], "base_id": base, "slots": 1, **lent}
        roster.add(connection, row | {"skills": [what.kind], "licences": []})
    return {"done": len(names), "people": names, "seats": 0}


def _skilled(connection: Connection, what: ResourceChange) -> list[dict[str, Any]]:
    return [a for a in pool.adjusters(connection) if a["region"] == what.region and what.kind in a["skills"]]


def _base(connection: Connection, region: str) -> str | None:
    """A base of the region, else of its province; None where the house has none there."""
    found = sorted(pool.bases(connection), key=lambda one: (one["region"] != region, one["base_id"]))
    return next((str(one["base_id"]) for one in found if str(one["region"])[:2] == region[:2]), None)


def _goods(ctx: Context, connection: Connection, what: ResourceChange) -> int:
    told: dict[str, Any] = {"at_us": ctx.now_us(), "actor": ctx.actor.id}
    if what.count < 0:
        return -pool.take_out_of_service(connection, what.kind, what.region, -what.count, **told)
    base = _base(connection, what.region)
    if base is None:
        return 0
    stock.move(connection, [Move(base, what.kind, OUTSIDE, AVAILABLE, what.count)], **told)
    return what.count


# What it means for the field -------------------------------------------------------------------------


def changes(connection: Connection) -> list[Entry]:
    """What injects did to people and goods so far, in order."""
    return list(incident_links.acts_known(connection, (CHANGED,), 1 << 62))


def absences(found: Iterable[Entry], start_us: int) -> dict[str, tuple[tuple[int, int | None], ...]]:
    """person -> spans of drill seconds in which they were not there; an open end is None."""
    away: dict[str, list[tuple[int, int | None]]] = {}
    for entry in found:
        body, at_s = entry.facts(), (entry.happened_us - start_us) // 1_000_000
        for who in body.get("people", ()):
            spans = away.setdefault(who, [])
            if body["done"] < 0:
                spans.append((at_s, None))
            elif spans:
                spans[-1] = (spans[-1][0], at_s)
            else:
                spans.append((0, at_s))
    return {who: tuple(spans) for who, spans in away.items()}


def agents_there(people: Sequence[Row], away: Mapping[str, Sequence[tuple[int, int | None]]]) -> list[SeatChange]:
    """How many who can answer the telephone are there from the start, and from each change on."""
    agents = [away.get(one["adjuster_id"], ()) for one in people if "fnol_agent" in one["skills"]]
    turns = {0, *(second for spans in agents for span in spans for second in span if second is not None)}
    return [SeatChange(at_s, sum(not is_away(spans, at_s) for spans in agents)) for at_s in sorted(turns)]
