"""The cells of a map must say what the outlines say, wherever they say anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.geo import regions as regions_module
from emergency.geo.grid import LOOK, Grid
from emergency.geo.regions import RegionSet, RegionSets

SNAP = 0.02


def exactly(shapes: Any, lon: Any, lat: Any) -> Any:
    """The lowest region whose outline holds or touches each point, the plain way."""
    found = np.full(len(lon), len(shapes))
    point, region = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="intersects")
    np.minimum.at(found, point, region)
    return found


def grid_of(shapes: Any) -> Grid:
    middles = shapely.point_on_surface(shapes)
    return Grid(
        shapes, shapely.get_x(middles), shapely.get_y(middles), SNAP, lambda lon, lat: exactly(shapes, lon, lat)
    )


def hard_points(shapes: Any, random: np.random.Generator) -> Any:
    """Corners, points on edges and a hair beside them, and points anywhere."""
    corners = shapely.get_coordinates(shapes)
    edges = (corners[1:] + corners[:-1]) / 2
    beside = np.repeat(np.vstack([corners, edges]), 3, axis=0)
    beside += random.choice([0.0, 1e-15, 1e-12, 1e-9, 1e-4, -1e-15, -1e-12, -1e-9, -1e-4], beside.shape)
    west, south, east, north = shapely.total_bounds(shapes)
    anywhere = random.uniform((west - 1, south - 1), (east + 1, north + 1), (2_000, 2))
    return np.vstack([corners, edges, beside, anywhere])


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), regions=st.integers(3, 30))
def test_where_a_cell_says_a_region_the_outlines_say_the_same(seed: int, regions: int) -> None:
    random = np.random.default_rng(seed)
    sites = shapely.MultiPoint(random.uniform((100, 30), (104, 33), (regions, 2)))
    pieces = np.array(shapely.get_parts(shapely.voronoi_polygons(sites)))
    # Neighbours, an island in a hole of one of them, and one that lies over others.
    hole = shapely.point_on_surface(pieces[0]).buffer(0.01)
    shapes = np.array([shapely.difference(pieces[0], hole), *pieces[1:], hole, shapely.box(101, 31, 101.5, 31.2)])
    grid = grid_of(shapes)
    lon, lat = hard_points(shapes, random).T
    said = grid.look(lon, lat)
    sure = said != LOOK
    assert sure.any()
    assert (said[sure] == exactly(shapes, lon, lat)[sure]).all()


def test_a_cell_off_the_coast_does_not_say_that_there_is_nothing() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    grid = grid_of(shapes)
    lon = np.array([0.5, 1.5, -SNAP / 2, -SNAP * 0.999, -10 * SNAP, 40.0])
    assert grid.look(lon, np.full(6, 0.5)).tolist() == [0, 1, LOOK, LOOK, 2, LOOK]


@pytest.fixture(scope="module")
def states(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> RegionSet:
    return RegionSets(repository / "data" / "regions", tmp_path_factory.mktemp("home")).get("us")


def test_real_counties_are_found_the_same_with_cells_and_without(
    states: RegionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    shapes = states.frame("county").geometry.values
    picked = shapes[random.choice(len(shapes), 300, replace=False)]
    lon, lat = hard_points(np.array(picked), random).T
    monkeypatch.setattr(regions_module, "GRID_FROM_POINTS", 10**9)
    plain = states.locate(lon, lat)
    monkeypatch.setattr(regions_module, "GRID_FROM_POINTS", 0)
    celled = states.locate(lon, lat)
    assert "county" in states._grids
    assert (plain == celled).all()
    assert (plain != None).mean() > 0.5  # noqa: E711  an array of objects
