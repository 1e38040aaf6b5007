"""Dates and times of a source to microseconds in UTC.

A time without an offset is read in the mapping's zone; one that the clock
skipped (the hour lost when summer time begins) never existed and is a fault.
A day without a time is kept as the start of that day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from emergency.intake.cells import Parsed, Texts, blank, narrow, shown
from emergency.intake.faults import Fault
from emergency.intake.moments import whole_day
from emergency.intake.spellings import has_short_year, plainly
from emergency.texts import N_, Message

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
# Excel counts days from here (its 29 February 1900 lies before any date we take).
_EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001  a wall time, put into its zone later
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_TIME = r"(?:[T ]*(\d{1,2})[:时点](?:(\d{1,2})(?:[:分](?:(\d{1,2})(?:[.,](\d{1,9}))?秒?)?)?)?)?"
_ZONE = r" *(Z|[+-]\d{2}:?\d{2})?"
_YMD = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日? *" + _TIME + _ZONE, re.IGNORECASE)
_ABC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME + _ZONE, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
# Spellings other than ISO that one call reads, told by the first cell that is filled.
_FAST = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "%Y-%m-%d %H:%M:%S"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), "%Y/%m/%d"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d\d"), "%Y/%m/%d %H:%M"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d\d:\d\d"), "%Y/%m/%d %H:%M:%S"),
    (re.compile(r"\d{8} \d\d:\d\d:\d\d"), "%Y%m%d %H:%M:%S"),
)
_HALF_DAYS = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d(:\d\d)? ?[AP]M", re.IGNORECASE)
_DAYS = {"mdy": "%m/%d/%Y", "dmy": "%d/%m/%Y"}
ORDER_NAMES = {"ymd": N_("year-month-day"), "mdy": N_("month/day/year"), "dmy": N_("day/month/year")}


def instants(cells: Texts, zone: str, order: str = "ymd", as_date: bool = False) -> Parsed:
    """Microseconds since 1970 in UTC, int64."""
    missing = blank(cells)
    values = np.zeros(len(cells), dtype=np.int64)
    parsed = Parsed(values, missing)
    left = np.flatnonzero(~missing & ~_read_fast(cells, missing, zone, order, as_date, values))
    read: dict[str, int | Fault] = {}
    for i in left.tolist():
        cell = cells[i].as_py()
        found = read.get(cell)
        if found is None:
            found = read[cell] = instant(cell, zone, order, as_date)
        if isinstance(found, Fault):
            parsed.faults[i] = found
        else:
            values[i] = found
    return parsed


def _read_fast(
    cells: Texts, missing: np.ndarray[Any, Any], zone: str, order: str, as_date: bool, values: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Fill what one vectorised call can read, and say which that is; the rest is left alone."""
    filled = pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), cells)
    naive = _naive(filled, order)
    if naive is None:
        return np.zeros(len(cells), dtype=bool)
    naive = naive.normalize() if as_date else naive
    # A skipped time comes back as nothing here and is looked at again, one by one.
    local = naive.tz_localize(zone, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="NaT")
    years = np.asarray(naive.year)
    good = np.asarray(local.notna()) & (years >= EARLIEST_YEAR) & (years <= LATEST_YEAR)
    values[good] = local.as_unit("us").asi8[good]
    return good


def _naive(filled: Texts, order: str) -> pd.DatetimeIndex | None:
    """Wall times of a column that is ISO throughout, or mostly in one other common spelling."""
    try:
        return pd.DatetimeIndex(filled.cast(pa.timestamp("us")).to_pandas())
    except pa.ArrowInvalid:
        form = _form(filled.drop_null()[0].as_py(), order)
    if form is None:
        return None
    return pd.DatetimeIndex(pd.to_datetime(filled.to_pandas(), format=form, errors="coerce")).as_unit("us")


def _form(first: str, order: str) -> str | None:
    """The one other spelling that the first cell of a column is in."""
    if order in _DAYS and (match := _HALF_DAYS.fullmatch(first)):
        return f"{_DAYS[order]} %I:%M{':%S' if match[1] else ''} %p"
    return next((form for shape, form in _FAST if shape.fullmatch(first)), None)


def instant(cell: str, zone: str, order: str = "ymd", as_date: bool = False) -> int | Fault:
    """One date or time, in any of the spellings of the docs."""
    text = narrow(cell)
    try:
        found, has_time = _wall(text, order)
    except ValueError:
        return _unreadable(cell, order)
    if found is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        return _unreadable(cell, order)
    if as_date:
        found, has_time = datetime.combine(found, time()), False
    return _to_us(found, has_time, zone, cell)


def _unreadable(cell: str, order: str) -> Fault:
    said = {"cell": shown(cell), "order": Message(ORDER_NAMES[order])}
    if has_short_year(narrow(cell)):
        text = N_(
            "in {cell} the year has two digits; this mapping reads dates as {order}, and so it is open or wrong which "
            "number is the year: write it like 2021-07-20, or name the right order in the mapping"
        )
        return Fault("bad_date", Message(text, said))
    text = N_("the date {cell} cannot be read; write it like 2021-07-20 14:30 (this mapping reads dates as {order})")
    return Fault("bad_date", Message(text, said))


def _wall(text: str, order: str) -> tuple[datetime | None, bool]:
    """The time as written, aware where an offset is written, and whether it has a clock time."""
    if match := _YMD.fullmatch(text):
        return _built(match[1], match[2], match[3], match.groups()[3:])
    if order != "ymd" and (match := _ABC.fullmatch(text)):
        month, day = (match[1], match[2]) if order == "mdy" else (match[2], match[1])
        return _built(match[3], month, day, match.groups()[3:])
    if match := _COMPACT.fullmatch(text):
        return _built(match[1], match[2], match[3], (*match.groups()[3:], None, None))
    if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
        seconds = round(float(text) * 86_400)
        return _EXCEL + timedelta(seconds=seconds), seconds % 86_400 != 0
    together = whole_day(text) or plainly(text, order)
    return _wall(together, order) if together and together != text else (None, False)


def _built(year: str, month: str, day: str, clock: Sequence[str | None]) -> tuple[datetime, bool]:
    hour, minute, second, fraction, offset = clock
    micro = int((fraction or "").ljust(6, "0")[:6])
    clock_time = time(int(hour or 0), int(minute or 0), int(second or 0), micro)
    wall = datetime.combine(date(int(year), int(month), int(day)), clock_time)
    return (wall.replace(tzinfo=_offset(offset)) if offset else wall), hour is not None


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _to_us(wall: datetime, has_time: bool, zone: str, cell: str) -> int | Fault:
    if wall.tzinfo is None:
        local = wall.replace(tzinfo=_zone(zone))
        back = local.astimezone(UTC).astimezone(_zone(zone))
        if back.replace(tzinfo=None) != wall:
            if has_time:
                return _skipped(cell, zone)
            local = back
        wall = local
    return (wall - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _skipped(cell: str, zone: str) -> Fault:
    message = Message(
        "the time {cell} never was: clocks in {zone} skipped it when summer time began",
        {"cell": shown(cell), "zone": zone},
    )
    return Fault("skipped_time", message)


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
