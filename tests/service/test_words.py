"""A bulletin from its template to everyone who got it, and to those who got a wrong one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.domain.playbook import satisfies
from emergency.library import strict_yaml
from emergency.library.playbooks import playbook_from
from emergency.service import outbox, words, words_approval, words_chores, words_correction, words_due, words_ledger
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.grading import confirm_level
from emergency.service.importing import receive
from emergency.service.records import journal_entries
from emergency.service.response import record_fact, tasks
from emergency.store import incidents
from emergency.store import outbox as rows
from tests.service.worlds import claims

BASIC = {
    "house.name": "Example Mutual",
    "house.hotline": "95500",
    "house.website": "example.org/claims",
    "house.contact": "duty desk",
}


@pytest.fixture
def open_flood(ctx: Context, flood: Incident) -> Context:
    """A flood at level Ⅲ with the house's own figures entered."""
    for figure, value in BASIC.items():
        record_fact(ctx, figure, value, source="house")
    record_fact(ctx, "casualties.deaths", 2, incident_id="FLOOD-1", source="county coroner")
    confirm_level(ctx, "FLOOD-1", 2, reason="many streets under water")
    return ctx


def person(ctx: Context, name: str, role: str) -> Context:
    return replace(ctx, actor=Actor(name, name, role))


def later(ctx: Context, **span: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(**span)))


def claims_in(ctx: Context, county: str, count: int) -> None:
    receive(ctx, claims(county, count), source="test", incident_id="FLOOD-1", batch="1")


def incident(ctx: Context) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, "FLOOD-1")
    assert found is not None
    return found


def written(ctx: Context, body: str, audience: str = "media") -> int:
    texts = {"en": body, "zh": body}
    return words.begin(
        ctx, incident(ctx), audience=audience, kind="own", subject={"en": "Flood", "zh": "洪水"}, body=texts
    )


def approved(ctx: Context, number: int) -> int:
    words_approval.submit(ctx, number)
    approver = words.get(ctx, number)["approver_role"]
    words_approval.approve(person(ctx, "li", approver), number, words.get(ctx, number)["version"])
    return number


def sent(ctx: Context, number: int) -> int:
    words_approval.send(ctx, approved(ctx, number))
    return number


def wrong(ctx: Context, number: int) -> list[tuple[str, str]]:
    return [(p.figure, p.kind) for p in words.preview(ctx, words.get(ctx, number)).problems]


# The ledger -----------------------------------------------------------------------------------------


def test_every_figure_has_value_unit_source_and_time(open_flood: Context) -> None:
    found = words_ledger.ledger(open_flood, incident(open_flood))
    assert found["casualties.deaths"][0].value == 2 and found["casualties.deaths"][0].source == "county coroner"
    assert found["house.hotline"][0].value == {"en": "95500", "zh": "95500"}
    assert found["response.level"][0].value == 2
    assert found["adjusters.available"][0].value == 5
    assert all(e.source and e.as_of <= open_flood.now() for several in found.values() for e in several)


def test_claims_are_counted_as_of_the_last_one_that_came_in(open_flood: Context) -> None:
    claims_in(open_flood, "48201", 3)
    found = words_ledger.ledger(open_flood, incident(open_flood))
    (reported,) = found["claims.reported"]
    assert reported.value == 3 and reported.unit == "claims" and reported.as_of <= open_flood.now()


def test_a_figure_somebody_states_stands_beside_the_counted_one(open_flood: Context) -> None:
    claims_in(open_flood, "48201", 3)
    record_fact(open_flood, "claims.reported", 9, incident_id="FLOOD-1", source="Houston branch by phone")
    found = words_ledger.ledger(open_flood, incident(open_flood))
    assert {e.source: e.value for e in found["claims.reported"]} == {"claims": 3, "Houston branch by phone": 9}


# Templates -------------------------------------------------------------------------------------------


def test_every_shipped_template_draws_all_its_numbers_from_the_ledger(open_flood: Context) -> None:
    known, broken = words_due.templates(open_flood)
    assert not broken and {t.audience for t in known} >= {"customers", "media", "regulator", "staff", "government"}
    for template in known:
        number = words_due.begin_for(open_flood, incident(open_flood), template, audience="staff")
        seen = words.preview(open_flood, words.get(open_flood, number))
        assert not any(seen.loose.values()), template.id


