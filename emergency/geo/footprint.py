"""The footprint of a warning: its shape on the map, and the regions it hits.

A polygon hits a region when they share area, not when they merely touch: warnings are often drawn
along the borders of the regions they mean. A coded place hits exactly the region of that code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
import shapely.affinity
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from emergency.domain.alert import Area, Circle, Ring
from emergency.geo.regions import RegionSet

EARTH_KM = 6371.0088  # mean radius, IUGG
CORNERS = 48  # of a circle
# Beyond any honest warning: the largest of our stored messages has 150 corners in 4 shapes.
MOST_CORNERS, MOST_SHAPES, FEW_CORNERS = 1_500, 500, 8
# Shared area below this part of the smaller of the two is the noise of two drawings of one border.
LEAST_SHARE = 0.01

_STATE = re.compile(r"(?:US-?)?FIPS-?6?|SAME", re.I)
_UGC = re.compile(r"UGC", re.I)
_CHINA = re.compile(r"GB/?T?\s*-?\s*2260|adcode|行政区划|area ?code", re.I)


def shape(areas: Iterable[Area]) -> BaseGeometry:
    """The union of polygons and circles, without what is taken out; empty where there is none.

    Outlines of very many corners are thinned first: a hostile one could cross itself a hundred
    million times. Of more than MOST_SHAPES shapes the box around them all is taken.
    """
    whole = list(areas)
    rings = [ring for area in whole for ring in area.rings]
    circles = [circle for area in whole for circle in area.circles]
    if not rings and not circles:
        return shapely.GeometryCollection()
    if len(rings) + len(circles) > MOST_SHAPES:
        return _around(rings, circles)
    found = shapely.union_all([_polygon(ring) for ring in _thinned(rings)] + [_circle(circle) for circle in circles])
    holes = [_polygon(ring) for ring in _thinned([ring for area in whole for ring in area.excluded][:MOST_SHAPES])]
    return shapely.difference(found, shapely.union_all(holes)) if holes else found


def _thinned(rings: list[Ring]) -> list[Ring]:
    """The rings, every n-th corner of the long ones where there are more than MOST_CORNERS in all."""
    step = math.ceil(sum(map(len, rings)) / MOST_CORNERS) if rings else 1
    return [ring if step == 1 or len(ring) <= FEW_CORNERS else _every(ring, step) for ring in rings]


def _every(ring: Ring, step: int) -> Ring:
    """Every n-th corner, at least FEW_CORNERS of them, closed; the hull where that loses a tenth of the area."""
    kept = _strided(ring, step)
    if abs(_enclosed(kept)) >= 0.9 * abs(_enclosed(ring)):
        return kept
    hull = shapely.convex_hull(shapely.MultiPoint(ring))
    return _strided(tuple((x, y) for x, y in shapely.get_coordinates(hull)), step) if hull.area else kept


def _strided(ring: Ring, step: int) -> Ring:
    kept = ring[: -1 : min(step, max(1, len(ring) // FEW_CORNERS))]
    return (*kept, kept[0])


def _enclosed(ring: Ring) -> float:
    """Signed area in square degrees."""
    x, y = np.array(ring).T
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2


def _around(rings: list[Ring], circles: list[Circle]) -> BaseGeometry:
    corners = [corner for ring in rings for corner in ring] + [(c.lon, c.lat) for c in circles]
    return shapely.box(*np.min(corners, axis=0), *np.max(corners, axis=0))


def geojson(geometry: BaseGeometry) -> dict[str, Any] | None:
    """The shape as a GeoJSON geometry, rounded to about ten metres; None where it is empty."""
    if geometry.is_empty:
        return None
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 4))
    return dict(shapely.geometry.mapping(rounded))


def packed(geometry: BaseGeometry) -> str:
    """The shape as text without loss (hexadecimal WKB), "" where it is empty: to be held against another map later."""
    return "" if geometry.is_empty else str(shapely.to_wkb(geometry, hex=True))


def unpacked(text: str) -> BaseGeometry:
    return shapely.from_wkb(text) if text else shapely.GeometryCollection()


def middle(geometry: BaseGeometry) -> tuple[float, float] | None:
    """Longitude and latitude of a point inside, for a mark on the map."""
    if geometry.is_empty:
        return None
    point = geometry.representative_point()
    return float(point.x), float(point.y)


def hit(regions: RegionSet, geometry: BaseGeometry, level: str) -> tuple[str, ...]:
    """Codes of the regions of one level that share area with the shape, ascending.

    A set without outlines cannot tell and answers with none.
    """
    if geometry.is_empty or not regions.has_polygons:
        return ()
    frame = regions.frame(level)
    shapes = np.asarray(frame.geometry.values)
    shapely.prepare(geometry)
    near = np.flatnonzero(shapely.intersects(geometry, shapes))
    if geometry.area:
        near = near[_shared(geometry, shapes[near])]
    return tuple(sorted(str(code) for code in frame["code"].to_numpy()[near]))


def _shared(geometry: BaseGeometry, shapes: Any) -> Any:
    common = shapely.area(shapely.intersection(geometry, shapely.make_valid(shapes)))
    return common >= LEAST_SHARE * np.minimum(shapely.area(shapes), geometry.area)


def coded(regions: RegionSet, areas: Iterable[Area]) -> tuple[str, ...]:
    """Codes of the regions named by coded places that the set knows, ascending.

    Read are GB/T 2260, the county numbers of FIPS and SAME (``PSSCCC``, P a part of the county),
    and county codes of the weather service's UGC (``TXC201``).
    """
    found: set[str] = set()
    for area in areas:
        for system, value in area.geocodes:
            found.update(code for one in re.split(r"[\s,;]+", value) for code in _codes(regions, system, one))
    return tuple(sorted(found))


def _codes(regions: RegionSet, system: str, value: str) -> Iterable[str]:
    if _CHINA.search(system) and re.fullmatch(r"\d{6}(\d{3}|\d{6})?", value):
        return filter(regions.known, [value[:6]])
    if _STATE.search(system) and re.fullmatch(r"\d{5,6}", value):
        county = value[-5:]
        # Counties numbered 000 mean the whole state.
        return filter(regions.known, [county[:2] if county.endswith("000") else county])
    if _UGC.search(system) and re.fullmatch(r"[A-Z]{2}C\d{3}", value):
        state = _states(regions).get(value[:2])
        return filter(regions.known, [f"{state}{value[3:]}"]) if state else ()
    return ()


def _states(regions: RegionSet) -> dict[str, str]:
    frame = regions.frame(regions.levels[0])
    return {letters: code for letters, code in zip(frame["abbreviation"], frame["code"], strict=True) if letters}


def _polygon(ring: Ring) -> BaseGeometry:
    return _on_the_map(_unrolled(ring))


def _unrolled(ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The ring without its jump at 180°, going on beyond it instead."""
    found: list[tuple[float, float]] = []
    for lon, lat in ring:
        turns = round((found[-1][0] - lon) / 360) if found else 0
        found.append((lon + 360 * turns, lat))
    return found


