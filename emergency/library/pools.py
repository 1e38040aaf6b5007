"""Pools of people and goods, read from ``data/pool/<name>``: three strict CSV files, or four.

``bases.csv`` says where they stand, ``adjusters.csv`` who there is, ``stock.csv`` what there
is, and ``items.csv``, which may be missing, its serial and batch numbers. Every pool we ship
is synthetic; its README.md says so and so does `Pool.synthetic`.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from emergency.domain.claim import LINES
from emergency.domain.resource_kind import RESOURCE_KINDS
from emergency.domain.staffing import ORIGINS, STATUSES
from emergency.library.faults import FileFaults
from emergency.library.pool_sheet import CsvSheet, PoolSheet, Row, T
from emergency.texts import N_

SEAT_SKILLS = ("fnol_agent", "it_engineer", "counsellor")
SKILLS = (*LINES, *SEAT_SKILLS)
SYNTHETIC_MARK = "Synthetic"
ALIKE = 0.8  # of difflib's ratio: a kind so like a usual one is a slip of the hand (house rule)
# House rule: the most letters of what somebody writes freely, as the forms of the room take them.
LETTERS = {"name": 80, "base_id": 80}
LETTERS_OF_BASES = {**LETTERS, "name_zh": 80}
LETTERS_OF_PEOPLE = {**LETTERS, "adjuster_id": 80, "registration": 80, "lender": 120, "note": 1_000}
LETTERS_OF_ITEMS = {"item": 80}
MOST_GOODS = 1_000_000
WORD = re.compile(r"[a-z][a-z0-9_]*")

NOT_ALLOWED = N_("{value} is not allowed here; use {known}")
NO_DAY = N_("{value} is no day such as 2026-07-20")
NO_INSTANT = N_("{value} is no instant with its offset such as 2026-07-20T08:00+08:00")
NO_LIMIT = N_("enter the authority limit they have in this house; 0 where they may settle nothing")
NO_LENDER = N_("say who sends this person; only one's own people have no lender")
UNKNOWN_SKILL = N_("{value} is no skill; use {known}")
UNKNOWN_BASE = N_("{value} is no base of the list of bases; enter it there first, or use one of them")
NO_WORD = N_("{value} is not a kind in lower-case letters and _ such as tow_truck")
NEAR_A_KIND = N_("{value} is no usual kind; {near} is. A kind of your own needs a name less like it")
MORE_THAN_THERE = N_("{count} are more than the {total} in stock at {depot}")


# The columns of the tables, in their order.
BASES = ("base_id", "name", "name_zh", "region", "lon", "lat")
ADJUSTERS = ("adjuster_id", "name", "base_id", "skills", "licences", "slots", "language")
# What a list of people may say beside; any of these columns may be left out.
MORE_OF_ADJUSTERS = (
    "registration",
    "authority",
    "status",
    "pattern",
    "pattern_from",
    "rest_until",
    "origin",
    "lender",
    "lent_until",
    "note",
)
STOCK = ("depot", "kind", "total")
# What a list of goods may say beside; either column may be left out.
MORE_OF_STOCK = ("reorder_at", "out_of_service")
ITEMS = ("depot", "kind", "item", "count", "expires_on", "test_due_on")


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
        registration: number in the register of loss adjusters (公估登记号).
        authority: the largest loss the person may settle (核损权限), in whole units of money; None = not said.
        pattern, pattern_from: a turn of data/rules/staffing.yaml, and its first working day.
        origin: own, external or mutual_aid; lender: who sends them; lent_until: their last day here.
    """

    adjuster_id: str
    name: str
    base_id: str
    skills: frozenset[str]
    licences: frozenset[str]
    slots: int
    language: str
    registration: str = ""
    authority: int | None = None
    status: str = "available"
    pattern: str = ""
    pattern_from: str = ""
    rest_until: datetime | None = None
    origin: str = "own"
    lender: str = ""
    lent_until: str = ""
    note: str = ""


@dataclass(frozen=True)
class Stock:
    """How many goods of a kind stand at a base, and how many of them are out of service.

    reorder_at: below how many available ones the depot orders anew, None = never.
    """

    depot: str
    kind: str
    total: int
    reorder_at: int | None = None
    out_of_service: int = 0


