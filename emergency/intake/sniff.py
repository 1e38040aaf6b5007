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
from typing import Any

from emergency.intake.apart import around_of, gave_up, sampled
from emergency.intake.encodings import bytes_of, mixed
from emergency.intake.faults import FileFault
from emergency.intake.guarded import unpacked
from emergency.intake.headers import HEADER_WITHIN, NOTHING, bare, check_width, normal, tidy
from emergency.intake.table import look
from emergency.intake.units import Around
from emergency.intake.workbook import kind_of
from emergency.texts import Message

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
DELIMITERS = (",", ";", "\t")
SAMPLE_ROWS = 200
_HEAD_BYTES = 1 << 18
_LONGEST_CELL = 200
# Blank ones among them: a file of line ends alone is not looked through to its end.
_MOST_RECORDS = 5_000
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Sample:
    """One way to read the top of a file.

    Attributes:
        encoding: one of ENCODINGS.
        marked: a byte-order mark says so, or the reader wrote it itself: no guess.
        around: what stands over the header, and units under it.
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
    around: Around = NOTHING


def samples(path: Path, names: Mapping[str, Sequence[str]]) -> tuple[str, list[Sample]]:
    """Kind of file (text, xlsx, json) and every way to read it, the likeliest first.

    Args:
        names: claim column -> headers it goes by.

    Raises:
        FileFault: nothing in it can be read as a table.
    """
    _, start = look(path)
    kind = kind_of(path, start)
    if kind == "text":
        told = sampled(path, [path], names, text=True)
    else:
        folder, tables = unpacked(path, kind)
        with folder:
            told = sampled(path, tables, names, text=False)
    found = _made(path, told)
    found.sort(key=lambda one: (-one.known, not one.marked, ENCODINGS.index(one.encoding)))
    if not found:
        raise FileFault(Message("{file} holds no table: no row of two or more cells was found", {"file": path.name}))
    return kind, found


def rows_if_few(path: Path, sample: Sample) -> int:
    """How many rows a file has, 0 where it has more than were looked at."""
    few = len(sample.rows) < SAMPLE_ROWS and path.stat().st_size <= _HEAD_BYTES
    return len(sample.rows) if few else 0


def _made(path: Path, told: Any) -> list[Sample]:
    """Samples, of what the child says.

    Raises:
        FileFault: it says what cannot be.
    """
    try:
        found = [
            Sample(
                encoding=str(raw["encoding"]),
                header=tuple(map(str, raw["header"])),
                rows=tuple(tuple(map(str, row)) for row in raw["rows"]),
                known=int(raw["known"]),
                proved=bool(raw["proved"]),
                marked=bool(raw["marked"]),
                around=around_of(raw["around"]),
            )
            for raw in told
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise FileFault(gave_up(path)) from error
    if any(one.encoding not in ENCODINGS or {len(row) for row in one.rows} - {len(one.header)} for one in found):
        raise FileFault(gave_up(path))
    return found


def read_samples(tables: Sequence[Path], names: Mapping[str, Sequence[str]], *, text: bool) -> list[Sample]:
    """The work itself, done in the child: every way to read the top of a text, or the top of each table."""
    wanted = _Names(names)
    if not text:
        return [one for table in tables if (one := _of_table(table, wanted)) is not None]
    with tables[0].open("rb") as file:
        head = file.read(_HEAD_BYTES)
    found = list(_of_bytes(head, wanted))
    _refuse_mixed(tables[0], head, found, wanted)
    return found


def _refuse_mixed(path: Path, head: bytes, found: Sequence[Sample], wanted: _Names) -> None:
    """A text whose headers are known in UTF-8, and which breaks that encoding further down, is never read as another.

    Raises:
        FileFault: it is one; says which line.
    """
    if any(one.encoding == "utf-8" or one.marked for one in found):
        return
    text = head.decode("utf-8", "replace")
    known = [one for d in DELIMITERS if (one := _of_text(text, d, "utf-8", False, wanted)) and one.proved]
    if known and max(one.known for one in known) > max((one.known for one in found), default=0):
        raise FileFault(mixed(path, bytes_of(path)))


class _Names:
    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.spelt = {form(name) for group in names.values() for name in group for form in (normal, tidy)}

    def known(self, cell: str) -> bool:
        return not self.spelt.isdisjoint((normal(cell), bare(cell), tidy(cell)))

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
        looked = islice(reader, _MOST_RECORDS)
        rows.extend(islice((r for r in looked if any(c.strip() for c in r)), HEADER_WITHIN + SAMPLE_ROWS))
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
        around=Around.of(records, at),
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
