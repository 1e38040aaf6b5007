"""Pools of people and goods, read from ``data/pool/<name>``: three strict CSV files.

``bases.csv`` says where they stand, ``adjusters.csv`` who there is, ``stock.csv`` what there
is. Every pool we ship is synthetic; its README.md says so and so does `Pool.synthetic`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from emergency.domain.claim import LINES
from emergency.library.faults import Fault, FileFaults
from emergency.texts import N_, Message

SEAT_SKILLS = ("fnol_agent", "it_engineer", "counsellor")
SKILLS = (*LINES, *SEAT_SKILLS)
SYNTHETIC_MARK = "Synthetic"
WORD = re.compile(r"[a-z][a-z0-9_]*")
T = TypeVar("T")
Row = Mapping[str, str]

MISSING_FILE = N_("the pool has no such file; it needs bases.csv, adjusters.csv and stock.csv")
COLUMNS_DIFFER = N_("the columns are {found}; they must be {expected}, in this order")
EMPTY = N_("must not be empty")
TWICE = N_("{value} is there twice; it was first in line {first}")
NO_NUMBER = N_("{value} is not a number from {low} to {high}")
UNKNOWN_SKILL = N_("{value} is no skill; use {known}")
UNKNOWN_BASE = N_("{value} is no base of bases.csv")
NO_WORD = N_("{value} is not a kind in lower-case letters and _ such as tow_truck")
WRONG_WIDTH = N_("the row has more or fewer cells than the header")


@dataclass(frozen=True)
class Base:
    """A place from which people and goods set out; ``region`` is its code in the region set."""

    base_id: str
    name: str
    name_zh: str
    region: str
    lon: float
    lat: float


@dataclass(frozen=True)
class PoolAdjuster:
    """One person of the pool.

    Attributes:
        skills: lines of business the person may assess, or a seat (SEAT_SKILLS).
        licences: letters of the states where the person may work; none where no licence is asked.
        slots: shifts the person can work in one planning period.
    """

    adjuster_id: str
    name: str
    base_id: str
    skills: frozenset[str]
    licences: frozenset[str]
    slots: int
    language: str


@dataclass(frozen=True)
class Stock:
    """How many goods of a kind stand at a base."""

    depot: str
    kind: str
    total: int


@dataclass(frozen=True)
class Pool:
    """People and goods that can be called, in the order of their ids."""

    name: str
    synthetic: bool
    bases: tuple[Base, ...]
    adjusters: tuple[PoolAdjuster, ...]
    stock: tuple[Stock, ...]


class _File:
    """One CSV file being read: rows with their lines, and the faults found so far."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self.rows: list[tuple[int, Row]] = []
        self._read(columns)

    def _read(self, columns: tuple[str, ...]) -> None:
        if not self.path.is_file():
            self.fault(0, "", MISSING_FILE)
            return
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            if header != columns:
                self.fault(1, "", COLUMNS_DIFFER, found=", ".join(header), expected=", ".join(columns))
                return
            for cells in reader:
                if len(cells) != len(columns):
                    self.fault(reader.line_num, "", WRONG_WIDTH)
                else:
                    self.rows.append((reader.line_num, dict(zip(columns, map(str.strip, cells), strict=True))))

    def fault(self, line: int, field: str, text: str, **values: object) -> None:
        self.faults.append(Fault(self.path.name, line, 0, field, Message(text, values)))

    def filled(self, line: int, row: Row, *fields: str) -> None:
        for field in fields:
            if not row[field]:
                self.fault(line, field, EMPTY)

    def number(self, line: int, row: Row, field: str, low: float, high: float, kind: Callable[[str], T]) -> T:
        try:
            value = kind(row[field])
            if low <= float(row[field]) <= high and not math.isnan(float(row[field])):
                return value
        except ValueError:
            pass
        self.fault(line, field, NO_NUMBER, value=repr(row[field]), low=low, high=high)
        return kind(str(int(low)))

    def once(self, key: Callable[[Row], str], field: str) -> None:
        seen: dict[str, int] = {}
        for line, row in self.rows:
            if key(row) in seen:
                self.fault(line, field, TWICE, value=key(row), first=seen[key(row)])
            seen.setdefault(key(row), line)


