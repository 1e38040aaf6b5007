"""Cells of one column to values: numbers, money, degrees, codes.

A column is an Arrow array of cleaned texts ("" = blank, never null). The common
spelling goes through one vectorised call; whatever that refuses is read cell by
cell with patience.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from emergency.intake.columns import ERRORS, UNITS
from emergency.intake.faults import Fault
from emergency.texts import Message

# Arrow's own types say little to a type checker; this name says what is meant.
Texts = Any
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


@dataclass
class Parsed:
    """One column read: `values` of any dtype, `missing` as bool, `faults` by position."""

    values: np.ndarray[Any, Any]
    missing: np.ndarray[Any, np.dtype[np.bool_]]
    faults: dict[int, Fault] = field(default_factory=dict)

    @property
    def unusable(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        found = self.missing.copy()
        found[list(self.faults)] = True
        return found


def clean(cells: Texts, absent: frozenset[str]) -> Texts:
    """Cells without surrounding space; those that mean "nothing" become blank.

    A leading apostrophe before a formula sign is the guard our own reject files carry; it goes.
    """
    texts = pc.utf8_trim_whitespace(cells)
    if pc.any(pc.starts_with(texts, "'")).as_py():
        texts = pa.array([unguarded(c) for c in texts.to_pylist()], pa.string())
    nothing = pc.is_in(texts, value_set=_spelt(absent))
    return pc.if_else(nothing, "", texts) if pc.any(nothing).as_py() else texts


def with_errors(cells: Texts, raw: Texts, absent: frozenset[str]) -> Texts:
    """Cells where NaN and #N/A stay what they are: an amount that could not be reckoned is not an empty one."""
    errors = frozenset(ERRORS) - absent
    written = pc.utf8_trim_whitespace(raw)
    found = pc.is_in(written, value_set=_spelt(errors))
    return pc.if_else(found, written, cells) if pc.any(found).as_py() else cells


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    guarded = cell[:1] == "'" and cell[1:].lstrip().startswith(FORMULA_SIGNS)
    return cell[1:].strip() if guarded else cell


@cache
def _spelt(absent: frozenset[str]) -> Texts:
    """The words for "nothing" in the cases programs write them."""
    forms = (str.lower, str.upper, str.title, str.capitalize)
    mixed = {"NaN"} if "nan" in absent else set()
    return pa.array(sorted({*mixed, *absent, *(form(word) for word in absent for form in forms)}), pa.string())


def narrow(cell: str) -> str:
    """Full-width digits, letters and signs made half-width."""
    return cell if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()


def shown(cell: str) -> str:
    """A cell as it may stand in a sentence: short, one line."""
    flat = " ".join(cell.split())
    return flat if len(flat) <= LONGEST_SHOWN else flat[: LONGEST_SHOWN - 1] + "…"


def blank(cells: Texts) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array(pc.equal(cells, ""), dtype=bool)


def each(cells: Texts, read: Callable[[str], Any]) -> tuple[list[Any], np.ndarray[Any, Any]]:
    """`read` of every distinct cell, and for each row which of them it is."""
    coded = cells.dictionary_encode()
    return [read(c) for c in coded.dictionary.to_pylist()], np.asarray(coded.indices)


def numbers(cells: Texts, unit: str = "") -> Parsed:
    """Decimal numbers as float64: ``1234.5``, ``1,234.50``, ``(12)`` = -12, ``１２``, ``¥3``, ``3元``."""
    missing = blank(cells)
    values = _straight(cells, missing)
    parsed = Parsed(values, missing)
    for i in np.flatnonzero(~np.isfinite(values) & ~missing):
        found = _patient_number(cells[int(i)].as_py(), unit)
        if isinstance(found, Fault):
            parsed.faults[int(i)] = found
            values[i] = np.nan
        else:
            values[i] = found
    return parsed


