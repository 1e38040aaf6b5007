"""Which incidents are under one command, and what of an incident was corrected when, by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from emergency.store.incident_tables import incident_change, incident_link
from emergency.store.journal import Entry
from emergency.store.tables import journal


def links(connection: Connection) -> dict[str, str]:
    """Incident -> the incident under whose command it is."""
    rows = connection.execute(select(incident_link))
    return {row.incident_id: row.leading_id for row in rows}


def put_links(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Make the links exactly these."""
    before = links(connection)
    if dict(wanted) == before:
        return
    gone = [one for one in before if wanted.get(one) != before[one]]
    if gone:
        connection.execute(delete(incident_link).where(incident_link.c.incident_id.in_(gone)))
    fresh = [{"incident_id": a, "leading_id": b} for a, b in wanted.items() if before.get(a) != b]
    if fresh:
        connection.execute(insert(incident_link), fresh)


@dataclass(frozen=True)
class Change:
    """A correction: the fields as they were and as they are after it, in columns of the incident."""

    change_id: int
    incident_id: str
    seq: int
    version: int
    changed_us: int
    actor: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def add_change(
    connection: Connection,
    *,
    incident_id: str,
    seq: int,
    version: int,
    changed_us: int,
    actor: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    connection.execute(
        insert(incident_change).values(
            incident_id=incident_id,
            seq=seq,
            version=version,
            changed_us=changed_us,
            actor=actor,
            before=json.dumps(dict(before), ensure_ascii=False),
            after=json.dumps(dict(after), ensure_ascii=False),
        )
    )


def changes(connection: Connection, incident_id: str) -> list[Change]:
    """Corrections of an incident, the newest first."""
    c = incident_change.c
    query = select(incident_change).where(c.incident_id == incident_id).order_by(c.change_id.desc())
    return [
        Change(**dict(r._mapping) | {"before": json.loads(r.before), "after": json.loads(r.after)})
        for r in connection.execute(query)
    ]


def last_act(connection: Connection, incident_id: str) -> Entry | None:
    """The newest act on an incident, for saying who was faster."""
    query = select(journal).where(journal.c.subject == incident_id).order_by(journal.c.seq.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Entry(**row._mapping)


def newest(connection: Connection, incident_id: str, actions: tuple[str, ...]) -> Entry | None:
    """The newest act of these kinds on an incident."""
    j = journal.c
    query = select(journal).where(j.subject == incident_id, j.action.in_(actions)).order_by(j.seq.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Entry(**row._mapping)


def entry(connection: Connection, seq: int) -> Entry | None:
    row = connection.execute(select(journal).where(journal.c.seq == seq)).one_or_none()
    return None if row is None else Entry(**row._mapping)


def acts_known(connection: Connection, actions: tuple[str, ...], known_us: int) -> list[Entry]:
    """Acts of these kinds that stood in the journal at an instant, oldest first."""
    j = journal.c
    query = select(journal).where(j.action.in_(actions), j.recorded_us <= known_us).order_by(j.seq)
    return [Entry(**row._mapping) for row in connection.execute(query)]
