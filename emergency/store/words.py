"""Bulletins, the rumour register, contacts and their tests, and what the ledger counts of claims."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from emergency.store import journal
from emergency.store.incidents import Conflict
from emergency.store.tables import claim
from emergency.store.task_tables import relief_measure
from emergency.store.word_tables import bulletin, contact, contact_answer, contact_test, rumour
from emergency.texts import Message

_JSON = ("authors", "channels", "languages", "subject", "body", "figures", "choices", "recipients")


def last_claim_us(connection: Connection, incident_id: str, now_us: int) -> int | None:
    """When the newest claim of an incident became known."""
    query = select(func.max(claim.c.known_at)).where(claim.c.incident_id == incident_id, claim.c.known_at <= now_us)
    found = connection.execute(query).scalar_one()
    return None if found is None else int(found)


def measures_in_force(connection: Connection, incident_id: str) -> list[str]:
    """Names of the relief measures in force, each once, the oldest first."""
    query = (
        select(relief_measure.c.name)
        .where(relief_measure.c.incident_id == incident_id, relief_measure.c.state == "in_force")
        .order_by(relief_measure.c.measure_id)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))


# Bulletins ----------------------------------------------------------------------------------------


def add_bulletin(connection: Connection, **values: Any) -> int:
    statement = insert(bulletin).values(**_packed(values)).returning(bulletin.c.bulletin_id)
    return int(connection.execute(statement).scalar_one())


def bulletin_row(connection: Connection, bulletin_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(bulletin).where(bulletin.c.bulletin_id == bulletin_id)).one_or_none()
    return None if row is None else _bulletin(row)


def bulletins(connection: Connection, incident_id: str | None, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Bulletins of an incident (None: of none), newest first."""
    mine = bulletin.c.incident_id.is_(None) if incident_id is None else bulletin.c.incident_id == incident_id
    query = select(bulletin).where(mine).order_by(bulletin.c.bulletin_id.desc())
    if states:
        query = query.where(bulletin.c.state.in_(list(states)))
    return [_bulletin(row) for row in connection.execute(query)]


def change_bulletin(connection: Connection, bulletin_id: int, version: int, **values: Any) -> None:
    """Write a bulletin back, unless it changed since it was read.

    Raises:
        Conflict: its version is no longer the one that was read.
    """
    done = connection.execute(
        update(bulletin)
        .where(bulletin.c.bulletin_id == bulletin_id, bulletin.c.version == version)
        .values(**_packed(values), version=version + 1)
    )
    if done.rowcount != 1:
        raise _conflict(connection, f"bulletin/{bulletin_id}")


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v, ensure_ascii=False, sort_keys=True) if k in _JSON else v for k, v in values.items()}


def _bulletin(row: Any) -> dict[str, Any]:
    return {k: json.loads(v) if k in _JSON else v for k, v in row._mapping.items()}


def _conflict(connection: Connection, subject: str) -> Conflict:
    """Who was faster, as the journal has it."""
    last = next(iter(journal.entries_of(connection, subject=subject, newest_first=True)), None)
    gaps = {"subject": subject, "who": last.actor if last else "–"}
    return Conflict(Message("{who} changed {subject} in the meantime; look at it again and decide anew", gaps))


# Rumours ------------------------------------------------------------------------------------------


def add_rumour(connection: Connection, **values: Any) -> int:
    statement = insert(rumour).values(**values).returning(rumour.c.rumour_id)
    return int(connection.execute(statement).scalar_one())


def rumour_row(connection: Connection, rumour_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(rumour).where(rumour.c.rumour_id == rumour_id)).one_or_none()
    return None if row is None else dict(row._mapping)


def rumours(connection: Connection, incident_id: str | None, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Rumours of an incident and of none, newest first."""
    mine = or_(rumour.c.incident_id.is_(None), rumour.c.incident_id == incident_id)
    query = select(rumour).where(mine).order_by(rumour.c.rumour_id.desc())
    if states:
        query = query.where(rumour.c.state.in_(list(states)))
    return [dict(r._mapping) for r in connection.execute(query)]


def every_rumour(connection: Connection, states: Sequence[str]) -> list[dict[str, Any]]:
    query = select(rumour).where(rumour.c.state.in_(list(states))).order_by(rumour.c.rumour_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def change_rumour(connection: Connection, rumour_id: int, version: int, **values: Any) -> None:
    """Write a rumour back, unless it changed since it was read.

    Raises:
        Conflict: its version is no longer the one that was read.
    """
    done = connection.execute(
        update(rumour)
        .where(rumour.c.rumour_id == rumour_id, rumour.c.version == version)
        .values(**values, version=version + 1)
    )
    if done.rowcount != 1:
        raise _conflict(connection, f"rumour/{rumour_id}")


# Contacts and their tests -------------------------------------------------------------------------


def replace_contacts(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
    connection.execute(delete(contact))
    packed = [
        {**r, "channels": json.dumps(r["channels"], ensure_ascii=False), "ordinal": n} for n, r in enumerate(rows)
    ]
    if packed:
        connection.execute(insert(contact), packed)
    return len(packed)


def contacts(connection: Connection) -> list[dict[str, Any]]:
    rows = connection.execute(select(contact).order_by(contact.c.ordinal))
    return [dict(r._mapping) | {"channels": json.loads(r.channels)} for r in rows]


def add_test(connection: Connection, people: Iterable[Mapping[str, Any]], **values: Any) -> int:
    statement = insert(contact_test).values(**values).returning(contact_test.c.test_id)
    test_id = int(connection.execute(statement).scalar_one())
    rows = [
        {
            "test_id": test_id,
            "contact_id": p["contact_id"],
            "name": p["name"],
            "role": p["role"],
            "channels": json.dumps(p["channels"], ensure_ascii=False),
        }
        for p in people
    ]
    connection.execute(insert(contact_answer), rows)
    return test_id


def contact_tests(connection: Connection, *, open_only: bool = False) -> list[dict[str, Any]]:
    """Contact tests, newest first."""
    query = select(contact_test).order_by(contact_test.c.test_id.desc())
    if open_only:
        query = query.where(contact_test.c.closed_us.is_(None))
    return [dict(r._mapping) for r in connection.execute(query)]


def answers(connection: Connection, test_id: int) -> list[dict[str, Any]]:
    query = select(contact_answer).where(contact_answer.c.test_id == test_id).order_by(contact_answer.c.contact_id)
    return [dict(r._mapping) | {"channels": json.loads(r.channels)} for r in connection.execute(query)]


def take_answer(connection: Connection, test_id: int, contact_id: str, **values: Any) -> bool:
    """Write an acknowledgement; False where the person had answered before, or was not asked."""
    done = connection.execute(
        update(contact_answer)
        .where(
            contact_answer.c.test_id == test_id,
            contact_answer.c.contact_id == contact_id,
            contact_answer.c.answered_us.is_(None),
        )
        .values(**values)
    )
    return done.rowcount == 1


def drop_answer(connection: Connection, test_id: int, contact_id: str) -> None:
    mine = (contact_answer.c.test_id == test_id) & (contact_answer.c.contact_id == contact_id)
    connection.execute(update(contact_answer).where(mine).values(answered_us=None, how="", taken_by=""))


def close_test(connection: Connection, test_id: int, closed_us: int) -> bool:
    """Close a test; False where it is closed already."""
    open_one = (contact_test.c.test_id == test_id) & contact_test.c.closed_us.is_(None)
    return connection.execute(update(contact_test).where(open_one).values(closed_us=closed_us)).rowcount == 1
