"""Small dated tables beside the rule files: exchange rates, and visits per shift by line.

Both are CSV, one fact per row with its source; everything wrong with a file is
said at once, with lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from emergency.domain.claim import LINES
from emergency.library.faults import Fault, FileFaults, NotOnShelf
from emergency.texts import N_, Message

RATE_COLUMNS = ("date", "from", "to", "rate", "source")
VISIT_COLUMNS = ("line", "visits_per_slot", "source")
CURRENCY = re.compile(r"[A-Z]{3}")
AMOUNT = re.compile(r"\d+(\.\d+)?", re.ASCII)
WHOLE = re.compile(r"\d+", re.ASCII)

NO_DATE = N_("{found} is not a date such as 2026-09-23")
NO_CURRENCY = N_("{found} is not a currency code such as CNY")
NO_RATE = N_("{found} is not a rate above 0 such as 7.10")
NO_SOURCE = N_("the source is missing; say where the figure is from")
NO_LINE = N_("{found} is no line of business; allowed: {allowed}")
NO_VISITS = N_("{found} is not a whole number above 0")
RATE_TWICE = N_("this date and these currencies stand in the table already")
SURPLUS = N_("more cells than columns; put text with a comma in quotes")
LINE_TWICE = N_("{found} stands in the table already")


@dataclass(frozen=True)
class Rate:
    """One unit of `currency` is worth `value` units of `to` from `on` until a newer row; exact."""

    on: date
    currency: str
    to: str
    value: Decimal
    source: str


@dataclass(frozen=True)
class Rates:
    """Dated exchange rates of the house."""

    rows: tuple[Rate, ...]

    def between(self, on: date, currency: str, to: str) -> Rate:
        """The rate between two currencies, from a row in either direction.

        Raises:
            NotOnShelf: neither direction has one.
        """
        try:
            return self.rate(on, currency, to)
        except NotOnShelf:
            try:
                back = self.rate(on, to, currency)
            except NotOnShelf:
                return self.rate(on, currency, to)
            return Rate(back.on, currency, to, 1 / back.value, back.source)

    def rate(self, on: date, currency: str, to: str) -> Rate:
        """The newest rate on or before a day. A currency is worth 1 of itself.

        Raises:
            NotOnShelf: no rate between these currencies, or none so early.
        """
        if currency == to:
            return Rate(on, currency, to, Decimal(1), "")
        pair = [row for row in self.rows if (row.currency, row.to) == (currency, to)]
        past = [row for row in pair if row.on <= on]
        if past:
            return max(past, key=lambda row: row.on)
        gaps = {"currency": currency, "to": to, "on": on.isoformat()}
        if pair:
            first = min(row.on for row in pair).isoformat()
            message = Message(
                "no rate {currency} to {to} on {on}: the first is of {first}; add an earlier row to rates.csv",
                {**gaps, "first": first},
            )
        else:
            message = Message("no rate {currency} to {to}; add a row with date and source to rates.csv", gaps)
        raise NotOnShelf(message)


def load_rates(path: Path) -> Rates:
    """Read ``date,from,to,rate,source``.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    rows = _read(path, RATE_COLUMNS, _rate_faults)
    rates = (
        Rate(date.fromisoformat(row["date"]), row["from"], row["to"], Decimal(row["rate"]), row["source"])
        for row in rows
    )
    return Rates(tuple(sorted(rates, key=lambda rate: (rate.currency, rate.to, rate.on))))


def load_visits(path: Path) -> Mapping[str, int]:
    """Read ``line,visits_per_slot,source``: line of business -> survey visits one person does in one shift.

    Raises:
        FileFaults: everything that is wrong with it.
    """
    return {row["line"]: int(row["visits_per_slot"]) for row in _read(path, VISIT_COLUMNS, _visit_faults)}


Row = Mapping[str, str]
Wrong = tuple[str, Message]


def _rate_faults(row: Row, earlier: Sequence[Row]) -> Iterator[Wrong]:
    if not _is_date(row["date"]):
        yield "date", Message(NO_DATE, {"found": row["date"]})
    for column in ("from", "to"):
        if not CURRENCY.fullmatch(row[column]):
            yield column, Message(NO_CURRENCY, {"found": row[column]})
    if not AMOUNT.fullmatch(row["rate"]) or not Decimal(row["rate"]):
        yield "rate", Message(NO_RATE, {"found": row["rate"]})
    if not row["source"]:
        yield "source", Message(NO_SOURCE)
    keys = ("date", "from", "to")
    if any(all(row[key] == other[key] for key in keys) for other in earlier):
        yield "date", Message(RATE_TWICE)


def _visit_faults(row: Row, earlier: Sequence[Row]) -> Iterator[Wrong]:
    if row["line"] not in LINES:
        yield "line", Message(NO_LINE, {"found": row["line"], "allowed": ", ".join(LINES)})
    if not WHOLE.fullmatch(row["visits_per_slot"]) or not int(row["visits_per_slot"]):
        yield "visits_per_slot", Message(NO_VISITS, {"found": row["visits_per_slot"]})
    if not row["source"]:
        yield "source", Message(NO_SOURCE)
    if any(row["line"] == other["line"] for other in earlier):
        yield "line", Message(LINE_TWICE, {"found": row["line"]})


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _read(path: Path, columns: Sequence[str], check: Callable[[Row, Sequence[Row]], Iterator[Wrong]]) -> list[Row]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = Message("cannot be read as UTF-8 text: {reason}", {"reason": str(error)})
        raise FileFaults(str(path), [Fault(str(path), 0, 0, "", message)]) from error
    reader = csv.DictReader(io.StringIO(text), restval="")
    if tuple(reader.fieldnames or ()) != tuple(columns):
        gaps = {"found": ", ".join(reader.fieldnames or ()), "expected": ", ".join(columns)}
        message = Message("the columns are {found}; they must be {expected}, in this order", gaps)
        raise FileFaults(str(path), [Fault(str(path), 1, 0, "", message)])
    rows: list[Row] = []
    faults: list[Fault] = []
    for raw in reader:
        row = {column: raw[column].strip() for column in columns}
        if None in raw:
            faults.append(Fault(str(path), reader.line_num, 0, "", Message(SURPLUS)))
        faults += [Fault(str(path), reader.line_num, 0, where, what) for where, what in check(row, rows)]
        rows.append(row)
    if faults:
        raise FileFaults(str(path), faults)
    return rows
