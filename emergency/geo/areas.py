"""An area drawn on a map: which points lie in it."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from emergency.texts import Message

Floats = npt.NDArray[np.float64]
MOST_CHARACTERS = 1_000_000


class AreaFault(ValueError):
    """A text that is no area; the message says how one is written."""

    def __init__(self) -> None:
        self.message = Message(
            "the area cannot be read: give at least three corners, one `longitude,latitude` a line, "
            "or a GeoJSON polygon"
        )
        super().__init__(str(self.message))


def area(text: str) -> BaseGeometry:
    """A polygon from corners, one ``longitude,latitude`` (degrees WGS84) a line, or from GeoJSON.

    Raises:
        AreaFault: it is neither, is empty, or leaves the globe.
    """
    if len(text) > MOST_CHARACTERS:
        raise AreaFault
    try:
        shape = shapely.from_geojson(_geometry(text)) if text.lstrip().startswith("{") else _corners(text)
        shape = shapely.make_valid(shape)
    except (ValueError, shapely.errors.GEOSException, RecursionError, KeyError, TypeError) as error:
        raise AreaFault from error
    west, south, east, north = shape.bounds
    if not shape.area or not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise AreaFault
    return shape


def _geometry(text: str) -> str:
    found = json.loads(text)
    if found.get("type") == "FeatureCollection":
        shapes = [f["geometry"] for f in found["features"]]
        return json.dumps({"type": "GeometryCollection", "geometries": shapes})
    return json.dumps(found["geometry"] if found.get("type") == "Feature" else found)


def _corners(text: str) -> BaseGeometry:
    pairs = [line.replace("，", ",").replace(";", ",").split(",") for line in text.splitlines() if line.strip()]
    return shapely.Polygon([(float(lon), float(lat)) for lon, lat in pairs])


def within(text: str, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Which points lie in the area or on its edge; shape (n,)."""
    shape = area(text)
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, np.asarray(lon, float), np.asarray(lat, float)), dtype=bool)


def bounds(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north of the area, degrees."""
    west, south, east, north = area(text).bounds
    return float(west), float(south), float(east), float(north)
