"""The situation for other systems: figures by region, incidents, a layer for a GIS."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from emergency.domain.incident import Incident
from emergency.service.grading import confirm_level
from emergency.service.response import open_incident, record_fact
from emergency.service.running import LIVE, save_profile
from tests.api.conftest import Api, claim

AT = datetime.fromisoformat("2026-07-20T08:00:00+08:00")


@pytest.fixture
def flood(api: Api) -> str:
    regions = ("48201", "48167")
    new = Incident(
        "FLOOD-1", "natural_disaster", ("flood",), {"en": "Flood", "zh": "洪水"}, "US-TX", regions, AT, AT, AT
    )
    return open_incident(api.ctx, new).incident_id


def test_regions_are_summed_and_the_unlocated_told_apart(api: Api) -> None:
    api.send(
        claim("A", estimated_minor=500),
        claim("B", estimated_minor=700),
        claim("C", region_given="48167"),
        claim("D", region_given=None),
    )
    found = api.get("/v1/regions/summary").json()
    assert (found["open"], found["unlocated"], found["currency"]) == (4, 1, "USD")
    assert {r["code"]: (r["open"], r["estimated_minor"]) for r in found["regions"]} == {
        "48201": (2, 1200),
        "48167": (1, 0),
    }


def test_figures_of_one_incident_leave_the_others_out(api: Api, flood: str) -> None:
    api.send(claim("A"), incident=flood)
    api.send(claim("B"), claim("C"))
    assert api.get(f"/v1/regions/summary?incident={flood}").json()["open"] == 1
    assert api.get("/v1/regions/summary?incident=NO").status_code == 404
    assert api.get("/v1/situation.geojson?incident=NO").status_code == 404


def test_the_layer_has_a_polygon_and_the_figures_of_every_region(api: Api) -> None:
    api.send(claim("A", estimated_minor=500), claim("B", region_given="48167"), claim("C", region_given=None))
    answer = api.get("/v1/situation.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    layer = answer.json()
    assert (layer["type"], layer["open"], layer["unlocated"]) == ("FeatureCollection", 3, 1)
    features = {f["id"]: f for f in layer["features"]}
    assert set(features) == {"48201", "48167"}
    assert features["48201"]["properties"]["estimated_minor"] == 500
    harris = shapely.from_geojson(answer.text)
    houston = shapely.Point(-95.37, 29.76)
    assert [g.contains(houston) for g in harris.geoms] == [f["id"] == "48201" for f in layer["features"]]


@pytest.mark.parametrize("query", ["", "?incident=FLOOD-1"])
def test_claims_of_another_country_and_of_billions_are_told_apart_and_break_nothing(
    api: Api, flood: str, query: str
) -> None:
    """Two claims of Texas in dollars, one of them of 16.6 billion, in a workspace of China; one of Zhengzhou."""
    api.send(claim("A", estimated_minor=100), claim("B", estimated_minor=1_660_000_000_000), incident=flood)
    api.ctx = save_profile(api.ctx, LIVE)
    api.send(claim("C", region_given="410105", currency="CNY", estimated_minor=500), incident=flood)
    found = api.get(f"/v1/regions/summary{query}").json()
    assert (found["open"], found["outside_map"], found["currency"]) == (3, 2, "CNY")
    (dollars,) = found["foreign"]
    assert (dollars["currency"], dollars["claims"], dollars["estimated_minor"]) == ("USD", 2, 1_660_000_000_100)
    assert found["estimated_minor"] == round(1_660_000_000_100 * dollars["rate"]) + 500
    assert found["doubted_minor"] == round(1_660_000_000_000 * dollars["rate"])
    assert [(r["code"], r["estimated_minor"], r["doubted_minor"]) for r in found["regions"]] == [("410105", 500, 0)]
    layer = api.get(f"/v1/situation.geojson{query}")
    assert layer.status_code == 200 and [f["id"] for f in layer.json()["features"]] == ["410105"]


def test_a_set_without_outlines_gives_points(api: Api) -> None:
    save_profile(api.ctx, LIVE)
    api.send(claim("A", region_given="410105"))
    (feature,) = api.get("/v1/situation.geojson").json()["features"]
    assert feature["geometry"]["type"] == "Point"
    assert feature["properties"]["name_zh"] == "金水区"


def test_level_and_class_are_two_values_with_clocks_of_their_own(api: Api) -> None:
    new = Incident("GD-1", "natural_disaster", ("typhoon",), {"zh": "台风"}, "CN-440000", ("440100",), AT, AT, AT)
    save_profile(api.ctx, LIVE)
    open_incident(api.ctx, new)
    record_fact(api.ctx, "industry.casualties.insured_deaths", 400, incident_id="GD-1", source="press")
    confirm_level(api.ctx, "GD-1", 2, reason="exercise of the test")
    (found,) = api.get("/v1/incidents").json()["incidents"]
    level, event_class = found["response_level"], found["event_class"]
    assert (level["confirmed"], level["confirmed_mark"]) == (2, "Ⅱ")
    assert event_class["class"] is not None and event_class["basis"] == "industry"
    assert level["rules"].startswith("default@") and event_class["rules"].startswith("nfra-2022-15@")
    assert event_class["clocks"] and all({"due_at", "strive", "met_at"} <= set(c) for c in event_class["clocks"])
    assert "level" not in found and "class" not in found


def test_a_jurisdiction_without_class_rules_has_no_class(api: Api, flood: str) -> None:
    (found,) = api.get("/v1/incidents").json()["incidents"]
    assert found["incident_id"] == flood
    assert found["event_class"] is None and found["response_level"]["confirmed"] is None
    assert api.get("/v1/incidents?open=true").json()["incidents"]


def test_an_empty_house_has_an_empty_situation(api: Api) -> None:
    assert api.get("/v1/regions/summary").json()["regions"] == []
    assert api.get("/v1/situation.geojson").json()["features"] == []
    assert api.get("/v1/incidents").json() == {"incidents": []}