@dataclass(frozen=True)
class Item:
    """A piece by its serial number, or a batch by its number; days are ISO days, "" = none."""

    depot: str
    kind: str
    item: str
    count: int
    expires_on: str = ""
    test_due_on: str = ""


@dataclass(frozen=True)
class Pool:
    """People and goods that can be called, in the order of their ids."""

    name: str
    synthetic: bool
    bases: tuple[Base, ...]
    adjusters: tuple[PoolAdjuster, ...]
    stock: tuple[Stock, ...]
    items: tuple[Item, ...] = ()


def load_pool(folder: Path) -> Pool:
    """Read a pool.

    Args:
        folder: with ``bases.csv``, ``adjusters.csv``, ``stock.csv`` and perhaps ``items.csv``; ``;``
            parts several skills or licences. The pool is synthetic if its ``README.md`` starts with that word.

    Raises:
        FileFaults: everything that is wrong with the files, by file and line.
        FileNotFoundError: there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no pool {folder.name!r}; known: {', '.join(pools(folder.parent)) or 'none'}")
    sheets = [
        CsvSheet(folder / "bases.csv", BASES),
        CsvSheet(folder / "adjusters.csv", ADJUSTERS, MORE_OF_ADJUSTERS),
        CsvSheet(folder / "stock.csv", STOCK, MORE_OF_STOCK),
        *(CsvSheet(path, ITEMS) for path in [folder / "items.csv"] if path.is_file()),
    ]
    found = pool_of(folder.name, is_synthetic(folder), *sheets)
    faults = [f for sheet in sheets for f in sheet.faults]
    if faults:
        raise FileFaults(folder.name, faults)
    return found


def pool_of(
    name: str, synthetic: bool, bases: PoolSheet, people: PoolSheet, stock: PoolSheet, items: PoolSheet | None = None
) -> Pool:
    """The pool that the rows of its tables say; what is wrong with them is in their ``faults``."""
    places = _bases(bases)
    # Of a table that could not be read no base is known: each row would be said to lie at none.
    known = {b.base_id for b in places} if bases.is_read else None
    goods = _goods(stock, known)
    # Nor is it known how many of a kind there are where a row of the stock is wrong: its pieces are not too many.
    counted = stock.is_read and all(stock.sound(line, "depot", "kind", "total") for line, _ in stock.rows)
    return Pool(
        name=name,
        synthetic=synthetic,
        bases=tuple(sorted(places, key=lambda b: b.base_id)),
        adjusters=tuple(sorted(_people(people, known), key=lambda a: a.adjuster_id)),
        stock=tuple(sorted(goods, key=lambda s: (s.depot, s.kind))),
        items=tuple(_items(items, goods if counted else None)) if items else (),
    )


def pools(folder: Path) -> tuple[str, ...]:
    """Names of the pools in ``data/pool``."""
    return tuple(sorted(p.parent.name for p in folder.glob("*/bases.csv")))


def is_synthetic(folder: Path) -> bool:
    """Whether the pool of a folder is made up: its README.md starts with that word."""
    readme = folder / "README.md"
    return readme.is_file() and readme.read_text(encoding="utf-8").lstrip("# ").startswith(SYNTHETIC_MARK)


def _bases(file: PoolSheet) -> list[Base]:
    file.once(lambda row: row["base_id"], "base_id")
    found = []
    for line, row in file.rows:
        file.filled(line, row, "base_id", "name", "region")
        file.short(line, row, LETTERS_OF_BASES)
        lon = file.number(line, row, "lon", -180, 180, float)
        lat = file.number(line, row, "lat", -90, 90, float)
        found.append(Base(row["base_id"], row["name"], row["name_zh"], row["region"], lon, lat))
    return found


def _people(file: PoolSheet, bases: Collection[str] | None) -> list[PoolAdjuster]:
    file.once(lambda row: row["adjuster_id"], "adjuster_id")
    file.once(lambda row: row["registration"], "registration")
    found = []
    for line, row in file.rows:
        file.filled(line, row, "adjuster_id", "name", "skills")
        file.short(line, row, LETTERS_OF_PEOPLE)
        if bases is not None and row["base_id"] not in bases:
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
                **_more(file, line, row),
            )
        )
    return found


def _more(file: PoolSheet, line: int, row: Row) -> dict[str, Any]:
    """The cells of MORE_OF_ADJUSTERS; an empty one says nothing."""
    plain = ("registration", "pattern", "pattern_from", "lender", "lent_until", "note")
    found: dict[str, Any] = {name: row[name] for name in plain}
    for field, allowed, usual in (("status", STATUSES, "available"), ("origin", ORIGINS, "own")):
        found[field] = row[field] or usual
        if found[field] not in allowed:
            file.fault(line, field, NOT_ALLOWED, value=repr(row[field]), known=", ".join(allowed))
    if found["origin"] != "own" and not row["lender"]:
        file.fault(line, "lender", NO_LENDER)
    if found["origin"] != "own" and not row["authority"]:
        file.fault(line, "authority", NO_LIMIT)
    for field in ("pattern_from", "lent_until"):
        if row[field] and _parsed(date.fromisoformat, row[field]) is None:
            file.fault(line, field, NO_DAY, value=repr(row[field]))
    rest = _parsed(datetime.fromisoformat, row["rest_until"])
    if row["rest_until"] and (rest is None or rest.tzinfo is None):
        file.fault(line, "rest_until", NO_INSTANT, value=repr(row["rest_until"]))
    if row["authority"]:
        found["authority"] = file.number(line, row, "authority", 0, 1_000_000_000_000, int)
    return found | {"rest_until": rest}


def _parsed(read: Callable[[str], T], text: str) -> T | None:
    try:
        return read(text)
    except ValueError:
        return None


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(";") if word.strip())


def _goods(file: PoolSheet, bases: Collection[str] | None) -> list[Stock]:
    file.once(lambda row: f"{row['depot']} {row['kind']}", "kind")
    found = []
    for line, row in file.rows:
        if bases is not None and row["depot"] not in bases:
            file.fault(line, "depot", UNKNOWN_BASE, value=repr(row["depot"]))
        if not WORD.fullmatch(row["kind"]):
            file.fault(line, "kind", NO_WORD, value=repr(row["kind"]))
        elif row["kind"] not in RESOURCE_KINDS and (near := get_close_matches(row["kind"], RESOURCE_KINDS, 1, ALIKE)):
            file.fault(line, "kind", NEAR_A_KIND, value=repr(row["kind"]), near=near[0])
        total = file.number(line, row, "total", 0, MOST_GOODS, int)
        at = file.number(line, row, "reorder_at", 0, MOST_GOODS, int) if row["reorder_at"] else None
        most = total if file.sound(line, "total") else MOST_GOODS
        out = file.number(line, row, "out_of_service", 0, most, int) if row["out_of_service"] else 0
        found.append(Stock(row["depot"], row["kind"], total, at, out))
    return found


def _items(file: PoolSheet, goods: Collection[Stock] | None) -> list[Item]:
    """Pieces and batches, no more of a kind than its depot has; None: what depots have is not known."""
    file.once(lambda row: f"{row['kind']} {row['item']}", "item")
    there, sums, found = {(s.depot, s.kind): s.total for s in goods or ()}, Counter[tuple[str, str]](), []
    for line, row in file.rows:
        file.filled(line, row, "depot", "kind", "item")
        file.short(line, row, LETTERS_OF_ITEMS)
        for field in ("expires_on", "test_due_on"):
            if row[field] and _parsed(date.fromisoformat, row[field]) is None:
                file.fault(line, field, NO_DAY, value=repr(row[field]))
        count, place = file.number(line, row, "count", 1, MOST_GOODS, int), (row["depot"], row["kind"])
        sums[place] += count
        total = there.get(place, 0)
        if goods is not None and sums[place] > total:
            gaps = {"count": sums[place], "total": total, "depot": row["depot"] or "–", "kind": row["kind"]}
            file.fault(line, "count", MORE_THAN_THERE, **gaps)
        found.append(Item(*place, row["item"], count, row["expires_on"], row["test_due_on"]))
    return sorted(found, key=lambda one: (one.kind, one.item))


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
