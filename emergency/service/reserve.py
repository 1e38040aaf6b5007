"""How many of a region's own people stay at home whatever happens elsewhere: said by somebody, kept as a fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.service.context import Context, Refused
from emergency.store import incidents, pool
from emergency.texts import N_, Message

HELD_BACK = "pool.reserve"  # a fact of a region: how many of its own people stay
SURVEYOR = N_("surveyor")  # who inspects losses, of whatever line


def floors(ctx: Context) -> Mapping[str, int]:
    """Home region -> people held back there, as last said; regions that hold back nobody are left out."""
    with ctx.store.read() as connection:
        rows = incidents.every_fact(connection, metric=HELD_BACK, now_us=ctx.now_us())
    newest = {str(row["region"]): int(row["value"]) for row in rows}
    return {region: people for region, people in sorted(newest.items()) if people}


def hold_back(ctx: Context, region: str, people: int, reason: str) -> None:
    """From now on so many of the region's people stay; 0 = all may go. The next proposal keeps to it.

    Raises:
        Refused: no such region, fewer than nobody, or no reason.
    """
    if not ctx.regions.known(region):
        raise Refused(Message(N_("{region} is not on this map; choose a region of it"), {"region": region}))
    if people < 0:
        raise Refused(Message(N_("as few as nobody can be held back, not fewer")))
    if not reason.strip():
        raise Refused(Message(N_("say why people are held back; somebody will ask")))
    now = ctx.now()
    with ctx.store.write() as connection:
        incidents.add_fact(
            connection,
            incident_id=None,
            metric=HELD_BACK,
            value=people,
            region=region,
            source=reason.strip(),
            as_of=now,
            recorded=now,
            actor=ctx.actor.id,
        )
        ctx.record(connection, "pool.reserve", region, {"people": people, "reason": reason.strip()})


def homes(ctx: Context) -> list[dict[str, Any]]:
    """The people of the pool, with the region each is based in."""
    with ctx.store.read() as connection:
        return pool.adjusters(connection)
