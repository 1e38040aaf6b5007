"""Runs as a process of its own: an untrusted XLSX, JSON or GeoJSON file becomes plain CSV, one per sheet.

``python -m emergency.intake.guarded_child xlsx|book|json FILE FOLDER`` writes ``0.csv``, ``1.csv`` … into the
folder and one line of JSON on standard output: ``{"fault": "", "sheets": n, "peak_mb": m}``. It sets its own limits of
memory, processor time and output before it reads the first byte. Only the standard library and
openpyxl are imported, and openpyxl is kept from numpy: a small process starts fast and dies small.
"""

from __future__ import annotations

import csv
import json
import math
import os
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from emergency.intake.confined import MB, confine, end_with_parent, peak_mb

LARGEST_INFLATED = 256 * MB
LARGEST_JSON = 40 * MB
MEMORY_BYTES = 260 * MB
OUTPUT_BYTES = 512 * MB
SHEETS = 20
MOST_SECONDS = 5 + LARGEST_INFLATED // (2 * MB)
# No sheet of claims is squeezed a hundredfold; a bomb is squeezed a thousandfold.
_STEEPEST, _STEEP_FROM = 150, 24 * MB
_PIECE = 1 << 18
# Beyond 15 digits a spreadsheet's number is no longer the number that was typed.
_EXACT = 10**15
# A document type is where entities are declared; no spreadsheet has one.
_DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))

# What stands in a cell whose formula was never reckoned; the reader of rows rejects it, the coordinator reads it.
UNSAVED = "#FORMULA!"
FORMULA_TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}f"


class Unfit(Exception):
    """The file is refused; the argument is a code the parent has words for."""


def limit(seconds: int) -> None:
    confine(
        memory_bytes=MEMORY_BYTES, processor_seconds=seconds, output_bytes=OUTPUT_BYTES, most_seconds=MOST_SECONDS
    )


# -- workbooks -----------------------------------------------------------------------------------


def measure(path: Path) -> int:
    """Bytes that really come out of the archive: sizes written in it may lie.

    Raises:
        Unfit: ``too_large``, ``entities`` or ``damaged``.
    """
    total, packed = 0, path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            tail = b""
            with archive.open(entry) as member:
                while piece := member.read(_PIECE):
                    total += len(piece)
                    steep = total > _STEEP_FROM and total > packed * _STEEPEST
                    if total > LARGEST_INFLATED or steep:
                        raise Unfit("too_large")
                    seen = (tail + piece).upper()
                    if any(mark in seen for mark in _DOCTYPES):
                        raise Unfit("entities")
                    tail = piece[-32:]
    return total


def workbook(path: Path) -> Iterator[Iterator[list[str]]]:
    """The sheets, each as rows of text without trailing blanks."""
    for _, rows in _sheets(path):
        yield rows


def book(path: Path) -> Iterator[Iterator[list[str]]]:
    """The sheets as `workbook` gives them, but each begins with its title, and every row with its number."""
    for title, rows in _sheets(path):
        yield _numbered(title, rows)