def load_pool(folder: Path) -> Pool:
    """Read a pool.

    Args:
        folder: with ``bases.csv``, ``adjusters.csv``, ``stock.csv``; ``;`` parts several skills
            or licences. The pool is synthetic if its ``README.md`` starts with that word.

    Raises:
        FileFaults: everything that is wrong with the three files, by file and line.
        FileNotFoundError: there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no pool {folder.name!r}; known: {', '.join(pools(folder.parent)) or 'none'}")
    bases_file = _File(folder / "bases.csv", ("base_id", "name", "name_zh", "region", "lon", "lat"))
    columns = ("adjuster_id", "name", "base_id", "skills", "licences", "slots", "language")
    people_file = _File(folder / "adjusters.csv", columns)
    stock_file = _File(folder / "stock.csv", ("depot", "kind", "total"))
    bases = _bases(bases_file)
    known = {b.base_id for b in bases}
    found = Pool(
        name=folder.name,
        synthetic=_synthetic(folder / "README.md"),
        bases=tuple(sorted(bases, key=lambda b: b.base_id)),
        adjusters=tuple(sorted(_people(people_file, known), key=lambda a: a.adjuster_id)),
        stock=tuple(sorted(_goods(stock_file, known), key=lambda s: (s.depot, s.kind))),
    )
    faults = [f for file in (bases_file, people_file, stock_file) for f in file.faults]
    if faults:
        raise FileFaults(folder.name, faults)
    return found


def pools(folder: Path) -> tuple[str, ...]:
    """Names of the pools in ``data/pool``."""
    return tuple(sorted(p.parent.name for p in folder.glob("*/bases.csv")))


def _synthetic(readme: Path) -> bool:
    return readme.is_file() and readme.read_text(encoding="utf-8").lstrip("# ").startswith(SYNTHETIC_MARK)


def _bases(file: _File) -> list[Base]:
    file.once(lambda row: row["base_id"], "base_id")
    found = []
    for line, row in file.rows:
        file.filled(line, row, "base_id", "name", "region")
        lon = file.number(line, row, "lon", -180, 180, float)
        lat = file.number(line, row, "lat", -90, 90, float)
        found.append(Base(row["base_id"], row["name"], row["name_zh"], row["region"], lon, lat))
    return found


def _people(file: _File, bases: Iterable[str]) -> list[PoolAdjuster]:
    file.once(lambda row: row["adjuster_id"], "adjuster_id")
    found = []
    for line, row in file.rows:
        file.filled(line, row, "adjuster_id", "name", "skills")
        if row["base_id"] not in bases:
            file.fault(line, "base_id", UNKNOWN_BASE, value=repr(row["base_id"]))
        skills = _words(row["skills"])
        for skill in sorted(skills - set(SKILLS)):
            file.fault(line, "skills", UNKNOWN_SKILL, value=repr(skill), known=", ".join(SKILLS))
        found.append(
            PoolAdjuster(
                adjuster_id=row["adjuster_id"],
                name=row["name"],
                base_id=row["base_id"],
                skills=skills,
                licences=_words(row["licences"]),
                slots=file.number(line, row, "slots", 1, 1_000, int),
                language=row["language"],
            )
        )
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(";") if word.strip())


def _goods(file: _File, bases: Iterable[str]) -> list[Stock]:
    file.once(lambda row: f"{row['depot']} {row['kind']}", "kind")
    found = []
    for line, row in file.rows:
        if row["depot"] not in bases:
            file.fault(line, "depot", UNKNOWN_BASE, value=repr(row["depot"]))
        if not WORD.fullmatch(row["kind"]):
            file.fault(line, "kind", NO_WORD, value=repr(row["kind"]))
        found.append(Stock(row["depot"], row["kind"], file.number(line, row, "total", 0, 1_000_000, int)))
    return found


def stocked_kinds(folder: Path) -> frozenset[str]:
    """Kinds of goods that any pool under a folder has in stock; a file that cannot be read has none."""
    return frozenset(kind for path in sorted(folder.glob("*/stock.csv")) for kind in _kinds_of(path))


def _kinds_of(path: Path) -> set[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            kinds = [row.get("kind") or "" for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error):
        return set()
    return {kind for kind in kinds if WORD.fullmatch(kind)}
