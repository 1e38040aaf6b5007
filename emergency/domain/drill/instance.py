"""What a plan of one minute could know: the whole input of the engine, kept so that it can be solved again.

People are kept once for all instances of a drill; an instance names who of them could be sent, and from where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from emergency.domain.allocation import (
    Adjuster,
    Assignment,
    AtLeast,
    Cell,
    Pin,
    Plan,
    Policy,
    Travel,
    TravelTable,
    allocate,
)
from emergency.domain.allocation.by_hand import widened
from emergency.domain.allocation.travel import UNREACHABLE, travel_matrix

# The fields of a cell in the order in which a record has them.
CELL = (
    "cell_id", "incident", "region", "line", "licence", "slots", "priority", "worths", "home", "above_minor",
    "currency", "referral_minutes", "language", "post",
)  # fmt: skip


@dataclass(frozen=True)
class Instance:
    """People who could be sent, what asked for them, where they stood, what was said of it, and the prices.

    travel: of every pair of a place somebody sets out from and one that asks, on the roads of that minute.
    instructed: standing instructions; pins of a single plan are none of it.
    """

    people: tuple[Adjuster, ...]
    cells: tuple[Cell, ...]
    travel: TravelTable
    incumbent: tuple[Assignment, ...]
    instructed: tuple[Pin | AtLeast, ...]
    policy: Policy

    def best(self) -> Plan:
        """The best plan that could be made of it; whoever an instruction sends has a slot to work in."""
        cells, _ = widened(self.cells, self.instructed)
        return allocate(
            self.people, cells, self.travel, incumbent=self.incumbent, pins=self.instructed, policy=self.policy
        )


def frozen(travel: Travel, people: Iterable[Adjuster], cells: Iterable[Cell]) -> TravelTable:
    """The ways between these people and cells as they are now, of any travel."""
    starts, regions = sorted({a.base_region for a in people}), sorted({c.region for c in cells})
    rows = travel_matrix(travel, starts, regions).tolist()
    pairs = zip(starts, rows, strict=True)
    return TravelTable({(a, b): m for a, row in pairs for b, m in zip(regions, row, strict=True) if m != UNREACHABLE})


# As records -----------------------------------------------------------------------------------------


class Everybody:
    """The people of all instances: each once, found by number; their place of departure is the instance's."""

    def __init__(self, rows: Iterable[Sequence[Any]] = ()) -> None:
        self.rows = [list(row) for row in rows]
        self.number = {tuple(map(_hashable, row)): place for place, row in enumerate(self.rows)}

    def add(self, a: Adjuster) -> int:
        row = [
            a.adjuster_id, sorted(a.skills), sorted(a.licences), a.slots, a.authority_minor, sorted(a.languages), a.home
        ]  # fmt: skip
        key = tuple(map(_hashable, row))
        if key not in self.number:
            self.number[key] = len(self.rows)
            self.rows.append(row)
        return self.number[key]

    def person(self, number: int, sets_out: str) -> Adjuster:
        who, skills, licences, slots, authority, languages, home = self.rows[number]
        return Adjuster(
            who, sets_out or home, frozenset(skills), frozenset(licences), slots, authority, frozenset(languages), home
        )


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def instance_record(one: Instance, everybody: Everybody) -> dict[str, Any]:
    """As plain JSON values: people as numbers, places somebody sets out from only where it is not home."""
    numbers = [everybody.add(a) for a in one.people]
    starts = sorted({a.base_region for a in one.people})
    regions = sorted({c.region for c in one.cells})
    return {
        "people": _spans(numbers),
        "from": {str(n): a.base_region for n, a in zip(numbers, one.people, strict=True) if a.base_region != a.home},
        "cells": [_cell_record(c) for c in one.cells],
        "ways": [starts, regions, [[one.travel.minutes(a, b) for b in regions] for a in starts]],
        "incumbent": places_record(one.incumbent, one),
        "instructed": [_said_record(p) for p in one.instructed],
        "policy": asdict(one.policy),
    }


def instance_from(row: Mapping[str, Any], everybody: Everybody) -> Instance:
    starts, regions, minutes = row["ways"]
    ways = {(a, b): m for a, line in zip(starts, minutes, strict=True) for b, m in zip(regions, line, strict=True)}
    people = tuple(everybody.person(n, row["from"].get(str(n), "")) for n in _numbers(row["people"]))
    cells = tuple(Cell(**dict(zip(CELL, one, strict=False))) for one in row["cells"])
    known = Instance(
        people,
        cells,
        TravelTable({ends: m for ends, m in ways.items() if m is not None}),
        (),
        tuple(_said_from(one) for one in row["instructed"]),
        Policy(**row["policy"]),
    )
    return replace(known, incumbent=places_from(row["incumbent"], known))


def places_record(placed: Iterable[Assignment], one: Instance) -> list[list[Any]]:
    """Who is where: cell by cell the numbers of the people in the instance, each as often as they have slots there."""
    people = {a.adjuster_id: n for n, a in enumerate(one.people)}
    cells = {c.cell_id: n for n, c in enumerate(one.cells)}
    found: dict[int, list[int]] = {}
    for a in placed:
        found.setdefault(cells[a.cell_id], []).extend([people[a.adjuster_id]] * a.slots)
    return [[cell, sorted(who)] for cell, who in sorted(found.items())]


def places_from(rows: Iterable[Sequence[Any]], one: Instance) -> tuple[Assignment, ...]:
    slots = Counter((who, cell) for cell, people in rows for who in people)
    return tuple(Assignment(one.people[w].adjuster_id, one.cells[c].cell_id, n) for (w, c), n in slots.items())


def _cell_record(cell: Cell) -> list[Any]:
    """The fields in order, those at the end left out that say nothing."""
    row = [getattr(cell, name) for name in CELL]
    row[CELL.index("worths")] = [list(worth) for worth in cell.worths]
    plain: list[Any] = [None] * 7 + [[], False, None, "", 0, "", ""]
    while len(row) > 7 and row[-1] == plain[len(row) - 1]:
        row.pop()
    return row


def _said_record(said: Pin | AtLeast) -> list[Any]:
    if isinstance(said, AtLeast):
        return ["at_least", said.cell_id, said.slots, said.by]
    return [said.kind, said.cell_id, said.adjuster_id, said.by]


def _said_from(row: Sequence[Any]) -> Pin | AtLeast:
    kind, cell, what, by = row
    return AtLeast(cell, what, by) if kind == "at_least" else Pin(what, cell, kind, by)


def _spans(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers as runs [first, how many], so that a roster of a thousand is one line."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][0] + found[-1][1]:
            found[-1][1] += 1
        else:
            found.append([number, 1])
    return found


def _numbers(spans: Iterable[Sequence[int]]) -> list[int]:
    return [first + place for first, count in spans for place in range(count)]
