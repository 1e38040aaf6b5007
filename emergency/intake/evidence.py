"""How much the cells of a column speak for what it is taken as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from emergency.intake.cells import degrees, narrow, region_code
from emergency.intake.columns import AMOUNTS, INSTANTS, VOCABULARIES, Column
from emergency.intake.days import is_instant
from emergency.intake.joins import are_clocks
from emergency.intake.words import BETWEEN, lookup

_LONGEST_LINE = 24
_PLACE_SIGNS = "省市区县镇乡村路街道号旗州"


class Evidence:
    """How much the cells of a column speak for it: 0 to 1, None = against."""

    def __init__(self, words: Mapping[str, Column], order: str) -> None:
        self.order = order
        self.lookups = {name: lookup(column) for name, column in words.items()}

    def of(self, column: str, values: Sequence[str]) -> float | None:
        if not values:
            return 0.0
        if column in INSTANTS:
            share = self.times(values)
            return None if share < 0.5 else 0.1 * share
        if column in (*AMOUNTS, "injured", "dead", "missing", "serious", "policies"):
            return None if share_of(values, is_numeric) < 0.5 else 0.05
        if column in ("lon", "lat"):
            return 0.1 if not degrees(pa.array(values, pa.string()), 180).faults else None
        if column == "point":
            return 0.3 if share_of(values, _is_pair) > 0.5 else None
        if column in VOCABULARIES:
            share = share_of(values, lambda v: bool(self.lookups.get(column, lambda _: None)(v)))
            return share if share > 0.5 and len(set(values)) < max(12, len(values) // 3) else 0.0
        return self._texts(column, values)

    def times(self, values: Sequence[str]) -> float:
        """Share of cells that can be when something happened."""
        return share_of(values, lambda v: is_instant(v, self.order))

    def lines(self, values: Sequence[str]) -> float:
        """Share of cells that are lines of business by words of insurance: 房屋进水 is none."""
        known = self.lookups.get("line", lambda _: None)
        return share_of(values, lambda v: len(v) <= _LONGEST_LINE and (v.isascii() or "险" in v) and bool(known(v)))

    def _texts(self, column: str, values: Sequence[str]) -> float | None:
        if column in ("place", "cause") and are_clocks(values):
            return None
        if column == "region_given":
            return 0.2 if share_of(values, lambda v: bool(region_code(v, 6) or region_code(v, 5))) > 0.8 else 0.0
        if column == "place":
            return 0.5 * share_of(values, lambda v: len(v) > 3 and any(s in v for s in _PLACE_SIGNS))
        if column == "report_no":
            numbered = share_of(values, lambda v: len(v) >= 3 and any(c.isdigit() for c in v))
            return None if numbered < 0.5 else 0.2 * (len(set(values)) > 0.9 * len(values))
        return 0.0


def share_of(values: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, values)) / len(values)


def is_numeric(value: str) -> bool:
    text = value.replace(",", "").replace("，", "").strip("¥$元万亿人 ()")
    return text.replace(".", "", 1).lstrip("+-").isdigit()


def _is_pair(value: str) -> bool:
    numbers_ = [n for n in BETWEEN.split(narrow(value).strip("()[] ")) if n]
    return len(numbers_) == 2 and all(map(is_numeric, numbers_))
