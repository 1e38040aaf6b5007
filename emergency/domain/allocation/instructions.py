"""A coordinator's standing words about places, turned into pins on the cells a plan knows there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from emergency.domain.allocation.ahead import is_ahead
from emergency.domain.allocation.pool import AtLeast, Cell, Pin
from emergency.domain.allocation.reserve import is_reserve

Kind = Literal["must", "must_not", "at_least"]
KINDS: tuple[Kind, ...] = ("must_not", "must", "at_least")


@dataclass(frozen=True)
class Instruction:
    """Somebody works in a region for a line, or never does, or so many people do.

    adjuster_id: "" for ``at_least``; people: 0 for the other two. by: who said so, reason: why.
    """

    region: str
    line: str
    kind: Kind
    adjuster_id: str
    people: int
    by: str
    reason: str


def pins_of(said: Iterable[Instruction], cells: Sequence[Cell]) -> tuple[Pin | AtLeast, ...]:
    """The pins these words are for the cells there are; where a place asks for nobody they wait.

    Whoever must work somewhere is sent to the most urgent incident there, for its ordinary claims. So many at least
    are counted over the posts of a place, ordinary claims first, and never more than are asked for. Kept out is out
    of every cell of the place, those ahead of claims included.
    """
    found: list[Pin | AtLeast] = []
    for one in said:
        here = [c for c in cells if (c.region, c.line) == (one.region, one.line) and not is_reserve(c.cell_id)]
        now = sorted((c for c in here if not is_ahead(c.cell_id)), key=_order)
        if one.kind == "must_not":
            found += [Pin(one.adjuster_id, c.cell_id, "must_not", one.by) for c in here]
        elif one.kind == "must":
            found += [Pin(one.adjuster_id, c.cell_id, "must", one.by) for c in now[:1]]
        else:
            left = one.people
            for c in now:
                if share := min(left, c.slots):
                    found.append(AtLeast(c.cell_id, share, one.by))
                left -= share
    return tuple(found)


def joined(pins: Sequence[Pin], instructed: Sequence[Pin | AtLeast]) -> list[Pin | AtLeast]:
    """Pins of one plan and those of the standing words; what both say stands once."""
    said = {(p.adjuster_id, p.cell_id, p.kind) for p in pins}
    more = [p for p in instructed if isinstance(p, AtLeast) or (p.adjuster_id, p.cell_id, p.kind) not in said]
    return [*pins, *more]


def _order(cell: Cell) -> tuple[int, bool, bool, str]:
    return cell.priority, cell.above_minor is not None, bool(cell.language), cell.cell_id
