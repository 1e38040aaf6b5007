"""What a feed needs of the store: answers given before, and what became of each claim it sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from emergency.store.access_tables import idempotency
from emergency.store.tables import claim

# Both databases take more gaps than this in one statement.
_NUMBERS_AT_ONCE = 500


@dataclass(frozen=True)
class Earlier:
    """An answer that was given to the same idempotency key before."""

    request_sha256: str
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """A claim as it now stands in the store."""

    version: int
    import_id: str
    located: bool


def take_turn(connection: Connection, *, key_id: str, idem_key: str, request_sha256: str, at_us: int) -> Earlier | None:
    """Claim an idempotency key for the answer that will be given; None, or the answer it has already.

    The row stands before the work begins: a second sender of the same key, in this process or
    another, waits at the primary key until the first has committed, and then finds its answer.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"key_id": key_id, "idem_key": idem_key, "request_sha256": request_sha256, "answer": "{}", "at_us": at_us}
    statement = dialect.insert(idempotency).values(**row).on_conflict_do_nothing().returning(idempotency.c.key_id)
    if connection.execute(statement).first() is not None:
        return None
    found = connection.execute(select(idempotency).where(*_this(key_id, idem_key))).one()
    return Earlier(found.request_sha256, json.loads(found.answer))


def give_answer(connection: Connection, *, key_id: str, idem_key: str, answer: Mapping[str, Any]) -> None:
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    connection.execute(update(idempotency).where(*_this(key_id, idem_key)).values(answer=text))


def forget_answers(connection: Connection, *, before_us: int) -> int:
    """Drop answers given before an instant; their keys may be used anew. Returns how many."""
    return int(connection.execute(delete(idempotency).where(idempotency.c.at_us < before_us)).rowcount)


def _this(key_id: str, idem_key: str) -> tuple[Any, ...]:
    return idempotency.c.key_id == key_id, idempotency.c.idem_key == idem_key


def kept(connection: Connection, source: str, report_nos: Sequence[str]) -> dict[str, Kept]:
    """Claims of a source by report number; those that are not there are left out."""
    found: dict[str, Kept] = {}
    for at in range(0, len(report_nos), _NUMBERS_AT_ONCE):
        some = report_nos[at : at + _NUMBERS_AT_ONCE]
        query = select(claim.c.report_no, claim.c.version, claim.c.import_id, claim.c.region).where(
            claim.c.source == source, claim.c.report_no.in_(some)
        )
        for row in connection.execute(query):
            found[row.report_no] = Kept(row.version, row.import_id, row.region is not None)
    return found


def one_claim(connection: Connection, source: str, report_no: str) -> dict[str, Any] | None:
    query = select(claim).where(claim.c.source == source, claim.c.report_no == report_no)
    row = connection.execute(query).one_or_none()
    return None if row is None else dict(row._mapping)
