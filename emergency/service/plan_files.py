"""`emergency plan`: tables in, a plan out, with nothing kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emergency.domain.allocation import AllocationRefused, GreatCircleTravel, allocate
from emergency.domain.allocation.plan_tables import (
    parse_demand,
    parse_incumbent,
    parse_pins,
    parse_pool,
    parse_travel,
    plan_json,
)
from emergency.geo.regions import UnknownRegionSet
from emergency.service.context import Content, Refused

Rows = list[dict[str, str]]


def plan_tables(
    content: Content,
    pool: Rows,
    demand: Rows,
    travel: Rows | None = None,
    incumbent: Rows | None = None,
    pins: Rows | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Plan from tables alone; without a travel table, great circle × 1.35 at 60 km/h.

    Args:
        names: what the tables are called where a fault is told: pool, demand, travel, incumbent, pins.

    Raises:
        TableRefused: every fault of a table, with row and column.
        Refused: tables that contradict one another.
    """
    called = {"pool": "POOL.csv", "demand": "DEMAND.csv", "travel": "TRAVEL.csv", "incumbent": "PLAN.csv"}
    called |= {"pins": "PINS.csv", **(names or {})}
    people, cells = parse_pool(pool, called["pool"]), parse_demand(demand, called["demand"])
    codes = sorted({p.base_region for p in people} | {c.region for c in cells})
    way: Any
    if travel is not None:
        way, note = (
            parse_travel(travel, called["travel"]),
            "travel table as given; a pair it does not name cannot be reached",
        )
    else:
        points = _points(content, codes)
        way = GreatCircleTravel(points)
        note = "great circle x 1.35 at 60 km/h between points in the regions"
        unknown = [c for c in codes if c not in points]
        if unknown:
            note += f"; no place is known for {', '.join(unknown[:5])}, so they are reached from within only"
    try:
        standing = parse_incumbent(incumbent or (), called["incumbent"])
        plan = allocate(people, cells, way, incumbent=standing, pins=parse_pins(pins or (), called["pins"]))
    except AllocationRefused as fault:
        raise Refused(str(fault)) from fault
    return plan_json(plan, note)


def _points(content: Content, codes: Iterable[str]) -> Mapping[str, tuple[float, float]]:
    """Where regions lie: six digits are Chinese (GB/T 2260), fewer American (FIPS)."""
    found = {}
    for code in codes:
        try:
            regions = content.regions.get("cn" if len(code) == 6 else "us")
        except UnknownRegionSet:
            continue
        if regions.known(code):
            found[code] = regions.point(code)
    return found
