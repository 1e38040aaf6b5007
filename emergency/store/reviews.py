"""Reviews of runs and incidents: sealed sheets, voices, notes of the hotwash, the report."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.improvement_tables import (
    exercise,
    review_note,
    review_opening,
    review_report,
    review_settled,
    review_sheet,
    review_voice,
    training_record,
)

Key = tuple[str, str]
PACKED = ("objectives", "marks", "record", "title", "roles", "clauses", "role_title", "by_robots", "without")


def _of(table: Table, key: Key) -> Any:
    return and_(table.c.subject_kind == key[0], table.c.subject_id == key[1])


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    found = [dict(row._mapping) for row in connection.execute(query)]
    return [{k: json.loads(v) if k in PACKED and v else v for k, v in row.items()} for row in found]


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v, ensure_ascii=False, sort_keys=True) if k in PACKED else v for k, v in values.items()}


def _keyed(key: Key) -> dict[str, str]:
    return {"subject_kind": key[0], "subject_id": key[1]}


def _once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(table).on_conflict_do_nothing().returning(table.c.subject_id)
    return connection.execute(new, _packed(values)).first() is not None


# Sheets of evaluators ---------------------------------------------------------------------------------


def sheets(connection: Connection, key: Key) -> list[dict[str, Any]]:
    query = select(review_sheet).where(_of(review_sheet, key)).order_by(review_sheet.c.evaluator)
    return _rows(connection, query)


def unsealed(connection: Connection) -> list[dict[str, Any]]:
    """Every sheet that is still being filled in."""
    return _rows(connection, select(review_sheet).where(review_sheet.c.sealed_us.is_(None)))


def appoint(connection: Connection, key: Key, **values: Any) -> bool:
    """False where this evaluator has a sheet already."""
    return _once(connection, review_sheet, {**_keyed(key), "marks": {}, "version": 1, **values})


def change_sheet(connection: Connection, key: Key, evaluator: str, version: int, **values: Any) -> bool:
    """False where it was changed or sealed since that version."""
    same = and_(
        _of(review_sheet, key),
        review_sheet.c.evaluator == evaluator,
        review_sheet.c.version == version,
        review_sheet.c.sealed_us.is_(None),
    )
    done = connection.execute(update(review_sheet).where(same).values(version=version + 1, **_packed(values)))
    return bool(done.rowcount)


def dismiss(connection: Connection, key: Key, evaluator: str) -> bool:
    """Take an appointment back; False where the sheet is sealed, or was never there."""
    mine = and_(_of(review_sheet, key), review_sheet.c.evaluator == evaluator, review_sheet.c.sealed_us.is_(None))
    return bool(connection.execute(delete(review_sheet).where(mine)).rowcount)


def close_to_late(connection: Connection, key: Key) -> None:
    """Sheets still being filled in count as rated after the results were open."""
    waiting = and_(_of(review_sheet, key), review_sheet.c.sealed_us.is_(None))
    connection.execute(update(review_sheet).where(waiting).values(after_opening=True))


def opening(connection: Connection, key: Key) -> dict[str, Any] | None:
    """When and why the results of a panel were opened; None while they are closed."""
    found = _rows(connection, select(review_opening).where(_of(review_opening, key)))
    return found[0] if found else None


def open_panel(connection: Connection, key: Key, **values: Any) -> bool:
    """False where the results are open already."""
    return _once(connection, review_opening, {**_keyed(key), **values})


def settled(connection: Connection, key: Key) -> list[dict[str, Any]]:
    """What was agreed on of single objectives."""
    query = select(review_settled).where(_of(review_settled, key)).order_by(review_settled.c.objective)
    return _rows(connection, query)


def settle(connection: Connection, key: Key, objective: str, **values: Any) -> None:
    """As it was agreed last."""
    unsettle(connection, key, objective)
    connection.execute(insert(review_settled).values(**_packed({**_keyed(key), "objective": objective, **values})))


def unsettle(connection: Connection, key: Key, objective: str) -> bool:
    """False where nothing was agreed on."""
    one = and_(_of(review_settled, key), review_settled.c.objective == objective)
    return bool(connection.execute(delete(review_settled).where(one)).rowcount)


# Voices and notes -------------------------------------------------------------------------------------


def voices(connection: Connection, key: Key) -> list[dict[str, Any]]:
    return _rows(connection, select(review_voice).where(_of(review_voice, key)).order_by(review_voice.c.person))


def keep_voice(connection: Connection, key: Key, person: str, version: int | None, **values: Any) -> bool:
    """First word of a person, or a later one; False where it was changed since ``version``."""
    if version is None:
        return _once(connection, review_voice, {**_keyed(key), "person": person, "version": 1, **values})
    same = and_(_of(review_voice, key), review_voice.c.person == person, review_voice.c.version == version)
    done = connection.execute(update(review_voice).where(same).values(version=version + 1, **_packed(values)))
    return bool(done.rowcount)


def notes(connection: Connection, key: Key) -> list[dict[str, Any]]:
    """Notes that stand, in the order they were taken."""
    standing = and_(_of(review_note, key), review_note.c.withdrawn_us.is_(None))
    return _rows(connection, select(review_note).where(standing).order_by(review_note.c.note_id))


def add_note(connection: Connection, key: Key, **values: Any) -> int:
    done = connection.execute(insert(review_note).values(**_keyed(key), **values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def withdraw_note(connection: Connection, note_id: int, withdrawn_us: int | None) -> bool:
    """Withdraw a note, or put it back with None; False where that is so already."""
    there = review_note.c.withdrawn_us.is_(None) if withdrawn_us else review_note.c.withdrawn_us.is_not(None)
    one = and_(review_note.c.note_id == note_id, there)
    return bool(connection.execute(update(review_note).where(one).values(withdrawn_us=withdrawn_us)).rowcount)


# The report -------------------------------------------------------------------------------------------


def report(connection: Connection, key: Key) -> dict[str, Any] | None:
    found = _rows(connection, select(review_report).where(_of(review_report, key)))
    return found[0] if found else None


def reports(connection: Connection) -> list[dict[str, Any]]:
    table = review_report.c
    query = select(table.subject_kind, table.subject_id, table.published_us, table.published_by)
    return [dict(row._mapping) for row in connection.execute(query)]


def keep_report(connection: Connection, key: Key, version: int | None, **values: Any) -> bool:
    """Begin a report (version None) or change it; False where somebody was faster."""
    if version is None:
        return _once(connection, review_report, {**_keyed(key), "version": 1, **values})
    same = and_(_of(review_report, key), review_report.c.version == version)
    done = connection.execute(update(review_report).where(same).values(version=version + 1, **_packed(values)))
    return bool(done.rowcount)


# What was exercised, and by whom ----------------------------------------------------------------------


def exercises(connection: Connection) -> list[dict[str, Any]]:
    return _rows(connection, select(exercise).order_by(exercise.c.held_us, exercise.c.subject_id))


def keep_exercise(connection: Connection, key: Key, **values: Any) -> None:
    """As it was last: an incident that went on, a run that was played again."""
    connection.execute(delete(exercise).where(_of(exercise, key)))
    connection.execute(insert(exercise).values(**_packed({**_keyed(key), **values})))


def trainings(connection: Connection, person: str | None = None) -> list[dict[str, Any]]:
    """Training records, the newest first; of one person where named."""
    query = select(training_record).order_by(training_record.c.held_us.desc(), training_record.c.record_id)
    if person is not None:
        query = query.where(func.lower(training_record.c.person) == person.lower())
    return _rows(connection, query)


def keep_training(connection: Connection, key: Key, rows: list[dict[str, Any]]) -> None:
    """The records of one subject, whole."""
    connection.execute(delete(training_record).where(_of(training_record, key)))
    for row in rows:
        connection.execute(insert(training_record).values(**_packed({**_keyed(key), **row})))
