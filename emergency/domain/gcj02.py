"""GCJ-02, the shifted coordinates of Chinese web maps, back to WGS84.

The shift of 100 to 700 m is a published formula on the Krasovsky 1940 ellipsoid, applied in China
only. It has no closed inverse: a few steps of correction bring the error below a centimetre.
Source of the constants: the transformation as implemented in public since 2010 (among others in
the projects eviltransform and prcoords); checked here against their printed example points.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

AXIS_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# The formula is switched off outside this box, degrees.
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
_STEPS = 5


def to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS84 degrees to GCJ-02 degrees, shape kept; points outside China and NaN stay as they are."""
    inside = (lon > WEST) & (lon < EAST) & (lat > SOUTH) & (lat < NORTH)
    east, north = _shift(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to WGS84 degrees, shape kept."""
    found_lon, found_lat = lon, lat
    for _ in range(_STEPS):
        there_lon, there_lat = to_gcj02(found_lon, found_lat)
        found_lon, found_lat = found_lon + (lon - there_lon), found_lat + (lat - there_lat)
    return found_lon, found_lat


def _shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """How far GCJ-02 lies from WGS84, degrees east and north."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east_m += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north_m += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    metres_north = AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    metres_east = AXIS_M / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east_m / metres_east), np.degrees(north_m / metres_north)
