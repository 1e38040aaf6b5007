"""XLSX as rows of text; the archive is measured while it is inflated, before anything reads it."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from emergency.intake.batch import Batch, Batches, Broken, batched
from emergency.intake.cells import Fault
from emergency.intake.delimited import ragged
from emergency.intake.faults import FileFault
from emergency.intake.headers import HEADER_WITHIN, checked, find_header, no_header
from emergency.intake.mapping import ClaimMapping
from emergency.texts import Message

LARGEST_INFLATED = 256 << 20
_PIECE = 1 << 20
# Beyond 15 digits a spreadsheet's number is no longer the number that was typed.
_EXACT = 10**15


def open_workbook(path: Path, mapping: ClaimMapping) -> tuple[tuple[str, ...], Batches, Callable[[], int]]:
    """Header, records and progress of the first sheet that shows the required headers.

    Raises:
        FileFault: too large once inflated, damaged, no workbook, or no sheet with the headers.
    """
    _measure(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise FileFault(_no_workbook(path)) from error
    first: list[str] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        top = list(islice(_texts(sheet), HEADER_WITHIN))
        at = find_header(top, mapping)
        if at is not None:
            header = _trimmed(top[at])
            return (
                checked(header, mapping),
                partial(_batches, book, sheet, at, len(header)),
                lambda: path.stat().st_size,
            )
        first = first or next((r for r in top if any(r)), [])
    raise FileFault(no_header(mapping, first))


def _measure(path: Path) -> None:
    """Count the bytes that really come out: sizes written in an archive may lie.

    Raises:
        FileFault: a damaged archive, or more than the limit.
    """
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    while piece := member.read(_PIECE):
                        total += len(piece)
                        if total > LARGEST_INFLATED:
                            raise FileFault(_too_large(path))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise FileFault(_no_workbook(path)) from error


def _too_large(path: Path) -> Message:
    return Message(
        "{file} unpacks to more than {limit} MB: save the sheet as CSV and import that",
        {"file": path.name, "limit": LARGEST_INFLATED >> 20},
    )


def _no_workbook(path: Path) -> Message:
    return Message(
        "{file} is damaged or no Excel workbook: open it, save it as .xlsx or CSV, import again", {"file": path.name}
    )


def _texts(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        yield [_text(value) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return repr(value)
        if abs(value) >= _EXACT:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _batches(book: Any, sheet: Any, header_at: int, width: int, size: int) -> Iterator[Batch]:
    try:
        rows = (_trimmed(cells) for cells in islice(_texts(sheet), header_at + 1, None))
        yield from batched((_fitted(cells, width) for cells in rows if cells), size, width)
    finally:
        book.close()


def _fitted(cells: list[str], width: int) -> list[str] | Broken:
    if len(cells) > width:
        return Broken(Fault("ragged", ragged(len(cells), width)), tuple(cells))
    return cells + [""] * (width - len(cells))
