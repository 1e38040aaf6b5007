"""Rows of cells to claims: one reader per file, one call per chunk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from emergency.domain.claim import CLAIM_COLUMNS
from emergency.intake.cells import (
    Fault,
    Parsed,
    blank,
    clean,
    counts,
    degrees,
    money,
    narrow,
    region_code,
    shown,
)
from emergency.intake.columns import FALLBACKS, Column, StatusRule
from emergency.intake.headers import position, positions
from emergency.intake.instants import instants
from emergency.intake.mapping import ClaimMapping
from emergency.texts import Message

Cells = list[str]
LONGEST_NUMBER = 200
_DAY_US = 86_400_000_000
# A long number that a spreadsheet has turned into 2.02107E+13: its last digits are gone for good.
_LOST = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")


@dataclass
class Read:
    """One chunk before it is sorted into accepted and rejected, by position in the chunk."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[int, list[tuple[str, Fault]]] = field(default_factory=dict)
    flags: dict[tuple[str, str, str], tuple[Message, list[int]]] = field(default_factory=dict)

    def fault(self, at: int, header: str, fault: Fault) -> None:
        self.faults.setdefault(int(at), []).append((header, fault))

    def flag(self, at: int, header: str, value: str, code: str, note: Message) -> None:
        self.flags.setdefault((header, value, code), (note, []))[1].append(int(at))


class RowReader:
    """Reads chunks of one file under one mapping.

    Args:
        header: the file's columns.
        now_us: the import instant; times after it are faults. None = not checked.
    """

    def __init__(self, header: Sequence[str], mapping: ClaimMapping, now_us: int | None) -> None:
        self.header, self.mapping, self.now_us = tuple(header), mapping, now_us
        self.found = {name: positions(header, column) for name, column in mapping.columns.items()}
        self.lookups = {name: _lookup(c) for name, c in mapping.columns.items() if c.values or c.contains}

    def read(self, rows: Sequence[Sequence[str]]) -> Read:
        """All claim columns of a chunk, with faults and flags by position."""
        chunk = _Chunk(self, rows)
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
        return chunk.read


