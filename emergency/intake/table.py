"""A file as a header and numbered records, whatever it was written with.

Row 1 is the first data row under the header; empty lines are no rows. Records
that cannot be taken as they stand come set apart, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emergency.intake.apart import Rows
from emergency.intake.batch import Batches
from emergency.intake.faults import FileFault
from emergency.intake.headers import checked
from emergency.intake.mapping import ClaimMapping
from emergency.intake.workbook import kind_of, open_unpacked
from emergency.texts import Message

_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0"
_LOOKED_AT = 1024
_XML = re.compile(rb"<\?xml\b|<(?:[A-Za-z]+:)?(?:alert|feed|rss|EDXLDistribution|cap)\b")
# What web systems send under the name of a spreadsheet, by how it begins.
_PAGES = (
    ("HTML", re.compile(rb"(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|meta|style|body|table)\b", re.I)),
    ("XML", re.compile(rb"<\?xml[^>]*>.*?<(?:[a-z]+:)?Workbook\b", re.S | re.I)),
    ("MHTML", re.compile(rb"MIME-Version:|Content-Type: multipart/related", re.I)),
)


@dataclass(frozen=True)
class Table:
    """An opened file.

    Attributes:
        header: column names as in the file, made unique.
        batches: how many rows at a time -> batches of data rows.
        bytes_total: size of the file.
        bytes_read: how far the records have come, for a progress bar.
        encoding: of a text; of another file its kind.
        above: rows of the file over its first data row, None where the file has no rows of its own (JSON).
        close: ends its reader, wherever that is; whoever opens a table closes it.
    """

    header: tuple[str, ...]
    batches: Batches
    bytes_total: int
    bytes_read: Callable[[], int]
    encoding: str
    close: Callable[[], None]
    above: int | None = None


def open_table(path: Path, mapping: ClaimMapping) -> Table:
    """The file's rows under the header that the mapping knows.

    Raises:
        FileFault: no such file, empty, an old or foreign format, no encoding or delimiter under
            which the required headers appear, a quotation mark never closed (while reading).
    """
    size, start = look(path)
    kind = kind_of(path, start)
    if kind == "text":
        rows = Rows(path, [path], mapping)
        encoding = rows.encoding.removesuffix("-sig")
    else:
        rows, encoding = open_unpacked(path, mapping, kind), kind
    try:
        header = checked(rows.header, mapping, rows.around)
    except BaseException:
        rows.close()
        raise
    above = None if kind == "json" else rows.above
    return Table(header, rows.batches, size, lambda: round(size * rows.share), encoding, rows.close, above)


def look(path: Path) -> tuple[int, bytes]:
    """Size and first bytes.

    Raises:
        FileFault: no such file, empty, packed, XML, or an old Excel file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except OSError as error:
        values = {"file": path.name, "why": error.strerror or str(error)}
        raise FileFault(Message("{file} cannot be opened: {why}", values)) from error
    if not start:
        raise FileFault(Message("{file} is empty", {"file": path.name}))
    if start.startswith(_OLE):
        raise FileFault(_old_excel(path))
    if page := _page(start):
        raise FileFault(_is_a_page(path, page))
    if _XML.match(start.lstrip(b"\xef\xbb\xbf").lstrip()) or path.suffix.lower() == ".xml":
        raise FileFault(_is_xml(path))
    if start.startswith(_GZIP):
        raise FileFault(Message("{file} is packed (gzip): unpack it first", {"file": path.name}))
    return path.stat().st_size, start


def _page(start: bytes) -> str:
    """Which kind of web page a file begins as, whatever its name says; "" for none."""
    plain = start.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"").lstrip()
    return next((name for name, begins in _PAGES if begins.match(plain)), "")


def _is_a_page(path: Path, page: str) -> Message:
    return Message(
        "{file} is a web page ({page}) under the name of a spreadsheet, as many web systems export it: "
        "open it in Excel, save it as .xlsx, and import that file",
        {"file": path.name, "page": page},
    )


def _is_xml(path: Path) -> Message:
    return Message(
        "{file} is XML, no list of claims. Alerts (CAP, Atom, GDACS) are read by `emergency alerts import`, or come in"
        " by the folder that is watched; a list of claims is CSV, TSV, XLSX, JSON or GeoJSON",
        {"file": path.name},
    )


def _old_excel(path: Path) -> Message:
    return Message("{file} is an old Excel file (.xls): open it and save it as .xlsx", {"file": path.name})
