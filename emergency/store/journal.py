"""The journal: every act, in order, chained so that a change shows.

Each entry's hash covers its own fields and the hash before it. Fields are
length-prefixed before hashing, so that no two different entries can produce the
same bytes. An entry is written in the transaction of the act it records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError

from emergency.store.tables import journal, journal_head

GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One line of the journal; instants in microseconds UTC, ``body`` as JSON text."""

    seq: int
    happened_us: int
    recorded_us: int
    actor: str
    action: str
    subject: str
    body: str
    prev: str
    hash: str

    def facts(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded


@dataclass(frozen=True)
class Verdict:
    """Result of recomputing the chain; ``first_bad`` is the entry at which it breaks."""

    ok: bool
    entries: int
    head: str
    first_bad: int | None = None
    fault: str = ""


def canonical(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chained_hash(
    prev: str, seq: int, happened_us: int, recorded_us: int, actor: str, action: str, subject: str, body: str
) -> str:
    """SHA-256 over the length-prefixed fields of an entry and the hash before it."""
    digest = hashlib.sha256()
    for part in (prev, str(seq), str(happened_us), str(recorded_us), actor, action, subject, body):
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


# Made once: every act of the house, and every batch over HTTP, comes through here.
_HEAD = select(journal_head).where(journal_head.c.id == 1).with_for_update()
_ADD = insert(journal)
_MOVE = update(journal_head).where(journal_head.c.id == 1)


def append(
    connection: Connection,
    *,
    happened_us: int,
    recorded_us: int,
    actor: str,
    action: str,
    subject: str,
    body: Mapping[str, Any],
) -> int:
    """Add an entry inside the caller's transaction; returns its sequence number."""
    head = connection.execute(_HEAD).one()
    seq, text = head.seq + 1, canonical(body)
    hash_ = chained_hash(head.hash, seq, happened_us, recorded_us, actor, action, subject, text)
    connection.execute(
        _ADD,
        {
            "seq": seq,
            "happened_us": happened_us,
            "recorded_us": recorded_us,
            "actor": actor,
            "action": action,
            "subject": subject,
            "body": text,
            "prev": head.hash,
            "hash": hash_,
        },
    )
    connection.execute(_MOVE, {"seq": seq, "hash": hash_})
    return int(seq)


def entries(
    connection: Connection, *, after: int = 0, limit: int | None = None, newest_first: bool = False
) -> Iterator[Entry]:
    order = journal.c.seq.desc() if newest_first else journal.c.seq
    query = select(journal).where(journal.c.seq > after).order_by(order)
    for row in connection.execute(query.limit(limit) if limit else query):
        yield Entry(**row._mapping)


def entries_of(
    connection: Connection, *, subject: str, action: str | None = None, newest_first: bool = False
) -> Iterator[Entry]:
    """Entries about one subject, of one action unless all are meant, in order; found by an index."""
    order = journal.c.seq.desc() if newest_first else journal.c.seq
    query = select(journal).where(journal.c.subject == subject).order_by(order)
    if action is not None:
        query = query.where(journal.c.action == action)
    for row in connection.execute(query):
        yield Entry(**row._mapping)


def verify(connection: Connection) -> Verdict:
    """Recompute the whole chain and compare it with the stored head."""
    prev, seq = GENESIS, 0
    for entry in entries(connection):
        seq += 1
        if entry.seq != seq:
            return Verdict(False, seq - 1, prev, entry.seq, f"entry {seq} is missing")
        expected = chained_hash(
            prev, seq, entry.happened_us, entry.recorded_us, entry.actor, entry.action, entry.subject, entry.body
        )
        if entry.prev != prev or entry.hash != expected:
            return Verdict(False, seq - 1, prev, seq, f"entry {seq} does not match its hash")
        prev = entry.hash
    head = connection.execute(select(journal_head).where(journal_head.c.id == 1)).one_or_none()
    if head is None:
        return Verdict(False, seq, prev, seq + 1, "the head of the journal is missing")
    if (head.seq, head.hash) != (seq, prev):
        return Verdict(False, seq, prev, seq + 1, f"the head names entry {head.seq}, the journal ends at {seq}")
    return Verdict(True, seq, prev)


def verified(read: Callable[[], AbstractContextManager[Connection]]) -> Verdict:
    """`verify`, where even the table may be gone."""
    try:
        with read() as connection:
            return verify(connection)
    except DBAPIError as fault:
        return Verdict(False, 0, GENESIS, 1, f"the journal cannot be read: {fault.orig}")
