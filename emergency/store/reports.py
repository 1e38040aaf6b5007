"""Reporting clocks, the marks they left, drafts and reports that were handed in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.domain.reporting_clock import Clock
from emergency.store.report_tables import report, report_clock, report_draft, report_mark
from emergency.store.tables import incident, journal_head, level_decision
from emergency.store.task_tables import stand_down

JSON = ("fields", "figures", "missing")


# Clocks ---------------------------------------------------------------------------------------------


def clocks(connection: Connection, incident_id: str) -> list[Clock]:
    rows = connection.execute(
        select(report_clock)
        .where(report_clock.c.incident_id == incident_id)
        .order_by(report_clock.c.due_us, report_clock.c.clock_id)
    )
    return [_clock(dict(r._mapping)) for r in rows]


def keep_clocks(connection: Connection, incident_id: str, changed: Iterable[Clock]) -> None:
    """Write clocks; one that another process began in the meantime keeps its start, where that is the earlier one."""
    dialect = _dialect(connection)
    for clock in changed:
        row = _row(incident_id, clock)
        moved = {
            name: row[name] for name in ("superseded_us", "superseded_by", "met_us", "met_by", "missed_us", "lifted_us")
        }
        statement = dialect.insert(report_clock).values(**row)
        for name in ("started_us", "due_us"):
            here, new = report_clock.c[name], statement.excluded[name]
            moved[name] = case((new < here, new), else_=here)
        connection.execute(statement.on_conflict_do_update(index_elements=["incident_id", "clock_id"], set_=moved))


def ends(connection: Connection, incident_id: str) -> list[tuple[int, int | None]]:
    """When the response ended and when it was taken up again, in order; None where it was not.

    It ends as the incident is closed, or as a level that was in force is taken back to none; it is taken up again as
    the incident is reopened, or a level put in force.
    """
    moves = sorted(_moves(connection, incident_id))
    closed = connection.execute(select(incident.c.closed_us).where(incident.c.incident_id == incident_id)).scalar()
    if closed is not None:
        moves.append((int(closed), True))
    found: list[tuple[int, int | None]] = []
    for at_us, ended in moves:
        over = bool(found) and found[-1][1] is None
        if ended and not over:
            found.append((at_us, None))
        elif over and not ended:
            found[-1] = (found[-1][0], at_us)
    return found


def _moves(connection: Connection, incident_id: str) -> Iterator[tuple[int, bool]]:
    """(instant, whether it ended then) of everything that ends a response or takes it up again."""
    mine = stand_down.c.incident_id == incident_id
    for row in connection.execute(select(stand_down.c.decided_us, stand_down.c.undone_us).where(mine)):
        yield int(row.decided_us), True
        if row.undone_us is not None:
            yield int(row.undone_us), False
    decided = connection.execute(
        select(level_decision.c.level, level_decision.c.decided_us, level_decision.c.kind)
        .where(level_decision.c.incident_id == incident_id, level_decision.c.jurisdiction == "")
        .order_by(level_decision.c.decision_id)
    )
    in_force = None
    for level, decided_us, kind in decided:
        if level is not None:
            yield int(decided_us), False
        elif in_force is not None and kind not in ("taken_back", "reopened"):
            yield int(decided_us), True
        in_force = level


def stood_down_us(connection: Connection, incident_id: str) -> int | None:
    """When the response that is over ended; None while it runs."""
    found = ends(connection, incident_id)
    return found[-1][0] if found and found[-1][1] is None else None


def mark(connection: Connection, incident_id: str, clock_id: str, name: str, at_us: int) -> bool:
    """Take a mark; True for exactly one caller, whoever else wakes for the same."""
    row = {"incident_id": incident_id, "clock_id": clock_id, "mark": name, "marked_us": at_us, "journal_seq": 0}
    statement = _dialect(connection).insert(report_mark).values(**row)
    return connection.execute(statement.on_conflict_do_nothing().returning(report_mark.c.mark)).first() is not None


def unmark(connection: Connection, incident_id: str, clock_id: str, name: str) -> None:
    """Give a mark back that was taken in this same transaction."""
    connection.execute(
        delete(report_mark).where(
            report_mark.c.incident_id == incident_id, report_mark.c.clock_id == clock_id, report_mark.c.mark == name
        )
    )


def head(connection: Connection) -> int:
    """Number of the journal's last entry: unchanged, nothing was done since."""
    return int(connection.execute(select(journal_head.c.seq).where(journal_head.c.id == 1)).scalar_one())


