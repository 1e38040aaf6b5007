"""Claims still to come: how many the reporting curve lets expect, and the cells that ask people for them.

A flood is reported over days. Whoever plans only for what is on the desk sends people away from where tomorrow's
claims will be, and drives them back the day after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from emergency.domain.allocation.demand import Weights
from emergency.domain.allocation.pool import Cell

PERMILLE = 1000
PRIORITY = 9  # after everything that waits already
ENDING = "/ahead"  # a cell's claims still to come are a cell of their own, beside it


@dataclass(frozen=True)
class ReportingCurve:
    """How much of what one event will bring is reported so long after it began.

    Attributes:
        points: (hours, permille), both rising, ending at 1000; between two points a straight line, before the
            first nothing can be said.
    """

    points: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not self.points or self.points[-1][1] != PERMILLE:
            raise ValueError("a reporting curve ends at 1000 permille")
        for (hours, share), (later, more) in pairwise(self.points):
            if later <= hours or more < share:
                raise ValueError(f"a reporting curve rises: {hours} h {share}, then {later} h {more}")
        if self.points[0][0] < 0 or self.points[0][1] <= 0:
            raise ValueError("a reporting curve starts at 0 hours or later, above 0 permille")

    def permille(self, hours: float) -> float:
        """Share reported so many hours after the event began; 0.0 before the first point."""
        first, last = self.points[0], self.points[-1]
        if hours < first[0]:
            return 0.0
        for (start, share), (end, more) in pairwise(self.points):
            if hours < end:
                return share + (more - share) * (hours - start) / (end - start)
        return float(last[1])

    def still_to_come(self, seen: int, hours: float, within_hours: float) -> int:
        """Claims to be reported within the next hours where so many are in, rounded down.

        A median course, not a promise: for one event the figure is easily half or double.
        """
        now, then = self.permille(hours), self.permille(hours + within_hours)
        return int(seen * (then - now) / now) if now else 0


@dataclass(frozen=True)
class Seen:
    """What one region and line have reported so far, open or not, and how long ago the event began there."""

    region: str
    line: str
    claims: int
    hours: float


def cells_ahead(
    seen: Iterable[Seen],
    curve: ReportingCurve,
    incident: str,
    within_hours: float,
    visits_per_slot: Mapping[str, int],
    licence_of: Callable[[str, str], str],
    scale: Weights,
    spare: Mapping[tuple[str, str], int] | None = None,
) -> tuple[Cell, ...]:
    """One cell for each region and line where claims are still to come, in the order of cell ids.

    Args:
        spare: visits the open claims of a region and line leave free in the slots they ask anyway.
    """
    found = []
    for one in sorted(seen, key=lambda s: (s.region, s.line)):
        visits = visits_per_slot[one.line]
        expected = curve.still_to_come(one.claims, one.hours, within_hours)
        slots = (expected - (spare or {}).get((one.region, one.line), 0) + visits // 2) // visits
        if slots > 0:
            cell_id = f"{incident}/{one.region}/{one.line}{ENDING}"
            worths = ((slots, scale.minutes(scale.expected * visits)),)
            licence = licence_of(one.region, one.line)
            found.append(Cell(cell_id, incident, one.region, one.line, licence, slots, PRIORITY, worths))
    return tuple(found)


def is_ahead(cell_id: str) -> bool:
    return cell_id.endswith(ENDING)


def standing_today(cell_id: str) -> str:
    """The cell in which somebody stands today who was sent there for claims still to come."""
    return cell_id.removesuffix(ENDING)


def asked_now(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells of claims that are in."""
    return tuple(cell for cell in cells if not is_ahead(cell.cell_id))


def with_slots(cell: Cell, slots: int) -> Cell:
    """The same cell with other slots; its worths are cut or go on at the last."""
    kept, left = [], slots
    for count, minutes in cell.worths:
        if left > 0:
            kept.append((min(count, left), minutes))
            left -= count
    return replace(cell, slots=slots, worths=tuple(kept))
