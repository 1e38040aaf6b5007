"""Where alerts lie on this workspace's map: on receipt, and anew whenever the map becomes another.

A map becomes another when the workspace takes another region set or level, and when a set is installed
over the one it had: outlines over points, a newer file over an older one. What an alert is placed by,
its shapes and coded places, is kept with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emergency.domain.alert import Area
from emergency.geo import footprint
from emergency.service.context import Context
from emergency.store import alerts as store
from emergency.store.store import Connection, read_setting, write_setting

PLACED = "alerts.placed"  # setting: the map the alerts are placed on, and how far that has come
CHUNK = 50  # alerts in one transaction: others write in between


def map_of(ctx: Context) -> str:
    """The map of the workspace in one word; the files of a region set are named by their content."""
    regions = ctx.regions
    return "/".join((regions.id, ctx.profile.region_level, *(regions.asset(one).name for one in regions.levels)))


def kept_place(areas: Iterable[Area]) -> dict[str, Any]:
    """What the areas of an info block are placed by, as it is stored."""
    whole = list(areas)
    return {
        "shape": footprint.packed(footprint.shape(whole)),
        "geocodes": [list(pair) for area in whole for pair in area.geocodes],
    }


def regions_hit(ctx: Context, place: Mapping[str, Any]) -> list[str]:
    """Codes of the regions a stored place hits: drawn on the map's level, coded on any."""
    regions = ctx.regions
    drawn = footprint.hit(regions, footprint.unpacked(place["shape"]), ctx.profile.region_level)
    coded = Area(geocodes=tuple((system, value) for system, value in place["geocodes"]))
    return sorted({*drawn, *footprint.coded(regions, [coded])})


def note_map(connection: Connection, on_map: str) -> None:
    """Remember the map alerts have just been placed on; where it is another by now, all are placed anew."""
    known = read_setting(connection, PLACED)
    if known is None:
        write_setting(connection, PLACED, {"map": on_map})
    elif known["map"] != on_map:
        write_setting(connection, PLACED, {"map": ""})


def place_again(ctx: Context) -> int:
    """Place every alert on the map as it is now; returns how many alerts of the last chunks hit other regions.

    Nearly free where the map is the one they are placed on. Chunk by chunk, the newest first: a kill
    leaves whole chunks, and the next call goes on.
    """
    if ctx.known_at is not None:
        return 0
    with ctx.store.read() as connection:
        if not store.anything(connection):
            return 0
        known = read_setting(connection, PLACED, {})
    on_map = map_of(ctx)
    if known == {"map": on_map}:
        return 0
    changed, more = 0, True
    while more:
        moved, more = _chunk(ctx, on_map)
        changed += moved
    return changed


def _chunk(ctx: Context, on_map: str) -> tuple[int, bool]:
    """(alerts that hit other regions, is there more to do?)"""
    with ctx.store.write() as connection:
        store.hold(connection)
        known = read_setting(connection, PLACED, {})
        if known == {"map": on_map}:  # another process was faster
            return 0, False
        begun: dict[str, Any] = known if known.get("map") == on_map else {"below": None, "changed": 0}
        rows = store.older(connection, begun["below"], CHUNK)
        moved = [(row["alert_id"], values) for row in rows if (values := _anew(ctx, row))]
        for alert_id, values in moved:
            store.change(connection, alert_id, values)
        changed = begun["changed"] + len(moved)
        more = len(rows) == CHUNK
        done = {"map": on_map} | ({"below": rows[-1]["alert_id"], "changed": changed} if more else {})
        write_setting(connection, PLACED, done)
        if changed and not more:
            body = {"alerts": changed, "regions": ctx.profile.region_set, "level": ctx.profile.region_level}
            ctx.record(connection, "alert.place", ctx.store.name, body)
    return len(moved), more


def _anew(ctx: Context, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What of a stored alert is another on this map; None where nothing is."""
    body = row["body"]
    if "places" not in body:  # taken before places were kept
        return None
    infos = [
        {**info, "regions": regions_hit(ctx, place)} for info, place in zip(body["infos"], body["places"], strict=True)
    ]
    if infos == body["infos"]:
        return None
    return {"regions": all_hit(infos), "body": {**body, "infos": infos}}


def all_hit(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({code for block in blocks for code in block["regions"]})