def test_a_line_whose_figures_nobody_knows_is_left_out_of_the_draft_and_said_in_none(open_flood: Context) -> None:
    known, _ = words_due.templates(open_flood)
    brief = next(t for t in known if t.id == "regulator.brief")
    row = words.get(open_flood, words_due.begin_for(open_flood, incident(open_flood), brief))
    assert "{industry.claims}" not in row["body"]["en"] and "? " not in row["body"]["en"]
    assert wrong(open_flood, row["bulletin_id"]) == []


def test_a_level_has_its_own_words(open_flood: Context) -> None:
    known, _ = words_due.templates(open_flood)
    guide = next(t for t in known if t.id == "customers.guide")
    texts = [guide.body_at(level)["en"] for level in (1, 2, 3)]
    assert len(set(texts)) == 3 and not any("by_level" in text for text in texts)


# What blocks --------------------------------------------------------------------------------------------


def test_contradictory_numbers_block_until_a_source_is_named(open_flood: Context) -> None:
    record_fact(open_flood, "casualties.deaths", 4, incident_id="FLOOD-1", source="hospital")
    number = written(open_flood, "{casualties.deaths} dead")
    assert wrong(open_flood, number) == [("casualties.deaths", "contradictory")]
    with pytest.raises(Refused, match="2 sources disagree; name the one that holds"):
        words_approval.submit(open_flood, number)
    with pytest.raises(Refused, match="say why"):
        words.choose_source(open_flood, number, "casualties.deaths", "hospital", " ")
    words.choose_source(open_flood, number, "casualties.deaths", "hospital", "it counted last")
    assert wrong(open_flood, number) == []
    seen = words.preview(open_flood, words.get(open_flood, number))
    assert seen.body["en"].text == "4 dead"
    entry = next(e for e in journal_entries(open_flood) if e.action == "bulletin.choose_source")
    assert entry.facts()["source"] == "hospital" and entry.facts()["why"] == "it counted last"


def test_stale_numbers_block_and_say_what_to_do(open_flood: Context) -> None:
    number = written(open_flood, "{casualties.deaths} dead")
    old = later(open_flood, hours=7)
    with pytest.raises(Refused, match="older than 6 h; bring in a newer one, or name the source"):
        words_approval.submit(old, number)
    record_fact(old, "casualties.deaths", 3, incident_id="FLOOD-1", source="county coroner")
    words.edit(old, number, 1)
    words_approval.submit(old, number)


def test_a_number_that_grew_stale_after_approval_blocks_the_sending(open_flood: Context) -> None:
    number = approved(open_flood, written(open_flood, "{casualties.deaths} dead"))
    with pytest.raises(Refused, match="older than 6 h"):
        words_approval.send(later(open_flood, hours=7), number)


def test_a_number_that_changed_after_approval_blocks_the_sending(open_flood: Context) -> None:
    number = approved(open_flood, written(open_flood, "{casualties.deaths} dead"))
    after = later(open_flood, hours=1)
    record_fact(after, "casualties.deaths", 5, incident_id="FLOOD-1", source="county coroner")
    with pytest.raises(Refused, match="has changed since it was read"):
        words_approval.send(after, number)


def test_a_figure_without_source_blocks(open_flood: Context) -> None:
    number = written(open_flood, "{data.persons_leaked} persons")
    with pytest.raises(Refused, match="no source gives it"):
        words_approval.submit(open_flood, number)


def test_a_typed_number_is_marked_but_does_not_block(open_flood: Context) -> None:
    number = written(open_flood, "300 claims")
    seen = words.preview(open_flood, words.get(open_flood, number))
    assert [one.text for one in seen.loose["en"]] == ["300"] and not seen.problems


# Approval ------------------------------------------------------------------------------------------------


def test_the_role_the_playbook_names_approves_and_nobody_else(open_flood: Context) -> None:
    number = written(open_flood, "open {casualties.deaths}", audience="customers")
    assert words.get(open_flood, number)["approver_role"] == "risk"
    words_approval.submit(open_flood, number)
    with pytest.raises(Refused, match=r"only Risk and compliance approves this one; you act as Commander"):
        words_approval.approve(person(open_flood, "li", "commander"), number, 2)
    words_approval.approve(person(open_flood, "li", "risk"), number, 2)
    assert words.get(open_flood, number)["approver"] == "li"


