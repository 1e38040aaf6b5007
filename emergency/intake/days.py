"""Which cells of a strange file are dates, and in what order they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from emergency.intake.columns import DATE_ORDERS
from emergency.intake.faults import Fault
from emergency.intake.instants import instant

_DATE = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"\d{2}[-/.](\d{1,2})[-/.](\d{2})(?!\d)")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_FIRST_SERIAL = 32_874  # 1 January 1990, as Excel counts days
_EXCEL_DAY_ZERO = date(1899, 12, 30).toordinal()


def date_order(cells: Mapping[str, Sequence[str]]) -> tuple[str, tuple[str, ...]]:
    """The order in which most of the file's dates can be read, and all those in which as many can.

    A year of two digits may stand first too, 18/11/26: then ``ymd`` is among them, though it is never read so.
    """
    dates = [v for values in cells.values() for v in values if _DATE.match(v)]
    reads = {order: sum(not isinstance(_date(v, order), Fault) for v in dates) for order in DATE_ORDERS[1:]}
    most = max(reads.values())
    if not most:
        return "ymd", ("ymd",)
    fits = tuple(order for order, read in reads.items() if read == most)
    found = filter(None, map(_YEAR_FIRST.match, dates))
    first = sum(int(match[1]) <= 12 and int(match[2]) <= 31 for match in found)
    return fits[0], (*fits, "ymd") if first >= most else fits


def is_instant(cell: str, order: str) -> bool:
    """Whether a cell can be when something happened; a bare number only if its day has been, and not long ago."""
    if _SERIAL.fullmatch(cell):
        today = datetime.now(UTC).toordinal() - _EXCEL_DAY_ZERO
        return _FIRST_SERIAL <= float(cell) < today + 2  # east of here it may be tomorrow
    return not isinstance(_date(cell, order), Fault)


def _date(cell: str, order: str) -> int | Fault:
    return instant(cell, "UTC", order)
