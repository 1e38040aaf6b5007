from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from emergency.console.rooms import geography
from emergency.console.rooms.geography import on_map, places_at_work, view_of
from emergency.geo.regions import RegionSets
from tests.conftest import REPOSITORY


@pytest.fixture
def desk(tmp_path: Any) -> Any:
    regions = RegionSets(REPOSITORY / "data/regions", tmp_path).get("us")
    profile = SimpleNamespace(region_level="state", view=None)
    return SimpleNamespace(ctx=SimpleNamespace(regions=regions, profile=profile))


def test_figures_of_finer_regions_are_added_up_to_those_the_map_shows(desk: Any) -> None:
    assert on_map(desk, {"48201": 3, "48167": 4, "22019": 1, "48": 2}) == {"48": 9, "22": 1}
    desk.ctx.profile.region_level = "county"
    assert on_map(desk, {"48201": 3, "nowhere": 1}) == {"48201": 3, "nowhere": 1}


def test_a_workspace_without_a_view_of_its_own_opens_on_its_claims(desk: Any) -> None:
    assert view_of(desk) is None
    view = view_of(desk, ["48201"])
    assert view is not None
    assert view.west < -95.8 < -95.0 < view.east
    assert view.east - view.west < 4
    desk.ctx.profile.view = (-100.0, 20.0, -90.0, 30.0)
    assert view_of(desk, ["48201"]).west == -100.0  # type: ignore[union-attr]


def test_a_list_of_places_has_the_counties_of_states_with_a_base_or_an_incident_else_all(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ctx.profile.region_level = "county"
    incident = SimpleNamespace(regions=("22019", "not on the map"))
    monkeypatch.setattr(geography, "bases", lambda ctx: [{"region": "48201"}])
    monkeypatch.setattr(geography, "every_incident", lambda ctx, open_only: [incident])
    found = places_at_work(desk)
    assert {code[:2] for code in found} == {"48", "22"}
    assert len(found) == 254 + 64
    monkeypatch.setattr(geography, "bases", lambda ctx: [])
    monkeypatch.setattr(geography, "every_incident", lambda ctx, open_only: [])
    assert len(places_at_work(desk)) > 3_000