def _numbered(title: str, rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield ["0", title]
    for number, row in enumerate(rows, 1):
        if any(cell.strip() for cell in row):
            yield [str(number), *row]


def _sheets(path: Path) -> Iterator[tuple[str, Iterator[list[str]]]]:
    sys.modules["numpy"] = None  # type: ignore[assignment]
    # Nothing here has a document type, see `measure`; the careful parser in Python would look for one again,
    # and takes three times as long for any sheet.
    os.environ["OPENPYXL_DEFUSEDXML"] = "False"
    import openpyxl
    from openpyxl.worksheet import _reader

    _reader.WorkSheetParser.parse_cell = _told(_reader.WorkSheetParser.parse_cell)
    # Handed over open: openpyxl judges files by their names.
    book = openpyxl.load_workbook(path.open("rb"), read_only=True, data_only=True)
    for sheet in book.worksheets[:SHEETS]:
        sheet.reset_dimensions()
        yield str(sheet.title), ([_text(value) for value in row] for row in sheet.iter_rows(values_only=True))


def _told(parse: Callable[[Any, Any], dict[str, Any]]) -> Callable[[Any, Any], dict[str, Any]]:
    """Reads a cell as openpyxl does, but tells a formula without a saved result from an empty cell."""

    def cell(parser: Any, element: Any) -> dict[str, Any]:
        found = parse(parser, element)
        # A formula that gave an empty text is saved as one: t="str".
        if found["value"] is None and element.find(FORMULA_TAG) is not None and element.get("t") != "str":
            found["value"] = UNSAVED
        return found

    return cell


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return repr(value)
    if abs(value) >= _EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(value)


# -- JSON ----------------------------------------------------------------------------------------

_JSON = json.JSONDecoder()
_SPACE = " \t\r\n"
_MOST_NAMES = 20_000
# Where programs put the list when they do not hand over the list itself.
_LISTS = ("features", "data", "records", "rows", "items", "claims", "result", "results")


def json_rows(path: Path) -> Iterator[Iterator[list[str]]]:
    """One sheet: the objects of a list, of a GeoJSON collection, or one to a line."""
    if path.stat().st_size > LARGEST_JSON:
        raise Unfit("json_too_large")
    text = _decoded(path.read_bytes())
    start = _list_start(text)
    names: dict[str, None] = {}
    for number, found in enumerate(_objects(text, start)):
        if not found.keys() <= names.keys():
            names.update(dict.fromkeys(found))
        if len(names) > _MOST_NAMES:
            raise Unfit("no_list")
        if not names and number > _MOST_NAMES:
            break
    if not names:
        raise Unfit("no_list")

    def rows() -> Iterator[list[str]]:
        yield list(names)
        for found in _objects(text, start):
            yield [found.get(name, "") for name in names]

    yield rows()


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit("not_json")


def _skip(text: str, at: int, more: str = "") -> int:
    while at < len(text) and text[at] in _SPACE + more:
        at += 1
    return at


def _list_start(text: str) -> int:
    """Position behind the bracket of the list, or of the first object where there is one to a line."""
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        return at + 1
    if text[at : at + 1] != "{":
        raise Unfit("not_json")
    first = at
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        key, at = _JSON.raw_decode(text, at)
        at = _skip(text, at, ":")
        if text[at : at + 1] == "[" and key in _LISTS:
            return at + 1
        at = _skip(text, _JSON.raw_decode(text, at)[1], ",")
    return first


def _objects(text: str, at: int) -> Iterator[dict[str, str]]:
    """The objects from a position on, one at a time, flat."""
    at = _skip(text, at, ",")
    while at < len(text) and text[at] != "]":
        found, at = _JSON.raw_decode(text, at)
        if not isinstance(found, dict):
            raise Unfit("no_list")
        yield _feature(found) if found.get("type") == "Feature" else _flat(found)
        at = _skip(text, at, ",")


def _feature(found: dict[str, Any]) -> dict[str, str]:
    properties = found.get("properties")
    flat = _flat(properties if isinstance(properties, dict) else {})
    geometry = found.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if isinstance(point, list) and len(point) >= 2:
        flat |= {"longitude": _cell(point[0]), "latitude": _cell(point[1])}
    if "id" in found:
        flat.setdefault("id", _cell(found["id"]))
    return flat


def _flat(found: dict[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in found.items():
        if isinstance(value, dict) and value and before.count(".") < 3:
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[before + str(key)] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _text(value)


# -- the whole -----------------------------------------------------------------------------------


def write(sheets: Iterable[Iterable[Sequence[str]]], folder: Path) -> int:
    """Each sheet as a CSV of its own; rows without any text are left out."""
    number = -1
    for number, rows in enumerate(sheets):
        with (folder / f"{number}.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
            writer = csv.writer(file)
            for row in rows:
                cells = list(row)
                while cells and not cells[-1].strip():
                    cells.pop()
                if cells:
                    writer.writerow(cells)
    return number + 1


READERS: dict[str, Callable[[Path], Iterator[Iterator[list[str]]]]] = {
    "xlsx": workbook,
    "book": book,
    "json": json_rows,
}


def main(kind: str, file: str, folder: str) -> dict[str, Any]:
    path = Path(file)
    try:
        # Honest sheets are read at some megabytes a second; half a second for each is patient.
        limit(5 + path.stat().st_size // MB)
        if kind in ("xlsx", "book"):
            limit(5 + measure(path) // (2 * MB))
        return {"fault": "", "sheets": write(READERS[kind](path), Path(folder))}
    except Unfit as unfit:
        return {"fault": str(unfit)}
    except RecursionError:
        return {"fault": "too_deep"}
    except (MemoryError, OverflowError):
        return {"fault": "too_large"}
    except json.JSONDecodeError as error:
        return {"fault": "bad_json", "line": error.lineno, "column": error.colno}
    except Exception as error:  # whatever a foreign parser raises on a file that is none
        return {"fault": "too_large" if isinstance(error, OSError) and error.errno == 27 else "damaged"}


if __name__ == "__main__":
    end_with_parent()
    sys.stdout.write(json.dumps(main(*sys.argv[1:4]) | {"peak_mb": peak_mb()}))
