"""The region of most points without looking at an outline.

The map is cut into small cells. No outline passes through most of them, so such a cell lies in one and the
same regions throughout, and neighbouring cells without an outline between them lie in the same: one exact
look answers for all of them. Only points in the other cells are looked at one by one. The answers are those
of the exact look, to the last point.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int32]

CELLS = 2_000_000  # 8 MB; counties of the United States: a fifth of the points are left to look at
LOOK = -1  # the cell does not say; look at the outlines
# Where regions stand far apart (Alaska, Guam), the cells are spent on the ninety-six parts of a hundred between.
_HEART = (2, 98)
_AROUND = 1.0  # degrees
# Beyond what cutting a line in pieces may move it, in degrees: a tenth of a millimetre.
_ROUNDING = 1e-9


def _heart(degrees: Floats) -> tuple[float, float]:
    low, high = np.percentile(degrees, _HEART)
    return float(low) - _AROUND, float(high) + _AROUND


class Grid:
    """Cells of one level.

    Args:
        shapes: outlines of the regions.
        lon, lat: a point of each region, degrees WGS84.
        snap_degrees: how far off a coast a point still belongs to it; such cells do not say.
        exact: longitudes, latitudes → index of the region, ``len(shapes)`` for none, without snapping.
    """

    def __init__(
        self, shapes: Any, lon: Floats, lat: Floats, snap_degrees: float, exact: Callable[[Floats, Floats], Any]
    ) -> None:
        self.west, east = _heart(lon)
        self.south, north = _heart(lat)
        self.size = float(np.sqrt((east - self.west) * (north - self.south) / CELLS))
        self.shape = (ceil((north - self.south) / self.size), ceil((east - self.west) / self.size))
        self.cells = self._said(self._crossed(shapes), len(shapes), snap_degrees, exact)

    def look(self, lon: Floats, lat: Floats) -> Indices:
        """Index of the region of each point, the number of regions for none, LOOK where the cell does not say."""
        row, column = self._row(lat), self._column(lon)
        inside = (row >= 0) & (row < self.shape[0]) & (column >= 0) & (column < self.shape[1])
        at = np.where(inside, row * self.shape[1] + column, 0)
        return np.where(inside, self.cells.take(at), np.int32(LOOK))

    def _row(self, lat: Floats) -> npt.NDArray[np.int64]:
        return np.floor((lat - self.south) / self.size).astype(np.int64)

    def _column(self, lon: Floats) -> npt.NDArray[np.int64]:
        return np.floor((lon - self.west) / self.size).astype(np.int64)

    def _crossed(self, shapes: Any) -> npt.NDArray[np.bool_]:
        """Cells that an outline passes through or comes next to."""
        rings = shapely.get_parts(shapely.boundary(shapes))
        pieces = shapely.segmentize(rings, 0.9 * self.size)  # none reaches over more than one border of cells
        points, ring = shapely.get_coordinates(pieces, return_index=True)
        together = ring[1:] == ring[:-1]
        low = np.minimum(points[1:], points[:-1])[together] - _ROUNDING
        high = np.maximum(points[1:], points[:-1])[together] + _ROUNDING
        crossed = np.zeros(self.shape, dtype=bool)
        for y in (self._row(low[:, 1]), self._row(high[:, 1])):
            for x in (self._column(low[:, 0]), self._column(high[:, 0])):
                inside = (y >= 0) & (y < self.shape[0]) & (x >= 0) & (x < self.shape[1])
                crossed[y[inside], x[inside]] = True
        return crossed

    def _said(
        self,
        crossed: npt.NDArray[np.bool_],
        regions: int,
        snap_degrees: float,
        exact: Callable[[Floats, Floats], Any],
    ) -> Indices:
        patch, patches = ndimage.label(~crossed)
        # One cell of each patch of connected cells, whichever was written last.
        cell = np.zeros(patches + 1, dtype=np.int64)
        cell[patch.ravel()] = np.arange(patch.size)
        row, column = np.divmod(cell, self.shape[1])
        found = exact(self.west + (column + 0.5) * self.size, self.south + (row + 0.5) * self.size)
        said = found.astype(np.int32)[patch]
        reach = ceil(snap_degrees / self.size) + 1
        coast = ndimage.maximum_filter(crossed, size=2 * reach + 1) if snap_degrees else crossed
        said[crossed | (coast & (said == regions))] = LOOK
        return said.ravel()
