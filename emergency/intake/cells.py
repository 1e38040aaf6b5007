"""Cells of one column to values: numbers, money, degrees, codes.

Each reader takes cleaned texts ("" = blank) and gives `Parsed`: values, which
are missing, and which are faulty and why. The common spelling goes through one
vectorised call; whatever that refuses is read cell by cell with patience.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from emergency.intake.columns import UNITS
from emergency.texts import Message

FORMULA_SIGNS = tuple("=+-@＝＋－＠")
# Beyond this float64 no longer holds every minor unit; no claim is ten thousand milliard.
LARGEST_MINOR = 10**15
LARGEST_COUNT = 1_000_000
LONGEST_SHOWN = 60
NO_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_CURRENCY_SIGNS = "¥$"
# What a cell may say about its own unit, longest first, and the units of a column it agrees with.
_CELL_UNITS = (
    ("万元", ("wan",)),
    ("亿元", ("yi",)),
    ("万", ("wan",)),
    ("亿", ("yi",)),
    ("元", ("yuan", "whole")),
)


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be used: a code for programs, a message for people."""

    code: str
    message: Message


@dataclass
class Parsed:
    """One column read: `values` of any dtype, `missing` as bool, `faults` by position."""

    values: np.ndarray[Any, Any]
    missing: np.ndarray[Any, np.dtype[np.bool_]]
    faults: dict[int, Fault] = field(default_factory=dict)


def clean(cells: Iterable[str], absent: frozenset[str]) -> list[str]:
    """Cells without surrounding space; those that mean "nothing" become blank.

    A leading apostrophe before a formula sign is the guard our own reject files carry; it goes.
    """
    cleaned = list(map(str.strip, cells))
    # Two looks at the whole column in C; only a column that needs it is walked cell by cell.
    if "\n'" in "\n" + "\n".join(cleaned):
        cleaned = [_unguarded(c) if c[:1] == "'" else c for c in cleaned]
    nothing = _spelt(absent)
    if not nothing.isdisjoint(cleaned):
        cleaned = ["" if c in nothing else c for c in cleaned]
    return cleaned


def _unguarded(cell: str) -> str:
    return cell[1:].strip() if cell[1:].lstrip().startswith(FORMULA_SIGNS) else cell


@cache
def _spelt(absent: frozenset[str]) -> frozenset[str]:
    """The words for "nothing" in the cases programs write them."""
    forms = (str.lower, str.upper, str.title, str.capitalize)
    return frozenset({"NaN", *absent, *(form(word) for word in absent for form in forms)})


def narrow(cell: str) -> str:
    """Full-width digits, letters and signs made half-width."""
    return cell if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()


def shown(cell: str) -> str:
    """A cell as it may stand in a sentence: short, one line."""
    flat = " ".join(cell.split())
    return flat if len(flat) <= LONGEST_SHOWN else flat[: LONGEST_SHOWN - 1] + "…"


