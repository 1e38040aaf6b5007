"""Receipts of imports, drill runs and outgoing messages."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.tables import claim_import, drill_run, job_run, outbox


def start_import(connection: Connection, **values: Any) -> None:
    connection.execute(insert(claim_import).values(state="running", **values))


def change_import(connection: Connection, import_id: str, **values: Any) -> None:
    connection.execute(update(claim_import).where(claim_import.c.import_id == import_id).values(**values))


def imports(connection: Connection, limit: int = 50) -> list[dict[str, Any]]:
    query = select(claim_import).order_by(claim_import.c.started_us.desc(), claim_import.c.import_id).limit(limit)
    return [dict(r._mapping) for r in connection.execute(query)]


def drop_run(connection: Connection, run_id: str) -> None:
    connection.execute(delete(drill_run).where(drill_run.c.run_id == run_id))


def imports_named(connection: Connection, prefix: str) -> int:
    """How many imports have an id that begins like this."""
    query = select(func.count()).where(claim_import.c.import_id.startswith(prefix, autoescape=True))
    return int(connection.execute(query).scalar_one())


def add_run(connection: Connection, **values: Any) -> None:
    packed = {k: json.dumps(v, ensure_ascii=False, sort_keys=True) if k in _JSON else v for k, v in values.items()}
    connection.execute(insert(drill_run).values(**packed))


_JSON = ("title", "score", "review", "files")


def runs(connection: Connection) -> list[dict[str, Any]]:
    query = select(drill_run).order_by(drill_run.c.finished_us.desc(), drill_run.c.run_id)
    return [dict(r._mapping) | {k: json.loads(r._mapping[k]) for k in _JSON} for r in connection.execute(query)]


def run(connection: Connection, run_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(drill_run).where(drill_run.c.run_id == run_id)).one_or_none()
    return None if row is None else dict(row._mapping) | {k: json.loads(row._mapping[k]) for k in _JSON}


def queue(connection: Connection, **values: Any) -> bool:
    """Put a message into the outbox; False where one of its key and channel is there already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(outbox).values(state="queued", **values)
    keys = ["event_key", "channel"]
    return (
        connection.execute(new.on_conflict_do_nothing(index_elements=keys).returning(outbox.c.outbox_id)).first()
        is not None
    )


def hold_back(connection: Connection, event_key: str) -> bool:
    """Keep a message that has not been sent yet from going out; False where there was none."""
    done = connection.execute(
        update(outbox).where(outbox.c.event_key == event_key, outbox.c.state == "queued").values(state="withdrawn")
    )
    return bool(done.rowcount)


def messages(connection: Connection, limit: int = 100) -> list[dict[str, Any]]:
    query = select(outbox).order_by(outbox.c.outbox_id.desc()).limit(limit)
    return [dict(r._mapping) for r in connection.execute(query)]


def take_tick(connection: Connection, job: str, planned_us: int, started_us: int) -> bool:
    """True for exactly one caller per job and planned instant."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"job": job, "planned_us": planned_us, "started_us": started_us}
    statement = dialect.insert(job_run).on_conflict_do_nothing().returning(job_run.c.job)
    return connection.execute(statement, row).first() is not None


def forget_ticks(connection: Connection, *, before_us: int) -> int:
    """Drop ticks planned before an instant; returns how many."""
    return int(connection.execute(delete(job_run).where(job_run.c.planned_us < before_us)).rowcount)
