"""One claim as it was and as it is, and how far the claims of an incident have come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, or_, select

from emergency.store.intake_tables import claim_version
from emergency.store.tables import claim, claim_change, claim_import, claim_message, journal


def sources(connection: Connection) -> list[str]:
    """Every source of claims. Leaps along the index: a million claims come from a handful of sources."""
    found: list[str] = []
    while True:
        query = select(func.min(claim.c.source))
        after = query.where(claim.c.source > found[-1]) if found else query
        one = connection.execute(after).scalar_one()
        if one is None:
            return found
        found.append(one)


def named(connection: Connection, report_no: str) -> list[dict[str, Any]]:
    """Claims of this number, one of each source that has it."""
    query = select(claim).where(claim.c.source.in_(sources(connection)), claim.c.report_no == report_no)
    return [dict(r._mapping) for r in connection.execute(query.order_by(claim.c.source))]


def earlier(connection: Connection, claim_id: int) -> list[dict[str, Any]]:
    """What a claim said before, the first version first."""
    query = select(claim_version).where(claim_version.c.claim_id == claim_id).order_by(claim_version.c.version)
    return [dict(r._mapping) for r in connection.execute(query)]


def told_of(connection: Connection, source: str, report_no: str) -> list[dict[str, Any]]:
    """Messages about a claim in the order of the source's own time."""
    m = claim_message.c
    query = select(claim_message).where(m.source == source, m.report_no == report_no)
    return [dict(r._mapping) for r in connection.execute(query.order_by(m.at_us, m.message_id))]


def placings(connection: Connection, claim_id: int) -> list[dict[str, Any]]:
    """Acts that gave a claim its place or took it away again, oldest first: seq, action, recorded_us, actor."""
    c, j = claim_change.c, journal.c
    done = select(c.seq).where(c.claim_id == claim_id)
    undone = select(c.undone_seq).where(c.claim_id == claim_id, c.undone_seq.is_not(None))
    query = select(j.seq, j.action, j.recorded_us, j.actor).where(
        or_(j.seq.in_(done), j.seq.in_(undone)), j.action.like("claims.place%")
    )
    return [dict(r._mapping) for r in connection.execute(query.order_by(j.seq))]


def imports_of(connection: Connection, import_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Import -> file, time and actor; of one without a receipt (a feed's batch) from its journal entry."""
    c = claim_import.c
    query = select(c.import_id, c.file_name, c.started_us, c.actor).where(c.import_id.in_(import_ids))
    found = {r.import_id: dict(r._mapping) for r in connection.execute(query)}
    rest = [i for i in import_ids if i not in found]
    j = journal.c
    entries = select(j.subject, j.seq, j.recorded_us, j.actor).where(j.subject.in_(rest)).order_by(j.seq.desc())
    for r in connection.execute(entries) if rest else ():
        found[r.subject] = {"import_id": r.subject, "file_name": "", "started_us": r.recorded_us, "actor": r.actor}
    return found


def steps(connection: Connection, *, incident: str | None, now_us: int) -> pd.DataFrame:
    """Messages about the claims of an incident (of all, where None) up to now.

    Returns:
        Columns claim_id, kind, at_us: the first message of each kind by the source's time.
    """
    m, c = claim_message.c, claim.c
    query = (
        select(c.claim_id, m.kind, func.min(m.at_us).label("at_us"))
        .join(claim, (c.source == m.source) & (c.report_no == m.report_no))
        .where(m.at_us <= now_us)
        .group_by(c.claim_id, m.kind)
    )
    if incident is not None:
        query = query.where(c.incident_id == incident)
    return pd.DataFrame(connection.execute(query).fetchall(), columns=["claim_id", "kind", "at_us"])


def standing(connection: Connection, *, incident: str | None, now_us: int) -> dict[str, int]:
    """Status -> claims known now."""
    c = claim.c
    query = select(c.status, func.count()).where(c.known_at <= now_us).group_by(c.status)
    if incident is not None:
        query = query.where(c.incident_id == incident)
    return {status: int(number) for status, number in connection.execute(query)}


def reported(connection: Connection, claim_ids: Sequence[int]) -> dict[int, int]:
    """Claim -> when it was reported; only where the source says so."""
    found: dict[int, int] = {}
    for at in range(0, len(claim_ids), 5_000):
        some = list(claim_ids[at : at + 5_000])
        query = select(claim.c.claim_id, claim.c.reported_at).where(
            claim.c.claim_id.in_(some), claim.c.reported_at.is_not(None)
        )
        found |= {r.claim_id: int(r.reported_at) for r in connection.execute(query)}
    return found