def test_nobody_approves_what_they_wrote_in(open_flood: Context) -> None:
    number = written(open_flood, "text")
    words.edit(person(open_flood, "li", "commander"), number, 1, body={"en": "other", "zh": "另"})
    words_approval.submit(open_flood, number)
    for name in ("chen", "li"):
        with pytest.raises(Refused, match="another person acting as Commander"):
            words_approval.approve(person(open_flood, name, "commander"), number, 3)
    words_approval.approve(person(open_flood, "wang", "commander"), number, 3)


def test_an_edit_after_approval_voids_it(open_flood: Context) -> None:
    number = approved(open_flood, written(open_flood, "text"))
    words.edit(open_flood, number, words.get(open_flood, number)["version"], body={"en": "more", "zh": "更多"})
    row = words.get(open_flood, number)
    assert (row["state"], row["approver"]) == ("draft", "")
    with pytest.raises(Refused, match="not approved; Commander has to approve it first"):
        words_approval.send(open_flood, number)


def test_two_who_edit_one_draft_do_not_overwrite_each_other(open_flood: Context) -> None:
    number = written(open_flood, "text")
    words.edit(open_flood, number, 1, body={"en": "a", "zh": "a"})
    with pytest.raises(Conflict, match="chen changed bulletin/1 in the meantime"):
        words.edit(person(open_flood, "li", "risk"), number, 1, body={"en": "b", "zh": "b"})


# Sending ---------------------------------------------------------------------------------------------------


def test_what_was_sent_is_in_the_journal_with_figures_and_settles_its_task(open_flood: Context) -> None:
    before = {t["task_id"] for t in tasks(open_flood, "FLOOD-1") if t["state"] == "open"}
    number = sent(open_flood, written(open_flood, "Call {house.hotline}", audience="reinsurers"))
    entry = next(e for e in journal_entries(open_flood) if e.action == "comms.send")
    said = entry.facts()
    assert said["text"] == "Call 95500" and said["approver"] == "li" and said["audience"] == "reinsurers"
    assert {f["figure"]: f["source"] for f in said["figures"]} == {"house.hotline": "house"}
    after = {t["task_id"] for t in tasks(open_flood, "FLOOD-1") if t["state"] == "open"}
    assert before - after, "the act is evidence for a task of the playbook"
    assert outbox.send_queued(open_flood) >= 1
    (row,) = words.deliveries_of(open_flood, [number])[number]
    assert (row["state"], row["audience"]) == ("sent", "reinsurers")


def test_sending_twice_sends_once(open_flood: Context) -> None:
    number = sent(open_flood, written(open_flood, "text"))
    with pytest.raises(Refused, match="not approved"):
        words_approval.send(open_flood, number)
    assert len(words.deliveries_of(open_flood, [number])[number]) == 1


# Corrections -----------------------------------------------------------------------------------------------


def test_a_correction_goes_to_everyone_who_got_the_wrong_one_and_says_both_numbers(open_flood: Context) -> None:
    number = written(open_flood, "{casualties.deaths} dead")
    words.edit(open_flood, number, 1, channels=["press", "wire"])
    sent(open_flood, number)
    outbox.send_queued(open_flood)
    with open_flood.store.write() as connection:
        (press, wire) = rows.keyed(connection, [words.subject_of(number)])
        rows.change(connection, press["outbox_id"], recipients=["a@paper", "b@paper"])
    after = later(open_flood, minutes=30)
    with pytest.raises(Refused, match="the ledger says the same still"):
        words_correction.correct(after, number, figures=["casualties.deaths"])
    record_fact(after, "casualties.deaths", 1, incident_id="FLOOD-1", source="county coroner")
    fix = words_correction.correct(after, number, figures=["casualties.deaths"])
    row = words.get(after, fix)
    assert (
        row["recipients"] == [["press", ["a@paper", "b@paper"]], ["wire", []]] and row["approver_role"] == "commander"
    )
    sent(after, fix)
    went = {r["channel"]: r for r in words.deliveries_of(after, [fix])[fix]}
    assert went["press"]["recipients"] == ("a@paper", "b@paper") and set(went) == {"press", "wire"}
    assert "We said: Deaths 2" in went["press"]["text"] and "Right is: Deaths 1" in went["press"]["text"]
    assert words.get(after, fix)["corrects"] == number and wire["channel"] == "wire"


