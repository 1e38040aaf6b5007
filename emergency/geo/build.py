"""Build region sets from files: the shipped one of the United States, and a customer's own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from emergency.geo.files import with_points, write_set
from emergency.geo.outlines import Cleaning, clean, dissolve, simplify

US_TOLERANCE = 0.01
US_COUNTIES = 3_231
ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
READERS = (".geojson", ".json", ".gpkg", ".parquet")


class BoundaryFault(Exception):
    """A boundary file that cannot be used; the message says why and what to do."""


def build_us(topology: Path, names: Path, folder: Path) -> tuple[Path, Cleaning]:
    """Build the set ``us`` from ``counties-10m.json`` of the npm package us-atlas 3.0.1.

    Args:
        topology: TopoJSON with the objects counties and states (Census outlines, 2017 edition).
        names: CSV code, level, name, name_zh, abbreviation: Chinese names and state letters.
        folder: where the set is written.

    Returns:
        The descriptor's path, and what cleaning changed.
    """
    words = pd.read_csv(names, dtype=str, keep_default_na=False).set_index("code")
    counties = gpd.read_file(topology, layer="counties").sort_values("id").reset_index(drop=True)
    states = gpd.read_file(topology, layer="states").set_index("id")["name"]
    shapes, done = clean(counties.geometry.values)
    drawn = simplify(shapes, US_TOLERANCE)
    state_codes, state_shapes = dissolve(drawn, counties["id"].str[:2])
    for row in np.flatnonzero(shapely.is_empty(drawn)):
        drawn[row] = _first_point(topology, counties["id"][row])
    letters = words["abbreviation"]
    frames = {
        "state": _frame(state_codes, [states[c] for c in state_codes], state_shapes, words, letters, ""),
        "county": _frame(
            list(counties["id"]),
            [
                f"{name}, {letters[code[:2]]}"
                for code, name in zip(counties["id"], counties["name"], strict=True)
            ],
            drawn,
            words,
            None,
            [code[:2] for code in counties["id"]],
        ),
    }
    path = write_set(
        folder,
        frames,
        id="us",
        title="United States: states and counties",
        stems={"state": "us-states", "county": "us-counties"},
        snap_degrees=0.02,
        source="U.S. Census Bureau, 2017, by way of us-atlas 3.0.1",
        licence="public domain (outlines), ISC (us-atlas)",
    )
    return path, done


def _first_point(topology: Path, code: str) -> shapely.Point:
    """The first vertex of a county without area (Falls Church 51610), so that it has a place at all."""
    raw = json.loads(topology.read_text(encoding="utf-8"))
    county = next(g for g in raw["objects"]["counties"]["geometries"] if g.get("id") == code)
    x, y = raw["arcs"][county["arcs"][0][0]][0]
    (kx, ky), (dx, dy) = raw["transform"]["scale"], raw["transform"]["translate"]
    return shapely.Point(x * kx + dx, y * ky + dy)


def _frame(
    codes: list[str],
    names: list[str],
    shapes: object,
    words: pd.DataFrame,
    letters: pd.Series[str] | None,
    parents: object,
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "code": codes,
            "name": names,
            "name_zh": [words["name_zh"].get(c, "") for c in codes],
            "parent": parents,
            "abbreviation": ["" if letters is None else letters[c] for c in codes],
        },
        geometry=shapes,
        crs="EPSG:4326",
    )
    return with_points(frame)


def install_file(
    path: Path, id: str, home: Path, *, title: str = "", tolerance: float = 0.0, snap_degrees: float = 0.0
) -> Path:
    """Install a customer's own boundaries as a region set of one level.

    Args:
        path: GeoJSON, GeoPackage or GeoParquet with columns ``code`` and ``name``, and where
            wanted ``name_zh`` and ``level``. With ``level`` and ``parent`` several levels may lie
            in one file, the coarsest first.
        id: name of the set; ``cn`` or ``us`` puts it in place of ours.
        home: data folder of the installation.
        tolerance: degrees of simplification, 0 keeps every vertex.

    Returns:
        Path of the new descriptor under ``home/regions``.

    Raises:
        BoundaryFault: says what is missing or wrong.
    """
    if not ID.fullmatch(id):
        raise BoundaryFault(f"region set id {id!r}: use a lower-case letter, then letters, digits or hyphens")
    frame = _own(path)
    frames: dict[str, gpd.GeoDataFrame] = {}
    for level in dict.fromkeys(frame["level"]):
        part = frame[frame["level"] == level].reset_index(drop=True)
        if tolerance:
            part = part.set_geometry(simplify(part.geometry.values, tolerance), crs=part.crs)
        frames[level] = part
    return write_set(
        home / "regions",
        frames,
        id=id,
        title=title or path.stem,
        stems={level: f"{id}-own-{level}" for level in frames},
        snap_degrees=snap_degrees,
        source=path.name,
        licence="the customer's own",
    )


def _own(path: Path) -> gpd.GeoDataFrame:
    """The customer's file with all our columns, checked."""
    if not path.is_file():
        raise BoundaryFault(f"{path}: no such file; give a GeoJSON, GeoPackage or Parquet file")
    if path.suffix.lower() not in READERS:
        raise BoundaryFault(f"{path.name}: the ending is not one of {', '.join(READERS)}")
    try:
        read = gpd.read_parquet if path.suffix.lower() == ".parquet" else gpd.read_file
        frame = read(path)
    except Exception as cause:  # every reader has its own family of errors
        raise BoundaryFault(f"{path.name} cannot be read as boundaries: {cause}") from cause
    lacking = [c for c in ("code", "name") if c not in frame]
    if lacking:
        raise BoundaryFault(
            f"{path.name} has no column {' or '.join(lacking)}; it has {', '.join(frame.columns)}"
        )
    if frame.crs is None:
        raise BoundaryFault(
            f"{path.name} does not say its coordinate system; write it again with WGS84 (EPSG:4326)"
        )
    return _checked(path.name, _filled(frame.to_crs("EPSG:4326")))


def _filled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    defaults: Mapping[str, str] = {"name_zh": "", "parent": "", "abbreviation": "", "level": "region"}
    for column, default in defaults.items():
        if column not in frame:
            frame = frame.assign(**{column: default})
        frame[column] = frame[column].astype(object).where(frame[column].notna(), default).astype(str)
    frame = frame.assign(
        code=frame["code"].astype(str).str.strip(), name=frame["name"].astype(str).str.strip()
    )
    return with_points(frame)


def _checked(name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    faults = []
    for level, part in frame.groupby("level", sort=False):
        twice = sorted(part.loc[part["code"].duplicated(), "code"].unique())
        if twice:
            faults.append(f"level {level} has a code twice: {', '.join(twice[:5])}")
    shapes = frame.geometry.values
    empty = frame.loc[shapely.is_missing(shapes) | shapely.is_empty(shapes), "code"].tolist()
    if empty:
        faults.append(f"without an outline: {', '.join(empty[:5])}")
    broken = frame.loc[~shapely.is_valid(np.asarray(shapes)), "code"].tolist()
    if broken:
        faults.append(f"outlines that cross themselves: {', '.join(broken[:5])}; repair them first")
    orphans = sorted(set(frame["parent"]) - set(frame["code"]) - {""})
    if orphans:
        faults.append(f"parents that are no region of the file: {', '.join(orphans[:5])}")
    if faults:
        raise BoundaryFault(f"{name}: " + "; ".join(faults))
    return frame
