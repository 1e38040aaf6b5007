"""The page about the API says what the API does: its examples are sent, its tables compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency.access.keys import SCOPES
from emergency.api.models import ClaimIn, FactIn
from emergency.api.problems import TITLES
from emergency.service.feed import MOST_ROWS
from emergency.service.running import LIVE, save_profile
from tests.api.conftest import Api, opened


@pytest.fixture
def page(repository: Path) -> str:
    return (repository / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def api(tmp_path: Path, sqlite_url: str) -> Iterator[Api]:
    with opened(tmp_path / "home", sqlite_url) as found:
        save_profile(found.ctx, LIVE)
        yield found


def test_its_examples_are_taken_as_they_stand(page: str, api: Api) -> None:
    examples = re.findall(r"```json POST (\S+)\n(.*?)```", page, re.DOTALL)
    assert [path for path, _ in examples] == ["/v1/claims", "/v1/facts"]
    for path, body in examples:
        answer = api.ask("POST", path, json=json.loads(body))
        assert answer.status_code in (200, 201), answer.text
    assert api.get("/v1/claims/R-2026-000123").json()["place"] == "郑州市金水***"


def test_it_names_every_field_scope_status_and_address(page: str, api: Api) -> None:
    named = set(re.findall(r"`([a-z_.]+)`", page))
    assert set(ClaimIn.model_fields) | set(FactIn.model_fields) | set(SCOPES) <= named
    told = {int(s) for s in re.findall(r"^\| (\d{3}) \|", page, re.MULTILINE)}
    answered = {
        int(status)
        for item in api.get("/openapi.json", key=None).json()["paths"].values()
        for operation in item.values()
        for status in operation["responses"]
        if int(status) >= 400
    }
    assert answered == told and told <= set(TITLES)
    for path in api.get("/openapi.json", key=None).json()["paths"]:
        assert f"/api{path}" in page
    assert f"{MOST_ROWS:,} claims" in page
