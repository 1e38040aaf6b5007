"""Two counties side by side, west 0..1 and east 1..2 degrees: which of them a warning hits."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.alert import Area, Circle
from emergency.geo import footprint
from emergency.geo.footprint import EARTH_KM
from emergency.geo.regions import RegionSet, RegionSets
from tests.geo.world import EAST, STATE, WEST, world


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> RegionSet:
    return world(tmp_path_factory.mktemp("nine"))


@pytest.fixture(scope="module")
def us(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> RegionSet:
    return RegionSets(repository / "data" / "regions", tmp_path_factory.mktemp("home")).get("us")


def box(west: float, south: float, east: float, north: float) -> Area:
    return Area(rings=(((west, south), (east, south), (east, north), (west, north), (west, south)),))


@pytest.mark.parametrize(
    ("area", "codes"),
    [
        (box(0.2, 0.2, 0.4, 0.4), (WEST,)),  # inside one
        (box(0.5, 0.2, 1.5, 0.4), (WEST, EAST)),  # across the border
        (box(0, 0, 1, 1), (WEST,)),  # drawn along the border: the neighbour is touched, not hit
        (box(0, 0, 1.002, 1), (WEST,)),  # a border drawn a little differently
        (box(0.98, 0.4, 1.02, 0.6), (WEST, EAST)),  # a small warning on the border is on both sides
        (box(-1, -1, 3, 2), (WEST, EAST)),
        (box(5, 5, 6, 6), ()),
        (Area(circles=(Circle(0.5, 0.5, 10),)), (WEST,)),
        (Area(circles=(Circle(1.0, 0.5, 30),)), (WEST, EAST)),
        (Area(circles=(Circle(1.5, 0.5, 0),)), (EAST,)),  # a place
        (Area(circles=(Circle(5, 5, 0),)), ()),
        (Area(), ()),
    ],
)
def test_a_region_is_hit_where_it_shares_area_with_the_warning(
    nine: RegionSet, area: Area, codes: tuple[str, ...]
) -> None:
    assert footprint.hit(nine, footprint.shape([area]), "county") == codes


def test_several_areas_are_one_and_what_is_taken_out_is_not_hit(nine: RegionSet) -> None:
    both = [box(0.2, 0.2, 0.4, 0.4), box(1.2, 0.2, 1.4, 0.4)]
    assert footprint.hit(nine, footprint.shape(both), "county") == (WEST, EAST)
    hole = Area(rings=box(0, 0, 2, 1).rings, excluded=box(1, 0, 2, 1).rings)
    assert footprint.hit(nine, footprint.shape([hole]), "county") == (WEST,)


def test_a_ring_that_crosses_itself_still_hits(nine: RegionSet) -> None:
    bow = Area(rings=(((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8), (0.2, 0.2)),))
    assert footprint.hit(nine, footprint.shape([bow]), "county") == (WEST,)


def test_a_set_without_outlines_knows_coded_places_only(us: RegionSet, tmp_path: Path) -> None:
    points = RegionSets(tmp_path / "none", tmp_path).get("cn")
    assert not points.has_polygons
    assert footprint.hit(points, footprint.shape([box(113, 34, 114, 35)]), "city") == ()
    assert footprint.coded(points, [Area(geocodes=(("GBT2260", "410100"),))]) == ("410100",)


@pytest.mark.parametrize("system", ["GBT2260", "GB/T 2260", "GB/T2260", "行政区划代码", "adcode"])
def test_a_chinese_code_names_its_region_exactly(system: str, tmp_path: Path) -> None:
    points = RegionSets(tmp_path / "none", tmp_path).get("cn")

    def coded(value: str) -> tuple[str, ...]:
        return footprint.coded(points, [Area(geocodes=((system, value),))])

    assert coded("441700") == ("441700",)
    assert coded("440000") == ("440000",), "a province is a province, not its cities"
    assert coded("441700000000") == ("441700",)
    assert coded("999999") == coded("4417") == coded("") == ()


@pytest.mark.parametrize(
    ("system", "value", "codes"),
    [
        ("FIPS6", "048201", ("48201",)),
        ("SAME", "148201", ("48201",)),  # a part of the county
        ("SAME", "048000", ("48",)),  # the whole state
        ("FIPS6", "048201 048167", ("48167", "48201")),
        ("FIPS", "48201", ("48201",)),
        ("UGC", "TXC201", ("48201",)),
        ("UGC", "TXZ213", ()),  # a forecast zone, no county
        ("UGC", "XXC201", ()),
        ("SAME", "000000", ()),
        ("SAME", "nonsense", ()),
        ("WARNCELLID", "048201", ()),
    ],
)
def test_american_codes_name_counties(us: RegionSet, system: str, value: str, codes: tuple[str, ...]) -> None:
    assert footprint.coded(us, [Area(geocodes=((system, value),))]) == codes


@given(lon=st.floats(-180, 180), lat=st.floats(-70, 70), km=st.floats(1, 1000))
def test_a_circle_has_its_radius_all_round_and_lies_on_the_map(lon: float, lat: float, km: float) -> None:
    drawn = footprint.shape([Area(circles=(Circle(lon, lat, km),))])
    west, _, east, _ = drawn.bounds
    assert -180 <= west <= east <= 180
    assert shapely.is_valid(drawn)
    for x, y in shapely.get_coordinates(drawn):
        if abs(abs(x) - 180) > 1e-9:
            assert math.isclose(_km(lon, lat, x, y), km, rel_tol=0.01, abs_tol=0.05)


def _km(lon: float, lat: float, x: float, y: float) -> float:
    p, q = math.radians(lat), math.radians(y)
    half = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(x - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def test_what_goes_over_180_degrees_comes_in_on_the_other_side(us: RegionSet) -> None:
    aleutians = Area(rings=(((178.0, 51.0), (-175.0, 51.0), (-175.0, 53.0), (178.0, 53.0), (178.0, 51.0)),))
    drawn = footprint.shape([aleutians])
    assert drawn.area == pytest.approx(14), "seven degrees by two, not the rest of the world"
    assert footprint.hit(us, drawn, "county") == ("02016",)


def test_a_circle_round_the_pole_holds_everything_round_it() -> None:
    drawn = footprint.shape([Area(circles=(Circle(10, 89, 500),))])
    assert drawn.contains(shapely.Point(-170, 89.5))
    assert not drawn.contains(shapely.Point(10, 80))


def test_the_shape_goes_to_the_map_as_geojson_and_its_mark_lies_inside() -> None:
    drawn = footprint.shape([box(0, 0, 1, 1)])
    assert footprint.geojson(drawn)["type"] == "Polygon"
    assert drawn.contains(shapely.Point(footprint.middle(drawn)))
    nothing = footprint.shape([])
    assert (footprint.geojson(nothing), footprint.middle(nothing)) == (None, None)


def test_a_state_is_hit_on_its_own_level(nine: RegionSet) -> None:
    assert footprint.hit(nine, footprint.shape([box(0.2, 0.2, 0.4, 0.4)]), "state") == (STATE,)


def comb(spikes: int, *, upright: bool) -> tuple[tuple[float, float], ...]:
    """A ring of thin teeth over one degree square; two across each other meet in every tooth."""
    teeth = [(x / spikes / 2, (x % 2) * 1.0) for x in range(2 * spikes)]
    ring = [*teeth, (1.0, -0.1), (0.0, -0.1), teeth[0]]
    return tuple(ring if upright else [(y, x) for x, y in ring])


def test_outlines_made_to_cross_a_hundred_million_times_cost_little() -> None:
    crossed = [Area(rings=(comb(5_000, upright=True), comb(5_000, upright=False)))]
    started = time.process_time()
    found = footprint.shape(crossed)
    assert time.process_time() - started < 3
    assert found.is_valid
    assert 0.5 < found.area < 1.3


def test_an_outline_of_very_many_corners_keeps_its_shape() -> None:
    ring = [(math.cos(t / 3_000 * math.pi), math.sin(t / 3_000 * math.pi)) for t in range(6_000)]
    found = footprint.shape([Area(rings=((*ring, ring[0]),))])
    assert found.area == pytest.approx(math.pi, rel=1e-4)
    assert len(found.exterior.coords) <= footprint.MOST_CORNERS + 1


def test_of_too_many_shapes_the_box_around_them_is_taken() -> None:
    many = Area(circles=tuple(Circle(n / 1_000, 0.5, 1) for n in range(900)))
    assert footprint.shape([many]).bounds == (0.0, 0.5, 0.899, 0.5)
