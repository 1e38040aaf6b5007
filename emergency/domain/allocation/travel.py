"""How long it takes from one region to another, one way, in whole minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Minutes = NDArray[np.int64]

EARTH_RADIUS_KM = 6371.0088  # mean radius R1, IUGG 1980 (Moritz, Geodetic Reference System 1980)
DETOUR_PERCENT = 135  # house rule: roads are about a third longer than the great circle
SPEED_KM_PER_HOUR = 60  # house rule
UNREACHABLE = -1


class Travel(Protocol):
    """Anything that knows travel times."""

    def minutes(self, from_region: str, to_region: str) -> int | None:
        """Minutes one way, None where there is no way."""


@runtime_checkable
class TravelMatrix(Protocol):
    """A travel that answers for many pairs at once."""

    def matrix(self, from_regions: Sequence[str], to_regions: Sequence[str]) -> Minutes:
        """Minutes, shape (from, to); -1 where there is no way."""


@dataclass(frozen=True)
class TravelTable:
    """Times as given. A pair absent is unreachable; the same region is 0 minutes unless given."""

    table: Mapping[tuple[str, str], int]

    def __post_init__(self) -> None:
        for pair, minutes in self.table.items():
            if minutes < 0:
                raise ValueError(f"{pair[0]} to {pair[1]} takes {minutes} minutes; it must be 0 or more")

    def minutes(self, from_region: str, to_region: str) -> int | None:
        return self.table.get((from_region, to_region), 0 if from_region == to_region else None)

    def matrix(self, from_regions: Sequence[str], to_regions: Sequence[str]) -> Minutes:
        find = self.table.get
        rows = [[find((a, b), 0 if a == b else UNREACHABLE) for b in to_regions] for a in from_regions]
        return np.array(rows, dtype=np.int64).reshape(len(from_regions), len(to_regions))


@dataclass(frozen=True)
class GreatCircleTravel:
    """Times estimated from coordinates: (lon, lat) in degrees by region.

    A region without a point is unreachable from every other.
    """

    points: Mapping[str, tuple[float, float]]

    def __post_init__(self) -> None:
        for region, (lon, lat) in self.points.items():
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise ValueError(f"{region} lies at {lon}, {lat}; allowed are -180 to 180 and -90 to 90")

    def minutes(self, from_region: str, to_region: str) -> int | None:
        found = int(self.matrix((from_region,), (to_region,))[0, 0])
        return None if found == UNREACHABLE else found

    def matrix(self, from_regions: Sequence[str], to_regions: Sequence[str]) -> Minutes:
        nowhere = (np.nan, np.nan)
        starts = np.array([self.points.get(r, nowhere) for r in from_regions], dtype=float).reshape(-1, 2)
        ends = np.array([self.points.get(r, nowhere) for r in to_regions], dtype=float).reshape(-1, 2)
        known = ~np.isnan(starts[:, :1]) & ~np.isnan(ends[:, 0])
        found = great_circle_minutes(*(np.nan_to_num(starts).T[:, :, None]), *(np.nan_to_num(ends).T[:, None, :]))
        same = np.array(from_regions, dtype=object)[:, None] == np.array(to_regions, dtype=object)
        return np.where(same, 0, np.where(known, found, UNREACHABLE)).astype(np.int64)


def great_circle_minutes(
    lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike, detour_percent: int = DETOUR_PERCENT
) -> Minutes:
    """Great-circle distance x 1.35 at 60 km/h, rounded to whole minutes; degrees in, broadcast shapes.

    Haversine form, exact enough at short distances (R. W. Sinnott, Sky and Telescope 68, 1984).
    """
    x1, y1, x2, y2 = (np.radians(np.asarray(value, dtype=float)) for value in (lon1, lat1, lon2, lat2))
    half = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    minutes: Minutes = np.rint(km * detour_percent / 100 * 60 / SPEED_KM_PER_HOUR).astype(np.int64)
    return minutes


def travel_matrix(travel: Travel, from_regions: Sequence[str], to_regions: Sequence[str]) -> Minutes:
    """All times of a travel, shape (from, to), -1 = no way; asks pair by pair only if it must."""
    if isinstance(travel, TravelMatrix):
        return travel.matrix(from_regions, to_regions)
    found = [[travel.minutes(a, b) for b in to_regions] for a in from_regions]
    rows = [[UNREACHABLE if minutes is None else minutes for minutes in row] for row in found]
    return np.array(rows, dtype=np.int64).reshape(len(from_regions), len(to_regions))
