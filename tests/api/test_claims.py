"""Claims over HTTP: where every row went, on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from emergency.api import claims as door
from emergency.service import feed
from emergency.service.records import journal_entries, verify_journal
from emergency.store import claims as claim_store
from tests.api.conftest import Api, claim

FUTURE = "2199-01-01T00:00:00Z"


def results(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["result"] for row in answer.json()["results"]]


def counted(api: Api) -> int:
    with api.ctx.store.read() as connection:
        return claim_store.total(connection)


def test_every_row_is_new_updated_duplicate_or_rejected(api_on_both: Api) -> None:
    api = api_on_both
    assert results(api.send(claim("A", estimated_minor=5), claim("B"))) == ["new", "new"]
    answer = api.send(
        claim("A", estimated_minor=6), claim("B"), claim("C"), claim("C", dead=1), claim("D", loss_at=FUTURE)
    )
    assert results(answer) == ["updated", "duplicate", "new", "duplicate", "rejected"]
    found = answer.json()
    assert (found["rows"], found["new"], found["updated"], found["duplicates"], found["rejected"]) == (5, 1, 1, 2, 1)
    assert found["accepted"] == 2 and found["unlocated"] == 0
    assert counted(api) == 3


def test_the_batch_is_one_journal_entry_by_the_key(api_on_both: Api) -> None:
    api = api_on_both
    batch = api.send(claim("A"), claim("B", loss_at=FUTURE)).json()["batch"]
    entry = journal_entries(api.ctx)[0]
    assert (entry.action, entry.subject) == ("claims.import", f"callcentre-{batch}")
    assert entry.actor.startswith("api:key-")
    assert {k: entry.facts()[k] for k in ("rows", "new", "rejected")} == {"rows": 2, "new": 1, "rejected": 1}
    assert verify_journal(api.ctx).ok


def test_a_repeated_request_gets_its_answer_again_and_writes_nothing(api_on_both: Api) -> None:
    api = api_on_both
    rows = [claim("A"), claim("B", region_given=None), claim("B"), claim("C", loss_at=FUTURE)]
    first = api.send(*rows, idem="one")
    before = len(journal_entries(api.ctx))
    again = api.send(*rows, idem="one")
    assert again.json() == first.json()
    assert [again.headers.get("idempotency-replayed"), first.headers.get("idempotency-replayed")] == ["true", None]
    assert len(journal_entries(api.ctx)) == before


def test_the_key_of_one_request_does_not_serve_another(api_on_both: Api) -> None:
    api = api_on_both
    api.send(claim("A"), idem="one")
    answer = api.send(claim("B"), idem="one")
    assert answer.status_code == 409 and counted(api) == 1
    assert results(api.send(claim("B"), idem="two")) == ["new"]


def test_a_request_that_was_refused_can_be_mended_under_its_key(api: Api) -> None:
    assert api.send(claim("A"), colour="red", idem="one").status_code == 422
    assert results(api.send(claim("A"), idem="one")) == ["new"]


def test_two_keys_may_use_the_same_idempotency_key(api: Api) -> None:
    api.send(claim("A"), idem="one")
    other = api.key("claims.write", source="app")
    assert results(api.send(claim("A"), key=other, idem="one")) == ["new"]


@pytest.mark.parametrize("idem", [None, "same"])
def test_senders_at_once_lose_nothing_and_write_nothing_twice(api_on_both: Api, idem: str | None) -> None:
    """Twelve threads send overlapping batches; with one idempotency key all get one answer."""
    api = api_on_both
    key = api.key("claims.write")

    def send(n: int) -> dict[str, Any]:
        rows = [claim(f"R{i}") for i in (range(4) if idem else range(n, n + 4))]
        answer = api.send(*rows, key=key, idem=idem)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(send, range(12)))
    if idem:
        assert len({json.dumps(a) for a in answers}) == 1
        assert counted(api) == 4
    else:
        assert counted(api) == sum(a["new"] for a in answers) == 15
        assert sum(a["duplicates"] for a in answers) == 12 * 4 - 15
    assert verify_journal(api.ctx).ok


def test_one_batch_that_cannot_be_written_does_not_take_others_with_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert = claim_store.upsert

    def broken(connection: Any, frame: Any, **more: Any) -> Any:
        if "BAD" in set(frame["report_no"]):
            upsert(connection, frame, **more)
            raise OSError("disk on fire")
        return upsert(connection, frame, **more)

    monkeypatch.setattr(claim_store, "upsert", broken)
    key = api.key("claims.write")
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda n: api.send(claim(n), key=key), ["A", "B", "BAD", "C", "D", "E"]))
    assert [a.status_code for a in answers] == [200, 200, 500, 200, 200, 200]
    assert counted(api) == 5  # nothing of the broken batch is left


def test_a_claim_of_a_file_and_of_the_feed_is_the_same_claim(api: Api) -> None:
    """Report numbers belong to their source: another source's claim of that number is another claim."""
    api.send(claim("A"))
    other = api.key("claims.write", source="app")
    assert results(api.send(claim("A"), key=other)) == ["new"]
    assert counted(api) == 2


