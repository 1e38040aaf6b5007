"""Files of messages, policies and casualties to chunks of columns, and an account of every row.

They are read like claims: the same files, the same cells, the same reasons for a reject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from emergency.domain.record import RECORD_COLUMNS
from emergency.intake.accounts import Duplicate, Flag, Reject
from emergency.intake.batch import Batch
from emergency.intake.cells import Fault, Parsed, numbers, shown
from emergency.intake.claims import flags_of, without
from emergency.intake.columns import AMOUNTS, INSTANTS
from emergency.intake.mapping import ClaimMapping
from emergency.intake.rows import Columns, Read, RowReader
from emergency.intake.table import Table, open_table
from emergency.intake.words import no_value, rejected
from emergency.texts import Message

# What two rows of one file must not have in common.
KEYS = {"messages": ("report_no", "kind", "at"), "policies": ("region_given", "line"), "casualties": ()}
LARGEST_COUNT = 10**9
# Numbers of persons and policies, and the shares, that a row may carry.
_COUNTS = ("dead", "missing", "injured", "policies")


@dataclass
class RecordChunk:
    """One chunk of a file; ``rows_read = len(rows) + len(duplicates) + len(rejects)``.

    Attributes:
        rows: RECORD_COLUMNS of the mapping's kind, and ``row``.
    """

    rows: pd.DataFrame
    rejects: tuple[Reject, ...]
    duplicates: tuple[Duplicate, ...]
    header: tuple[str, ...]
    rows_read: int
    bytes_read: int
    bytes_total: int
    flags: tuple[Flag, ...] = ()
    encoding: str = ""


def read_records(
    path: Path, mapping: ClaimMapping, *, now_us: int | None = None, chunk_rows: int = 20_000
) -> Iterator[RecordChunk]:
    """Read a file of messages, policies or casualties, chunk by chunk; at least one chunk comes.

    Raises:
        FileFault: the file as a whole cannot be read; see `emergency.intake.table.open_table`.
    """
    table = open_table(path, mapping)
    reader = _Reader(table.header, mapping, now_us)
    seen: dict[tuple[Any, ...], int] = {}
    row, first = 1, True
    for batch in table.batches(chunk_rows):
        yield _chunk(batch, row, table, reader, seen)
        row, first = row + batch.size, False
    if first:
        yield _chunk(Batch.of(len(table.header)), 1, table, reader, seen)


def _chunk(batch: Batch, row: int, table: Table, reader: _Reader, seen: dict[tuple[Any, ...], int]) -> RecordChunk:
    at = row + np.array(batch.at, dtype=np.int64)
    columns = batch.columns()
    read = reader.read(columns)
    rows, duplicates = _sorted(without(reader.frame(read, at), list(read.faults)), reader.mapping.kind, seen)
    rejects = [
        rejected(int(at[i]), faults, table.header, [c[i].as_py() for c in columns]) for i, faults in read.faults.items()
    ]
    rejects += [rejected(row + i, [("", b.fault)], table.header, b.cells) for i, b in batch.broken]
    return RecordChunk(
        rows=rows,
        rejects=tuple(sorted(rejects, key=lambda r: r.row)),
        duplicates=duplicates,
        header=table.header,
        rows_read=batch.size,
        bytes_read=table.bytes_read(),
        bytes_total=table.bytes_total,
        flags=flags_of(read, at, table.header, columns),
        encoding=table.encoding,
    )


def _sorted(
    frame: pd.DataFrame, kind: str, seen: dict[tuple[Any, ...], int]
) -> tuple[pd.DataFrame, tuple[Duplicate, ...]]:
    """Rows whose key is new in the file, and those that repeat one."""
    if not KEYS[kind]:
        return frame, ()
    keys = list(zip(*(frame[c].astype(object).tolist() for c in KEYS[kind]), strict=True))
    rows = frame["row"].tolist()
    firsts = [seen.setdefault(key, row) for key, row in zip(keys, rows, strict=True)]
    repeats = [i for i, (first, row) in enumerate(zip(firsts, rows, strict=True)) if first != row]
    found = tuple(Duplicate(rows[i], str(keys[i][0]), firsts[i]) for i in repeats)
    return without(frame, repeats), found


class _Reader(RowReader):
    def read(self, columns: Sequence[Any]) -> Read:
        chunk = Columns(self, columns)
        wanted = RECORD_COLUMNS[self.mapping.kind]
        if "currency" in wanted:
            chunk.word("currency")
        for name in wanted:
            self._column(chunk, name)
        self._something(chunk)
        return chunk.read

    def _column(self, chunk: Columns, name: str) -> None:
        if name in INSTANTS:
            chunk.instant(name)
        elif name in AMOUNTS:
            chunk.amount(name, pa.array(chunk.read.values["currency"]).fill_null(self.mapping.currency))
        elif name in ("kind", "line"):
            chunk.word(name)
        elif name in _COUNTS:
            _whole(chunk, name)
        elif name == "own_share":
            _share(chunk)
        elif name == "region_given":
            _texts(chunk, name, required=self.mapping.kind == "policies")
        elif name != "currency":
            chunk.number(name) if name == "report_no" else _texts(chunk, name)

    def _something(self, chunk: Columns) -> None:
        """Casualties without any figure say nothing."""
        if self.mapping.kind != "casualties":
            return
        given = [~np.asarray(pd.isna(chunk.read.values[name])) for name in ("dead", "missing", "injured")]
        for at in np.flatnonzero(~np.any(given, axis=0)).tolist():
            chunk.read.fault(at, "", Fault("missing", Message("the row gives no number of persons")))

    def frame(self, read: Read, at: np.ndarray[Any, Any]) -> pd.DataFrame:
        wanted = RECORD_COLUMNS[self.mapping.kind]
        found = pd.DataFrame({name: pd.Series(read.values[name], index=range(len(at))) for name in wanted})
        return found.astype(dict(wanted)).assign(row=at)


def _texts(chunk: Columns, name: str, required: bool = False) -> None:
    cells, header = chunk.column(name)
    if cells is None:
        chunk.read.values[name] = pd.array([chunk.mapping.constants.get(name)] * chunk.size, dtype="string")
        return
    if required:
        for at in np.flatnonzero(np.array(pc.equal(cells, ""), dtype=bool)).tolist():
            chunk.read.fault(at, header, no_value(header))
    chunk.texts(name, cells)


def _whole(chunk: Columns, name: str) -> None:
    cells, header = chunk.column(name)
    if cells is None:
        chunk.read.values[name] = pd.array([None] * chunk.size, dtype="Int64")
        return
    parsed = numbers(pc.utf8_rtrim(cells, "人件户"))
    values = np.nan_to_num(parsed.values)
    for i in np.flatnonzero((values < 0) | (values != np.rint(values)) | (values > LARGEST_COUNT)).tolist():
        message = Message("{cell} is no number: give a whole one, 0 or more", {"cell": shown(cells[i].as_py())})
        parsed.faults.setdefault(i, Fault("not_a_count", message))
        values[i] = 0
    chunk.settle(name, Parsed(values.astype(np.int64), parsed.missing, parsed.faults), header)


def _share(chunk: Columns) -> None:
    """Our own share of the risk: ``0.6`` or ``60%``; all of it where nothing is said."""
    cells, header = chunk.column("own_share")
    if cells is None:
        chunk.read.values["own_share"] = np.ones(chunk.size)
        return
    percent = np.array(pc.match_substring(pc.utf8_trim(cells, " ％"), "%"), dtype=bool)
    percent |= np.array(pc.match_substring(cells, "％"), dtype=bool)
    parsed = numbers(pc.utf8_rtrim(cells, " %％"))
    values = np.where(percent, parsed.values / 100, parsed.values)
    values = np.where(parsed.missing, 1.0, values)
    for i in np.flatnonzero(~((values >= 0) & (values <= 1))).tolist():
        message = Message("{cell} is no share: write 0.6 or 60%", {"cell": shown(cells[i].as_py())})
        chunk.read.fault(i, header, Fault("not_a_share", message))
        values[i] = 0.0
    chunk.read.values["own_share"] = values
