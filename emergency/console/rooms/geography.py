"""What the rooms hand to the map: outlines, points, bases, the first view."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from emergency.console.assets import asset_url
from emergency.console.components.dispatch_map import Marker, PointRegion, View
from emergency.console.desk import Desk
from emergency.service.allocation import bases
from emergency.service.response import every_incident

# Degrees shown round a region, at least.
AROUND = 0.7


def geometry_of(desk: Desk) -> dict[str, Any]:
    regions = desk.ctx.regions
    if not regions.has_polygons:
        return {}
    level = desk.ctx.profile.region_level
    coarser = regions.levels[: regions.levels.index(level)]
    return {
        "geometry": asset_url(regions.asset(level)),
        "outlines": [asset_url(regions.asset(name)) for name in coarser[-1:]],
    }


def points_of(desk: Desk) -> list[PointRegion]:
    """Regions as circles, where the set has no outlines."""
    regions = desk.ctx.regions
    if regions.has_polygons:
        return []
    found = []
    for code in regions.codes(desk.ctx.profile.region_level):
        lon, lat = regions.point(code)
        found.append(PointRegion(code, regions.name(code, desk.say.language), lon, lat))
    return found


def markers_of(desk: Desk) -> list[Marker]:
    chinese = desk.say.language == "zh_CN"
    return [
        Marker(b["base_id"], b["lon"], b["lat"], (b["name_zh"] if chinese else "") or b["name"])
        for b in bases(desk.ctx)
    ]


def places_at_work(desk: Desk) -> list[str]:
    """Regions of the map in the provinces where there is a base or an open incident; all of them where there is none.

    A list of every county of a country is slow to send and long to look through.
    """
    regions, level = desk.ctx.regions, desk.ctx.profile.region_level
    named = {b["region"] for b in bases(desk.ctx)}
    for incident in every_incident(desk.ctx, open_only=True):
        named.update(incident.regions)
    inside = {province for code in named if regions.known(code) for province in (code, *regions.ancestors(code))}
    codes = regions.codes(level)
    return [code for code in codes if inside.intersection((code, *regions.ancestors(code)))] or list(codes)


def view_of(desk: Desk, codes: Collection[str] = ()) -> View | None:
    """The first view: the workspace's own, else round the regions something is known of, else everything."""
    if desk.ctx.profile.view:
        return View(*desk.ctx.profile.view)
    return view_round(desk, codes)


def view_round(desk: Desk, codes: Collection[str]) -> View | None:
    """Some regions with what surrounds them; None where the map knows none of them."""
    regions = desk.ctx.regions
    boxes = [_box(desk, code) for code in codes if regions.known(code)]
    if not boxes:
        return None
    west, south, east, north = (min(b[0] for b in boxes), min(b[1] for b in boxes), *_far(boxes))
    # Its surroundings show where it lies.
    wide, high = max(AROUND, (east - west) / 2), max(AROUND, (north - south) / 2)
    return View(west - wide, south - high, east + wide, north + high)


def incident_view(desk: Desk, codes: Collection[str] = ()) -> View | None:
    """The first view where claims are placed or joined: round the chosen incident, else round some regions."""
    incident = desk.incident()
    return view_of(desk, (incident.regions if incident else ()) or codes)


def fit_of(desk: Desk) -> str:
    """A map is fitted anew for another workspace and another incident."""
    incident = desk.incident()
    return f"{desk.ctx.store.name}.{incident.incident_id if incident else ''}"


def _far(boxes: Collection[tuple[float, float, float, float]]) -> tuple[float, float]:
    return max(b[2] for b in boxes), max(b[3] for b in boxes)


def _box(desk: Desk, code: str) -> tuple[float, float, float, float]:
    regions = desk.ctx.regions
    if regions.has_polygons:
        return regions.bounds_of(code)
    lon, lat = regions.point(code)
    return lon, lat, lon, lat


def on_map(desk: Desk, values: Mapping[str, float]) -> dict[str, float]:
    """Figures by region, those of regions finer than the map's added up to the one they lie in."""
    regions, level = desk.ctx.regions, desk.ctx.profile.region_level
    found: dict[str, float] = {}
    for code, value in values.items():
        shown = (regions.at_level(code, level) if regions.known(code) else None) or code
        found[shown] = found.get(shown, 0) + value
    return found
