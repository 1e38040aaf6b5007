"""One table of a pool while it is read: its rows with their lines, and every fault found so far."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from emergency.library.faults import Fault
from emergency.texts import N_, Message

T = TypeVar("T")
Row = Mapping[str, str]

NOT_UTF_8 = N_("not UTF-8 (byte {byte}); in the spreadsheet save it as CSV UTF-8")
MISSING_FILE = N_("the pool has no such file; it needs bases.csv, adjusters.csv and stock.csv")
COLUMNS_AND_MORE = N_("the columns are {found}; they must be {expected}, in this order, then any of {more}")
COLUMNS_DIFFER = N_("the columns are {found}; they must be {expected}, in this order")
EMPTY = N_("must not be empty")
TWICE = N_("{value} is there twice; it was first in line {first}")
NO_NUMBER = N_("{value} is not a number from {low} to {high}")
TOO_LONG = N_("has {n} letters; {most} are the most that fit, shorten it")
WRONG_WIDTH = N_("the row has more or fewer cells than the header")


class PoolSheet:
    """Rows of one table as text, every column of the table in each.

    Args:
        name: the file or sheet, for faults.
        rows: (line counted from 1, row); line 0: no row of the file, but one that the pool has already.
        places: column -> its number in the file, counted from 1.
    """

    def __init__(
        self, name: str, rows: Sequence[tuple[int, Row]] = (), places: Mapping[str, int] | None = None
    ) -> None:
        self.name = name
        self.rows: list[tuple[int, Row]] = list(rows)
        self.places = dict(places or {})
        self.faults: list[Fault] = []
        self._unsound: set[tuple[int, str]] = set()
        self.is_read = True

    def fault(self, line: int, field: str, text: str, **values: object) -> None:
        self._unsound.add((line, field))
        place = self.places.get(field, 0) if line else 0
        self.faults.append(Fault(self.name, line, place, field, Message(text, values)))

    def sound(self, line: int, *fields: str) -> bool:
        """Whether nothing is wrong with cells so far: what stands on a wrong one is not wrong for that."""
        return self._unsound.isdisjoint((line, field) for field in fields)

    def filled(self, line: int, row: Row, *fields: str) -> None:
        for field in fields:
            if not row[field]:
                self.fault(line, field, EMPTY)

    def short(self, line: int, row: Row, most: Mapping[str, int]) -> None:
        """No cell is longer than plans, sheets and screens can show. most: column -> letters."""
        for field, letters in most.items():
            if len(row[field]) > letters:
                self.fault(line, field, TOO_LONG, n=len(row[field]), most=letters)

    def number(self, line: int, row: Row, field: str, low: float, high: float, kind: Callable[[str], T]) -> T:
        try:
            value = kind(row[field])
            if low <= float(row[field]) <= high and not math.isnan(float(row[field])):
                return value
        except ValueError:
            pass
        self.fault(line, field, NO_NUMBER, value=repr(row[field]), low=low, high=high)
        return kind(str(int(low)))

    def once(self, key: Callable[[Row], str], field: str) -> None:
        """No two rows of one key; rows without a key are not compared."""
        seen: dict[str, int] = {}
        for line, row in self.rows:
            if key(row) and key(row) in seen:
                self.fault(line, field, TWICE, value=key(row), first=seen[key(row)])
            seen.setdefault(key(row), line)


class CsvSheet(PoolSheet):
    """A table of the house's own files, read strictly: UTF-8, its columns in their order."""

    def __init__(self, path: Path, columns: tuple[str, ...], more: tuple[str, ...] = ()) -> None:
        super().__init__(path.name)
        self._read(path, columns, more)
        self.is_read = not self.faults

    def _read(self, path: Path, columns: tuple[str, ...], more: tuple[str, ...]) -> None:
        if not path.is_file():
            self.fault(0, "", MISSING_FILE)
            return
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(0, "", NOT_UTF_8, byte=error.start)
            return
        reader = csv.reader(io.StringIO(text, newline=""))
        header = tuple(next(reader, ()))
        rest = header[len(columns) :]
        if header[: len(columns)] != columns or set(rest) - set(more) or len(set(rest)) < len(rest):
            wrong = COLUMNS_AND_MORE if more else COLUMNS_DIFFER
            gaps = {"expected": ", ".join(columns)} | ({"more": ", ".join(more)} if more else {})
            self.fault(1, "", wrong, found=", ".join(header), **gaps)
            return
        for cells in reader:
            if len(cells) != len(header):
                self.fault(reader.line_num, "", WRONG_WIDTH)
            else:
                row = dict.fromkeys(more, "") | dict(zip(header, map(str.strip, cells), strict=True))
                self.rows.append((reader.line_num, row))
