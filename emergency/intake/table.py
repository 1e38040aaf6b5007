"""A file as a header and numbered records, whatever it was written with.

Row 1 is the first data row under the header; empty lines are no rows. Records
that cannot be taken as they stand come set apart, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emergency.intake.batch import Batches
from emergency.intake.delimited import open_delimited
from emergency.intake.faults import FileFault
from emergency.intake.mapping import ClaimMapping
from emergency.intake.workbook import kind_of, open_unpacked
from emergency.texts import Message

_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Table:
    """An opened file.

    Attributes:
        header: column names as in the file, made unique.
        batches: how many rows at a time -> batches of data rows.
        bytes_total: size of the file.
        bytes_read: how far the records have come, for a progress bar.
        encoding: of a text; of another file its kind.
    """

    header: tuple[str, ...]
    batches: Batches
    bytes_total: int
    bytes_read: Callable[[], int]
    encoding: str


def open_table(path: Path, mapping: ClaimMapping) -> Table:
    """The file's rows under the header that the mapping knows.

    Raises:
        FileFault: no such file, empty, an old or foreign format, no encoding or delimiter under
            which the required headers appear, a quotation mark never closed (while reading).
    """
    size, start = look(path)
    kind = kind_of(path, start)
    if kind == "text":
        header, batches, bytes_read, encoding = open_delimited(path, mapping)
    else:
        header, batches, bytes_read = open_unpacked(path, mapping, kind)
        encoding = kind
    return Table(header, batches, size, bytes_read, encoding.removesuffix("-sig"))


def look(path: Path) -> tuple[int, bytes]:
    """Size and first bytes.

    Raises:
        FileFault: no such file, empty, packed, or an old Excel file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        values = {"file": path.name, "why": error.strerror or str(error)}
        raise FileFault(Message("{file} cannot be opened: {why}", values)) from error
    if not start:
        raise FileFault(Message("{file} is empty", {"file": path.name}))
    if start.startswith(_OLE):
        raise FileFault(_old_excel(path))
    if start.startswith(_GZIP):
        raise FileFault(Message("{file} is packed (gzip): unpack it first", {"file": path.name}))
    return path.stat().st_size, start


def _old_excel(path: Path) -> Message:
    return Message("{file} is an old Excel file (.xls): open it and save it as .xlsx", {"file": path.name})