class _Chunk:
    def __init__(self, reader: RowReader, rows: Sequence[Sequence[str]]) -> None:
        self.reader, self.mapping, self.rows = reader, reader.mapping, rows
        self.read = Read()
        self.size = len(rows)
        self.taken: dict[int, Cells] = {}

    # -- reaching cells ------------------------------------------------------------------------

    def cells(self, at: int) -> Cells:
        if at not in self.taken:
            self.taken[at] = clean(map(itemgetter(at), self.rows), self.mapping.absent)
        return self.taken[at]

    def column(self, name: str) -> tuple[Cells | None, str]:
        """The cells of a claim column read from one header, and that header."""
        found = self.reader.found.get(name, ())
        return (self.cells(found[0]), self.reader.header[found[0]]) if found else (None, "")

    def named(self, header: str) -> Cells | None:
        at = position(self.reader.header, header)
        return None if at is None else self.cells(at)

    def settle(self, name: str, parsed: Parsed, header: str) -> None:
        """Keep a read column; blank cells of a required one are faults."""
        for at, fault in parsed.faults.items():
            self.read.fault(at, header, fault)
        column = self.mapping.columns.get(name)
        if column and column.required:
            for at in np.flatnonzero(parsed.missing):
                self.read.fault(int(at), header, _missing(header))
        unusable = parsed.missing.copy()
        unusable[list(parsed.faults)] = True
        self.read.values[name] = pd.array(np.where(unusable, 0, parsed.values), dtype="Int64")
        self.read.values[name][unusable] = pd.NA

    def texts(self, name: str, values: Sequence[str | None]) -> None:
        self.read.values[name] = pd.array([v or None for v in values], dtype="string")

    def nothing(self, name: str) -> None:
        constant = self.mapping.constants.get(name)
        column = self.mapping.columns.get(name)
        fallback = constant or (column.default if column else None) or FALLBACKS.get(name)
        if name == "currency":
            fallback = fallback or self.mapping.currency
        self.read.values[name] = pd.array([fallback] * self.size, dtype=CLAIM_COLUMNS[name])

    # -- columns -------------------------------------------------------------------------------

    def number(self, name: str) -> None:
        """A report or policy number: text, but not one that a spreadsheet has rounded."""
        cells, header = self.column(name)
        if cells is None:
            return self.nothing(name)
        cells = [c if c.isascii() and "\n" not in c else " ".join(narrow(c).split()) for c in cells]
        for at, cell in enumerate(cells):
            if not cell:
                if self.mapping.columns[name].required:
                    self.read.fault(at, header, _missing(header))
            elif len(cell) > LONGEST_NUMBER or (cell[0].isdigit() and _LOST.fullmatch(cell)):
                self.read.fault(at, header, _spoilt(cell))
        self.texts(name, cells)

    def instant(self, name: str) -> None:
        cells, header = self.column(name)
        if cells is None:
            return self.nothing(name)
        column, mapping = self.mapping.columns[name], self.mapping
        parsed = instants(cells, mapping.timezone, mapping.date_order, column.as_date)
        if self.reader.now_us is not None:
            for at in np.flatnonzero((parsed.values > self.reader.now_us) & ~parsed.missing):
                parsed.faults.setdefault(int(at), _future(cells[at]))
        self.settle(name, parsed, header)

    def word(self, name: str) -> None:
        """A value of a vocabulary, by the mapping's table; what is not in it takes the default, flagged."""
        cells, header = self.column(name)
        if cells is None:
            return self.nothing(name)
        column = self.mapping.columns[name]
        if name not in self.reader.lookups:
            lowered = [c.lower() if name == "cause" else c.upper() for c in cells]
            return self.texts(name, [c or column.default for c in lowered])
        known = {c: self.reader.lookups[name](c) for c in set(cells)}
        self._doubts(name, cells, {c for c, v in known.items() if v is None}, header)
        self.texts(name, [known[c] or column.default for c in cells])

    def _doubts(self, name: str, cells: Cells, unknown: set[str], header: str) -> None:
        column = self.mapping.columns[name]
        if not unknown or (unknown == {""} and name not in ("line", "status")):
            return
        for at, cell in enumerate(cells):
            if cell not in unknown or (not cell and name not in ("line", "status")):
                continue
            if column.default is None and cell and name in _CLOSED:
                self.read.fault(at, header, _not_a_word(cell))
            elif column.default is not None:
                code = "unknown_value" if cell else "blank"
                self.read.flag(at, header, shown(cell), code, _taken_as(cell, column.default))

    def amounts(self) -> None:
        currencies = [str(c) for c in self.read.values["currency"]]
        for name in ("paid_minor", "estimated_minor"):
            self._amount(name, currencies)
        column = self.mapping.columns.get("estimated_minor")
        if column and column.otherwise:
            # What was recovered is no estimate of the loss: a negative payment does not stand in.
            paid = self.read.values[column.otherwise]
            stands_in = np.asarray((paid >= 0).fillna(False)) & self.read.values["estimated_minor"].isna()
            self.read.values["estimated_minor"][stands_in] = paid[stands_in]

    def _amount(self, name: str, currencies: Sequence[str]) -> None:
        found = self.reader.found.get(name, ())
        if not found:
            return self.nothing(name)
        parts = money([self.cells(at) for at in found], self.mapping.columns[name].unit, currencies)
        for at, parsed in zip(found, parts, strict=True):
            if name == "estimated_minor":
                _refuse_negative(parsed, self.cells(at))
        total = Parsed(
            np.sum([p.values for p in parts], axis=0), np.logical_and.reduce([p.missing for p in parts])
        )
        for at, parsed in zip(found, parts, strict=True):
            for i, fault in parsed.faults.items():
                self.read.fault(i, self.reader.header[at], fault)
                total.values[i] = 0
        self.settle(name, total, self.reader.header[found[0]])

    def place(self) -> None:
        """Free text of the place, and the region code; a region name in the code's column is text."""
        parts = [self.cells(at) for at in self.reader.found.get("place", ())]
        texts = (
            [" ".join(p for p in row if p) for row in zip(*parts, strict=True)] if parts else [""] * self.size
        )
        cells, header = self.column("region_given")
        if cells is not None:
            texts = self._regions(cells, header, texts)
        self.texts("place", texts)
        if "region_given" not in self.read.values:
            self.nothing("region_given")

    def _regions(self, cells: Cells, header: str, texts: Cells) -> Cells:
        digits = self.mapping.columns["region_given"].digits
        codes = {c: region_code(c, digits) for c in set(cells)}
        for at, cell in enumerate(cells):
            if codes[cell] is None:
                self.read.flag(at, header, shown(cell), "no_region_code", _NO_CODE)
                if cell not in texts[at]:
                    texts[at] = f"{cell} {texts[at]}".strip()
        self.texts("region_given", [codes[c] for c in cells])
        return texts

    def point(self) -> None:
        for name, limit in (("lon", 180.0), ("lat", 90.0)):
            cells, header = self.column(name)
            if cells is None:
                self.read.values[name] = np.full(self.size, np.nan)
                continue
            parsed = degrees(cells, limit)
            for at, fault in parsed.faults.items():
                self.read.fault(at, header, fault)
            self.read.values[name] = np.where(parsed.missing, np.nan, parsed.values)
        self._half_points()

    def _half_points(self) -> None:
        """Half a point, and the point 0, 0 that programs write for "unknown", are no place."""
        lon, lat = self.read.values["lon"], self.read.values["lat"]
        _, header = self.column("lon")
        half, null = np.isnan(lon) != np.isnan(lat), (lon == 0) & (lat == 0)
        for which, code, note in ((half, "half_a_point", _HALF), (null, "null_island", _NULL)):
            for at in np.flatnonzero(which):
                self.read.flag(int(at), header, "", code, note)
        lon[half | null] = np.nan
        lat[half | null] = np.nan

    def count(self, name: str) -> None:
        cells, header = self.column(name)
        if cells is None:
            return self.nothing(name)
        self.settle(name, counts(cells), header)

    def status(self) -> None:
        column = self.mapping.columns.get("status")
        if column is None or not column.rules:
            return self.word("status")
        self.word("status")
        undecided = np.ones(self.size, dtype=bool)
        status = np.asarray(self.read.values["status"], dtype=object)
        for rule in column.rules:
            holds = undecided & self._holds(rule)
            status[holds] = rule.status
            undecided &= ~holds
        self.read.values["status"] = pd.array(status, dtype="string")
        return None

    def _holds(self, rule: StatusRule) -> np.ndarray[Any, Any]:
        if rule.older_than_days is not None:
            return self._old(rule)
        holds = np.zeros(self.size, dtype=bool)
        for header in rule.filled:
            cells = self.named(header)
            if cells is not None:
                holds |= ~blank([c.strip("+-0.") for c in cells])
        return holds

    def _old(self, rule: StatusRule) -> np.ndarray[Any, Any]:
        loss = self.read.values["loss_at"]
        as_of = np.full(self.size, self.reader.now_us or 0, dtype=np.int64)
        cells = self.named(rule.as_of) if rule.as_of else None
        if cells is not None:
            parsed = instants(cells, self.mapping.timezone, self.mapping.date_order)
            usable = ~parsed.missing
            usable[list(parsed.faults)] = False
            as_of = np.where(usable, parsed.values, as_of)
        age = as_of - np.asarray(loss.fillna(np.iinfo(np.int64).max // 2), dtype=np.int64)
        return age > (rule.older_than_days or 0) * _DAY_US


_CLOSED = ("line", "status", "channel")
_NO_CODE = Message("not a region code of the expected length: kept as text of the place")
_HALF = Message("only one of longitude and latitude is given: taken as no coordinates")
_NULL = Message("coordinates 0, 0: taken as no coordinates")


def _lookup(column: Column) -> Any:
    """Cell -> value by the mapping's tables, None where unknown or blank."""
    exact = {_folded(k): v for k, v in column.values.items()}
    parts = [(_folded(k), v) for k, v in column.contains]

    def look(cell: str) -> str | None:
        text = _folded(cell)
        found = exact.get(text)
        if found is None and text.endswith(".0") and text[:-2].isdigit():
            found = exact.get(text[:-2])  # a code that was once a number
        return found or next((v for part, v in parts if part in text), None)

    return look


def _folded(text: str) -> str:
    return "".join(narrow(text).casefold().split())


def _missing(header: str) -> Fault:
    return Fault(
        "missing", Message("{header} is empty; a claim cannot be kept without it", {"header": header})
    )


def _spoilt(cell: str) -> Fault:
    if len(cell) > LONGEST_NUMBER:
        text = "{cell} is too long for a number: at most {most} characters"
        return Fault("overlong_number", Message(text, {"cell": shown(cell), "most": LONGEST_NUMBER}))
    text = "{cell} was rounded by a spreadsheet and its last digits are lost: export it again as text"
    return Fault("rounded_number", Message(text, {"cell": shown(cell)}))


def _future(cell: str) -> Fault:
    return Fault("future", Message("{cell} lies after the moment of import", {"cell": shown(cell)}))


def _not_a_word(cell: str) -> Fault:
    text = "{cell} is not in the mapping's table and the mapping has no default: add it there"
    return Fault("unknown_value", Message(text, {"cell": shown(cell)}))


def _taken_as(cell: str, default: str) -> Message:
    if not cell:
        return Message("blank, taken as {default}", {"default": default})
    return Message("not in the mapping's table, taken as {default}", {"default": default})


def _refuse_negative(parsed: Parsed, cells: Cells) -> None:
    for at in np.flatnonzero(parsed.values < 0):
        text = "an estimate cannot be negative: {cell}"
        parsed.faults.setdefault(int(at), Fault("negative", Message(text, {"cell": shown(cells[at])})))
