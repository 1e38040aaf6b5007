"""From a publisher's outlines to outlines that share their edges and are light enough to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely


@dataclass(frozen=True)
class Cleaning:
    """What cleaning did: measured at every build, so that it can be told.

    Attributes:
        invalid: outlines that were not valid by themselves.
        was_coverage: did neighbours share their edges before?
        area_change: total area after / before - 1.
        worst_change: largest relative change of one region's area.
        emptied: regions that had no area left.
    """

    regions: int
    invalid: int
    was_coverage: bool
    area_change: float
    worst_change: float
    emptied: int


def clean(shapes: Any) -> tuple[Any, Cleaning]:
    """Make outlines valid and neighbours share their edges, without gaps and overlaps.

    Args:
        shapes: array of polygons, degrees.

    Returns:
        Cleaned polygons in the same order, and what was changed.
    """
    valid = shapely.make_valid(shapes)
    before = shapely.area(valid)
    # Straight to the coverage: gaps are closed only where they are slivers, lakes stay.
    cleaned = shapely.coverage_clean(shapes)  # type: ignore[attr-defined]  # newer than its stubs
    after = shapely.area(cleaned)
    some = before > 0
    return cleaned, Cleaning(
        regions=len(shapes),
        invalid=int((~shapely.is_valid(shapes)).sum()),
        was_coverage=bool(shapely.coverage_is_valid(shapes)),
        area_change=float(after.sum() / before.sum() - 1),
        worst_change=float(np.max(np.abs(after[some] / before[some] - 1))),
        emptied=int(shapely.is_empty(cleaned).sum()),
    )


def simplify(shapes: Any, degrees: float) -> Any:
    """Drop detail under a tolerance; shared edges stay shared."""
    return shapely.coverage_simplify(shapes, degrees)


def dissolve(shapes: Any, keys: Any) -> tuple[list[str], Any]:
    """Union of the outlines of each key: sorted keys and their outlines, edges kept shared."""
    keys = np.asarray(keys, dtype=object)
    distinct = sorted(set(keys))
    united = [shapely.coverage_union_all(shapes[keys == key]) for key in distinct]
    return distinct, np.array(united, dtype=object)
