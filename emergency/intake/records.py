"""Files of messages, policies and casualties to chunks of columns, and an account of every row.

They are read like claims: the same files, the same cells, the same reasons for a reject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from emergency.domain.record import AMOUNT_OF_KIND, RECORD_COLUMNS, STEP_AMOUNT
from emergency.intake.accounts import Duplicate, Flag, Reject
from emergency.intake.batch import Batch
from emergency.intake.cells import Parsed, numbers, shown
from emergency.intake.chunk import Read
from emergency.intake.claims import flags_of, without
from emergency.intake.columns import AMOUNTS, INSTANTS
from emergency.intake.faults import Fault
from emergency.intake.mapping import ClaimMapping
from emergency.intake.rows import Columns, RowReader
from emergency.intake.table import Table, open_table
from emergency.intake.totals import Totals
from emergency.intake.words import no_value, rejected
from emergency.texts import N_, Message

# What two rows of one file must not have in common.
KEYS = {"messages": ("report_no", "kind", "at"), "policies": ("region_given", "line"), "casualties": ()}
# Of a list with one policy a row: one policy may cover several places, each with its own sum.
POLICY_KEYS = ("policy_no", "region_given", "line", "sum_insured_minor")
LARGEST_COUNT = 10**9
_DAY_US = 86_400_000_000
# Numbers of persons and policies, and the shares, that a row may carry.
PERSONS = ("dead", "missing", "injured", "serious")
_COUNTS = (*PERSONS, "policies")


@dataclass
class RecordChunk:
    """One chunk of a file; ``rows_read = len(rows) + len(duplicates) + len(rejects)``.

    Attributes:
        rows: RECORD_COLUMNS of the mapping's kind, and ``row``.
        by_policy: each row is one policy, to be added up with the others of its region and line.
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
    above: int | None = None
    by_policy: bool = False


def read_records(
    path: Path, mapping: ClaimMapping, *, now_us: int | None = None, chunk_rows: int = 20_000
) -> Iterator[RecordChunk]:
    """Read a file of messages, policies or casualties, chunk by chunk; at least one chunk comes.

    Raises:
        FileFault: the file as a whole cannot be read; see `emergency.intake.table.open_table`.
    """
    table = open_table(path, mapping)
    with closing(table):
        reader = _Reader(table.header, mapping, now_us)
        seen: dict[tuple[Any, ...], int] = {}
        totals = Totals(reader)
        row, first = 1, True
        for batch in table.batches(chunk_rows):
            yield _chunk(batch, row, table, reader, seen, totals)
            row, first = row + batch.size, False
        if first:
            yield _chunk(Batch.of(len(table.header)), 1, table, reader, seen, totals)


def _chunk(
    batch: Batch, row: int, table: Table, reader: _Reader, seen: dict[tuple[Any, ...], int], totals: Totals
) -> RecordChunk:
    at = row + np.array(batch.at, dtype=np.int64)
    columns = batch.columns()
    read = reader.read(columns)
    total = totals.take(read, batch, columns, at, row)
    kept = without(reader.frame(read, at), [*read.faults, *total.at])
    rows, duplicates = _sorted(kept, POLICY_KEYS if reader.by_policy else KEYS[reader.mapping.kind], seen)
    rejects = [
        rejected(int(at[i]), faults, table.header, [c[i].as_py() for c in columns]) for i, faults in read.faults.items()
    ]
    broken = [(i, b) for i, b in batch.broken if i not in total.broken]
    rejects += [rejected(row + i, [("", b.fault)], table.header, b.cells) for i, b in broken]
    return RecordChunk(
        rows=rows,
        rejects=tuple(sorted(rejects, key=lambda r: r.row)),
        duplicates=duplicates,
        header=table.header,
        rows_read=batch.size - total.rows,
        bytes_read=table.bytes_read(),
        bytes_total=table.bytes_total,
        flags=(*flags_of(read, at, table.header, columns), *total.flags),
        encoding=table.encoding,
        above=table.above,
        by_policy=reader.by_policy,
    )


def _sorted(
    frame: pd.DataFrame, key: Sequence[str], seen: dict[tuple[Any, ...], int]
) -> tuple[pd.DataFrame, tuple[Duplicate, ...]]:
    """Rows whose key is new in the file, and those that repeat one."""
    if not key:
        return frame, ()
    keys = list(zip(*(frame[c].astype(object).tolist() for c in key), strict=True))
    rows = frame["row"].tolist()
    firsts = [seen.setdefault(key, row) for key, row in zip(keys, rows, strict=True)]
    repeats = [i for i, (first, row) in enumerate(zip(firsts, rows, strict=True)) if first != row]
    found = tuple(Duplicate(rows[i], str(keys[i][0]), firsts[i]) for i in repeats)
    return without(frame, repeats), found


