"""Proposals of levels, the asking of those who confirm them, requests to lower, and calm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.domain.claim import OPEN_STATUSES
from emergency.store.level_tables import level_ask, level_calm, level_proposal, level_request, level_round
from emergency.store.tables import claim, claim_message, journal, journal_head

Row = dict[str, Any]


def hold(connection: Connection) -> int:
    """Let one decider in at a time, until the transaction ends; returns the last number of the journal."""
    return int(
        connection.execute(select(journal_head.c.seq).where(journal_head.c.id == 1).with_for_update()).scalar_one()
    )


def anything_since(connection: Connection, seq: int, but: tuple[str, ...]) -> bool:
    """Whether the journal has an entry after a number that is none of these acts."""
    query = select(journal.c.seq).where(journal.c.seq > seq, journal.c.action.not_in(but)).limit(1)
    return connection.execute(query).first() is not None


def head(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(journal_head.c.seq), 0))).scalar_one())


# -- payout ----------------------------------------------------------------------------------------


def outstanding(connection: Connection, *, now_us: int, incident: str) -> list[Row]:
    """What messages about outstanding amounts change: of open claims, paid plus the newest outstanding
    amount in place of the estimate.

    Returns:
        region, line, currency, more_minor (may be below zero).
    """
    m, c = claim_message.c, claim.c
    newest = func.row_number().over(
        partition_by=(m.source, m.report_no), order_by=(m.at_us.desc(), m.message_id.desc())
    )
    said = (
        select(m.source, m.report_no, m.outstanding_minor, newest.label("place"))
        .where(m.outstanding_minor.is_not(None), m.at_us <= now_us)
        .subquery()
    )
    paid, estimated = func.coalesce(c.paid_minor, 0), func.coalesce(c.estimated_minor, 0)
    counted = case((estimated > paid, estimated), else_=paid)
    query = (
        select(c.region, c.line, c.currency, func.sum(paid + said.c.outstanding_minor - counted).label("more_minor"))
        .join(said, (said.c.source == c.source) & (said.c.report_no == c.report_no) & (said.c.place == 1))
        .where(c.incident_id == incident, c.known_at <= now_us, c.status.in_(OPEN_STATUSES))
        .group_by(c.region, c.line, c.currency)
    )
    return [dict(r._mapping) | {"more_minor": int(r.more_minor)} for r in connection.execute(query)]


# -- proposals -------------------------------------------------------------------------------------


def add_proposal(connection: Connection, **values: Any) -> int | None:
    """Write a proposal; its number, or None where another process has just written one of that number."""
    packed = values | {"grade": json.dumps(values["grade"], ensure_ascii=False, sort_keys=True)}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(level_proposal).values(**packed).on_conflict_do_nothing()
    written = connection.execute(statement.returning(level_proposal.c.proposal_id)).scalar_one_or_none()
    return None if written is None else int(written)


def last_proposal(connection: Connection, incident_id: str, jurisdiction: str, value: str) -> Row | None:
    found = proposals(connection, incident_id, jurisdiction=jurisdiction, value=value, limit=1)
    return found[0] if found else None


def proposals(
    connection: Connection,
    incident_id: str,
    *,
    jurisdiction: str | None = None,
    value: str | None = None,
    limit: int = 200,
) -> list[Row]:
    """Proposals kept, the newest first."""
    c = level_proposal.c
    query = select(level_proposal).where(c.incident_id == incident_id).order_by(c.proposal_id.desc()).limit(limit)
    if jurisdiction is not None:
        query = query.where(c.jurisdiction == jurisdiction)
    if value is not None:
        query = query.where(c.value == value)
    return [dict(r._mapping) | {"grade": json.loads(r.grade)} for r in connection.execute(query)]


def run_of(connection: Connection, incident_id: str) -> Row | None:
    """The proposal with which the response level that is proposed now came up."""
    found: Row | None = None
    for row in proposals(connection, incident_id, jurisdiction="", value="response"):
        if found is not None and row["level"] != found["level"]:
            break
        found = row
    return found


# -- asking ----------------------------------------------------------------------------------------


def open_round(connection: Connection, *, incident_id: str, run: int, level: int, opened_us: int) -> bool:
    """Begin asking about a proposal; False where that has been done before."""
    values = {"incident_id": incident_id, "run": run, "level": level, "opened_us": opened_us}
    return _once(connection, level_round, values)


def add_ask(connection: Connection, **values: Any) -> bool:
    """Keep that somebody is asked; False where they have been asked already."""
    return _once(connection, level_ask, values)


def _once(connection: Connection, table: Any, values: Mapping[str, Any]) -> bool:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(table.c.incident_id)
    return connection.execute(statement).first() is not None


def round_open(connection: Connection, incident_id: str) -> Row | None:
    c = level_round.c
    query = (
        select(level_round).where(c.incident_id == incident_id, c.ended_us.is_(None)).order_by(c.run.desc()).limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else dict(row._mapping)


def change_round(connection: Connection, incident_id: str, run: int, **values: Any) -> None:
    c = level_round.c
    connection.execute(update(level_round).where(c.incident_id == incident_id, c.run == run).values(**values))


def reopen_round(connection: Connection, incident_id: str) -> None:
    """The decision that ended the newest asking was taken back; whoever was asked is asked still."""
    c = level_round.c
    newest = select(func.max(c.run)).where(c.incident_id == incident_id).scalar_subquery()
    connection.execute(
        update(level_round).where(c.incident_id == incident_id, c.run == newest).values(ended_us=None, outcome="")
    )


def rounds(connection: Connection, incident_id: str) -> list[Row]:
    query = select(level_round).where(level_round.c.incident_id == incident_id).order_by(level_round.c.run)
    return [dict(r._mapping) for r in connection.execute(query)]


def asks(connection: Connection, incident_id: str, run: int | None = None) -> list[Row]:
    """Who was asked, in order; of one asking, or of all."""
    c = level_ask.c
    query = select(level_ask).where(c.incident_id == incident_id).order_by(c.run, c.step)
    if run is not None:
        query = query.where(c.run == run)
    return [dict(r._mapping) for r in connection.execute(query)]


def next_due(connection: Connection, incident_id: str | None = None) -> int | None:
    """When the next person's time runs out in askings that run and are not yet provisional; microseconds."""
    r, a = level_round.c, level_ask.c
    last = (
        select(func.max(a.due_us).label("due_us"))
        .join(level_round, (r.incident_id == a.incident_id) & (r.run == a.run))
        .where(r.ended_us.is_(None), r.provisional_us.is_(None))
        .group_by(a.incident_id, a.run)
    )
    if incident_id is not None:
        last = last.where(a.incident_id == incident_id)
    found = connection.execute(select(func.min(last.subquery().c.due_us))).scalar_one_or_none()
    return None if found is None else int(found)


