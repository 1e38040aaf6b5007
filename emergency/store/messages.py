"""Messages about claims and policies in force: kept as they came, applied by the source's own time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.domain.claim import STATUSES
from emergency.store.tables import claim, claim_message, policy_group

MESSAGE_VALUES = ("estimated_minor", "outstanding_minor", "paid_minor", "note")
POLICY_VALUES = ("policies", "sum_insured_minor", "currency", "own_share")
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Kept:
    new: int
    updated: int
    unchanged: int


def keep_messages(connection: Connection, rows: Sequence[dict[str, Any]]) -> Kept:
    """Messages of one source (all columns of the table but its key); the same again changes nothing."""
    return _upsert(connection, claim_message, ("source", "report_no", "kind", "at_us"), MESSAGE_VALUES, rows)


def keep_policies(connection: Connection, rows: Sequence[dict[str, Any]]) -> Kept:
    """Policies in force by region and line; an older statement does not replace a newer one."""
    return _upsert(connection, policy_group, ("region", "line"), POLICY_VALUES, rows, newer="as_of_us")


def _upsert(
    connection: Connection,
    table: Any,
    keys: tuple[str, ...],
    values: tuple[str, ...],
    rows: Sequence[dict[str, Any]],
    newer: str = "",
) -> Kept:
    if not rows:
        return Kept(0, 0, 0)
    before = int(connection.execute(select(func.count()).select_from(table)).scalar_one())
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    new = statement.excluded
    differs = [table.c[name].is_distinct_from(new[name]) for name in values]
    condition = _any(differs)
    changed = {name: new[name] for name in (*values, "import_id")}
    if newer:
        condition = and_(new[newer] >= table.c[newer], condition)
        changed[newer] = new[newer]
    statement = statement.on_conflict_do_update(index_elements=list(keys), set_=changed, where=condition)
    if connection.dialect.name == "sqlite":
        touched = connection.execute(statement, list(rows)).rowcount
    else:  # PostgreSQL's driver does not count inserts; what comes back is counted
        told = statement.returning(table.c[keys[0]])
        touched = sum(len(connection.execute(told, row).fetchall()) for row in rows)
    added = int(connection.execute(select(func.count()).select_from(table)).scalar_one()) - before
    return Kept(added, touched - added, len(rows) - touched)


def _any(conditions: Iterable[Any]) -> Any:
    first, *rest = conditions
    for one in rest:
        first = first | one
    return first


def settle(connection: Connection, source: str, report_nos: Sequence[str], now_us: int) -> int:
    """Bring claims to what their messages say, the newest by the source's time; returns how many changed.

    A message without an amount says nothing of it: the newest that names one counts. Messages dated
    after ``now_us`` wait.
    """
    changes: list[dict[str, Any]] = []
    for at in range(0, len(report_nos), _AT_ONCE):
        some = list(report_nos[at : at + _AT_ONCE])
        told = _told(connection, source, some, now_us)
        if told:
            changes += _differing(connection, source, told)
    if changes:
        c = claim.c
        values: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in ("status", "estimated_minor", "paid_minor")
        }
        connection.execute(
            update(claim).where(c.claim_id == bindparam("id")).values(**values, version=c.version + 1), changes
        )
    return len(changes)


def _told(connection: Connection, source: str, report_nos: list[str], now_us: int) -> dict[str, dict[str, Any]]:
    """Report number → status and amounts by its messages."""
    m = claim_message.c
    rows = connection.execute(
        select(m.report_no, m.kind, m.at_us, m.estimated_minor, m.paid_minor)
        .where(m.source == source, m.report_no.in_(report_nos), m.at_us <= now_us)
        .order_by(m.at_us)
    ).fetchall()
    told: dict[str, dict[str, Any]] = {}
    # At one and the same time the later step of a claim's life counts.
    for row in sorted(rows, key=lambda r: (r.at_us, STATUSES.index(r.kind) if r.kind in STATUSES else -1)):
        found = told.setdefault(row.report_no, {})
        if row.kind in STATUSES:
            found["status"] = row.kind
        for name in ("estimated_minor", "paid_minor"):
            if getattr(row, name) is not None:
                found[name] = getattr(row, name)
    return told


def _differing(connection: Connection, source: str, told: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    c = claim.c
    query = select(c.claim_id, c.report_no, c.status, c.estimated_minor, c.paid_minor)
    rows = connection.execute(query.where(c.source == source, c.report_no.in_(list(told))))
    changes = []
    for row in rows:
        before = {name: getattr(row, name) for name in ("status", "estimated_minor", "paid_minor")}
        after = before | told[row.report_no]
        if after != before:
            changes.append({"id": row.claim_id} | {f"new_{name}": value for name, value in after.items()})
    return changes


def told_of(connection: Connection, source: str, report_nos: Sequence[str]) -> list[str]:
    """Of these report numbers, those about which there are messages already."""
    m = claim_message.c
    if connection.execute(select(m.message_id).where(m.source == source).limit(1)).first() is None:
        return []
    told: list[str] = []
    for at in range(0, len(report_nos), _AT_ONCE):
        some = list(report_nos[at : at + _AT_ONCE])
        query = select(m.report_no).where(m.source == source, m.report_no.in_(some)).distinct()
        told += connection.execute(query).scalars()
    return told


def unknown_claims(connection: Connection, source: str, report_nos: Sequence[str]) -> list[str]:
    """Of these numbers, those no claim of the source has yet."""
    known: set[str] = set()
    for at in range(0, len(report_nos), _AT_ONCE):
        some = list(report_nos[at : at + _AT_ONCE])
        query = select(claim.c.report_no).where(claim.c.source == source, claim.c.report_no.in_(some))
        known |= set(connection.execute(query).scalars())
    return [n for n in dict.fromkeys(report_nos) if n not in known]


def history(connection: Connection, source: str, report_no: str) -> list[dict[str, Any]]:
    """Messages about one claim, oldest by the source's time first."""
    m = claim_message.c
    query = select(claim_message).where(m.source == source, m.report_no == report_no).order_by(m.at_us, m.message_id)
    return [dict(r._mapping) for r in connection.execute(query)]


def policies(connection: Connection) -> list[dict[str, Any]]:
    """Policies in force, by region and line."""
    query = select(policy_group).order_by(policy_group.c.region, policy_group.c.line)
    return [dict(r._mapping) for r in connection.execute(query)]
