"""A claims file to chunks of claims, and an account of every row.

Each data row is exactly one of accepted, duplicate or rejected; a total row of
the list is none, and is held against the rows. A claim
without a usable place is accepted; whether a claim is new, changed or the
same as before is for the store to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from emergency.domain.claim import CLAIM_COLUMNS
from emergency.intake.accounts import ClaimChunk, Duplicate, Flag, Reject
from emergency.intake.batch import Batch
from emergency.intake.cells import shown
from emergency.intake.checks import Checks
from emergency.intake.chunk import Read
from emergency.intake.headers import with_geometry
from emergency.intake.mapping import ClaimMapping
from emergency.intake.rejects import write_rejects
from emergency.intake.rows import RowReader
from emergency.intake.table import Table, open_table
from emergency.intake.totals import Totals
from emergency.intake.words import rejected

__all__ = ["ClaimChunk", "Duplicate", "Flag", "Reject", "file_digest", "read_claims", "write_rejects"]

NO_CHECKS = Checks()
Positions = np.ndarray[Any, Any]
# Columns in which a repeated row may differ from the first.
_COMPARED = tuple(c for c in CLAIM_COLUMNS if c not in ("row", "report_no"))


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_claims(
    path: Path,
    mapping: ClaimMapping,
    *,
    now_us: int | None = None,
    chunk_rows: int = 20_000,
    checks: Checks = NO_CHECKS,
) -> Iterator[ClaimChunk]:
    """Read a file of claims, CSV, TSV or XLSX, chunk by chunk; at least one chunk comes.

    Args:
        now_us: the import instant in microseconds since 1970; a loss or report after it is
            rejected. None leaves future times unchecked.
        checks: where points can lie, which currencies are known, what looks wrong.

    Raises:
        FileFault: the file as a whole cannot be read; see `emergency.intake.table.open_table`.
    """
    table = open_table(path, mapping)
    with closing(table):
        reader = RowReader(table.header, with_geometry(mapping, table.header, table.encoding), now_us, checks)
        seen, totals = _Seen(), Totals(reader)
        row, first = 1, True
        for batch in table.batches(chunk_rows):
            yield _chunk(batch, row, table, reader, seen, totals)
            row, first = row + batch.size, False
        if first:
            yield _chunk(Batch.of(len(table.header)), 1, table, reader, seen, totals)


def _chunk(batch: Batch, row: int, table: Table, reader: RowReader, seen: _Seen, totals: Totals) -> ClaimChunk:
    numbers = row + np.array(batch.at, dtype=np.int64)
    columns = batch.columns()
    read = reader.read(columns)
    total = totals.take(read, batch, columns, numbers, row)
    claims, duplicates = seen.sort(without(_frame(read, numbers), [*read.faults, *total.at]))
    rejects = [
        rejected(int(numbers[i]), faults, table.header, [c[i].as_py() for c in columns])
        for i, faults in read.faults.items()
    ]
    broken = [(at, b) for at, b in batch.broken if at not in total.broken]
    rejects += [rejected(row + at, [("", b.fault)], table.header, b.cells) for at, b in broken]
    return ClaimChunk(
        claims=claims,
        rejects=tuple(sorted(rejects, key=lambda r: r.row)),
        duplicates=duplicates,
        flags=(*flags_of(read, numbers, table.header, columns), *total.flags),
        header=table.header,
        rows_read=batch.size - total.rows,
        bytes_read=table.bytes_read(),
        bytes_total=table.bytes_total,
        encoding=table.encoding,
        above=table.above,
    )


def _frame(read: Read, numbers: np.ndarray[Any, Any]) -> pd.DataFrame:
    columns = {name: numbers if name == "row" else read.values[name] for name in CLAIM_COLUMNS}
    frame = pd.DataFrame(columns, copy=False)
    others = {name: dtype for name, dtype in CLAIM_COLUMNS.items() if frame[name].dtype != dtype}
    return frame.astype(others) if others else frame


def without(frame: pd.DataFrame, at: list[int]) -> pd.DataFrame:
    """The rows at all other positions."""
    return frame.drop(index=at).reset_index(drop=True) if at else frame


def flags_of(
    read: Read, numbers: np.ndarray[Any, Any], header: tuple[str, ...], columns: Sequence[Any]
) -> tuple[Flag, ...]:
    """Flags of the rows that were not rejected, one for each kind of doubt."""
    flags = []
    faulty = list(read.faults)
    for field, value, code, note, where in read.flags:
        kept = where[~np.isin(where, faulty)] if faulty else where
        if not len(kept):
            continue
        cells = columns[header.index(field)].take(pa.array(kept)).to_pylist() if field in header else [value]
        flags.append(Flag(field, value or shown(cells[0]), code, note, tuple(numbers[kept].tolist()), tuple(cells)))
    return tuple(flags)


class _Seen:
    """Report numbers already taken from this file, and what each of its claims says.

    Of a number only a hash is at hand, of what a claim says only what is packed, a chunk at a time: a
    million claims take a hundred megabytes. Both are looked at exactly where a number seems to come again.
    """

    def __init__(self) -> None:
        self.hashes = np.empty(0, dtype=np.int64)  # ascending
        self.packed: list[Any] = []

    def sort(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Duplicate, ...]]:
        """Claims whose number is new in the file, and those that repeat an earlier one."""
        numbers = frame["report_no"]
        hashes = np.fromiter(map(hash, numbers.tolist()), dtype=np.int64, count=len(numbers))
        chunk, row = self._earlier(pa.array(numbers), hashes)
        again = (chunk >= 0) | numbers.duplicated().to_numpy()
        fresh = without(frame, np.flatnonzero(again).tolist())
        self.hashes = np.sort(np.concatenate([self.hashes, hashes[~again]]), kind="stable")
        self.packed.append(_packed(fresh))
        if not again.any():
            return fresh, ()
        here = again & (chunk < 0)
        chunk[here] = len(self.packed) - 1
        row[here] = pc.index_in(pa.array(numbers[here]), value_set=pa.array(fresh["report_no"])).to_numpy()
        return fresh, self._duplicates(frame[again], chunk[again], row[again])

    def _earlier(self, numbers: Any, hashes: Positions) -> tuple[Positions, Positions]:
        """Chunk and row that took each number before; -1 where none did."""
        chunk, row = np.full(len(hashes), -1), np.full(len(hashes), -1)
        at = np.searchsorted(self.hashes, hashes)
        inside = at < len(self.hashes)
        inside[inside] = self.hashes[at[inside]] == hashes[inside]
        suspects = np.flatnonzero(inside)
        for i, packed in enumerate(self.packed if suspects.size else ()):
            found = pc.index_in(numbers.take(suspects), value_set=_unpacked(packed)["report_no"].combine_chunks())
            hit = found.is_valid().to_numpy(zero_copy_only=False)
            chunk[suspects[hit]], row[suspects[hit]] = i, found.drop_null().to_numpy()
        return chunk, row

    def _duplicates(self, frame: pd.DataFrame, chunk: Positions, row: Positions) -> tuple[Duplicate, ...]:
        order = np.argsort(chunk, kind="stable")
        own = _columns(frame).take(order)
        first = pa.concat_tables(
            _unpacked(self.packed[i]).take(row[order][chunk[order] == i]) for i in np.unique(chunk).tolist()
        )
        differs = np.column_stack([_differs(own[name], first[name]) for name in _COMPARED])
        names = np.array(_COMPARED, dtype=object)
        found = [
            Duplicate(this, str(number), taken, tuple(names[other]))
            for this, number, taken, other in zip(
                *(column.to_pylist() for column in (own["row"], own["report_no"], first["row"])), differs, strict=True
            )
        ]
        return tuple(sorted(found, key=lambda one: one.row))


def _columns(frame: pd.DataFrame) -> Any:
    table = pa.Table.from_pandas(frame[["row", "report_no", *_COMPARED]], preserve_index=False)
    return table.replace_schema_metadata(None)


def _packed(frame: pd.DataFrame) -> Any:
    table, sink = _columns(frame), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _unpacked(packed: Any) -> Any:
    return pa.ipc.open_stream(packed).read_all()


def _differs(own: Any, other: Any) -> np.ndarray[Any, Any]:
    """Where two columns say something else; both saying nothing is the same."""
    same = pc.fill_null(pc.equal(own, other), False)
    return ~np.asarray(pc.or_(same, pc.and_(pc.is_null(own), pc.is_null(other))), dtype=bool)
