"""Small tables that people keep in a spreadsheet: a workbook or CSV files as pages of text, row numbers kept.

A workbook is read by a child with limits; what comes back is text, and nothing in it is ever run.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emergency.intake.cells import unguarded
from emergency.intake.faults import FileFault
from emergency.intake.guarded import unpacked
from emergency.intake.workbook import kind_of
from emergency.texts import N_, Message

LARGEST_MB = 10
MOST_ROWS, MOST_COLUMNS = 20_000, 100
LONGEST_CELL = 32_767  # of a spreadsheet
DELIMITERS = ",\t;"
TOO_MANY = N_("{file}, {sheet}: more than {rows} rows or {columns} columns; this is no list of people and goods")
NOT_SOUND = N_("{file} is no sound table from line {line} on: save it anew")


@dataclass(frozen=True)
class Page:
    """One sheet, or one CSV file. rows: (number in the file, counted from 1; cells), blank rows left out."""

    title: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def pages(path: Path, *, exact: bool = False) -> tuple[Page, ...]:
    """The sheets of a workbook in their order, or the one table of a CSV file (UTF-8, else GB 18030).

    Args:
        exact: cells to the letter; else without spaces around them and without the mark against formulas.

    Raises:
        FileFault: too large, damaged, too many rows or columns, neither workbook nor table of text.
    """
    if path.stat().st_size > LARGEST_MB << 20:
        gaps = {"file": path.name, "limit": LARGEST_MB}
        raise FileFault(Message("{file} is larger than {limit} MB: it is no list of people and goods", gaps))
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        gaps = {"file": path.name}
        raise FileFault(Message("{file} is an old or a locked workbook: save it as .xlsx without a password", gaps))
    if kind_of(path, start) == "xlsx":
        return _unpacked(path, exact)
    return (_page(path, path.name, _numbered(path), exact),)


def _unpacked(path: Path, exact: bool) -> tuple[Page, ...]:
    folder, files = unpacked(path, "book")
    found = []
    with folder:
        for file in files:
            with file.open(encoding="utf-8", newline="") as text:
                rows = ((int(row[0]), row[1:]) for row in csv.reader(text))
                try:
                    _, title = next(rows, (0, [""]))
                    found.append(_page(path, title[0] if title else "", rows, exact))
                except (csv.Error, ValueError, IndexError) as error:
                    raise FileFault(Message(NOT_SOUND, {"file": path.name, "line": 1})) from error
    return tuple(found)


def _numbered(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    text = _decoded(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    line = 1
    try:
        for row in reader:
            # A row is where it begins; one with a line break in a cell ends further down.
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileFault(Message(NOT_SOUND, {"file": path.name, "line": line})) from error


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileFault(Message("{file} is neither a workbook nor a CSV file in UTF-8 or GBK", {"file": path.name}))


def _page(path: Path, title: str, rows: Iterator[tuple[int, Sequence[str]]], exact: bool) -> Page:
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, row in rows:
        cells = tuple(row) if exact else tuple(unguarded(cell.strip()) for cell in row)
        while cells and not cells[-1]:
            cells = cells[:-1]
        if not cells:
            continue
        found.append((number, cells))
        if len(found) > MOST_ROWS or len(cells) > MOST_COLUMNS or max(map(len, cells)) > LONGEST_CELL:
            gaps = {"file": path.name, "sheet": title, "rows": f"{MOST_ROWS:,}", "columns": MOST_COLUMNS}
            raise FileFault(Message(TOO_MANY, gaps))
    return Page(title, tuple(found))