def test_a_point_is_held_against_outlines_and_a_claim_without_place_waits(api: Api) -> None:
    houston = {"lon": -95.37, "lat": 29.76, "region_given": None}
    half = {"lon": -95.37, "region_given": None}
    null = {"lon": 0.0, "lat": 0, "region_given": None}
    answer = api.send(claim("A", **houston), claim("B", **half), claim("C", **null), claim("D", region_given="99999"))
    assert [r["located"] for r in answer.json()["results"]] == [True, False, False, False]
    assert answer.json()["unlocated"] == 3
    found = api.get("/v1/claims/A").json()
    assert (found["region"], found["precision"]) == ("48201", "point")
    for number in "BC":  # half a point and the point 0, 0 are not kept as if they were places
        assert api.get(f"/v1/claims/{number}").json()["lon"] is None


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"loss_at": FUTURE}, "loss_at", "in_future"),
        ({"reported_at": "1899-12-31T23:59:59Z"}, "reported_at", "too_early"),
        ({"lon": 29.7, "lat": -95.4}, "lat", "exchanged"),
        ({"lon": 181, "lat": 1}, "lon", "off_the_globe"),
        ({"estimated_minor": 10**15 + 1}, "estimated_minor", "too_large"),
        ({"estimated_minor": -1}, "estimated_minor", "negative"),
        ({"place": "a\x00b"}, "place", "control_character"),
        ({"report_no": "  "}, "report_no", "missing"),
    ],
)
def test_content_that_cannot_be_rejects_its_row_alone(api: Api, fields: dict[str, Any], field: str, code: str) -> None:
    answer = api.send({**claim("A"), **fields}, claim("B"))
    assert results(answer) == ["rejected", "new"]
    assert [(r["field"], r["code"]) for r in answer.json()["results"][0]["reasons"]] == [(field, code)]


def test_a_senders_clock_may_run_ahead_a_little(api: Api) -> None:
    from datetime import timedelta

    soon = (api.ctx.now() + timedelta(minutes=4)).isoformat()
    late = (api.ctx.now() + timedelta(minutes=7)).isoformat()
    assert results(api.send(claim("A", reported_at=soon), claim("B", reported_at=late))) == ["new", "rejected"]


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"line": "boat"}, "line", "literal_error"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
        ({"loss_at": "2020-01-01T00:00:00"}, "loss_at", "not_an_instant"),
        ({"loss_at": 1577836800}, "loss_at", "not_an_instant"),
        ({"loss_at": "2020-02-30T00:00:00Z"}, "loss_at", "not_an_instant"),
        ({"estimated_minor": 1.5}, "estimated_minor", "not_an_amount"),
        ({"estimated_minor": "1.50"}, "estimated_minor", "not_an_amount"),
        ({"estimated_minor": True}, "estimated_minor", "not_an_amount"),
        ({"injured": -1}, "injured", "greater_than_equal"),
        ({"injured": "1"}, "injured", "int_type"),
        ({"lon": "1.5", "lat": 1}, "lon", "float_type"),
        ({"currency": "usd"}, "currency", "string_pattern_mismatch"),
        ({"report_no": ""}, "report_no", "string_too_short"),
        ({"place": "x" * 501}, "place", "string_too_long"),
    ],
)
def test_a_row_of_broken_form_is_rejected_and_the_others_are_taken(
    api: Api, fields: dict[str, Any], field: str, code: str
) -> None:
    answer = api.send(claim("A"), {**claim("B"), **fields}, claim("C"), claim("D"))
    assert results(answer) == ["new", "rejected", "new", "new"] and counted(api) == 3
    row = answer.json()["results"][1]
    assert [(r["field"], r["code"]) for r in row["reasons"]] == [(field, code)]
    assert (row["index"], row["located"], row["report_no"]) == (1, None, {**claim("B"), **fields}["report_no"])


