"""Improvement items, their proof, and what was told of them by itself."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.domain.improvement import DUE, Item
from emergency.domain.instant import from_us
from emergency.store.improvement_tables import improvement, improvement_check, learning_notice

PACKED = ("subject_title", "issue")


def add(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(improvement).values(**_packed(values)))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def get(connection: Connection, item_id: int) -> Item | None:
    row = connection.execute(select(improvement).where(improvement.c.item_id == item_id)).one_or_none()
    return None if row is None else _item(row._mapping)


def every(connection: Connection, subject: tuple[str, str] | None = None) -> list[Item]:
    """Items in the order they were written; of one run or incident where one is named."""
    query = select(improvement).order_by(improvement.c.item_id)
    if subject is not None:
        query = query.where(improvement.c.subject_kind == subject[0], improvement.c.subject_id == subject[1])
    return [_item(row._mapping) for row in connection.execute(query)]


def due_by(connection: Connection, until_us: int) -> list[Item]:
    """Items still to be done whose due date lies before an instant."""
    owed = and_(improvement.c.state.in_(DUE), improvement.c.due_us < until_us)
    query = select(improvement).where(owed).order_by(improvement.c.due_us, improvement.c.item_id)
    return [_item(row._mapping) for row in connection.execute(query)]


def change(connection: Connection, item_id: int, version: int, **values: Any) -> bool:
    """False where somebody has changed it since that version."""
    same = and_(improvement.c.item_id == item_id, improvement.c.version == version)
    done = connection.execute(update(improvement).where(same).values(version=version + 1, **_packed(values)))
    return bool(done.rowcount)


def add_check(connection: Connection, **values: Any) -> bool:
    """Keep a proof once per item and run; False where it is there already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(improvement_check).on_conflict_do_nothing().returning(improvement_check.c.item_id)
    return connection.execute(new, values).first() is not None


def checks(connection: Connection, item_id: int | None = None) -> list[dict[str, Any]]:
    """Proofs, oldest first."""
    query = select(improvement_check).order_by(improvement_check.c.checked_us, improvement_check.c.run_id)
    if item_id is not None:
        query = query.where(improvement_check.c.item_id == item_id)
    return [dict(row._mapping) for row in connection.execute(query)]


def take_notice(connection: Connection, kind: str, ref: str, stage: int, told: str, told_us: int) -> bool:
    """True for exactly one caller per thing and step."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"kind": kind, "ref": ref, "stage": stage, "told": told, "told_us": told_us}
    new = dialect.insert(learning_notice).on_conflict_do_nothing().returning(learning_notice.c.stage)
    return connection.execute(new, row).first() is not None


def notices(connection: Connection, kind: str) -> list[dict[str, Any]]:
    query = select(learning_notice).where(learning_notice.c.kind == kind).order_by(learning_notice.c.told_us)
    return [dict(row._mapping) for row in connection.execute(query)]


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v, ensure_ascii=False, sort_keys=True) if k in PACKED else v for k, v in values.items()}


def _item(row: Any) -> Item:
    held = dict(row)
    at = {name: held.pop(f"{name}_us") for name in ("due", "created", "closed")}
    instants = {f"{name}_at": None if us is None else from_us(us) for name, us in at.items()}
    return Item(**held | {name: json.loads(held[name]) for name in PACKED} | instants)
