"""People held back at home: so many of a region's own stay there, whatever asks for them elsewhere.

A reserve is a cell like any other, with two things of its own: only people based in the region may fill it, and
leaving it open costs more than the dearest open slot, so that only a pin can empty it.
"""

from __future__ import annotations

from collections.abc import Mapping

from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import Cell

RESERVE = "reserve"


def reserve_cells(floors: Mapping[str, int], skill: str, policy: Policy) -> tuple[Cell, ...]:
    """One cell for each region with a floor above 0, in the order of regions.

    Args:
        floors: home region -> people who stay.
        skill: what they must be able to do, so that a reserve of adjusters is not filled with telephone agents.
    """
    return tuple(
        Cell(f"{RESERVE}/{region}", "", region, skill, "", people, 1, ((people, policy.reserve_minutes),), home=True)
        for region, people in sorted(floors.items())
        if people > 0
    )


def is_reserve(cell_id: str) -> bool:
    return cell_id.startswith(f"{RESERVE}/")
