from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency.domain.alert import metrics
from emergency.intake.alerts import read
from tests.intake.alerts.messages import bare, cap, gdacs

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.1">'


def entry(inside: str) -> str:
    return f"<entry><id>urn:e</id><updated>2017-08-29T08:00:00-05:00</updated><title>T</title>{inside}</entry>"


def test_an_atom_feed_gives_the_alerts_inside_its_entries_and_hands_on_the_links() -> None:
    inside = entry(f'<content type="text/xml">{bare(cap("A-1"))}</content>')
    link = entry('<link rel="alternate" type="application/cap+xml" href="http://127.0.0.1:9/a.cap"/>')
    found = read(f"{ATOM}<id>f</id>{inside}{link}{entry('')}</feed>".encode())
    assert [a.identity.split(",")[1] for a in found.alerts] == ["A-1"]
    assert found.links == ("http://127.0.0.1:9/a.cap",)
    assert [str(r) for r in found.reasons] == ["1 entries hold neither an alert nor a link"]


def test_the_link_that_is_said_to_be_cap_is_the_one_meant() -> None:
    page, cap_, itself = (
        '<link rel="alternate" type="text/html" href="http://127.0.0.1:9/page.html"/>',
        '<link rel="alternate" type="application/cap+xml" href="http://127.0.0.1:9/a.cap"/>',
        '<link rel="self" href="http://127.0.0.1:9/self"/>',
    )
    found = read(f"{ATOM}{entry(itself + page + cap_)}{entry(itself)}</feed>".encode())
    assert found.links == ("http://127.0.0.1:9/a.cap",)


def test_an_entry_that_carries_the_cap_fields_itself_is_an_alert() -> None:
    fields = (
        "<author><name>w@example.org</name></author><cap:event>Flood Warning</cap:event><cap:status>Actual</cap:status>"
        "<cap:msgType>Update</cap:msgType><cap:severity>Severe</cap:severity>"
        "<cap:expires>2017-08-30T08:00:00-05:00</cap:expires><cap:polygon>29,-95 30,-95 30,-94 29,-95</cap:polygon>"
        "<cap:geocode><valueName>FIPS6</valueName><value>048201 048339</value>"
        "<valueName>UGC</valueName><value>TXC201</value></cap:geocode>"
    )
    (alert,) = read(f"{ATOM}{entry(fields)}</feed>".encode()).alerts
    assert (alert.message, alert.infos[0].event, alert.infos[0].severity) == ("update", "Flood Warning", "Severe")
    place = alert.infos[0].areas[0]
    assert place.rings
    assert place.geocodes == (("FIPS6", "048201 048339"), ("UGC", "TXC201"))


def test_an_alert_beside_the_entries_is_foreign_markup_and_no_alert() -> None:
    found = read(f"{ATOM}<id>f</id>{bare(cap())}</feed>".encode())
    assert found.alerts == ()
    assert "lists no alert" in str(found.reasons[0])


def edxl(status: str, *messages: bytes) -> bytes:
    wrap = "".join(f"<contentObject><x>{bare(m)}</x></contentObject>" for m in messages)
    return (
        '<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">'
        f"<distributionStatus>{status}</distributionStatus>{wrap}</EDXLDistribution>"
    ).encode()


def test_an_edxl_distribution_gives_every_alert_it_wraps() -> None:
    found = read(edxl("Actual", cap("A-1"), cap("A-2"), cap(identifier="")))
    assert [a.identity.split(",")[1] for a in found.alerts] == ["A-1", "A-2"]
    assert "identifier is missing" in str(found.reasons[0])


def test_what_is_sent_round_as_an_exercise_is_one_whatever_stands_inside() -> None:
    assert [a.status for a in read(edxl("Exercise", cap())).alerts] == ["Exercise"]


