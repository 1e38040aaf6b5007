"""Illustrative positions inside a region, for claims of which only the region is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from emergency.geo.regions import RegionSet

Floats = npt.NDArray[np.float64]
ROUNDS = 40
# Spread around the centre, as a part of the region's width and height (house rule, 2026-11):
# wide enough that a county's claims do not pile up on one spot, narrow enough to show its centre.
SPREAD = 0.18


def scatter(
    regions: RegionSet, code: str, lon: float, lat: float, n: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw positions around a centre and keep those that lie in the region.

    Args:
        lon, lat: the published centre, degrees; NaN where there is none, the region's
            own label point is the centre then.
        n: how many positions.
        random: the dice; the same dice give the same positions.

    Returns:
        Longitudes and latitudes, shape (n,), all inside the region by `RegionSet.inside`; where
        the dice miss too often (slender regions), the region's label point. NaN for a
        region that is unknown or has no outline.
    """
    if not regions.has_polygons or not regions.known(code):
        return np.full(n, np.nan), np.full(n, np.nan)
    label = regions.point(code)
    centre = label if np.isnan(lon) or np.isnan(lat) else (lon, lat)
    west, south, east, north = regions.bounds_of(code)
    found_lon, found_lat = np.full(n, label[0]), np.full(n, label[1])
    missing = np.arange(n)
    for _ in range(ROUNDS):
        if not missing.size:
            break
        x = np.round(random.normal(centre[0], SPREAD * (east - west), missing.size), 5)
        y = np.round(random.normal(centre[1], SPREAD * (north - south), missing.size), 5)
        hit = regions.inside(code, x, y)
        found_lon[missing[hit]], found_lat[missing[hit]] = x[hit], y[hit]
        missing = missing[~hit]
    return found_lon, found_lat
