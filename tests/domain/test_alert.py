from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.alert import (
    COLOURS,
    Alert,
    Area,
    Info,
    admitted,
    cap_identity,
    end_of,
    gravest,
    metrics,
    numbered,
)

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


def alert(info: Info, *, number: str = "A-1", **changes: object) -> Alert:
    made = Alert("cap", cap_identity("a@b", number, NOON), "a@b", "Actual", "alert", NOON, (info,))
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("severity", "parameters", "headline", "colour"),
    [
        ("Extreme", (), "", "red"),
        ("Severe", (), "", "orange"),
        ("Moderate", (), "", "yellow"),
        ("Minor", (), "", "blue"),
        ("Unknown", (), "", ""),
        ("Minor", (("ColorCode", "Red"),), "", "red"),
        ("Extreme", (("awareness_level", "2; yellow; Moderate"),), "", "yellow"),
        ("Minor", (("颜色", "橙色"),), "", "orange"),
        ("Minor", (), "河南省气象台发布暴雨红色预警", "red"),
        ("Minor", (("AlertLevel", "Advice"),), "", "blue"),
        ("Minor", (("note", "scattered, red roofs"),), "", "blue"),
    ],
)
def test_an_explicit_colour_wins_over_severity(
    severity: str, parameters: tuple[tuple[str, str], ...], headline: str, colour: str
) -> None:
    assert Info("x", severity, parameters=parameters, headline=headline).colour == colour


def code(value: str) -> tuple[Area, ...]:
    return (Area(geocodes=(("GBT2260", value),)),)


@pytest.mark.parametrize(
    ("issuer", "event", "places", "found"),
    [
        ("中央气象台", "台风", (), {"alert.cma.typhoon": "red", "alert.central.typhoon_rainstorm": "red"}),
        ("中央气象台", "暴雨", (), {"alert.cma.rainstorm": "red", "alert.central.typhoon_rainstorm": "red"}),
        ("中央气象台", "高温", (), {"alert.cma.other": "red"}),
        ("河南省气象台", "暴雨", (), {"alert.cma.rainstorm": "red"}),
        ("北京市气象台", "暴雨", (), {"alert.cma.rainstorm": "red"}),
        ("内蒙古自治区气象台", "暴雨", (), {"alert.cma.rainstorm": "red"}),
        ("郑州市气象台", "暴雨", code("410100"), {"alert.cma.rainstorm": "red"}),
        ("巩义市气象台", "暴雨", code("410181"), {}),
        ("北京市朝阳区气象台", "暴雨", code("110105"), {}),
        ("惠东县气象台", "暴雨", (), {}),
        ("National Weather Service", "Hurricane Warning", (), {}),
        ("National Meteorological Center", "rainstorm", (), {}),
    ],
)
def test_who_speaks_decides_what_a_weather_warning_counts_for(
    issuer: str, event: str, places: tuple[Area, ...], found: dict[str, str]
) -> None:
    info = Info(event, "Extreme", issuer=issuer, areas=places)
    assert metrics(alert(info), info) == found


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("00000041600000_20210720", {"alert.cma.rainstorm", "alert.central.typhoon_rainstorm"}),
        ("41000041600000_20210720", {"alert.cma.rainstorm"}),
        ("41010041600000_20210720", {"alert.cma.rainstorm"}),
        ("41018141600000_20210720", set()),
        ("123", set()),
    ],
)
def test_without_a_name_the_number_of_the_national_platform_tells_the_issuer(number: str, found: set[str]) -> None:
    info = Info("暴雨", "Extreme")
    assert set(metrics(alert(info, number=number), info)) == found


def test_a_warning_that_is_taken_back_counts_for_nothing() -> None:
    over = Info("暴雨", "Extreme", issuer="中央气象台", headline="中央气象台解除暴雨红色预警")
    clear = Info("暴雨", "Extreme", issuer="中央气象台", responses=("AllClear",))
    live = Info("暴雨", "Extreme", issuer="中央气象台")
    assert metrics(alert(over), over) == metrics(alert(clear), clear) == {}
    assert metrics(alert(live, message="cancel"), live) == {}
    assert metrics(alert(live), live) != {}


def test_a_cap_message_of_gdacs_counts_as_gdacs() -> None:
    info = Info("Earthquake", "Extreme", parameters=(("alertlevel", "Orange"),))
    assert metrics(alert(info, sender="info@gdacs.org"), info) == {"alert.gdacs": "Orange"}


def test_a_green_gdacs_or_pager_is_on_their_scales_and_a_green_sky_is_not() -> None:
    green = Info("x", "Minor", parameters=(("color", "green"),), issuer="中央气象台")
    assert metrics(alert(green, source="gdacs"), green) == {"alert.gdacs": "Green"}
    assert metrics(alert(green, source="usgs"), green) == {"alert.pager": "green"}
    assert metrics(alert(green), green) == {}


@pytest.mark.parametrize(
    ("kind", "status", "enters"),
    [
        *((kind, "Actual", True) for kind in ("live", "demo", "drill")),
        *((kind, "Exercise", kind == "drill") for kind in ("live", "demo", "drill")),
        *((kind, status, False) for kind in ("live", "demo", "drill") for status in ("Test", "System", "Draft")),
    ],
)
def test_only_what_is_actual_enters_real_operations(kind: str, status: str, enters: bool) -> None:
    assert admitted(kind, status) is enters


def test_an_alert_without_an_end_stands_by_the_house_rule() -> None:
    info = Info("x")
    assert end_of(alert(info), info) == NOON + timedelta(hours=24)
    assert end_of(alert(info, source="gdacs"), info) == NOON + timedelta(hours=96)
    quake = Info("x", onset=NOON - timedelta(days=3))
    assert end_of(alert(quake, source="usgs"), quake) == NOON + timedelta(days=4), "a week from the earthquake"
    said = Info("x", expires=NOON + timedelta(hours=1))
    assert end_of(alert(said), said) == NOON + timedelta(hours=1)


@given(st.integers(-14, 14), st.text("abc@.:-", min_size=1), st.text("abc.:-", min_size=1))
def test_the_identity_is_the_same_in_every_zone(hours: int, sender: str, number: str) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=hours)))
    assert cap_identity(sender, number, elsewhere) == cap_identity(sender, number, NOON)
    assert numbered(cap_identity(sender, number, NOON)) == f"{sender},{number}"


@given(st.lists(st.sampled_from(("blue", "yellow", "orange", "red")), min_size=1))
def test_the_gravest_of_several_is_one_of_them_and_none_is_graver(colours: list[str]) -> None:
    found = gravest(colours, "alert.cma.typhoon")
    assert found in colours
    assert all(COLOURS.index(c) <= COLOURS.index(found) for c in colours)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Info("x", "Bad"),
        lambda: Area(rings=(((0.0, 0.0), (1.0, 0.0), (0.0, 0.0)),)),
        lambda: Area(rings=(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),)),
        lambda: alert(Info("x"), status="Real"),
        lambda: alert(Info("x"), infos=()),
        lambda: alert(Info("x"), sent=NOON.replace(tzinfo=None)),
        lambda: cap_identity("a", "b", NOON.replace(tzinfo=None)),
    ],
)
def test_a_value_is_whole_at_birth(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"must be|is not one of|warns of nothing|time zone"):
        wrong()  # type: ignore[operator]