def test_rows_that_are_no_claims_at_all_are_rejected_by_their_place(api: Api) -> None:
    answer = api.ask("POST", "/v1/claims", json={"claims": [1, claim("A", line="boat"), {"line": "motor"}, claim("B")]})
    assert results(answer) == ["rejected", "rejected", "rejected", "new"]
    found = [(r["report_no"], r["reasons"][0]["code"]) for r in answer.json()["results"][:3]]
    assert found == [("", "model_type"), ("A", "literal_error"), ("", "missing")]


def test_a_batch_of_broken_rows_alone_is_answered_row_by_row(api: Api) -> None:
    assert results(api.send(claim("A", line="boat"), {})) == ["rejected", "rejected"]
    assert counted(api) == 0


def test_a_batch_with_a_broken_row_is_answered_again_under_its_key(api_on_both: Api) -> None:
    api = api_on_both
    rows = [claim("A"), claim("B", line="boat"), claim("C")]
    first, again = api.send(*rows, idem="one"), api.send(*rows, idem="one")
    assert again.json() == first.json() and results(first) == ["new", "rejected", "new"]
    assert counted(api) == 2


def test_a_currency_nobody_can_convert_rejects_its_row_and_stops_no_figure(api: Api) -> None:
    assert results(api.send(claim("A", currency="EUR", estimated_minor=5), claim("B"))) == ["rejected", "new"]
    assert api.get("/v1/regions/summary").json()["open"] == 1


def test_amounts_may_be_text_and_times_come_in_any_offset(api: Api) -> None:
    api.send(claim("A", estimated_minor="1250000", loss_at="2017-08-28T23:30:00.5-05:00"))
    found = api.get("/v1/claims/A").json()
    assert (found["estimated_minor"], found["loss_at"]) == (1_250_000, "2017-08-29T04:30:00.500000+00:00")


def test_what_is_not_said_takes_the_plain_value(api: Api) -> None:
    api.send({"report_no": "A", "line": "motor"})
    found = api.get("/v1/claims/A").json()
    assert (found["channel"], found["status"], found["currency"], found["precision"]) == (
        "api",
        "reported",
        "USD",
        "none",
    )


def test_more_than_a_thousand_rows_are_too_many(api: Api) -> None:
    rows = [claim(f"R{n}") for n in range(1001)]
    answer = api.send(*rows)
    assert answer.status_code == 413 and "1,000" in answer.json()["detail"] and counted(api) == 0
    assert results(api.send(*rows[:1000])).count("new") == 1000


