"""The course of slots after publishing, and the plans that were not chosen: their rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from emergency.store.incidents import Conflict
from emergency.store.slot_course_tables import plan_choice, slot_course
from emergency.store.tables import assignment_slot
from emergency.texts import N_, Message

Row = dict[str, Any]
C = slot_course.c


def of_plan(connection: Connection, plan_id: int) -> list[Row]:
    query = select(slot_course).where(C.plan_id == plan_id).order_by(C.adjuster_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def of_shift(connection: Connection, shift: str, states: Collection[str] | None = None) -> list[Row]:
    """Every course of a shift, whichever plan it began under, the oldest plan first."""
    query = select(slot_course).where(C.shift == shift).order_by(C.plan_id, C.adjuster_id)
    if states is not None:
        query = query.where(C.state.in_(sorted(states)))
    return [dict(r._mapping) for r in connection.execute(query)]


def of_incident(connection: Connection, incident_id: str) -> list[Row]:
    query = select(slot_course).where(C.incident_id == incident_id).order_by(C.plan_id, C.adjuster_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def on_site(connection: Connection) -> list[Row]:
    """Everybody who has arrived somewhere and was not released, of whichever shift."""
    query = select(slot_course).where(C.state == "on_site").order_by(C.plan_id, C.adjuster_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def arrived_last(connection: Connection) -> list[Row]:
    """Where everybody arrived last: one row each, whatever became of that course since.

    Each row has ``released_us``, when the person was released last, and ``sent_us``, when they were called out last
    without being called back; None where that never was.
    """
    last = select(C.adjuster_id, func.max(C.on_site_us).label("at")).group_by(C.adjuster_id).subquery()
    mine = and_(C.adjuster_id == last.c.adjuster_id, C.on_site_us == last.c.at)
    released = last_released(connection)
    query = select(C.adjuster_id, func.max(C.called_us)).where(C.state.in_(("called", "acknowledged", "declined")))
    sent = {str(who): int(at) for who, at in connection.execute(query.group_by(C.adjuster_id))}
    rows = connection.execute(select(slot_course).join(last, mine).order_by(C.plan_id))
    found = {r.adjuster_id: dict(r._mapping) for r in rows}
    return [r | {"released_us": released.get(who), "sent_us": sent.get(who)} for who, r in sorted(found.items())]


def silent(connection: Connection, now_us: int) -> list[Row]:
    """Called out, not answered in time, and nobody was told of it yet."""
    late = and_(C.state == "called", C.answer_by_us <= now_us, C.silent_us.is_(None))
    return [dict(r._mapping) for r in connection.execute(select(slot_course).where(late).order_by(C.adjuster_id))]


def last_released(connection: Connection) -> dict[str, int]:
    """Adjuster -> when they were released last."""
    query = select(C.adjuster_id, func.max(C.ended_us)).where(C.state == "released").group_by(C.adjuster_id)
    return {str(who): int(at) for who, at in connection.execute(query)}


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(slot_course), [dict(r) for r in rows])


def step(connection: Connection, row: Mapping[str, Any], **values: Any) -> bool:
    """Change a course as it was read; False where somebody has changed it meanwhile."""
    mine = and_(C.plan_id == row["plan_id"], C.adjuster_id == row["adjuster_id"], C.version == row["version"])
    done = connection.execute(update(slot_course).where(mine).values(version=row["version"] + 1, **values))
    return bool(done.rowcount)


def free(connection: Connection, plan_id: int, people: Iterable[str]) -> None:
    """Give up the keys of people of one plan."""
    s = assignment_slot.c
    for who in sorted(set(people)):
        connection.execute(delete(assignment_slot).where(s.plan_id == plan_id, s.adjuster_id == who))


def worked_since(connection: Connection, shift: str, before: str) -> dict[str, set[str]]:
    """Adjuster -> the shifts from one on, and before another, in which they hold a key."""
    s = assignment_slot.c
    query = select(s.adjuster_id, s.shift).where(s.shift >= shift, s.shift < before)
    found: dict[str, set[str]] = {}
    for who, day in connection.execute(query):
        found.setdefault(str(who), set()).add(str(day))
    return found


# -- plans that were not chosen ----------------------------------------------------------------------


def choose(connection: Connection, **values: Any) -> int:
    """Keep which of two plans was taken.

    Raises:
        Conflict: the other was rejected already; names by whom.
    """
    packed = values | {"prices": json.dumps(values["prices"], ensure_ascii=False, sort_keys=True)}
    try:
        with connection.begin_nested():
            done = connection.execute(insert(plan_choice).values(**packed))
    except IntegrityError as error:
        before = next((c for c in choices(connection) if c["rejected"] == values["rejected"]), {"actor": "?"})
        gaps = {"plan": values["rejected"], "actor": before["actor"]}
        raise Conflict(Message(N_("{actor} has rejected plan {plan} already; look at the two again"), gaps)) from error
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def choices(connection: Connection, *, standing: bool = True) -> list[Row]:
    """Every choice between two plans, oldest first; those taken back are left out unless asked for."""
    query = select(plan_choice).order_by(plan_choice.c.choice_id)
    if standing:
        query = query.where(plan_choice.c.undone_us.is_(None))
    return [dict(r._mapping) | {"prices": json.loads(r.prices)} for r in connection.execute(query)]


def undo_choice(connection: Connection, choice_id: int, undone_us: int, undone_by: str) -> bool:
    """False where it was taken back before."""
    c = plan_choice.c
    mine = and_(c.choice_id == choice_id, c.undone_us.is_(None))
    done = connection.execute(update(plan_choice).where(mine).values(undone_us=undone_us, undone_by=undone_by))
    return bool(done.rowcount)
