"""A mapping proposed for a strange file: which column is what, and what the file leaves open.

A header that is a known name counts most, one that contains a known name less; what stands in the
cells confirms or contradicts. Nothing is taken from a proposal until a person has seen it: units
are only filled in where the header says them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from emergency.domain.record import EITHER_OF, NEEDED_OF
from emergency.intake.cells import narrow, numbers
from emergency.intake.columns import AMOUNTS, INSTANTS, Column
from emergency.intake.days import date_order
from emergency.intake.evidence import Evidence, is_numeric, share_of
from emergency.intake.headers import bare, normal, tidy
from emergency.intake.joins import Joins, joined
from emergency.intake.pairs import CHINA, Box, degrees_pair
from emergency.intake.sniff import Sample, samples
from emergency.intake.units import Said, said_units
from emergency.intake.unnamed import Questions, unnamed
from emergency.intake.words import BETWEEN, FORMULA

# A whole name, part of a header, what the cells alone may be worth; below TAKEN nothing is proposed.
WHOLE, PART, SIGNS, CELLS, TAKEN = 100, 55, 52, 40, 50
UNNAMED = 30
_CHECKED_ROWS = 60
_CHINA = ((CHINA[0], CHINA[2]), (CHINA[1], CHINA[3]))
_REMARK = re.compile(r"[(\[【][^)\]】]*[)\]】]")
# Numbers of five digits that are no days, whatever they could be read as.
_POSTAL = ("zip", "postal", "postcode", "邮编", "邮政")


@dataclass(frozen=True)
class Guess:
    """Header a claim column is taken from; ``points`` say how sure (100 = its name), ``part`` of a pair.

    ``headers`` are all that are joined to it, in order, ``header`` the first of them.
    """

    header: str
    points: int
    part: int = 0
    more: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        return (self.header, *self.more)

    @property
    def by_cells(self) -> bool:
        """Whether only the cells speak for it, so that a person must look."""
        return self.points <= UNNAMED


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a file.

    Attributes:
        kind: text, xlsx or json.
        rows_are: claims, messages, policies or casualties.
        readings: every way to read its bytes; the first is proposed. Where it is neither proved
            nor marked, a person must look and choose.
        columns: claim column -> guess.
        units: amount column -> one of UNITS, only where the file says so: its header, or a line over it.
        said: amount column -> what the file says of its unit, also where no mapping has it.
        date_order: the order in which every sampled date can be read, ``""`` where several can.
        orders: all of these, the likeliest first.
        swapped: longitudes stand under the latitude's header and the other way round; corrected here.
        unknown: headers no claim column is taken from.
        outstanding: those of them that say what is still to be paid, which a list of claims does not keep.
    """

    kind: str
    rows_are: str
    readings: tuple[Sample, ...]
    columns: Mapping[str, Guess]
    units: Mapping[str, str]
    said: Mapping[str, Said]
    date_order: str
    swapped: bool
    unknown: tuple[str, ...]
    orders: tuple[str, ...] = ("ymd",)
    outstanding: tuple[str, ...] = ()

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
        against: column -> parts that no header of it has: what is estimated is not paid.
        joins: what is spread over several columns of a file.
        boxes: gives where its places may lie, the likeliest first; asked only where no header says which they are.
        questions: column -> groups of parts of headers that ask for it, as people ask.
        located: share of cells that name a region; asked only where no header says where.
    """

    spelt: Mapping[str, Sequence[str]]
    signs: Mapping[str, Sequence[Sequence[str]]]
    against: Mapping[str, Sequence[str]] = field(default_factory=dict)
    joins: Joins = field(default_factory=Joins)
    boxes: Callable[[], Sequence[Box]] = lambda: (CHINA,)
    questions: Questions = field(default_factory=dict)
    located: Callable[[Sequence[str]], float] = lambda _: 0.0


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
    kinds = [rows_are] if rows_are else list(names)
    proposals = [of_sample(kind_of_file, tuple(found), kind, names[kind], words) for kind in kinds]
    likely = next((p for p in proposals if _is_it(p) and not _rather_claims(p, proposals[0])), proposals[0])
    return replace(likely, outstanding=_outstanding(likely, names))


def _outstanding(proposal: Proposal, names: Mapping[str, Names]) -> tuple[str, ...]:
    """Reserve, 未决赔款: the estimate less what was paid, which messages bring and a list of claims cannot keep."""
    told = names.get("messages")
    if proposal.rows_are != "claims" or told is None:
        return ()
    spelt = [tidy(name) for name in told.spelt.get("outstanding_minor", ())]
    against, sample = told.against.get("outstanding_minor", ()), proposal.reading
    named = [h for h in proposal.unknown if _named(h, spelt) and not spoken_against(h, against)]
    cells = {h: _filled(sample, sample.header.index(h)) for h in named}
    return tuple(h for h, values in cells.items() if not values or share_of(values, is_numeric) > 0.5)


# What a list names besides what it needs: a time alone makes no list of casualties.
_TOLD_BY = {
    "claims": {"line", "place", "lon", "region_given", "cause"},
    "casualties": {"dead", "missing", "injured", "serious"},
}


def _is_it(proposal: Proposal) -> bool:
    """Whether everything a kind of file needs was found under a name that says so.

    A list of claims may name a step and amounts as messages do; what happened and where tells them apart.
    """
    columns = proposal.columns
    needed = [columns.get(name) for name in NEEDED_OF[proposal.rows_are]]
    if not all(guess is not None and guess.points >= TAKEN for guess in needed):
        return False
    if not set(EITHER_OF.get(proposal.rows_are, columns)) & columns.keys():
        return False
    also = _TOLD_BY.get(proposal.rows_are, columns.keys())
    return bool(columns.keys() & also)


# What a list of policies does not tell: a list of claims may name the policy, where it lies and its sum insured.
_OF_A_LOSS = ("report_no", "estimated_minor", "paid_minor", "cause", "reported_at")


def _rather_claims(proposal: Proposal, claims: Proposal) -> bool:
    """Whether a list of single policies is one of claims, by anything it says of a loss."""
    if proposal.rows_are != "policies" or "policies" in proposal.columns or claims.rows_are != "claims":
        return False
    return any(name in claims.columns and not claims.columns[name].by_cells for name in _OF_A_LOSS)


def of_sample(kind: str, found: tuple[Sample, ...], rows_are: str, names: Names, words: Words) -> Proposal:
    """The proposal for a file that has been sampled."""
    sample = found[0]
    cells = {h: _filled(sample, i) for i, h in enumerate(sample.header) if h}
    order, orders = date_order(cells)
    evidence = Evidence(words, order)
    taken = _best(_points(cells, names, evidence))
    if rows_are == "claims":
        _by_cells(taken, cells, names, evidence)
    columns, swapped = _coordinates(taken, cells)
    if rows_are == "claims":
        columns |= _pair_by_cells(columns, cells, names)
    for column, together in joined(names.joins, names.signs, {c: g.header for c, g in columns.items()}, cells).items():
        points = columns[column].points if column in columns else WHOLE
        columns[column] = Guess(together[0], points, more=together[1:])
    said = said_units({c: columns[c].header for c in AMOUNTS if c in columns}, sample.header, sample.around)
    units = {c: one.unit for c, one in said.items() if one.unit}
    used = {header for guess in columns.values() for header in guess.headers}
    return Proposal(
        kind=kind,
        rows_are=rows_are,
        readings=found,
        columns=columns,
        units=units,
        said=said,
        date_order=order if len(orders) == 1 else "",
        orders=orders,
        swapped=swapped,
        unknown=tuple(h for h in sample.header if h and h not in used),
    )


def _filled(sample: Sample, at: int) -> list[str]:
    cells = (narrow(row[at]).strip() for row in sample.rows)
    return [cell for cell in cells if cell and cell != FORMULA][:_CHECKED_ROWS]


def _points(
    cells: Mapping[str, Sequence[str]], names: Names, evidence: Evidence
) -> list[tuple[int, str, str]]:
    """(points, claim column, header) of everything thinkable."""
    found = []
    for column, known in names.spelt.items():
        spelt = [tidy(name) for name in known]
        signs = names.signs.get(column, ())
        for header, values in cells.items():
            if spoken_against(header, names.against.get(column, ())):
                continue
            named = _named(header, spelt) or _signed(header, signs)
            said = evidence.of(column, values)
            if said is None:  # the cells speak against it; a number by its whole name stands, but is not sure
                found += [(TAKEN, column, header)] if column == "report_no" and _is_whole(header, spelt) else []
                continue
            points = named + round(said * CELLS) if named else round(said * CELLS)
            if points:
                found.append((points, column, header))
    return found


def spoken_against(header: str, parts: Sequence[str]) -> str:
    """The first part of a header that says it is not this column, "" where none does."""
    said = _REMARK.sub("", normal(header)) or normal(header)
    return next((part for part in parts if normal(part) in said), "")


def _forms(header: str) -> tuple[str, str, str]:
    without = tidy(bare(header))
    return tidy(header), without, without.replace("的", "")


def _is_whole(header: str, spelt: Sequence[str]) -> bool:
    return any(form in spelt for form in _forms(header))


def _named(header: str, spelt: Sequence[str]) -> int:
    for form in _forms(header):
        if form in spelt:
            return WHOLE - min(spelt.index(form), WHOLE - PART - 15)  # the usual names stand first
    inside = [name for name in spelt if len(name) > 1 and not name.isascii() and name in form]
    inside += [name for name in spelt if name.isascii() and len(name) > 3 and name in form]
    return PART + max(map(len, inside)) if inside else 0


def _signed(header: str, signs: Sequence[Sequence[str]]) -> int:
    """A header put together from parts that say what the column is, ``案件|受理|编码``."""
    spelt = tidy(header)
    found = [[sign for sign in group if tidy(sign) in spelt] for group in signs]
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


def _by_cells(
    taken: dict[str, Guess], cells: Mapping[str, Sequence[str]], names: Names, evidence: Evidence
) -> None:
    """What a claim cannot do without, from a column whose name says nothing but whose cells do."""

    def against(header: str, column: str) -> bool:
        more = _POSTAL if column in INSTANTS else ()
        return bool(spoken_against(header, (*more, *names.against.get(column, ()))))

    found = unnamed(
        {column: guess.header for column, guess in taken.items()},
        cells,
        names.questions,
        against,
        evidence.times,
        evidence.lines,
        names.located,
    )
    taken |= {column: Guess(header, UNNAMED) for column, header in found.items()}
    used = {guess.header for guess in taken.values()}
    free = {h: values for h, values in cells.items() if h not in used and len(values) > 1}
    if "report_no" not in taken:
        numbered = [h for h, v in free.items() if _looks_numbered(v) and len(set(v)) == len(v)]
        if len(numbered) == 1:
            taken["report_no"] = Guess(numbered[0], UNNAMED)


def _looks_numbered(values: Sequence[str]) -> bool:
    return all(len(v) >= 6 and v.isascii() and v.isalnum() and any(c.isalpha() for c in v) for v in values)


def _pair_by_cells(
    taken: Mapping[str, Guess], cells: Mapping[str, Sequence[str]], names: Names
) -> dict[str, Guess]:
    """Longitude and latitude by their cells, where no header says which they are."""
    used = {guess.header for column, guess in taken.items() if column not in ("lon", "lat")}
    free = {h: values for h, values in cells.items() if h not in used and len(values) > 1}
    if {"lon", "lat"} <= taken.keys() or len(free) < 2:
        return {}
    pair = degrees_pair(free, names.boxes)
    return {name: Guess(header, UNNAMED) for name, header in zip(("lon", "lat"), pair or (), strict=False)}


def _coordinates(taken: dict[str, Guess], cells: Mapping[str, Sequence[str]]) -> tuple[dict[str, Guess], bool]:
    """Pairs taken apart, exchanged columns put right."""
    pair = taken.pop("point", None)
    if pair and "lon" not in taken and "lat" not in taken:
        first = _pair_order(cells[pair.header])
        taken["lon"] = Guess(pair.header, pair.points, first)
        taken["lat"] = Guess(pair.header, pair.points, 3 - first)
        return taken, False
    for name in ("lon", "lat"):  # N alone is a number of something, N beside E is north
        if len({"lon", "lat"} & taken.keys()) == 1 and name in taken and len(normal(taken[name].header)) == 1:
            del taken[name]
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
