"""Plans and the shift slots they hold; a slot's key makes double booking impossible."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.domain.instant import to_us
from emergency.store.incidents import Conflict
from emergency.store.tables import assignment_slot, plan
from emergency.texts import N_, Message


def add_draft(
    connection: Connection, *, shift: str, based_on: int | None, created: datetime, actor: str, body: dict[str, Any]
) -> int:
    done = connection.execute(
        insert(plan).values(
            shift=shift,
            state="draft",
            based_on=based_on,
            created_us=to_us(created),
            actor=actor,
            body=json.dumps(body, ensure_ascii=False, sort_keys=True),
        )
    )
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def get(connection: Connection, plan_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(plan).where(plan.c.plan_id == plan_id)).one_or_none()
    return None if row is None else dict(row._mapping) | {"body": json.loads(row.body)}


def latest(connection: Connection, *, state: str | None = None, shift: str | None = None) -> dict[str, Any] | None:
    query = select(plan.c.plan_id).order_by(plan.c.plan_id.desc()).limit(1)
    if state:
        query = query.where(plan.c.state == state)
    if shift:
        query = query.where(plan.c.shift == shift)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else get(connection, found)


def every(connection: Connection) -> list[dict[str, Any]]:
    rows = connection.execute(select(plan).order_by(plan.c.plan_id))
    return [dict(r._mapping) | {"body": json.loads(r.body)} for r in rows]


def edits_of(connection: Connection, plan_id: int) -> list[dict[str, Any]]:
    """Later drafts that were made by changing this one by hand, oldest first."""
    later = select(plan).where(plan.c.plan_id > plan_id, plan.c.state == "draft").order_by(plan.c.plan_id)
    rows = connection.execute(later)
    found = [dict(r._mapping) | {"body": json.loads(r.body)} for r in rows]
    return [one for one in found if one["body"].get("edit", {}).get("plan") == plan_id]


def drafts(connection: Connection, shift: str) -> list[dict[str, Any]]:
    """Drafts of a shift, the newest first."""
    mine = select(plan).where(plan.c.shift == shift, plan.c.state == "draft").order_by(plan.c.plan_id.desc())
    return [dict(r._mapping) | {"body": json.loads(r.body)} for r in connection.execute(mine)]


def mark(connection: Connection, plan_id: int, state: str, **values: Any) -> None:
    connection.execute(update(plan).where(plan.c.plan_id == plan_id).values(state=state, **values))


def release(connection: Connection, plan_id: int, but: Collection[str] = ()) -> int:
    """Free the slots a plan holds; what it was stays in its body and in the journal.

    Args:
        but: people who keep theirs: they have worked this shift.
    """
    s = assignment_slot.c
    query = delete(assignment_slot).where(s.plan_id == plan_id, s.adjuster_id.not_in(sorted(but)))
    return int(connection.execute(query).rowcount)


def hold(connection: Connection, slots: Sequence[dict[str, Any]]) -> None:
    """Take shift slots for a plan, all or none.

    Raises:
        Conflict: some of them are held already; names who, when and by which plan.
    """
    if not slots:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(assignment_slot).on_conflict_do_nothing().returning(assignment_slot.c.adjuster_id)
    taken = 0
    # In one order for everybody, so that two writers cannot wait for each other in a ring.
    for slot in sorted(slots, key=lambda s: (s["shift"], s["adjuster_id"])):
        taken += len(connection.execute(statement, slot).all())
    if taken != len(slots):
        raise Conflict(_who_holds(connection, slots))


def _who_holds(connection: Connection, slots: Sequence[dict[str, Any]]) -> Message:
    mine = slots[0]["plan_id"]
    wanted = {(s["adjuster_id"], s["shift"]) for s in slots}
    held = connection.execute(select(assignment_slot).where(assignment_slot.c.plan_id != mine)).all()
    names = [f"{h.adjuster_id} ({h.shift}, #{h.plan_id})" for h in held if (h.adjuster_id, h.shift) in wanted]
    text = N_("already assigned (person, shift, number of the plan): {names}; reload the plan and propose again")
    return Message(text, {"names": ", ".join(names[:8])})


def slots(connection: Connection, shift: str | None = None) -> list[dict[str, Any]]:
    query = select(assignment_slot).order_by(assignment_slot.c.shift, assignment_slot.c.adjuster_id)
    if shift:
        query = query.where(assignment_slot.c.shift == shift)
    return [dict(r._mapping) for r in connection.execute(query)]