def _straight(cells: Texts, missing: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What a plain reading gives, NaN where it gives nothing."""
    filled = pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), cells)
    try:
        return np.array(filled.cast(pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        texts = filled.to_numpy(zero_copy_only=False)
        return np.array(pd.to_numeric(texts, errors="coerce"), dtype=np.float64)


def _patient_number(cell: str, unit: str) -> float | Fault:
    text = narrow(cell).replace(" ", "")
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if negative else text
    word = next((w for w, _ in _CELL_UNITS if unit and text.endswith(w)), "")
    if word and unit not in dict(_CELL_UNITS)[word]:
        return _other_unit(cell, word, unit)
    text = text.removesuffix(word)
    sign = text[:1] if text[:1] in ("+", "-") else ""
    text = sign + text[len(sign) :].lstrip(_CURRENCY_SIGNS)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text) or (negative and sign) or not np.isfinite(float(text)):
        return Fault("not_a_number", Message("{cell} is not a number", {"cell": shown(cell)}))
    return -float(text) if negative else float(text)


def _other_unit(cell: str, word: str, unit: str) -> Fault:
    message = Message(
        "{cell} is written in {word}, but the mapping reads this column in {unit}; make them agree",
        {"cell": shown(cell), "word": word, "unit": unit},
    )
    return Fault("other_unit", message)


def money(cells: Texts, unit: str, currencies: Texts) -> Parsed:
    """Amounts as integer minor units of each row's currency, to the nearest one."""
    parsed = numbers(cells, unit)
    factor = 1.0 if unit == "minor" else _minor_digits(currencies) * UNITS[unit][0]
    scaled = np.nan_to_num(parsed.values) * factor
    for i in np.flatnonzero(np.abs(scaled) > LARGEST_MINOR):
        parsed.faults[int(i)] = _too_large(cells[int(i)].as_py())
        scaled[i] = 0
    return Parsed(np.rint(scaled).astype(np.int64), parsed.missing, parsed.faults)


def _minor_digits(currencies: Texts) -> np.ndarray[Any, Any]:
    factors, which = each(currencies, lambda code: 10.0 ** NO_DIGITS.get(code, 2))
    return np.array(factors)[which] if factors else np.ones(0)


def _too_large(cell: str) -> Fault:
    message = Message("{cell} is too large for one claim; is the unit right?", {"cell": shown(cell)})
    return Fault("too_large", message)


def degrees(cells: Texts, limit: float) -> Parsed:
    """Longitude (limit 180) or latitude (limit 90) in degrees; NaN where missing."""
    parsed = numbers(cells)
    refuse_off_the_globe(parsed, parsed.values, limit)
    return parsed


def refuse_off_the_globe(parsed: Parsed, values: np.ndarray[Any, Any], limit: float) -> None:
    """Degrees that no place has are faults of `parsed`."""
    for i in np.flatnonzero(np.abs(np.nan_to_num(values)) > limit):
        parsed.faults.setdefault(int(i), _off_the_globe(f"{values[i]:g}", values[i], limit))


def _off_the_globe(value: str, degrees_: float, limit: float) -> Fault:
    if limit == 180:
        return Fault("off_the_globe", Message("longitude {value} lies outside ±180", {"value": value}))
    if abs(degrees_) > 180:
        return Fault("off_the_globe", Message("latitude {value} lies outside ±90", {"value": value}))
    message = Message(
        "latitude {value} lies outside ±90; longitude and latitude seem to be exchanged", {"value": value}
    )
    return Fault("exchanged", message)


def counts(cells: Texts) -> Parsed:
    """Numbers of people: whole, not negative; ``3人`` is 3."""
    parsed = numbers(pc.utf8_rtrim(cells, "人"))
    values = np.nan_to_num(parsed.values)
    for i in np.flatnonzero((values < 0) | (values != np.rint(values)) | (values > LARGEST_COUNT)):
        message = Message(
            "{cell} is no number of people: give a whole number, 0 or more", {"cell": shown(cells[int(i)].as_py())}
        )
        parsed.faults[int(i)] = Fault("not_a_count", message)
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
