"""Responses that ended: what was met, what was released, and the review that was opened with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.tables import assignment_slot
from emergency.store.task_tables import review, stand_down

PACKED = ("conditions", "measures", "slots")


def add(connection: Connection, **values: Any) -> int:
    packed = {k: json.dumps(v, ensure_ascii=False) if k in PACKED else v for k, v in values.items()}
    done = connection.execute(insert(stand_down).values(**packed))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def of(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    """Every stand-down of an incident, oldest first; those taken back say when and by whom."""
    query = select(stand_down).where(stand_down.c.incident_id == incident_id).order_by(stand_down.c.stand_down_id)
    return [dict(r._mapping) | {k: json.loads(r._mapping[k]) for k in PACKED} for r in connection.execute(query)]


def undo(connection: Connection, stand_down_id: int, undone_us: int, undone_by: str) -> bool:
    """False where it was taken back before."""
    open_ = and_(stand_down.c.stand_down_id == stand_down_id, stand_down.c.undone_us.is_(None))
    done = connection.execute(update(stand_down).where(open_).values(undone_us=undone_us, undone_by=undone_by))
    return bool(done.rowcount)


def slots_from(connection: Connection, incident_id: str, shift: str) -> list[dict[str, Any]]:
    """Slots an incident holds from a shift on."""
    mine = and_(assignment_slot.c.incident_id == incident_id, assignment_slot.c.shift >= shift)
    query = select(assignment_slot).where(mine).order_by(assignment_slot.c.shift, assignment_slot.c.adjuster_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def free(connection: Connection, slots: Sequence[dict[str, Any]]) -> None:
    for slot in slots:
        key = and_(
            assignment_slot.c.adjuster_id == slot["adjuster_id"],
            assignment_slot.c.shift == slot["shift"],
            assignment_slot.c.incident_id == slot["incident_id"],
        )
        connection.execute(delete(assignment_slot).where(key))


def hold_free(connection: Connection, slots: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take slots back that nobody else has taken meanwhile; returns those somebody has."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(assignment_slot).on_conflict_do_nothing().returning(assignment_slot.c.adjuster_id)
    ordered = sorted(slots, key=lambda s: (s["shift"], s["adjuster_id"]))
    return [s for s in ordered if connection.execute(statement, s).first() is None]


def open_review(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(review).values(state="open", **values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def reviews(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    query = select(review).where(review.c.incident_id == incident_id).order_by(review.c.review_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def mark_review(connection: Connection, incident_id: str, state: str, **values: Any) -> int:
    """Move the open review of an incident on; returns how many there were."""
    open_ = and_(review.c.incident_id == incident_id, review.c.state == "open")
    return int(connection.execute(update(review).where(open_).values(state=state, **values)).rowcount)
