"""What the rooms hand to the map: outlines, points, bases, the first view."""

from __future__ import annotations

from typing import Any

from emergency.console.assets import asset_url
from emergency.console.components.dispatch_map import Marker, PointRegion, View
from emergency.console.desk import Desk
from emergency.service.allocation import bases


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


def view_of(desk: Desk) -> View | None:
    return View(*desk.ctx.profile.view) if desk.ctx.profile.view else None