class _Reader(RowReader):
    @property
    def by_policy(self) -> bool:
        """Whether each row is one policy: then no column says how many."""
        return self.mapping.kind == "policies" and not self.found.get("policies")

    def read(self, columns: Sequence[Any]) -> Read:
        chunk = Columns(self, columns)
        wanted = RECORD_COLUMNS[self.mapping.kind]
        if "currency" in wanted:
            chunk.word("currency")
        for name in wanted:
            self._column(chunk, name)
        if self.found.get(STEP_AMOUNT):
            _step_amounts(chunk)
        self._something(chunk)
        if self.by_policy:
            self._one_each(chunk)
        return chunk.read

    def _one_each(self, chunk: Columns) -> None:
        """A row is one policy; one that has ended, or has not begun, is not in force."""
        chunk.read.values["policies"] = pd.array([1] * chunk.size, dtype="Int64")
        told = chunk.read.values["as_of"].to_numpy(dtype=np.float64, na_value=np.nan)
        as_of = np.where(np.isnan(told), np.nan if self.now_us is None else self.now_us, told)
        begins, ends = chunk.days("policy_from"), chunk.days("policy_until")
        if begins is not None:
            _out_of_force(chunk, "policy_from", begins > as_of)
        if ends is not None:
            _out_of_force(chunk, "policy_until", ends + _DAY_US <= as_of)

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
            chunk.number(name) if name in ("report_no", "policy_no") else _texts(chunk, name)

    def _something(self, chunk: Columns) -> None:
        """Casualties without any figure say nothing."""
        if self.mapping.kind != "casualties":
            return
        given = [~np.asarray(pd.isna(chunk.read.values[name])) for name in PERSONS]
        for at in np.flatnonzero(~np.any(given, axis=0)).tolist():
            chunk.read.fault(at, "", Fault("missing", Message("the row gives no number of persons")))

    def frame(self, read: Read, at: np.ndarray[Any, Any]) -> pd.DataFrame:
        wanted = RECORD_COLUMNS[self.mapping.kind]
        found = pd.DataFrame({name: pd.Series(read.values[name], index=range(len(at))) for name in wanted})
        return found.astype(dict(wanted)).assign(row=at)


def _step_amounts(chunk: Columns) -> None:
    """One column of amounts for all steps: each is what its kind says, unless a column of its own says so already."""
    values, header = chunk.read.values, chunk.reader.header[chunk.reader.found[STEP_AMOUNT][0]]
    chunk.amount(STEP_AMOUNT, pa.array(values["currency"]).fill_null(chunk.mapping.currency))
    amounts, kinds = values.pop(STEP_AMOUNT), np.array(values["kind"].fillna(""), dtype=object)
    given = ~np.asarray(pd.isna(amounts))
    for target in dict.fromkeys(AMOUNT_OF_KIND.values()):
        of_it = given & np.isin(kinds, [kind for kind, name in AMOUNT_OF_KIND.items() if name == target])
        taken = of_it & np.asarray(pd.isna(values[target]))
        values[target][taken] = amounts[taken]
        if target == "estimated_minor":
            for at in np.flatnonzero(taken & np.asarray((amounts < 0).fillna(False))).tolist():
                chunk.read.fault(at, header, Fault("negative", NEGATIVE))
    for at in np.flatnonzero(given & (kinds == "figures")).tolist():
        chunk.read.fault(at, header, Fault("which_amount", WHICH_AMOUNT))
    for kind in sorted(set(kinds[given]) - {*AMOUNT_OF_KIND, "figures", ""}):
        chunk.read.flag(header, "", "amount_left", AMOUNT_LEFT, np.flatnonzero(given & (kinds == kind)))


NEGATIVE = Message("an estimate cannot be negative: mend the cell, or the step")
WHICH_AMOUNT = Message(
    "the row brings only an amount, and neither its step nor its header says whether it is estimated, outstanding or"
    " paid: give it a column that says so"
)
AMOUNT_LEFT = Message("the amount was not taken: at this step it does not say whether it is estimated or paid")


def _out_of_force(chunk: Columns, name: str, off: np.ndarray[Any, Any]) -> None:
    cells, header = chunk.column(name)
    text = {
        "policy_from": N_("the policy begins on {day} only: not in force as of the list"),
        "policy_until": N_("the policy ended on {day}: not in force as of the list"),
    }[name]
    said = [] if cells is None else cells.to_pylist()
    for i in np.flatnonzero(off).tolist():
        chunk.read.fault(i, header, Fault("not_in_force", Message(text, {"day": shown(said[i])})))


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
