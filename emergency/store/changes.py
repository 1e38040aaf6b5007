"""Claims that people place and join, with what they were before: every such act can be taken back.

An act is named by its journal entry. Taking it back touches only claims that still are as the act
left them: what somebody changed since stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, and_, bindparam, func, insert, literal, or_, select, update

from emergency.store.journal import Entry
from emergency.store.tables import claim, claim_change, journal


@dataclass(frozen=True)
class Place:
    """Where a claim is put; lon and lat only where a point was picked."""

    claim_id: int
    region: str
    precision: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Net:
    """Which claims are meant: losses in a time, in regions, of causes.

    Attributes:
        since_us, until_us: of the loss; where that is unknown, of the report.
        regions: codes, None = wherever, also without a place.
        words: parts of a cause, any of them; empty = any cause.
        without_cause: claims that name no cause as well.
        box: west, south, east, north in degrees; None = anywhere.
        pointless: only claims that have no point of their own.
        among: a source and report numbers of it, to look at these claims alone; None = at all.
    """

    since_us: int
    until_us: int
    regions: Sequence[str] | None = None
    words: tuple[str, ...] = ()
    without_cause: bool = True
    box: tuple[float, float, float, float] | None = None
    pointless: bool = False
    among: tuple[str, Sequence[str]] | None = None


# -- the queue without a place ---------------------------------------------------------------------


def waiting(connection: Connection, *, limit: int | None = 100, incident: str | None = None) -> list[dict[str, Any]]:
    """Claims without a region, the longest known first."""
    c = claim.c
    query = select(c.claim_id, c.source, c.report_no, c.line, c.cause, c.place, c.region_given, c.known_at, c.channel)
    query = query.where(c.region.is_(None)).order_by(c.known_at, c.claim_id)
    if incident is not None:
        query = query.where(c.incident_id == incident)
    return [dict(r._mapping) for r in connection.execute(query.limit(limit) if limit else query)]


def waiting_count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).where(claim.c.region.is_(None))).scalar_one())


def put(connection: Connection, seq: int, places: Iterable[Place]) -> int:
    """Give claims without a region a place; returns how many of them were still without one."""
    wanted = {p.claim_id: p for p in places}
    before = _now(connection, list(wanted), claim.c.region.is_(None))
    rows = [b | {"seq": seq, "after": wanted[b["claim_id"]].region} for b in before]
    if not rows:
        return 0
    connection.execute(insert(claim_change), rows)
    changes = [
        {"id": p.claim_id, "r": p.region, "p": p.precision, "x": p.lon, "y": p.lat}
        for p in (wanted[b["claim_id"]] for b in before)
    ]
    c = claim.c
    connection.execute(
        update(claim)
        .where(c.claim_id == bindparam("id"))
        .values(
            region=bindparam("r"),
            precision=bindparam("p"),
            # A region chosen from a list says nothing of a point; one the source gave stays.
            lon=func.coalesce(bindparam("x"), c.lon),
            lat=func.coalesce(bindparam("y"), c.lat),
            version=c.version + 1,
        ),
        changes,
    )
    return len(rows)


# -- claims and their incident ---------------------------------------------------------------------


def caught(connection: Connection, net: Net) -> pd.DataFrame:
    """Claims a net catches: columns claim_id, incident_id, region, line, lon, lat."""
    c = claim.c
    query = select(c.claim_id, c.incident_id, c.region, c.line, c.lon, c.lat).where(_meant(net))
    found = connection.execute(query.order_by(c.claim_id)).fetchall()
    return pd.DataFrame(found, columns=["claim_id", "incident_id", "region", "line", "lon", "lat"])


def _meant(net: Net) -> Any:
    c = claim.c
    at = func.coalesce(c.loss_at, c.known_at)
    parts = [at >= net.since_us, at <= net.until_us]
    if net.regions is not None:
        parts.append(c.region.in_(net.regions))
    if net.box is not None:
        west, south, east, north = net.box
        parts += [c.lon.between(west, east), c.lat.between(south, north)]
    if net.pointless:
        parts.append(c.lon.is_(None))
    if net.among is not None:
        parts += [c.source == net.among[0], c.report_no.in_(net.among[1])]
    if net.words:
        named = [func.lower(c.cause).contains(word.lower(), autoescape=True) for word in net.words]
        parts.append(or_(*named, *([c.cause.is_(None)] if net.without_cause else [])))
    return and_(*parts)


def join(connection: Connection, seq: int, claim_ids: Sequence[int], incident: str) -> int:
    """Put claims that belong to no incident into one; returns how many did."""
    before = _now(connection, claim_ids, claim.c.incident_id.is_(None))
    if not before:
        return 0
    kept = _kept(connection, seq, [b["claim_id"] for b in before])
    rows = [b | {"seq": seq, "after": incident} for b in before if b["claim_id"] not in kept]
    if rows:
        connection.execute(insert(claim_change), rows)
    connection.execute(
        update(claim).where(claim.c.claim_id == bindparam("id")).values(incident_id=incident),
        [{"id": b["claim_id"]} for b in before],
    )
    return len(before)


def _kept(connection: Connection, seq: int, claim_ids: Sequence[int]) -> set[int]:
    """Of these claims, those of which an act has written down already what they were."""
    found: set[int] = set()
    c = claim_change.c
    for at in range(0, len(claim_ids), _AT_ONCE):
        some = c.claim_id.in_(list(claim_ids[at : at + _AT_ONCE]))
        found |= set(connection.execute(select(c.claim_id).where(c.seq == seq, some)).scalars())
    return found


def join_imported(connection: Connection, import_id: str, net: Net, incident: str, seq: int) -> int:
    """Claims of one import that a standing rule catches join its incident; returns how many.

    Args:
        seq: the act that set the rule; taken back, it takes these claims back as well.
    """
    c, kept = claim.c, claim_change.c
    meant = and_(c.import_id == import_id, c.incident_id.is_(None), _meant(net))
    known = select(kept.claim_id).where(kept.seq == seq)
    before = select(literal(seq), c.claim_id, literal(incident), c.incident_id, c.region, c.precision, c.lon, c.lat)
    columns = ["seq", "claim_id", "after", "incident_id", "region", "precision", "lon", "lat"]
    connection.execute(insert(claim_change).from_select(columns, before.where(meant, c.claim_id.not_in(known))))
    return int(connection.execute(update(claim).where(meant).values(incident_id=incident)).rowcount)


def of_import(connection: Connection, claim_ids: Sequence[int], import_id: str) -> list[int]:
    """Of these claims, those that this import wrote last."""
    found: list[int] = []
    for at in range(0, len(claim_ids), _AT_ONCE):
        some = claim.c.claim_id.in_(list(claim_ids[at : at + _AT_ONCE]))
        found += connection.execute(select(claim.c.claim_id).where(some, claim.c.import_id == import_id)).scalars()
    return found


# -- taking back -----------------------------------------------------------------------------------


def undo(connection: Connection, seq: int, kind: str, by: int) -> tuple[int, int]:
    """Take an act back; returns (claims that are as before, claims changed since and left alone).

    What was stays: an earlier minute is shown as it was known then.

    Args:
        kind: ``place`` or ``join``. by: the journal entry that takes it back.
    """
    change, c = claim_change.c, claim.c
    same = c.region == change.after if kind == "place" else c.incident_id == change.after
    query = select(claim_change, same.label("same")).join(claim, c.claim_id == change.claim_id)
    rows = connection.execute(query.where(change.seq == seq, change.undone_seq.is_(None))).fetchall()
    back = [r for r in rows if r.same]
    if back:
        _restore(connection, back, kind)
    standing = update(claim_change).where(change.seq == seq, change.undone_seq.is_(None))
    connection.execute(standing.values(undone_seq=by))
    return len(back), len(rows) - len(back)


def _restore(connection: Connection, rows: Sequence[Any], kind: str) -> None:
    c = claim.c
    if kind == "join":
        statement = update(claim).where(c.claim_id == bindparam("id")).values(incident_id=bindparam("i"))
        connection.execute(statement, [{"id": r.claim_id, "i": r.incident_id} for r in rows])
        return
    statement = update(claim).where(c.claim_id == bindparam("id"))
    connection.execute(
        statement.values(
            region=bindparam("r"),
            precision=bindparam("p"),
            lon=bindparam("x"),
            lat=bindparam("y"),
            version=c.version + 1,
        ),
        [{"id": r.claim_id, "r": r.region, "p": r.precision, "x": r.lon, "y": r.lat} for r in rows],
    )


def changed_by(connection: Connection, seq: int) -> int:
    """Claims that an act has changed and that can still be taken back."""
    mine = (claim_change.c.seq == seq) & claim_change.c.undone_seq.is_(None)
    return int(connection.execute(select(func.count()).where(mine)).scalar_one())


def acts(connection: Connection, action: str, *, seq: int | None = None) -> list[Entry]:
    """Acts of a kind that can still be taken back, newest first."""
    kept = select(claim_change.c.seq).where(claim_change.c.undone_seq.is_(None)).distinct()
    query = select(journal).where(journal.c.action == action, journal.c.seq.in_(kept)).order_by(journal.c.seq.desc())
    if seq is not None:
        query = query.where(journal.c.seq == seq)
    return [Entry(**row._mapping) for row in connection.execute(query)]


_AT_ONCE = 5_000


def _now(connection: Connection, claim_ids: Sequence[int], condition: Any) -> list[dict[str, Any]]:
    """What is kept of these claims before a change."""
    c = claim.c
    columns = (c.claim_id, c.incident_id, c.region, c.precision, c.lon, c.lat)
    found: list[dict[str, Any]] = []
    for at in range(0, len(claim_ids), _AT_ONCE):
        query = select(*columns).where(c.claim_id.in_(list(claim_ids[at : at + _AT_ONCE])), condition)
        found += [dict(r._mapping) for r in connection.execute(query)]
    return found