# -- two people ------------------------------------------------------------------------------------


def add_request(connection: Connection, **values: Any) -> int:
    statement = insert(level_request).values(state="open", **values).returning(level_request.c.request_id)
    return int(connection.execute(statement).scalar_one())


def request_open(connection: Connection, incident_id: str) -> Row | None:
    c = level_request.c
    row = connection.execute(select(level_request).where(c.incident_id == incident_id, c.state == "open")).one_or_none()
    return None if row is None else dict(row._mapping)


def end_request(connection: Connection, request_id: int, *, state: str, ended_us: int, ended_by: str) -> None:
    c = level_request.c
    connection.execute(
        update(level_request)
        .where(c.request_id == request_id, c.state == "open")
        .values(state=state, ended_us=ended_us, ended_by=ended_by)
    )


# -- calm ------------------------------------------------------------------------------------------


def calm(connection: Connection, incident_id: str, level: int) -> int | None:
    """Since when it has been calm at this level in force, microseconds; None where it is not."""
    c = level_calm.c
    query = select(c.since_us).where(c.incident_id == incident_id, c.level == level)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else int(found)


def has_calm(connection: Connection, incident_id: str, level: int) -> bool:
    """Whether anybody has looked yet at this level in force."""
    c = level_calm.c
    query = select(c.level).where(c.incident_id == incident_id, c.level == level)
    return connection.execute(query).first() is not None


def set_calm(connection: Connection, incident_id: str, level: int, since_us: int | None) -> None:
    connection.execute(delete(level_calm).where(level_calm.c.incident_id == incident_id))
    connection.execute(insert(level_calm).values(incident_id=incident_id, level=level, since_us=since_us))