def blank(cells: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(_objects(cells) == "", dtype=bool)


def _objects(cells: Sequence[str]) -> np.ndarray[Any, Any]:
    texts = np.empty(len(cells), dtype=object)
    texts[:] = cells
    return texts


def numbers(cells: Sequence[str], unit: str = "") -> Parsed:
    """Decimal numbers as float64: ``1234.5``, ``1,234.50``, ``(12)`` = -12, ``１２``, ``¥3``, ``3元``."""
    missing = blank(cells)
    values = _straight(cells)
    parsed = Parsed(values, missing)
    for i in np.flatnonzero(~np.isfinite(values) & ~missing):
        found = _patient_number(cells[i], unit)
        if isinstance(found, Fault):
            parsed.faults[int(i)] = found
        else:
            values[i] = found
    return parsed


def _straight(cells: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(pd.to_numeric(_objects(cells), errors="coerce"), dtype=np.float64)


def _patient_number(cell: str, unit: str) -> float | Fault:
    text = narrow(cell).replace(" ", "")
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if negative else text
    for word, agrees in _CELL_UNITS:
        if text.endswith(word):
            if unit not in agrees:
                return _other_unit(cell, word, unit)
            text = text[: -len(word)]
            break
    sign = text[:1] if text[:1] in "+-" else ""
    text = sign + text[len(sign) :].lstrip(_CURRENCY_SIGNS)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text) or (negative and sign):
        return Fault("not_a_number", Message("{cell} is not a number", {"cell": shown(cell)}))
    return -float(text) if negative else float(text)


def _other_unit(cell: str, word: str, unit: str) -> Fault:
    if not unit:
        return Fault("not_a_number", Message("{cell} is not a number", {"cell": shown(cell)}))
    text = "{cell} is written in {word}, but the mapping reads this column in {unit}; make them agree"
    return Fault("other_unit", Message(text, {"cell": shown(cell), "word": word, "unit": unit}))


def money(columns: Sequence[Sequence[str]], unit: str, currencies: Sequence[str]) -> list[Parsed]:
    """Amounts of one or several columns as integer minor units of each row's currency."""
    digits = np.array([10.0 ** NO_DIGITS.get(c, 2) for c in currencies])
    factor = np.ones(len(currencies)) if unit == "minor" else digits * UNITS[unit][0]
    return [_minor(numbers(cells, unit), factor, cells) for cells in columns]


def _minor(parsed: Parsed, factor: np.ndarray[Any, Any], cells: Sequence[str]) -> Parsed:
    scaled = np.where(np.isfinite(parsed.values), parsed.values, 0.0) * factor
    for i in np.flatnonzero(np.abs(scaled) > LARGEST_MINOR):
        text = "{cell} is too large for one claim; is the unit right?"
        parsed.faults[int(i)] = Fault("too_large", Message(text, {"cell": shown(cells[i])}))
        scaled[i] = 0
    return Parsed(np.rint(scaled).astype(np.int64), parsed.missing, parsed.faults)


def degrees(cells: Sequence[str], limit: float) -> Parsed:
    """Longitude (limit 180) or latitude (limit 90) in degrees; NaN where missing."""
    parsed = numbers(cells)
    for i in np.flatnonzero(np.abs(np.nan_to_num(parsed.values)) > limit):
        parsed.faults[int(i)] = _off_the_globe(parsed.values[i], limit)
    return parsed


def _off_the_globe(value: float, limit: float) -> Fault:
    values = {"value": f"{value:g}", "limit": f"{limit:g}"}
    if limit == 90 and abs(value) <= 180:
        text = "latitude {value} lies outside ±{limit}; longitude and latitude seem to be exchanged"
        return Fault("exchanged", Message(text, values))
    text = (
        "latitude {value} lies outside ±{limit}" if limit == 90 else "longitude {value} lies outside ±{limit}"
    )
    return Fault("off_the_globe", Message(text, values))


def counts(cells: Sequence[str]) -> Parsed:
    """Numbers of people: whole, not negative; ``3人`` is 3."""
    parsed = numbers([c.removesuffix("人") for c in cells])
    values = np.nan_to_num(parsed.values)
    for i in np.flatnonzero((values < 0) | (values != np.rint(values)) | (values > LARGEST_COUNT)):
        text = "{cell} is no number of people: give a whole number, 0 or more"
        parsed.faults[int(i)] = Fault("not_a_count", Message(text, {"cell": shown(cells[i])}))
        values[i] = 0
    return Parsed(values.astype(np.int64), parsed.missing, parsed.faults)


_ROUNDED_CODE = re.compile(r"(\d+)(?:\.0+)?")


def region_code(cell: str, digits: int | None) -> str | None:
    """A region code of the right length, "" for none, None where the cell is no code.

    ``34033.0`` (a code that was once a number) is 34033; ``6073`` with five digits is 06073;
    codes of streets and villages (9 or 12 digits) are cut to their county.
    """
    text = narrow(cell)
    if not text or digits is None:
        return text
    match = _ROUNDED_CODE.fullmatch(text)
    if not match:
        return None
    code = match[1].zfill(digits) if len(match[1]) == digits - 1 else match[1]
    if len(code) in (9, 12) and digits < len(code):
        code = code[:digits]
    return code if len(code) == digits and int(code) else None
