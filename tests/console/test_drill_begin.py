"""Which script a workspace is offered first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from emergency.console.rooms.drill_begin import near_first
from emergency.geo.regions import RegionSets
from emergency.texts import speaker
from tests.conftest import REPOSITORY


def script(title: str, *regions: str) -> Any:
    streams = (SimpleNamespace(regions=dict.fromkeys(regions, 1.0)),) if regions else ()
    return SimpleNamespace(title={"en": title, "zh": title}, claim_streams=streams)


def test_scripts_of_this_map_come_first_then_those_of_any_place_then_those_of_elsewhere(tmp_path: Any) -> None:
    regions = RegionSets(REPOSITORY / "data/regions", tmp_path).get("us")
    desk: Any = SimpleNamespace(ctx=SimpleNamespace(regions=regions), say=speaker("en"))
    known = {
        "typhoon": script("A typhoon", "440600"),
        "outage": script("Outage"),
        "tornado": script("Tornado", "48201"),
        "flood": script("Flood", "48201", "48167"),
        "half": script("Both sides of the sea", "48201", "440600"),
    }
    assert near_first(desk, known) == ["flood", "tornado", "outage", "typhoon", "half"]
