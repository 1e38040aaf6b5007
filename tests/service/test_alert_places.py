"""Alerts and the map: Harris (48201) in Texas, 上海 (310000) in China, maps that come after their alerts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from emergency.bootstrap import Running
from emergency.domain.workspace import Profile
from emergency.service import alert_places
from emergency.service.alert_places import PLACED, place_again
from emergency.service.alerts import FileAnswer, in_force, outside, receive
from emergency.service.context import Actor, Context
from emergency.service.records import journal_entries, verify_journal
from emergency.service.regions import install
from emergency.service.running import SYSTEM, context, live_profile_for, save_profile
from emergency.texts import speaker
from tests.intake.alerts.messages import area, cap, info

HARRIS, TEXAS_STATE = "48201", "48"
NEW_YORK = "40.6,-74.1 40.6,-73.9 40.8,-73.9 40.8,-74.1 40.6,-74.1"
SHANGHAI = "31.0,121.2 31.0,121.6 31.4,121.6 31.4,121.2 31.0,121.2"


def take(ctx: Context, infos: str, number: str = "A-1") -> FileAnswer:
    return receive(ctx, cap(number, infos=infos), f"{number}.xml")


def again(ctx: Context) -> Context:
    return context(ctx.content, ctx.store.name, ctx.actor)


def coded(name: str, value: str, headline: str = "") -> str:
    return info(areas=area(**{name: value}), headline=headline)


def regions(ctx: Context) -> dict[str, tuple[str, ...]]:
    return {a.text("en")["headline"]: a.regions for a in (*in_force(ctx), *outside(ctx))}


def acts(ctx: Context) -> list[str]:
    return [e.action for e in journal_entries(ctx)]


def squares(path: Path, *named: tuple[str, float, float]) -> Path:
    """A file of square regions of one degree: (code, west, south)."""
    shapes = [shapely.box(west, south, west + 1, south + 1) for _, west, south in named]
    frame = gpd.GeoDataFrame({"code": [n[0] for n in named], "name": [n[0] for n in named]}, geometry=shapes, crs=4326)
    frame.to_file(path, driver="GeoJSON")
    return path


def test_an_alert_follows_the_workspace_to_another_map(ctx: Context) -> None:
    """Drawn and coded places alike, as on first receipt; back again, too."""
    take(ctx, info(headline="drawn"), "A-1")
    take(ctx, coded("SAME", f"0{HARRIS}", "coded"), "A-2")
    take(ctx, info(headline="by state", areas=area(SAME="048000")), "A-3")
    there = regions(ctx)
    assert HARRIS in there["drawn"]
    assert (there["coded"], there["by state"]) == ((HARRIS,), (TEXAS_STATE,))
    texas = ctx.profile
    states = save_profile(ctx, replace(texas, region_level="state"))
    assert regions(states) == {"drawn": (TEXAS_STATE,), "coded": (HARRIS,), "by state": (TEXAS_STATE,)}
    china = save_profile(states, replace(texas, region_set="cn", region_level="city"))
    assert in_force(china) == ()
    assert len(outside(china)) == 3
    home = save_profile(china, texas)
    assert regions(home) == there
    assert outside(home) == ()
    assert verify_journal(home).ok


def test_an_alert_that_came_before_its_map_is_found_when_the_live_workspace_gets_it(running: Running) -> None:
    live = running.context("live", Actor("chen", "Chen Yu", "hq-commander"))
    answer = take(live, info(expires="2099-01-01T00:00:00Z"))
    assert answer.alerts[0]["regions"] == []
    assert answer.alerts[0]["nowhere"] in ("outside", "no_outlines")
    settled = save_profile(live, live_profile_for("us"))
    (alert,) = in_force(settled)
    assert HARRIS in alert.regions
    assert acts(settled).count("alert.place") == 1


def test_installing_a_set_places_the_alerts_of_every_workspace_on_it(running: Running, tmp_path: Path) -> None:
    """First a map that lies elsewhere, then one of the same name that holds the alert's area."""
    install(running.content, str(squares(tmp_path / "far.geojson", ("F1", 10, 10))), "own")
    here = _workspace(running, "own")
    take(here, info(headline="drawn"))
    assert in_force(here) == ()
    install(running.content, str(squares(tmp_path / "near.geojson", ("N1", -96, 29), ("N2", -50, 0))), "own")
    (alert,) = in_force(again(here))
    assert alert.regions == ("N1",)
    assert alert.texts[0]["regions"] == ["N1"], "the level rules read the blocks"


