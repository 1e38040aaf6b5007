"""Standing instructions of a coordinator: who works in a place, who never does, how many do at least.

Each is kept with who said it and why, holds for every proposal from then on, and is taken back in one act.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.domain.allocation.instructions import KINDS, Instruction, Kind
from emergency.domain.claim import LINES
from emergency.service.context import Context, Refused
from emergency.store import incidents, pool
from emergency.store.store import Connection
from emergency.texts import N_, Message

INSTRUCTION = "pool.instruction"  # a fact of a region
_Word = tuple[str, str, str, str]  # region, line, kind, adjuster


def instructions(ctx: Context) -> tuple[Instruction, ...]:
    """The instructions that hold now, by region, line, kind and person."""
    with ctx.store.read() as connection:
        return _instructions(ctx, connection)


def _instructions(ctx: Context, connection: Connection) -> tuple[Instruction, ...]:
    newest: dict[_Word, Mapping[str, Any]] = {}
    for row in incidents.every_fact(connection, metric=INSTRUCTION, now_us=ctx.now_us()):
        value = row["value"]
        newest[str(row["region"]), value["line"], value["kind"], value["adjuster"]] = row
    return tuple(
        Instruction(
            region, line, row["value"]["kind"], adjuster, int(row["value"]["people"]), row["actor"], row["source"]
        )
        for (region, line, _, adjuster), row in sorted(newest.items())
        if row["value"]["holds"]
    )


def instruct(
    ctx: Context, region: str, line: str, kind: Kind, reason: str, *, adjuster_id: str = "", people: int = 0
) -> None:
    """From now on somebody works in a place for a line, or never does, or so many people do at least.

    Raises:
        Refused: no such place, line or person, nobody asked for, no reason, or it contradicts an instruction that
            holds; says whose.
    """
    if not ctx.regions.known(region):
        raise Refused(Message(N_("{region} is not on this map; choose a region of it"), {"region": region}))
    if line not in LINES:
        raise Refused(Message(N_("choose the line people work for")))
    if kind not in KINDS:
        raise Refused(Message(N_("an instruction is one of: {kinds}"), {"kinds": ", ".join(KINDS)}))
    if not reason.strip():
        raise Refused(Message(N_("say why; every instruction is questioned later")))
    if kind == "at_least":
        adjuster_id = ""
        if people < 1:
            raise Refused(Message(N_("say how many people at least, 1 or more; to end it, take it back")))
    else:
        people = 0
    with ctx.store.write() as connection:
        if kind != "at_least":
            if adjuster_id not in {row["adjuster_id"] for row in pool.adjusters(connection)}:
                raise Refused(Message(N_("choose somebody of the roster")))
            _agrees(ctx, connection, region, line, kind, adjuster_id)
        _keep(ctx, connection, Instruction(region, line, kind, adjuster_id, people, ctx.actor.id, reason.strip()), True)


def _agrees(ctx: Context, connection: Connection, region: str, line: str, kind: Kind, adjuster_id: str) -> None:
    for one in _instructions(ctx, connection):
        same = (one.region, one.line) == (region, line)
        if one.adjuster_id != adjuster_id or one.kind == "at_least":
            continue
        if (same and one.kind != kind) or (kind == one.kind == "must" and not same):
            gaps = {"person": adjuster_id, "by": one.by, "reason": one.reason}
            text = N_("it contradicts what {by} said of {person} ({reason}); take that back first")
            raise Refused(Message(text, gaps))


def take_back(ctx: Context, said: Instruction) -> None:
    """It holds no longer; the next proposal is free of it.

    Raises:
        Refused: it does not hold any more as it was looked at; somebody took it back or changed it.
    """
    with ctx.store.write() as connection:
        if said not in _instructions(ctx, connection):
            raise Refused(Message(N_("this instruction was changed or taken back meanwhile; look at the list again")))
        _keep(ctx, connection, said, False)


def _keep(ctx: Context, connection: Connection, said: Instruction, holds: bool) -> None:
    now = ctx.now()
    value = {
        "line": said.line,
        "kind": said.kind,
        "adjuster": said.adjuster_id,
        "people": said.people,
        "holds": holds,
    }
    incidents.add_fact(
        connection,
        incident_id=None,
        metric=INSTRUCTION,
        value=value,
        region=said.region,
        source=said.reason,
        as_of=now,
        recorded=now,
        actor=ctx.actor.id,
    )
    ctx.record(connection, INSTRUCTION, said.region, {**value, "reason": said.reason})