def _on_the_map(ring: list[tuple[float, float]]) -> BaseGeometry:
    """A valid shape within ±180°: what goes beyond comes in again on the other side."""
    whole = shapely.make_valid(shapely.Polygon(ring))
    if whole.bounds[0] >= -180 and whole.bounds[2] <= 180:
        return whole
    parts = []
    for turn in (-360, 0, 360):
        part = shapely.intersection(whole, shapely.box(turn - 180, -90, turn + 180, 90))
        parts.append(shapely.affinity.translate(part, -turn))
    return shapely.union_all(parts)


def _circle(circle: Circle) -> BaseGeometry:
    """A circle on the sphere; a place where its radius is 0."""
    if circle.km == 0:
        return shapely.Point(circle.lon, circle.lat)
    away = circle.km / EARTH_KM
    if abs(circle.lat) + math.degrees(away) >= 90:  # a pole lies inside: everything round it
        edge = circle.lat - math.copysign(math.degrees(away), circle.lat)
        return shapely.box(-180, min(edge, math.copysign(90, edge)), 180, max(edge, math.copysign(90, edge)))
    lat, bearing = math.radians(circle.lat), np.linspace(0, 2 * math.pi, CORNERS + 1)
    lats = np.arcsin(math.sin(lat) * math.cos(away) + math.cos(lat) * math.sin(away) * np.cos(bearing))
    turned = np.arctan2(np.sin(bearing) * math.sin(away) * math.cos(lat), math.cos(away) - math.sin(lat) * np.sin(lats))
    ring = [(circle.lon + math.degrees(t), math.degrees(p)) for t, p in zip(turned, lats, strict=True)]
    return _on_the_map([*ring[:-1], ring[0]])