def test_gdacs_gives_event_colour_and_a_circle_round_its_point() -> None:
    (alert,) = read(gdacs()).alerts
    assert (alert.source, alert.identity, alert.colour) == ("gdacs", "TC1000999", "red")
    assert (alert.infos[0].peril, alert.infos[0].severity) == ("typhoon", "Extreme")
    circle = alert.infos[0].areas[0].circles[0]
    assert (circle.lon, circle.lat, circle.km) == (-95.4, 29.8, 300), "georss has latitude first"
    assert metrics(alert, alert.infos[0]) == {"alert.gdacs": "Red"}
    assert alert.expires == datetime(2017, 9, 2, 12, tzinfo=UTC), "four days where no end is named"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "XX"}, "no event type"),
        ({"number": ""}, "no event type"),
        ({"level": "Purple"}, "is not Green"),
        ({"point": "95.4 -29.8 1"}, "no point"),
        ({"point": "-95.4 29.8"}, "no point"),
    ],
)
def test_a_gdacs_item_that_cannot_be_used_says_why(change: dict[str, str], said: str) -> None:
    found = read(gdacs(**change))  # type: ignore[arg-type]
    assert found.alerts == ()
    assert said in str(found.reasons[0])


def earthquake(**changes: object) -> bytes:
    properties = {"mag": 6.4, "place": "20 km W of X", "time": 1_504_000_000_000, "updated": 1_504_000_600_000}
    properties |= {"alert": "orange", "title": "M 6.4 - X", "status": "reviewed"} | changes  # type: ignore[operator]
    feature = {"type": "Feature", "id": "us1", "properties": properties}
    feature["geometry"] = {"type": "Point", "coordinates": [-95.4, 29.8, 10]}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_an_earthquake_of_usgs_carries_pagers_colour_and_a_reach_by_magnitude() -> None:
    (alert,) = read(earthquake()).alerts
    assert (alert.source, alert.identity, alert.message) == ("usgs", "us1", "alert")
    assert metrics(alert, alert.infos[0]) == {"alert.pager": "orange"}
    assert alert.infos[0].areas[0].circles[0].km == 100
    assert alert.sent.timestamp() == 1_504_000_600, "the newest statement, not the earthquake"
    assert (alert.expires - alert.infos[0].onset).days == 7


@pytest.mark.parametrize("alert", [None, "Alert 1", "", [], {"a": 1}])
def test_without_pager_there_is_no_pager_metric(alert: object) -> None:
    (found,) = read(earthquake(alert=alert)).alerts
    assert metrics(found, found.infos[0]) == {}


def test_a_deleted_earthquake_is_a_cancel() -> None:
    (found,) = read(earthquake(status="deleted")).alerts
    assert found.message == "cancel"


@pytest.mark.parametrize("change", [{"time": None}, {"time": "x"}, {"updated": 10**30}, {"time": []}])
def test_an_earthquake_without_a_time_says_so(change: dict[str, object]) -> None:
    found = read(earthquake(**change))
    assert found.alerts == ()
    assert "us1 has no" in str(found.reasons[0])


def test_pager_s_own_file_gives_its_summary_colour_and_a_scenario_is_an_exercise() -> None:
    told = (
        'eventcode="us1" lon="-95.4" lat="29.8" magnitude="7.0" event_timestamp="2017-08-29 10:00:00" '
        'process_timestamp="2017-08-29 11:00:00" alertlevel="red" event_description="X"'
    )
    (real,) = read(f'<pager><event {told} scenario="0"/></pager>'.encode()).alerts
    (played,) = read(f'<pager><event {told} scenario="1"/></pager>'.encode()).alerts
    assert (real.identity, real.status, real.colour) == ("us1", "Actual", "red")
    assert played.status == "Exercise"
    assert real.infos[0].areas[0].circles[0].km == 200


def test_the_stored_feeds_are_read(shared_data: Path) -> None:
    world = read((shared_data / "feeds" / "gdacs-rss-24h_20191230.xml").read_bytes())
    assert (len(world.alerts), world.reasons) == (21, ())
    assert sum(a.colour == "orange" for a in world.alerts) == 7
    (kyushu,) = read((shared_data / "feeds" / "pager_sample.xml").read_bytes()).alerts
    assert (kyushu.identity, kyushu.colour) == ("us20005iis", "red")
    assert len(read((shared_data / "feeds" / "usgs_geojson_fixture.json").read_bytes()).alerts) == 3
