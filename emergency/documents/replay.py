"""A drill on a map, hour by hour, as one HTML file that asks nothing of any network.

The map is made by folium; Leaflet is written into the file from the package XStatic-Leaflet, and there are no
tiles. Everything that moves is data in a JSON block which a short script of our own reads.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import xstatic.pkg.leaflet
from branca.element import Element, MacroElement
from jinja2 import Template

from emergency.texts import Speaker

LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
OURS = Path(__file__).parent
GROUND = {"color": "#b8c2cc", "weight": 1, "fillColor": "#eef2f5", "fillOpacity": 1}
OUTLINE = {"color": "#aab4bf", "weight": 1, "fillColor": "#f6f8fa", "fillOpacity": 1}
MADE_UP = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")  # the names folium draws for its elements
PADDING_DEGREES = 0.3


@dataclass(frozen=True)
class Place:
    """A region: a point inside it in degrees WGS84, and its outline as GeoJSON where it may be drawn."""

    code: str
    name: str
    lon: float
    lat: float
    outline: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Frame:
    """One moment. claims, people: region -> how many. happened: what was new since the frame before."""

    label: str
    claims: Mapping[str, int]
    people: Mapping[str, int]
    happened: Sequence[str] = ()


@dataclass(frozen=True)
class Replay:
    """mark: the watermark; credit: where regions and their outlines come from. ground: outlines under it all."""

    title: str
    mark: str
    credit: str
    places: Sequence[Place]
    frames: Sequence[Frame]
    ground: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        if not self.places or not self.frames:
            raise ValueError("a replay needs at least one place and one moment")
        strangers = {code for f in self.frames for code in (*f.claims, *f.people)} - {p.code for p in self.places}
        if strangers:
            raise ValueError(f"the replay has no place for {', '.join(sorted(strangers)[:3])}")


def esc(text: str) -> str:
    """Text that stays text in HTML, in an attribute, in a JavaScript template literal and in a template."""
    safe = html.escape(text).replace("\\", "&#92;").replace("`", "&#96;")
    # folium reads what it is given as a template once more: no brace may stand there either.
    safe = safe.replace("{", "&#123;")
    return safe.replace("\u2028", "&#8232;").replace("\u2029", "&#8233;")


def replay_html(replay: Replay, say: Speaker) -> str:
    """The whole page; the same replay gives the same text."""
    made = folium.Map(location=[0, 0], tiles=None, zoom_control=True, attr="")
    made.default_js, made.default_css = [], []  # these would be fetched from elsewhere
    _draw(made, replay.ground, GROUND)
    _draw(made, [place.outline for place in replay.places if place.outline], OUTLINE)
    made.add_child(_Moving(replay, say))
    figure: Any = made.get_root()
    figure.title = esc(replay.title)
    figure.header.add_child(Element(_verbatim(_head())), name="leaflet")
    return _numbered(figure.render())


def _draw(made: folium.Map, outlines: Sequence[Mapping[str, Any]], style: Mapping[str, Any]) -> None:
    if outlines:
        features = [{"type": "Feature", "id": n, "properties": {}, "geometry": one} for n, one in enumerate(outlines)]
        shapes = {"type": "FeatureCollection", "features": features}
        folium.GeoJson(shapes, style_function=lambda _: style, interactive=False).add_to(made)


def _head() -> str:
    """Leaflet as installed, without the pictures and maps of sources it would ask for, and our style."""
    style = re.sub(r"url\([^)]*\)", "none", _text(LEAFLET / "leaflet.css"))
    script = re.sub(r"//# sourceMappingURL=.*", "", _text(LEAFLET / "leaflet.js"))
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<style>{style}\n{_text(OURS / 'replay.css')}</style>\n<script>{script}</script>"
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _verbatim(text: str) -> str:
    """Keep a template engine from reading what happens to look like one of its commands."""
    return "{% raw %}" + text + "{% endraw %}"


def _numbered(page: str) -> str:
    """The page with the random names of its elements replaced by their order."""
    names = {name: f"{place:032d}" for place, name in enumerate(dict.fromkeys(MADE_UP.findall(page)), 1)}
    return MADE_UP.sub(lambda found: names[found.group()], page)


class _Moving(MacroElement):
    """The slider, the list of what happened, and the circles and squares that follow them."""

    _template = Template(
        "{% macro html(this, kwargs) %}{{ this.page }}{% endmacro %}"
        "{% macro script(this, kwargs) %}{{ this.code }}({{ this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self, replay: Replay, say: Speaker) -> None:
        super().__init__()
        self._name = "Moving"
        self.page = _page(replay, say)
        self.code = f"({_text(OURS / 'replay.js')})"


def _page(replay: Replay, say: Speaker) -> str:
    words = {
        "{{title}}": replay.title,
        "{{mark}}": replay.mark,
        "{{credit}}": replay.credit,
        "{{play}}": say("Play"),
        "{{time}}": say("Time"),
        "{{claims}}": say("Open claims"),
        "{{people}}": say("Adjusters here"),
        "{{happened}}": say("What happened so far"),
        "{{legend}}": say(
            "Circle: open claims, by area. Square: adjusters in the region. Positions are points inside each region."
        ),
        "{{last}}": str(len(replay.frames) - 1),
    }
    words = {gap: esc(text) for gap, text in words.items()} | {"{{data}}": _data(replay, say)}
    return re.sub(r"\{\{\w+\}\}", lambda gap: words[gap.group()], _text(OURS / "replay.html"))


def _data(replay: Replay, say: Speaker) -> str:
    """What moves, as JSON that cannot end the script element it stands in."""
    codes = {place.code: number for number, place in enumerate(replay.places)}
    lons, lats = [p.lon for p in replay.places], [p.lat for p in replay.places]
    found = {
        "places": [[p.name, p.lat, p.lon] for p in replay.places],
        "frames": [
            {
                "label": f.label,
                "claims": {codes[code]: count for code, count in f.claims.items() if count},
                "people": {codes[code]: count for code, count in f.people.items() if count},
                "happened": list(f.happened),
            }
            for f in replay.frames
        ],
        "bounds": [
            [min(lats) - PADDING_DEGREES, min(lons) - PADDING_DEGREES],
            [max(lats) + PADDING_DEGREES, max(lons) + PADDING_DEGREES],
        ],
        # Filled in the page: the gaps are named as here.
        "words": {
            "play": say("Play"),
            "stop": say("Stop"),
            "tip": say("{region}: {claims} open claims, {people} adjusters", **_GAPS),
        },
    }
    text = json.dumps(found, ensure_ascii=True, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")
    # Only inside a string can a brace be followed by one of these, which a template engine would act on.
    return re.sub(r"\{(?=[{%#])", r"\\u007b", text)


_GAPS = {"region": "{region}", "claims": "{claims}", "people": "{people}"}
