"""The emergency fund of one workspace: drawdowns and the entries that balance."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from emergency.domain.fund import Entry
from emergency.store.pool_tables import drawdown, fund_entry

Row = dict[str, Any]
_LOCK = 4_6_2026  # any fixed number: who books waits for whoever books now


def hold(connection: Connection) -> None:
    """Nobody else books until this transaction ends; SQLite lets one write at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def book(
    connection: Connection, entry: Entry, *, at_us: int, actor: str, drawdown_id: int | None = None, note: str = ""
) -> None:
    connection.execute(
        insert(fund_entry).values(
            at_us=at_us,
            source=entry.source,
            target=entry.target,
            amount_minor=entry.minor,
            currency=entry.currency,
            incident_id=entry.incident,
            drawdown_id=drawdown_id,
            actor=actor,
            note=note,
        )
    )


def rows(connection: Connection) -> list[Row]:
    """The whole ledger in order."""
    return [dict(r._mapping) for r in connection.execute(select(fund_entry).order_by(fund_entry.c.entry_id))]


def entries(connection: Connection) -> list[Entry]:
    """The ledger as sums: one entry per pair of accounts, incident and currency; balances need no more."""
    keys = (fund_entry.c.source, fund_entry.c.target, fund_entry.c.currency, fund_entry.c.incident_id)
    query = select(*keys, func.sum(fund_entry.c.amount_minor).label("minor")).group_by(*keys)
    return [Entry(r.source, r.target, int(r.minor), r.currency, r.incident_id) for r in connection.execute(query)]


def ask(connection: Connection, **values: Any) -> int:
    done = connection.execute(insert(drawdown).values(state="asked", **values))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def get(connection: Connection, drawdown_id: int) -> Row | None:
    row = connection.execute(select(drawdown).where(drawdown.c.drawdown_id == drawdown_id)).one_or_none()
    return None if row is None else dict(row._mapping)


def drawdowns(connection: Connection, incident_id: str | None = None) -> list[Row]:
    """Drawdowns, the newest first."""
    query = select(drawdown).order_by(drawdown.c.drawdown_id.desc())
    if incident_id is not None:
        query = query.where(drawdown.c.incident_id == incident_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def change(connection: Connection, drawdown_id: int, version: int, **values: Any) -> bool:
    """Write it unless somebody else changed it since it was read; False where somebody did."""
    done = connection.execute(
        update(drawdown)
        .where(drawdown.c.drawdown_id == drawdown_id, drawdown.c.version == version)
        .values(version=version + 1, **values)
    )
    return bool(done.rowcount)
