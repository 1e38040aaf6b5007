"""The specification is kept: requests made from it, good and broken, never meet anything it does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from emergency.api.api import service
from emergency.api.outlook import GeoJson
from emergency.domain.incident import Incident
from emergency.service.response import open_incident
from tests.api.conftest import ALL, Api, claim, opened

OPERATIONS = {
    ("POST", "/v1/claims"),
    ("GET", "/v1/claims/{report_no}"),
    ("POST", "/v1/facts"),
    ("GET", "/v1/regions/summary"),
    ("GET", "/v1/incidents"),
    ("GET", "/v1/situation.geojson"),
    ("GET", "/v1/health"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One house for all requests, with an incident and two claims in it."""
    home: Path = tmp_path_factory.mktemp("house")
    with opened(home, f"sqlite:///{home / 'store.sqlite'}") as found:
        now = found.ctx.now()
        incident = Incident(
            "FLOOD-1", "natural_disaster", ("flood",), {"en": "Flood"}, "US-TX", ("48201",), now, now, now
        )
        open_incident(found.ctx, incident)
        found.send(claim("A"), claim("B", region_given=None), incident="FLOOD-1")
        yield found


def specification() -> Any:
    # The service itself: the mount in front of it answers a path with a line break before we see it.
    return schemathesis.openapi.from_asgi("/openapi.json", service)


def operations() -> list[tuple[str, str]]:
    return sorted(OPERATIONS)


def test_the_specification_holds_what_the_service_has(house: Api) -> None:
    raw = specification().raw_schema
    assert {(m.upper(), path) for path, item in raw["paths"].items() for m in item} == OPERATIONS
    assert house.get("/openapi.json", key=None).json()["servers"] == [{"url": "/api"}]
    assert "HTTPValidationError" not in raw["components"]["schemas"]


@pytest.mark.parametrize(("method", "path"), operations())
def test_requests_made_from_the_specification_are_answered_as_it_says(
    house: Api, thorough: bool, method: str, path: str
) -> None:
    """Status, content type, headers and body of every answer, to requests that keep the form and that break it."""
    operation = specification()[path][method]
    headers = {"Authorization": f"Bearer {house.key(*ALL)}"}
    examples = 500 if thorough else 12

    modes = [schemathesis.GenerationMode.POSITIVE]
    if path != "/v1/health":  # which takes nothing that could be wrong
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    # What a figure may be hangs on its metric, and on what is known: no schema says that.
    unchecked = [positive_data_acceptance] if path == "/v1/facts" else []

    @settings(max_examples=examples, deadline=None, derandomize=not thorough, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def run(data: Any) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(st.sampled_from(modes))))
        named = case.body.get("incident") if path == "/v1/claims" and isinstance(case.body, dict) else None
        if isinstance(named, str) and 1 <= len(named) <= 200:  # no other length keeps the form
            case.body["incident"] = "FLOOD-1"  # a made up one is not there
        case.call_and_validate(headers=headers, excluded_checks=unchecked)

    run()


def test_the_check_sees_an_answer_that_breaks_the_specification(house: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the test above could be blind."""
    wrong = {"incidents": [], "regions": "none"}
    monkeypatch.setattr("emergency.api.outlook.regions_answer", lambda *_: GeoJson(wrong))
    operation = specification()["/v1/regions/summary"]["GET"]
    with pytest.raises(schemathesis.core.failures.FailureGroup):
        operation.Case().call_and_validate(headers={"Authorization": f"Bearer {house.key(*ALL)}"})


@pytest.mark.parametrize("path", ["/v1/claims", "/v1/facts"])
def test_the_examples_of_the_specification_work(house: Api, path: str) -> None:
    raw = specification().raw_schema
    body = raw["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    for example in body.values():
        answer = house.ask("POST", path, json=example["value"])
        assert answer.status_code in (200, 201), answer.text
