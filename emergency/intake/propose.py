"""A mapping proposed for a strange file: which column is what, and what the file leaves open.

A header that is a known name counts most, one that contains a known name less; what stands in the
cells confirms or contradicts. Nothing is taken from a proposal until a person has seen it: units
are only filled in where the header says them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from emergency.domain.record import NEEDED_OF
from emergency.intake.cells import Fault, degrees, narrow, numbers, region_code
from emergency.intake.columns import AMOUNTS, DATE_ORDERS, INSTANTS, VOCABULARIES, Column
from emergency.intake.headers import bare, normal, said_unit
from emergency.intake.instants import instant
from emergency.intake.sniff import Sample, samples
from emergency.intake.words import BETWEEN, lookup

# A whole name, part of a header, what the cells alone may be worth; below TAKEN nothing is proposed.
WHOLE, PART, SIGNS, CELLS, TAKEN = 100, 55, 52, 40, 50
UNNAMED = 30
_CHECKED_ROWS = 60
# East and north of China, degrees: longitudes and latitudes that cannot be mistaken for each other.
_CHINA = ((73.0, 136.0), (3.0, 54.0))
_PLACE_SIGNS = "省市区县镇乡村路街道号旗州"


@dataclass(frozen=True)
class Guess:
    """Header a claim column is taken from; ``points`` say how sure (100 = its name), ``part`` of a pair."""

    header: str
    points: int
    part: int = 0


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a file.

    Attributes:
        kind: text, xlsx or json.
        rows_are: claims, messages, policies or casualties.
        readings: every way to read its bytes; the first is proposed. Where it is neither proved
            nor marked, a person must look and choose.
        columns: claim column -> guess.
        units: amount column -> one of UNITS, only where the header says so.
        date_order: the order in which every sampled date can be read, ``""`` where several can.
        swapped: longitudes stand under the latitude's header and the other way round; corrected here.
        unknown: headers no claim column is taken from.
    """

    kind: str
    rows_are: str
    readings: tuple[Sample, ...]
    columns: Mapping[str, Guess]
    units: Mapping[str, str]
    date_order: str
    swapped: bool
    unknown: tuple[str, ...]

    @property
    def reading(self) -> Sample:
        return self.readings[0]

    @property
    def sure_of_encoding(self) -> bool:
        first = self.reading
        others = [r for r in self.readings[1:] if r.encoding != first.encoding]
        plain = all(cell.isascii() for row in (first.header, *first.rows) for cell in row)
        return first.marked or first.proved or plain or first.encoding == "utf-8" or not others


Words = Mapping[str, Column]


@dataclass(frozen=True)
class Names:
    """What the columns of a kind of file go by.

    Attributes:
        spelt: column -> headers, the usual ones first; ``point`` for both coordinates in one cell.
        signs: column -> groups of parts; a header with one part of each group may be it.
    """

    spelt: Mapping[str, Sequence[str]]
    signs: Mapping[str, Sequence[Sequence[str]]]


def propose(
    path: Path, names: Mapping[str, Names], words: Words, encoding: str = "", rows_are: str = ""
) -> Proposal:
    """What the columns of a file seem to be.

    Args:
        names: kind of file (claims, messages …) -> what its columns go by.
        words: column -> column with the tables of its words.
        encoding: read it so, whatever else is possible.
        rows_are: one of the kinds; found out where it is not given.

    Raises:
        FileFault: nothing in it can be read as a table, or not in that encoding.
    """
    every: dict[str, list[str]] = {}
    for kind in names.values():
        for column, spelt in kind.spelt.items():
            every.setdefault(column, []).extend(spelt)
    kind_of_file, found = samples(path, every)
    found.sort(key=lambda one: one.encoding != encoding)
    if rows_are:
        return of_sample(kind_of_file, tuple(found), rows_are, names[rows_are], words)
    proposals = [of_sample(kind_of_file, tuple(found), kind, names[kind], words) for kind in names]
    return next((p for p in proposals if _is_it(p)), proposals[0])


def _is_it(proposal: Proposal) -> bool:
    """Whether everything a kind of file needs was found under a name that says so.

    A list of claims may name a step and amounts as messages do; what happened and where tells them apart.
    """
    columns = proposal.columns
    needed = [columns.get(name) for name in NEEDED_OF[proposal.rows_are]]
    if not all(guess is not None and guess.points >= TAKEN for guess in needed):
        return False
    return proposal.rows_are != "claims" or bool(columns.keys() & {"line", "place", "lon", "region_given", "cause"})


