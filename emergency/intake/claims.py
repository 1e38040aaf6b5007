"""A claims file to chunks of claims, and an account of every row.

Each data row is exactly one of accepted, duplicate or rejected. A claim
without a usable place is accepted; whether a claim is new, changed or the
same as before is for the store to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from emergency.domain.claim import CLAIM_COLUMNS
from emergency.intake.accounts import ClaimChunk, Duplicate, Flag, Reject
from emergency.intake.batch import Batch
from emergency.intake.cells import shown
from emergency.intake.checks import Checks
from emergency.intake.mapping import ClaimMapping
from emergency.intake.rejects import write_rejects
from emergency.intake.rows import Read, RowReader
from emergency.intake.table import Table, open_table
from emergency.intake.words import rejected

__all__ = ["ClaimChunk", "Duplicate", "Flag", "Reject", "file_digest", "read_claims", "write_rejects"]

NO_CHECKS = Checks()
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
    reader = RowReader(table.header, mapping, now_us, checks)
    seen = _Seen()
    row, first = 1, True
    for batch in table.batches(chunk_rows):
        yield _chunk(batch, row, table, reader, seen)
        row, first = row + batch.size, False
    if first:
        yield _chunk(Batch.of(len(table.header)), 1, table, reader, seen)


def _chunk(batch: Batch, row: int, table: Table, reader: RowReader, seen: _Seen) -> ClaimChunk:
    numbers = row + np.array(batch.at, dtype=np.int64)
    columns = batch.columns()
    read = reader.read(columns)
    claims, duplicates = seen.sort(without(_frame(read, numbers), list(read.faults)))
    rejects = [
        rejected(int(numbers[i]), faults, table.header, [c[i].as_py() for c in columns])
        for i, faults in read.faults.items()
    ]
    rejects += [rejected(row + at, [("", b.fault)], table.header, b.cells) for at, b in batch.broken]
    return ClaimChunk(
        claims=claims,
        rejects=tuple(sorted(rejects, key=lambda r: r.row)),
        duplicates=duplicates,
        flags=flags_of(read, numbers, table.header, columns),
        header=table.header,
        rows_read=batch.size,
        bytes_read=table.bytes_read(),
        bytes_total=table.bytes_total,
        encoding=table.encoding,
    )


def _frame(read: Read, numbers: np.ndarray[Any, Any]) -> pd.DataFrame:
    columns = {name: numbers if name == "row" else read.values[name] for name in CLAIM_COLUMNS}
    return pd.DataFrame(columns).astype(dict(CLAIM_COLUMNS))


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
    """Report numbers already taken from this file, and enough of each claim to say what differs.

    A claim is kept as one 32-bit hash per column: whether a row repeats another is decided by
    the report number alone, the hashes only name the columns in which it differs.
    """

    def __init__(self) -> None:
        self.at: dict[str, int] = {}
        self.rows: list[np.ndarray[Any, Any]] = []
        self.hashes: list[np.ndarray[Any, Any]] = []
        self.starts: list[int] = [0]

    def sort(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Duplicate, ...]]:
        """Claims whose number is new in the file, and those that repeat an earlier one."""
        repeats: list[tuple[int, int]] = []
        taken = self.starts[-1]
        for i, number in enumerate(frame["report_no"].tolist()):
            first = self.at.setdefault(number, taken)
            if first == taken:
                taken += 1
            else:
                repeats.append((i, first))
        fresh = np.ones(len(frame), dtype=bool)
        fresh[[i for i, _ in repeats]] = False
        hashes = _hashes(frame)
        rows = frame["row"].to_numpy()
        self.rows.append(rows[fresh])
        self.hashes.append(hashes[fresh])
        self.starts.append(taken)
        found = [self._duplicate(frame, rows[i], hashes[i], i, first) for i, first in repeats]
        return without(frame, [i for i, _ in repeats]), tuple(found)

    def _duplicate(self, frame: pd.DataFrame, row: Any, own: Any, at: int, first: int) -> Duplicate:
        chunk = int(np.searchsorted(self.starts, first, side="right")) - 1
        inside = first - self.starts[chunk]
        differs = np.flatnonzero(self.hashes[chunk][inside] != own)
        number = str(frame["report_no"].iloc[at])
        return Duplicate(int(row), number, int(self.rows[chunk][inside]), tuple(_COMPARED[i] for i in differs))


def _hashes(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """One hash per claim and compared column, shape (claims, columns)."""
    hashes = np.empty((len(frame), len(_COMPARED)), np.uint32)
    for i, name in enumerate(_COMPARED):
        hashes[:, i] = _hashed(frame[name])
    return hashes


def _hashed(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    if column.dtype == "string":
        coded = pa.array(column).fill_null("\0").dictionary_encode()
        distinct = np.array(coded.dictionary.to_pylist(), dtype=object)
        return pd.util.hash_array(distinct, categorize=False)[np.asarray(coded.indices)]
    if column.dtype == "Int64":
        return pd.util.hash_array(column.fillna(np.iinfo(np.int64).min).to_numpy(dtype=np.int64))
    return pd.util.hash_array(column.to_numpy())
