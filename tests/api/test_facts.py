"""Figures that no claim carries, and what the level rules make of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from emergency.domain.incident import Incident
from emergency.service.grading import evaluate
from emergency.service.records import journal_entries
from emergency.service.response import open_incident
from emergency.store import incidents
from tests.api.conftest import Api


def tell(api: Api, **fields: Any) -> httpx.Response:
    return api.ask("POST", "/v1/facts", json={"source": "IT operations", **fields})


@pytest.fixture
def outage(api: Api) -> str:
    now = api.ctx.now()
    incident = Incident("OUT-1", "system_failure", (), {"en": "Outage"}, "US-TX", ("48",), now, now, now)
    return open_incident(api.ctx, incident).incident_id


def test_a_figure_raises_the_level_the_rules_give_for_it(api: Api, outage: str) -> None:
    assert evaluate(api.ctx, outage).proposed is None
    answer = tell(api, metric="outage.multi_province_minutes", value=600, incident=outage, confidence="confirmed")
    assert answer.status_code == 201, answer.text
    assert evaluate(api.ctx, outage).proposed is not None


def test_it_is_kept_with_who_said_it_and_when_it_held(api: Api) -> None:
    tell(api, metric="staff.absence_rate", value=0.25, place="Houston office", note="flu", as_of="2020-01-01T00:00:00Z")
    with api.ctx.store.read() as connection:
        (row,) = incidents.facts(connection, incident_id=None, now_us=api.ctx.now_us())
    assert (row["metric"], row["value"], row["source"]) == ("staff.absence_rate", 0.25, "IT operations")
    assert (row["note"], row["as_of_us"]) == ("Houston office; flu", 1_577_836_800_000_000)
    assert row["actor"].startswith("api:key-")
    assert journal_entries(api.ctx)[0].action == "fact.record"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"metric": "deaths", "value": 1}, "unknown_metric"),
        ({"metric": "industry.nothing", "value": 1}, "unknown_metric"),
        ({"metric": "own.", "value": 1}, "unknown_metric"),
        ({"metric": "casualties.deaths", "value": -1}, "negative"),
        ({"metric": "casualties.deaths", "value": 1.5}, "not_whole"),
        ({"metric": "casualties.deaths", "value": "three"}, "wrong_value"),
        ({"metric": "casualties.deaths", "value": True}, "wrong_value"),
        ({"metric": "loss.direct", "value": 10**40}, "too_large"),
        ({"metric": "own.thing", "value": 10**40}, "too_large"),
        ({"metric": "alert.cma.typhoon", "value": "purple"}, "wrong_value"),
        ({"metric": "alert.cma.typhoon", "value": 3}, "wrong_value"),
        ({"metric": "industry.casualties.deaths", "value": "many"}, "wrong_value"),
        ({"metric": "casualties.deaths", "value": 1, "as_of": "2199-01-01T00:00:00Z"}, "in_future"),
        ({"metric": "casualties.deaths", "value": 1, "region": "99999"}, "unknown_region"),
        ({"metric": "casualties.deaths", "value": 1, "incident": "NO"}, "unknown_incident"),
        ({"metric": "casualties.deaths", "value": [1]}, "not_a_value"),
        ({"metric": "casualties.deaths", "value": None}, "not_a_value"),
        ({"metric": "casualties.deaths"}, "missing"),
        ({"metric": "casualties.deaths", "value": 1, "colour": "red"}, "extra_forbidden"),
        ({"metric": "casualties.deaths", "value": 1, "source": "  "}, "string_pattern_mismatch"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_with_its_field(api: Api, fields: dict[str, Any], code: str) -> None:
    answer = tell(api, **fields)
    assert answer.status_code == 422, answer.text
    assert [e["code"] for e in answer.json()["errors"]] == [code]
    with api.ctx.store.read() as connection:
        assert incidents.facts(connection, incident_id=None, now_us=api.ctx.now_us()) == []


def test_an_unknown_region_is_answered_with_the_map_in_words(api: Api) -> None:
    body = {"metric": "casualties.deaths", "value": 1, "source": "x", "region": "999999"}
    answer = api.ask("POST", "/v1/facts", json=body, headers={"Accept-Language": "zh-CN"})
    assert "美国：州、县" in answer.json()["errors"][0]["reason"]


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("own.hotline.queue", "long"),
        ("own.roof_lost", True),
        ("industry.loss.direct", 5e9),
        ("alert.cma.typhoon", "none"),
    ],
)
def test_own_metrics_industry_figures_and_steps_of_a_scale_are_taken(api: Api, metric: str, value: Any) -> None:
    assert tell(api, metric=metric, value=value).json()["value"] == value


def test_a_figure_that_looks_wrong_is_taken_and_doubted_in_the_reader_s_language(api: Api) -> None:
    """166 亿 from 5,643 reports; deaths that fall."""
    assert tell(api, metric="casualties.deaths", value=30, as_of="2020-01-01T00:00:00Z").json()["doubts"] == []
    fallen = tell(api, metric="casualties.deaths", value=20, as_of="2020-01-02T00:00:00Z")
    assert fallen.status_code == 201
    (doubt,) = fallen.json()["doubts"]
    assert (doubt["code"], doubt["where"]) == ("falls", "casualties.deaths@")
    assert "falls from 30 to 20" in doubt["reason"]
    assert tell(api, metric="staff.absence_rate", value=0.2).json()["doubts"] == [], "another metric"
    tell(api, metric="claims.reported_total", value=5_643)
    money = {"metric": "loss.estimated_gross", "value": 16_600_000_000, "source": "press"}
    (doubt,) = api.ask("POST", "/v1/facts", json=money, headers={"Accept-Language": "zh-CN"}).json()["doubts"]
    assert doubt["code"] == "average"
    assert "5,643" in doubt["reason"]
    assert not doubt["reason"].isascii()
    known = api.get("/v1/regions/summary").json()["doubts"]
    assert sorted(d["code"] for d in known) == ["average", "falls"]
