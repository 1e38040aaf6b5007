"""The figures of the trial page: a grid small enough to count by hand, or counties of Texas."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Seven attacks on a text's way into a page; each would set window.hit if it ran.
PAYLOADS = (
    "<img src=x onerror=window.hit=1>",
    "`+(window.hit=2)+`",
    "</script><script>window.hit=3</script>",
    "${window.hit=4}",
    "\\`+(window.hit=5)+\\`",
    "\"'><svg onload=window.hit=6>",
    "\u2028<b onmouseover=window.hit=7>x</b>",
)


@dataclass(frozen=True)
class Place:
    id: str
    lon: float
    lat: float
    name: str
    name_zh: str
    kind: str
    draggable: bool = False


@dataclass(frozen=True)
class World:
    values: dict[str, float]
    places: dict[str, tuple[float, float]]
    labels: tuple[tuple[str, str, str], ...]
    markers: tuple[Place, ...]
    moves: tuple[tuple[tuple[float, float], tuple[float, float], int], ...]
    hatched: frozenset[str]
    view: tuple[float, float, float, float]


def grid() -> dict[str, object]:
    """Sixteen squares of one degree, R00 in the south-west to R33 in the north-east, and a place without area."""

    def square(x: int, y: int) -> dict[str, object]:
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        return {
            "type": "Feature",
            "id": f"R{x}{y}",
            "properties": {"name": f"Square {x}{y}", "name_zh": f"方格{x}{y}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    dot = {
        "type": "Feature",
        "id": "DOT",
        "properties": {"name": "Dot"},
        "geometry": {"type": "Point", "coordinates": [4.5, 2.0]},
    }
    squares = [square(x, y) for x in range(4) for y in range(4)]
    return {"type": "FeatureCollection", "features": [*squares, dot]}


@cache
def world(regions: Path) -> World:
    features = json.loads(regions.read_text("utf-8"))["features"]
    codes = [str(f.get("id") or f["properties"]["code"]) for f in features]
    return texas(codes) if "48201" in codes else small(codes)


def small(codes: list[str]) -> World:
    values = {code: float(10 * n) for n, code in enumerate(codes) if n != 1}
    return World(
        values,
        {f"R{x}{y}": (x + 0.5, y + 0.5) for x in range(4) for y in range(4)},
        (("R22", "9/15", "short"), ("R11", "4/4", "ok")),
        (
            Place("base", 0.5, 3.5, "North base", "北部基地", "base"),
            Place("ann", 3.5, 0.5, "Ann", "安", "adjuster", True),
        ),
        (((0.5, 3.5), (2.5, 2.5), 7),),
        frozenset({"R33"}),
        (0, 0, 4, 4),
    )


def texas(codes: list[str]) -> World:
    values = {c: float(int(c) * 7919 % 97) for c in codes if c.startswith("48") and int(c) % 3}
    values |= {
        "48201": 6204,
        "48167": 902,
        "48361": 611,
        "48245": 1204,
        "48339": 640,
        "48157": 300,
        "48039": 760,
    }
    values |= {c: 150.0 for c in codes if c.startswith("48") and int(c) % 11 == 0}
    labels = (
        ("48201", "96/128", "short"),
        ("48245", "12/20", "short"),
        ("48361", "9/15", "short"),
        ("48339", "14/14", "ok"),
        ("48157", "17/18", "late"),
        ("48167", "22/22", "ok"),
        ("48039", "13/13", "ok"),
    )
    markers = (
        Place("sa", -98.49, 29.42, "San Antonio base", "圣安东尼奥基地", "base"),
        Place("au", -97.74, 30.27, "Austin base", "奥斯汀基地", "base"),
        Place("br", -96.37, 30.67, "Bryan base", "布赖恩基地", "base"),
        Place("lc", -93.2, 30.2, "Lake Charles base", "莱克查尔斯基地", "base"),
        Place("chen", -96.0, 29.0, "Chen Yu", "陈宇", "adjuster", True),
        Place("wang", -95.2, 28.7, "Wang Fang", "王芳", "adjuster", True),
    )
    harris, jefferson, orange = (-95.39, 29.86), (-94.15, 29.86), (-93.9, 30.12)
    moves = (
        ((-98.49, 29.42), harris, 14),
        ((-97.74, 30.27), harris, 10),
        ((-96.37, 30.67), jefferson, 8),
        ((-93.2, 30.2), orange, 6),
    )
    return World(values, {}, labels, markers, moves, frozenset({"48321", "48481"}), (-99.2, 27.4, -92.8, 31.1))