def test_a_body_too_large_is_refused_before_it_is_parsed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_BYTES", 200)
    monkeypatch.setattr(door, "read_batch", lambda *_: pytest.fail("it was parsed"))
    assert api.send(*[claim(f"R{n}") for n in range(9)]).status_code == 413

    async def chunks() -> Any:
        yield b'{"claims": ['
        yield b" " * 300

    answer = api.ask("POST", "/v1/claims", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"claims": []}', b'{"claims": 3}', b'{"claims": [1], "x": 1}', b"\xff\xfe"]
)
def test_what_is_no_batch_is_unusable(api: Api, body: bytes) -> None:
    answer = api.ask("POST", "/v1/claims", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422 and answer.json()["errors"]


def test_nesting_without_end_is_no_json(api: Api) -> None:
    body = b'{"claims": ' + b"[" * 200_000
    answer = api.ask("POST", "/v1/claims", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_other_content_types_are_refused(api: Api) -> None:
    answer = api.ask("POST", "/v1/claims", content=b"claims=1", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_an_unknown_incident_is_named(api: Api) -> None:
    answer = api.send(claim("A"), incident="NO-SUCH")
    assert answer.status_code == 422 and counted(api) == 0
    assert answer.json()["errors"][0]["field"] == "incident"


def test_a_batch_of_which_nothing_can_be_used_is_answered_row_by_row(api: Api) -> None:
    assert results(api.send(claim("A", loss_at=FUTURE), claim("B", loss_at=FUTURE))) == ["rejected", "rejected"]
    assert counted(api) == 0


def test_reasons_are_spoken_in_the_readers_language(api: Api) -> None:
    body = {"claims": [claim("A", loss_at=FUTURE)]}
    answer = api.ask("POST", "/v1/claims", json=body, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "未来" in answer.json()["results"][0]["reasons"][0]["reason"]


def test_the_words_a_field_may_be_are_listed_without_english_between_them(api: Api) -> None:
    """Of the body and of an address's parameters; in both languages the same words."""
    for language in ("zh-CN", "en"):
        headers = {"Accept-Language": language}
        body = {"claims": [claim("A", line="boat", status="gone")]}
        answer = api.ask("POST", "/v1/claims", json=body, headers=headers)
        reasons = [r["reason"] for r in answer.json()["results"][0]["reasons"]]
        assert len(reasons) == 2
        assert all(" or " not in reason and "'" not in reason for reason in reasons), reasons
        assert reasons[0].endswith("liability, personal_injury, health")


def test_a_shown_claim_hides_what_could_name_a_person(api: Api) -> None:
    api.send(claim("A/1", policy_no="P-2017-123456", place="Main Street 12, Houston", lon=-95.36981, lat=29.76043))
    found = api.get("/v1/claims/A/1").json()
    assert found["policy_no"] == "***3456"
    assert found["place"] == "Main S***"
    assert (found["lon"], found["lat"]) == (-95.37, 29.76)
    assert found["masked"] == ["lat", "lon", "place", "policy_no"]


def test_a_claim_that_is_not_there_is_not_found(api: Api) -> None:
    for number in ("NOBODY", "a%00b", "%F0%9F%8C%8A"):
        assert api.get(f"/v1/claims/{number}").status_code == 404


def test_a_group_is_never_larger_than_its_limit() -> None:
    assert feed.MOST_TOGETHER * feed.MOST_ROWS <= 20_000


def test_one_claim_of_billions_is_taken_and_flagged(api: Api) -> None:
    answer = api.send(claim("A", estimated_minor=1_660_000_000_000), claim("B", estimated_minor=100_000), idem="large")
    assert [[f["code"] for f in r["flags"]] for r in answer.json()["results"]] == [["very_large"], []]


def test_a_row_that_looks_wrong_is_taken_and_flagged_in_the_reader_s_language(api: Api) -> None:
    """Eight claims of 1,000; one of 10 million is 元 where 万元 was meant; one is reported before it happened."""
    rows = [claim(f"R-{n}", estimated_minor=100_000) for n in range(8)]
    rows += [claim("HIGH", estimated_minor=1_000_000_000), claim("LOW", estimated_minor=99)]
    rows += [claim("EARLY", loss_at="2017-08-29T12:00:00Z", reported_at="2017-08-28T12:00:00Z")]
    rows += [claim("LATE", loss_at="2017-08-29T12:00:00Z", reported_at="2019-08-30T12:00:01Z")]
    answer = api.send(*rows, claim("FUTURE", loss_at=FUTURE, reported_at="2017-08-28T12:00:00Z"), idem="flags")
    assert results(answer) == ["new"] * 12 + ["rejected"]
    flagged = {r["report_no"]: [f["code"] for f in r["flags"]] for r in answer.json()["results"] if r["flags"]}
    assert flagged == {
        "HIGH": ["far_above"], "LOW": ["far_below"], "EARLY": ["report_before_loss"], "LATE": ["report_long_after"]
    }  # fmt: skip
    again = api.ask(
        "POST", "/v1/claims", json={"claims": rows}, headers={"Accept-Language": "zh-CN"}
    ).json()["results"]  # fmt: skip
    assert {r["result"] for r in again} == {"duplicate"}
    assert again[10]["flags"][0]["reason"] == "报案时间早于出险时间"


def test_few_amounts_have_no_median_to_be_held_against(api: Api) -> None:
    rows = [claim(f"R-{n}", estimated_minor=100_000) for n in range(6)]
    answer = api.send(*rows, claim("HIGH", estimated_minor=1_000_000_000))
    assert [r["flags"] for r in answer.json()["results"]] == [[]] * 7
