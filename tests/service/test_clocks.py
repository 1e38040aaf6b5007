"""Clocks of an incident in Henan, discovered at noon on 28 August: what runs, what is kept, what fires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.service import clock_watch, clocks
from emergency.service.context import Context, FixedClock, Refused
from emergency.service.grading import confirm_level, evaluate
from emergency.service.records import verify_journal
from emergency.service.response import open_incident, perform, record_fact
from emergency.store import incidents, journal, records, reports

NOON = datetime.fromisoformat("2017-08-28T12:00:00-05:00")
MAJOR, GRAVEST = 60_000_000, 2_000_000_000


@pytest.fixture
def henan(ctx: Context, flood: Incident) -> Context:
    """The incident of this file, HENAN, an hour after its discovery; figures in yuan."""
    found = replace(flood, incident_id="HENAN", jurisdiction="CN-410000", regions=("410000",))
    open_incident(ctx, found)
    yuan = replace(ctx, profile=replace(ctx.profile, currency="CNY"))
    return later(yuan, 1)


def later(ctx: Context, hours: float) -> Context:
    return replace(ctx, clock=FixedClock(NOON + timedelta(hours=hours)))


def industry(ctx: Context, yuan: float) -> None:
    record_fact(ctx, "industry.payout.property_estimated", yuan, incident_id="HENAN", source="provincial bureau")


def states(ctx: Context) -> dict[str, str]:
    found = clocks.ledger(ctx, evaluate(ctx, "HENAN"))
    return {c.id: c.state(ctx.now_us()) for c in found if c.to == "regulator"}


def tick(ctx: Context) -> Context:
    clock_watch.clock_chores(ctx)
    return ctx


def outgoing(ctx: Context) -> list[str]:
    with ctx.store.read() as connection:
        return [r["event_key"] for r in reversed(records.messages(connection)) if r["event_key"].startswith("clock/")]


def test_each_clock_names_the_file_and_row_that_owns_it_and_why_it_runs(henan: Context) -> None:
    industry(henan, MAJOR)
    found = {c.id: c for c in clocks.ledger(henan, evaluate(henan, "HENAN"))}
    first = found["regulator.first.1.7200.limit"]
    assert (first.rules, first.row, first.cause) == ("nfra-2022-15@1.0.0", 4, "class:2")
    assert "保监发〔2011〕45号" in first.source
    assert first.due_us == first.started_us + 7200 * 1_000_000


def test_a_class_that_rises_adds_the_shorter_clocks_from_discovery_and_keeps_the_longer(henan: Context) -> None:
    industry(henan, 20_000_000)
    tick(henan)
    two = later(henan, 2.5)
    industry(two, GRAVEST)
    tick(two)
    assert states(two) == {
        "regulator.first.1.86400.limit": "superseded",
        "regulator.first.1.7200.limit": "overdue",
        "regulator.first.1.3600.target": "target_passed",
        "regulator.phone.1.1800.target": "target_passed",
        "regulator.follow_up.1.86400.limit": "running",
    }
    with two.store.read() as connection:
        kept = {c.id: c for c in reports.clocks(connection, "HENAN")}
        entries = [e.action for e in journal.entries_of(connection, subject="HENAN")]
    assert kept["regulator.first.1.86400.limit"].superseded_us == two.now_us()
    assert "clock.supersede" in entries
    assert verify_journal(two).ok


def test_a_class_that_falls_again_takes_no_clock_away(henan: Context) -> None:
    industry(henan, GRAVEST)
    tick(henan)
    before = states(henan)
    two = later(henan, 1.2)
    industry(two, 1000)
    assert set(states(tick(two))) == set(before)


def test_a_tag_starts_the_limit_of_one_hour_whatever_the_class(henan: Context) -> None:
    clocks.set_tag(henan, "HENAN", "siege", on=True, source="branch head, by phone")
    assert "regulator.first.1.3600.limit" in states(henan)
    (first,) = [c for c in clocks.ledger(henan, evaluate(henan, "HENAN")) if c.kind == "first"]
    assert str(clocks.cause_words(first)) == "tag: Siege of an outlet"
    clocks.set_tag(henan, "HENAN", "siege", on=False, source="it was a queue")
    assert clocks.tags(henan, "HENAN") == []
    assert "regulator.first.1.3600.limit" in states(henan), "what is owed stays owed"


def test_a_tag_nobody_vouches_for_or_no_rule_knows_is_refused(henan: Context) -> None:
    with pytest.raises(Refused, match="who said so"):
        clocks.set_tag(henan, "HENAN", "siege", on=True, source=" ")
    with pytest.raises(Refused, match="no rule"):
        clocks.set_tag(henan, "HENAN", "rain", on=True, source="me")


def test_texas_has_internal_clocks_only(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, "casualties.insured_deaths", 3, incident_id=flood.incident_id, source="coroner")
    found = clocks.running_clocks(ctx, evaluate(ctx, flood.incident_id))
    assert {c.clock.to for c in found} == {"internal"}
    confirm_level(ctx, flood.incident_id, 2)
    found = clocks.running_clocks(ctx, evaluate(ctx, flood.incident_id))
    assert {c.clock.to for c in found} == {"internal", "cadence"}, "the playbook's situation reports begin"


def test_what_comes_due_is_said_once_however_often_somebody_looks(henan: Context) -> None:
    industry(henan, MAJOR)
    for hours in (1, 1.76, 1.8, 1.9, 2.01, 2.5, 3, 3):
        tick(later(henan, hours))
        tick(later(henan, hours))
    assert outgoing(henan) == [
        "clock/HENAN/regulator.first.1.7200.limit/soon",
        "clock/HENAN/regulator.first.1.7200.limit/due",
    ]
    with henan.store.read() as connection:
        late = list(journal.entries_of(connection, subject="HENAN", action="clock.late"))
        text = records.messages(connection)[0]["text"]
    assert len(late) == 1
    assert "逾期" in text and "has not been handed in" in text, "both languages stand in the notice"


def test_a_report_handed_in_is_not_reminded_of(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    perform(later(henan, 1.5), "HENAN", "report.submit", {"to": "nfra", "kind": "first", "fields": {"place": "郑州"}})
    for hours in (1.8, 2.1, 3):
        tick(later(henan, hours))
    assert outgoing(henan) == []
    assert states(later(henan, 3))["regulator.first.1.7200.limit"] == "in_time"


def test_a_stop_of_the_server_gives_the_late_mark_and_no_stale_reminder(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    tick(later(henan, 30))
    marks = [key.rpartition(".")[2] for key in outgoing(henan) if ".first." in key]
    assert marks == ["limit/due"]


def test_a_late_situation_report_is_asked_for_every_half_hour_until_it_is_published(
    ctx: Context, flood: Incident, at: Callable[[Context, str], Context]
) -> None:
    record_fact(ctx, "casualties.insured_deaths", 3, incident_id=flood.incident_id, source="coroner")
    confirm_level(ctx, flood.incident_id, 2)
    tick(ctx)
    # Level Ⅱ in Texas: first due 12 h after the impact at noon of the 28th, so at midnight; it is noon of the 29th.
    due = [c for c in clocks.running_clocks(ctx, evaluate(ctx, flood.incident_id)) if c.kind == "situation"]
    assert [c.due_at.isoformat() for c in due] == ["2017-08-29T05:00:00+00:00"]
    for minutes in (29, 31, 31, 61):
        tick(replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes))))
    nags = [key.rpartition("/")[2] for key in outgoing(ctx) if "situation" in key]
    assert nags == ["due", "again-24", "again-25", "again-26"]
    published = replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=70)))
    perform(published, flood.incident_id, "report.publish", {"text": "as it stands"})
    tick(replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=100))))
    assert len([key for key in outgoing(ctx) if "situation" in key]) == 4
    following = clocks.running_clocks(published, evaluate(published, flood.incident_id))
    (again,) = [c for c in following if c.kind == "situation" and c.clock.waits]
    assert again.due_at - published.now() == timedelta(hours=24), "at level Ⅱ the playbook asks for one a day"


def test_when_the_response_ends_the_final_report_is_owed_within_five_days(henan: Context) -> None:
    industry(henan, MAJOR)
    tick(henan)
    five = later(henan, 5)
    with five.store.write() as connection:
        known = incidents.get(connection, "HENAN")
        assert known is not None
        incidents.change(connection, replace(known, closed_at=five.now()))
    tick(five)
    tick(later(henan, 6))
    with five.store.read() as connection:
        kept = {c.kind: c for c in reports.clocks(connection, "HENAN")}
    assert from_us(kept["final"].due_us) == five.now() + timedelta(days=5)
    assert kept["follow_up"].state(five.now_us()) == "lifted", "no daily report after the end"
    assert kept["first"].state(five.now_us()) == "overdue", "what was not handed in stays owed"
    tick(later(henan, 5 + 121))
    assert "clock/HENAN/regulator.final.1.432000.limit/due" in outgoing(henan)


def test_earlier_times_of_a_demo_show_the_clocks_as_they_were_known(henan: Context) -> None:
    industry(henan, 20_000_000)
    tick(henan)
    two = later(henan, 2.5)
    industry(two, GRAVEST)
    tick(two)
    assert states(later(henan, 1.5)) == {"regulator.first.1.86400.limit": "running"}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.sampled_from([("class", v) for v in (1000, 20_000_000, MAJOR, GRAVEST)]),
            st.sampled_from([("hand", k) for k in ("phone", "first", "follow_up")]),
            st.sampled_from([("wait", h) for h in (0.2, 1.0, 9.0, 25.0)]),
        ),
        max_size=8,
    )
)
def test_any_day_keeps_every_start_loosens_no_limit_and_fires_each_mark_once(
    ctx: Context, flood: Incident, steps: list[tuple[str, float]]
) -> None:
    name = f"DAY-{abs(hash(tuple(steps)))}"
    with ctx.store.read() as connection:
        if reports.clocks(connection, name):
            return
    yuan = replace(ctx, profile=replace(ctx.profile, currency="CNY"))
    open_incident(yuan, replace(flood, incident_id=name, jurisdiction="CN-410000", regions=("410000",)))
    hours, before = 0.1, dict[str, tuple[int, int, int | None]]()
    for what, value in steps:
        now = later(yuan, hours)
        if what == "wait":
            hours += value
        elif what == "class":
            record_fact(now, "industry.payout.property_estimated", value, incident_id=name, source="bureau")
        else:
            perform(now, name, "report.submit", {"to": "nfra", "kind": value, "fields": {"place": "x"}})
        tick(later(yuan, hours))
        with ctx.store.read() as connection:
            rows = {c.id: (c.started_us, c.due_us, c.superseded_us) for c in reports.clocks(connection, name)}
        assert all(rows[key] == row or (row[2] is None and rows[key][:2] == row[:2]) for key, row in before.items())
        before = rows
    keys = [k for k in outgoing(yuan) if f"/{name}/" in k]
    assert len(keys) == len(set(keys))
    with ctx.store.read() as connection:
        marks = reports.marks(connection, name)
        entries = [e.action for e in journal.entries_of(connection, subject=name) if e.action.startswith("clock.")]
    assert len(marks) == len(keys) == sum(a in ("clock.remind", "clock.late", "clock.again") for a in entries)
