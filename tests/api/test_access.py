"""Who may do what: keys, scopes, sources, workspaces, and what an answer never says."""

from __future__ import annotations

import logging

import pytest

from emergency import bootstrap
from emergency.api import outlook
from emergency.service.context import Actor
from emergency.service.keys import create_key, every_key, revoke_key
from tests.api.conftest import ALL, Api, claim

READS = ("/v1/claims/A", "/v1/regions/summary", "/v1/incidents", "/v1/situation.geojson")
WRONG = "emk_" + "A" * 43


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("key", [None, "", "nonsense", WRONG])
def test_nothing_is_read_without_a_good_key(api: Api, path: str, key: str | None) -> None:
    answer = api.get(path, key=key)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/v1/claims", "/v1/facts"])
def test_nothing_is_written_without_a_good_key_and_the_body_is_not_looked_at(api: Api, path: str) -> None:
    for key in (None, WRONG):
        assert (
            api.ask("POST", path, key=key, content=b"{", headers={"Content-Type": "application/json"}).status_code
            == 401
        )


@pytest.mark.parametrize("path", ["/v1/health", "/docs", "/openapi.json"])
def test_health_and_the_documentation_are_open(api: Api, path: str) -> None:
    assert api.get(path, key=None).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        *(("GET", path, "claims.read") for path in READS),
        ("POST", "/v1/claims", "claims.write"),
        ("POST", "/v1/facts", "facts.write"),
    ],
)
def test_each_door_asks_for_its_scope(api: Api, method: str, path: str, scope: str) -> None:
    """The whole matrix: with every scope but the right one 403, with the right one alone something else."""
    others = api.key(*(s for s in ALL if s != scope))
    answer = api.ask(method, path, key=others)
    assert answer.status_code == 403 and scope in answer.json()["detail"]
    assert api.ask(method, path, key=api.key(scope)).status_code not in (401, 403)


def test_a_key_writes_and_reads_the_claims_of_its_source_alone(api: Api) -> None:
    api.send(claim("A"))
    other = api.key(*ALL, source="app")
    assert api.send(claim("B"), key=other, source="callcentre").status_code == 403
    assert api.get("/v1/claims/A?source=callcentre", key=other).status_code == 403
    assert api.get("/v1/claims/A", key=other).status_code == 404
    everybody = api.key("claims.read", source="*")
    assert api.get("/v1/claims/A?source=callcentre", key=everybody).status_code == 200
    assert api.get("/v1/claims/A", key=everybody).status_code == 404


def test_a_revoked_key_is_dead_at_once(api: Api) -> None:
    key = api.key("claims.read", source="gone")
    assert api.get("/v1/incidents", key=key).status_code == 200
    revoke_key(api.ctx, next(r.key_id for r in every_key(api.ctx) if r.source == "gone"))
    assert api.get("/v1/incidents", key=key).status_code == 401


def test_a_key_opens_the_workspace_it_was_made_in_and_no_other(api: Api) -> None:
    running = bootstrap.running()
    running.content.workspaces.open("rehearsal")
    theirs = create_key(running.context("rehearsal", Actor("x")), "callcentre", list(ALL)).secret
    assert api.send(claim("A"), key=theirs).status_code == 401
    assert api.get("/v1/incidents?workspace=rehearsal").status_code == 401
    assert api.get("/v1/incidents?workspace=rehearsal", key=theirs).status_code == 200


@pytest.mark.parametrize("name", ["nowhere", "live2"])
def test_asking_makes_no_workspace_and_does_not_say_which_there_are(api: Api, name: str) -> None:
    before = bootstrap.running().content.workspaces.names()
    answer = api.get(f"/v1/incidents?workspace={name}")
    assert answer.status_code == 401 and answer.json()["detail"] == api.get("/v1/incidents", key=WRONG).json()["detail"]
    assert bootstrap.running().content.workspaces.names() == before


@pytest.mark.parametrize("name", ["../live", "LIVE", "a b", "x" * 99, "live;drop"])
def test_a_name_that_is_none_is_refused(api: Api, name: str) -> None:
    assert api.ask("GET", "/v1/incidents", params={"workspace": name}).status_code == 422


def test_a_fresh_installation_is_not_begun_by_a_request(tmp_path: object, api: Api) -> None:
    from pathlib import Path

    from emergency.config import Config

    bootstrap.stop()
    home = Path(str(tmp_path)) / "fresh"
    bootstrap.start(Config(home=home))
    assert api.get("/v1/incidents", key=WRONG).status_code == 401
    assert list(home.glob("*.sqlite")) == []


def test_neither_answers_nor_the_log_repeat_a_key(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    good = api.key(*ALL)
    monkeypatch.setattr(outlook, "incidents_answer", lambda *_, **__: 1 / 0)
    texts = [
        api.get("/v1/incidents", key=WRONG).text,
        api.get("/v1/incidents", key=good).text,
        api.send({"report_no": "A", "line": good, good: good}, key=good).text,
        api.get("/v1/regions/summary", key=api.key("facts.write")).text,
    ]
    assert not [t for t in texts if good in t.replace('"field":"' + good, "") or WRONG in t]
    assert good not in caplog.text and WRONG not in caplog.text


def test_a_failure_is_answered_without_its_trace(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "incidents_answer", lambda *_, **__: {}["secret detail"])
    answer = api.get("/v1/incidents")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert not [w for w in ("secret", "KeyError", "Traceback", ".py") if w in answer.text]
    assert "secret detail" in caplog.text  # whoever runs the server finds it


@pytest.mark.parametrize(
    ("path", "key"), [("/v1/health", None), ("/docs", None), ("/v1/incidents", WRONG), ("/nope", None)]
)
def test_every_answer_wears_the_security_headers(api: Api, path: str, key: str | None) -> None:
    headers = api.get(path, key=key).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"].split("; ")
    assert {"frame-ancestors 'self'", "img-src 'self' data: blob:", "object-src 'none'"} <= set(policy)


def test_a_wrong_address_and_a_wrong_method_are_problems_too(api: Api) -> None:
    assert api.get("/v1/nothing").json()["status"] == 404
    answer = api.ask("DELETE", "/v1/incidents")
    assert answer.status_code == 405 and answer.json()["status"] == 405 and "GET" in answer.headers["allow"]


def test_the_documentation_asks_no_other_host(api: Api) -> None:
    import re

    page = api.get("/docs", key=None).text
    assert "swagger-ui-bundle.js" in page
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)
