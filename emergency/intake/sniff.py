"""A strange file before any mapping knows it: encoding, delimiter, header row and the first rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from emergency.intake.faults import FileFault
from emergency.intake.guarded import unpacked
from emergency.intake.headers import HEADER_WITHIN, bare, check_width, normal
from emergency.intake.table import look
from emergency.intake.workbook import kind_of
from emergency.texts import Message

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
DELIMITERS = (",", ";", "\t")
SAMPLE_ROWS = 200
_HEAD_BYTES = 1 << 18
_LONGEST_CELL = 200
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Sample:
    """One way to read the top of a file.

    Attributes:
        encoding: one of ENCODINGS.
        marked: a byte-order mark says so, or the reader wrote it itself: no guess.
        header: the row that looks most like column names.
        rows: up to 200 rows under it, as long as the header.
        known: how many of its names stand in the synonyms.
        proved: a known name holds more than ASCII, or two headers have one in them: in a wrong
            encoding they would not be known.
    """

    encoding: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    known: int
    proved: bool
    marked: bool = False


def samples(path: Path, names: Mapping[str, Sequence[str]]) -> tuple[str, list[Sample]]:
    """Kind of file (text, xlsx, json) and every way to read it, the likeliest first.

    Args:
        names: claim column -> headers it goes by.

    Raises:
        FileFault: nothing in it can be read as a table.
    """
    _, start = look(path)
    kind = kind_of(path, start)
    wanted = _Names(names)
    if kind == "text":
        with path.open("rb") as file:
            found = list(_of_bytes(file.read(_HEAD_BYTES), wanted))
    else:
        folder, tables = unpacked(path, kind)
        with folder:
            found = [one for table in tables if (one := _of_table(table, wanted)) is not None]
    found.sort(key=lambda one: (-one.known, not one.marked, ENCODINGS.index(one.encoding)))
    if not found:
        raise FileFault(Message("{file} holds no table: no row of two or more cells was found", {"file": path.name}))
    return kind, found


class _Names:
    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.spelt = {normal(name) for group in names.values() for name in group}

    def known(self, cell: str) -> bool:
        return normal(cell) in self.spelt or bare(cell) in self.spelt

    def partly(self, cell: str) -> bool:
        spelt = bare(cell)
        return len(spelt) <= 20 and any(name in spelt for name in self.spelt if len(name) > 1 and not name.isascii())


def _of_bytes(head: bytes, names: _Names) -> Iterator[Sample]:
    mark = next((name for sign, name in _MARKS if head.startswith(sign)), "")
    for encoding in (mark,) if mark else ENCODINGS:
        if encoding == "utf-16" and not mark:
            continue
        text = _decoded(head, encoding)
        if text is None:
            continue
        found = [one for d in DELIMITERS if (one := _of_text(text, d, encoding, bool(mark), names))]
        if found:
            yield max(found, key=lambda one: (one.known, len(one.header)))


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        text = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)().decode(
            head, final=False
        )
    except UnicodeDecodeError:
        return None
    # The sample may end within a row; what stands behind its last line end is left out.
    return text[: text.rfind("\n") + 1] or text if len(head) == _HEAD_BYTES else text


def _of_text(text: str, delimiter: str, encoding: str, marked: bool, names: _Names) -> Sample | None:
    return _sample(_records(io.StringIO(text, newline=""), delimiter), encoding, marked, names)


def _of_table(table: Path, names: _Names) -> Sample | None:
    with table.open(encoding="utf-8", newline="") as file:
        return _sample(_records(file, ","), "utf-8", True, names)


def _records(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        reader = csv.reader(lines, delimiter=delimiter)
        rows.extend(islice((r for r in reader if any(c.strip() for c in r)), HEADER_WITHIN + SAMPLE_ROWS))
    if rows:
        check_width(max(rows, key=len))
    return rows


def _sample(records: list[list[str]], encoding: str, marked: bool, names: _Names) -> Sample | None:
    at = _header_at(records, names)
    if at is None:
        return None
    header = [cell.strip() for cell in records[at]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    rows = [tuple(c[:_LONGEST_CELL] for c in r[:width]) + ("",) * (width - len(r)) for r in records[at + 1 :]]
    known = [h for h in header if names.known(h)]
    partly = [h for h in header if h not in known and names.partly(h)]
    return Sample(
        encoding=encoding,
        header=tuple(header),
        rows=tuple(rows[:SAMPLE_ROWS]),
        known=2 * len(known) + len(partly),
        proved=any(not h.isascii() for h in known) or len(partly) > 1,
        marked=marked,
    )


def _header_at(records: Sequence[Sequence[str]], names: _Names) -> int | None:
    """The row with most known names; where none has any, the first that is nearly as wide as the table."""
    top = records[:HEADER_WITHIN]
    scores = [2 * sum(names.known(c) for c in row) + sum(names.partly(c) for c in row) for row in top]
    if scores and max(scores) >= 2:
        return scores.index(max(scores))
    widest = max((sum(1 for c in row if c.strip()) for row in records), default=0)
    if widest < 2:
        return None
    return next(i for i, row in enumerate(top) if sum(1 for c in row if c.strip()) * 2 >= widest)
