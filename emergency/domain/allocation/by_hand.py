"""What a coordinator's word adds to what is asked: whoever is sent by hand has a slot to work in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from emergency.domain.allocation.pool import AtLeast, Cell, Pin


def widened(cells: Iterable[Cell], pins: Iterable[Pin | AtLeast]) -> tuple[tuple[Cell, ...], dict[str, int]]:
    """Cells with room for everybody pinned into them, and how many slots that is beyond what was asked, by cell.

    The claims of a place need no more people than they did; that somebody wants them there is reason enough.
    """
    sent = Counter(pin.cell_id for pin in pins if isinstance(pin, Pin) and pin.kind == "must")
    found = tuple(cells)
    beyond = {c.cell_id: sent[c.cell_id] - c.slots for c in found if sent[c.cell_id] > c.slots}
    return tuple(replace(c, slots=c.slots + beyond.get(c.cell_id, 0)) for c in found), beyond
