"""The shipped set of the United States."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
import shapely

from emergency.domain.reconstruction import reconstruct
from emergency.geo.regions import RegionSets
from emergency.library.figures import harvey

CITIES = {
    "48201": (-95.37, 29.76),  # Houston
    "48167": (-94.79, 29.30),  # Galveston
    "48355": (-97.40, 27.80),  # Corpus Christi
    "22071": (-90.07, 29.95),  # New Orleans
    "36061": (-73.97, 40.78),  # Manhattan
    "06037": (-118.24, 34.05),  # Los Angeles
    "02020": (-149.90, 61.20),  # Anchorage
    "72127": (-66.06, 18.42),  # San Juan, Puerto Rico
}


@pytest.fixture(scope="module")
def us(repository, tmp_path_factory):
    return RegionSets(repository / "data" / "regions", tmp_path_factory.mktemp("home")).get("us")


def test_there_are_3231_counties_in_56_states_and_territories(us):
    assert (len(us.codes("county")), len(us.codes("state"))) == (3_231, 56)
    assert us.levels == ("state", "county")
    assert {us.parent(code) for code in us.codes("county")} == set(us.codes("state"))


def test_every_outline_is_valid_and_neighbours_share_their_edges(us):
    for level in us.levels:
        shapes = us.frame(level).geometry.values
        assert shapely.is_valid(shapes).all()
        assert not shapely.is_empty(shapes).any()
        areas = shapes[shapely.area(shapes) > 0]
        assert shapely.coverage_is_valid(areas)


def test_only_falls_church_is_a_point(us):
    frame = us.frame("county")
    assert frame.loc[shapely.area(frame.geometry.values) == 0, "code"].tolist() == ["51610"]
    lon, lat = us.point("51610")
    assert (lon, lat) == (pytest.approx(-77.17, abs=0.02), pytest.approx(38.88, abs=0.02))


def test_cities_lie_in_their_counties(us):
    lon, lat = np.array(list(CITIES.values())).T
    assert list(us.locate(lon, lat)) == list(CITIES)


def test_every_label_point_lies_in_its_county(us):
    frame = us.frame("county")
    found = us.locate(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    assert frame.loc[found != frame["code"], "code"].tolist() == ["51610"]


def test_names_carry_the_state_and_licences_are_its_letters(us):
    assert us.name("48201", "en") == "Harris, TX"
    assert us.name("48201", "zh_CN") == "哈里斯县"
    assert us.name("22", "zh_CN") == "路易斯安那州"
    assert (us.licence("48201"), us.licence("22019"), us.licence("48")) == ("TX", "LA", "TX")


def test_every_state_and_every_county_of_the_demo_has_a_chinese_name(us, repository):
    with (repository / "data/claims/harvey-2017/harvey_2017_claims_by_county_day.csv").open(encoding="utf-8") as file:
        counties = {row["county_fips"] for row in csv.DictReader(file)} - {"Unknown"}
    frame = us.frame("state")
    assert (frame["name_zh"] != "").all()
    assert all(us.name(code, "zh_CN") != us.name(code, "en") for code in counties)


def test_the_names_table_agrees_with_the_outlines(us, repository):
    with (repository / "data/regions/us-names-zh.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert us.level_of(row["code"]) == row["level"]
            assert us.name(row["code"], "en").startswith(row["name"])


def test_the_browser_file_is_small_enough_to_send(us):
    assert us.asset("county").stat().st_size < 3_000_000


def test_reconstructed_claims_lie_in_the_county_they_are_counted_in(us, repository):
    figures = harvey(repository / "data" / "claims" / "harvey-2017")
    drawn = reconstruct(figures.counts, figures.quantiles, figures.curve, seed=2017, place=us.scatter)
    placed = us.place(pd.DataFrame(drawn))
    assert (placed["region"] == placed["region_given"]).all()
    assert placed["precision"].value_counts().to_dict() == {"point": 14_886, "parent": 3}
