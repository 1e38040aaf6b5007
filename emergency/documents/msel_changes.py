"""The changes somebody made in the spreadsheet of a drill's events, compared cell by cell with the script."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

import openpyxl

from emergency.documents.cells import harmless
from emergency.documents.msel import NUMBER, SHEETS, TIME, Cell, Column, Path_, Roles, Sheet, msel_tables
from emergency.domain.drill.script import DrillScript
from emergency.texts import LANGUAGES, Message, speaker

MOST_BYTES, MOST_UNPACKED, MOST_ROWS = 5 << 20, 60 << 20, 5_000
CLOCK = re.compile(r"(?:T\+)?(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")
SPAN = re.compile(r"(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


class SheetRefused(ValueError):
    """The file is no such spreadsheet, or a cell cannot be read; says which."""


@dataclass(frozen=True)
class Changes:
    """seconds: place in the script -> new time. values: place -> new text or number. ignored: what was not taken."""

    seconds: Mapping[Path_, int] = field(default_factory=dict)
    values: Mapping[Path_, str | float] = field(default_factory=dict)
    ignored: tuple[Message, ...] = ()


def msel_changes(script: DrillScript, raw: bytes, roles: Roles | None = None) -> Changes:
    """What a spreadsheet says otherwise than the script it came from.

    Raises:
        SheetRefused: no such spreadsheet, or a cell that cannot be read.
    """
    book = _open(raw)
    language, pages = _pages(book)
    seconds: dict[Path_, int] = {}
    values: dict[Path_, str | float] = {}
    ignored: list[Message] = []
    for sheet, rows in msel_tables(script, speaker(language), roles or {}).items():
        found = _rows(pages[sheet], sheet, language, ignored)
        for row in rows:
            key = str(row[0].value)
            if key not in found:
                gaps = {"sheet": Message(sheet.title), "row": key}
                ignored.append(Message("{sheet}: {row} is missing; it was kept as the script has it", gaps))
                continue
            for column, cell, given in zip(sheet.columns, row, found.pop(key), strict=True):
                _take(sheet, key, column, cell, given, seconds, values, ignored)
        for key in found:
            gaps = {"sheet": Message(sheet.title), "row": key}
            ignored.append(Message("{sheet}: {row} is not in the script; write new rows into the script", gaps))
    return Changes(seconds, values, tuple(ignored))


def _take(
    sheet: Sheet,
    key: str,
    column: Column,
    cell: Cell,
    given: Any,
    seconds: dict[Path_, int],
    values: dict[Path_, str | float],
    ignored: list[Message],
) -> None:
    if _same(cell, given):
        return
    gaps: dict[str, Any] = {"sheet": Message(sheet.title), "row": key, "column": Message(column.title)}
    if cell.path is None:
        ignored.append(Message("{sheet}, {row}, {column}: cannot be changed here; change the script", gaps))
    elif given in (None, ""):
        ignored.append(Message("{sheet}, {row}, {column}: is empty; it was kept as the script has it", gaps))
    elif column.kind == TIME:
        found = _seconds(given)
        if found is None:
            gaps |= {"given": str(given)}
            wrong = Message("{sheet}, {row}, {column}: {given} is no time; write T+0:25 or 25m", gaps)
            raise SheetRefused(str(wrong))
        if found != cell.seconds:
            seconds[cell.path] = found
    elif column.kind == NUMBER:
        values[cell.path] = _number(given, gaps)
    else:
        values[cell.path] = _unsafe(_plain(given))


def _same(cell: Cell, given: Any) -> bool:
    if isinstance(cell.value, str):
        return _plain(given) == cell.value.replace("\r\n", "\n")
    return isinstance(given, int | float) and not isinstance(given, bool) and float(given) == float(cell.value)


def _plain(given: Any) -> str:
    return "" if given is None else str(given).replace("_x000D_", "").replace("\r\n", "\n")


def _unsafe(text: str) -> str:
    """Without the apostrophe that kept a spreadsheet from taking the text for a formula."""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def _number(given: Any, gaps: Mapping[str, Any]) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return int(given) if float(given).is_integer() else float(given)
    wrong = Message("{sheet}, {row}, {column}: {given} is no number", {**gaps, "given": str(given)})
    raise SheetRefused(str(wrong))


def _seconds(given: Any) -> int | None:
    """A time as a trainer may type it: T+26:30, 26:30, 1d2h30m, or a cell the spreadsheet made a time of."""
    if isinstance(given, timedelta):
        return round(given.total_seconds())
    if isinstance(given, time):
        return given.hour * 3600 + given.minute * 60 + given.second
    text = str(given).strip()
    if found := CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + rest
    if found := SPAN.fullmatch(text):
        units = zip(found.groups(), (86_400, 3600, 60, 1), strict=True)
        return sum(int(count or 0) * unit for count, unit in units)
    return None


def _open(raw: bytes) -> Any:
    if len(raw) > MOST_BYTES:
        raise SheetRefused(f"the spreadsheet is larger than {MOST_BYTES >> 20} MiB; no list of events is that long")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise SheetRefused(f"the spreadsheet unpacks to more than {MOST_UNPACKED >> 20} MiB")
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except SheetRefused:
        raise
    except Exception as fault:  # openpyxl raises whatever the XML inside makes it raise
        raise SheetRefused(f"this is no .xlsx spreadsheet that can be read ({fault}); save it as .xlsx") from fault


def _pages(book: Any) -> tuple[str, dict[Sheet, Any]]:
    for language in LANGUAGES:
        titles = {sheet: speaker(language)(sheet.title) for sheet in SHEETS}
        if set(titles.values()) <= set(book.sheetnames):
            return language, {sheet: book[title] for sheet, title in titles.items()}
    wanted = ", ".join(sheet.title for sheet in SHEETS)
    raise SheetRefused(f"the spreadsheet needs the sheets {wanted}; `emergency drill msel FILE --out` writes them")


def _rows(page: Any, sheet: Sheet, language: str, ignored: list[Message]) -> dict[str, list[Any]]:
    """Key of the row -> its cells in the order of our columns, wherever they were moved to."""
    rows: Callable[..., Iterator[Sequence[Any]]] = page.iter_rows
    lines = rows(max_row=MOST_ROWS, values_only=True)
    head = [_plain(cell) for cell in next(lines, ())]
    titles = [speaker(language)(column.title) for column in sheet.columns]
    missing = [title for title in titles if title not in head]
    if missing:
        raise SheetRefused(f"sheet {page.title!r} has no column {missing[0]!r}; keep the first row as it was written")
    places = [head.index(title) for title in titles]
    found: dict[str, list[Any]] = {}
    for line in lines:
        cells = [line[place] if place < len(line) else None for place in places]
        key = _plain(cells[0])
        if key in found:
            raise SheetRefused(f"sheet {page.title!r} has two rows {key!r}; keep one")
        if key:
            found[key] = cells
        elif any(cell not in (None, "") for cell in cells):
            gaps = {"sheet": Message(sheet.title)}
            ignored.append(Message("{sheet}: a row without its number in the first column was not taken", gaps))
    return found