def _workspace(running: Running, region_set: str) -> Context:
    running.content.workspaces.open("ours")
    made = running.context("ours", SYSTEM)
    level = made.content.regions.get(region_set).levels[-1]
    now = Profile("demo", {"en": "Ours"}, region_set, level, "America/Chicago", "USD")
    from tests.service.conftest import NOON

    return save_profile(made, now, NOON)


def test_a_kill_between_chunks_leaves_whole_chunks_and_the_next_call_goes_on(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        take(ctx, info(headline=f"h{n}"), f"A-{n}")
    monkeypatch.setattr(alert_places, "CHUNK", 2)
    chunk, calls = alert_places._chunk, []

    def killed(here: Context, on_map: str) -> tuple[int, bool]:
        calls.append(on_map)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return chunk(here, on_map)

    monkeypatch.setattr(alert_places, "_chunk", killed)
    with pytest.raises(KeyboardInterrupt):
        save_profile(ctx, replace(ctx.profile, region_level="state"))
    half = again(ctx)
    assert sorted(len(codes) == 1 for codes in regions(half).values()) == [False] * 3 + [True] * 2
    monkeypatch.setattr(alert_places, "_chunk", chunk)
    assert place_again(half) == 3
    assert set(regions(half).values()) == {(TEXAS_STATE,)}
    assert acts(half).count("alert.place") == 1
    assert journal_entries(half)[0].facts()["alerts"] == 5
    assert place_again(half) == 0


def test_where_nothing_changed_nothing_is_written(ctx: Context) -> None:
    take(ctx, info())
    before = acts(ctx)
    assert place_again(ctx) == 0
    assert acts(ctx) == before
    with ctx.store.read() as connection:
        assert alert_places.read_setting(connection, PLACED) == {"map": alert_places.map_of(ctx)}


def test_a_duplicate_is_answered_with_what_is_stored(ctx: Context) -> None:
    """The second receipt comes with another area under the same number: nothing is changed, and it says so."""
    first = take(ctx, info()).alerts[0]
    second = take(ctx, info("Tornado Warning", severity="Extreme", areas=area(polygon=NEW_YORK))).alerts[0]
    assert second["receipt"] == "duplicate"
    same = ("regions", "event", "severity", "colour", "headline", "metrics", "expires", "sent", "state")
    assert {k: second[k] for k in same} == {k: first[k] for k in same}


def test_an_alert_that_hits_no_region_says_so_and_what_to_do(ctx: Context) -> None:
    far = take(ctx, info(headline="Storm over Shanghai", areas=area(polygon=SHANGHAI)))
    assert (far.ok, far.alerts[0]["nowhere"]) == (True, "outside")
    assert far.reason() == (
        "taken, but no region of this workspace's map is hit: Storm over Shanghai; it is listed as outside this map"
    )
    assert "已列入“本地图以外”" in speaker("zh_CN")(far.reasons[0])
    words = take(ctx, info(headline="Somewhere", areas=area()), "A-2")
    assert words.alerts[0]["nowhere"] == "words_only"
    assert "in words only where it holds (somewhere)" in words.reason()
    assert take(ctx, info(), "A-3").reason() == ""
    assert [a.text("en")["headline"] for a in outside(ctx)] == ["Somewhere", "Storm over Shanghai"]
    assert len(in_force(ctx)) == 1


def test_a_map_without_outlines_says_how_to_get_them(running: Running) -> None:
    here = _workspace(running, "cn")
    if here.regions.has_polygons:
        pytest.skip("this home has China's outlines")
    answer = take(here, info(areas=area(polygon=SHANGHAI)))
    assert answer.alerts[0]["nowhere"] == "no_outlines"
    assert "emergency regions install" in answer.reason()


def test_of_many_that_hit_nothing_the_first_are_named_and_the_others_counted(ctx: Context) -> None:
    from emergency.service.alert_rows import MOST_NAMED, said_nowhere

    (told,) = take(ctx, info(areas=area(polygon=SHANGHAI))).alerts
    row = {"body": {"infos": []}}
    lines = said_nowhere([(row, told)] * (MOST_NAMED + 7))
    assert len(lines) == MOST_NAMED + 1
    assert str(lines[-1]).startswith("7 more")


def test_a_cancel_has_no_place_and_needs_none(ctx: Context) -> None:
    take(ctx, info())
    refers = "nws@example.org,A-1,2017-08-29T08:00:00-05:00"
    over = receive(ctx, cap("A-2", kind="Cancel", sent="2017-08-29T09:00:00-05:00", references=refers, infos=""), "c")
    assert (over.reason(), over.alerts[0]["nowhere"]) == ("", "")
