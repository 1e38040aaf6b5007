"""Rows of cells to claims: one reader per file, one call per chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from emergency.domain.claim import CLAIM_COLUMNS
from emergency.domain.gcj02 import to_wgs84
from emergency.domain.record import POLICY_DAYS
from emergency.intake.cells import (
    Parsed,
    Texts,
    blank,
    clean,
    counts,
    each,
    money,
    narrow,
    numbers,
    refuse_off_the_globe,
    region_code,
    with_errors,
)
from emergency.intake.checks import EXCHANGED, Checks, oddities
from emergency.intake.chunk import Positions, Read
from emergency.intake.columns import ERRORS, FALLBACKS, VOCABULARIES, StatusRule
from emergency.intake.headers import position, positions
from emergency.intake.instants import instants
from emergency.intake.mapping import ClaimMapping
from emergency.intake.moments import moments
from emergency.intake.words import (
    HALF,
    LONGEST_NUMBER,
    LOST,
    NO_CODE,
    NULL,
    UNSAVED,
    after_import,
    as_code,
    blank_as,
    halves,
    joined,
    lookup,
    no_currency,
    no_value,
    not_a_word,
    refuse_negative,
    spoilt_number,
    taken_as,
    without_formulas,
)

_DAY_US = 86_400_000_000
_LATER = np.iinfo(np.int64).max // 2
_from_arrow: Callable[[Texts], Any] = pd.StringDtype("pyarrow").__from_arrow__  # type: ignore[attr-defined]


class RowReader:
    """Reads chunks of one file under one mapping.

    Args:
        header: the file's columns.
        now_us: the import instant; times after it are faults. None = not checked.
        checks: where points can lie, which currencies are known, what looks wrong.
    """

    def __init__(
        self, header: Sequence[str], mapping: ClaimMapping, now_us: int | None, checks: Checks | None = None
    ) -> None:
        self.header, self.mapping, self.now_us = tuple(header), mapping, now_us
        self.checks = checks or Checks()
        self.found = {name: positions(header, column) for name, column in mapping.columns.items()}
        self.lookups = {name: lookup(c) for name, c in mapping.columns.items() if c.values or c.contains}

    def read(self, columns: Sequence[Texts]) -> Read:
        """All claim columns of a chunk, with faults and flags by position."""
        chunk = Columns(self, columns)
        for name in ("report_no", "policy_no"):
            chunk.number(name)
        for name in ("loss_at", "reported_at"):
            chunk.instant(name)
        for name in ("line", "cause", "channel", "currency"):
            chunk.word(name)
        chunk.amounts()
        chunk.place()
        chunk.point()
        for name in ("injured", "dead"):
            chunk.count(name)
        chunk.status()
        chunk.oddities()
        return chunk.read


def _plain_word(name: str) -> Callable[[str], str | None]:
    """What a cell says where the mapping has no table: a word of the vocabulary itself, else the text."""
    if name not in VOCABULARIES:
        return str.lower
    known = {word: word for word in VOCABULARIES[name]}
    return lambda cell: known.get(cell.lower())


class Columns:
    """One chunk of cells, from which columns are read by name."""

    def __init__(self, reader: RowReader, columns: Sequence[Texts]) -> None:
        self.reader, self.mapping = reader, reader.mapping
        self.size = len(columns[0])
        self.raw = columns
        self.read = Read()
        self.taken: dict[int, Texts] = {}

    # -- reaching cells ------------------------------------------------------------------------

    def cells(self, at: int) -> Texts:
        if at not in self.taken:
            cells, unsaved = without_formulas(clean(self.raw[at], self.mapping.absent | frozenset(ERRORS)))
            for row in unsaved:
                self.read.fault(row, self.reader.header[at], UNSAVED)
            self.taken[at] = cells
        return self.taken[at]

    def column(self, name: str) -> tuple[Texts | None, str]:
        """The cells of a claim column read from one header, and that header."""
        found = self.reader.found.get(name, ())
        return (self.cells(found[0]), self.reader.header[found[0]]) if found else (None, "")

    def named(self, header: str) -> Texts | None:
        at = position(self.reader.header, header)
        return None if at is None else self.cells(at)

    def settle(self, name: str, parsed: Parsed, header: str) -> None:
        """Keep a column of whole numbers; blank cells of a required one are faults."""
        for at, fault in parsed.faults.items():
            self.read.fault(at, header, fault)
        self._require(name, parsed.missing, header)
        self.read.values[name] = pd.arrays.IntegerArray(parsed.values.astype(np.int64), parsed.unusable)

    def _require(self, name: str, missing: Positions, header: str) -> None:
        column = self.mapping.columns.get(name)
        if column and column.required:
            for at in np.flatnonzero(missing):
                self.read.fault(int(at), header, no_value(header))

    def texts(self, name: str, values: Texts) -> None:
        """Keep a column of text; blanks are missing."""
        nothing = pc.equal(values, "")
        if pc.any(nothing).as_py():
            values = pc.if_else(nothing, pa.scalar(None, pa.string()), values)
        self.read.values[name] = _from_arrow(values)

    def absent(self, name: str) -> None:
        """A column the file does not have: the mapping's constant or default, or nothing."""
        column = self.mapping.columns.get(name)
        value = self.mapping.constants.get(name) or (column.default if column else None)
        value = value or (self.mapping.currency if name == "currency" else FALLBACKS.get(name))
        if CLAIM_COLUMNS.get(name) == "string":
            self.read.values[name] = _from_arrow(pa.repeat(pa.scalar(value, pa.string()), self.size))
            return
        nothing = np.ones(self.size, dtype=bool)
        self.read.values[name] = pd.arrays.IntegerArray(np.zeros(self.size, dtype=np.int64), nothing)

    # -- columns -------------------------------------------------------------------------------

    def number(self, name: str) -> None:
        """A report or policy number: text, but not one that a spreadsheet has rounded."""
        cells, header = self.column(name)
        if cells is None:
            return self.absent(name)
        untidy = pc.or_(pc.invert(pc.string_is_ascii(cells)), pc.match_substring(cells, "\n"))
        if pc.any(untidy).as_py():
            cells = pa.array([" ".join(narrow(c).split()) for c in cells.to_pylist()], pa.string())
        suspect = pc.or_(
            pc.match_substring(cells, "e", ignore_case=True), pc.greater(pc.utf8_length(cells), LONGEST_NUMBER)
        )
        for at in np.flatnonzero(np.array(suspect, dtype=bool)).tolist():
            cell = cells[at].as_py()
            if len(cell) > LONGEST_NUMBER or LOST.fullmatch(cell):
                self.read.fault(at, header, spoilt_number(cell))
        self._require(name, blank(cells), header)
        return self.texts(name, cells)

    def instant(self, name: str) -> None:
        cells, header = self.column(name)
        if cells is None:
            return self.absent(name)
        for at in self.reader.found[name][1:]:
            cells = moments(cells, self.cells(at))
        mapping = self.mapping
        parsed = instants(cells, mapping.timezone, mapping.date_order, mapping.columns[name].as_date)
        if self.reader.now_us is not None:
            for at in np.flatnonzero((parsed.values > self.reader.now_us) & ~parsed.missing).tolist():
                parsed.faults.setdefault(at, after_import(cells[at].as_py()))
        return self.settle(name, parsed, header)

    def word(self, name: str) -> None:
        """A value of a vocabulary by the mapping's table; what is not in it takes the default, flagged."""
        cells, header = self.column(name)
        if cells is None:
            return self.absent(name)
        column = self.mapping.columns[name]
        if name in self.reader.lookups:
            look = self.reader.lookups[name]
        else:
            look = self._currency if name == "currency" else _plain_word(name)
        words, which = each(cells, lambda cell: (cell, look(cell)))
        for i, (cell, value) in enumerate(words):
            if not value:
                self._doubt(name, header, cell, np.flatnonzero(which == i))
        known = pa.array([value or column.default or self._whole_file(name) for _, value in words], pa.string())
        return self.texts(name, pc.fill_null(known, "").take(pa.array(which)))

    def _currency(self, cell: str) -> str | None:
        """A code there is a rate for: money nobody can convert would stop every figure."""
        code, known = as_code(cell), self.reader.checks.currencies
        return code if known is None or code in known else None

    def _whole_file(self, name: str) -> str:
        return self.mapping.currency if name == "currency" else ""

    def _doubt(self, name: str, header: str, cell: str, where: Positions) -> None:
        """A cell without a value: a fault, a flag, or nothing to speak of."""
        column = self.mapping.columns[name]
        default = column.default
        refused = default is None or column.refuse_unknown
        if cell and (name == "currency" or (refused and name in VOCABULARIES)):
            fault = no_currency(cell) if name == "currency" else not_a_word(cell)
            for at in where.tolist():
                self.read.fault(at, header, fault)
        elif default is not None and cell:
            self.read.flag(header, cell, "unknown_value", taken_as(default), where)
        elif default is not None and name in ("line", "status"):
            self.read.flag(header, "", "blank", blank_as(default), where)
        elif not cell and column.required:
            for at in where.tolist():
                self.read.fault(at, header, no_value(header))

    def amounts(self) -> None:
        currencies = pa.array(self.read.values["currency"]).fill_null(self.mapping.currency)
        for name in ("paid_minor", "estimated_minor"):
            self.amount(name, currencies)
        column = self.mapping.columns.get("estimated_minor")
        if column and column.otherwise:
            # What was recovered is no estimate of the loss: a negative payment does not stand in.
            paid, estimated = self.read.values[column.otherwise], self.read.values["estimated_minor"]
            stands_in = np.asarray((paid >= 0).fillna(False), dtype=bool) & np.asarray(estimated.isna())
            estimated[stands_in] = paid[stands_in]

    def amount(self, name: str, currencies: Texts) -> None:
        """One amount column, or the sum of several; blank only where all of them are."""
        found = self.reader.found.get(name, ())
        if not found:
            return self.absent(name)
        total = Parsed(np.zeros(self.size, dtype=np.int64), np.ones(self.size, dtype=bool))
        spoilt = np.zeros(self.size, dtype=bool)
        for at in found:
            cells = with_errors(self.cells(at), self.raw[at], self.mapping.absent)
            part = money(cells, self.mapping.columns[name].unit, currencies)
            if name == "estimated_minor":
                refuse_negative(part, cells)
            for i, fault in part.faults.items():
                self.read.fault(i, self.reader.header[at], fault)
                # A negative estimate is refused, but it was read: the total row of its list holds it too.
                spoilt[i] = fault.code != "negative"
            total.values += part.values
            total.missing &= part.missing
        total.missing |= spoilt
        return self.settle(name, total, self.reader.header[found[0]])

    def place(self) -> None:
        """Free text of the place, and the region code; a region name in the code's column is text."""
        nowhere = pa.array([""] * self.size, pa.string())
        parts = [self.cells(at) for at in self.reader.found.get("place", ())]
        # Addresses in English are read by their commas.
        between = ", " if all(h.isascii() for h in self.reader.header) else " "
        texts = joined(parts, between) if len(parts) > 1 else (parts[0] if parts else nowhere)
        cells, header = self.column("region_given")
        if cells is None:
            self.absent("region_given")
        else:
            texts = self._regions(cells, header, texts)
        self.texts("place", texts)

    def _regions(self, cells: Texts, header: str, texts: Texts) -> Texts:
        digits = self.mapping.columns["region_given"].digits
        codes, which = each(cells, lambda cell: (cell, region_code(cell, digits)))
        self.texts("region_given", pa.array([code or "" for _, code in codes], pa.string()).take(pa.array(which)))
        for i, (cell, code) in enumerate(codes):
            if code is None:
                where = np.flatnonzero(which == i)
                self.read.flag(header, cell, "no_region_code", NO_CODE, where)
        named = np.isin(which, [i for i, (_, code) in enumerate(codes) if code is None])
        if named.any():
            texts = pc.if_else(pa.array(named), joined([cells, texts]), texts)
        return texts

    def point(self) -> None:
        """Longitude and latitude; a pair that lies in the area only when exchanged is put right, with a flag."""
        lon, lat = self._number("lon"), self._number("lat")
        exchanged = self.reader.checks.exchanged(lon.values, lat.values)
        x = np.where(exchanged, lat.values, lon.values)
        y = np.where(exchanged, lon.values, lat.values)
        for name, parsed, values, limit in (("lon", lon, x, 180.0), ("lat", lat, y, 90.0)):
            refuse_off_the_globe(parsed, values, limit)
            for at, fault in parsed.faults.items():
                self.read.fault(at, self.column(name)[1], fault)
            self.read.values[name] = np.where(parsed.unusable, np.nan, values)
        self.read.flag(self.column("lon")[1], "", "exchanged", EXCHANGED, np.flatnonzero(exchanged))
        self._half_points()

    def _number(self, name: str) -> Parsed:
        cells, _ = self.column(name)
        if cells is None:
            return Parsed(np.full(self.size, np.nan), np.ones(self.size, dtype=bool))
        return numbers(halves(cells, self.mapping.columns[name].part))

    def _half_points(self) -> None:
        """Half a point, and the point 0, 0 that programs write for "unknown", are no place."""
        lon, lat = self.read.values["lon"], self.read.values["lat"]
        _, header = self.column("lon")
        half, null = np.isnan(lon) != np.isnan(lat), (lon == 0) & (lat == 0)
        self.read.flag(header, "", "half_a_point", HALF, np.flatnonzero(half))
        self.read.flag(header, "", "null_island", NULL, np.flatnonzero(null))
        lon[half | null] = np.nan
        lat[half | null] = np.nan
        if self.mapping.coordinates == "gcj02":
            self.read.values["lon"], self.read.values["lat"] = to_wgs84(lon, lat)

    def count(self, name: str) -> None:
        cells, header = self.column(name)
        if cells is None:
            return self.absent(name)
        return self.settle(name, counts(cells), header)

    def status(self) -> None:
        self.word("status")
        column = self.mapping.columns.get("status")
        if column is None or not column.rules:
            return
        undecided = np.ones(self.size, dtype=bool)
        status = np.array(self.read.values["status"], dtype=object)
        for rule in column.rules:
            holds = undecided & self._holds(rule)
            status[holds] = rule.status
            undecided &= ~holds
        self.read.values["status"] = pd.array(status, dtype="string")

    def oddities(self) -> None:
        """What can be read and looks wrong: flagged, never changed."""
        thresholds = self.reader.checks.thresholds
        if thresholds is None:
            return
        policy = {name: days for name in POLICY_DAYS if (days := self.days(name)) is not None}
        for odd in oddities(self.read.values, self.mapping.timezone, thresholds, policy):
            self.read.flag(self.column(odd.column)[1], "", odd.code, odd.note, odd.where)

    def days(self, name: str) -> Positions | None:
        """A day of the policy, NaN where it cannot be read: it is looked at, not kept."""
        cells, _ = self.column(name)
        if cells is None:
            return None
        parsed = instants(cells, self.mapping.timezone, self.mapping.date_order, as_date=True)
        return np.where(parsed.unusable, np.nan, parsed.values.astype(np.float64))

    def _holds(self, rule: StatusRule) -> Positions:
        if rule.older_than_days is not None:
            return self._old(rule, rule.older_than_days)
        holds = np.zeros(self.size, dtype=bool)
        for header in rule.filled:
            cells = self.named(header)
            if cells is not None:
                holds |= ~blank(pc.utf8_trim(cells, "+-0."))
        return holds

    def _old(self, rule: StatusRule, days: int) -> Positions:
        as_of = np.full(self.size, self.reader.now_us or 0, dtype=np.int64)
        cells = self.named(rule.as_of) if rule.as_of else None
        if cells is not None:
            parsed = instants(cells, self.mapping.timezone, self.mapping.date_order)
            as_of = np.where(parsed.unusable, as_of, parsed.values)
        loss = np.array(self.read.values["loss_at"].fillna(_LATER), dtype=np.int64)
        return np.asarray(as_of - loss > days * _DAY_US)
