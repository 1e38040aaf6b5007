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
_LOOKED_FOR_AT_ONCE = 1_000


@dataclass(frozen=True)
class Kept:
    new: int
    updated: int
    unchanged: int


def keep_messages(connection: Connection, rows: Sequence[dict[str, Any]]) -> Kept:
    """Messages of one source (all columns of the table but its key); the same again changes nothing."""
    return _upsert(connection, claim_message, ("source", "report_no", "kind", "at_us"), MESSAGE_VALUES, rows)


def keep_policies(connection: Connection, rows: Sequence[dict[str, Any]], of: Sequence[int] = ()) -> Kept:
    """Policies in force by region and line; an older statement does not replace a newer one.

    Args:
        of: how many rows of the source each stands for; these are counted then.
    """
    keys = ("region", "line")
    if not any(n != 1 for n in of):
        return _upsert(connection, policy_group, keys, POLICY_VALUES, rows, newer="as_of_us")
    kept = [
        (n, _upsert(connection, policy_group, keys, POLICY_VALUES, [row], newer="as_of_us"))
        for n, row in zip(of, rows, strict=True)
    ]
    new, updated, same = (sum(n * getattr(one, what) for n, one in kept) for what in ("new", "updated", "unchanged"))
    return Kept(new, updated, same)


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
    for row in sorted(rows, key=lambda r: order_of(r.at_us, r.kind)):
        found = told.setdefault(row.report_no, {})
        found |= says(row.kind, row.estimated_minor, row.paid_minor)
    return told


def order_of(at_us: int, kind: str) -> tuple[int, int]:
    """Sorts messages, the one that counts last: at one and the same time the later step of a claim's life counts."""
    return at_us, STATUSES.index(kind) if kind in STATUSES else -1


def says(kind: str, estimated_minor: int | None, paid_minor: int | None) -> dict[str, Any]:
    """What a message makes of its claim: columns and their values."""
    status = kind if kind in STATUSES else None
    found = {"status": status, "estimated_minor": estimated_minor, "paid_minor": paid_minor}
    return {name: value for name, value in found.items() if value is not None}


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
    # A file's chunks are spared the search where its source has no messages at all; a small batch is searched at once.
    any_here = select(m.message_id).where(m.source == source).limit(1)
    if len(report_nos) > _LOOKED_FOR_AT_ONCE and connection.execute(any_here).first() is None:
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


def waiting(connection: Connection) -> list[dict[str, Any]]:
    """Messages whose claim is not in, by source: source, messages, claims, since_us (when the first came in)."""
    m, c = claim_message.c, claim.c
    here = select(c.claim_id).where(c.source == m.source, c.report_no == m.report_no).exists()
    query = (
        select(
            m.source,
            func.count().label("messages"),
            func.count(m.report_no.distinct()).label("claims"),
            func.min(m.recorded_us).label("since_us"),
        )
        .where(~here)
        .group_by(m.source)
        .order_by(m.source)
    )
    return [dict(r._mapping) for r in connection.execute(query)]


def waiting_numbers(connection: Connection, source: str, most: int) -> list[str]:
    """Report numbers of a source about which messages wait, those that wait longest first."""
    m, c = claim_message.c, claim.c
    here = select(c.claim_id).where(c.source == m.source, c.report_no == m.report_no).exists()
    query = select(m.report_no).where(m.source == source, ~here).group_by(m.report_no)
    return list(connection.execute(query.order_by(func.min(m.recorded_us), m.report_no).limit(most)).scalars())


def known_under(connection: Connection, sources: Sequence[str], report_nos: Sequence[str]) -> dict[str, int]:
    """Source → how many of these numbers are claims of it."""
    c = claim.c
    query = select(c.source, func.count()).where(c.source.in_(sources), c.report_no.in_(report_nos))
    return {source: int(n) for source, n in connection.execute(query.group_by(c.source).order_by(c.source))}
