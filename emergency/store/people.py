"""Posts, hand-overs, call-outs, duty and roll calls: their rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from emergency.store.incidents import Conflict
from emergency.store.people_tables import call_out, duty, handover, post_holding, roll_answer, roll_call
from emergency.store.tables import outbox


def holdings(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    """Every stretch anybody held a post of an incident, oldest first."""
    return _rows(connection, post_holding, incident_id, "holding_id")


def where_held(connection: Connection, holding_id: int) -> str | None:
    """The incident at which somebody held a post; None where there is no such turn."""
    query = select(post_holding.c.incident_id).where(post_holding.c.holding_id == holding_id)
    return connection.execute(query).scalar_one_or_none()


def hold(connection: Connection, **values: Any) -> int:
    """Put somebody into a post.

    Raises:
        Conflict: it has a holder, or this person stands in it already; names who and since when.
    """
    try:
        with connection.begin_nested():
            done = connection.execute(insert(post_holding).values(**values))
    except IntegrityError as error:
        raise Conflict(_who_stands(connection, str(values["incident_id"]), str(values["role"]))) from error
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def _who_stands(connection: Connection, incident_id: str, role: str) -> str:
    standing = [h for h in holdings(connection, incident_id) if h["role"] == role and h["until_us"] is None]
    return ", ".join(f"{h['person']} ({h['standing']})" for h in standing)


def end_holding(connection: Connection, holding_id: int, *, until_us: int, ended: str) -> bool:
    """False where it had ended before."""
    done = connection.execute(
        update(post_holding)
        .where(post_holding.c.holding_id == holding_id, post_holding.c.until_us.is_(None))
        .values(until_us=until_us, ended=ended)
    )
    return bool(done.rowcount)


def handovers(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    return _rows(connection, handover, incident_id, "handover_id")


def offer(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(handover).values(state="offered", **values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def settle_handover(connection: Connection, handover_id: int, state: str, settled_us: int) -> dict[str, Any] | None:
    """The hand-over as it was offered, now settled; None where it was settled before."""
    open_ = (handover.c.handover_id == handover_id) & (handover.c.state == "offered")
    row = connection.execute(select(handover).where(open_)).one_or_none()
    done = connection.execute(update(handover).where(open_).values(state=state, settled_us=settled_us))
    return dict(row._mapping) if row is not None and done.rowcount else None


def calls(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    return [c | {"others": json.loads(c["others"])} for c in _rows(connection, call_out, incident_id, "call_id")]


def call(connection: Connection, call_id: int) -> dict[str, Any] | None:
    row = connection.execute(select(call_out).where(call_out.c.call_id == call_id)).one_or_none()
    return None if row is None else dict(row._mapping) | {"others": json.loads(row.others)}


def ask(connection: Connection, *, others: Sequence[str], **values: Any) -> int:
    done = connection.execute(
        insert(call_out).values(state="asked", others=json.dumps(list(others), ensure_ascii=False), **values)
    )
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def settle_call(connection: Connection, call_id: int, state: str, **values: Any) -> bool:
    """Answer a call that still waits; False where it was settled before."""
    done = connection.execute(
        update(call_out).where(call_out.c.call_id == call_id, call_out.c.state == "asked").values(state=state, **values)
    )
    return bool(done.rowcount)


def silent_calls(connection: Connection, now_us: int) -> list[dict[str, Any]]:
    """Calls nobody answered in time, of all incidents."""
    query = select(call_out).where(call_out.c.state == "asked", call_out.c.answer_by_us <= now_us)
    rows = connection.execute(query.order_by(call_out.c.call_id))
    return [dict(r._mapping) | {"others": json.loads(r.others)} for r in rows]


def turns(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    return [t for t in _rows(connection, duty, incident_id, "start_us") if t["cancelled_us"] is None]


def plan_turn(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(duty).values(**values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def mark_turn(connection: Connection, duty_id: int, cancelled_us: int | None) -> None:
    connection.execute(update(duty).where(duty.c.duty_id == duty_id).values(cancelled_us=cancelled_us))


def called_off(connection: Connection, incident_id: str, at_us: int) -> int:
    """Call-outs and hand-overs of an incident that were withdrawn at this very instant."""
    calls = select(func.count()).where(
        call_out.c.incident_id == incident_id, call_out.c.state == "withdrawn", call_out.c.answered_us == at_us
    )
    offers = select(func.count()).where(
        handover.c.incident_id == incident_id, handover.c.state == "withdrawn", handover.c.settled_us == at_us
    )
    return int(connection.execute(calls).scalar_one()) + int(connection.execute(offers).scalar_one())


def taken_out(connection: Connection, incident_id: str, at_us: int) -> int:
    """Planned shifts of an incident that were cancelled at this very instant."""
    query = select(func.count()).where(duty.c.incident_id == incident_id, duty.c.cancelled_us == at_us)
    return int(connection.execute(query).scalar_one())


def rolls(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    return _rows(connection, roll_call, incident_id, "roll_id")


def open_roll(connection: Connection, people: Sequence[dict[str, Any]], **values: Any) -> int:
    done = connection.execute(insert(roll_call).values(**values))
    roll_id = int(done.inserted_primary_key[0])  # type: ignore[index]
    if people:
        connection.execute(insert(roll_answer), [{"roll_id": roll_id, **p} for p in people])
    return roll_id


def ask_more(connection: Connection, roll_id: int, people: Sequence[dict[str, Any]], asked_us: int) -> None:
    """People asked after the others; until they answer their instant is that of the asking."""
    connection.execute(insert(roll_answer), [{"roll_id": roll_id, "at_us": asked_us, **p} for p in people])


def close_roll(connection: Connection, roll_id: int, closed_us: int) -> bool:
    done = connection.execute(
        update(roll_call)
        .where(roll_call.c.roll_id == roll_id, roll_call.c.closed_us.is_(None))
        .values(closed_us=closed_us)
    )
    return bool(done.rowcount)


def reopen_roll(connection: Connection, roll_id: int) -> bool:
    closed = (roll_call.c.roll_id == roll_id) & roll_call.c.closed_us.is_not(None)
    return bool(connection.execute(update(roll_call).where(closed).values(closed_us=None)).rowcount)


def answers(connection: Connection, roll_id: int) -> list[dict[str, Any]]:
    query = select(roll_answer).where(roll_answer.c.roll_id == roll_id).order_by(roll_answer.c.person)
    return [dict(r._mapping) for r in connection.execute(query)]


def answer_roll(connection: Connection, roll_id: int, person: str, **values: Any) -> bool:
    done = connection.execute(
        update(roll_answer).where(roll_answer.c.roll_id == roll_id, roll_answer.c.person == person).values(**values)
    )
    return bool(done.rowcount)


def _rows(connection: Connection, table: Table, incident_id: str, order: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.incident_id == incident_id).order_by(table.c[order])
    return [dict(r._mapping) for r in connection.execute(query)]


def told(connection: Connection, event_key: str) -> bool:
    """Whether a message of this key was ever queued."""
    return (
        connection.execute(select(outbox.c.outbox_id).where(outbox.c.event_key == event_key).limit(1)).first()
        is not None
    )
