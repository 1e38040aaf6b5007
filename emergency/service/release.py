"""What still waits for people of an incident, called off: call-outs, hand-overs, planned shifts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.service.context import Context
from emergency.store import people, records
from emergency.store.store import Connection


@dataclass(frozen=True)
class CalledOff:
    """How many call-outs and hand-overs were withdrawn, and planned shifts taken out."""

    calls: int = 0
    handovers: int = 0
    turns: int = 0


def call_off(
    ctx: Context, connection: Connection, incident_id: str, *, roles: Collection[str] | None = None, reason: str = ""
) -> CalledOff:
    """Withdraw the call-outs and hand-overs that wait for an answer, in the caller's transaction.

    Args:
        roles: of these posts; None = of all.
    """

    def meant(row: Mapping[str, Any], state: str) -> bool:
        return row["state"] == state and (roles is None or row["role"] in roles)

    calls = [c for c in people.calls(connection, incident_id) if meant(c, "asked")]
    for row in calls:
        if people.settle_call(connection, row["call_id"], "withdrawn", answered_us=ctx.now_us()):
            records.hold_back(connection, f"call/{row['round']}/{row['step']}")
            body = {"incident": incident_id, "role": row["role"], "person": row["person"], "reason": reason}
            ctx.record(connection, "callout.withdraw", f"{incident_id}/{row['role']}", body)
    offers = [h for h in people.handovers(connection, incident_id) if meant(h, "offered")]
    for row in offers:
        people.settle_handover(connection, row["handover_id"], "withdrawn", ctx.now_us())
        body = {"incident": incident_id, "role": row["role"], "giver": row["giver"], "taker": row["taker"]}
        ctx.record(connection, "post.offer.withdraw", f"{incident_id}/{row['role']}", body | {"reason": reason})
    return CalledOff(len(calls), len(offers))


def take_out_turns(ctx: Context, connection: Connection, incident_id: str, reason: str = "") -> int:
    """Cancel every planned shift that has not begun; returns how many. Who is on shift finishes it."""
    ahead = [t for t in people.turns(connection, incident_id) if t["start_us"] > ctx.now_us()]
    for row in ahead:
        people.mark_turn(connection, row["duty_id"], ctx.now_us())
        body = {"incident": incident_id, "duty": row["duty_id"], "person": row["person"], "reason": reason}
        ctx.record(connection, "duty.cancel", incident_id, body)
    return len(ahead)
