"""What is known in the morning, and the rules of thumb people dispatch by.

Each way to dispatch sees the same morning and answers a cell for each person, -1 = stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.storm.world import DAY, LINES, MORNING, REACH, REPORTED_BY_DAY, SURVEY_WITHIN, Floats, Ints, World

Dispatch = Callable[["Morning"], Ints]
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Morning:
    """What everybody who plans knows at 06:00 of a day."""

    world: World
    day: int
    place: Ints  # (people,) where each is: bases, then counties
    standing: Ints  # (people,) yesterday's cell, -1 = none
    waiting: Ints  # claims reported and not surveyed, by number

    @property
    def now(self) -> int:
        return self.day * DAY + MORNING

    @cached_property
    def minutes(self) -> Ints:
        """Travel from each place to each county today, -1 = no way."""
        found: Ints = self.world.minutes[min(self.day, len(self.world.minutes) - 1)]
        return found

    @cached_property
    def drive(self) -> Ints:
        """(people, cells) minutes, or beyond any reach where the person may not serve."""
        world = self.world
        counties, lines = np.divmod(np.arange(world.cells), len(LINES))
        drive = self.minutes[self.place][:, counties]
        fit = world.skills[:, lines] & world.licences[:, world.zone[counties]] & (drive >= 0) & (drive <= REACH)
        return np.where(fit, drive, DAY)

    @cached_property
    def open_claims(self) -> Ints:
        return np.bincount(self.world.cell[self.waiting], minlength=self.world.cells)

    @cached_property
    def slots(self) -> Ints:
        """Shifts each cell asks for its open claims."""
        visits = self.world.visits_per_slot[np.arange(self.world.cells) % len(LINES)]
        return -(-self.open_claims // visits)

    @cached_property
    def expected(self) -> Floats:
        """Claims by cell to be reported in the next 24 hours: what came so far, carried on along the curve."""
        curve = np.concatenate([[0.0], np.cumsum(REPORTED_BY_DAY)])
        so_far, tomorrow = (np.interp(self.now / DAY + more, np.arange(len(curve)), curve) for more in (0, 1))
        seen = np.bincount(self.world.cell[self.world.reported <= self.now], minlength=self.world.cells)
        expected: Floats = seen * (tomorrow - so_far) / so_far
        return expected

    @cached_property
    def slots_ahead(self) -> Ints:
        """Shifts the expected claims would ask, beyond those already asked."""
        visits = self.world.visits_per_slot[np.arange(self.world.cells) % len(LINES)]
        slots: Ints = np.rint((self.open_claims + self.expected) / visits).astype(np.int64)
        return np.maximum(slots - self.slots, 0)

    def send(self, cells: Sequence[int]) -> Ints:
        """For each cell in this order, the nearest person still free who may serve it."""
        sent = np.full(len(self.place), NOWHERE, dtype=np.int64)
        free = np.ones(len(self.place), dtype=bool)
        nearest = np.argsort(self.drive, axis=0, kind="stable")
        reached = np.zeros(self.world.cells, dtype=np.int64)
        for cell in cells:
            column = nearest[:, cell]
            at = int(reached[cell])
            while at < len(column) and not free[column[at]]:
                at += 1
            reached[cell] = at
            if at < len(column) and self.drive[column[at], cell] <= REACH:
                sent[column[at]], free[column[at]] = cell, False
        return sent


def nearest_first(morning: Morning) -> Ints:
    """The biggest backlog takes the nearest people first, until it is staffed; then the next."""
    order = np.argsort(-morning.open_claims, kind="stable")
    return morning.send(np.repeat(order, morning.slots[order]).tolist())


def proportional(morning: Morning) -> Ints:
    """The spreadsheet: people shared out by open claims, nearest ones; whoever is left over fills what is open."""
    share = morning.open_claims * len(morning.place) / max(int(morning.open_claims.sum()), 1)
    first = np.minimum(np.floor(share).astype(np.int64), morning.slots)
    order = np.argsort(first - share, kind="stable")
    rest = morning.slots - first
    cells = np.arange(morning.world.cells)
    return morning.send([*np.repeat(cells, first).tolist(), *np.repeat(order, rest[order]).tolist()])


def priority_order(morning: Morning) -> Ints:
    """Shift by shift in the order of what the shift is worth, the nearest person each: a good dispatcher."""
    return morning.send([cell for _, cell in sorted(worth_of_shifts(morning), key=lambda shift: (-shift[0], shift[1]))])


def priority_order_ahead(morning: Morning) -> Ints:
    """The same dispatcher with the reporting curve in hand: who is left over goes where most is expected."""
    order = np.argsort(-morning.expected, kind="stable")
    ahead = np.repeat(order, morning.slots_ahead[order]).tolist()
    worth = sorted(worth_of_shifts(morning), key=lambda shift: (-shift[0], shift[1]))
    return morning.send([*(cell for _, cell in worth), *ahead])


def worth_of_shifts(morning: Morning) -> Iterator[tuple[float, int]]:
    """(worth, cell) of every shift, a cell's dearest first: the claims it would survey, an ordinary one being 1.

    Severity counts 1, 2 or 6; 2 more where the 72 hours end within a day, then 3 for each day beyond.
    """
    world, waiting = morning.world, morning.waiting
    left_days = (world.reported[waiting] + SURVEY_WITHIN - morning.now) / DAY
    weights = np.array([1, 2, 6])[world.severity[waiting] - 1] + 2 * (left_days < 1) + 3 * np.maximum(0, -left_days)
    order = np.lexsort((-weights, world.cell[waiting]))
    cells, worths = world.cell[waiting][order], weights[order]
    starts = np.searchsorted(cells, np.arange(world.cells + 1))
    for cell in range(world.cells):
        visits = int(world.visits_per_slot[cell % len(LINES)])
        for first in range(int(starts[cell]), int(starts[cell + 1]), visits):
            yield float(worths[first : min(first + visits, int(starts[cell + 1]))].sum()), cell
