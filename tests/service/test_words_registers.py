"""Rumours, contact tests and warnings before the event."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest

from emergency.domain.incident import Incident
from emergency.service import outbox, words, words_chores, words_contacts, words_rumours, words_warnings
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.records import journal_entries
from emergency.service.response import playbook_of
from emergency.store import messages

LIST = (
    "编号,岗位,姓名,渠道,联系方式\n"
    "7,commander,欧阳修文,sms,13812345678\n"
    "7,commander,欧阳修文,mail,ouyang@example.org\n"
    "8,risk,Anna Smith,mail,anna@example.org\n"
)
CLIENTS = (
    "policy_no,name,phone,region,line\n"
    "P-10000001,Maria Lopez,+1 713 555 0101,48201,property\n"
    "P-10000002,Maria Lopez,+1 713 555 0101,48201,motor\n"
    "P-10000003,=cmd|x,713 555 0102,48201,motor\n"
    "P-10000004,John Doe,713 555 0103,22019,motor\n"
    "P-10000005,No Phone,,48201,motor\n"
)


def person(ctx: Context, name: str, role: str) -> Context:
    return replace(ctx, actor=Actor(name, name, role))


def later(ctx: Context, **span: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(**span)))


def journal(ctx: Context) -> str:
    return json.dumps([[e.action, e.subject, e.facts()] for e in journal_entries(ctx)], ensure_ascii=False)


# Rumours ------------------------------------------------------------------------------------------------


def test_a_rumour_goes_from_heard_to_published_by_two_people(ctx: Context, flood: Incident) -> None:
    number = words_rumours.hear(ctx, flood.incident_id, "Flooded cars are never paid", "Facebook")
    words_rumours.answer(ctx, number, 1, "false", "Comprehensive cover pays for flooded cars.")
    with pytest.raises(Refused, match="only Commander approves"):
        words_rumours.approve(person(ctx, "li", "risk"), number, 2)
    with pytest.raises(Refused, match="another person acting as Commander"):
        words_rumours.approve(person(ctx, "chen", "commander"), number, 2)
    words_rumours.approve(person(ctx, "li", "commander"), number, 2)
    words_rumours.publish(ctx, number, 3, "our website")
    row = words_rumours.get(ctx, number)
    assert (row["state"], row["approved_by"], row["published_where"]) == ("published", "li", "our website")
    assert {"rumour.hear", "rumour.answer", "rumour.approve", "rumour.publish"} <= {
        e.action for e in journal_entries(ctx)
    }


@pytest.mark.parametrize(
    ("audience", "approver"), [("customers", "risk"), ("media", "commander"), ("staff", "planning")]
)
def test_an_answer_is_approved_by_whom_the_playbook_names_for_its_audience(
    ctx: Context, flood: Incident, audience: str, approver: str
) -> None:
    number = words_rumours.hear(ctx, flood.incident_id, "Flooded cars are never paid", "Facebook")
    words_rumours.answer(ctx, number, 1, "false", "Comprehensive cover pays for flooded cars.", audience)
    for other in {"risk", "commander", "planning"} - {approver}:
        with pytest.raises(Refused, match="approves this one"):
            words_rumours.approve(person(ctx, "li", other), number, 2)
    words_chores.chores(later(ctx, hours=1.1))
    (nag,) = [d for d in outbox.deliveries(ctx) if d["event_key"].startswith("nag/rumour/")]
    assert nag["audience"] == approver
    words_rumours.approve(person(ctx, "li", approver), number, 2)
    assert words_rumours.get(ctx, number)["approved_by"] == "li"


def test_who_approves_follows_the_level_where_the_playbook_has_a_row_for_each(ctx: Context, flood: Incident) -> None:
    plan = playbook_of(ctx, flood)
    assert plan is not None
    grave = replace(next(r for r in plan.comms if r.audience == "customers"), id="grave", levels=(1,), approver="ceo")
    mild = replace(grave, id="mild", levels=(2, 3), approver="risk")
    with patch.object(words, "playbook_of", lambda _ctx, _incident: replace(plan, comms=(grave, mild))):
        found = [words.approver_for(ctx, replace(flood, response_level=n), "customers") for n in (1, 2, 3)]
    assert found == ["ceo", "risk", "risk"]


def test_a_new_answer_voids_the_approval_and_nothing_is_published_without_one(ctx: Context, flood: Incident) -> None:
    number = words_rumours.hear(ctx, flood.incident_id, "x", "radio")
    words_rumours.answer(ctx, number, 1, "unknown", "We are looking into it.")
    words_rumours.approve(person(ctx, "li", "commander"), number, 2)
    words_rumours.answer(ctx, number, 3, "true", "It is so.")
    with pytest.raises(Refused, match="answer waits for approval"):
        words_rumours.publish(ctx, number, 4, "website")
    with pytest.raises(Conflict, match=r"chen changed rumour/1"):
        words_rumours.answer(ctx, number, 3, "true", "It is so!")


def test_an_open_rumour_nags_once_an_hour_until_it_is_published(ctx: Context, flood: Incident) -> None:
    number = words_rumours.hear(ctx, flood.incident_id, "x", "radio")
    assert words_chores.chores(later(ctx, minutes=59)) == 0
    first = later(ctx, minutes=61)
    assert (words_chores.chores(first), words_chores.chores(first)) == (1, 0)
    assert words_chores.chores(later(ctx, minutes=121)) == 1
    words_rumours.close(ctx, number, 1, "nobody repeats it")
    assert words_chores.chores(later(ctx, hours=9)) == 0


# Contacts -----------------------------------------------------------------------------------------------


def test_a_contact_test_writes_to_every_channel_and_knows_who_did_not_answer(ctx: Context) -> None:
    assert words_contacts.take_contacts(ctx, LIST.encode("gb18030"), "list.csv") == 2
    number = words_contacts.start_test(ctx, 30, "quarterly")
    sent = [d for d in outbox.deliveries(ctx) if d["event_key"].startswith("contact-test/")]
    assert sorted((d["channel"], d["recipients"]) for d in sent) == [
        ("mail", ("anna@example.org",)),
        ("mail", ("ouyang@example.org",)),
        ("sms", ("13812345678",)),
    ]
    assert words_contacts.acknowledge(later(ctx, minutes=10), number, "8", "phone")
    assert not words_contacts.acknowledge(ctx, number, "8") and not words_contacts.acknowledge(ctx, number, "99")
    assert words_chores.chores(later(ctx, minutes=29)) == 0
    assert words_chores.chores(later(ctx, minutes=31)) == 1 and words_chores.chores(later(ctx, minutes=32)) == 0
    found = words_contacts.report(ctx)
    assert found is not None and [r["name"] for r in found.waiting] == ["欧阳修文"]
    assert (found.in_time, found.half_answered_minutes, found.closed is not None) == (1, 10.0, True)
    assert "anna" not in words_contacts.csv_report(found).decode().lower().replace("anna smith", "")


def test_names_and_addresses_of_contacts_stay_out_of_the_journal(ctx: Context) -> None:
    words_contacts.take_contacts(ctx, LIST.encode(), "list.csv")
    number = words_contacts.start_test(ctx, 30)
    words_contacts.acknowledge(ctx, number, "7", "phone")
    words_contacts.close_test(ctx, number)
    said = journal(ctx)
    assert not any(personal in said for personal in ("欧阳", "138123", "@example", "Smith"))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("id,role,name,channel\n", "no column address"),
        ("id,role,name,channel,address\n1,a,b,sms,\n", "line 2 .* address missing"),
        ("id,role,name,channel,address\n", "empty"),
    ],
)
def test_a_contact_list_that_is_not_whole_is_refused_by_line(ctx: Context, text: str, wrong: str) -> None:
    with pytest.raises(Refused, match=wrong):
        words_contacts.take_contacts(ctx, text.encode(), "list.csv")
    assert words_contacts.contact_list(ctx) == []


def test_only_one_contact_test_runs_at_a_time(ctx: Context) -> None:
    with pytest.raises(Refused, match="empty"):
        words_contacts.start_test(ctx, 30)
    words_contacts.take_contacts(ctx, LIST.encode(), "list.csv")
    number = words_contacts.start_test(ctx, 30)
    with pytest.raises(Refused, match="is running"):
        words_contacts.start_test(ctx, 30)
    assert words_contacts.close_test(ctx, number) and not words_contacts.close_test(ctx, number)


# Warnings -----------------------------------------------------------------------------------------------


def policies(ctx: Context) -> None:
    rows = [
        {
            "region": region,
            "line": line,
            "policies": count,
            "sum_insured_minor": count * 100,
            "currency": "USD",
            "own_share": 1.0,
            "as_of_us": ctx.now_us(),
            "import_id": "t",
        }
        for region, line, count in (("48201", "motor", 900), ("48201", "property", 400), ("22019", "motor", 70))
    ]
    with ctx.store.write() as connection:
        messages.keep_policies(connection, rows)


def test_exposed_customers_are_counted_by_region_and_line(ctx: Context) -> None:
    policies(ctx)
    county, state = words_warnings.exposed(ctx, ["48201"]), words_warnings.exposed(ctx, ["48"])
    assert [(e.region, e.line, e.policies) for e in county] == [("48201", "motor", 900), ("48201", "property", 400)]
    assert county == state and words_warnings.exposed(ctx, ["22019"])[0].policies == 70


@pytest.mark.parametrize(
    ("peril", "kind"), [("hurricane", "warning-typhoon"), ("flood", "warning-flood"), ("heat", "warning-weather")]
)
def test_the_words_of_a_warning_follow_the_peril(ctx: Context, peril: str, kind: str) -> None:
    row = words.get(ctx, words_warnings.begin_warning(ctx, peril))
    assert (row["kind"], row["audience"], row["incident_id"]) == (kind, "customers", None)


def test_the_list_for_the_gateway_holds_each_number_once_and_shows_them_masked(ctx: Context) -> None:
    made = words_warnings.sending_list(ctx, CLIENTS.encode(), ["48201"])
    assert (made.rows, made.outside, made.twice, made.unusable) == (2, 1, 1, 1)
    lines = made.path.read_text("utf-8-sig").splitlines()
    assert lines[1] == "+17135550101,Maria Lopez,P-10000001,48201,property" and lines[2].split(",")[1] == "'=cmd|x"
    assert oct(made.path.stat().st_mode & 0o777) == "0o600"
    preview = str(made.preview)
    assert "Lopez" not in preview and "5550101" not in preview and "M**** L****" in preview


def test_no_personal_field_of_a_warning_is_stored_or_journaled(ctx: Context) -> None:
    words_warnings.sending_list(ctx, CLIENTS.encode(), ["48201"])
    said = journal(ctx)
    assert "warning.list" in said and not any(p in said for p in ("Lopez", "5550101", "P-1000", "Doe"))


def test_a_list_without_phones_or_regions_is_refused(ctx: Context) -> None:
    with pytest.raises(Refused, match="no column phone"):
        words_warnings.sending_list(ctx, b"name,region\n", ["48201"])
    with pytest.raises(Refused, match="choose the warned regions"):
        words_warnings.sending_list(ctx, CLIENTS.encode(), [])
