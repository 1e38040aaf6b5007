"""Rows that are no rows of a list: totals, which its rows are held against, and who signed it at its foot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from emergency.intake.accounts import Flag
from emergency.intake.batch import Batch
from emergency.intake.cells import NO_DIGITS, narrow, shown
from emergency.intake.chunk import Read
from emergency.intake.columns import AMOUNTS, UNITS
from emergency.intake.footers import is_footer, label_of
from emergency.intake.headers import normal
from emergency.intake.rows import RowReader
from emergency.texts import N_, Message

# 合计, 本页小计:, 车险小计, 共计12笔, Grand Total, Subtotal (12 claims); never "total loss".
_LABEL = re.compile(
    r"(?:.{0,8})(?:合计|总计|小计|共计|总和)(?:数|金额|件数|笔数)?[:(]?(?:共)?(?P<zh>\d+)?[件笔宗户单条起]?[):]*"
    r"|(?:grand|sub|overall|page|report)?-?totals?[:(]?(?P<en>\d+)?(?:claims?|rows?|items?|records?)?[):]*|sum:?"
)
_COUNT = re.compile(r"\d{1,7}(?:\.0+)?")
# Kind of file -> what a total may be of, and what a row of its own cannot do without.
_SUMMED: Mapping[str, tuple[str, ...]] = {
    "claims": ("estimated_minor", "paid_minor", "injured", "dead"),
    "policies": ("policies", "sum_insured_minor"),
    "casualties": ("dead", "missing", "injured", "serious"),
}
_OWN: Mapping[str, tuple[str, ...]] = {
    "claims": ("report_no", "loss_at"),
    "messages": ("report_no", "at"),
    "policies": ("region_given", "line"),
    "casualties": ("region_given",),
}
_ROW = N_("a total of the list: read as no row of its own, neither counted nor rejected")
_FOOT = N_("who made or checked the list: read as no row of its own, neither counted nor rejected")
_SAYS = N_("the total row says {said}, its {n} rows come to {sum}: look whether rows are missing or stand there twice")
_READ = N_(
    "the total row says {said}, the {n} of its {rows} rows whose figure could be read come to {sum}: look whether rows"
    " are missing or stand there twice"
)
_COUNTS = N_("the total row speaks of {said} rows, there are {n}: look whether rows are missing or stand there twice")


def is_label(cell: str) -> bool:
    return bool(_LABEL.fullmatch(normal(cell)))


@dataclass(frozen=True)
class Found:
    """The total rows of a chunk, and its footers.

    Attributes:
        at: their positions among the whole rows; broken: their places among the others.
        flags: that they are none, and where they do not agree with the rows.
    """

    at: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.at) + len(self.broken)


@dataclass(frozen=True)
class Sum:
    """What the data rows of a file come to in one column: those whose figure could be read, rejected or not.

    Attributes:
        amount: minor units or persons; rows: how many figures make it up.
    """

    amount: int = 0
    rows: int = 0

    def since(self, before: Sum) -> Sum:
        return Sum(self.amount - before.amount, self.rows - before.rows)


class Totals:
    """What the rows of one file come to so far, and since its last total row."""

    def __init__(self, reader: RowReader) -> None:
        self.reader, self.mapping = reader, reader.mapping
        self.summed = tuple(n for n in _SUMMED.get(self.mapping.kind, ()) if reader.found.get(n))
        self.sums = dict.fromkeys(self.summed, Sum())
        self.last = dict.fromkeys(self.summed, Sum())
        self.steps = {name: self._unit(name) for name in self.summed}
        self.rows = self.rows_at_last = 0
        self.mixed: set[Any] = set()

    def take(self, read: Read, batch: Batch, columns: Sequence[Any], numbers: Any, row: int) -> Found:
        """The total rows of a chunk, taken out of its faults and flags; the others are added up.

        Args:
            columns: cells of the whole rows; numbers: data row of each; row: of the batch's first.
        """
        whole = {i: [column[i].as_py() for column in columns] for i in self._candidates(read, columns)}
        feet = {i: cells for i, cells in whole.items() if is_footer(cells)}
        at = [i for i in whole if i not in feet and self._is_total(read, columns, i)]
        none = sorted((*at, *feet))
        broken = [place for place, b in batch.broken if any(map(is_label, b.cells[:3]))]
        signed = {place: b.cells for place, b in batch.broken if is_footer(b.cells)}
        flags = [self._flag("", "", "total_row", _ROW, row + place) for place in broken]
        for i in none:
            read.faults.pop(i, None)
        for i, (header, value, code, note, where) in enumerate(read.flags if none else ()):
            read.flags[i] = (header, value, code, note, where[~np.isin(where, none)])
        for i, (rows, sums) in zip(at, self._added(read, at, none), strict=True):
            flags += self._of(columns, numbers, i, rows, sums)
        flags += [self._signed(cells, row + place) for place, cells in signed.items()]
        flags += [self._signed(cells, int(numbers[i])) for i, cells in feet.items()]
        return Found(tuple(none), (*broken, *signed), tuple(flags))

    def _signed(self, cells: Sequence[str], row: int) -> Flag:
        """A footer, by its first label: the names in it are in no receipt."""
        return self._flag("", label_of(cells), "footer_row", _FOOT, row)

    # -- which rows are totals -----------------------------------------------------------------

    def _candidates(self, read: Read, columns: Sequence[Any]) -> list[int]:
        """Rows at fault; of policies and casualties those too whose place reads like a label or a signature."""
        if self.mapping.kind in ("claims", "messages"):
            return sorted(read.faults)
        at = [found[0] for name in _OWN[self.mapping.kind] if (found := self.reader.found.get(name))]
        labelled = {i for c in at for i in _labelled(columns[c])}
        return sorted(labelled | read.faults.keys())

    def _is_total(self, read: Read, columns: Sequence[Any], i: int) -> bool:
        own = [self._cells(columns, name, i) for name in _OWN[self.mapping.kind]]
        said = [cell for cells in own for cell in cells if cell.strip(" -—/")]
        if any(not is_label(cell) and not _COUNT.fullmatch(narrow(cell)) for cell in said):
            return False
        return any(is_label(column[i].as_py()) for column in columns)

    def _cells(self, columns: Sequence[Any], name: str, i: int) -> list[str]:
        return [columns[at][i].as_py() for at in self.reader.found.get(name, ())]

    # -- what they say -------------------------------------------------------------------------

    def _added(
        self, read: Read, at: list[int], none: list[int]
    ) -> list[tuple[tuple[int, int], dict[str, tuple[Sum, Sum]]]]:
        """The rows of a chunk added up; for each of its total rows how many rows the whole and the part before it
        have, and what those come to; ``none`` are rows that are none of the list."""
        size = len(next(iter(read.values.values()), ()))
        own = np.ones(size, dtype=bool)
        own[none] = False
        self._mix(read, own)
        upto = {name: self._upto(read, name, own) for name in self.summed}
        counted, found = np.cumsum(own), []
        for i in at:
            whole = {name: self._so_far(name, upto[name], i) for name in self.summed}
            rows = self.rows + int(counted[i])
            both = {name: (whole[name], whole[name].since(self.last[name])) for name in self.summed}
            found.append(((rows, rows - self.rows_at_last), both))
            self.last, self.rows_at_last = whole, rows
        for name in self.summed if size else ():
            self.sums[name] = self._so_far(name, upto[name], -1)
        self.rows += int(own.sum())
        return found

    def _so_far(self, name: str, upto: tuple[Any, Any], i: int) -> Sum:
        return Sum(self.sums[name].amount + int(upto[0][i]), self.sums[name].rows + int(upto[1][i]))

    def _upto(self, read: Read, name: str, own: Any) -> tuple[Any, Any]:
        """For every row of a chunk what the figures up to it come to, and how many of them could be read."""
        values = np.asarray(read.values[name].to_numpy(dtype=np.int64, na_value=0)) * own
        while self.steps[name] > 1 and (values % self.steps[name]).any():
            self.steps[name] //= 10
        return np.cumsum(values), np.cumsum(own & ~np.asarray(read.values[name].isna(), dtype=bool))

    def _mix(self, read: Read, own: Any) -> None:
        """Sums of several currencies, or of several statements of one count, mean nothing."""
        name = "as_of" if self.mapping.kind == "casualties" else "currency"
        if self.reader.found.get(name) and len(self.mixed) < 2:
            self.mixed |= set(read.values[name][own].dropna().unique())

    def _of(
        self,
        columns: Sequence[Any],
        numbers: Any,
        i: int,
        rows: tuple[int, int],
        sums: Mapping[str, tuple[Sum, Sum]],
    ) -> Iterator[Flag]:
        header, row = self.reader.header, int(numbers[i])
        label = next(at for at, column in enumerate(columns) if is_label(column[i].as_py()))
        text = columns[label][i].as_py()
        yield self._flag(header[label], text, "total_row", _ROW, row)
        count = self._count(columns, i, text)
        if count is not None and count not in rows:
            gaps = {"said": f"{count:,}", "n": f"{min(rows, key=lambda n: abs(n - count)):,}"}
            yield self._flag(header[label], text, "total_differs", Message(_COUNTS, gaps), row)
        for name in self.summed if len(self.mixed) < 2 else ():
            yield from self._differs(columns, i, row, name, rows, sums[name])

    def _count(self, columns: Sequence[Any], i: int, label: str) -> int | None:
        """How many rows the total speaks of: in its label, or where a claim has its number."""
        match = _LABEL.fullmatch(normal(label))
        said = (match["zh"] or match["en"]) if match else None
        number = "report_no" if self.mapping.kind == "claims" else ""
        cells = [narrow(cell) for cell in self._cells(columns, number, i)]
        said = said or next((cell for cell in cells if _COUNT.fullmatch(cell)), None)
        return int(float(said)) if said else None

    def _differs(
        self, columns: Sequence[Any], i: int, row: int, name: str, rows: tuple[int, int], sums: tuple[Sum, Sum]
    ) -> Iterator[Flag]:
        at = self.reader.found[name]
        cell, header = columns[at[0]][i].as_py(), self.reader.header[at[0]]
        said = self._said(cell, name) if len(at) == 1 else None
        if said is None or any(abs(said - s.amount) <= self._rounding(cell, name, s.rows) for s in sums):
            return
        near = min((0, 1), key=lambda k: abs(said - sums[k].amount))
        read, all_rows = sums[near].rows, rows[near]
        gaps = {"said": shown(cell), "n": f"{read:,}", "sum": _spelt(sums[near].amount / self._unit(name))}
        text = Message(_SAYS, gaps) if read == all_rows else Message(_READ, {**gaps, "rows": f"{all_rows:,}"})
        yield self._flag(header, cell, "total_differs", text, row)

    def _said(self, cell: str, name: str) -> float | None:
        text = re.sub(r"[,，\s¥$元人件户]|万元?$|亿元?$", "", narrow(cell))
        return float(text) * self._unit(name) if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text) else None

    def _rounding(self, cell: str, name: str, rows: int) -> float:
        """What rounding alone may come to: half the last place of the total, or of the rows, which add up by chance."""
        places = re.search(r"\.(\d+)", narrow(cell))
        last = self._unit(name) / 10 ** len(places[1]) if places else self._unit(name)
        return max(last / 2, self.steps[name] / 2 * sqrt(rows)) if name in AMOUNTS else 0.0

    def _unit(self, name: str) -> int:
        """Minor units, or persons, in one of what the column is written in."""
        if name not in AMOUNTS:
            return 1
        unit = self.mapping.columns[name].unit
        digits = NO_DIGITS.get(self.mapping.currency, 2)
        return 1 if unit == "minor" else round(UNITS[unit][0] * 10**digits)

    def _flag(self, header: str, cell: str, code: str, note: str | Message, row: int) -> Flag:
        said = note if isinstance(note, Message) else Message(note)
        return Flag(header, shown(cell), code, said, (row,), (cell,))


def _labelled(cells: Any) -> list[int]:
    known = {cell for cell in cells.unique().to_pylist() if is_label(cell) or is_footer([cell])}
    return [i for i, cell in enumerate(cells.to_pylist()) if cell in known] if known else []


def _spelt(amount: float) -> str:
    whole = f"{amount:,.4f}".rstrip("0").rstrip(".")
    return whole or "0"
