"""CSV and TSV as other people write them: encodings, delimiters, quotes, damage."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from emergency.intake.batch import AT_ONCE, FULL_BYTES, Batch, Batches, Broken, batched
from emergency.intake.encodings import broken_off, bytes_of, mixed, not_told, undecided
from emergency.intake.faults import Fault, FileFault
from emergency.intake.headers import HEADER_WITHIN, NOTHING, find_header, no_header, proves_encoding, wanted
from emergency.intake.mapping import ClaimMapping
from emergency.intake.plain import LONGEST_CELL, PlainRows
from emergency.intake.units import Around
from emergency.texts import Message

DELIMITERS = (",", ";", "\t")
LONGEST_LINE = 1 << 20
_HEAD_BYTES = 1 << 18
_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class _Shape:
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_at: int  # records above the header
    below: int  # lines down to the first data row
    sound: bool = False  # nothing in the bytes that asks for a look at each line
    plain: bool = False  # sound, and its line ends are those of today
    padded: bool = False  # short rows are whole: their blank cells at the end were left out
    lines: int = 0  # of the whole file
    around: Around = NOTHING  # what stands over the header, and units under it

    @property
    def above(self) -> int:
        """Rows over the first data row, as a spreadsheet numbers them; what runs over several lines is one."""
        return self.header_at + 1


def open_delimited(
    path: Path, mapping: ClaimMapping, *, padded: bool = False
) -> tuple[tuple[str, ...], Batches, Callable[[], int], str, int, Around]:
    """Header, records, the count of bytes read, the encoding, the rows over the first data row, and what stands
    around the header.

    Args:
        padded: rows shorter than the header are whole; their blank cells at the end were left out.

    Raises:
        FileFault: see `emergency.intake.table.open_table`.
    """
    shape = replace(_shape(path, mapping), padded=padded)
    raw, size = path.open("rb"), path.stat().st_size

    def bytes_read() -> int:
        return size if raw.closed else raw.tell()

    records = _Records(io.TextIOWrapper(raw, encoding=shape.encoding, newline=""), shape, bytes_read)
    if shape.plain:
        plain = PlainRows(
            path,
            shape.encoding,
            shape.delimiter,
            len(shape.header),
            (shape.below, shape.lines),
            records.batches,
            records.file,
        )
        return shape.header, plain.batches, plain.bytes_read, shape.encoding, shape.above, shape.around
    return shape.header, records.batches, bytes_read, shape.encoding, shape.above, shape.around


def shape_of(path: Path, mapping: ClaimMapping) -> object | None:
    """Something where the required headers are found, None where they are not."""
    with path.open("rb") as file:
        text = _decoded(file.read(_HEAD_BYTES), mapping.encoding)
    return None if text is None else _known_header(text, mapping.encoding, mapping)[0]


def first_record(path: Path) -> list[str]:
    """The first row with anything in it, for a message."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        records = _readable(csv.reader(file))
    return next((r for r in records if any(c.strip() for c in r)), [])


# -- what kind of file it is ---------------------------------------------------------------------


def _shape(path: Path, mapping: ClaimMapping) -> _Shape:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    candidates = [marked or mapping.encoding] if marked or mapping.encoding else ["utf-8", "gb18030"]
    seen: list[str] = []
    damage = None
    for encoding in candidates:
        text = _decoded(head, encoding)
        if text is None:
            continue
        shape, first = _known_header(text, encoding, mapping)
        seen = seen or first
        if shape is None:
            continue
        bad, sound, plain, lines = _survey(path, encoding)
        if bad is not None:
            damage = damage or (encoding, bad)
        elif encoding in (marked, mapping.encoding, "utf-8") or proves_encoding(shape.header, mapping):
            return replace(shape, sound=sound, plain=plain, lines=lines)
    raise FileFault(_why_not(path, mapping, head, damage, seen))


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=False)
    except UnicodeDecodeError:
        return None


