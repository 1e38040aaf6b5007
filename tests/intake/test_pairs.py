"""Coordinates nobody has named: two columns of decimals that fit a place, proposed for a person to look at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emergency.intake.pairs import CHINA, degrees_pair
from emergency.intake.propose import Proposal, of_sample
from emergency.intake.sniff import Sample
from tests.intake.files import mapping, read
from tests.intake.test_propose import names, words

UNITED_STATES = (-179.2, -14.4, 179.8, 71.4)
POINTS = {"甲": ["113.66", "113.702", "114.05"], "乙": ["34.78", "34.75", "33.912"]}


def test_two_columns_of_decimals_in_china_are_a_pair_in_either_order() -> None:
    assert degrees_pair(POINTS, lambda: [CHINA]) == ("甲", "乙")
    assert degrees_pair({"乙": POINTS["乙"], "甲": POINTS["甲"]}, lambda: [CHINA]) == ("甲", "乙")


def test_western_longitudes_are_a_pair_where_the_regions_reach_round_the_globe() -> None:
    columns = {"p": ["29.7601", "29.9012"], "q": ["-95.3612", "-94.1001"]}
    assert degrees_pair(columns, lambda: [UNITED_STATES, CHINA]) == ("q", "p")
    assert degrees_pair(columns, lambda: [CHINA]) is None


@pytest.mark.parametrize(
    "columns",
    [
        {"甲": ["113", "114"], "乙": ["34", "35"]},
        {"保费": POINTS["甲"], "费率": POINTS["乙"]},
        {"损失（万元）": POINTS["甲"], "乙": POINTS["乙"]},
        {**POINTS, "丙": ["33.123", "34.223"]},
        {"甲": POINTS["甲"], "乙": ["34.78", "不详", "34.75"]},
    ],
    ids=["whole numbers", "money", "a unit", "two latitudes", "words"],
)
def test_what_may_be_something_else_is_no_pair(columns: dict[str, list[str]]) -> None:
    assert degrees_pair(columns, lambda: [CHINA]) is None


def proposed(*header: str) -> Proposal:
    rows = tuple(zip(["A00001", "A00002", "A00003"], ["2026-07-20"] * 3, *POINTS.values(), strict=True))
    sample = Sample("utf-8", ("报案号", "出险时间", *header), rows, known=2, proved=True)
    return of_sample("text", (sample,), "claims", names()["claims"], words())


def test_a_pair_by_its_cells_is_marked_and_one_by_its_headers_is_not() -> None:
    found = proposed("值甲", "列乙").columns
    assert not {"lon", "lat"} & found.keys()  # a value is no place
    found = proposed("列甲", "列乙").columns
    assert (found["lon"].header, found["lat"].header) == ("列甲", "列乙")
    assert found["lon"].by_cells and found["lat"].by_cells
    found = proposed("东经", "北纬").columns
    assert (found["lon"].header, found["lon"].by_cells) == ("东经", False)


def test_the_points_of_geojson_are_read_by_a_mapping_that_names_other_headers(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [113.66, 34.78]}
    said = {"报案号": "A1", "出险时间": "2021-07-20"}
    path = tmp_path / "x.geojson"
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": point, "properties": said}]}
        )
    )
    found = read(path, mapping("zh-common"))
    assert (found.column("lon"), found.column("lat")) == ([113.66], [34.78])


def test_coordinates_the_mapping_names_win_over_the_geometry(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [1.0, 2.0]}
    said = {"报案号": "A1", "出险时间": "2021-07-20", "经度": 113.66, "纬度": 34.78}
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps([{"type": "Feature", "geometry": point, "properties": said}]))
    found = read(path, mapping("zh-common"))
    assert (found.column("lon"), found.column("lat")) == ([113.66], [34.78])