def of_sample(kind: str, found: tuple[Sample, ...], rows_are: str, names: Names, words: Words) -> Proposal:
    """The proposal for a file that has been sampled."""
    sample = found[0]
    cells = {h: _filled(sample, i) for i, h in enumerate(sample.header) if h}
    order, orders_sure = _date_order(cells)
    evidence = _Evidence(words, order)
    taken = _best(_points(cells, names, evidence))
    if rows_are == "claims":
        _by_cells(taken, cells, evidence)
    columns, swapped = _coordinates(taken, cells)
    units = {c: said for c in AMOUNTS if c in columns and (said := said_unit(columns[c].header))}
    used = {guess.header for guess in columns.values()}
    return Proposal(
        kind=kind,
        rows_are=rows_are,
        readings=found,
        columns=columns,
        units=units,
        date_order=order if orders_sure else "",
        swapped=swapped,
        unknown=tuple(h for h in sample.header if h and h not in used),
    )


def _filled(sample: Sample, at: int) -> list[str]:
    return [cell for row in sample.rows if (cell := narrow(row[at]).strip())][:_CHECKED_ROWS]


def _points(
    cells: Mapping[str, Sequence[str]], names: Names, evidence: _Evidence
) -> list[tuple[int, str, str]]:
    """(points, claim column, header) of everything thinkable."""
    found = []
    for column, known in names.spelt.items():
        spelt = [normal(name) for name in known]
        signs = names.signs.get(column, ())
        for header, values in cells.items():
            named = _named(header, spelt) or _signed(header, signs)
            said = evidence.of(column, values)
            if said is None:  # the cells speak against it
                continue
            points = named + round(said * CELLS) if named else round(said * CELLS)
            if points:
                found.append((points, column, header))
    return found


def _named(header: str, spelt: Sequence[str]) -> int:
    for form in (normal(header), bare(header), bare(header).replace("的", "")):
        if form in spelt:
            return WHOLE - spelt.index(form)  # the usual names stand first
    inside = [name for name in spelt if len(name) > 1 and not name.isascii() and name in form]
    parts = normal(header.replace("_", " ").replace("-", " "))
    inside += [name for name in spelt if name.isascii() and len(name) > 3 and name in parts]
    return PART + max(map(len, inside)) if inside else 0


def _signed(header: str, signs: Sequence[Sequence[str]]) -> int:
    """A header put together from parts that say what the column is, ``案件|受理|编码``."""
    spelt = normal(header)
    found = [[sign for sign in group if sign in spelt] for group in signs]
    return SIGNS + sum(max(map(len, group)) for group in found) if found and all(found) else 0


def _best(found: list[tuple[int, str, str]]) -> dict[str, Guess]:
    """One header for each claim column and one claim column for each header, the surest first."""
    taken: dict[str, Guess] = {}
    used: set[str] = set()
    for points, column, header in sorted(found, key=lambda one: (-one[0], one[1], one[2])):
        if points >= TAKEN and column not in taken and header not in used:
            taken[column] = Guess(header, points)
            used.add(header)
    return taken


def _by_cells(taken: dict[str, Guess], cells: Mapping[str, Sequence[str]], evidence: _Evidence) -> None:
    """What a claim cannot do without, from a column whose name says nothing but whose cells do."""
    used = {guess.header for guess in taken.values()}
    free = {h: values for h, values in cells.items() if h not in used and len(values) > 1}
    if "loss_at" not in taken:
        dated = [h for h, values in free.items() if (evidence.of("loss_at", values) or 0) > 0.09]
        if len(dated) == 1:
            taken["loss_at"] = Guess(dated[0], UNNAMED)
    if "report_no" not in taken:
        numbered = [h for h, v in free.items() if _looks_numbered(v) and len(set(v)) == len(v)]
        if len(numbered) == 1:
            taken["report_no"] = Guess(numbered[0], UNNAMED)


def _looks_numbered(values: Sequence[str]) -> bool:
    return all(len(v) >= 6 and v.isascii() and v.isalnum() and any(c.isalpha() for c in v) for v in values)