def mark_recorded(connection: Connection, incident_id: str, clock_id: str, name: str, seq: int) -> None:
    connection.execute(
        update(report_mark)
        .where(
            report_mark.c.incident_id == incident_id,
            report_mark.c.clock_id == clock_id,
            report_mark.c.mark == name,
        )
        .values(journal_seq=seq)
    )


def marks(connection: Connection, incident_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(report_mark).where(report_mark.c.incident_id == incident_id).order_by(report_mark.c.marked_us)
    )
    return [dict(r._mapping) for r in rows]


# Drafts ---------------------------------------------------------------------------------------------


def draft(connection: Connection, incident_id: str, kind: str) -> dict[str, dict[str, Any]]:
    """Field -> what somebody wrote over the prefilled text, with its version."""
    rows = connection.execute(
        select(report_draft).where(report_draft.c.incident_id == incident_id, report_draft.c.kind == kind)
    )
    return {r.field: dict(r._mapping) for r in rows}


def save_draft(connection: Connection, before: int, **values: Any) -> bool:
    """Write one field of a draft; False where it is no longer the version that was read (0: not there yet)."""
    if before == 0:
        statement = _dialect(connection).insert(report_draft).values(**values, version=1)
        done = connection.execute(statement.on_conflict_do_nothing().returning(report_draft.c.field))
        return done.first() is not None
    key = and_(*(report_draft.c[name] == values[name] for name in ("incident_id", "kind", "field")))
    changed = connection.execute(
        update(report_draft).where(key, report_draft.c.version == before).values(**values, version=before + 1)
    )
    return changed.rowcount == 1


def drop_draft(connection: Connection, incident_id: str, kind: str, field: str | None = None) -> None:
    found = and_(report_draft.c.incident_id == incident_id, report_draft.c.kind == kind)
    connection.execute(
        delete(report_draft).where(found if field is None else and_(found, report_draft.c.field == field))
    )


# Reports --------------------------------------------------------------------------------------------


def add(connection: Connection, **values: Any) -> None:
    packed = {k: json.dumps(v, ensure_ascii=False) if k in JSON else v for k, v in values.items()}
    connection.execute(insert(report).values(**packed))


def handed_in(connection: Connection, incident_id: str, until_us: int | None = None) -> list[dict[str, Any]]:
    """Every report of an incident, the newest first; as known at an instant where one is given."""
    query = select(report).where(report.c.incident_id == incident_id)
    if until_us is not None:
        query = query.where(report.c.recorded_us <= until_us)
    return [
        _report(r._mapping) for r in connection.execute(query.order_by(report.c.recorded_us.desc(), report.c.report_id))
    ]


def one(connection: Connection, report_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(report).where(report.c.report_id == report_id)).one_or_none()
    return None if row is None else _report(row._mapping)


def next_number(connection: Connection, incident_id: str, kind: str) -> int:
    query = select(func.max(report.c.number)).where(report.c.incident_id == incident_id, report.c.kind == kind)
    return int(connection.execute(query).scalar() or 0) + 1


def _report(row: Mapping[Any, Any]) -> dict[str, Any]:
    return dict(row) | {name: json.loads(row[name]) for name in JSON}


def _row(incident_id: str, c: Clock) -> dict[str, Any]:
    return {
        "incident_id": incident_id,
        "clock_id": c.id,
        "addressee": c.to,
        "kind": c.kind,
        "number": c.number,
        "started_us": c.started_us,
        "within_s": c.within_s,
        "due_us": c.due_us,
        "strive": c.strive,
        "every_s": c.every_s,
        "since_us": c.since_us,
        "rules": c.rules,
        "rule_row": c.row,
        "cause": c.cause,
        "source": c.source,
        "superseded_us": c.superseded_us,
        "superseded_by": c.superseded_by,
        "met_us": c.met_us,
        "met_by": c.met_by,
        "missed_us": c.missed_us,
        "lifted_us": c.lifted_us,
    }


def _clock(row: dict[str, Any]) -> Clock:
    values = {k: v for k, v in row.items() if k not in ("incident_id", "clock_id", "addressee", "due_us", "rule_row")}
    return Clock(to=row["addressee"], row=row["rule_row"], **values)


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql
