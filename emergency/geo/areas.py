"""An area drawn on a map: which points lie in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

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
            "the area cannot be read: draw at least three corners, write one `longitude, latitude` a line, "
            "or paste a GeoJSON polygon"
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
    return shapely.Polygon(corners(text))


def corners(text: str) -> list[tuple[float, float]]:
    """The corners as (longitude, latitude), one to a line; of GeoJSON none.

    Corners that leave the globe as longitude, latitude and do not the other way round were
    written the other way round, as maps on the web copy them.

    Raises:
        ValueError: a line that is no corner.
    """
    if text.lstrip().startswith("{"):
        return []
    lines = (re.split(r"[,，;；\s]+", line.strip(" \t,;()[]")) for line in text.splitlines() if line.strip())
    pairs = [(float(first), float(second)) for first, second in lines]
    beyond = any(abs(second) > 90 for _, second in pairs)
    return [(second, first) for first, second in pairs] if beyond else pairs


def written(points: Iterable[tuple[float, float]]) -> str:
    """Corners as text, the form `area` reads."""
    return "\n".join(f"{lon}, {lat}" for lon, lat in points)


def geojson(text: str) -> dict[str, Any]:
    """The area as a GeoJSON geometry.

    Raises:
        AreaFault: it is none.
    """
    found: dict[str, Any] = json.loads(shapely.to_geojson(area(text)))
    return found


def within(text: str, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Which points lie in the area or on its edge; shape (n,)."""
    shape = area(text)
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, np.asarray(lon, float), np.asarray(lat, float)), dtype=bool)


def bounds(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north of the area, degrees."""
    west, south, east, north = area(text).bounds
    return float(west), float(south), float(east), float(north)
