from __future__ import annotations

import pytest

from emergency.domain.alert import Circle
from emergency.intake.alerts import read
from tests.intake.alerts.messages import area, bare, cap, info


def only(data: bytes):
    found = read(data)
    assert [str(r) for r in found.reasons] == []
    (alert,) = found.alerts
    return alert


def why(data: bytes) -> str:
    found = read(data)
    assert found.alerts == ()
    (reason,) = found.reasons
    return str(reason)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_message_of_either_version_becomes_an_alert(version: str) -> None:
    alert = only(cap(version=version))
    assert (alert.source, alert.status, alert.message, alert.scope) == ("cap", "Actual", "alert", "Public")
    assert alert.identity == "nws@example.org,A-1,2017-08-29T13:00:00Z", "sender, number and time in UTC"
    assert alert.infos[0].peril == "flood"
    assert alert.expires.isoformat() == "2017-08-30T17:00:00+00:00"


def test_a_polygon_is_written_lat_lon_and_kept_lon_lat() -> None:
    alert = only(cap(infos=info(areas=area(polygon="29,-95 30,-95 30,-94 29,-95"))))
    assert alert.infos[0].areas[0].rings == (((-95.0, 29.0), (-95.0, 30.0), (-94.0, 30.0), (-95.0, 29.0)),)


def test_an_open_ring_is_closed() -> None:
    alert = only(cap(infos=info(areas=area(polygon="29,-95 30,-95 30,-94"))))
    ring = alert.infos[0].areas[0].rings[0]
    assert (len(ring), ring[0]) == (4, ring[-1])


def test_a_circle_is_lat_lon_and_kilometres() -> None:
    assert only(cap(infos=info(areas=area(circle="29.8,-95.4 25.5")))).infos[0].areas[0].circles == (
        Circle(-95.4, 29.8, 25.5),
    )


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ({"polygon": "-95,29 -95,30 -94.5,30 -95,29"}, "is not a list of lat,lon"),  # exchanged
        ({"polygon": "29,-95 30,x 30,-94 29,-95"}, "is not a list of lat,lon"),
        ({"polygon": "29,-95 nan,-95 30,-94 29,-95"}, "is not a list of lat,lon"),
        ({"polygon": "29,-95 30,-95"}, "less than three corners"),
        ({"circle": "29.8,-95.4 -1"}, "radius"),
        ({"circle": "29.8,-95.4 99999"}, "radius"),
        ({"circle": "29.8 -95.4"}, "radius"),
    ],
)
def test_a_shape_that_makes_no_sense_is_left_out_and_said_and_the_warning_stays(
    shape: dict[str, str], said: str
) -> None:
    found = read(cap(infos=info(areas=area(**shape))))
    assert len(found.alerts) == 1
    assert said in str(found.reasons[0])
    assert found.alerts[0].infos[0].areas[0].rings == ()


def test_a_hole_is_taken_out_of_the_polygon() -> None:
    hole = "29.6,-95.6 29.6,-95.4 29.8,-95.4 29.6,-95.6"
    found = only(cap(infos=info(areas=area(polygon="29,-96 29,-95 30,-95 29,-96", EXCLUDE_POLYGON=hole))))
    assert len(found.infos[0].areas[0].excluded) == 1
    assert found.infos[0].areas[0].geocodes == ()


def test_every_info_block_is_kept_with_its_language_and_area() -> None:
    two = info(language="en-US", severity="Minor") + info("洪水预警", language="zh-CN", severity="Extreme")
    alert = only(cap(infos=two))
    assert [(i.language, i.severity, i.peril) for i in alert.infos] == [
        ("en-US", "Minor", "flood"),
        ("zh-CN", "Extreme", "flood"),
    ]
    assert (alert.gravest.severity, alert.colour) == ("Extreme", "red")


def test_references_are_kept_as_identities_with_the_time_in_utc() -> None:
    alert = only(cap("A-2", kind="Update", references="nws@example.org,A-1,2017-08-29T08:00:00-05:00 broken,triple"))
    assert alert.message == "update"
    assert alert.references == ("nws@example.org,A-1,2017-08-29T13:00:00Z",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (cap(identifier=""), "identifier is missing"),
        (cap(sender=" "), "sender is missing"),
        (cap(scope=""), "scope is missing"),
        (cap(scope="<scope>Everyone</scope>"), "scope “Everyone” is not one of Public"),
        (cap(status="Real"), "status “Real” is not one of Actual"),
        (cap(kind="Shout"), "msgType “Shout” is not one of Alert"),
        (cap(kind="Ack"), "Ack answers another message"),
        (cap(kind="Error"), "Error answers another message"),
        (cap(sent="2017-08-29T08:00:00"), "has no time zone"),
        (cap(sent="yesterday"), "is no time"),
        (cap(sent="0001-01-01T00:00:00+14:00"), "is no time"),
        (cap(infos=""), "no info block"),
        (cap(infos=info(event=" ")), "info/event is missing"),
        (cap(infos=info(expires="soon")), "expires “soon” is no time"),
    ],
)
def test_what_cannot_be_used_is_refused_with_one_line(data: bytes, said: str) -> None:
    assert said in why(data)
    assert "\n" not in why(data)


def test_a_cancel_needs_no_info_block() -> None:
    assert only(cap("A-2", kind="Cancel", infos="", references="x,y,2017-08-29T08:00:00-05:00")).message == "cancel"


def test_an_unknown_severity_is_unknown_and_the_warning_stays() -> None:
    assert only(cap(infos=info(severity="Awful"))).infos[0].severity == "Unknown"


def test_markup_in_free_text_is_taken_off_and_long_text_is_cut() -> None:
    alert = only(cap(infos=info(headline="&lt;b onclick=x&gt;Flood&lt;/b&gt;" + "a" * 3000)))
    assert "<" not in alert.infos[0].headline
    assert len(alert.infos[0].headline) <= 500


def test_a_namespace_prefix_changes_nothing() -> None:
    text = bare(cap()).replace('<alert xmlns="', '<c:alert xmlns:c="').replace("</alert>", "</c:alert>")
    assert only(text.encode()).identity.startswith("nws@example.org,A-1,")
