"""Claims without a place: a coordinator looks at them and says where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emergency.domain.instant import from_us
from emergency.geo.addresses import regions_of
from emergency.intake.masking import scrub
from emergency.service.context import Context, Refused
from emergency.service.joining import join_placed
from emergency.store import changes
from emergency.store.changes import Place
from emergency.store.journal import Entry
from emergency.texts import N_, Message

NO_REGION = N_("{region} is no region of this workspace's map ({set})")
ACTION, UNDONE = "claims.place", "claims.place.undo"


@dataclass(frozen=True)
class Waiting:
    """A claim in the queue.

    Attributes:
        place: the source's words, numbers of persons masked.
        suggested: region the address names, None where it names none.
    """

    claim_id: int
    report_no: str
    line: str
    cause: str
    place: str
    known_at: Any
    suggested: str | None


@dataclass(frozen=True)
class Placed:
    """What an act did; ``seq`` is its journal entry, by which it is taken back."""

    seq: int
    claims: int


def queue(ctx: Context, *, limit: int = 100) -> tuple[list[Waiting], int]:
    """The longest waiting claims without a place, and how many there are in all."""
    with ctx.store.read() as connection:
        rows = changes.waiting(connection, limit=limit)
        total = changes.waiting_count(connection)
    suggested = _suggested(ctx, rows)
    return [
        Waiting(
            claim_id=r["claim_id"],
            report_no=r["report_no"],
            line=r["line"],
            cause=r["cause"] or "",
            place=scrub(r["place"] or ""),
            known_at=from_us(r["known_at"]),
            suggested=code,
        )
        for r, code in zip(rows, suggested, strict=True)
    ], total


def _suggested(ctx: Context, rows: Sequence[dict[str, Any]]) -> list[str | None]:
    return regions_of(ctx.regions, [r["place"] for r in rows])


def precision_of(ctx: Context, region: str) -> str:
    """How exactly a region tells where a claim is: ``region`` on the finest level, else ``parent``."""
    return "region" if ctx.regions.stands_on(region, ctx.regions.levels[-1]) else "parent"


def place_in(ctx: Context, claim_ids: Sequence[int], region: str, *, how: str = "list") -> Placed:
    """Put claims into a region.

    Args:
        how: list, map or address; kept in the journal.

    Raises:
        Refused: no such region, or none of the claims is still without a place.
    """
    if not ctx.regions.known(region):
        raise Refused(
            Message(NO_REGION, {"region": region, "set": ctx.regions.title})
        )
    precision = precision_of(ctx, region)
    return _put(ctx, [Place(i, region, precision) for i in claim_ids], how)


def place_at(ctx: Context, claim_ids: Sequence[int], lon: float, lat: float) -> Placed:
    """Put claims on a point picked on the map, degrees WGS84.

    Raises:
        Refused: the point lies in no region, or the set has no outlines to say in which.
    """
    region = ctx.regions.locate(np.array([lon]), np.array([lat]))[0]
    if region is None:
        raise Refused(Message("the point lies in no region of this map: choose the region from the list"))
    return _put(ctx, [Place(i, str(region), "point", lon, lat) for i in claim_ids], "map")


def place_by_address(ctx: Context) -> Placed:
    """Put every waiting claim whose address names a region there; the others keep waiting.

    Raises:
        Refused: no address names a region.
    """
    with ctx.store.read() as connection:
        rows = changes.waiting(connection, limit=None)
    found = [(r, code) for r, code in zip(rows, _suggested(ctx, rows), strict=True) if code]
    if not found:
        raise Refused(Message("no address names a region"))
    return _put(ctx, [Place(r["claim_id"], code, precision_of(ctx, code)) for r, code in found], "address")


def _put(ctx: Context, places: Sequence[Place], how: str) -> Placed:
    regions = sorted({p.region for p in places})
    with ctx.store.write() as connection:
        body = {"claims": len(places), "how": how, "regions": regions[:50], "precision": _counted(places)}
        seq = ctx.record(connection, ACTION, regions[0] if len(regions) == 1 else how, body)
        done = changes.put(connection, seq, places)
        if not done:
            raise Refused(Message("none of these claims is still without a place; look again"))
        join_placed(ctx, connection, [p.claim_id for p in places])
    return Placed(seq, done)


def _counted(places: Sequence[Place]) -> dict[str, int]:
    kinds = [p.precision for p in places]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def undo(ctx: Context, seq: int) -> tuple[int, int]:
    """Take an act back; returns (claims without a place again, claims changed since and left as they are).

    Raises:
        Refused: it was taken back before, or is no such act.
    """
    with ctx.store.write() as connection:
        if not changes.acts(connection, ACTION, seq=seq):
            raise Refused(Message("entry {seq} cannot be taken back: it was already, or placed nothing", {"seq": seq}))
        by = ctx.record(connection, UNDONE, str(seq), {"entry": seq})
        back, left = changes.undo(connection, seq, "place", by)
    return back, left


def acts(ctx: Context, limit: int = 5) -> list[Entry]:
    """The newest acts of placing that can still be taken back, newest first."""
    with ctx.store.read() as connection:
        return changes.acts(connection, ACTION)[:limit]
