"""Claims over HTTP about which messages have come: the same as by file, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from emergency.service.claim_history import claim_history
from emergency.service.importing import import_claims, mapping_named
from emergency.service.record_files import import_records
from emergency.service.waiting_messages import waiting_messages
from tests.api.conftest import Api, claim

HEAD = "report_no,kind,at,estimated,outstanding,paid,currency,note\n"
SOURCE = "plain"  # whose messages the plain mapping reads


def told(api: Api, tmp_path: Path, *lines: str, name: str = "m.csv") -> None:
    path = tmp_path / name
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    import_records(api.ctx, path, mapping_named(api.ctx, "plain-messages"))


def send(api: Api, *claims: dict[str, Any], idem: str | None = None) -> list[str]:
    answer = api.send(*claims, key=api.key("claims.write", source=SOURCE), idem=idem)
    assert answer.status_code == 200, answer.text
    return [row["result"] for row in answer.json()["results"]]


def stands(api: Api, number: str = "W2") -> tuple[int, str, int | None]:
    """Version, status and paid of a claim now."""
    (found,) = claim_history(api.ctx, number)
    last = found.versions[-1]
    return last.number, last.values["status"], last.values["paid_minor"]


def test_a_message_that_waited_is_applied_to_the_claim_that_comes(api_on_both: Api, tmp_path: Path) -> None:
    api = api_on_both
    told(api, tmp_path, "W2,paid,2020-07-20 10:00,,,100,USD,")
    assert [w.messages for w in waiting_messages(api.ctx)] == [1]
    assert send(api, claim("W1"), claim("W2")) == ["new", "new"]
    assert stands(api) == (2, "paid", 10_000)
    assert stands(api, "W1") == (1, "reported", None)
    assert waiting_messages(api.ctx) == ()


def test_a_claim_that_is_asked_for_says_what_made_its_version(api_on_both: Api, tmp_path: Path) -> None:
    api = api_on_both
    key = api.key("claims.write", "claims.read", source=SOURCE)
    assert api.send(claim("W2"), key=key).status_code == 200
    as_sent = api.get("/v1/claims/W2", key=key).json()
    assert (as_sent["version"], as_sent["made"]["by"], as_sent["made"]["messages"]) == (1, "sender", [])
    told(api, tmp_path, "W2,paid,2020-07-20 10:00,,,100,USD,")
    found = api.get("/v1/claims/W2", key=key).json()
    assert (found["version"], found["made"]["by"]) == (2, "messages")
    assert found["made"]["messages"] == [{"kind": "paid", "at": "2020-07-20T02:00:00+00:00"}]
    assert found["made"]["at"] > as_sent["made"]["at"]


def test_messages_about_another_source_s_claim_of_that_number_are_not_its_own(api: Api, tmp_path: Path) -> None:
    told(api, tmp_path, "W2,paid,2020-07-20 10:00,,,100,USD,")
    assert api.send(claim("W2")).json()["new"] == 1
    assert stands(api) == (1, "reported", None)


@pytest.mark.parametrize("kind", ["declined", "closed", "paid"])
def test_a_claim_sent_again_without_a_status_stays_where_messages_put_it(
    api_on_both: Api, tmp_path: Path, kind: str
) -> None:
    api = api_on_both
    send(api, claim("W2"))
    told(api, tmp_path, f"W2,{kind},2020-07-20 10:00,,,,USD,")
    assert stands(api) == (2, kind, None)
    assert send(api, claim("W2")) == ["duplicate"]
    assert stands(api) == (2, kind, None)
    assert send(api, claim("W2", dead=1)) == ["updated"]
    assert stands(api)[1:] == (kind, None)


def test_a_claim_of_a_file_sent_again_over_http_stays_where_messages_put_it(
    api_on_both: Api, tmp_path: Path
) -> None:
    """A file and a sender say some things in other words: the claim changes, and its stage does not."""
    api = api_on_both
    path = tmp_path / "c.csv"
    path.write_text("report_no,line,loss_time,region,currency\nW2,property,2020-07-19 08:00,48201,USD\n")
    import_claims(api.ctx, path, mapping_named(api.ctx, "plain"))
    told(api, tmp_path, "W2,paid,2020-07-20 10:00,,,100,USD,")
    assert send(api, claim("W2")) == ["updated"]
    assert stands(api)[1:] == ("paid", 10_000)


def test_a_status_that_is_sent_gives_way_to_messages_as_in_a_file(api_on_both: Api, tmp_path: Path) -> None:
    api = api_on_both
    send(api, claim("W2", status="surveyed"))
    assert stands(api) == (1, "surveyed", None)
    told(api, tmp_path, "W2,closed,2020-07-20 10:00,,,,USD,")
    send(api, claim("W2", status="assessed", dead=1))
    by_api = stands(api)[1:]
    path = tmp_path / "c.csv"
    path.write_text("report_no,line,loss_time,region,currency,status\nW2,property,2020-07-19,48201,USD,assessed\n")
    import_claims(api.ctx, path, mapping_named(api.ctx, "plain"))
    assert by_api == stands(api)[1:] == ("closed", None)


def test_a_repeated_request_gets_its_answer_though_messages_changed_the_claim(
    api_on_both: Api, tmp_path: Path
) -> None:
    api = api_on_both
    told(api, tmp_path, "W2,paid,2020-07-20 10:00,,,100,USD,")
    assert send(api, claim("W2"), idem="one") == ["new"]
    told(api, tmp_path, "W2,closed,2020-07-21 10:00,,,,USD,", name="m2.csv")
    assert send(api, claim("W2"), idem="one") == ["new"]
    assert send(api, claim("W2"), idem="two") == ["duplicate"]
    assert stands(api) == (3, "closed", 10_000)


def test_a_batch_costs_one_search_for_messages(api_on_both: Api, tmp_path: Path) -> None:
    """Of claims without messages, whether or not their source has some."""
    api = api_on_both
    searches: list[str] = []
    engine = api.ctx.store.engine
    send(api, claim("A"))

    def seen(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "claim_message" in statement:
            searches.append(statement)

    for n in range(2):
        event.listen(engine, "before_cursor_execute", seen)
        send(api, *(claim(f"{n}-{i}") for i in range(50)))
        event.remove(engine, "before_cursor_execute", seen)
        assert len(searches) == 1
        searches.clear()
        told(api, tmp_path, "W2,paid,2020-07-20 10:00,,,100,USD,")
