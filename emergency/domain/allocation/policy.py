"""What is dear and by how much, in minutes of travel.

All prices are integers in one unit, the travel minute, so that every number a
plan prints can be weighed against a drive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise

from emergency.domain.allocation.pool import Cell


@dataclass(frozen=True)
class Policy:
    """The prices of a plan. All are house rules (2026-11), to be set with the people who dispatch.

    duty_limit_minutes: nobody is sent further than this one way (10 hours on duty, travel included).
    stability_minutes: a slot is placed elsewhere than in the standing plan only if that saves more than
        this. At 15 to 30 a disturbed plan moved less than half the people for under 0.2 % of its cost.
    urgency_gap: steps between two priorities. A step is one minute more than the dearest single
        assignment, so an open slot always outweighs any drive, and an urgent one a less urgent one; the
        gap of 20 lets this hold through chains of up to about twenty people changing places.
    share_bands: a cell's slots fall into this many equal bands, each a step dearer to leave open than the
        next. Between cells of one priority this keeps the shares even to within one band.
    pin_factor: a broken pin costs this many times the dearest open slot: kept whenever it can be.
    """

    duty_limit_minutes: int = 600
    stability_minutes: int = 20
    urgency_gap: int = 20
    share_bands: int = 4
    pin_factor: int = 10

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or value < 0:
                raise ValueError(f"{field.name} is {value!r}; it must be a whole number, 0 or more")
        if self.share_bands < 1 or self.pin_factor < 2:
            raise ValueError("share_bands must be 1 or more and pin_factor 2 or more")
        if self.urgency_gap <= self.share_bands:
            raise ValueError("urgency_gap must exceed share_bands, or fairness would outweigh urgency")

    @property
    def step_minutes(self) -> int:
        """One more than any single assignment can cost."""
        return self.duty_limit_minutes + self.stability_minutes + 1

    def open_slot_minutes(self, priority: int, band: int) -> int:
        """Price of leaving one slot open; band 0 is a cell's first and dearest share."""
        return self.step_minutes * (self.urgency_gap * (10 - priority) + self.share_bands - 1 - band)

    @property
    def reserve_minutes(self) -> int:
        """Price of a reserve that is not held: a step above the dearest open slot, far below a broken pin."""
        return self.open_slot_minutes(1, 0) + self.step_minutes

    @property
    def broken_pin_minutes(self) -> int:
        return self.pin_factor * self.open_slot_minutes(1, 0)

    def slot_prices(self, cell: Cell, at_least: int = 0) -> list[tuple[int, int]]:
        """(how many slots, price of leaving each open), dearest first; the counts add up to the cell's slots.

        The prices fall, so the cost of a shortage is convex and a flow fills the dearest slots first. The
        first `at_least` slots carry the price of a broken pin on top.

        A cell that says what its slots are worth is priced by that, so that a lone ordinary claim does not
        send somebody across the country; the others by priority and share, above any drive.
        """
        priced = _by_worth(self, cell) if cell.worths else _banded(self, cell.slots, cell.priority)
        return list(_with_floor(priced, at_least, self.broken_pin_minutes))


Prices = tuple[tuple[int, int], ...]


@lru_cache(maxsize=4096)
def _banded(policy: Policy, asked: int, priority: int) -> Prices:
    """The prices of a cell's bands, worked out once for all cells alike."""
    edges = [-(-asked * band // policy.share_bands) for band in range(policy.share_bands + 1)]
    bands = enumerate(pairwise(edges))
    return tuple((end - start, policy.open_slot_minutes(priority, band)) for band, (start, end) in bands if end > start)


def _by_worth(policy: Policy, cell: Cell) -> Prices:
    """The worths as prices: as many as the cell asks, none above the dearest price by priority; a reserve's are
    what holding somebody back is worth, whatever else asks."""
    ceiling, left = policy.reserve_minutes if cell.home else policy.open_slot_minutes(1, 0), cell.slots
    prices = []
    for slots, minutes in (*cell.worths, (cell.slots, cell.worths[-1][1])):
        count = min(slots, left)
        prices.append((count, min(minutes, ceiling)))
        left -= count
    return tuple((count, price) for count, price in prices if count)


def _with_floor(prices: Prices, at_least: int, broken_pin_minutes: int) -> Iterator[tuple[int, int]]:
    """The first `at_least` slots with the price of a broken pin on top."""
    for count, price in prices:
        pinned = min(at_least, count)
        at_least -= pinned
        yield from ((n, p) for n, p in ((pinned, price + broken_pin_minutes), (count - pinned, price)) if n)
