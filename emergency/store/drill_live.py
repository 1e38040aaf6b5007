"""Rows of a drill that people play: its course, what was delivered, what is still to be done, seats and notes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.drill_live_tables import (
    drill_course,
    drill_delivery,
    drill_inject_state,
    drill_note,
    drill_seat,
    drill_step,
)
from emergency.store.store import Store

ONE = 1
Row = dict[str, Any]


class AlreadyDone(Exception):
    """Somebody else has done this step of the drill; nothing of it was written again."""


class OnceStore(Store):
    """A store whose first writing marks a step as done, in the same transaction: both, or neither."""

    def __init__(self, store: Store, step_id: int, wall_us: int) -> None:
        super().__init__(store.name, store.engine)
        self.step_id, self.wall_us, self.marked = step_id, wall_us, False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            if not self.marked:
                mark_done(connection, self.step_id, self.wall_us)
            yield connection
        self.marked = True


# The course -----------------------------------------------------------------------------------------


def begin(connection: Connection, **values: Any) -> None:
    connection.execute(insert(drill_course).values(course_id=ONE, **values))


def course(connection: Connection, *, hold: bool = False) -> Row | None:
    """The course of this workspace; held, nobody else moves it before this transaction is over."""
    query = select(drill_course).where(drill_course.c.course_id == ONE)
    row = connection.execute(query.with_for_update() if hold else query).one_or_none()
    return None if row is None else dict(row._mapping)


def change_course(connection: Connection, **values: Any) -> None:
    connection.execute(update(drill_course).where(drill_course.c.course_id == ONE).values(**values))


# Injects --------------------------------------------------------------------------------------------


def inject_states(connection: Connection) -> dict[str, Row]:
    """inject -> what the director said of it: held, released or skipped."""
    return {row.inject_id: dict(row._mapping) for row in connection.execute(select(drill_inject_state))}


def put_inject_state(connection: Connection, inject_id: str, state: str, at_s: int, actor: str) -> None:
    values = {"inject_id": inject_id, "state": state, "at_s": at_s, "actor": actor}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(drill_inject_state).values(**values)
    connection.execute(new.on_conflict_do_update(index_elements=["inject_id"], set_=values))


def deliver(connection: Connection, *, body: Mapping[str, str], **values: Any) -> bool:
    """Put a message into the inbox of its role; False where this one is there already."""
    packed = json.dumps(dict(body), ensure_ascii=False)
    statement = _once(connection, drill_delivery).values(body=packed, **values)
    return connection.execute(statement.returning(drill_delivery.c.delivery_id)).first() is not None


def deliveries(connection: Connection, roles: tuple[str, ...] | None = None) -> list[Row]:
    """What was delivered, in order; only to these roles, where they are named."""
    query = select(drill_delivery).order_by(drill_delivery.c.delivery_id)
    if roles is not None:
        query = query.where(drill_delivery.c.to_role.in_(roles))
    return [dict(r._mapping) | {"body": json.loads(r.body)} for r in connection.execute(query)]


def last_turn(connection: Connection, inject_id: str) -> int | None:
    query = select(func.max(drill_delivery.c.turn)).where(drill_delivery.c.inject_id == inject_id)
    return connection.execute(query).scalar_one_or_none()


def spontaneous(connection: Connection) -> int:
    """How many messages the director has made up."""
    query = select(func.count()).where(drill_delivery.c.kind == "spontaneous", drill_delivery.c.turn == 0)
    return int(connection.execute(query).scalar_one())


def read(connection: Connection, delivery_id: int, roles: tuple[str, ...], at_s: int, person: str) -> bool:
    """Who read it first, and when."""
    d = drill_delivery.c
    mine = update(drill_delivery).where(d.delivery_id == delivery_id, d.to_role.in_(roles), d.read_s.is_(None))
    return bool(connection.execute(mine.values(read_s=at_s, read_by=person)).rowcount)


# Steps ----------------------------------------------------------------------------------------------


def add_step(connection: Connection, *, name: str, kind: str, at_s: int, body: Mapping[str, Any]) -> bool:
    """Something to be done once; False where it is there already."""
    packed = json.dumps(dict(body), ensure_ascii=False)
    statement = _once(connection, drill_step).values(name=name, kind=kind, at_s=at_s, body=packed)
    return connection.execute(statement.returning(drill_step.c.step_id)).first() is not None


def open_steps(connection: Connection, until_s: int) -> list[Row]:
    """Steps that are due and not done, in the order in which they are to be done."""
    s = drill_step.c
    query = select(drill_step).where(s.done_us.is_(None), s.at_s <= until_s).order_by(s.at_s, s.step_id)
    return [dict(r._mapping) | {"body": json.loads(r.body)} for r in connection.execute(query)]


def steps(connection: Connection) -> list[Row]:
    query = select(drill_step).order_by(drill_step.c.step_id)
    return [dict(r._mapping) | {"body": json.loads(r.body)} for r in connection.execute(query)]


def mark_done(connection: Connection, step_id: int, wall_us: int) -> None:
    """Take a step, in the transaction of what it does.

    Raises:
        AlreadyDone: it was taken before.
    """
    s = drill_step.c
    mine = update(drill_step).where(s.step_id == step_id, s.done_us.is_(None)).values(done_us=wall_us)
    if not connection.execute(mine).rowcount:
        raise AlreadyDone


def drop_steps(connection: Connection, wall_us: int) -> None:
    """What is still open will not be done any more."""
    connection.execute(update(drill_step).where(drill_step.c.done_us.is_(None)).values(done_us=wall_us))


# People ---------------------------------------------------------------------------------------------


def sit(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(drill_seat).values(**values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def seat_by_token(connection: Connection, token_sha256: str) -> Row | None:
    s = drill_seat.c
    row = connection.execute(select(drill_seat).where(s.token_sha256 == token_sha256, s.left_us.is_(None))).first()
    return None if row is None else dict(row._mapping)


def seats(connection: Connection, *, also_left: bool = False) -> list[Row]:
    """Who sits where, in the order in which they sat down."""
    query = select(drill_seat).order_by(drill_seat.c.seat_id)
    if not also_left:
        query = query.where(drill_seat.c.left_us.is_(None))
    return [dict(r._mapping) for r in connection.execute(query)]


def stand_up(connection: Connection, seat_id: int, wall_us: int) -> bool:
    s = drill_seat.c
    mine = update(drill_seat).where(s.seat_id == seat_id, s.left_us.is_(None)).values(left_us=wall_us)
    return bool(connection.execute(mine).rowcount)


def add_note(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(drill_note).values(**values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def withdraw_note(connection: Connection, note_id: int, seat_id: int, wall_us: int) -> bool:
    n = drill_note.c
    mine = update(drill_note).where(n.note_id == note_id, n.seat_id == seat_id, n.withdrawn_us.is_(None))
    return bool(connection.execute(mine.values(withdrawn_us=wall_us)).rowcount)


def notes(connection: Connection, seat_id: int | None = None) -> list[Row]:
    """Notes that stand, oldest first; one seat's, where it is named."""
    n = drill_note.c
    query = select(drill_note).where(n.withdrawn_us.is_(None)).order_by(n.note_id)
    if seat_id is not None:
        query = query.where(n.seat_id == seat_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def _once(connection: Connection, table: Any) -> Any:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()