def _known_header(text: str, encoding: str, mapping: ClaimMapping) -> tuple[_Shape | None, list[str]]:
    """The shape under which the required headers appear, and the first row for the message if none."""
    best: list[str] = []
    for delimiter in DELIMITERS:
        records = _readable(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        at = find_header(records, mapping)
        if at is not None:
            below = at + 1 + sum(cell.count("\n") for record in records[: at + 1] for cell in record)
            around = Around.of(records, at)
            return _Shape(encoding, delimiter, tuple(records[at]), at, below, around=around), list(records[at])
        first = next((r for r in records if any(c.strip() for c in r)), [])
        best = max(best, first, key=len)
    return None, best


def _readable(reader: Iterator[list[str]]) -> list[list[str]]:
    """The first records, up to one that the reader refuses."""
    records: list[list[str]] = []
    with suppress(csv.Error):
        records.extend(islice(reader, HEADER_WITHIN))
    return records


def _survey(path: Path, encoding: str) -> tuple[int | None, bool, bool, int]:
    """One look at all bytes: where they stop being of the encoding (None = nowhere); whether they are
    sound: no NUL, no line a reader would refuse, every quotation mark with its partner; whether they
    are plain: sound, and without line ends of another time; how many lines there are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = quotes = tail = returns = ends = 0
    sound = encoding != "utf-16"
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            if piece.endswith(b"\r"):  # do not cut a line end in two: it would look like an odd one
                piece += file.read(1)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return done - held + error.start, False, False, 0
            if not piece:
                sound = sound and quotes % 2 == 0
                return None, sound, sound and not returns, ends + bool(tail)
            lines = piece.split(b"\n")
            ends += len(lines) - 1
            longest = max(tail + len(lines[0]), *map(len, lines))
            tail = len(lines[-1]) + (tail if len(lines) == 1 else 0)
            quotes += piece.count(b'"')
            returns += piece.count(b"\r") - piece.count(b"\r\n")
            sound = sound and longest < LONGEST_CELL and b"\0" not in piece
            done += len(piece)


def _why_not(
    path: Path, mapping: ClaimMapping, head: bytes, damage: tuple[str, int] | None, seen: Sequence[str]
) -> Message:
    if mapping.encoding and not damage and (bad := _survey(path, mapping.encoding)[0]) is not None:
        damage = mapping.encoding, bad
    if damage and damage[0] not in ("utf-8", "utf-8-sig"):
        return broken_off(path, *damage)
    said = mapping.encoding or any(head.startswith(mark) for mark, name in _MARKS if name == "utf-16")
    found = None if said else bytes_of(path)
    if found is None or not found.bad:
        return no_header(mapping, seen)
    if found.mixed:
        return mixed(path, found)
    if _known_header_in_ascii(head, mapping):
        return not_told(path, found)
    return undecided(path, mapping.name, wanted(mapping), found)


def _known_header_in_ascii(head: bytes, mapping: ClaimMapping) -> bool:
    return _known_header(head.decode("ascii", "replace"), "ascii", mapping)[0] is not None


# -- its records ---------------------------------------------------------------------------------


class _Records:
    """Records of one file, one by one; remembers the raw lines of the record being read."""

    def __init__(self, file: io.TextIOWrapper, shape: _Shape, bytes_read: Callable[[], int]) -> None:
        self.file, self.shape, self.bytes_read = file, shape, bytes_read
        self.lines: list[str] = []
        self.row = 0

    def batches(self, size: int, skipped: int = 0) -> Iterator[Batch]:
        """Records in batches of at most `size`; a sound file is not looked at line by line.

        Args:
            skipped: data rows to pass over.

        Raises:
            FileFault: a quotation mark never closed, a line without end.
        """
        with self.file:
            source = self.file if self.shape.sound else self._physical()
            reader = csv.reader(source, delimiter=self.shape.delimiter)
            for _ in range(self.shape.header_at + 1):
                next(reader)
            self.lines.clear()
            self._pass_over(reader, skipped)
            width = len(self.shape.header)
            if self.shape.sound:
                yield from self._quick(reader, size)
            else:
                yield from batched(self._data(reader), size, width, self.bytes_read)

    def _pass_over(self, reader: Iterator[list[str]], rows: int) -> None:
        while self.row < rows:
            self.row += bool(next(reader))

    def _quick(self, reader: Iterator[list[str]], size: int) -> Iterator[Batch]:
        """Some hundred records at a time, turned into columns while they are at hand."""
        width = len(self.shape.header)
        batch, start = Batch.of(width), self.bytes_read()
        try:
            while read := list(islice(reader, min(size, AT_ONCE))):
                records = list(filter(None, read))
                if set(map(len, records)) <= {width}:
                    batch.add_whole(records)
                else:
                    batch.add_mixed(self._fitted(r, 1 + sum(c.count("\n") for c in r)) for r in records)
                self.row += len(records)
                if batch.size + AT_ONCE > size or self.bytes_read() - start > FULL_BYTES:
                    yield batch
                    batch, start = Batch.of(width), self.bytes_read()
        except csv.Error as error:
            raise FileFault(_unclosed(self._in_file(self.row + 1))) from error
        if batch.size:
            yield batch

    def _data(self, reader: Iterator[list[str]]) -> Iterator[list[str] | Broken]:
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells = [self._overlong()]
                self.row += 1
                yield Broken(Fault("overlong_cell", _OVERLONG_CELL), (cells[0][:1000],))
                self.lines.clear()
                continue
            if cells:
                self.row += 1
                yield self._checked(cells)
            self.lines.clear()

    def _checked(self, cells: list[str]) -> list[str] | Broken:
        lines = self.lines
        if len(lines) > 1 or lines[-1][-1] not in "\r\n":
            self._check_closed()
        if "\0" in lines[0] or (len(lines) > 1 and "\0" in "".join(lines)):
            return Broken(Fault("nul", _NUL), tuple(c.replace("\0", "") for c in cells))
        return self._fitted(cells, len(lines))

    def _fitted(self, cells: list[str], lines: int) -> list[str] | Broken:
        """A record as long as the header; blank cells beyond it are dropped."""
        width = len(self.shape.header)
        if len(cells) == width:
            return cells
        if len(cells) > width and not any(c.strip() for c in cells[width:]):
            return cells[:width]
        if len(cells) < width and self.shape.padded:
            return cells + [""] * (width - len(cells))
        return Broken(Fault("ragged", ragged(len(cells), width, lines)), tuple(cells))

    def _check_closed(self) -> None:
        """A quotation mark that is never closed swallows all rows to the end: refuse the file.

        Raises:
            FileFault: with the row in which the mark stands.
        """
        try:
            list(csv.reader(self.lines, delimiter=self.shape.delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise FileFault(_unclosed(self._in_file(self.row))) from error

    def _overlong(self) -> str:
        """The text of a record with a cell beyond the reader's limit; more than one line is a lost quote.

        Raises:
            FileFault: the record runs over several lines.
        """
        if len(self.lines) > 1:
            raise FileFault(_unclosed(self._in_file(self.row + 1)))
        return self.lines[0]

    def _in_file(self, row: int) -> int:
        """A data row as the file's own row, for a person who looks for it there."""
        return row + self.shape.above

    def _physical(self) -> Iterator[str]:
        """Lines one by one, kept until their record is read.

        Raises:
            FileFault: a line of more than a million characters; nothing after it can be trusted.
        """
        while line := self.file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise FileFault(_endless(self._in_file(self.row + 1)))
            self.lines.append(line)
            yield line


_NUL = Message("the row holds NUL bytes: the file was damaged on its way")
_OVERLONG_CELL = Message("a cell of this row is longer than 131,072 characters")


def _endless(row: int) -> Message:
    return Message(
        "row {row} is longer than a million characters: no claims list, or its line ends are lost", {"row": row}
    )


def ragged(found: int, width: int, lines: int = 1) -> Message:
    if lines > 1:
        return Message(
            "the row has {found} cells where the header has {width}, and runs over {lines} lines: "
            "a quotation mark is probably not closed",
            {"found": found, "width": width, "lines": lines},
        )
    return Message("the row has {found} cells where the header has {width}", {"found": found, "width": width})


def _unclosed(row: int) -> Message:
    return Message(
        "a quotation mark opened in row {row} or later is never closed: mend it and import again", {"row": row}
    )
