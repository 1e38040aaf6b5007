"""Claims and figures that other systems send while a disaster runs, batch by batch.

A batch comes in by the door every claim uses: columns, a place, the upsert, a line in the
journal. It is whole or not at all, and its sender hears of it only after the commit; what it
heard is kept with the batch, so that a sender who lost the answer can ask again.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from emergency.access.keys import Key
from emergency.domain.claim import CLAIM_COLUMNS
from emergency.service.context import Conflict, Context
from emergency.service.feed_rows import Fault, Row, checked
from emergency.service.gather import Gatherer
from emergency.service.grading import incident_named
from emergency.service.importing import check_takes_files, follow_up, known_currencies
from emergency.store import claims, feed
from emergency.store.store import Connection, Store
from emergency.texts import Message

MOST_ROWS = 1_000
# Batches in one transaction: with more, the first of them would wait too long for the last.
MOST_TOGETHER = 16
# What became of a row, and the letter that is kept for it; a capital where the claim has no place.
RESULTS = {"n": "new", "u": "updated", "d": "duplicate", "r": "rejected"}
LETTERS = {word: letter for letter, word in RESULTS.items()}


@dataclass(frozen=True)
class RowResult:
    """What became of one row.

    Attributes:
        index: place in the batch, from 0.
        result: new, updated, duplicate or rejected.
        located: False for a new or updated claim that waits for a place.
        faults: why it was rejected.
    """

    index: int
    report_no: str
    result: str
    located: bool = True
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class BatchReceipt:
    """``rows = new + updated + duplicates + rejected``; ``repeated`` marks an answer given before."""

    batch: str
    results: tuple[RowResult, ...]
    repeated: bool = False

    def count(self, result: str) -> int:
        return sum(r.result == result for r in self.results)

    def counts(self) -> dict[str, int]:
        return {
            "rows": len(self.results),
            "new": self.count("new"),
            "updated": self.count("updated"),
            "duplicates": self.count("duplicate"),
            "rejected": self.count("rejected"),
            "unlocated": sum(not r.located for r in self.results),
        }


@dataclass(frozen=True)
class Batch:
    """One batch on its way in.

    Attributes:
        rows: claim columns by name, as the sender has them.
        faults: row -> why it is rejected.
        sha256: of the request, to tell a repeated one from another with the same idempotency key.
    """

    ctx: Context
    key: Key
    rows: Sequence[Row]
    faults: Mapping[int, tuple[Fault, ...]]
    incident_id: str | None
    idem_key: str | None
    sha256: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @cached_property
    def taken(self) -> list[int]:
        """Rows to be written: not rejected, and the first of their report number."""
        first: dict[str, int] = {}
        for i, row in enumerate(self.rows):
            if i not in self.faults:
                first.setdefault(row["report_no"], i)
        return list(first.values())

    @cached_property
    def touches(self) -> frozenset[Hashable]:
        numbers: set[Hashable] = {(self.key.source, self.rows[i]["report_no"]) for i in self.taken}
        return frozenset(numbers | ({("answer", self.key.key_id, self.idem_key)} if self.idem_key else set()))


class Feed:
    """The door for batches: one for each server, with a queue for each workspace."""

    def __init__(self) -> None:
        self._doors: WeakKeyDictionary[Store, Gatherer[Batch, BatchReceipt]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def take(
        self,
        ctx: Context,
        key: Key,
        rows: Sequence[Row],
        *,
        sha256: str,
        incident_id: str | None = None,
        idem_key: str | None = None,
        faults: Mapping[int, tuple[Fault, ...]] | None = None,
    ) -> BatchReceipt:
        """Write a batch and say what became of every row; returns after the commit.

        Args:
            rows: claim columns; ``report_no`` is always there, and ``line`` in rows without faults.
            faults: row -> what was found wrong with it before; it is rejected.

        Raises:
            Refused: no such incident, or a workspace that takes no claims.
            Conflict: the idempotency key was used for another request.
        """
        check_takes_files(ctx)
        if incident_id is not None:
            incident_named(ctx, incident_id)
        found = checked(rows, ctx.now_us(), known_currencies(ctx)) | dict(faults or {})
        batch = Batch(ctx, key, rows, found, incident_id, idem_key, sha256)
        return self._door(ctx.store).submit(batch)

    def _door(self, store: Store) -> Gatherer[Batch, BatchReceipt]:
        with self._lock:
            if store not in self._doors:
                self._doors[store] = Gatherer(_write, lambda batch: batch.touches, MOST_TOGETHER)
            return self._doors[store]


def _write(group: Sequence[Batch]) -> list[BatchReceipt]:
    """Write batches of one workspace in one transaction."""
    placed = {shared: _placed(batches) for shared, batches in _sharing(group)}
    answers: dict[str, BatchReceipt] = {}
    with group[0].ctx.store.write() as connection:
        for batch in group:
            earlier = _answered(connection, batch)
            if earlier is not None:
                answers[batch.id] = earlier
        for shared, batches in _sharing(group):
            fresh = [b for b in batches if b.id not in answers]
            frame = placed[shared]
            if len(fresh) < len(batches):
                frame = frame[frame["batch"].isin([b.id for b in fresh])]
            for batch, receipt in _keep(connection, fresh, frame):
                answers[batch.id] = receipt
    return [answers[batch.id] for batch in group]


def _sharing(group: Sequence[Batch]) -> list[tuple[tuple[str, str], list[Batch]]]:
    """The batches that can go through one upsert: same source, same incident."""

    def shared(batch: Batch) -> tuple[str, str]:
        return batch.key.source, batch.incident_id or ""

    return [(by, list(batches)) for by, batches in groupby(sorted(group, key=shared), key=shared)]


def _placed(batches: Sequence[Batch]) -> pd.DataFrame:
    """The claims of these batches as placed columns, with the batch of each beside them."""
    ctx = batches[0].ctx
    rows = [(batch.id, batch.rows[i]) for batch in batches for i in batch.taken]
    # One order for all writers: two processes that write the same claims then wait, and do not lock.
    rows.sort(key=lambda one: one[1]["report_no"])
    frame = _columns([row for _, row in rows], ctx.profile.currency)
    # Half a point, and the point 0, 0 that programs write for "unknown", are no place.
    nowhere = frame["lon"].isna() | frame["lat"].isna() | ((frame["lon"] == 0) & (frame["lat"] == 0))
    frame.loc[nowhere, ["lon", "lat"]] = math.nan
    return ctx.regions.place(frame).assign(batch=[batch for batch, _ in rows])


def _columns(rows: Sequence[Row], currency: str) -> pd.DataFrame:
    """Rows as claim columns; what a sender does not say is unknown, or the plain thing."""
    unsaid = {"channel": "api", "status": "reported", "currency": currency, "lon": math.nan, "lat": math.nan}
    columns: dict[str, Any] = {}
    for name, dtype in CLAIM_COLUMNS.items():
        missing = unsaid.get(name)
        values = range(1, len(rows) + 1) if name == "row" else [row.get(name, missing) for row in rows]
        columns[name] = pd.array(values, dtype=dtype)  # type: ignore[call-overload]
    return pd.DataFrame(columns)


def _answered(connection: Connection, batch: Batch) -> BatchReceipt | None:
    """The answer this request was given before.

    Raises:
        Conflict: its idempotency key belongs to another request.
    """
    if batch.idem_key is None:
        return None
    earlier = feed.take_turn(
        connection,
        key_id=batch.key.key_id,
        idem_key=batch.idem_key,
        request_sha256=batch.sha256,
        at_us=batch.ctx.now_us(),
    )
    if earlier is None:
        return None
    if earlier.request_sha256 != batch.sha256:
        raise Conflict(Message("this idempotency key was used for another request; give every batch a key of its own"))
    return _again(batch, earlier.answer)


def _keep(
    connection: Connection, batches: Sequence[Batch], frame: pd.DataFrame
) -> Iterable[tuple[Batch, BatchReceipt]]:
    if not batches:
        return
    first = batches[0]
    source, import_id = first.key.source, f"{first.key.source}-{first.id}"
    claims.upsert(
        connection,
        frame.drop(columns="batch"),
        source=source,
        import_id=import_id,
        keyed_us=first.ctx.now_us(),
        incident=first.incident_id,
    )
    numbers = frame["report_no"].tolist()
    # What became of the rows themselves is told; what waiting messages make of a new claim is its next version.
    now = feed.kept(connection, source, numbers)
    follow_up(first.ctx, connection, source, import_id, numbers)
    for batch in batches:
        receipt = _receipt(batch, now, import_id)
        _record(connection, batch, receipt, import_id)
        yield batch, receipt


def _receipt(batch: Batch, now: Mapping[str, feed.Kept], import_id: str) -> BatchReceipt:
    """What became of each row, read from the claims as they now stand."""
    taken = set(batch.taken)
    results = []
    for i, row in enumerate(batch.rows):
        claim = now.get(row["report_no"]) if i in taken else None
        if claim is not None and claim.import_id == import_id:
            # This very write stands in the claim: its first version is a new claim, a later one a change.
            word = "new" if claim.version == 1 else "updated"
            results.append(RowResult(i, row["report_no"], word, claim.located))
        else:
            word = "rejected" if i in batch.faults else "duplicate"
            results.append(RowResult(i, row["report_no"], word, faults=batch.faults.get(i, ())))
    return BatchReceipt(batch.id, tuple(results))


def _record(connection: Connection, batch: Batch, receipt: BatchReceipt, import_id: str) -> None:
    body = {"file": batch.key.source, "mapping": "api", "import": import_id, "sha256": batch.sha256}
    batch.ctx.record(connection, "claims.import", f"{batch.key.source}-{batch.id}", {**body, **receipt.counts()})
    if batch.idem_key is not None:
        answer = {"batch": batch.id, "results": "".join(map(_letter, receipt.results))}
        feed.give_answer(connection, key_id=batch.key.key_id, idem_key=batch.idem_key, answer=answer)


def _letter(result: RowResult) -> str:
    letter = LETTERS[result.result]
    return letter if result.located else letter.upper()


def _again(batch: Batch, answer: Mapping[str, Any]) -> BatchReceipt:
    """The answer as it was, its words taken from the request itself: it is the same request.

    A row that was rejected then may be free of faults now (a time that lay ahead has come); it
    stays rejected, for nothing was written.
    """
    results = [
        RowResult(
            index=i,
            report_no=row["report_no"],
            result=RESULTS[letter.lower()],
            located=letter.islower(),
            faults=batch.faults.get(i, ()) if letter == "r" else (),
        )
        for i, (row, letter) in enumerate(zip(batch.rows, answer["results"], strict=True))
    ]
    return BatchReceipt(answer["batch"], tuple(results), repeated=True)
