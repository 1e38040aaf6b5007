"""The dispatch map: regions by class colour, bases, people and moves, on Leaflet.

Python hands in what is so and is told, before the page is drawn again, what the
operator did. Outlines travel once, by address; a redraw sends figures only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import streamlit as st

from emergency.console.assets import DISPATCH_MAP, LEAFLET, asset_url
from emergency.console.components.dispatch_map.values import (
    Answer,
    Corners,
    Drawing,
    Label,
    Legend,
    Marker,
    Move,
    Moved,
    PointRegion,
    View,
)
from emergency.texts import Speaker

__all__ = [
    "Answer",
    "Drawing",
    "Label",
    "Legend",
    "Marker",
    "Move",
    "Moved",
    "PointRegion",
    "View",
    "dispatch_map",
]


def _component() -> Any:
    parts = {
        "modules": [
            asset_url(DISPATCH_MAP / "dispatch_map.js"),
            asset_url(LEAFLET / "leaflet-src.esm.js"),
            asset_url(DISPATCH_MAP / "marks.js"),
            asset_url(DISPATCH_MAP / "shapes.js"),
            asset_url(DISPATCH_MAP / "drawing.js"),
        ],
        "styles": [asset_url(LEAFLET / "leaflet.css"), asset_url(DISPATCH_MAP / "dispatch_map.css")],
    }
    # The modules are fetched by address, so that the browser keeps them and all maps share one cache.
    loader = f"""
    const parts = {json.dumps(parts)};
    const here = (path) => location.origin + path;
    export default async function (component) {{
      const modules = await Promise.all(parts.modules.map((path) => import(here(path))));
      const [map, leaflet, marks, shapes, drawing] = modules;
      return map.default(component, {{leaflet, marks, shapes, drawing, styles: parts.styles.map(here)}});
    }}"""
    return st.components.v2.component(
        "emergency.dispatch_map",
        html='<div class="dispatch-map" tabindex="0"></div>',
        js=loader,
    )


_mount = _component()


def dispatch_map(
    key: str,
    say: Speaker,
    legend: Legend,
    values: Mapping[str, float],
    *,
    geometry: str | None = None,
    points: Sequence[PointRegion] = (),
    outlines: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    value_texts: Mapping[str, str] | None = None,
    labels: Sequence[Label] = (),
    markers: Sequence[Marker] = (),
    lines: Sequence[Move] = (),
    hatched: Collection[str] = (),
    selected: str | None = None,
    view: View | None = None,
    fit: str = "",
    height: int = 520,
    attribution: str = "",
    tile_url: str | None = None,
    on_picked: Callable[[str | None], None] | None = None,
    on_picked_marker: Callable[[str], None] | None = None,
    on_moved: Callable[[Moved], None] | None = None,
    drawing: Drawing | None = None,
    on_drew: Callable[[Corners], None] | None = None,
) -> Answer:
    """Draw the map and return what the operator did just before this run.

    Act in the callbacks: they run before the page is drawn, so the page already
    shows the result. The map keeps the operator's view until ``fit`` changes, and
    it shows a dropped marker where Python says it is: to refuse a move, leave the
    marker's place as it was.

    Args:
        key: unique on the page; the map survives reruns under it.
        values: region code → figure. Absent is unknown, 0 is nothing; both are pale.
        geometry: address of a GeoJSON file (`asset_url`) whose features carry the
            region code as ``id`` or property ``code``, and ``name``, ``name_en`` or ``name_zh``.
        points: regions without outlines, as circles sized and shaded by value.
        outlines: addresses of GeoJSON lines drawn above the regions, untouchable.
        names: region code → name, where the file's own will not do.
        value_texts: region code → what the tooltip says below the name, instead of layer and figure.
        labels: in order of importance; where there is no room the later ones shrink or hide.
        hatched: codes whose figure is an illustration, not a report.
        view: bounds shown when ``fit`` is new; None shows all regions.
        height: pixels.
        on_picked: gets the code, or None for a click beside all regions.
        drawing: an area above the regions; while it is active a click is a corner and picks nothing.
        on_drew: gets all corners of the area after each change, (longitude, latitude) in degrees.
    """
    data = {
        "geometry": geometry,
        "points": [[p.code, p.name, p.lon, p.lat] for p in points],
        "outlines": list(outlines),
        "values": dict(values),
        "value_texts": dict(value_texts or {}),
        "names": dict(names or {}),
        "legend": {**asdict(legend), "colours": legend.colours},
        "labels": [asdict(label) for label in labels],
        "markers": [asdict(marker) for marker in markers],
        "lines": [{"from": m.origin, "to": m.target, "n": m.count, "label": m.label} for m in lines],
        "hatched": sorted(hatched),
        "selected": selected,
        "view": None if view is None else [view.west, view.south, view.east, view.north],
        "fit": fit,
        "height": height,
        "attribution": attribution,
        "tile_url": tile_url,
        "drawing": None if drawing is None else asdict(drawing),
        "language": "zh-CN" if say.language == "zh_CN" else "en",
        "words": _words(say),
        # The map waits for this echo of its last event before it believes its own drawing again.
        "answered": st.session_state.get(_answered(key)),
    }
    done = _mount(
        key=key,
        data=data,
        height=height,
        on_picked_change=partial(_act, key, "picked", on_picked),
        on_picked_marker_change=partial(_act, key, "picked_marker", on_picked_marker),
        on_moved_change=partial(_act, key, "moved", on_moved),
        on_drew_change=partial(_act, key, "drew", on_drew),
    )
    return Answer(
        picked=_read("picked", done.picked),
        picked_marker=_read("picked_marker", done.picked_marker),
        moved=_read("moved", done.moved),
    )


def _words(say: Speaker) -> dict[str, str]:
    return {
        "map": say("Dispatch map; the tables of this room list the same"),
        "zoom_in": say("Zoom in"),
        "zoom_out": say("Zoom out"),
        "home": say("Back to the whole incident"),
        "no_data": say("no figure"),
        "illustrative": say("illustrative split, not reported"),
        "no_geometry": say("The outlines of the regions could not be loaded. Reload the page."),
    }


def _answered(key: str) -> str:
    return f"{key}:answered"


def _act(key: str, event: str, act: Callable[[Any], None] | None) -> None:
    told = st.session_state[key].get(event)
    if not told:
        return
    st.session_state[_answered(key)] = told["at"]
    if act is not None:
        act(_read(event, told))


def _read(event: str, told: Mapping[str, Any] | None) -> Any:
    """One event of the browser as a value of ours."""
    if not told:
        return None
    if event == "picked":
        return told["code"]
    if event == "picked_marker":
        return told["id"]
    if event == "drew":
        return tuple((float(lon), float(lat)) for lon, lat in told["corners"])
    return Moved(told["id"], float(told["lon"]), float(told["lat"]), told["region"])
