"""How a region set lies on disk: one descriptor, and for each level a table and a map file.

``us.json`` names the levels from coarse to fine; ``us-counties.parquet`` (GeoParquet,
zstd) is read by Python, ``us-counties.<hash>.geojson`` by the browser, which may keep it
for ever because another content has another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

COLUMNS = ("code", "name", "name_zh", "parent", "abbreviation", "lon", "lat", "geometry")
GRID_DEGREES = 1e-4  # 4 decimals, about 11 m: finer than any outline we draw


@dataclass(frozen=True)
class LevelFiles:
    """One level: its name, its table and its map file, both beside the descriptor."""

    level: str
    table: str
    asset: str
    regions: int


@dataclass(frozen=True)
class Descriptor:
    """What is known of a region set before it is loaded.

    Attributes:
        id: name used by workspaces and mappings.
        title: English title, an identifier in the catalogues where we ship the set.
        levels: coarse to fine.
        has_polygons: False where a region is only a point; nothing can be located then.
        snap_degrees: a point outside all outlines but this near to one belongs to it:
            outlines are generalised, and a house on the quay must not fall into the sea.
        source: where the outlines come from, said on the map.
        licence: what its publisher says, in a few words.
    """

    id: str
    title: str
    levels: tuple[LevelFiles, ...]
    has_polygons: bool
    snap_degrees: float = 0.0
    source: str = ""
    licence: str = ""

    @classmethod
    def read(cls, path: Path) -> Descriptor:
        """A room asks a hundred times; a file that has not changed is read once."""
        found = path.stat()
        return _descriptor(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=64)
def _descriptor(path: Path, _changed_ns: int, _size: int) -> Descriptor:
    raw = json.loads(path.read_text(encoding="utf-8"))
    levels = tuple(LevelFiles(**level) for level in raw.pop("levels"))
    return Descriptor(levels=levels, **raw)


def listing(folder: Path) -> tuple[int, tuple[str, ...]]:
    """When a folder was last changed, and its files: two changes in one tick of the clock differ in these."""
    try:
        return folder.stat().st_mtime_ns, tuple(sorted(os.listdir(folder)))
    except OSError:
        return 0, ()


def described(folders: Iterable[Path], gives_way: str) -> dict[str, Path]:
    """Id → descriptor of every set in some folders; a file of the name ``gives_way`` to others of its id."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(sorted(folder.glob("*.json")), key=lambda p: p.stem != gives_way):
            found[Descriptor.read(path).id] = path
    return found


def write_set(
    folder: Path,
    frames: Mapping[str, gpd.GeoDataFrame],
    *,
    id: str,
    title: str,
    stems: Mapping[str, str],
    snap_degrees: float = 0.0,
    source: str = "",
    licence: str = "",
    descriptor: str | None = None,
) -> Path:
    """Write a whole set; the descriptor comes last, so a half-written set is never seen.

    Args:
        frames: level (coarse to fine) → frame with COLUMNS, WGS84.
        stems: level → file name without ending.
        descriptor: name of the descriptor's file without ending, the set's id unless given.

    Returns:
        Path of the descriptor.
    """
    folder.mkdir(parents=True, exist_ok=True)
    levels = tuple(_write_level(folder, level, stems[level], frame) for level, frame in frames.items())
    polygons = all(bool((shapely.area(f.geometry.values) > 0).any()) for f in frames.values())
    found = Descriptor(id, title, levels, polygons, snap_degrees, source, licence)
    path = folder / f"{descriptor or id}.json"
    _put(path, (json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n").encode())
    _sweep(folder, levels)
    return path


def _write_level(folder: Path, level: str, stem: str, frame: gpd.GeoDataFrame) -> LevelFiles:
    frame = frame.sort_values("code").reset_index(drop=True)[list(COLUMNS)]
    table = folder / f"{stem}.parquet"
    part = table.with_suffix(".part")
    frame.to_parquet(part, compression="zstd", index=False)
    os.replace(part, table)
    content = geojson(frame)
    asset = folder / f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.geojson"
    _put(asset, content)
    return LevelFiles(level, table.name, asset.name, len(frame))


def _sweep(folder: Path, levels: tuple[LevelFiles, ...]) -> None:
    """Remove map files of the same levels with an older content."""
    for level in levels:
        for old in folder.glob(f"{Path(level.table).stem}.*.geojson"):
            if old.name != level.asset:
                old.unlink()


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def geojson(frame: gpd.GeoDataFrame) -> bytes:
    """A FeatureCollection with four decimals; a feature's id is the region's code."""
    rounded = shapely.set_precision(frame.geometry.values, GRID_DEGREES, mode="pointwise")
    features = [
        _feature(row, shape)
        for row, shape in zip(frame.itertuples(index=False), shapely.to_geojson(rounded), strict=True)
    ]
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n").encode()


def _feature(row: object, shape: str) -> str:
    fields = ("name", "name_zh", "parent")
    properties = {f: getattr(row, f) for f in fields if getattr(row, f)}
    packed = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    code = json.dumps(row.code)  # type: ignore[attr-defined]
    return f'{{"type":"Feature","id":{code},"properties":{packed},"geometry":{shape}}}'


def with_points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with ``lon`` and ``lat`` of a point inside each region.

    A point already given is kept where it lies in its region: publishers put it
    where a reader looks for the name.
    """
    shapes = frame.geometry.values
    inside = shapely.point_on_surface(shapes)
    lon, lat = shapely.get_x(inside), shapely.get_y(inside)
    if "lon" in frame and "lat" in frame:
        given_lon, given_lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
        kept = shapely.intersects_xy(shapes, given_lon, given_lat)
        lon, lat = np.where(kept, given_lon, lon), np.where(kept, given_lat, lat)
    return frame.assign(lon=np.round(lon, 5), lat=np.round(lat, 5))
