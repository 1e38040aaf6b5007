"""Tasks of an incident, how their due times moved, and who was told of late ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.task_tables import task, task_due, task_escalation

PACKED = ("title", "after", "evidence")


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Lay out tasks; those that are there already stay as they are. Returns the ids of the new ones."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(task).on_conflict_do_nothing().returning(task.c.task_id)
    return [str(found[0]) for row in rows if (found := connection.execute(statement, _packed(row)).first())]


def of(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    """Every task of an incident in the order of its plan, a repeating one by occurrence."""
    query = select(task).where(task.c.incident_id == incident_id)
    rows = connection.execute(query.order_by(task.c.ordinal, task.c.occurrence, task.c.task_id))
    return [_unpacked(r._mapping) for r in rows]


def get(connection: Connection, incident_id: str, task_id: str) -> dict[str, Any] | None:
    query = select(task).where(task.c.incident_id == incident_id, task.c.task_id == task_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _unpacked(row._mapping)


def change(
    connection: Connection, incident_id: str, task_id: str, *, version: int | None = None, **values: Any
) -> bool:
    """Write a task; with ``version`` only if nobody changed it since. False where somebody did."""
    packed = {k: json.dumps(v, ensure_ascii=False) if k in PACKED else v for k, v in values.items()}
    statement = update(task).where(task.c.incident_id == incident_id, task.c.task_id == task_id)
    if version is not None:
        statement = statement.where(task.c.version == version)
        packed["version"] = version + 1
    return bool(connection.execute(statement.values(**packed)).rowcount)


def move_due(connection: Connection, **values: Any) -> None:
    """Keep a due time that was, and write the one that is."""
    connection.execute(insert(task_due).values(**values))
    change(connection, values["incident_id"], values["task_id"], due_us=values["after_us"])


def due_changes(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    query = select(task_due).where(task_due.c.incident_id == incident_id).order_by(task_due.c.change_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def escalate(connection: Connection, **values: Any) -> bool:
    """Keep that somebody is told of a late task; False where this step was taken before."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(task_escalation).on_conflict_do_nothing().returning(task_escalation.c.task_id)
    return connection.execute(statement, values).first() is not None


def mark_escalation(connection: Connection, incident_id: str, task_id: str, step: str, journal_seq: int) -> None:
    mine = (task_escalation.c.incident_id == incident_id) & (task_escalation.c.task_id == task_id)
    connection.execute(
        update(task_escalation).where(mine, task_escalation.c.step == step).values(journal_seq=journal_seq)
    )


def escalations(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    query = select(task_escalation).where(task_escalation.c.incident_id == incident_id)
    return [dict(r._mapping) for r in connection.execute(query.order_by(task_escalation.c.told_us))]


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return values | {key: json.dumps(values[key], ensure_ascii=False) for key in PACKED}


def _unpacked(row: Any) -> dict[str, Any]:
    return dict(row) | {key: json.loads(row[key]) for key in PACKED}