def _coordinates(taken: dict[str, Guess], cells: Mapping[str, Sequence[str]]) -> tuple[dict[str, Guess], bool]:
    """Pairs taken apart, exchanged columns put right."""
    pair = taken.pop("point", None)
    if pair and "lon" not in taken and "lat" not in taken:
        first = _pair_order(cells[pair.header])
        taken["lon"] = Guess(pair.header, pair.points, first)
        taken["lat"] = Guess(pair.header, pair.points, 3 - first)
        return taken, False
    if "lon" in taken and "lat" in taken:
        lon, lat = taken["lon"], taken["lat"]
        if _within(cells[lon.header], *_CHINA[1]) and _within(cells[lat.header], *_CHINA[0]):
            taken["lon"], taken["lat"] = lat, lon
            return taken, True
    return taken, False


def _pair_order(values: Sequence[str]) -> int:
    """Which number of a pair is the longitude; the first where both could be."""
    pairs = [p for v in values if len(p := [n for n in BETWEEN.split(narrow(v).strip("()[] ")) if n]) == 2]
    first, second = [p[0] for p in pairs], [p[1] for p in pairs]
    if _within(first, -90, 90) and not _within(second, -90, 90):
        return 2
    return 2 if _within(first, *_CHINA[1]) and _within(second, *_CHINA[0]) else 1


def _within(values: Sequence[str], low: float, high: float) -> bool:
    read = numbers(pa.array([narrow(v) for v in values], pa.string()))
    good = ~read.unusable
    return bool(good.any()) and bool(((read.values[good] >= low) & (read.values[good] <= high)).all())


def _date_order(cells: Mapping[str, Sequence[str]]) -> tuple[str, bool]:
    """The order in which the file's dates can be read; not sure where several orders fit."""
    dates = [v for values in cells.values() for v in values if v.count("/") == 2 or v.count("-") == 2 or "." in v]
    dates = [v for v in dates if v[:2].strip("/-.").isdigit() and v.split(" ")[0][-4:].isdigit()]
    fits = [o for o in DATE_ORDERS[1:] if dates and all(not isinstance(_date(v, o), Fault) for v in dates)]
    if not fits:
        return "ymd", True
    return fits[0], len(fits) == 1


def _date(cell: str, order: str) -> int | Fault:
    return instant(cell, "UTC", order)


class _Evidence:
    """How much the cells of a column speak for it: 0 to 1, None = against."""

    def __init__(self, words: Words, order: str) -> None:
        self.order = order
        self.lookups = {name: lookup(column) for name, column in words.items()}

    def of(self, column: str, values: Sequence[str]) -> float | None:
        if not values:
            return 0.0
        if column in INSTANTS:
            share = _share(values, lambda v: not isinstance(_date(v, self.order), Fault))
            return None if share < 0.5 else 0.1 * share
        if column in (*AMOUNTS, "injured", "dead", "missing", "policies"):
            return None if _share(values, _numeric) < 0.5 else 0.05
        if column in ("lon", "lat"):
            return 0.1 if not degrees(pa.array(values, pa.string()), 180).faults else None
        if column == "point":
            return 0.3 if _share(values, _is_pair) > 0.5 else None
        if column in VOCABULARIES:
            share = _share(values, lambda v: bool(self.lookups.get(column, lambda _: None)(v)))
            return share if share > 0.5 and len(set(values)) < max(12, len(values) // 3) else 0.0
        return self._texts(column, values)

    def _texts(self, column: str, values: Sequence[str]) -> float | None:
        if column == "region_given":
            return 0.2 if _share(values, lambda v: bool(region_code(v, 6) or region_code(v, 5))) > 0.8 else 0.0
        if column == "place":
            return 0.5 * _share(values, lambda v: len(v) > 3 and any(s in v for s in _PLACE_SIGNS))
        if column == "report_no":
            numbered = _share(values, lambda v: len(v) >= 3 and any(c.isdigit() for c in v))
            return None if numbered < 0.5 else 0.2 * (len(set(values)) > 0.9 * len(values))
        return 0.0


def _share(values: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, values)) / len(values)


def _numeric(value: str) -> bool:
    text = value.replace(",", "").replace("，", "").strip("¥$元万亿人 ()")
    return text.replace(".", "", 1).lstrip("+-").isdigit()


def _is_pair(value: str) -> bool:
    numbers_ = [n for n in BETWEEN.split(narrow(value).strip("()[] ")) if n]
    return len(numbers_) == 2 and all(map(_numeric, numbers_))
