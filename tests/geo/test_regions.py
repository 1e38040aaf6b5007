import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from emergency.geo.regions import RegionSets, UnknownRegionSet
from tests.geo.world import EAST, STATE, WEST, world


@pytest.fixture(scope="module")
def nine(tmp_path_factory):
    return world(tmp_path_factory.mktemp("nine"))


def test_a_point_lies_in_the_region_around_it(nine):
    assert list(nine.locate([0.5, 1.5], [0.5, 0.5])) == [WEST, EAST]


def test_a_point_on_the_boundary_of_two_belongs_to_the_lower_code(nine):
    assert list(nine.locate([1.0], [0.5])) == [WEST]


@pytest.mark.parametrize(("lon", "lat"), [(math.nan, 0.5), (0.5, math.nan), (361.0, 0.5), (0.5, 91.0), (5.0, 5.0)])
def test_a_point_that_is_nowhere_has_no_region(nine, lon, lat):
    assert list(nine.locate([lon], [lat])) == [None]


def test_no_points_are_no_regions(nine):
    assert len(nine.locate([], [])) == 0


def test_a_coarser_level_is_located_by_its_own_outlines(nine):
    assert list(nine.locate([0.5, 1.5], [0.5, 0.5], "state")) == [STATE, STATE]


def test_a_house_on_the_quay_belongs_to_the_county_behind_it(tmp_path):
    coast = world(tmp_path, snap_degrees=0.02)
    assert list(coast.locate([-0.01, -0.03], [0.5, 0.5])) == [WEST, None]


def test_a_corner_equally_near_to_two_regions_goes_to_the_lower_code(tmp_path):
    coast = world(tmp_path, snap_degrees=0.02)
    assert list(coast.locate([1.0], [1.01])) == [WEST]


@given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 2)), max_size=30))
def test_all_points_at_once_are_each_point_alone_and_what_shapely_says(tmp_path_factory, points):
    nine = _shared(tmp_path_factory)
    lon, lat = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    together = list(nine.locate(lon, lat))
    alone = [nine.locate(lon[i : i + 1], lat[i : i + 1])[0] for i in range(len(points))]
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    slow = [
        WEST if west.intersects(shapely.Point(p)) else EAST if east.intersects(shapely.Point(p)) else None
        for p in points
    ]
    assert together == alone == slow


_kept = {}


def _shared(tmp_path_factory):
    if "nine" not in _kept:
        _kept["nine"] = world(tmp_path_factory.mktemp("shared"))
    return _kept["nine"]


def test_names_come_in_both_languages_and_fall_back_to_the_other(nine):
    assert nine.name(EAST, "en") == "East"
    assert nine.name(EAST, "zh_CN") == "东县"
    assert nine.name(WEST, "zh_CN") == "West"
    assert nine.full_name(EAST, "zh_CN") == "九州东县"


def test_a_county_knows_its_state_and_the_licence_asked_for_there(nine):
    assert nine.parent(EAST) == STATE
    assert nine.parent(STATE) is None
    assert nine.ancestors(EAST) == (STATE,)
    assert nine.at_level(EAST, "state") == STATE
    assert nine.at_level(STATE, "county") is None
    assert nine.licence(EAST) == nine.licence(STATE) == "NI"
    assert nine.licence("unknown") == ""


def test_an_unknown_code_or_level_is_named_in_the_error(nine):
    assert not nine.known("000")
    with pytest.raises(KeyError, match="has no region '000'"):
        nine.name("000", "en")
    with pytest.raises(ValueError, match="no level 'parish'; it has state, county"):
        nine.frame("parish")


def test_the_label_point_lies_inside(nine):
    for code in nine.codes():
        lon, lat = nine.point(code)
        assert nine.inside(code, np.array([lon]), np.array([lat])).all()


def test_a_frame_given_away_cannot_change_the_set(nine):
    given_away = nine.frame("county")
    given_away.loc[0, "name"] = "Elsewhere"
    assert nine.frame("county")["name"].tolist() == ["West", "East"]


def test_the_browser_gets_ids_names_and_four_decimals(nine):
    features = json.loads(nine.asset("county").read_text(encoding="utf-8"))["features"]
    assert [f["id"] for f in features] == [WEST, EAST]
    assert features[1]["properties"] == {"name": "East", "name_zh": "东县", "parent": STATE}


def test_positions_scattered_in_a_county_lie_in_it_and_follow_the_dice(nine):
    one = nine.scatter(WEST, 0.9, 0.5, 200, np.random.default_rng(1))
    again = nine.scatter(WEST, 0.9, 0.5, 200, np.random.default_rng(1))
    assert nine.inside(WEST, *one).all()
    assert np.array_equal(one, again)
    assert len(set(one[0])) > 190


def test_positions_that_never_hit_the_county_become_its_label_point(nine):
    lon, lat = nine.scatter(WEST, 60.0, 60.0, 3, np.random.default_rng(1))
    assert list(zip(lon, lat, strict=True)) == [nine.point(WEST)] * 3


def test_a_region_nobody_knows_gets_no_positions(nine):
    lon, lat = nine.scatter("000", 0.5, 0.5, 2, np.random.default_rng(1))
    assert np.isnan(lon).all() and np.isnan(lat).all()


def test_sets_are_loaded_once_and_seen_anew_when_replaced(tmp_path):
    shipped, home = tmp_path / "shipped", tmp_path / "home"
    world(shipped)
    sets = RegionSets(shipped, home)
    first = sets.get("nine")
    assert sets.get("nine") is first
    world(home / "regions", snap_degrees=0.5)
    assert sets.get("nine").snap_degrees == 0.5


def test_an_unknown_set_is_refused_with_the_known_ones(tmp_path):
    world(tmp_path / "shipped")
    with pytest.raises(UnknownRegionSet, match="known: cn, nine"):
        RegionSets(tmp_path / "shipped", tmp_path / "home").get("mars")


def test_what_the_server_may_hand_out_is_on_disk(tmp_path: Path):
    world(tmp_path)
    assets = RegionSets(tmp_path, tmp_path / "home").assets()
    assert len(assets) == 2
    assert all(path.is_file() and path.name == name for name, path in assets.items())