def test_a_wrong_one_that_has_not_gone_is_kept_back_and_needs_no_correction(open_flood: Context) -> None:
    number = sent(open_flood, written(open_flood, "roads are open"))
    with pytest.raises(Refused, match="nobody has got bulletin"):
        words_correction.correct(open_flood, number, said="roads are open", right="roads are shut")
    (row,) = words.deliveries_of(open_flood, [number])[number]
    assert row["state"] == "withdrawn"


def test_one_that_perhaps_went_is_corrected_too(open_flood: Context) -> None:
    """The sender died between handing it over and writing that down."""
    number = sent(open_flood, written(open_flood, "roads are open"))
    with open_flood.store.write() as connection:
        (row,) = rows.keyed(connection, [words.subject_of(number)])
        rows.take(connection, row["outbox_id"], open_flood.now_us(), None)
    fix = words_correction.correct(open_flood, number, said="roads are open", right="roads are shut")
    assert "roads are shut" in words.preview(open_flood, words.get(open_flood, fix)).body["en"].text


# Due and nagging ---------------------------------------------------------------------------------------------


def test_what_is_due_follows_the_playbook_and_is_nagged_about_once(open_flood: Context) -> None:
    due = {d.row.id: d for d in words_due.due(open_flood, incident(open_flood))}
    opened = incident(open_flood).activated_at
    assert opened and due["staff"].due_at == opened + timedelta(hours=1)
    assert due["customers"].due_at == opened + timedelta(hours=3)
    late = later(open_flood, hours=1, minutes=1)
    assert words_chores.chores(late) == 1 and words_chores.chores(late) == 0
    nags = [d for d in outbox.deliveries(late) if d["event_key"].startswith("nag/")]
    assert len(nags) == 1 and "is late" in nags[0]["text"] and "对员工的通报已逾期" in nags[0]["text"]


def test_after_a_sending_the_next_is_due_by_its_cadence(open_flood: Context) -> None:
    flood = incident(open_flood)
    staff = next(d for d in words_due.due(open_flood, flood) if d.row.id == "staff")
    number = words_due.begin_due(open_flood, flood, staff)
    assert words.get(open_flood, number)["template"].startswith("staff.notice@")
    sent(open_flood, number)
    again = next(d for d in words_due.due(open_flood, flood) if d.row.id == "staff")
    assert again.last_at == open_flood.now() and again.due_at == open_flood.now() + timedelta(hours=12)


def test_a_drill_says_what_the_live_house_says(open_flood: Context) -> None:
    live = open_flood.content.workspaces.open("live")
    with live.write() as connection:
        now = datetime.now(UTC)
        incidents.add_fact(
            connection,
            incident_id=None,
            metric="house.name",
            value="Live House",
            region=None,
            source="board",
            as_of=now,
            recorded=now,
            actor="x",
        )
    found = words_ledger.ledger(open_flood, incident(open_flood))["house.name"]
    assert {e.source for e in found} == {"house", "board"}


def test_text_of_people_is_kept_as_it_is(open_flood: Context, tmp_path: Path) -> None:
    sly = "<script>alert(1)</script> {claims.reported"
    number = written(open_flood, sly)
    assert words.preview(open_flood, words.get(open_flood, number)).body["en"].text == sly


def test_what_nobody_would_get_is_not_called_sent(open_flood: Context, tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    text = "format: channels/1.0\nchannels:\n  press: {kind: smtp, host: 127.0.0.1, from: a@example.org%s}\n"
    path.write_text(text % "")
    content = replace(open_flood.content, channels=path)
    live = replace(open_flood, content=content, profile=replace(open_flood.profile, kind="live"))
    number = approved(live, written(live, "All is well."))
    assert words.get(live, number)["channels"] == ["press"]
    with pytest.raises(Refused, match="nobody would get it by press"):
        words_approval.send(live, number)
    assert words.get(live, number)["state"] == "approved"
    path.write_text(text % ', to: ["news@example.org"]')
    words_approval.send(live, number)
    assert words.get(live, number)["state"] == "sent"


def test_a_bulletin_to_all_customers_is_no_written_answer_to_each() -> None:
    plan = Path(__file__).parents[2] / "playbooks/mass-complaints.playbook.yaml"
    (reply,) = (t for t in playbook_from(strict_yaml.load(plan)).tasks if t.id == "reply")
    bulletin = {"audience": "customers", "channel": "phone", "text": "We are sorry."}
    assert not any(satisfies(e, "comms.send", bulletin) for e in reply.evidence)
    assert any(satisfies(e, "task.complete", {"task": "reply"}) for e in reply.evidence)
